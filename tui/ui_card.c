/* Cards: opened on what a fact names, left for one of the alerts or records on it. */
#include "tui/ui.h"

void
ui_open_card(struct ui *ui, enum card_kind kind)
{
	if (ui->list.selected == LIST_NONE || !ui->subject.loaded)
		return;
	card_make(&ui->story.card, kind, &ui->list, ui->list.selected, &ui->subject.alert,
		ui->o.store);
	ui_open_overlay(ui, OVERLAY_CARD);
}

void
ui_card_chosen(struct ui *ui)
{
	const struct pane *pane = &ui->overlay_pane;
	const struct card *card = &ui->story.card;
	size_t tag = pane->cursor < pane->doc.line_count ? pane->doc.lines[pane->cursor].tag
							 : VIEW_CARD_NOTHING;

	if (tag == VIEW_CARD_EVIDENCE) {
		ui->overlay = OVERLAY_NONE;
		ui_jump_to_evidence(ui, &ui->subject.facts[card_facts[card->kind] - 1]);
	} else if (tag < card->count) {
		ui->overlay = OVERLAY_NONE;
		ui->focus = PANE_LIST;
		ui_show_row(ui, card->alerts[tag]);
	} else if (tag - card->count < ui->story.timeline.count) {
		ui_open_row(ui, tag - card->count);
	}
}
