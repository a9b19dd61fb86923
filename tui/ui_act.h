/*
 * What each action does: one function a row of action.h's table. They return ui_request bits.
 */
#ifndef KEYWATCH_TUI_UI_ACT_H
#define KEYWATCH_TUI_UI_ACT_H

#include "tui/ui.h"

typedef unsigned act_function(struct ui *ui);

/* ui_act_move.c: selection, panes, overlays */
act_function act_up, act_down, act_page_up, act_page_down, act_first, act_last, act_next_undecided,
	act_previous_undecided, act_follow, act_next_pane, act_previous_pane, act_right, act_left,
	act_open, act_back, act_fold, act_help, act_problems, act_sources, act_activity, act_review,
	act_peek, act_columns, act_zoom, act_event, act_history, act_keys, act_by;

/* ui_act_screen.c: clipboard, times, themes, the program */
act_function act_copy, act_copy_command, act_export, act_record, act_utc, act_theme, act_command,
	act_redraw, act_suspend, act_quit;

/* The fact under the entity pane's cursor, or NULL. */
const struct fact *ui_fact_at_cursor(const struct ui *ui);

#endif
