/* What lists keep of each alert's story (assessment.h), once its history was looked through. The
 * detector's. */
#include "core/alert/assessment.h"
#include "core/history/story.h"
#include "core/pipeline/private.h"

enum {
	PAGE = 500,
	STALE_AT_ONCE = 50,
	STALE_MS = 1000, /* while somebody waits: the rest stays for the next start, or a watch */
};

struct answering {
	struct detector *detector;
	struct pipeline *pipeline;
	struct story_scope scope; /* owns its cache */
	struct fact facts[FACT_COUNT];
	struct arena arena;
	int64_t rows[PAGE];
	size_t count;
};

static bool
note_row(void *context, const struct store_row *row)
{
	struct answering *a = context;

	a->rows[a->count++] = row->rowid;
	return a->count < PAGE;
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

static void
put_page(struct answering *a)
{
	struct error err;

	for (size_t i = 0; i < a->count && goes_on(a); i++)
		if (!put_fresh(a, a->rows[i], &err))
			detector_fail(a->detector, &err);
}

static void
answer_run(struct answering *a)
{
	struct store_query query = {.run = a->pipeline->run, .order = STORE_BY_ROWID};
	struct error err;

	do {
		a->count = 0;
		if (!store_rows(a->pipeline->store, &query, note_row, a, &err))
			detector_fail(a->detector, &err);
		detector_begin(a->detector);
		put_page(a);
		detector_commit(a->detector);
		query.after_rowid = a->count ? a->rows[a->count - 1] : 0;
	} while (a->count == PAGE && goes_on(a));
}

/* What is no alert of the run is one of the store, as for who asks it later. */
static void
answer_stale(struct answering *a, size_t most)
{
	struct error err;

	a->scope.run = 0;
	a->scope.state = HISTORY_LOOKED;
	if (!store_stale(a->pipeline->store, a->rows, most, &a->count, &err)) {
		detector_fail(a->detector, &err);
		return;
	}
	if (a->count)
		detector_begin(a->detector);
	put_page(a);
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
}

void
history_answer(struct detector *d)
{
	struct answering a = begin(d);
	int64_t until;

	answer_run(&a);
	until = time_monotonic_ms() + STALE_MS;
	do {
		answer_stale(&a, STALE_AT_ONCE);
		detector_commit(d);
	} while (a.count && goes_on(&a) &&
		 (!d->pipeline->options.waited_for || time_monotonic_ms() < until));
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

	answer_stale(&a, STALE_AT_ONCE);
	end(&a);
}
