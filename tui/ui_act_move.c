/* Moving the selection, going from pane to pane, opening what covers them. */
#include "tui/ui_act.h"

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

unsigned
act_up(struct ui *ui)
{
	return move(ui, -1);
}

unsigned
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

unsigned
act_page_up(struct ui *ui)
{
	return page(ui, -1);
}

unsigned
act_page_down(struct ui *ui)
{
	return page(ui, 1);
}

unsigned
act_first(struct ui *ui)
{
	struct pane *pane = ui_focused_pane(ui);

	if (pane)
		pane_first(pane);
	else
		list_select(&ui->list, 0);
	return UI_DRAW;
}

unsigned
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

unsigned
act_next_undecided(struct ui *ui)
{
	return undecided(ui, 1);
}

unsigned
act_previous_undecided(struct ui *ui)
{
	return undecided(ui, -1);
}

unsigned
act_follow(struct ui *ui)
{
	bool sorted = ui->list.sort == SORT_TIME;

	list_set_follow(&ui->list, !ui->list.follow);
	ui_say(ui, ROLE_TEXT, "%s",
		!ui->list.follow ? "follow is off"
		: sorted	 ? "following the newest alert"
				 : "following the newest alert, sorted by time");
	return UI_DRAW;
}

/* ---- panes ---- */

/* The panes that Tab goes through: all of the layout; under the list, only what stands there. */
static unsigned
change_pane(struct ui *ui, int step)
{
	bool stacked = ui->layout.kind == LAYOUT_STACKED, wide = ui->layout.kind == LAYOUT_WIDE;
	enum pane_kind panes[PANE_COUNT], now = stacked ? ui->below : ui->focus;
	size_t count = 0, at = 0;

	for (enum pane_kind kind = stacked ? PANE_ENTITY : PANE_LIST; kind < PANE_COUNT; kind++)
		if (!wide || kind <= PANE_ENTITY || kind == ui_lower_pane(ui))
			panes[count++] = kind;
	while (at + 1 < count && panes[at] != now)
		at++;
	now = panes[(at + (step > 0 ? 1 : count - 1)) % count];
	if (!stacked) {
		ui->focus = now;
	} else {
		ui->below = now;
		if (ui->focus != PANE_LIST)
			ui->focus = now;
	}
	ui->panes_stale = true;
	return UI_DRAW;
}

unsigned
act_next_pane(struct ui *ui)
{
	return change_pane(ui, 1);
}

unsigned
act_previous_pane(struct ui *ui)
{
	return change_pane(ui, -1);
}

unsigned
act_right(struct ui *ui)
{
	if (ui->focus == PANE_LIST)
		ui->focus = ui->layout.kind == LAYOUT_WIDE ? PANE_ENTITY : ui->below;
	else if (ui->layout.kind == LAYOUT_WIDE)
		ui->focus = ui_lower_pane(ui);
	return UI_DRAW;
}

unsigned
act_left(struct ui *ui)
{
	if (ui->layout.kind == LAYOUT_WIDE && ui->focus > PANE_ENTITY)
		ui->focus = PANE_ENTITY;
	else
		ui->focus = PANE_LIST;
	return UI_DRAW;
}

unsigned
act_zoom(struct ui *ui)
{
	ui->alone = !ui->alone;
	ui->panes_stale = true;
	return UI_DRAW;
}

enum pane_kind
ui_lower_pane(const struct ui *ui)
{
	return ui->below > PANE_ENTITY ? ui->below : PANE_EVENT;
}

void
ui_focus_pane(struct ui *ui, enum pane_kind kind)
{
	bool shown = ui->layout.kind == LAYOUT_WIDE && kind <= PANE_ENTITY;

	if (!shown && ui->below != kind) {
		ui->below = kind;
		ui->panes_stale = true;
	}
	ui->focus = kind;
}

static unsigned
open_pane(struct ui *ui, enum pane_kind kind)
{
	ui_focus_pane(ui, kind);
	return UI_DRAW;
}

unsigned
act_event(struct ui *ui)
{
	return open_pane(ui, PANE_EVENT);
}

unsigned
act_history(struct ui *ui)
{
	ui_widen_story(ui);
	return open_pane(ui, PANE_HISTORY);
}

unsigned
act_keys(struct ui *ui)
{
	return open_pane(ui, PANE_KEYS);
}

unsigned
act_by(struct ui *ui)
{
	ui_look_by(ui, (enum timeline_by)((ui->story.look.by + 1) % BY_COUNT));
	return UI_DRAW;
}

/* What stands under the cursor of an overlay. */
static void
open_of_overlay(struct ui *ui)
{
	if (ui->overlay == OVERLAY_ACTIVITY)
		ui_filter_to_bar(ui);
	else if (ui->overlay == OVERLAY_REVIEW)
		ui_review_chosen(ui);
	else if (ui->overlay == OVERLAY_CARD)
		ui_card_chosen(ui);
}

static void
open_of_pane(struct ui *ui)
{
	if (ui->focus == PANE_ENTITY)
		ui_open_fact(ui);
	else if (ui->focus == PANE_HISTORY)
		ui_open_trace(ui);
	else if (ui->focus == PANE_KEYS)
		ui_open_life(ui);
	else if (ui->focus == PANE_LIST)
		ui_focus_pane(ui, PANE_ENTITY);
}

unsigned
act_open(struct ui *ui)
{
	const struct ui_step step = ui_trail_step(ui);

	if (ui->overlay != OVERLAY_NONE)
		open_of_overlay(ui);
	else if (ui->subject.loaded)
		open_of_pane(ui);
	ui_trail_add(ui, &step);
	return UI_DRAW;
}

unsigned
act_back(struct ui *ui)
{
	struct error err;

	if (ui_is_exporting(ui))
		ui_export_stop(ui);
	else if (ui_is_marking(ui))
		ui_mark_cancel(ui);
	else if (ui_trail_back(ui))
		ui->panes_stale = true;
	else if (ui->overlay != OVERLAY_NONE)
		ui->overlay = OVERLAY_NONE;
	else if (ui->focus == PANE_HISTORY && ui_widen_story(ui))
		ui->panes_stale = true;
	else if (ui->focus != PANE_LIST)
		ui->focus = PANE_LIST;
	else if (ui->review.walking) {
		ui->review.walking = false;
		ui_say(ui, ROLE_TEXT, "the review is left");
	} else if (ui->search.regex)
		ui_clear_search(ui);
	else if (ui->filter.compiled) {
		ui->list.follow = ui->list.top_until_moved = false;
		ui_set_filter(ui, STR(""), &err);
	} else if (ui->list.show != SHOW_ALL)
		list_set_show(&ui->list, SHOW_ALL);
	return UI_DRAW;
}

unsigned
act_fold(struct ui *ui)
{
	struct pane *pane = &ui->panes[PANE_EVENT];
	const struct event_line *line = event_text_at(&ui->event_text, pane->cursor);
	size_t open;

	if (ui->focus != PANE_EVENT || !line) {
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
	const struct ui_step step = ui_trail_step(ui);

	if (ui->overlay == overlay && ui_trail_back(ui))
		return UI_DRAW;
	ui_open_overlay(ui, ui->overlay == overlay ? OVERLAY_NONE : overlay);
	if (step.from.overlay != OVERLAY_NONE && ui->overlay != OVERLAY_NONE)
		ui_trail_add(ui, &step);
	return UI_DRAW;
}

unsigned
act_help(struct ui *ui)
{
	return toggle_overlay(ui, OVERLAY_HELP);
}

unsigned
act_problems(struct ui *ui)
{
	ui_load_problems(ui);
	return toggle_overlay(ui, OVERLAY_PROBLEMS);
}

unsigned
act_sources(struct ui *ui)
{
	ui_open_sources(ui);
	return toggle_overlay(ui, OVERLAY_SOURCES);
}

unsigned
act_activity(struct ui *ui)
{
	ui_make_activity(ui);
	return toggle_overlay(ui, OVERLAY_ACTIVITY);
}

unsigned
act_review(struct ui *ui)
{
	ui_make_review(ui);
	return toggle_overlay(ui, OVERLAY_REVIEW);
}

unsigned
act_peek(struct ui *ui)
{
	return ui->subject.loaded ? toggle_overlay(ui, OVERLAY_PEEK) : 0;
}

unsigned
act_columns(struct ui *ui)
{
	ui->columns.set++;
	ui->columns.count = 0;
	return UI_DRAW;
}
