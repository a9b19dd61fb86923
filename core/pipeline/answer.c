/* What lists keep of each alert's story (assessment.h), once its history was looked through. The
 * detector's. */
#include <poll.h>
#include <stdlib.h>

#include "core/alert/assessment.h"
#include "core/base/mem.h"
#include "core/history/story.h"
#include "core/pipeline/private.h"

enum {
	STALE_AT_ONCE = 50,
	STALE_MS = 1000, /* while somebody waits: the rest stays for the next start, or a watch */
	/* As an alert may take long, and somebody's decision wait for the end of the transaction.
	 */
	COMMIT_MS = 50,
	GAP_MS = 8, /* more than a step of who waits for it (core/store/sql.c) */
};

struct answering {
	struct detector *detector;
	struct pipeline *pipeline;
	struct story_scope scope; /* owns its cache */
	struct fact facts[FACT_COUNT];
	struct arena arena;
	int64_t *rows; /* owns */
	size_t count, capacity;
	bool of_run; /* they are alerts of the run, and counted */
};

static bool
note_row(void *context, const struct store_row *row)
{
	struct answering *a = context;

	MEM_GROW(a->rows, a->count, a->capacity);
	a->rows[a->count++] = row->rowid;
	return true;
}

static bool
goes_on(const struct answering *a)
{
	return !a->detector->failed && !pipeline_stopped(a->pipeline);
}

static struct answer
judge(struct answering *a, const struct alert *alert, const struct history *history)
{
	const struct fact_ledger ledger = {.from = TIME_NONE,
		.to = TIME_NONE,
		.since = TIME_NONE,
		.history = history,
		.known = a->pipeline->options.known};
	struct event event;
	bool parsed = alert_parse_event(&event, alert, NULL);
	struct answer answer;

	facts_of_alert(a->facts, &a->arena, alert, parsed ? &event : NULL, &ledger);
	answer = answer_of(&a->arena, alert, a->facts, history);
	if (parsed)
		event_fini(&event);
	return answer;
}

static bool
put_answer(struct answering *a, int64_t rowid, struct error *err)
{
	struct store *store = a->pipeline->store;
	struct alert alert = {0};
	struct history history;
	struct answer answer;
	bool ok;

	if (!store_load_row(store, rowid, &alert, err))
		return false;
	arena_reset(&a->arena);
	ok = story_load(&history, &a->arena, store, &alert, &a->scope, err);
	if (ok)
		answer = judge(a, &alert, &history);
	alert_fini(&alert);
	return ok && store_answer_put(store, rowid, &answer, err);
}

static bool
put_fresh(struct answering *a, int64_t rowid, struct error *err)
{
	return put_answer(a, rowid, err) && store_stale_fresh(a->pipeline->store, rowid, err);
}

/* The next transaction would begin before anybody else could. */
static void
leave_gap(struct pipeline *p)
{
	struct pollfd stop = {.fd = p->stop_wake.fd, .events = POLLIN};

	poll(&stop, 1, GAP_MS);
}

/* In the transaction that is open, or in some. */
static void
put_rows(struct answering *a)
{
	struct detector *d = a->detector;
	struct error err;

	for (size_t i = 0; i < a->count && goes_on(a); i++) {
		if (d->open && time_monotonic_ms() - d->opened_ms >= COMMIT_MS) {
			detector_commit(d);
			leave_gap(a->pipeline);
		}
		detector_begin(d);
		if (d->failed)
			return;
		if (!put_fresh(a, a->rows[i], &err))
			detector_fail(d, &err);
		d->tally.history.answers_done += a->of_run;
	}
}

/* The newest first, as they stand on the screen. */
static struct store_query
of_run(const struct detector *d)
{
	return (struct store_query){
		.run = d->pipeline->run, .order = STORE_BY_TIME, .descending = true};
}

static void
answer_run(struct answering *a)
{
	const struct store_query query = of_run(a->detector);
	struct error err;

	a->count = 0;
	if (goes_on(a) && !store_rows(a->pipeline->store, &query, note_row, a, &err))
		detector_fail(a->detector, &err);
	a->of_run = true;
	put_rows(a);
	a->of_run = false;
	detector_commit(a->detector);
}

/* What is no alert of the run is one of the store, as for who asks it later. */
static void
answer_stale(struct answering *a)
{
	struct error err;

	if (a->capacity < STALE_AT_ONCE)
		a->rows = mem_array(a->rows, a->capacity = STALE_AT_ONCE, sizeof(*a->rows));
	a->scope.run = 0;
	a->scope.state = HISTORY_LOOKED;
	if (!store_stale(a->pipeline->store, a->rows, STALE_AT_ONCE, &a->count, &err)) {
		detector_fail(a->detector, &err);
		return;
	}
	put_rows(a);
}

static struct answering
begin(struct detector *d)
{
	struct answering a = {
		.detector = d, .pipeline = d->pipeline, .scope = pipeline_scope(d->pipeline)};

	a.scope.cache = story_cache_new();
	return a;
}

static void
end(struct answering *a)
{
	story_cache_free(a->scope.cache);
	arena_fini(&a->arena);
	free(a->rows);
}

uint64_t
history_count_answers(struct detector *d)
{
	const struct store_query query = of_run(d);
	struct store_counts counts = {0};
	struct error err;

	if (!store_count(d->pipeline->store, &query, &counts, &err))
		detector_fail(d, &err);
	return (uint64_t)counts.alerts;
}

/* No more are made, whether or not all are. */
static void
tell_end(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->progress.history.answers_total = p->progress.history.answers_done = 0;
	pthread_mutex_unlock(&p->lock);
	pipeline_wake(p);
}

void
history_answer(struct detector *d)
{
	struct answering a = begin(d);
	int64_t until;

	answer_run(&a);
	tell_end(d->pipeline);
	until = time_monotonic_ms() + STALE_MS;
	for (a.count = 1; a.count && goes_on(&a) &&
			  (!d->pipeline->options.waited_for || time_monotonic_ms() < until);) {
		answer_stale(&a);
		detector_commit(d);
	}
	end(&a);
}

/* ---- of live sources ---- */

void
history_answer_alert(struct detector *d, int64_t alert)
{
	struct answering a = begin(d);
	struct error err;

	detector_begin(d);
	if (!d->failed && !put_fresh(&a, alert, &err))
		detector_fail(d, &err);
	end(&a);
}

void
history_answer_stale(struct detector *d)
{
	struct answering a = begin(d);

	answer_stale(&a);
	end(&a);
}
