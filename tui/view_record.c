#include "tui/view.h"

/* The record of a line of the history, read again from where it stands. */
void
view_record(struct doc *doc, const struct view_model *model)
{
	doc_line(doc, EVENT_TEXT_NONE, false, 1);
	doc_put(doc, ROLE_DIM, model->record_at);
	if (model->record.len) {
		event_text_build(model->record_text, doc, model->record);
		return;
	}
	doc_line(doc, EVENT_TEXT_NONE, false, 1);
	if (model->record_wrong.len)
		doc_put(doc, ROLE_ERROR, model->record_wrong);
	else
		doc_puts(doc, ROLE_UNKNOWN, "reading it again; Esc stops");
}
