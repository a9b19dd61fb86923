/* The lives of the keys on one scale of time, those of one user above each other. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/key_life.h"
#include "tui/view.h"

enum { INDENT = 2, ROTATION = 17 };

static const struct {
	enum glyph at, after; /* what stands there, and from there on */
	enum role role;
	const char *word;
} kinds[] = {
	[LIFE_MADE] = {GLYPH_LIFE_MADE, GLYPH_LIFE_IDLE, ROLE_STRONG, "made"},
	[LIFE_USED] = {GLYPH_LIFE_USED, GLYPH_LIFE_IDLE, ROLE_ACCENT, "used"},
	[LIFE_OFF] = {GLYPH_LIFE_OFF, GLYPH_LIFE_RESTS, ROLE_STRONG, "deactivated"},
	[LIFE_ON] = {GLYPH_LIFE_ON, GLYPH_LIFE_IDLE, ROLE_STRONG, "reactivated"},
	[LIFE_GONE] = {GLYPH_LIFE_GONE, GLYPH_COUNT, ROLE_DIM, "deleted"},
};

/* ---- ribbons ---- */

struct inch {
	enum glyph glyph; /* GLYPH_COUNT: blank */
	enum role role;
	int kind; /* enum life_kind of what happened there, or -1 */
};

static void
fill(struct inch *cells, int from, int to, enum glyph glyph)
{
	enum role role = glyph == GLYPH_LIFE_RESTS ? ROLE_DIM : ROLE_TEXT;

	for (int x = from; x < to; x++)
		cells[x] = (struct inch){glyph, role, -1};
}

/* Behind a first one, in which it is said that a key was there before. */
static int
column_of(const struct key_life *l, int64_t time, int cols)
{
	return 1 + key_life_column(l, time, cols - 1);
}

static void
lay_life(struct inch *cells, int cols, const struct key_life *l, const struct life *life)
{
	enum glyph state = GLYPH_COUNT;
	int at = 0;

	for (size_t i = 0; i < life->count; i++) {
		const struct life_event *e = &life->events[i];
		int x = column_of(l, e->time, cols);

		if (i == 0 && e->kind != LIFE_MADE)
			cells[x - 1] = (struct inch){GLYPH_LIFE_BEFORE, ROLE_DIM, -1};
		if (i > 0)
			fill(cells, at + 1, x, state);
		if (i == 0 || x > at || cells[x].kind < (int)e->kind)
			cells[x] =
				(struct inch){kinds[e->kind].at, kinds[e->kind].role, (int)e->kind};
		if (e->kind != LIFE_USED || state == GLYPH_COUNT)
			state = kinds[e->kind].after;
		at = x;
	}
	if (!life->count || state == GLYPH_COUNT)
		return;
	fill(cells, at + 1, cols, state);
	if (at + 1 < cols && state == GLYPH_LIFE_IDLE)
		cells[cols - 1] = (struct inch){GLYPH_LIFE_ON_END, ROLE_DIM, -1};
}

/* A key that was deleted and seems to be used afterwards is drawn as it was logged. */
static void
put_ribbon(struct doc *doc, const struct view_model *model, const struct life *life, int cols)
{
	struct inch *cells = mem_array(NULL, (size_t)cols, sizeof(cells[0]));

	for (int x = 0; x < cols; x++)
		cells[x] = (struct inch){GLYPH_COUNT, ROLE_TEXT, -1};
	lay_life(cells, cols, model->key_life, life);
	for (int x = 0; x < cols; x++)
		doc_puts(doc, cells[x].role,
			cells[x].glyph == GLYPH_COUNT ? " "
						      : glyph_text(cells[x].glyph, model->ascii));
	free(cells);
}

static enum role
key_role(const struct life *life)
{
	if (life->is_new)
		return ROLE_ACCENT;
	return life->count && !life_is_on(life->events[life->count - 1].kind) ? ROLE_DIM
									      : ROLE_TEXT;
}

static int
ribbon_cols(const struct view_model *model)
{
	int cols = model->width - 3 - INDENT - view_key_cols(model) - 2;

	return cols < 8 ? 8 : cols > 400 ? 400 : cols;
}

static void
put_owner(struct doc *doc, const struct life *life)
{
	doc_line(doc, VIEW_NO_KEY, false, 1);
	doc_puts(doc, ROLE_TEXT, " ");
	if (life->temporary)
		doc_puts(doc, ROLE_LABEL, "temporary keys");
	else if (life->user.len)
		doc_put(doc, ROLE_STRONG, life->user);
	else
		doc_puts(doc, ROLE_LABEL, "root, or a user that is not known");
}

/* ---- the scale ---- */

static void
put_mark_time(const struct view_model *model, int64_t time, char out[TIME_TEXT])
{
	const struct key_life *l = model->key_life;
	bool day = l->end - l->marks[0] < TICKS_PER_DAY;
	char text[TIME_TEXT];

	clock_format(model->local, time, text);
	snprintf(out, TIME_TEXT, "%.*s", day ? 8 : 11, text + (day ? 11 : 5));
}

/* The alert's time first; then what has room, from the left. */
static void
put_scale(struct doc *doc, const struct view_model *model)
{
	const struct key_life *l = model->key_life;
	int cols = ribbon_cols(model), end = 0;
	int alert = column_of(l, model->timeline->own.time, cols), alert_len;
	char text[TIME_TEXT], alert_text[TIME_TEXT];

	if (!l->mark_count)
		return;
	put_mark_time(model, model->timeline->own.time, alert_text);
	alert_len = (int)strlen(alert_text);
	if (alert + alert_len > cols)
		alert = cols - alert_len;
	doc_line(doc, VIEW_NO_KEY, false, 0);
	doc_spaces(doc, INDENT + view_key_cols(model) + 2);
	for (size_t i = 0; i < l->mark_count; i++) {
		int x = column_of(l, l->marks[i], cols), len;
		bool is_alert = l->marks[i] == model->timeline->own.time;

		put_mark_time(model, l->marks[i], text);
		len = (int)strlen(text);
		x = is_alert ? alert : x + len > cols ? cols - len : x;
		if (x < end || (!is_alert && x < alert + alert_len + 2 && x + len + 2 > alert))
			continue;
		doc_spaces(doc, x - end);
		doc_puts(doc, is_alert ? ROLE_ACCENT : ROLE_DIM, text);
		doc_spaces(doc, x + len + 2 <= cols ? 2 : 0);
		end = x + len + 2;
	}
}

static void
put_legend(struct doc *doc, const struct view_model *model)
{
	static const enum life_kind order[] = {LIFE_MADE, LIFE_USED, LIFE_OFF, LIFE_ON, LIFE_GONE};

	doc_line(doc, VIEW_NO_KEY, false, 1);
	doc_spaces(doc, 1);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		doc_printf(doc, ROLE_DIM, "%s%s %s", i ? "  " : "",
			glyph_text(kinds[order[i]].at, model->ascii), kinds[order[i]].word);
	doc_puts(doc, ROLE_DIM, "; not to scale");
}

static void
put_ribbons(struct doc *doc, const struct view_model *model)
{
	const struct key_life *l = model->key_life;

	for (size_t i = 0; i < l->count; i++) {
		const struct life *life = &l->lives[i];

		if (!i || !str_equal(life->user, l->lives[i - 1].user) ||
			life->temporary != l->lives[i - 1].temporary)
			put_owner(doc, life);
		doc_line(doc, i, true, 0);
		doc_spaces(doc, INDENT);
		view_put_key(doc, model, key_role(life), life->key);
		doc_spaces(doc, 2);
		put_ribbon(doc, model, life, ribbon_cols(model));
	}
	if (l->more) {
		doc_line(doc, VIEW_NO_KEY, false, 1);
		doc_printf(doc, ROLE_DIM, " %zu more keys", l->more);
	}
	put_scale(doc, model);
	put_legend(doc, model);
}

void
view_keys(struct doc *doc, const struct view_model *model)
{
	const struct fact *rotation = &model->subject->facts[ROTATION - 1];

	if (!model->subject->loaded)
		return;
	if (!model->key_life->count) {
		doc_line(doc, VIEW_NO_KEY, false, 1);
		doc_printf(doc, ROLE_DIM, " %s, and no other of this user is known",
			model->subject->alert.outcome == OUTCOME_SUCCESS
				? "the record holds no new key"
				: "the call made no key");
		return;
	}
	doc_line(doc, VIEW_NO_KEY, false, 1);
	doc_puts(doc, ROLE_LABEL, " rotation  ");
	if (!rotation->known)
		doc_puts(doc, ROLE_UNKNOWN, "unknown: ");
	doc_put(doc, rotation->known ? ROLE_TEXT : ROLE_UNKNOWN, rotation->value);
	put_ribbons(doc, model);
	view_put_tree(doc, model);
}
