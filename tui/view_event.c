#include "tui/view.h"

/* The record as it was logged; when it cannot be parsed, the same tokens and why not. */
void
view_event(struct doc *doc, const struct view_model *model)
{
	const struct subject *subject = model->subject;

	if (!subject->loaded)
		return;
	view_put_badges(doc, &subject->alert, NULL);
	event_text_build(model->event_text, doc, subject->alert.raw);
	if (!doc->line_count) {
		doc_line(doc, 0, false, 0);
		doc_puts(doc, ROLE_UNKNOWN, "no raw record");
	}
}
