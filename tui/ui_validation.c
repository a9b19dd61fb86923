/* Signed validations on the screen: who verifies them, and what comes of it. */
#include "tui/ui.h"

enum { ASK_MOST = 256 }; /* of a slice */

/* What the list only claims is asked for, the rows of the window first. */
void
ui_ask_verdicts(struct ui *ui)
{
	struct list *list = &ui->list;
	uint32_t row;

	if (!ui->o.verifier)
		return;
	for (int i = 0; i < ASK_MOST && (row = list_take_unjudged(list)) != LIST_NONE; i++) {
		size_t at = list->top;
		bool seen = false;

		while (!seen && at < list->top + list->height)
			seen = list_at(list, at++) == row;
		verifier_ask(ui->o.verifier, list->rows[row].rowid, seen);
	}
}

static void
learn(struct ui *ui, const struct verifier_result *r)
{
	for (size_t i = 0; i < r->lesson_count; i++)
		memory_learn(ui->o.judge->memory, r->lessons[i].key, r->lessons[i].verdict,
			r->lessons[i].why ? str_from(r->lessons[i].why) : STR_ABSENT);
}

bool
ui_take_verdicts(struct ui *ui)
{
	struct verifier_result r;
	bool any = false;

	while (ui->o.verifier && verifier_take(ui->o.verifier, &r)) {
		learn(ui, &r);
		if (!r.unsure)
			list_set_judged(&ui->list, r.rowid, &r.state, str_from(r.principals));
		if (r.rowid == ui->subject.rowid)
			ui->subject_stale = true;
		verifier_result_fini(&r);
		any = true;
	}
	return any;
}

/* By what is known already; what is not is asked for, and the frame after it shows it. */
void
ui_judge_subject(struct ui *ui)
{
	struct subject *s = &ui->subject;

	if (!ui->o.judge || !s->loaded)
		return;
	if (judge_alert(ui->o.judge, &s->alert, false) && ui->o.verifier &&
		ui->asked_subject != s->alert.state.last_seq) {
		ui->asked_subject = s->alert.state.last_seq;
		verifier_ask(ui->o.verifier, s->rowid, true);
	}
}

/* What we just verified ourselves needs no waiting for. */
void
ui_judge_row(struct ui *ui, int64_t rowid)
{
	struct alert alert = {0};
	struct buf principals = {0};
	struct error err;

	if (!store_load_row(ui->o.store, rowid, &alert, &err))
		return;
	if (!judge_alert(ui->o.judge, &alert, false)) {
		decision_principals(alert.decisions, alert.decision_count, &principals);
		list_set_judged(&ui->list, rowid, &alert.state, buf_view(&principals));
	}
	buf_fini(&principals);
	alert_fini(&alert);
}

/* Back to what the store claims; that is asked for anew, also what was asked of the one before and
 * not answered. */
void
ui_forget_verdicts(struct ui *ui)
{
	struct list *list = &ui->list;
	struct error err;

	for (size_t i = 0; i < list->count; i++) {
		if (!list->rows[i].judged && list->rows[i].validation != VALIDATION_CHECKING)
			continue;
		list->rows[i].judged = false;
		list_sync_row(&ui->sync, list, list->rows[i].rowid, &err);
	}
	ui->subject_stale = true;
	ui->asked_subject = 0;
}

/* ---- words ---- */

/* "validated ✓ alice", "awaiting (1 of 2)", "unsigned" … of what a row is known to be. */
void
ui_put_validation(const struct ui *ui, const struct list_row *row, bool brief, struct buf *out)
{
	switch ((enum validation_state)row->validation) {
	case VALIDATION_SIGNED:
		buf_printf(out, "%s%s ", brief ? "" : "validated ",
			glyph_text(GLYPH_BENIGN, ui->grid.ascii));
		buf_str(out, list_word(&ui->list, row->validators));
		break;
	case VALIDATION_AWAITING:
		if (row->approvals)
			buf_printf(out, brief ? "%u of %u" : "awaiting (%u of %u)", row->approvals,
				row->needed);
		else
			buf_puts(out, brief ? "awaiting" : "awaiting validation");
		break;
	case VALIDATION_VOID:
		buf_puts(out, "no longer holds");
		break;
	case VALIDATION_NONE:
		break;
	default:
		buf_puts(out, validation_state_name((enum validation_state)row->validation));
		break;
	}
}
