/* An alert's story to be read: Markdown for a ticket, text for a terminal. */
#include <stdlib.h>

#include "core/base/text.h"
#include "core/export/told.h"

enum {
	LINES_MAX = 200, /* of what happened */
	LABEL_COLS = 12,
};

/* How a piece of foreign text is made harmless. */
typedef void put_words(struct buf *out, struct str text);

static void
put_clean(struct buf *out, struct str text)
{
	text_clean(out, text);
}

/* ---- what is said in both ---- */

static void
put_names(struct buf *out, const struct told *t, put_words *put)
{
	struct arena arena = {0};
	struct str target = t->alert->text[ALERT_TARGET_USER];

	put(out, alert_actor_label(&arena, t->alert));
	buf_puts(out, " → ");
	put(out, target.len ? target : STR("?"));
	arena_fini(&arena);
}

/* The labels of the facts that the assessment rests on. */
static void
put_rests(struct buf *out, const struct told *t)
{
	const char *between = " (";

	for (size_t i = 0; i < ASSESSMENT_RESTS_MAX && t->assessment.rests[i]; i++) {
		buf_printf(out, "%s%s", between, t->facts[t->assessment.rests[i] - 1].label);
		between = ", ";
	}
	if (between[0] == ',')
		buf_putc(out, ')');
}

static void
put_answer(struct buf *out, const struct fact *fact, put_words *put)
{
	buf_puts(out, fact->known ? "" : "unknown: ");
	put(out, fact->value);
}

/* `+58 s`, `-3 min` from the alert on. */
static void
put_distance(struct buf *out, int64_t span)
{
	uint64_t seconds = (uint64_t)(span < 0 ? -span : span) / TICKS_PER_SECOND;
	char sign = span < 0 ? '-' : '+';

	if (seconds < 120)
		buf_printf(out, "%c%llu s", sign, (unsigned long long)seconds);
	else if (seconds < 2 * 3600)
		buf_printf(out, "%c%llu min", sign, (unsigned long long)seconds / 60);
	else if (seconds < 2 * 86400)
		buf_printf(out, "%c%llu h", sign, (unsigned long long)seconds / 3600);
	else
		buf_printf(out, "%c%llu d", sign, (unsigned long long)seconds / 86400);
}

static void
put_when(struct buf *out, const struct told *t, const struct trace *trace)
{
	char at[TIME_TEXT];

	if (trace->time == TIME_NONE) {
		buf_puts(out, "at no readable time");
		return;
	}
	time_format_iso(trace->time, at);
	buf_puts(out, at);
	if (t->alert->time == TIME_NONE)
		return;
	buf_puts(out, " (");
	put_distance(out, trace->time - t->alert->time);
	buf_puts(out, ")");
}

static void
put_what(struct buf *out, const struct trace *trace, put_words *put)
{
	const struct str *text = trace->text;

	put(out, text[TRACE_NAME]);
	for (int i = TRACE_USER; i <= TRACE_WHAT; i++)
		/* A role or group that a call is about alone is both. */
		if (text[i].len && (i != TRACE_WHAT || !str_equal(text[i], text[TRACE_USER]))) {
			buf_putc(out, ' ');
			put(out, text[i]);
		}
	if (text[TRACE_ERROR].len) {
		buf_puts(out, ", failed: ");
		put(out, text[TRACE_ERROR]);
	}
}

/* ---- Markdown ---- */

static void
put_md_answers(struct buf *out, const struct told *t)
{
	buf_puts(out, "\n| # | question | answer |\n|---:|---|---|\n");
	for (size_t i = 0; i < FACT_COUNT; i++) {
		const struct fact *fact = &t->facts[fact_order[i] - 1];

		buf_printf(out, "| %d | %s | ", fact->number, fact->label);
		put_answer(out, fact, export_md_text);
		buf_puts(out, " |\n");
	}
}

static void
put_md_traces(struct buf *out, const struct told *t)
{
	bool *told;

	if (!t->looked || !t->history.trace_count)
		return;
	told = told_pick(t, LINES_MAX);
	buf_puts(out, "\n| when | what | by | from | event | where it stands |\n"
		      "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < t->history.trace_count; i++) {
		const struct trace *trace = &t->history.traces[i];

		if (!told[i])
			continue;
		buf_puts(out, "| ");
		put_when(out, t, trace);
		buf_puts(out, " | ");
		put_what(out, trace, export_md_text);
		buf_puts(out, " | ");
		export_md_text(out, trace->text[TRACE_ACTOR]);
		buf_puts(out, " | ");
		export_md_text(out, trace->text[TRACE_IP]);
		buf_puts(out, " | ");
		export_md_text(out, trace->text[TRACE_EVENT_ID]);
		buf_puts(out, " | ");
		export_md_text(out, trace->path);
		buf_printf(out, ", byte %llu |\n", (unsigned long long)trace->offset);
	}
	if (t->history.trace_count > LINES_MAX)
		buf_printf(out, "\n%zu more records, further from the alert, are not shown.\n",
			t->history.trace_count - LINES_MAX);
	free(told);
}

void
told_put_md(struct buf *out, const struct told *t)
{
	char at[TIME_TEXT] = "no readable time";

	if (t->alert->time != TIME_NONE)
		time_format_iso(t->alert->time, at);
	buf_puts(out, "\n### ");
	put_names(out, t, export_md_text);
	buf_printf(out, ", %s\n\n- alert: `", at);
	export_md_text(out, str_from(t->alert->id));
	buf_puts(out, "`, event ");
	export_md_text(out, t->alert->text[ALERT_EVENT_ID]);
	buf_puts(out, "\n- **");
	export_md_text(out, t->assessment.says);
	buf_puts(out, "**");
	put_rests(out, t);
	buf_putc(out, '\n');
	put_md_answers(out, t);
	put_md_traces(out, t);
}

/* ---- text ---- */

static void
put_text_traces(struct buf *out, const struct told *t)
{
	bool *told;

	if (!t->looked || !t->history.trace_count)
		return;
	told = told_pick(t, LINES_MAX);
	buf_puts(out, "\nwhat happened:\n");
	for (size_t i = 0; i < t->history.trace_count; i++) {
		const struct trace *trace = &t->history.traces[i];

		if (!told[i])
			continue;
		buf_putc(out, ' ');
		put_when(out, t, trace);
		buf_puts(out, "  ");
		put_what(out, trace, put_clean);
		buf_puts(out, "  by ");
		text_clean(out, trace->text[TRACE_ACTOR]);
		if (trace->text[TRACE_IP].len) {
			buf_puts(out, " from ");
			text_clean(out, trace->text[TRACE_IP]);
		}
		buf_putc(out, '\n');
	}
	if (t->history.trace_count > LINES_MAX)
		buf_printf(out, " and %zu more records, further from the alert\n",
			t->history.trace_count - LINES_MAX);
	free(told);
}

void
told_put_text(struct buf *out, const struct told *t)
{
	char at[TIME_TEXT] = "no readable time";

	if (t->alert->time != TIME_NONE)
		time_format_iso(t->alert->time, at);
	put_names(out, t, put_clean);
	buf_printf(out, "   %s   alert ", at);
	text_clean(out, str_from(t->alert->id));
	buf_putc(out, '\n');
	text_clean(out, t->assessment.says);
	put_rests(out, t);
	buf_puts(out, "\n\n");
	for (size_t i = 0; i < FACT_COUNT; i++) {
		const struct fact *fact = &t->facts[fact_order[i] - 1];

		buf_printf(out, " %-*s", LABEL_COLS, fact->label);
		put_answer(out, fact, put_clean);
		buf_putc(out, '\n');
	}
	put_text_traces(out, t);
}
