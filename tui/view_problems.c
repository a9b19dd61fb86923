#include "tui/view.h"

/* What could not be read: where, and why. */
static void
put_problem(struct doc *doc, const struct problem *problem)
{
	bool error = problem->severity == PROBLEM_ERROR;

	doc_line(doc, 0, false, 9);
	doc_puts(doc, error ? ROLE_ERROR : ROLE_DIM, error ? "problem  " : "note     ");
	doc_put(doc, ROLE_STRONG, problem->path);
	if (problem->offset != PROBLEM_NO_OFFSET)
		doc_printf(doc, ROLE_DIM, " at byte %llu", (unsigned long long)problem->offset);
	doc_puts(doc, ROLE_DIM, ": ");
	doc_put(doc, ROLE_TEXT, problem->reason);
}

void
view_problems_list(struct doc *doc, const struct view_model *model)
{
	const struct view_problems *problems = model->problems;

	if (model->failure) {
		doc_line(doc, 0, false, 9);
		doc_puts(doc, ROLE_ERROR,
			model->live->count ? "the store does not take what is found, and is tried "
					     "again until it does; nothing is lost: "
					   : "reading has stopped: ");
		doc_puts(doc, ROLE_TEXT, model->failure);
	}
	for (int severity = PROBLEM_ERROR; severity >= PROBLEM_NOTE; severity--)
		for (size_t i = 0; i < problems->count; i++)
			if ((int)problems->items[i].severity == severity)
				put_problem(doc, &problems->items[i]);
	if (problems->count || model->failure)
		return;
	doc_line(doc, 0, false, 0);
	doc_puts(doc, ROLE_DIM, model->reading ? "nothing so far" : "everything could be read");
}
