/* A card: everything that is known of an actor, a target or an address. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/card.h"
#include "tui/key_life.h"
#include "tui/trace_text.h"
#include "tui/view.h"

enum { LABEL_COLS = 11, NAME_COLS = 40, GROUPS_MAX = 500, GROUPS_SHOWN = 12, CALLS_SHOWN = 200 };

/* What each kind is about: who or what it is, the facts that belong to it, what of its records is
 * gathered, which of them are listed, and which there are, where not all are kept (term.h). */
static const struct {
	enum alert_text id;
	const char *id_label;
	int facts[4];
	enum timeline_by by;
	enum trace_text gathered;
	const char *gathered_label;
	unsigned weight;
	const char *kept;
} kinds[CARD_KINDS] = {
	[CARD_ACTOR] = {ALERT_ACTOR_ARN, "ARN", {2, 13, 20}, BY_ACTOR, TRACE_IP, "addresses",
		TRACE_AROUND | TRACE_USER_CALL,
		"of the calls that are kept: those that matter, and those with the new key"},
	[CARD_TARGET] = {ALERT_RECIPIENT, "account", {4, 11, 16, 21}, BY_USER, TRACE_ACTOR,
		"touched by", TRACE_USER_CALL, NULL},
	[CARD_ADDRESS] = {ALERT_REGION, "region", {9, 13, 19}, BY_ADDRESS, TRACE_ACTOR,
		"identities", TRACE_AROUND | TRACE_USER_CALL,
		"of the calls that are kept: those that matter, and the first of each identity"},
};

static void
put_label(struct doc *doc, size_t tag, bool stop, const char *label)
{
	doc_line(doc, tag, stop, LABEL_COLS);
	doc_field(doc, ROLE_LABEL, str_from(label), LABEL_COLS, false);
}

static void
put_facts(struct doc *doc, const struct view_model *model)
{
	const struct card *card = model->card;
	const int *facts = kinds[card->kind].facts;

	for (size_t i = 0; i < sizeof(kinds[0].facts) / sizeof(int) && facts[i]; i++) {
		const struct fact *fact = &model->subject->facts[facts[i] - 1];

		put_label(doc, i ? VIEW_CARD_NOTHING : VIEW_CARD_EVIDENCE, !i, fact->label);
		if (!fact->known)
			doc_puts(doc, ROLE_UNKNOWN, "unknown: ");
		doc_put(doc,
			!fact->known	 ? ROLE_UNKNOWN
			: fact->alarming ? ROLE_ALARM
					 : ROLE_TEXT,
			fact->value);
	}
}

static void
put_time(struct doc *doc, const struct view_model *model, enum role role, int64_t time)
{
	char text[TIME_TEXT];

	clock_format(model->local, time, text);
	doc_field(doc, role, str_from(text), 19, model->ascii);
}

/* From when to when it is seen in what was looked through. */
static void
put_seen(struct doc *doc, const struct view_model *model)
{
	const struct timeline *l = model->timeline;
	int64_t first = TIME_NONE, last = TIME_NONE;

	for (size_t i = 0; i < l->count; i++) {
		if (!(l->rows[i].ties & 1U << kinds[model->card->kind].by) ||
			l->rows[i].trace->time == TIME_NONE)
			continue;
		if (first == TIME_NONE)
			first = l->rows[i].trace->time;
		last = l->rows[i].trace->time;
	}
	put_label(doc, VIEW_CARD_NOTHING, false, "seen");
	if (first == TIME_NONE) {
		doc_puts(doc, ROLE_UNKNOWN, "unknown: only in records without a time");
		return;
	}
	doc_puts(doc, ROLE_DIM, "first ");
	put_time(doc, model, ROLE_TEXT, first);
	doc_puts(doc, ROLE_DIM, "  last ");
	put_time(doc, model, ROLE_TEXT, last);
	if (!model->subject->has_history || model->subject->history.state != HISTORY_LOOKED)
		doc_puts(doc, ROLE_UNKNOWN, "  as far as was looked");
	if (kinds[model->card->kind].kept) {
		put_label(doc, VIEW_CARD_NOTHING, false, "");
		doc_puts(doc, ROLE_DIM, kinds[model->card->kind].kept);
	}
}

/* ---- alerts ---- */

static void
put_alert(struct doc *doc, const struct view_model *model, size_t i)
{
	const struct list *list = model->list;
	const struct list_row *row = &list->rows[model->card->alerts[i]];
	const bool own = row->rowid == model->subject->rowid;

	doc_line(doc, i, true, 0);
	doc_spaces(doc, 2);
	put_time(doc, model, own ? ROLE_ACCENT : ROLE_DIM, row->time);
	doc_spaces(doc, 1);
	view_put_actor(doc, model, own ? ROLE_ACCENT : ROLE_TEXT, list_word(list, row->actor),
		(model->width - 46) / 2);
	doc_printf(doc, ROLE_DIM, " %s ", glyph_text(GLYPH_ARROW, model->ascii));
	doc_field(doc, ROLE_STRONG, list_word(list, row->target), (model->width - 46) / 2,
		model->ascii);
	doc_printf(doc, ROLE_TEXT, " %-8s", outcome_name((enum outcome)row->outcome));
	doc_puts(doc, ROLE_DIM, alert_status_name((enum alert_status)row->status));
	if (own)
		doc_puts(doc, ROLE_ACCENT, " this");
}

static void
put_alerts(struct doc *doc, const struct view_model *model)
{
	const struct card *card = model->card;

	put_label(doc, VIEW_CARD_NOTHING, false, "alerts");
	doc_printf(doc, ROLE_TEXT, "%s%zu, %zu open", card->more ? "at least " : "", card->count,
		card->open);
	doc_puts(doc, ROLE_DIM, "; Enter goes to one");
	for (size_t i = 0; i < card->count; i++)
		put_alert(doc, model, i);
}

/* ---- what its records have in common ---- */

struct group {
	const struct trace *trace;
	size_t count;
	int64_t last;
};

static size_t
gather(const struct view_model *model, struct group *groups, bool *more)
{
	const struct timeline *l = model->timeline;
	enum trace_text text = kinds[model->card->kind].gathered;
	size_t count = 0, at;

	for (size_t i = 0; i < l->count; i++) {
		const struct trace *t = l->rows[i].trace;

		if (!(l->rows[i].ties & 1U << kinds[model->card->kind].by) || !t->text[text].len)
			continue;
		for (at = 0; at < count; at++)
			if (str_equal(groups[at].trace->text[text], t->text[text]))
				break;
		if (at == GROUPS_MAX) {
			*more = true;
			continue;
		}
		if (at == count)
			groups[count++] = (struct group){.trace = t};
		groups[at].count++;
		groups[at].last = t->time;
	}
	return count;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->trace->time < y->trace->time ? -1 : x->trace->time > y->trace->time;
}

static void
put_group(struct doc *doc, const struct view_model *model, const struct group *g, const char *label)
{
	enum trace_text text = kinds[model->card->kind].gathered;
	int cols = model->width - LABEL_COLS - 43;

	put_label(doc, VIEW_CARD_NOTHING, false, label);
	if (cols > NAME_COLS)
		cols = NAME_COLS;
	if (text == TRACE_ACTOR)
		view_put_actor(doc, model, ROLE_TEXT, trace_text_actor(g->trace), cols);
	else
		doc_field(doc, ROLE_TEXT, g->trace->text[text], cols, model->ascii);
	if (kinds[model->card->kind].kept)
		doc_printf(doc, ROLE_TEXT, " %5zu kept   ", g->count);
	else
		doc_printf(doc, ROLE_TEXT, " %5zu record%s", g->count, g->count == 1 ? " " : "s");
	doc_puts(doc, ROLE_DIM, " last ");
	put_time(doc, model, ROLE_DIM, g->last);
}

static void
put_groups(struct doc *doc, const struct view_model *model)
{
	struct group *groups = mem_array(NULL, GROUPS_MAX, sizeof(groups[0]));
	bool more = false;
	size_t count = gather(model, groups, &more);

	qsort(groups, count, sizeof(groups[0]), compare_groups);
	for (size_t i = 0; i < count && i < GROUPS_SHOWN; i++)
		put_group(doc, model, &groups[i], i ? "" : kinds[model->card->kind].gathered_label);
	if (count > GROUPS_SHOWN || more) {
		put_label(doc, VIEW_CARD_NOTHING, false, "");
		doc_printf(
			doc, ROLE_DIM, "%s%zu more", more ? "at least " : "", count - GROUPS_SHOWN);
	}
	free(groups);
}

/* ---- calls ---- */

static void
put_call(struct doc *doc, const struct view_model *model, size_t row)
{
	const struct trace *t = model->timeline->rows[row].trace;
	int left = model->width - 26, who = left / 3;
	struct buf what = {0};

	doc_line(doc, model->card->count + row, true, 0);
	doc_spaces(doc, 2);
	put_time(doc, model, ROLE_DIM, t->time);
	doc_spaces(doc, 1);
	trace_text_put_what_in(&what, t, left - who - 1, model->ascii);
	doc_field(doc, trace_succeeded(t) ? ROLE_TEXT : ROLE_DIM, buf_view(&what), left - who - 1,
		model->ascii);
	doc_spaces(doc, 1);
	view_put_actor(doc, model, ROLE_DIM, trace_text_actor(t), who);
	buf_fini(&what);
}

static void
put_calls(struct doc *doc, const struct view_model *model)
{
	const struct timeline *l = model->timeline;
	size_t shown = 0;

	for (size_t i = l->count; i-- > 0;) {
		if (!(l->rows[i].ties & 1U << kinds[model->card->kind].by) ||
			!(trace_weight(l->rows[i].trace) & kinds[model->card->kind].weight))
			continue;
		if (!shown)
			put_label(doc, VIEW_CARD_NOTHING, false, "calls");
		if (!shown)
			doc_puts(
				doc, ROLE_DIM, "that matter, newest first; Enter opens the record");
		if (shown++ < CALLS_SHOWN)
			put_call(doc, model, i);
	}
	if (shown > CALLS_SHOWN) {
		put_label(doc, VIEW_CARD_NOTHING, false, "");
		doc_printf(doc, ROLE_DIM, "%zu earlier ones stand in the history",
			shown - CALLS_SHOWN);
	}
}

void
view_card(struct doc *doc, const struct view_model *model)
{
	const struct subject *subject = model->subject;
	enum alert_text id = kinds[model->card->kind].id;

	if (!subject->loaded)
		return;
	put_facts(doc, model);
	if (subject->alert.text[id].len) {
		put_label(doc, VIEW_CARD_NOTHING, false, kinds[model->card->kind].id_label);
		doc_put(doc, ROLE_DIM, subject->alert.text[id]);
	}
	put_seen(doc, model);
	put_alerts(doc, model);
	put_groups(doc, model);
	put_calls(doc, model);
}
