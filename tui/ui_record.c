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
	s->copies_asked = false;
	buf_fini(&s->record);
	buf_fini(&s->record_at);
	buf_fini(&s->record_wrong);
	event_text_fini(&s->record_text);
}

static void
say_place(struct ui_story *s)
{
	buf_clear(&s->record_at);
	buf_str(&s->record_at, evidence_path(s->evidence));
	buf_printf(
		&s->record_at, " at byte %llu", (unsigned long long)evidence_offset(s->evidence));
}

static bool
add_copy(void *context, const struct trace *copy)
{
	evidence_add(context, copy);
	return true;
}

static void
take_step(struct ui *ui, enum evidence_step step, const struct error *err)
{
	struct ui_story *s = &ui->story;

	if (step != EVIDENCE_GONE)
		say_place(s);
	if (step == EVIDENCE_READING)
		return;
	if (step == EVIDENCE_FOUND)
		buf_str(&s->record, evidence_raw(s->evidence));
	else
		buf_printf(&s->record_wrong, "%s", err->text);
	evidence_close(s->evidence);
	s->evidence = NULL;
	ui->panes_stale = true;
}

static void
open_file(struct ui *ui, const struct trace *trace)
{
	struct ui_story *s = &ui->story;
	enum evidence_step step;
	struct error err;

	s->evidence = evidence_open(trace);
	s->record_of = (struct trace){.time = trace->time};
	memcpy(s->record_of.identity, trace->identity, TRACE_IDENTITY);
	say_place(s);
	step = evidence_read(s->evidence, time_monotonic_ms(), &err);
	/* Where it is gone the store may know another place: that is asked when there is time for
	 * it. */
	if (step != EVIDENCE_GONE)
		take_step(ui, step, &err);
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
	forget(ui);
	ui_open_overlay(ui, OVERLAY_RECORD);
	if (str_is(trace->source, "file"))
		open_file(ui, trace);
	else
		want(ui, trace);
}

bool
ui_is_reading_record(const struct ui *ui)
{
	return ui->story.evidence != NULL;
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
	if (step == EVIDENCE_GONE)
		buf_printf(&s->record_wrong, "%s", err.text);
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
	if (ui->overlay != OVERLAY_RECORD) {
		evidence_close(s->evidence);
		s->evidence = NULL;
		return;
	}
	step = evidence_read(s->evidence, deadline_ms, &err);
	/* Without its answer the first place still tells why it is gone. */
	if (step == EVIDENCE_GONE && !s->copies_asked) {
		s->copies_asked = true;
		store_trace_copies(ui->o.store, &s->record_of, add_copy, s->evidence, NULL);
		step = evidence_read(s->evidence, deadline_ms, &err);
	}
	take_step(ui, step, &err);
}
