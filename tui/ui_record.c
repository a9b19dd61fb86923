/* The record of a line of the history: read again from its source in slices, and known by its
 * hash. */
#include "core/history/evidence.h"
#include "tui/ui.h"

static void
forget(struct ui *ui)
{
	if (ui->story.fetching)
		pipeline_forget_record(ui->o.pipeline);
	ui->story.fetching = false;
	ui_fini_record(&ui->story);
}

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

static void
open_file(struct ui_story *s, const struct trace *trace)
{
	buf_str(&s->record_at, trace->path);
	buf_printf(&s->record_at, " at byte %llu", (unsigned long long)trace->offset);
	s->evidence = evidence_open(trace);
}

/* Of a live source; what comes wakes the screen. */
static void
want(struct ui *ui, const struct trace *trace)
{
	struct ui_story *s = &ui->story;
	struct error err;

	buf_printf(&s->record_at, "%.*s, %.*s of %.*s", STR_ARG(trace->source),
		STR_ARG(trace->text[TRACE_EVENT_ID]), STR_ARG(trace->path));
	if (!ui->o.pipeline)
		error_set(&err, ERROR_NOT_FOUND, "no source is watched");
	else
		s->fetching = pipeline_want_record(ui->o.pipeline, trace, &err);
	if (!s->fetching)
		buf_printf(&s->record_wrong, "%s", err.text);
}

void
ui_open_record(struct ui *ui, const struct trace *trace)
{
	struct ui_story *s = &ui->story;

	forget(ui);
	s->back_to = ui->overlay;
	if (str_is(trace->source, "file"))
		open_file(s, trace);
	else
		want(ui, trace);
	ui_open_overlay(ui, OVERLAY_RECORD);
	ui_record_slice(ui, time_monotonic_ms());
}

bool
ui_is_reading_record(const struct ui *ui)
{
	return ui->story.evidence != NULL;
}

static void
take(struct ui_story *s, enum evidence_step step, const struct error *err)
{
	if (step == EVIDENCE_GONE)
		buf_printf(&s->record_wrong, "%s", err->text);
}

bool
ui_follow_record(struct ui *ui)
{
	struct ui_story *s = &ui->story;
	enum evidence_step step;
	struct error err;

	if (!s->fetching)
		return false;
	step = pipeline_take_record(ui->o.pipeline, &s->record, &err);
	if (step == EVIDENCE_READING)
		return false;
	take(s, step, &err);
	s->fetching = false;
	ui->panes_stale = true;
	return true;
}

void
ui_record_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_story *s = &ui->story;
	enum evidence_step step;
	struct error err;

	if (ui->overlay != OVERLAY_RECORD && s->fetching)
		forget(ui);
	if (!s->evidence)
		return;
	step = ui->overlay == OVERLAY_RECORD ? evidence_read(s->evidence, deadline_ms, &err)
					     : EVIDENCE_FOUND;
	if (step == EVIDENCE_READING)
		return;
	if (step == EVIDENCE_FOUND)
		buf_str(&s->record, evidence_raw(s->evidence));
	take(s, step, &err);
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
