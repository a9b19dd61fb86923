#include "tui/health_text.h"
#include "tui/view.h"

/* The sources, one after the other: how each is, what is wrong and what to do about it. */

enum { LABEL_COLS = 11 };

static void
put_label(struct doc *doc, const char *label)
{
	doc_line(doc, 0, false, LABEL_COLS);
	doc_spaces(doc, 2);
	doc_puts(doc, ROLE_LABEL, label);
	doc_spaces(doc, LABEL_COLS - 2 - (int)strlen(label));
}

static void
put_minute(struct doc *doc, const struct view_model *model, int64_t at)
{
	char text[TIME_TEXT];

	clock_format(model->local, at, text);
	doc_printf(doc, ROLE_TEXT, "%.16s", text);
}

/* "now", "4 min ago" */
static void
put_age(struct doc *doc, enum role role, int64_t now, int64_t at)
{
	char age[TIME_TEXT];

	time_format_age(now > at ? now - at : 0, age);
	doc_printf(doc, role, "%s%s", age, now - at < TICKS_PER_MINUTE ? "" : " ago");
}

/* ---- one source ---- */

static void
put_head(struct doc *doc, const struct view_model *model, const struct health *h)
{
	doc_line(doc, 0, false, 2);
	doc_puts(doc, ROLE_STRONG, h->name);
	doc_printf(doc, health_role(h), " %s ", glyph_text(health_glyph(h), model->ascii));
	doc_puts(doc, health_fails(h) ? ROLE_ALARM : ROLE_TEXT,
		health_fills(h) ? "filling" : health_state_word(h));
	if (h->cause[0])
		doc_printf(doc, ROLE_ALARM, ": %s", h->cause);
	doc_printf(doc, ROLE_DIM, "  %s", h->type);
}

static void
put_failure(struct doc *doc, const struct view_model *model, const struct health *h, int64_t now)
{
	char text[TIME_TEXT];

	if (h->error[0]) {
		put_label(doc, "error");
		doc_puts(doc, ROLE_ALARM, h->error);
	}
	if (h->advice[0]) {
		put_label(doc, "do");
		doc_puts(doc, ROLE_STRONG, h->advice);
	}
	if (h->state != HEALTH_RETRYING || h->retry_at == TIME_NONE)
		return;
	clock_format(model->local, h->retry_at, text);
	put_label(doc, "next try");
	if (h->retry_at <= now)
		doc_puts(doc, ROLE_TEXT, "under way");
	else
		doc_printf(doc, ROLE_TEXT, "at %s", text + 11);
	doc_printf(doc, ROLE_DIM, ", failed %llu time%s", (unsigned long long)h->failures,
		h->failures == 1 ? "" : "s");
}

/* What it looked at, and how far behind the present that is. */
static void
put_position(struct doc *doc, const struct view_model *model, const struct health *h, int64_t now)
{
	char age[TIME_TEXT];
	int64_t lag;

	put_label(doc, "success");
	if (h->success_at == TIME_NONE)
		doc_puts(doc, ROLE_UNKNOWN, "none yet");
	else
		put_age(doc, ROLE_TEXT, now, h->success_at);
	if (h->position == TIME_NONE)
		return;
	put_label(doc, "events");
	doc_puts(doc, ROLE_TEXT, "looked until ");
	put_minute(doc, model, h->position);
	lag = now - h->position;
	if (lag < TICKS_PER_MINUTE)
		return;
	time_format_age(lag, age);
	doc_puts(doc, ROLE_DIM, ", ");
	doc_printf(doc, health_fails(h) ? ROLE_ALARM : ROLE_DIM, "%s behind", age);
}

static void
put_count(struct doc *doc, const struct view_model *model, uint64_t count, const char *what,
	bool first)
{
	if (!first)
		doc_printf(doc, ROLE_DIM, " %s ", glyph_text(GLYPH_DOT, model->ascii));
	doc_printf(doc, count ? ROLE_TEXT : ROLE_DIM, "%llu %s%s", (unsigned long long)count, what,
		count == 1 ? "" : "s");
}

static void
put_counts(struct doc *doc, const struct view_model *model, const struct health *h)
{
	put_label(doc, "so far");
	put_count(doc, model, h->requests, "request", true);
	put_count(doc, model, h->records, "record", false);
	put_count(doc, model, h->alerts, "alert", false);
	put_count(doc, model, h->problems, "problem", false);
	if (!h->note[0] && !h->total)
		return;
	put_label(doc, "now");
	if (h->total)
		doc_printf(doc, ROLE_TEXT, "%llu of %llu objects%s", (unsigned long long)h->done,
			(unsigned long long)h->total, h->note[0] ? ", " : "");
	doc_puts(doc, ROLE_TEXT, h->note);
}

/* What is looked for beside, and what keeps it from being found. */
static void
put_history(struct doc *doc, const struct view_model *model, const struct health *h)
{
	bool told = h->history_until || h->history_left;

	if (told || h->history_error[0])
		put_label(doc, "history");
	if (h->history_until) {
		doc_puts(doc, ROLE_TEXT, "looked until ");
		put_minute(doc, model, h->history_until);
	}
	if (h->history_left) {
		put_count(doc, model, h->history_left, "question", !h->history_until);
		doc_puts(doc, ROLE_TEXT, " left");
		doc_puts(doc, ROLE_DIM, health_fails(h) ? ", paused" : "");
	}
	if (h->history_error[0]) {
		if (told)
			put_label(doc, "");
		doc_puts(doc, ROLE_ALARM, h->history_error);
	}
	if (h->history_advice[0]) {
		put_label(doc, "do");
		doc_puts(doc, ROLE_STRONG, h->history_advice);
	}
}

static void
put_skew(struct doc *doc, const struct health *h)
{
	int64_t minutes = (h->skew_ms < 0 ? -h->skew_ms : h->skew_ms) / 60000;

	if (!health_is_skewed(h))
		return;
	put_label(doc, "clock");
	doc_printf(doc, ROLE_ALARM,
		"this machine's is %lld min %s: requests are refused from 5 to 15 min on; "
		"set it (timedatectl)",
		(long long)minutes, h->skew_ms > 0 ? "behind" : "ahead");
}

static void
put_problems(struct doc *doc, const struct view_model *model, const struct health *h)
{
	for (size_t i = 0; i < model->recent->count; i++) {
		const struct problem *problem = &model->recent->items[i];
		bool error = problem->severity == PROBLEM_ERROR;

		if (!str_is(problem->source, h->name))
			continue;
		put_label(doc, error ? "problem" : "note");
		doc_put(doc, ROLE_TEXT, problem->path);
		if (problem->offset != PROBLEM_NO_OFFSET)
			doc_printf(doc, ROLE_DIM, " at byte %llu",
				(unsigned long long)problem->offset);
		doc_puts(doc, ROLE_DIM, ": ");
		doc_put(doc, error ? ROLE_TEXT : ROLE_DIM, problem->reason);
	}
}

static void
put_source(struct doc *doc, const struct view_model *model, const struct health *h)
{
	int64_t now = clock_now(model->clock);

	put_head(doc, model, h);
	put_failure(doc, model, h, now);
	put_position(doc, model, h, now);
	put_counts(doc, model, h);
	put_history(doc, model, h);
	put_skew(doc, h);
	put_problems(doc, model, h);
}

/* ---- all of them ---- */

static void
put_none(struct doc *doc, const struct view_model *model)
{
	if (!model->advice) {
		doc_line(doc, 0, false, 0);
		doc_puts(doc, ROLE_TEXT,
			"No source is watched: with a PATH only that is read, unless --source "
			"names one as well.");
		return;
	}
	for (size_t i = 0; model->advice[i]; i++) {
		doc_line(doc, 0, false, 0);
		doc_puts(doc, i ? ROLE_DIM : ROLE_TEXT, model->advice[i]);
	}
}

void
view_sources(struct doc *doc, const struct view_model *model)
{
	const struct pipeline_live *live = model->live;

	if (!live->count)
		put_none(doc, model);
	if (live->count && !live->ours && live->pid) {
		doc_line(doc, 0, false, 0);
		doc_printf(doc, ROLE_TEXT, "Fetched by pid %lld (", (long long)live->pid);
		doc_puts(doc, ROLE_TEXT, live->user);
		doc_puts(doc, ROLE_TEXT, "); this one takes over when that one ends.");
	}
	/* Those that fail first, as in the title. */
	for (int fails = 1; fails >= 0; fails--)
		for (size_t i = 0; i < live->count; i++) {
			if (health_fails(&live->list[i]) != fails)
				continue;
			if (doc->line_count)
				doc_line(doc, 0, false, 0);
			put_source(doc, model, &live->list[i]);
		}
}
