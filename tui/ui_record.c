/* The record of a line of the history: read again from its source in slices, and known by its
 * hash. */
#include "core/history/evidence.h"
#include "tui/ui.h"

void
ui_fini_record(struct ui_story *s)
{
	evidence_close(s->evidence);
	s->evidence = NULL;
	buf_fini(&s->record);
	buf_fini(&s->record_at);
	buf_fini(&s->record_wrong);
	event_text_fini(&s->record_text);
}

void
ui_open_record(struct ui *ui, const struct trace *trace)
{
	struct ui_story *s = &ui->story;

	ui_fini_record(s);
	buf_str(&s->record_at, trace->path);
	buf_printf(&s->record_at, " at byte %llu", (unsigned long long)trace->offset);
	s->evidence = evidence_open(trace);
	s->back_to = ui->overlay;
	ui_open_overlay(ui, OVERLAY_RECORD);
	ui_record_slice(ui, time_monotonic_ms());
}

bool
ui_is_reading_record(const struct ui *ui)
{
	return ui->story.evidence != NULL;
}

void
ui_record_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_story *s = &ui->story;
	enum evidence_step step;
	struct error err;

	if (!s->evidence)
		return;
	step = ui->overlay == OVERLAY_RECORD ? evidence_read(s->evidence, deadline_ms, &err)
					     : EVIDENCE_FOUND;
	if (step == EVIDENCE_READING)
		return;
	if (step == EVIDENCE_FOUND)
		buf_str(&s->record, evidence_raw(s->evidence));
	else
		buf_printf(&s->record_wrong, "%s", err.text);
	evidence_close(s->evidence);
	s->evidence = NULL;
	ui->panes_stale = true;
}

/* Back to the card that it was opened from. */
void
ui_leave_overlay(struct ui *ui)
{
	if (ui->overlay == OVERLAY_RECORD && ui->story.back_to == OVERLAY_CARD)
		ui_open_overlay(ui, OVERLAY_CARD);
	else
		ui->overlay = OVERLAY_NONE;
}
