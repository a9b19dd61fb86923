/* Going through what awaits an admin, one alert after the other, oldest first. */
#include "tui/ui.h"

void
ui_make_review(struct ui *ui)
{
	list_settle(&ui->list);
	ui->review.walking = false;
	review_make(&ui->review, &ui->list, ui->o.store);
}

void
ui_show_row(struct ui *ui, uint32_t row)
{
	struct error err;

	if (ui->filter.compiled)
		ui_set_filter(ui, STR(""), &err);
	if (ui->list.show != SHOW_ALL && ui->list.show != SHOW_AWAITING)
		list_set_show(&ui->list, SHOW_ALL);
	list_settle(&ui->list);
	list_select_row(&ui->list, row);
}

void
ui_review_chosen(struct ui *ui)
{
	const struct pane *pane = &ui->overlay_pane;
	size_t row = pane->cursor < pane->doc.line_count ? pane->doc.lines[pane->cursor].tag
							 : VIEW_NO_ROW;

	if (row >= ui->list.count)
		return;
	ui->overlay = OVERLAY_NONE;
	ui->focus = PANE_LIST;
	ui->review.walking = true;
	ui_show_row(ui, (uint32_t)row);
	ui_say(ui, ROLE_TEXT, "reviewing: after each decision comes the next; Esc leaves");
}

/* A decision on that row was recorded. */
void
ui_review_next(struct ui *ui, uint32_t row)
{
	uint32_t next;
	size_t left;

	if (!ui->review.walking)
		return;
	if (ui->list.rows[row].validation == VALIDATION_AWAITING)
		return; /* a note: it still awaits */
	next = review_oldest(&ui->list, row, &left);
	if (next == LIST_NONE) {
		ui->review.walking = false;
		buf_puts(&ui->message, "; nothing awaits an admin any more");
		return;
	}
	ui_show_row(ui, next);
	buf_printf(&ui->message, "; %zu left to review", left);
}
