/* The record of a line of the history: read again from its source in slices, and known by its
 * hash. */
#include "core/history/evidence.h"
#include "tui/ui.h"

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

/* Where it is gone the store may know another place: that is asked when there is time for it. */
void
ui_open_record(struct ui *ui, const struct trace *trace)
{
	struct ui_story *s = &ui->story;
	enum evidence_step step;
	struct error err;

	ui_fini_record(s);
	s->evidence = evidence_open(trace);
	s->record_of = (struct trace){.time = trace->time};
	memcpy(s->record_of.identity, trace->identity, TRACE_IDENTITY);
	say_place(s);
	s->back_to = ui->overlay;
	ui_open_overlay(ui, OVERLAY_RECORD);
	step = evidence_read(s->evidence, time_monotonic_ms(), &err);
	if (step != EVIDENCE_GONE)
		take_step(ui, step, &err);
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

/* Back to the card that it was opened from. */
void
ui_leave_overlay(struct ui *ui)
{
	if (ui->overlay == OVERLAY_RECORD && ui->story.back_to == OVERLAY_CARD)
		ui_open_overlay(ui, OVERLAY_CARD);
	else
		ui->overlay = OVERLAY_NONE;
}
