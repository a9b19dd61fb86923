/* A validation by policy: the statement and its digest are on the screen before anything is signed.
 */
#include "core/validation/request.h"
#include "tui/ui.h"

bool
ui_signs(const struct ui *ui)
{
	return ui->asked == DECIDE_VALIDATE && ui->o.judge &&
	       ui->o.judge->policy->state != POLICY_NONE;
}

/* Before a reason is asked for: who could sign at all. */
bool
ui_may_sign(struct ui *ui)
{
	const struct policy *policy = ui->o.judge->policy;
	struct error err;

	signing_fini(&ui->signing);
	if (policy->state == POLICY_REFUSED) {
		ui_say(ui, ROLE_ERROR, "%s", policy->refusal.text);
		return false;
	}
	if (signing_find_admin(&ui->signing, policy, str_from(ui->o.user), &err))
		return true;
	ui_say(ui, ROLE_ERROR, "%s", err.text);
	return false;
}

/* What cannot be signed is refused at once, and said with the rest. */
static void
make_statements(struct ui *ui)
{
	struct decide *d = &ui->decide;
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct decide_target *t = &d->targets[i];
		struct error err;

		if ((t->id[0] || subject_find_id(ui->o.store, t->rowid, t->id, &err)) &&
			signing_add(&ui->signing, ui->o.judge, t->id, t->seq, buf_view(&d->reason),
				clock_now(&ui->clock), &err)) {
			struct decide_target own = *t;

			d->targets[i] = d->targets[kept];
			d->targets[kept++] = own;
			continue;
		}
		decide_refuse(d, t, err.text);
	}
	decide_keep(d, kept);
}

void
ui_ask_signature(struct ui *ui)
{
	struct buf label = {0};

	make_statements(ui);
	if (!ui->signing.count) {
		prompt_close(&ui->prompt);
		ui_report_decisions(ui);
		return;
	}
	ui_open_overlay(ui, OVERLAY_STATEMENT);
	if (ui->signing.count > 1) {
		buf_printf(&label, "type validate to sign %zu as %s: ", ui->signing.count,
			ui->signing.principal);
		prompt_open(&ui->prompt, PROMPT_WORD, buf_cstr(&label),
			"Enter signs them with your agent's key; Esc leaves");
	} else {
		buf_printf(&label, "sign as %s? y ", ui->signing.principal);
		prompt_open(&ui->prompt, PROMPT_CHOICE, buf_cstr(&label),
			"y signs with your agent's key; any other key leaves");
	}
	buf_clear(&ui->prompt.context);
	buf_printf(&ui->prompt.context, "key %s", ui->signing.fingerprint);
	buf_fini(&label);
}

void
ui_signed(struct ui *ui, bool ok, const struct error *err)
{
	ui->overlay = OVERLAY_NONE;
	if (ok) {
		ui->decide.signing = &ui->signing;
		ui_apply_decision(ui);
		return;
	}
	signing_fini(&ui->signing);
	ui_say(ui, ROLE_ERROR, "nothing was signed: %s", err->text);
}
