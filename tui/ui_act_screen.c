/* The clipboard, times and themes, and the program as a whole. */
#include <stdio.h>

#include "tui/clipboard.h"
#include "tui/ui_act.h"

static unsigned
copy(struct ui *ui, struct str text, const char *what)
{
	buf_clear(&ui->clipboard);
	clipboard_clean(&ui->clipboard, text);
	if (!text.len || ui->clipboard.len > CLIPBOARD_MAX) {
		ui_say(ui, ROLE_ERROR,
			text.len ? "%s is too long for a terminal's clipboard"
				 : "%s is empty: nothing was copied",
			what);
		return UI_DRAW;
	}
	ui_say(ui, ROLE_DONE, "copied %s", what);
	return UI_DRAW | UI_COPY;
}

/* A line each, in the order of the list; what would not fit a clipboard is not gathered. */
static unsigned
copy_marked(struct ui *ui)
{
	const struct list *list = &ui->list;
	struct buf ids = {0};
	char id[ALERT_ID_SIZE], what[64];
	unsigned requests;
	struct error err;

	for (size_t i = 0; i < list->count && ids.len <= CLIPBOARD_MAX; i++)
		if (list->rows[i].marked &&
			subject_find_id(ui->o.store, list->rows[i].rowid, id, &err))
			buf_printf(&ids, "%s\n", id);
	snprintf(what, sizeof(what), "the ids of %zu marked alert%s", list->marks,
		list->marks == 1 ? "" : "s");
	requests = copy(ui, buf_view(&ids), what);
	buf_fini(&ids);
	return requests;
}

unsigned
act_copy(struct ui *ui)
{
	const struct subject *subject = &ui->subject;
	const struct event_line *line =
		event_text_at(&ui->event_text, ui->panes[PANE_EVENT].cursor);
	const struct fact *fact = ui->focus == PANE_ENTITY ? ui_fact_at_cursor(ui) : NULL;

	if (ui->focus == PANE_LIST && ui->list.marks)
		return copy_marked(ui);
	if (!subject->loaded)
		return 0;
	if (fact && strcmp(fact->name, "newKey") == 0 && subject->alert.text[ALERT_KEY_ID].len)
		return copy(ui, subject->alert.text[ALERT_KEY_ID], "the key id");
	if (fact)
		return copy(ui, fact->value, fact->label);
	if (ui->focus == PANE_EVENT && line) {
		struct str value =
			str_slice(subject->alert.raw, line->value, line->value_end - line->value);

		if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
			value = str_slice(value, 1, value.len - 2);
		return copy(ui, value, "the field");
	}
	return copy(ui, subject->alert.raw, "the record");
}

unsigned
act_copy_command(struct ui *ui)
{
	struct arena arena = {0};
	struct str command;
	unsigned requests;

	if (!ui->subject.loaded)
		return 0;
	command = fact_deactivate_command(&arena, &ui->subject.alert);
	if (command.data) {
		requests = copy(ui, command, "the command that deactivates the key");
	} else {
		ui_say(ui, ROLE_ERROR, "this alert names no new key to deactivate");
		requests = UI_DRAW;
	}
	arena_fini(&arena);
	return requests;
}

unsigned
act_export(struct ui *ui)
{
	ui_ask_export(ui);
	return UI_DRAW;
}

unsigned
act_record(struct ui *ui)
{
	return ui->subject.loaded ? UI_RECORD : 0;
}

unsigned
act_utc(struct ui *ui)
{
	ui->local = !ui->local;
	ui->panes_stale = true;
	return UI_DRAW;
}

/* The next one. What is wrong with one that cannot be read is said, and it is passed over. */
unsigned
act_theme(struct ui *ui)
{
	const struct theme_names *names = &ui->themes;
	struct error err = {0};
	size_t at = 0;

	while (at + 1 < names->count && strcmp(names->list[at], ui->theme.name) != 0)
		at++;
	for (size_t i = 1; i <= names->count; i++) {
		struct error wrong;

		if (config_load_theme(&ui->theme, names->list[(at + i) % names->count], &wrong))
			break;
		err = wrong;
	}
	if (err.text[0])
		ui_say(ui, ROLE_ERROR, "%s", err.text);
	else
		ui_say(ui, ROLE_TEXT, "theme %s", ui->theme.name);
	return UI_DRAW | UI_THEME;
}

unsigned
act_command(struct ui *ui)
{
	ui_ask_command(ui);
	return UI_DRAW;
}

unsigned
act_redraw(struct ui *ui)
{
	(void)ui;
	return UI_DRAW | UI_REFRESH;
}

unsigned
act_suspend(struct ui *ui)
{
	(void)ui;
	return UI_SUSPEND;
}

unsigned
act_quit(struct ui *ui)
{
	if (ui->overlay == OVERLAY_NONE)
		return UI_QUIT;
	if (!ui_trail_back(ui))
		ui->overlay = OVERLAY_NONE;
	return UI_DRAW;
}
