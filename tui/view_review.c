#include "core/base/timefmt.h"
#include "tui/review.h"
#include "tui/view.h"

enum { BEFORE = 4 };

static void
put_names(struct doc *doc, const struct view_model *model, const struct list_row *row)
{
	const struct list *list = model->list;

	doc_put(doc, ROLE_STRONG, list_word(list, row->actor));
	doc_printf(doc, ROLE_DIM, " %s ", glyph_text(GLYPH_ARROW, model->ascii));
	doc_put(doc, ROLE_STRONG, list_word(list, row->target));
	doc_printf(doc, ROLE_DIM, ", %s, %s, from ", row->self ? "self" : "other",
		outcome_name((enum outcome)row->outcome));
	doc_put(doc, ROLE_TEXT, list_word(list, row->ip));
	doc_puts(doc, ROLE_DIM, ", account ");
	doc_put(doc, ROLE_TEXT, list_word(list, row->account));
}

/* Who asked, how long ago, what they noted; how many have signed. */
static void
put_request(struct doc *doc, const struct view_model *model, const struct review_entry *e)
{
	char age[TIME_TEXT];

	if (e->approvals)
		doc_printf(doc, ROLE_AWAITING, "%u of %u signed", e->approvals, e->needed);
	if (e->asked_at != TIME_NONE) {
		time_format_age(clock_now(model->clock) - e->asked_at, age);
		doc_printf(doc, ROLE_DIM, "%sasked by ", e->approvals ? ", " : "");
		doc_puts(doc, ROLE_TEXT, e->by);
		doc_printf(doc, ROLE_DIM, strcmp(age, "now") == 0 ? " %s" : " %s ago", age);
	}
	if (e->note && e->note[0]) {
		doc_puts(doc, ROLE_DIM, ": ");
		doc_puts(doc, ROLE_TEXT, e->note);
	}
}

void
view_review(struct doc *doc, const struct view_model *model)
{
	const struct review *r = model->review;

	doc_line(doc, VIEW_NO_ROW, false, 0);
	if (!r->total)
		doc_puts(doc, ROLE_TEXT,
			" nothing awaits an admin: r asks for a validation of an alert");
	else
		doc_printf(doc, ROLE_DIM,
			" %zu await%s an admin, oldest first; Enter goes through them from there",
			r->total, r->total == 1 ? "s" : "");
	for (size_t i = 0; i < r->count; i++) {
		const struct review_entry *e = &r->entries[i];
		const struct list_row *row = &model->list->rows[e->row];
		char at[TIME_TEXT];

		doc_line(doc, VIEW_NO_ROW, false, 0);
		clock_format(model->local, row->time, at);
		doc_line(doc, e->row, true, BEFORE);
		doc_printf(doc, ROLE_TEXT, "%s  ", at);
		put_names(doc, model, row);
		doc_line(doc, e->row, false, BEFORE);
		doc_spaces(doc, BEFORE);
		put_request(doc, model, e);
	}
}
