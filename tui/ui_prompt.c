/* The prompts that are no decisions, and where each answer goes. */
#include "tui/ui.h"

/* Writing something ends follow: nothing moves under a prompt. */
static void
open_prompt(struct ui *ui, enum prompt_kind kind, const char *label, const char *help)
{
	ui->list.follow = ui->list.top_until_moved = false;
	prompt_open(&ui->prompt, kind, label, help);
}

void
ui_ask_search(struct ui *ui)
{
	open_prompt(ui, PROMPT_SEARCH, "/",
		ui->focus == PANE_LIST && ui->overlay == OVERLAY_NONE
			? "a regular expression (PCRE2) over what the rows say; Esc leaves"
			: "a regular expression (PCRE2) in this pane; Esc leaves");
}

void
ui_ask_filter(struct ui *ui)
{
	open_prompt(ui, PROMPT_FILTER, "filter: ",
		"KQL, e.g. UserIdentityType == \"Root\" and isempty(ErrorCode); empty shows all");
	line_edit_set(&ui->prompt.edit, buf_view(&ui->filter.text));
}

void
ui_ask_command(struct ui *ui)
{
	open_prompt(ui, PROMPT_COMMAND, ":", "the name of an action; Tab completes, Esc leaves");
}

static void
send_search(struct ui *ui)
{
	struct error err;

	if (!prompt_text(&ui->prompt).len) {
		prompt_close(&ui->prompt);
		ui_clear_search(ui);
		return;
	}
	if (!ui_set_search(ui, prompt_text(&ui->prompt), &err)) {
		prompt_set_located_error(&ui->prompt, err.text);
		return;
	}
	prompt_remember(&ui->prompt, PROMPT_SEARCH, prompt_text(&ui->prompt));
	prompt_close(&ui->prompt);
	ui_find(ui, 1);
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
send_command(struct ui *ui)
{
	struct str name = str_trim(prompt_text(&ui->prompt));
	enum action action = action_find(name);
	size_t count;
	struct str whole = action_complete(name, &count);

	if (action == ACTION_NONE && count == 1)
		action = action_find(whole);
	if (action == ACTION_NONE && name.len) {
		prompt_set_error(&ui->prompt,
			count ? "several actions begin like this; Tab shows them"
			      : "there is no such action; ? lists them",
			0);
		return UI_DRAW;
	}
	prompt_remember(&ui->prompt, PROMPT_COMMAND, name);
	prompt_close(&ui->prompt);
	return ui_act(ui, action) | UI_DRAW;
}

/* Completes as far as it is certain, else shows what it may become. */
static void
complete_command(struct ui *ui)
{
	struct str typed = prompt_text(&ui->prompt);
	size_t count;
	struct str common = action_complete(typed, &count);
	struct buf names = {0};

	if (common.len > typed.len || count == 1) {
		line_edit_set(&ui->prompt.edit, common);
		return;
	}
	for (enum action a = 0; a < ACTION_COUNT; a++)
		if (str_starts_with(str_from(actions[a].name), typed))
			buf_printf(&names, "%s ", actions[a].name);
	buf_clear(&ui->prompt.help);
	buf_str(&ui->prompt.help, names.len ? buf_view(&names) : STR("there is no such action"));
	buf_fini(&names);
}

static void
complete_filter(struct ui *ui)
{
	struct str typed = prompt_text(&ui->prompt);

	buf_clear(&ui->prompt.help);
	buf_puts(&ui->prompt.help, "configured:");
	for (size_t i = 0; i < ui->o.config->filter_count; i++) {
		const char *name = ui->o.config->filters[i].name;

		buf_printf(&ui->prompt.help, " %s", name);
		if (typed.len && str_starts_with(str_from(name), typed)) {
			line_edit_set(&ui->prompt.edit, str_from(name));
			return;
		}
	}
	if (!ui->o.config->filter_count)
		buf_puts(&ui->prompt.help, " no filters; [filters] in config.ini names some");
}

static unsigned
sent(struct ui *ui)
{
	switch (ui->prompt.kind) {
	case PROMPT_SEARCH:
		send_search(ui);
		break;
	case PROMPT_FILTER:
		send_filter(ui);
		break;
	case PROMPT_COMMAND:
		return send_command(ui);
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

	prompt_close(&ui->prompt);
	if (deciding)
		ui_say(ui, ROLE_TEXT, "nothing was decided");
}

unsigned
ui_prompt_key(struct ui *ui, uint32_t key)
{
	switch (prompt_key(&ui->prompt, key)) {
	case PROMPT_SENT:
		return sent(ui);
	case PROMPT_LEFT:
		left(ui);
		break;
	case PROMPT_COMPLETE:
		if (ui->prompt.kind == PROMPT_COMMAND)
			complete_command(ui);
		else if (ui->prompt.kind == PROMPT_FILTER)
			complete_filter(ui);
		break;
	case PROMPT_CHOSEN:
		ui_decision_chosen(ui, key);
		break;
	case PROMPT_GOES_ON:
		break;
	}
	return UI_DRAW;
}
