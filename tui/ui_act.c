/* What each action does; the table of them is action.h's. */
#include "tui/ui_act.h"

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
act_keep(struct ui *ui)
{
	ui_ask_narrow(ui, false);
	return UI_DRAW;
}

static unsigned
act_drop(struct ui *ui)
{
	ui_ask_narrow(ui, true);
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
	ui_say(ui, ROLE_TEXT, "sorted by %s", list_sort_name(ui->list.sort));
	return UI_DRAW;
}

/* ---- deciding ---- */

static unsigned
act_mark(struct ui *ui)
{
	struct list *list = &ui->list;

	if (list->selected == LIST_NONE)
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
	[ACTION_EVENT] = act_event,
	[ACTION_HISTORY] = act_history,
	[ACTION_KEYS] = act_keys,
	[ACTION_BY] = act_by,
	[ACTION_ZOOM] = act_zoom,
	[ACTION_FOLD] = act_fold,
	[ACTION_PEEK] = act_peek,
	[ACTION_COLUMNS] = act_columns,
	[ACTION_PROBLEMS] = act_problems,
	[ACTION_SOURCES] = act_sources,
	[ACTION_REVIEW] = act_review,
	[ACTION_ACTIVITY] = act_activity,
	[ACTION_HELP] = act_help,
	[ACTION_SEARCH] = act_search,
	[ACTION_NEXT_MATCH] = act_next_match,
	[ACTION_PREVIOUS_MATCH] = act_previous_match,
	[ACTION_FILTER] = act_filter,
	[ACTION_KEEP] = act_keep,
	[ACTION_DROP] = act_drop,
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
	[ACTION_EXPORT] = act_export,
	[ACTION_RECORD] = act_record,
	[ACTION_UTC] = act_utc,
	[ACTION_THEME] = act_theme,
	[ACTION_COMMAND] = act_command,
	[ACTION_REDRAW] = act_redraw,
	[ACTION_SUSPEND] = act_suspend,
	[ACTION_QUIT] = act_quit,
};

/* What makes sense where list and panes are not seen: nothing acts on what is hidden. */
static bool
works_now(const struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_QUIT:
	case ACTION_SUSPEND:
	case ACTION_REDRAW:
		return true;
	case ACTION_UP:
	case ACTION_DOWN:
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
	case ACTION_FIRST:
	case ACTION_LAST:
	case ACTION_BACK:
	case ACTION_HELP:
	case ACTION_PROBLEMS:
	case ACTION_PEEK:
	case ACTION_SOURCES:
	case ACTION_ACTIVITY:
	case ACTION_REVIEW:
	case ACTION_SEARCH:
	case ACTION_NEXT_MATCH:
	case ACTION_PREVIOUS_MATCH:
	case ACTION_COMMAND:
	case ACTION_THEME:
		return ui->layout.kind != LAYOUT_TOO_SMALL;
	case ACTION_OPEN:
		return ui->layout.kind != LAYOUT_TOO_SMALL &&
		       (ui->overlay == OVERLAY_NONE || ui->overlay == OVERLAY_ACTIVITY ||
			       ui->overlay == OVERLAY_REVIEW || ui->overlay == OVERLAY_CARD);
	default:
		return ui->layout.kind != LAYOUT_TOO_SMALL && ui->overlay == OVERLAY_NONE;
	}
}

unsigned
ui_act(struct ui *ui, enum action action)
{
	if (action == ACTION_NONE || !works_now(ui, action))
		return 0;
	buf_clear(&ui->message);
	if (ui->overlay == OVERLAY_NONE)
		list_looked(&ui->list);
	ui->search.step = 0;
	return functions[action](ui) | UI_DRAW;
}

/* What a terminal's user expects of ^Z and ^L, whatever is asked just now. */
static bool
works_in_prompt(enum action action, uint32_t key)
{
	return key < ' ' && (action == ACTION_SUSPEND || action == ACTION_REDRAW);
}

unsigned
ui_key(struct ui *ui, uint32_t key)
{
	enum action action = keymap_find(&ui->o.config->keymap, key);
	unsigned requests = ui_saw_news(ui);

	if (ui->prompt.kind != PROMPT_NONE && works_in_prompt(action, key))
		return requests | functions[action](ui) | UI_DRAW;
	if (ui->prompt.kind != PROMPT_NONE)
		return ui->layout.kind == LAYOUT_TOO_SMALL ? requests
							   : requests | ui_prompt_key(ui, key);
	/* Esc and a key that a slow line delivered as one are both meant. */
	if (key & KEYCODE_ALT) {
		requests |= ui_act(ui, keymap_find(&ui->o.config->keymap, KEYCODE_ESC));
		key &= ~(uint32_t)KEYCODE_ALT;
	}
	return requests | ui_act(ui, keymap_find(&ui->o.config->keymap, key));
}

unsigned
ui_paste(struct ui *ui, struct str text)
{
	if (ui->layout.kind == LAYOUT_TOO_SMALL)
		return 0;
	if (ui->prompt.kind != PROMPT_NONE) {
		prompt_paste(&ui->prompt, text);
		ui_prompt_written(ui);
	} else {
		ui_say(ui, ROLE_TEXT, "pasted text is no command: nothing was done");
	}
	return UI_DRAW;
}
