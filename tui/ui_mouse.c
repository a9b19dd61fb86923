/* The mouse, where it is configured: a click selects, the wheel scrolls what is under it. It never
 * decides, opens or answers anything. */
#include "tui/ui.h"

enum { WHEEL_ROWS = 3 };

static bool
is_in(struct grid_rect rect, const struct mouse *mouse)
{
	return mouse->y >= rect.y && mouse->y < rect.y + rect.rows && mouse->x >= rect.x &&
	       mouse->x < rect.x + rect.cols;
}

/* PANE_COUNT: none. */
static enum pane_kind
pane_under(const struct ui *ui, const struct mouse *mouse)
{
	enum pane_kind kind = 0;

	while (kind < PANE_COUNT && !is_in(ui->layout.panes[kind], mouse))
		kind++;
	return kind;
}

static void
click_line(struct pane *pane, size_t row)
{
	size_t line;

	if (row >= pane->doc.row_count)
		return;
	line = pane->doc.rows[row].line;
	if (pane->has_stops && pane->doc.lines[line].stop)
		pane_go(pane, line);
}

static void
click(struct ui *ui, enum pane_kind kind, const struct mouse *mouse)
{
	size_t row = (size_t)(mouse->y - ui->layout.panes[kind].y);

	ui->focus = kind;
	if (kind != PANE_LIST)
		click_line(&ui->panes[kind], pane_row_at(&ui->panes[kind], row));
	else if (ui->list.top + row < ui->list.shown)
		list_select(&ui->list, ui->list.top + row);
}

unsigned
ui_mouse(struct ui *ui, const struct mouse *mouse)
{
	long by = mouse->kind == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
	enum pane_kind kind = pane_under(ui, mouse);
	unsigned requests = ui_saw_news(ui);

	/* Nothing moves under a prompt. */
	if (!ui->o.config->mouse || mouse->kind == MOUSE_NOTHING ||
		ui->prompt.kind != PROMPT_NONE || ui->layout.kind == LAYOUT_TOO_SMALL)
		return requests;
	if (ui->overlay != OVERLAY_NONE) {
		if (mouse->kind == MOUSE_CLICK)
			return requests;
		pane_scroll(&ui->overlay_pane, by);
		return requests | UI_DRAW;
	}
	if (kind == PANE_COUNT)
		return requests;
	buf_clear(&ui->message);
	list_looked(&ui->list);
	if (mouse->kind == MOUSE_CLICK)
		click(ui, kind, mouse);
	else if (kind == PANE_LIST)
		list_move(&ui->list, by);
	else
		pane_scroll(&ui->panes[kind], by);
	return requests | UI_DRAW;
}
