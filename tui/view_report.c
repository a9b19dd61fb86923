#include "tui/view.h"

/* After deciding on many: how many were done, and which were refused and why. */
void
view_report_list(struct doc *doc, const struct view_model *model)
{
	const struct view_report *report = model->report;

	doc_line(doc, 0, false, 0);
	doc_puts(doc, ROLE_STRONG, report->title);
	doc_printf(doc, ROLE_TEXT, ": %zu done, %zu refused", report->done, report->count);
	for (size_t i = 0; i < report->count; i++) {
		doc_line(doc, 0, false, 9);
		doc_puts(doc, ROLE_ERROR, "refused  ");
		doc_puts(doc, ROLE_STRONG, report->refusals[i].alert);
		doc_puts(doc, ROLE_DIM, ": ");
		doc_puts(doc, ROLE_TEXT, report->refusals[i].why);
	}
}
