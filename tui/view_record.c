#include "tui/view.h"

/* The record of a line of the history, read again from where it stands. */
void
view_record(struct doc *doc, const struct view_model *model)
{
	doc_line(doc, EVENT_TEXT_NONE, false, 1);
	doc_put(doc, model->record.len ? ROLE_DIM : ROLE_ERROR, model->record_at);
	if (model->record.len)
		event_text_build(model->record_text, doc, model->record);
}
