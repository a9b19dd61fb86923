/* What happened around the alert, in time order: a heading for each day, a line for each record,
 * what repeats once. */
#include <stdio.h>

#include "tui/short_text.h"
#include "tui/trace_text.h"
#include "tui/view.h"

enum { TIME_COLS = 8, AGE_COLS = 7, IP_COLS = 15, WIDE = 64, ROOMY = 100, REGION_COLS = 14 };

/* Cells of the columns that share what is left. */
struct columns {
	int what, who, ip, region; /* 0: not shown */
};

static struct columns
choose_columns(int width)
{
	int left = width - 2 - TIME_COLS - 1 - AGE_COLS - 2;
	struct columns c = {0};

	if (width >= WIDE)
		c.ip = IP_COLS;
	if (width >= ROOMY)
		c.region = REGION_COLS;
	left -= (c.ip ? c.ip + 1 : 0) + (c.region ? c.region + 1 : 0);
	c.who = left * 3 / 10;
	c.what = left - c.who - 1;
	return c;
}

/* Those that stand there, and how many of each: what `b` goes through. */
static void
put_kinds(struct doc *doc, const struct view_model *model)
{
	const struct timeline *l = model->timeline;

	doc_line(doc, VIEW_NO_TRACE, false, 0);
	doc_spaces(doc, 1);
	for (size_t by = 0; by < BY_COUNT; by++) {
		bool now = by == model->look->by;

		if (by == BY_KEY)
			doc_printf(doc, now ? ROLE_ACCENT : ROLE_DIM, "%s ",
				glyph_text(GLYPH_LIFE_MADE, model->ascii));
		doc_printf(doc, now ? ROLE_ACCENT : ROLE_DIM, now ? "[%s %zu]" : "%s %zu",
			timeline_by_names[by], l->counts[by]);
		doc_spaces(doc, by + 1 == BY_COUNT ? 0 : model->width < WIDE ? 1 : 3);
	}
}

/* Why fewer are shown than there are. */
static void
put_narrowed(struct doc *doc, const struct view_model *model)
{
	const struct timeline_filter *f = model->look;
	char key[KEY_NAME];

	if (timeline_is_whole(f))
		return;
	doc_line(doc, VIEW_NO_TRACE, false, 1);
	doc_puts(doc, ROLE_ACCENT, " only ");
	if (f->fact)
		doc_printf(doc, ROLE_ACCENT, "what shows \"%s\"",
			model->subject->facts[f->fact - 1].label);
	else if (f->key[0])
		doc_printf(doc, ROLE_ACCENT, "of %s", f->key);
	else
		doc_puts(doc, ROLE_ACCENT, "one call that was repeated");
	keymap_key_name(model->keymap, ACTION_HISTORY, key);
	if (key[0])
		doc_printf(doc, ROLE_DIM, "; %s shows all", key);
}

static enum role
what_role(const struct view_model *model, size_t i)
{
	const struct trace *t = model->timeline->rows[i].trace;

	if (i == model->timeline->alert)
		return ROLE_ACCENT;
	if (!trace_succeeded(t))
		return ROLE_DIM;
	return trace_weight(t) ? ROLE_STRONG : ROLE_TEXT;
}

static void
put_day(struct doc *doc, const struct view_model *model, int64_t time, char last[TIME_TEXT])
{
	char text[TIME_TEXT];

	clock_format(model->local, time, text);
	if (time != TIME_NONE)
		text[10] = '\0';
	if (strcmp(text, last) == 0)
		return;
	memcpy(last, text, TIME_TEXT);
	doc_line(doc, VIEW_NO_TRACE, false, 0);
	doc_printf(doc, ROLE_HEADER, " %s", time == TIME_NONE ? "without a time" : text);
}

static void
put_when(struct doc *doc, const struct view_model *model, size_t i)
{
	const struct timeline *l = model->timeline;
	int64_t time = l->rows[i].trace->time;
	char text[TIME_TEXT] = "";
	struct buf age = {0};

	if (time != TIME_NONE)
		clock_format(model->local, time, text);
	if (i == l->alert)
		buf_puts(&age, "alert");
	else if (time != TIME_NONE && l->own.time != TIME_NONE)
		trace_text_put_age(&age, time - l->own.time);
	doc_field(doc, i == l->alert ? ROLE_ACCENT : ROLE_DIM,
		str_from(strlen(text) > 11 ? text + 11 : ""), TIME_COLS, model->ascii);
	doc_spaces(doc, 1 + AGE_COLS - (int)age.len);
	doc_put(doc, i == l->alert ? ROLE_ACCENT : ROLE_TEXT, buf_view(&age));
	doc_spaces(doc, 2);
	buf_fini(&age);
}

static void
put_what(struct doc *doc, const struct view_model *model, size_t i, size_t times, int cols)
{
	const struct trace *t = model->timeline->rows[i].trace;
	struct buf what = {0};
	char often[32] = "";

	if (times > 1)
		snprintf(often, sizeof(often), " %zu times", times);
	if ((int)strlen(often) > cols / 2)
		often[0] = '\0';
	trace_text_put_what_in(&what, t, cols - (int)strlen(often), model->ascii);
	doc_put(doc, what_role(model, i), buf_view(&what));
	doc_field(doc, ROLE_DIM, str_from(often),
		cols - grid_columns(buf_view(&what), model->ascii), model->ascii);
	buf_fini(&what);
}

void
view_put_actor(
	struct doc *doc, const struct view_model *model, enum role role, struct str label, int cols)
{
	struct buf actor = {0};

	short_text_put_actor(&actor, label, cols, model->ascii);
	doc_field(doc, role, buf_view(&actor), cols, model->ascii);
	buf_fini(&actor);
}

static void
put_row(struct doc *doc, const struct view_model *model, const struct columns *c, size_t i,
	size_t times)
{
	const struct timeline_row *row = &model->timeline->rows[i];
	const struct trace *t = row->trace;
	enum role role = i == model->timeline->alert ? ROLE_ACCENT : ROLE_TEXT;

	doc_line(doc, i, true, 0);
	doc_puts(doc, i == model->timeline->alert ? ROLE_ACCENT : ROLE_STRONG,
		row->with_key ? glyph_text(GLYPH_LIFE_MADE, model->ascii) : " ");
	doc_spaces(doc, 1);
	put_when(doc, model, i);
	put_what(doc, model, i, times, c->what);
	doc_spaces(doc, 1);
	view_put_actor(doc, model, role, trace_text_actor(t), c->who);
	if (c->ip) {
		doc_spaces(doc, 1);
		doc_field(doc, role, t->text[TRACE_IP], c->ip, model->ascii);
	}
	if (c->region) {
		doc_spaces(doc, 1);
		doc_field(doc, ROLE_DIM, t->text[TRACE_REGION], c->region, model->ascii);
	}
}

/* How far it was looked, where nothing or not all was found. */
static void
put_state(struct doc *doc, const struct view_model *model)
{
	static const char *const words[] = {
		[HISTORY_NOT_LOOKED] = "other records were not looked for yet",
		[HISTORY_LOOKING] = "other records are still being looked for",
		[HISTORY_STOPPED] = "the look for other records was stopped",
		[HISTORY_PART] = "not all was looked through",
		[HISTORY_LOOKED] = NULL,
	};
	const struct history *h = &model->subject->history;
	const char *word = words[model->subject->has_history ? h->state : HISTORY_NOT_LOOKED];

	if (!word && !(model->subject->has_history && h->cut))
		return;
	doc_line(doc, VIEW_NO_TRACE, false, 1);
	doc_printf(doc, ROLE_UNKNOWN, " %s", word ? word : "there is more than is kept");
	if (model->subject->has_history && h->lacking.len) {
		doc_puts(doc, ROLE_UNKNOWN, ": ");
		doc_put(doc, ROLE_UNKNOWN, h->lacking);
	}
}

void
view_put_timeline(struct doc *doc, const struct view_model *model)
{
	const struct timeline *l = model->timeline;
	const struct fact *facts = model->subject->facts;
	const struct columns c = choose_columns(model->width - 2);
	char day[TIME_TEXT] = "";
	size_t end, times;

	put_kinds(doc, model);
	put_narrowed(doc, model);
	doc_end_head(doc);
	for (size_t i = 0; i < l->count; i = end) {
		end = i + 1;
		if (!timeline_shows(l, model->look, facts, i))
			continue;
		end = timeline_run_end(l, model->look, facts, i, &times);
		put_day(doc, model, l->rows[i].trace->time, day);
		put_row(doc, model, &c, i, times);
	}
	put_state(doc, model);
}
