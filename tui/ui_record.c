/* The record of a line of the history: read again from its source, and known by its hash. */
#include "tui/ui.h"

void
ui_open_record(struct ui *ui, const struct trace *trace)
{
	struct ui_story *s = &ui->story;

	buf_clear(&s->record);
	buf_clear(&s->record_at);
	event_text_reset(&s->record_text);
	buf_str(&s->record_at, trace->path);
	buf_printf(&s->record_at, " at byte %llu", (unsigned long long)trace->offset);
	ui_open_overlay(ui, OVERLAY_RECORD);
}
