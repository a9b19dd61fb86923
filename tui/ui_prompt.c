/* The prompts that are no decisions, and where each answer goes. */
#include "tui/ui.h"

void
ui_prompt(struct ui *ui, enum prompt_kind kind, const char *label, const char *help)
{
	ui->list.follow = ui->list.top_until_moved = false;
	prompt_open(&ui->prompt, kind, label, help);
}

void
ui_ask_filter(struct ui *ui)
{
	ui_prompt(ui, PROMPT_FILTER, "filter: ",
		"KQL, e.g. UserIdentityType == \"Root\" and isempty(ErrorCode); empty shows all");
	line_edit_set(&ui->prompt.edit, buf_view(&ui->filter.text));
}

void
ui_ask_command(struct ui *ui)
{
	ui_prompt(ui, PROMPT_COMMAND, ":",
		"an action by its name, and what it is for; Tab completes, Esc leaves");
}

static void
send_filter(struct ui *ui)
{
	struct str text = str_trim(prompt_text(&ui->prompt));
	const char *named = config_find_filter(ui->o.config, text);
	struct error err;

	if (named)
		line_edit_set(&ui->prompt.edit, str_from(named));
	text = str_trim(prompt_text(&ui->prompt));
	if (!ui_set_filter(ui, text, &err)) {
		prompt_set_located_error(&ui->prompt, err.text);
		return;
	}
	prompt_remember(&ui->prompt, PROMPT_FILTER, text);
	prompt_close(&ui->prompt);
}

static unsigned
sent(struct ui *ui)
{
	switch (ui->prompt.kind) {
	case PROMPT_SEARCH:
		ui_search_sent(ui);
		break;
	case PROMPT_FILTER:
		send_filter(ui);
		break;
	case PROMPT_COMMAND:
		return ui_command_sent(ui);
	case PROMPT_REPLACE:
		ui_export_sent(ui);
		break;
	default:
		ui_decision_sent(ui);
		break;
	}
	return UI_DRAW;
}

static void
left(struct ui *ui)
{
	bool deciding = ui->prompt.kind == PROMPT_REASON || ui->prompt.kind == PROMPT_WORD ||
			ui->prompt.kind == PROMPT_CHOICE;

	if (ui->prompt.kind == PROMPT_SEARCH)
		ui_search_left(ui);
	if (ui->overlay == OVERLAY_STATEMENT)
		ui->overlay = OVERLAY_NONE;
	prompt_close(&ui->prompt);
	if (deciding)
		ui_say(ui, ROLE_TEXT, "nothing was decided");
}

static unsigned
take_sign_now(struct ui *ui)
{
	bool now = ui->sign_now;

	ui->sign_now = false;
	return now ? UI_SIGN : 0;
}

void
ui_prompt_written(struct ui *ui)
{
	if (ui->prompt.kind == PROMPT_SEARCH)
		ui_search_written(ui);
}

unsigned
ui_prompt_key(struct ui *ui, uint32_t key)
{
	switch (prompt_key(&ui->prompt, key)) {
	case PROMPT_SENT:
		return sent(ui) | take_sign_now(ui);
	case PROMPT_LEFT:
		left(ui);
		break;
	case PROMPT_COMPLETE:
		if (ui->prompt.kind == PROMPT_COMMAND)
			ui_complete_command(ui);
		else if (ui->prompt.kind == PROMPT_FILTER)
			ui_complete_filter(ui);
		break;
	case PROMPT_CHOSEN:
		if (ui->prompt.kind == PROMPT_FIELD)
			ui_narrow_chosen(ui, key);
		else
			ui_decision_chosen(ui, key);
		break;
	case PROMPT_GOES_ON:
		ui_prompt_written(ui);
		break;
	}
	return UI_DRAW | take_sign_now(ui);
}
