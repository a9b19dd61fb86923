/* How a fetcher is: what its source reports, what is said of a change, what others are shown. */
#include <stdio.h>

#include "core/pipeline/private.h"

enum { SAY_MS = 200 }; /* no more often than somebody can read */

static void
copy_report(struct health *health, const struct source_report *report)
{
	health->requests = report->requests;
	health->bytes = report->bytes;
	health->records = report->records;
	health->position = report->position;
	health->skew_ms = report->skew_ms;
	health->done = report->done;
	health->total = report->total;
	snprintf(health->note, sizeof(health->note), "%s", report->note);
}

static void
publish(struct fetcher *f, const struct source_report *report)
{
	pthread_mutex_lock(&f->pipeline->lock);
	copy_report(&f->health, report);
	pthread_mutex_unlock(&f->pipeline->lock);
	f->report = *report;
	pipeline_wake(f->pipeline);
}

/* Within a round; no more often than somebody can read. */
void
fetcher_say_report(void *context, const struct source_report *report)
{
	struct fetcher *f = context;
	int64_t now = time_monotonic_ms();

	if (now - f->said_ms < SAY_MS)
		return;
	f->said_ms = now;
	publish(f, report);
}

void
fetcher_say_failed_try(void *context, const char *what)
{
	struct fetcher *f = context;
	struct buf line = {0};

	buf_printf(&line, "%s: %s; trying again at once", f->config->name, what);
	line_say(f->pipeline, buf_cstr(&line));
	buf_fini(&line);
}

/* Once for every number of minutes: the rest is jitter. */
static void
say_skew(struct fetcher *f, const struct source_report *report)
{
	int64_t minutes = report->skew_ms / 60000;
	struct buf line = {0};

	if (minutes == f->skew_min)
		return;
	f->skew_min = minutes;
	buf_printf(&line, "%s: ", f->config->name);
	if (minutes)
		source_put_skew(&line, report->skew_ms);
	else
		buf_puts(&line, "the clock of this machine is right again");
	line_say(f->pipeline, buf_cstr(&line));
	buf_fini(&line);
}

static void
read_report(struct fetcher *f)
{
	struct source_report report = {.position = TIME_NONE};

	if (f->source)
		f->source->ops->report(f->source, &report);
	say_skew(f, &report);
	publish(f, &report);
}

static void
say_success(struct fetcher *f, bool first)
{
	struct buf line = {0};

	if (first)
		buf_printf(&line, "%s: ok", f->config->name);
	else
		buf_printf(
			&line, "%s: ok again after %u failed rounds", f->config->name, f->failures);
	if (first || f->failures)
		line_say(f->pipeline, buf_cstr(&line));
	buf_fini(&line);
}

void
fetcher_note_success(struct fetcher *f, int64_t began_ms)
{
	struct health *health = &f->health;

	read_report(f);
	say_success(f, f->success_ms < 0);
	pthread_mutex_lock(&f->pipeline->lock);
	health->state = HEALTH_OK;
	health->success_at = clock_now(pipeline_clock(f->pipeline));
	health->retry_at = TIME_NONE;
	health->cause[0] = health->error[0] = health->advice[0] = '\0';
	pthread_mutex_unlock(&f->pipeline->lock);
	f->failures = 0;
	f->success_ms = began_ms;
	pipeline_wake(f->pipeline);
}

static void
say_failure(struct fetcher *f, const struct source_failure *failure, const struct error *err,
	int64_t pause)
{
	struct buf line = {0};

	buf_printf(
		&line, "%s: %s: %s", f->config->name, source_cause_word(failure->cause), err->text);
	if (failure->advice[0])
		buf_printf(&line, "; %s", failure->advice);
	if (pause >= 0)
		buf_printf(&line, "; next try in %lld s", (long long)((pause + 999) / 1000));
	line_say(f->pipeline, buf_cstr(&line));
	buf_fini(&line);
}

void
fetcher_note_failure(struct fetcher *f, const struct source_failure *failure,
	const struct error *err, int64_t pause)
{
	struct health *health = &f->health;

	read_report(f);
	pthread_mutex_lock(&f->pipeline->lock);
	health->state = pause >= 0 ? HEALTH_RETRYING : HEALTH_ENDED;
	health->retry_at = pause >= 0
				   ? clock_now(pipeline_clock(f->pipeline)) + pause * TICKS_PER_MS
				   : TIME_NONE;
	health->failures++;
	snprintf(health->cause, sizeof(health->cause), "%s", source_cause_word(failure->cause));
	snprintf(health->error, sizeof(health->error), "%.*s", (int)sizeof(health->error) - 1,
		err->text);
	snprintf(health->advice, sizeof(health->advice), "%s", source_advice(failure));
	pthread_mutex_unlock(&f->pipeline->lock);
	say_failure(f, failure, err, pause);
	pipeline_wake(f->pipeline);
}

void
fetcher_note_trouble(struct fetcher *f, const char *error, const char *advice)
{
	struct health *health = &f->health;

	pthread_mutex_lock(&f->pipeline->lock);
	snprintf(health->history_error, sizeof(health->history_error), "%.*s",
		(int)sizeof(health->history_error) - 1, error);
	snprintf(health->history_advice, sizeof(health->history_advice), "%.*s",
		(int)sizeof(health->history_advice) - 1, advice);
	pthread_mutex_unlock(&f->pipeline->lock);
	pipeline_wake(f->pipeline);
}

void
fetcher_note_looked(struct fetcher *f, int64_t until)
{
	pthread_mutex_lock(&f->pipeline->lock);
	if (until > f->health.history_until)
		f->health.history_until = until;
	pthread_mutex_unlock(&f->pipeline->lock);
}
