/* What each action does; the table of them is action.h's. */
#include "tui/ui.h"

#include <stdlib.h>

#include "tui/clipboard.h"

typedef unsigned act_function(struct ui *ui);

/* ---- moving ---- */

static unsigned
move(struct ui *ui, long by)
{
	struct pane *pane = ui_focused_pane(ui);

	if (pane)
		pane_move(pane, by);
	else
		list_move(&ui->list, by);
	return UI_DRAW;
}

static unsigned
act_up(struct ui *ui)
{
	return move(ui, -1);
}

static unsigned
act_down(struct ui *ui)
{
	return move(ui, 1);
}

static unsigned
page(struct ui *ui, int direction)
{
	struct pane *pane = ui_focused_pane(ui);
	long height = (long)ui->list.height;

	if (pane)
		pane_page(pane, direction);
	else
		list_move(&ui->list, direction * (height > 1 ? height - 1 : 1));
	return UI_DRAW;
}

static unsigned
act_page_up(struct ui *ui)
{
	return page(ui, -1);
}

static unsigned
act_page_down(struct ui *ui)
{
	return page(ui, 1);
}

static unsigned
act_first(struct ui *ui)
{
	struct pane *pane = ui_focused_pane(ui);

	if (pane)
		pane_first(pane);
	else
		list_select(&ui->list, 0);
	return UI_DRAW;
}

static unsigned
act_last(struct ui *ui)
{
	struct pane *pane = ui_focused_pane(ui);

	if (pane)
		pane_last(pane);
	else
		list_select(&ui->list, SIZE_MAX);
	return UI_DRAW;
}

static unsigned
undecided(struct ui *ui, int step)
{
	if (!list_select_undecided(&ui->list, step))
		ui_say(ui, ROLE_TEXT, "no alert %s this one is open", step > 0 ? "below" : "above");
	return UI_DRAW;
}

static unsigned
act_next_undecided(struct ui *ui)
{
	return undecided(ui, 1);
}

static unsigned
act_previous_undecided(struct ui *ui)
{
	return undecided(ui, -1);
}

static unsigned
act_follow(struct ui *ui)
{
	list_set_follow(&ui->list, !ui->list.follow);
	ui_say(ui, ROLE_TEXT, ui->list.follow ? "following the newest alert" : "follow is off");
	return UI_DRAW;
}

/* ---- panes ---- */

/* The panes that Tab goes through: all of the layout; the list only where all are visible. */
static unsigned
change_pane(struct ui *ui, int step)
{
	static const enum pane_kind wide[] = {PANE_LIST, PANE_ENTITY, PANE_EVENT};
	static const enum pane_kind stacked[] = {PANE_ENTITY, PANE_EVENT, PANE_HISTORY};
	bool is_wide = ui->layout.kind == LAYOUT_WIDE;
	const enum pane_kind *order = is_wide ? wide : stacked;
	enum pane_kind now = is_wide ? ui->focus : ui->below;
	size_t i = 0;

	if (ui->overlay != OVERLAY_NONE)
		return 0;
	while (i < 2 && order[i] != now)
		i++;
	now = order[(i + (step > 0 ? 1 : 2)) % 3];
	if (is_wide) {
		ui->focus = now;
	} else {
		ui->below = now;
		if (ui->focus != PANE_LIST)
			ui->focus = now;
	}
	ui->panes_stale = true;
	return UI_DRAW;
}

static unsigned
act_next_pane(struct ui *ui)
{
	return change_pane(ui, 1);
}

static unsigned
act_previous_pane(struct ui *ui)
{
	return change_pane(ui, -1);
}

static unsigned
act_right(struct ui *ui)
{
	if (ui->overlay != OVERLAY_NONE)
		return 0;
	if (ui->focus == PANE_LIST)
		ui->focus = ui->layout.kind == LAYOUT_WIDE ? PANE_ENTITY : ui->below;
	else if (ui->layout.kind == LAYOUT_WIDE)
		ui->focus = PANE_EVENT;
	return UI_DRAW;
}

static unsigned
act_left(struct ui *ui)
{
	if (ui->overlay != OVERLAY_NONE)
		return 0;
	if (ui->layout.kind == LAYOUT_WIDE && ui->focus == PANE_EVENT)
		ui->focus = PANE_ENTITY;
	else
		ui->focus = PANE_LIST;
	return UI_DRAW;
}

static void
focus_pane(struct ui *ui, enum pane_kind kind)
{
	if (ui->layout.kind == LAYOUT_STACKED && ui->below != kind) {
		ui->below = kind;
		ui->panes_stale = true;
	}
	ui->focus = kind;
}

/* The fact under the entity pane's cursor, or NULL. */
static const struct fact *
fact_at_cursor(const struct ui *ui)
{
	const struct pane *pane = &ui->panes[PANE_ENTITY];
	size_t tag;

	if (!ui->subject.loaded || pane->cursor >= pane->doc.line_count)
		return NULL;
	tag = pane->doc.lines[pane->cursor].tag;
	return tag < FACT_COUNT ? &ui->subject.facts[tag] : NULL;
}

static unsigned
jump_to_evidence(struct ui *ui)
{
	const struct fact *fact = fact_at_cursor(ui);
	struct pane *pane = &ui->panes[PANE_EVENT];
	struct view_model model;
	size_t offset, len;

	if (!fact || !fact->evidence || !ui->subject.parsed ||
		!event_locate(&ui->subject.event, fact->evidence, &offset, &len)) {
		ui_say(ui, ROLE_TEXT, "the record holds no evidence for this line");
		return UI_DRAW;
	}
	ui->event_text.evidence = offset;
	ui->event_text.evidence_end = offset + len;
	event_text_unfold_all(&ui->event_text);
	focus_pane(ui, PANE_EVENT);
	ui->layout = layout_for(ui->grid.rows, ui->grid.cols, ui->below);
	model = ui_model(ui, ui->layout.panes[PANE_EVENT].cols);
	doc_clear(&pane->doc);
	view_event(&pane->doc, &model);
	pane_laid(pane, model.width, (size_t)ui->layout.panes[PANE_EVENT].rows, model.ascii, false);
	pane_go(pane, event_text_line_of(&ui->event_text, offset));
	return UI_DRAW;
}

static unsigned
act_open(struct ui *ui)
{
	if (ui->overlay != OVERLAY_NONE || !ui->subject.loaded)
		return 0;
	if (ui->focus == PANE_ENTITY)
		return jump_to_evidence(ui);
	if (ui->focus == PANE_LIST)
		focus_pane(ui, PANE_ENTITY);
	return UI_DRAW;
}

static unsigned
act_back(struct ui *ui)
{
	struct error err;

	if (ui->overlay != OVERLAY_NONE)
		ui->overlay = OVERLAY_NONE;
	else if (ui->focus != PANE_LIST)
		ui->focus = PANE_LIST;
	else if (ui->search.regex)
		ui_clear_search(ui);
	else if (ui->filter.compiled)
		ui_set_filter(ui, STR(""), &err);
	else if (ui->list.show != SHOW_ALL)
		list_set_show(&ui->list, SHOW_ALL);
	return UI_DRAW;
}

static unsigned
act_fold(struct ui *ui)
{
	struct pane *pane = &ui->panes[PANE_EVENT];
	const struct event_line *line = event_text_at(&ui->event_text, pane->cursor);
	size_t open;

	if (ui->focus != PANE_EVENT || ui->overlay != OVERLAY_NONE || !line) {
		ui_say(ui, ROLE_TEXT, "folding works in the event pane");
		return UI_DRAW;
	}
	open = line->open;
	if (open == EVENT_TEXT_NONE)
		return 0;
	/* The cursor goes to the line that stays: the one that opens what is folded. */
	while (line && line->value > open)
		line = event_text_at(&ui->event_text, --pane->cursor);
	event_text_fold(&ui->event_text, open);
	ui->panes_stale = true;
	return UI_DRAW;
}

void
ui_open_overlay(struct ui *ui, enum ui_overlay overlay)
{
	pane_fini(&ui->overlay_pane);
	ui->overlay = overlay;
	ui->panes_stale = true;
}

static unsigned
toggle_overlay(struct ui *ui, enum ui_overlay overlay)
{
	ui_open_overlay(ui, ui->overlay == overlay ? OVERLAY_NONE : overlay);
	return UI_DRAW;
}

static unsigned
act_help(struct ui *ui)
{
	return toggle_overlay(ui, OVERLAY_HELP);
}

static unsigned
act_problems(struct ui *ui)
{
	ui_load_problems(ui);
	return toggle_overlay(ui, OVERLAY_PROBLEMS);
}

static unsigned
act_peek(struct ui *ui)
{
	return ui->subject.loaded ? toggle_overlay(ui, OVERLAY_PEEK) : 0;
}

static unsigned
act_columns(struct ui *ui)
{
	ui->columns++;
	return UI_DRAW;
}

/* ---- finding ---- */

static unsigned
act_search(struct ui *ui)
{
	ui_ask_search(ui);
	return UI_DRAW;
}

static unsigned
act_next_match(struct ui *ui)
{
	ui_find(ui, 1);
	return UI_DRAW;
}

static unsigned
act_previous_match(struct ui *ui)
{
	ui_find(ui, -1);
	return UI_DRAW;
}

static unsigned
act_filter(struct ui *ui)
{
	ui_ask_filter(ui);
	return UI_DRAW;
}

static unsigned
act_status(struct ui *ui)
{
	list_set_show(&ui->list, (ui->list.show + 1) % SHOW_COUNT);
	ui_say(ui, ROLE_TEXT, "showing %s alerts", list_show_name(ui->list.show));
	return UI_DRAW;
}

static unsigned
act_sort(struct ui *ui)
{
	list_set_sort(&ui->list, (ui->list.sort + 1) % SORT_COUNT);
	return UI_DRAW;
}

/* ---- deciding ---- */

static unsigned
act_mark(struct ui *ui)
{
	struct list *list = &ui->list;

	if (ui->overlay != OVERLAY_NONE || list->selected == LIST_NONE)
		return 0;
	list_mark(list, list->selected, !list->rows[list->selected].marked);
	list_move(list, 1);
	return UI_DRAW;
}

static unsigned
act_mark_all(struct ui *ui)
{
	list_mark_all(&ui->list);
	return UI_DRAW;
}

static unsigned
decide(struct ui *ui, enum decision_action action)
{
	if (ui->overlay != OVERLAY_NONE)
		return 0;
	ui_ask_decision(ui, action);
	return UI_DRAW;
}

static unsigned
act_take(struct ui *ui)
{
	return decide(ui, DECIDE_TAKE);
}

static unsigned
act_request(struct ui *ui)
{
	return decide(ui, DECIDE_REQUEST);
}

static unsigned
act_validate(struct ui *ui)
{
	return decide(ui, DECIDE_VALIDATE);
}

static unsigned
act_malicious(struct ui *ui)
{
	return decide(ui, DECIDE_MALICIOUS);
}

static unsigned
act_false_positive(struct ui *ui)
{
	if (ui->overlay == OVERLAY_NONE)
		ui_ask_false_positive(ui);
	return UI_DRAW;
}

static unsigned
act_note(struct ui *ui)
{
	return decide(ui, DECIDE_NOTE);
}

static unsigned
act_undo(struct ui *ui)
{
	return decide(ui, DECIDE_UNDO);
}

/* ---- the screen ---- */

static unsigned
copy(struct ui *ui, struct str text, const char *what)
{
	buf_clear(&ui->clipboard);
	clipboard_clean(&ui->clipboard, text);
	if (!text.len || ui->clipboard.len > CLIPBOARD_MAX) {
		ui_say(ui, ROLE_ERROR, text.len ? "%s is too long for a terminal's clipboard"
						: "%s is empty: nothing was copied",
			what);
		return UI_DRAW;
	}
	ui_say(ui, ROLE_DONE, "copied %s", what);
	return UI_DRAW | UI_COPY;
}

static unsigned
act_copy(struct ui *ui)
{
	const struct subject *subject = &ui->subject;
	const struct event_line *line =
		event_text_at(&ui->event_text, ui->panes[PANE_EVENT].cursor);
	const struct fact *fact = ui->focus == PANE_ENTITY ? fact_at_cursor(ui) : NULL;

	if (!subject->loaded)
		return 0;
	if (fact)
		return copy(ui, fact->value, fact->label);
	if (ui->focus == PANE_EVENT && line) {
		struct str value = str_slice(
			subject->alert.raw, line->value, line->value_end - line->value);

		if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
			value = str_slice(value, 1, value.len - 2);
		return copy(ui, value, "the field");
	}
	return copy(ui, subject->alert.raw, "the record");
}

static unsigned
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

static unsigned
act_utc(struct ui *ui)
{
	ui->clock.local = !ui->clock.local;
	ui->panes_stale = true;
	return UI_DRAW;
}

/* Through the built-in themes and the configured one. */
static unsigned
act_theme(struct ui *ui)
{
	const char *names[8];
	size_t count = 0, at = 0;
	struct error err;

	while (count < theme_builtin_count() && count < 7) {
		names[count] = theme_builtin_name(count);
		count++;
	}
	if (!theme_builtin_text(ui->o.theme).data)
		names[count++] = ui->o.theme;
	while (at < count && strcmp(names[at], ui->theme.name) != 0)
		at++;
	if (!config_load_theme(&ui->theme, names[(at + 1) % count], &err)) {
		ui_say(ui, ROLE_ERROR, "%s", err.text);
		return UI_DRAW;
	}
	ui_say(ui, ROLE_TEXT, "theme %s", ui->theme.name);
	return UI_DRAW | UI_THEME;
}

static unsigned
act_command(struct ui *ui)
{
	ui_ask_command(ui);
	return UI_DRAW;
}

static unsigned
act_redraw(struct ui *ui)
{
	(void)ui;
	return UI_DRAW | UI_REFRESH;
}

static unsigned
act_suspend(struct ui *ui)
{
	(void)ui;
	return UI_SUSPEND;
}

static unsigned
act_quit(struct ui *ui)
{
	if (ui->overlay == OVERLAY_NONE)
		return UI_QUIT;
	ui->overlay = OVERLAY_NONE;
	return UI_DRAW;
}

static act_function *const functions[ACTION_COUNT] = {
	[ACTION_UP] = act_up,
	[ACTION_DOWN] = act_down,
	[ACTION_LEFT] = act_left,
	[ACTION_RIGHT] = act_right,
	[ACTION_PAGE_UP] = act_page_up,
	[ACTION_PAGE_DOWN] = act_page_down,
	[ACTION_FIRST] = act_first,
	[ACTION_LAST] = act_last,
	[ACTION_NEXT_UNDECIDED] = act_next_undecided,
	[ACTION_PREVIOUS_UNDECIDED] = act_previous_undecided,
	[ACTION_FOLLOW] = act_follow,
	[ACTION_NEXT_PANE] = act_next_pane,
	[ACTION_PREVIOUS_PANE] = act_previous_pane,
	[ACTION_OPEN] = act_open,
	[ACTION_BACK] = act_back,
	[ACTION_FOLD] = act_fold,
	[ACTION_PEEK] = act_peek,
	[ACTION_COLUMNS] = act_columns,
	[ACTION_PROBLEMS] = act_problems,
	[ACTION_HELP] = act_help,
	[ACTION_SEARCH] = act_search,
	[ACTION_NEXT_MATCH] = act_next_match,
	[ACTION_PREVIOUS_MATCH] = act_previous_match,
	[ACTION_FILTER] = act_filter,
	[ACTION_STATUS] = act_status,
	[ACTION_SORT] = act_sort,
	[ACTION_MARK] = act_mark,
	[ACTION_MARK_ALL] = act_mark_all,
	[ACTION_TAKE] = act_take,
	[ACTION_REQUEST] = act_request,
	[ACTION_VALIDATE] = act_validate,
	[ACTION_MALICIOUS] = act_malicious,
	[ACTION_FALSE_POSITIVE] = act_false_positive,
	[ACTION_NOTE] = act_note,
	[ACTION_UNDO] = act_undo,
	[ACTION_COPY] = act_copy,
	[ACTION_COPY_COMMAND] = act_copy_command,
	[ACTION_UTC] = act_utc,
	[ACTION_THEME] = act_theme,
	[ACTION_COMMAND] = act_command,
	[ACTION_REDRAW] = act_redraw,
	[ACTION_SUSPEND] = act_suspend,
	[ACTION_QUIT] = act_quit,
};

unsigned
ui_act(struct ui *ui, enum action action)
{
	if (action == ACTION_NONE)
		return 0;
	buf_clear(&ui->message);
	ui->search.step = 0;
	return functions[action](ui) | UI_DRAW;
}

unsigned
ui_key(struct ui *ui, uint32_t key)
{
	if (ui->prompt.kind != PROMPT_NONE)
		return ui_prompt_key(ui, key);
	return ui_act(ui, keymap_find(&ui->o.config->keymap, key));
}

unsigned
ui_paste(struct ui *ui, struct str text)
{
	if (ui->prompt.kind != PROMPT_NONE)
		prompt_paste(&ui->prompt, text);
	else
		ui_say(ui, ROLE_TEXT, "pasted text is no command: nothing was done");
	return UI_DRAW;
}
