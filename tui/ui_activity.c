/* The activity strip over the loaded alerts, and the filter for one of its bars. */
#include "core/base/timefmt.h"
#include "tui/ui.h"

void
ui_make_activity(struct ui *ui)
{
	activity_fini(&ui->activity);
	activity_make(&ui->activity, &ui->list);
}

void
ui_filter_to_bar(struct ui *ui)
{
	const struct activity *a = &ui->activity;
	const struct pane *pane = &ui->overlay_pane;
	size_t bar = pane->cursor < pane->doc.line_count ? pane->doc.lines[pane->cursor].tag
							 : VIEW_NO_BAR;
	char from[TIME_TEXT], to[TIME_TEXT];
	struct buf predicate = {0};
	struct error err;

	if (bar >= a->count)
		return;
	time_format_iso(a->bars[bar].from, from);
	time_format_iso(a->bars[bar].from + a->span, to);
	buf_printf(&predicate, "TimeGenerated >= datetime(%s) and TimeGenerated < datetime(%s)",
		from, to);
	ui->overlay = OVERLAY_NONE;
	ui->list.follow = ui->list.top_until_moved = false;
	if (ui_set_filter(ui, buf_view(&predicate), &err))
		prompt_remember(&ui->prompt, PROMPT_FILTER, buf_view(&predicate));
	else
		ui_say(ui, ROLE_ERROR, "%s", err.text);
	buf_fini(&predicate);
}
