#include "tui/view.h"

/* What happened around the selected alert, then who decided what on it, when, why. */

enum { LABEL_COLS = 11 };

static bool
is_undone(const struct alert *alert, const struct decision *decision)
{
	for (size_t i = 0; i < alert->decision_count; i++)
		if (alert->decisions[i].undoes == decision->seq)
			return true;
	return false;
}

static enum role
decision_role(const struct decision *decision)
{
	switch (decision->action) {
	case DECIDE_VALIDATE:
		return decision->verdict == VERDICT_HOLDS || !decision_is_signed(decision)
			       ? ROLE_BENIGN
			       : ROLE_STRONG;
	case DECIDE_MALICIOUS:
		return ROLE_MALICIOUS;
	default:
		return ROLE_STRONG;
	}
}

/* Whose signature it is, and what it is worth. */
static void
put_verdict(struct doc *doc, const struct view_model *model, const struct decision *decision)
{
	switch (decision->verdict) {
	case VERDICT_HOLDS:
		doc_printf(doc, ROLE_BENIGN, " %s ", glyph_text(GLYPH_BENIGN, model->ascii));
		doc_put(doc, ROLE_BENIGN, decision->principal);
		doc_puts(doc, ROLE_TEXT, ", signed,");
		return;
	case VERDICT_CHECKING:
		doc_puts(doc, ROLE_UNKNOWN, " (checking the signature)");
		return;
	case VERDICT_UNSIGNED:
		doc_puts(doc, ROLE_TEXT, " (unsigned: there is no policy to verify it by)");
		return;
	case VERDICT_VOID:
		doc_puts(doc, ROLE_ALARM, " (no longer holds: ");
		break;
	case VERDICT_FORGED:
		doc_puts(doc, ROLE_ALARM, " (forged: ");
		break;
	}
	doc_put(doc, ROLE_ALARM, decision->why);
	doc_puts(doc, ROLE_ALARM, ")");
}

static void
put_decision(struct doc *doc, const struct view_model *model, const struct decision *decision)
{
	char at[TIME_TEXT], age[TIME_TEXT];
	int64_t now = clock_now(model->clock);

	clock_format(model->local, decision->at, at);
	time_format_age(now - decision->at, age);
	doc_puts(doc, decision_role(decision), decision_rules[decision->action].title);
	if (decision_is_signed(decision))
		put_verdict(doc, model, decision);
	else if (decision->action == DECIDE_VALIDATE)
		doc_puts(doc, ROLE_TEXT, " (unsigned)");
	doc_puts(doc, ROLE_TEXT, " by ");
	doc_put(doc, ROLE_STRONG, decision->actor);
	if (strcmp(age, "now") == 0)
		doc_printf(doc, ROLE_DIM, ", now, %s", at);
	else
		doc_printf(doc, ROLE_DIM, ", %s ago, %s", age, at);
	if (is_undone(&model->subject->alert, decision))
		doc_puts(doc, ROLE_DIM, ", undone");
	if (decision->reason.len) {
		doc_puts(doc, ROLE_DIM, ": ");
		doc_put(doc, ROLE_TEXT, decision->reason);
	}
}

void
view_put_decisions(struct doc *doc, const struct view_model *model, size_t tag)
{
	const struct alert *alert = &model->subject->alert;

	for (size_t i = alert->decision_count; i > 0; i--) {
		doc_line(doc, tag, true, LABEL_COLS);
		doc_puts(doc, ROLE_LABEL,
			i == alert->decision_count ? "decisions  " : "           ");
		put_decision(doc, model, &alert->decisions[i - 1]);
	}
}

void
view_history(struct doc *doc, const struct view_model *model)
{
	const struct alert *alert = &model->subject->alert;

	if (!model->subject->loaded)
		return;
	view_put_timeline(doc, model);
	doc_line(doc, VIEW_NO_TRACE, false, 0);
	view_put_decisions(doc, model, VIEW_NO_TRACE);
	if (!alert->decision_count) {
		doc_line(doc, VIEW_NO_TRACE, true, LABEL_COLS);
		doc_puts(doc, ROLE_LABEL, "decisions  ");
		doc_puts(doc, ROLE_UNKNOWN, "nothing was decided yet");
	}
	for (size_t i = 0; i < alert->source_count; i++) {
		const struct alert_source *source = &alert->sources[i];

		doc_line(doc, VIEW_NO_TRACE, true, LABEL_COLS);
		doc_puts(doc, ROLE_LABEL, i ? "           " : "delivered  ");
		doc_put(doc, ROLE_TEXT, source->name);
		doc_puts(doc, ROLE_DIM, " ");
		doc_put(doc, ROLE_TEXT, source->path);
		doc_printf(doc, ROLE_DIM, " at byte %llu", (unsigned long long)source->offset);
	}
}
