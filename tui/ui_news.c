/* What the terminal itself says when alerts arrive: a bell, and its title. */
#include "tui/ui.h"

enum { BELL_MS = 1000 };

static bool
rings_for(const struct ui *ui, const struct list_row *row)
{
	switch (ui->o.config->bell) {
	case BELL_NEW:
		return true;
	case BELL_OTHER_SUCCESS:
		return row->outcome == OUTCOME_SUCCESS && !row->self;
	default:
		return false;
	}
}

unsigned
ui_note_news(struct ui *ui, size_t from)
{
	int64_t now = time_monotonic_ms();
	size_t news = 0;
	bool rings = false;

	for (size_t i = from; ui->list.news && i < ui->list.count; i++) {
		news++;
		rings = rings || rings_for(ui, &ui->list.rows[i]);
	}
	if (!news)
		return 0;
	ui->unseen += news;
	rings = rings && now - ui->rang_ms >= BELL_MS;
	if (rings)
		ui->rang_ms = now;
	return (rings ? UI_BELL : 0U) | (ui->o.config->title ? UI_TITLE : 0U);
}

unsigned
ui_saw_news(struct ui *ui)
{
	bool any = ui->unseen > 0;

	ui->unseen = 0;
	return any && ui->o.config->title ? UI_TITLE : 0;
}

void
ui_put_title(const struct ui *ui, struct buf *out)
{
	if (ui->unseen)
		buf_printf(out, "(%zu) ", ui->unseen);
	buf_puts(out, "keywatch");
}
