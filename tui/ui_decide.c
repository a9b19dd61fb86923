/* How a decision is asked for: reason, then what confirms it (settled points, product table). */
#include <limits.h>

#include "tui/short_text.h"
#include "tui/ui.h"

static void
add_target(struct ui *ui, uint32_t row, const char *id, int64_t seq)
{
	struct decide_target target = {.row = row, .rowid = ui->list.rows[row].rowid, .seq = seq};
	struct buf name = {0};

	memcpy(target.id, id, strlen(id) + 1);
	ui_row_name(ui, row, INT_MAX, &name);
	decide_add(&ui->decide, &target, buf_view(&name));
	buf_fini(&name);
}

/* The marked alerts, or the one that the last frame showed as selected. */
static void
collect_targets(struct ui *ui)
{
	const struct list *list = &ui->list;

	for (size_t i = 0; list->marks && i < list->count; i++)
		if (list->rows[i].marked)
			add_target(ui, (uint32_t)i, "", list->rows[i].seen_seq);
	if (!list->marks && ui->shown.row != LIST_NONE)
		add_target(ui, ui->shown.row, ui->shown.id, ui->shown.seq);
}

/* "3 marked alerts, 1 of them not shown: " */
static void
put_marks(const struct ui *ui, struct buf *out)
{
	size_t hidden = list_marks_hidden(&ui->list);

	buf_printf(out, "%zu marked alert%s", ui->decide.count, ui->decide.count == 1 ? "" : "s");
	if (hidden)
		buf_printf(out, ", %zu not shown", hidden);
	buf_puts(out, ": ");
}

/* What is decided, and about whom: of one alert both names, of several as many as there is room. */
static void
put_context(struct ui *ui, const char *title)
{
	struct buf text = {0};
	int room = ui->grid.cols - 4;

	buf_printf(&text, "%s  ", title);
	if (ui->list.marks)
		put_marks(ui, &text);
	if (ui->decide.count == 1)
		ui_row_name(ui, ui->decide.targets[0].row,
			room - grid_columns(buf_view(&text), ui->grid.ascii), &text);
	for (size_t i = 0; ui->decide.count > 1 && i < ui->decide.count && (int)text.len < room;
		i++)
		buf_printf(&text, "%s%s", i ? ", " : "", ui->decide.targets[i].name);
	buf_clear(&ui->prompt.context);
	short_text_put(&ui->prompt.context, buf_view(&text), room, ui->grid.ascii);
	buf_fini(&text);
}

/* Whether it makes sense to ask; the store judges again. */
static bool
is_possible(struct ui *ui, enum decision_action action)
{
	const struct alert *alert = &ui->subject.alert;
	struct error err;

	if (ui->decide.applying) {
		ui_say(ui, ROLE_ERROR, "the decision before is still being recorded");
		return false;
	}
	if (ui_is_marking(ui)) {
		ui_say(ui, ROLE_ERROR, "alerts are still being marked; Esc stops that");
		return false;
	}
	if (!ui->decide.count) {
		ui_say(ui, ROLE_TEXT, "no alert is selected");
		return false;
	}
	if (ui->list.marks || !ui->subject.loaded || ui->subject.rowid != ui->shown.rowid)
		return true;
	if (decision_allowed(alert->decisions, alert->decision_count, alert->state.needed, action,
		    str_from(ui->o.user), STR("asked"), &err))
		return true;
	ui_say(ui, ROLE_ERROR, "%s", err.text);
	return false;
}

static void
begin(struct ui *ui, enum decision_action action)
{
	/* The frame that was shown counts, and nothing moves from here on. */
	ui->list.follow = ui->list.top_until_moved = false;
	list_select_row(&ui->list, ui->shown.row);
	if (ui->decide.applying)
		return;
	decide_begin(&ui->decide, action);
	ui->decide.judge = ui->o.judge;
	collect_targets(ui);
}

static void
ask_reason(struct ui *ui, enum decision_action action)
{
	const char *label = action == DECIDE_NOTE ? "note: " : "reason: ";
	const char *help = action == DECIDE_REQUEST
				   ? "Enter requests, the note may be empty; Esc leaves"
			   : action == DECIDE_NOTE ? "Enter adds the note; Esc leaves"
						   : "Enter goes on; Esc leaves";

	ui->asked = action;
	if (action == DECIDE_REQUEST)
		label = "note: ";
	prompt_open(&ui->prompt, PROMPT_REASON, label, help);
	put_context(ui, decision_rules[action].title);
}

void
ui_apply_decision(struct ui *ui)
{
	ui->decide.action = ui->asked;
	prompt_close(&ui->prompt);
	decide_apply(&ui->decide);
	ui_decide_slice(ui, 0); /* the first at once: its frame shows the result */
}

void
ui_ask_decision(struct ui *ui, enum decision_action action)
{
	begin(ui, action);
	if (!is_possible(ui, action))
		return;
	ui->asked = action;
	if (ui_signs(ui) && !ui_may_sign(ui))
		return;
	if (action == DECIDE_TAKE)
		ui_apply_decision(ui);
	else
		ask_reason(ui, action);
}

void
ui_ask_false_positive(struct ui *ui)
{
	begin(ui, DECIDE_FALSE_LOGIC);
	if (!is_possible(ui, DECIDE_FALSE_LOGIC))
		return;
	ui->asked = DECIDE_COUNT; /* not known yet */
	prompt_open(&ui->prompt, PROMPT_CHOICE, "why? l incorrect alert logic, d inaccurate data ",
		"one key; any other leaves");
	put_context(ui, "false positive");
}

static void
ask_confirmation(struct ui *ui)
{
	const struct decision_rule *rule = &decision_rules[ui->asked];
	struct buf label = {0};

	if (rule->closes && ui->decide.count > 1) {
		buf_printf(&label, "type %s to close %zu alerts: ", rule->confirm_word,
			ui->decide.count);
		prompt_open(&ui->prompt, PROMPT_WORD, buf_cstr(&label),
			"Enter closes them; Esc leaves");
	} else if (rule->confirm) {
		buf_printf(&label, "%s: close as %s%s? y ", rule->title,
			classification_name(rule->classification),
			ui->asked == DECIDE_VALIDATE ? " (unsigned)" : "");
		prompt_open(&ui->prompt, PROMPT_CHOICE, buf_cstr(&label),
			"y confirms; any other key leaves");
	} else {
		ui_apply_decision(ui);
	}
	buf_fini(&label);
	if (ui->prompt.kind != PROMPT_NONE)
		put_context(ui, rule->title);
}

static void
reason_sent(struct ui *ui)
{
	struct str reason = str_trim(prompt_text(&ui->prompt));
	struct error err;

	if (!decision_text_ok(ui->asked, reason, &err)) {
		prompt_set_error(&ui->prompt, err.text, 0);
		return;
	}
	buf_clear(&ui->decide.reason);
	buf_str(&ui->decide.reason, reason);
	prompt_remember(&ui->prompt, PROMPT_REASON, reason);
	if (ui_signs(ui))
		ui_ask_signature(ui);
	else
		ask_confirmation(ui);
}

/* The loop lends the terminal for it. */
static void
sign(struct ui *ui)
{
	prompt_close(&ui->prompt);
	ui->sign_now = true;
}

void
ui_decision_sent(struct ui *ui)
{
	const char *word;

	if (ui->prompt.kind == PROMPT_REASON) {
		reason_sent(ui);
		return;
	}
	word = decision_rules[ui->asked].confirm_word;
	if (str_is(prompt_text(&ui->prompt), word)) {
		if (ui_signs(ui)) {
			sign(ui);
			return;
		}
		ui_apply_decision(ui);
		return;
	}
	prompt_set_error(&ui->prompt, "this is not the word: nothing was decided so far", 0);
}

void
ui_decision_chosen(struct ui *ui, uint32_t key)
{
	if (ui->asked == DECIDE_COUNT && (key == 'l' || key == 'd')) {
		ask_reason(ui, key == 'l' ? DECIDE_FALSE_LOGIC : DECIDE_FALSE_DATA);
	} else if (ui_signs(ui) && key == 'y') {
		sign(ui);
	} else if (ui->asked != DECIDE_COUNT && key == 'y') {
		ui_apply_decision(ui);
	} else {
		if (ui->overlay == OVERLAY_STATEMENT)
			ui->overlay = OVERLAY_NONE;
		prompt_close(&ui->prompt);
		ui_say(ui, ROLE_TEXT, "nothing was decided");
	}
}

/* ---- applying ---- */

void
ui_report_decisions(struct ui *ui)
{
	const struct view_report *r = &ui->decide.report;

	if (ui->decide.count == 1 && r->count) {
		ui_say(ui, ROLE_ERROR, "refused: %s", r->refusals[0].why);
	} else if (ui->decide.count == 1) {
		ui_say(ui, ROLE_DONE, "done: %s, %s", r->title, ui->decide.targets[0].name);
	} else {
		ui_say(ui, r->count ? ROLE_ERROR : ROLE_DONE, "%s: %zu done, %zu refused", r->title,
			r->done, r->count);
		if (r->count)
			ui_open_overlay(ui, OVERLAY_REPORT);
	}
}

void
ui_decide_slice(struct ui *ui, int64_t deadline_ms)
{
	const struct decide_target *target;
	struct error err;
	bool done;

	while (ui->decide.applying) {
		target = decide_step(&ui->decide, ui->o.store, str_from(ui->o.user),
			clock_now(&ui->clock), &done);
		if (!target) {
			ui_report_decisions(ui);
			if (ui->decide.count == 1 && ui->decide.report.done)
				ui_review_next(ui, ui->decide.targets[0].row);
			return;
		}
		list_sync_row(&ui->sync, &ui->list, target->rowid, &err);
		if (done && ui->decide.signing)
			ui_judge_row(ui, target->rowid);
		/* What was refused keeps its mark for another try; what we did, we know of. */
		if (done) {
			list_mark(&ui->list, target->row, false);
			list_saw(&ui->list, target->row);
		}
		if (ui->decide.next < ui->decide.count && time_monotonic_ms() >= deadline_ms)
			return;
	}
}
