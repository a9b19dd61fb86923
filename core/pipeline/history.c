/*
 * Passes over the paths for the history of a run's alerts (facts.md 13 to 22). The first looks for
 * the terms of the alerts, each further one for the keys that the last one found to be made or
 * obtained with a wanted one, until there are none. What earlier alerts of the store ask is looked
 * for as well: a store is one case. An input that was looked through for all terms is not read
 * again: the store remembers it. The detector's side; the workers' is look.c.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum {
	BATCH = 500, /* rows in a transaction */
	/* Each follows keys one step further; what is left is looked for at the next start. */
	PASSES_MAX = 64,
	/* That are looked for at most, of some 300,000 alerts; a hundred bytes each. */
	TERMS_KEPT = 1 << 20,
	KEY_BITS_MAX = 64 << 20,
};

struct gathering {
	struct detector *detector;
	struct pipeline *pipeline;
	struct job **jobs; /* owns, until the pipeline does; every file, those to be read first */
	size_t count;
	bool cut; /* there were more terms */
	struct want *want;
	uint64_t *fresh; /* owns; hashes of the keys that were not looked for before */
	size_t fresh_count, fresh_capacity;
	int64_t last; /* the last term of the pass before; 0: this is the first */
};

static bool
goes_on(const struct gathering *g)
{
	return !g->detector->failed && !pipeline_stopped(g->pipeline);
}

static void
check(struct gathering *g, bool ok, const struct error *err)
{
	if (!ok && !g->detector->failed)
		detector_fail(g->detector, err);
}

/* In a transaction that is not too long: somebody's decision may be waiting. */
static bool
open(struct gathering *g)
{
	if (g->detector->items++ >= BATCH)
		detector_commit(g->detector);
	detector_begin(g->detector);
	return goes_on(g);
}

/* ---- terms of the alerts ---- */

struct page {
	int64_t rows[BATCH];
	size_t count;
};

static bool
note_row(void *context, const struct store_row *row)
{
	struct page *page = context;

	page->rows[page->count++] = row->rowid;
	return page->count < BATCH;
}

static bool
load(struct gathering *g, int64_t rowid, struct alert *alert, struct error *err)
{
	struct store *store = g->pipeline->store;

	if (!store_load_record(store, rowid, alert, err))
		return false;
	return !(alert->flags & UINT32_C(1) << FLAG_FROM_TABLE) ||
	       store_load_texts(store, rowid, alert, err);
}

static void
put_terms_of(struct gathering *g, int64_t rowid, struct alert *alert, struct arena *arena)
{
	struct term terms[TERMS_MAX];
	struct error err;
	size_t count;
	int64_t n;

	if (!open(g))
		return;
	if (!load(g, rowid, alert, &err)) {
		check(g, false, &err);
		return;
	}
	arena_reset(arena);
	count = terms_of_alert(alert, arena, terms);
	for (size_t i = 0; i < count && !g->detector->failed; i++)
		check(g, store_term_put(g->pipeline->store, &terms[i], &n, &err), &err);
}

static void
put_terms(struct gathering *g)
{
	struct store_query query = {.run = g->pipeline->run, .order = STORE_BY_ROWID};
	struct alert alert = {0};
	struct arena arena = {0};
	struct page page;
	struct error err;

	do {
		page.count = 0;
		check(g, store_rows(g->pipeline->store, &query, note_row, &page, &err), &err);
		for (size_t i = 0; i < page.count && goes_on(g); i++)
			put_terms_of(g, page.rows[i], &alert, &arena);
		if (page.count)
			query.after_rowid = page.rows[page.count - 1];
	} while (page.count == BATCH && goes_on(g));
	detector_commit(g->detector);
	alert_fini(&alert);
	arena_fini(&arena);
}

static bool
add_term(void *context, const struct store_term *term)
{
	struct gathering *g = context;

	if (want_count(g->want) >= TERMS_KEPT) {
		g->cut = true;
		return false;
	}
	want_add(g->want, term->n, &term->term);
	if (term->n > g->last) {
		MEM_GROW(g->fresh, g->fresh_count, g->fresh_capacity);
		g->fresh[g->fresh_count++] = want_hash(TERM_KEY, term->term.value);
	}
	return true;
}

/* ---- the inputs ---- */

/* A bit for so many bytes; all in all no more than KEY_BITS_MAX. */
static void
share_key_bits(struct gathering *g)
{
	uint64_t total = 1;

	for (size_t i = 0; i < g->count; i++)
		total += job_bytes(g->jobs[i]) / 4;
	for (size_t i = 0; i < g->count; i++) {
		uint64_t bits = job_bytes(g->jobs[i]) / 4;

		if (total > KEY_BITS_MAX)
			bits = (uint64_t)((double)bits * KEY_BITS_MAX / (double)total);
		g->jobs[i]->key_bits = (size_t)bits;
	}
}

/* What the first pass knows of them is taken over. */
static void
list(struct gathering *g)
{
	struct pipeline *p = g->pipeline;

	g->jobs = mem_array(NULL, p->walk.count, sizeof(*g->jobs));
	g->count = p->walk.count;
	for (size_t i = 0; i < g->count; i++) {
		g->jobs[i] = MEM_NEW(struct job);
		g->jobs[i]->file = p->walk.files[i];
		g->jobs[i]->kind = job_kind(p->walk.files[i]);
	}
	for (size_t i = 0; i < p->job_count; i++) {
		struct job *before = p->jobs[i], *job = g->jobs[before->file->place];

		job->input = before->input;
		job->unopened = before->unopened;
		job->start = before->start;
		job->spool = before->spool;
		free(before->mark);
		free(before);
	}
	share_key_bits(g);
	free(p->jobs);
	p->jobs = g->jobs;
	p->job_count = 0;
}

/* Up to which term was each looked through? What a pipe told before is not what it tells now. */
static void
ask_looked(struct gathering *g)
{
	struct error err;

	for (size_t i = 0; i < g->count; i++) {
		struct job *job = g->jobs[i];
		int64_t input;

		if (!open(g))
			break;
		input = list_job_input(g->detector, job);
		if (input && S_ISREG(job->file->mode))
			check(g, store_looked_term(g->pipeline->store, input, &job->looked, &err),
				&err);
	}
	detector_commit(g->detector);
}

/* After the first pass only keys are looked for, and what it read tells which it may hold. */
static bool
may_hold(const struct gathering *g, const struct job *job)
{
	if (!g->last || job->looked < g->last)
		return true;
	for (size_t i = 0; i < g->fresh_count; i++)
		if (keyset_may_hold(&job->keys, g->fresh[i]))
			return true;
	return false;
}

static bool
is_due(const struct gathering *g, struct job *job)
{
	int64_t last = want_last(g->want);

	if (!job_is_there_again(job) || job->looked >= last)
		return false;
	if (may_hold(g, job))
		return true;
	job->looked = last;
	job->looked_on = true;
	return false;
}

static int
by_due_and_cost(const void *a, const void *b)
{
	const struct job *left = *(struct job *const *)a, *right = *(struct job *const *)b;

	if (left->due != right->due)
		return left->due ? -1 : 1;
	return job_by_cost(a, b);
}

/* What the last pass over it told. */
static void
forget(struct job *job)
{
	job->unread = job->looked_on = false;
	spans_fini(&job->spans);
	keyset_fini(&job->keys);
}

/* Those that a pass reads come first. */
static void
choose(struct gathering *g)
{
	struct pipeline *p = g->pipeline;
	struct pipeline_history history = {0};

	for (size_t i = 0; i < g->count; i++) {
		struct job *job = g->jobs[i];

		job->due = is_due(g, job);
		history.files_total += job->due;
		history.bytes_total += job->due ? job_bytes(job) : 0;
		if (job->due)
			forget(job);
	}
	qsort(g->jobs, g->count, sizeof(*g->jobs), by_due_and_cost);
	p->job_count = history.files_total;
	p->next_job = 0;
	pthread_mutex_lock(&p->lock);
	history.state = HISTORY_LOOKING;
	history.pass = p->progress.history.pass + 1;
	history.traces = p->progress.history.traces;
	if (p->job_count)
		p->progress.history = history;
	pthread_mutex_unlock(&p->lock);
}

/* ---- what the workers find ---- */

void
history_put_trace(struct detector *d, const struct traced *traced, int64_t input, int64_t *made)
{
	const struct term key = {TERM_KEY, traced->trace.text[TRACE_SUBJECT]};
	struct store *store = d->pipeline->store;
	bool any = false, fresh = false;
	struct error err;

	detector_begin(d);
	*made = 0;
	for (size_t i = 0; i < traced->count && !d->failed; i++) {
		bool ok =
			traced->uses[i].first_of
				? store_trace_put_first(store, traced->uses[i].term, &traced->trace,
					  traced->uses[i].first_of, input, &fresh, &err)
				: store_trace_put(store, traced->uses[i].term, &traced->trace,
					  input, &fresh, &err);

		if (!ok)
			detector_fail(d, &err);
		any |= ok && fresh;
	}
	if (traced->issues && !d->failed && !store_term_put(store, &key, made, &err))
		detector_fail(d, &err);
	d->tally.history.traces += any;
}

static void
take_trace(struct detector *d, const struct item *item)
{
	struct traced *traced = item->traced;
	int64_t made;

	traced->trace.source = STR("file");
	traced->trace.path = str_from(item->job->file->path);
	history_put_trace(d, traced, list_job_input(d, item->job), &made);
}

/* Anything that is read may answer what alerts of the store ask. */
static void
put_stale(struct detector *d)
{
	struct error err;

	detector_begin(d);
	if (!d->failed && !store_stale_all(d->pipeline->store, &err))
		detector_fail(d, &err);
	d->looked = true;
}

static void
put_looked(struct detector *d, struct job *job)
{
	const struct store_looked looked = {.term = job->looked,
		.unread = job->unread,
		.spans = job->spans.items,
		.span_count = job->spans.count};
	int64_t input = list_job_input(d, job);
	struct error err;

	detector_begin(d);
	if (!d->failed && !store_looked_put(d->pipeline->store, input, &looked, &err))
		detector_fail(d, &err);
}

/* One that the stop has cut short was not looked through. */
static void
take_looked(struct detector *d, const struct done *done)
{
	struct pipeline *p = d->pipeline;

	if (!done->whole && pipeline_stopped(p))
		return;
	done->job->unread |= !done->whole;
	done->job->looked = want_last(p->want);
	put_looked(d, done->job);
	if (!d->looked) /* an end before they are answered is made good at the next start */
		put_stale(d);
}

/* Of the run alone: what is remembered of the input was read well. */
static void
take_problem(struct detector *d, const struct item *item)
{
	const struct problem problem = {.severity = item->severity,
		.source = STR("file"),
		.path = str_from(item->job->file->path),
		.offset = item->offset,
		.reason = item->text};

	detector_put_problem(d, 0, &problem);
}

void
history_take(struct detector *d, const struct item *item)
{
	for (const struct item *i = item; i && i->kind == ITEM_TRACE; i = i->more) {
		take_trace(d, i);
		d->items++;
	}
	if (item->kind == ITEM_PROBLEM)
		take_problem(d, item);
	for (size_t i = 0; item->kind == ITEM_DONE && i < item->done_count; i++)
		take_looked(d, &item->done[i]);
}

/* ---- passes ---- */

/* False: there is nothing to look for, or nowhere. */
static bool
pass(struct gathering *g)
{
	struct pipeline *p = g->pipeline;
	struct error err;

	g->want = want_new();
	g->fresh_count = 0;
	check(g, store_terms(p->store, 0, add_term, g, &err), &err);
	choose(g);
	g->last = want_last(g->want);
	if (goes_on(g) && p->job_count) {
		p->want = g->want;
		detector_run(g->detector);
		p->want = NULL;
	}
	want_free(g->want);
	return p->job_count > 0;
}

/* What was not read again, as it holds none of the keys. */
static void
finish(struct gathering *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct job *job = g->jobs[i];

		if (job->looked_on && open(g))
			put_looked(g->detector, job);
		forget(job);
		spool_free(job->spool);
	}
	detector_commit(g->detector);
	for (size_t i = 0; i < g->count; i++)
		free(g->jobs[i]);
	g->pipeline->job_count = 0;
	free(g->fresh);
}

/* With what follows: whoever waits must not take the end of the passes for the end of all. */
static void
set_state(struct pipeline *p, enum history_state state, uint64_t answers)
{
	pthread_mutex_lock(&p->lock);
	p->progress.history.state = state;
	p->progress.history.answers_total = answers;
	pthread_mutex_unlock(&p->lock);
	pipeline_wake(p);
}

/* True: there may be more to find. */
static bool
look(struct gathering *g)
{
	bool more = true;

	for (int i = 0; i < PASSES_MAX && more && goes_on(g); i++)
		more = pass(g);
	return more;
}

bool
history_is_due(const struct detector *d)
{
	const struct pipeline *p = d->pipeline;

	return p->options.history && !p->options.source_count && p->walk.count && !d->failed &&
	       !pipeline_stopped(p);
}

void
history_run(struct detector *d)
{
	struct gathering g = {.detector = d, .pipeline = d->pipeline};
	bool more, halted, listed = !g.pipeline->options.unlisted;
	uint64_t answers;

	if (g.pipeline->progress.history.state != HISTORY_LOOKING)
		return;
	list(&g);
	put_terms(&g);
	ask_looked(&g);
	do {
		more = !pause_begin(g.pipeline) || look(&g);
		halted = pause_end(g.pipeline);
	} while (more && halted && goes_on(&g) && pause_wait(g.pipeline));
	finish(&g);
	answers = listed && goes_on(&g) ? history_count_answers(d) : 0;
	set_state(g.pipeline, goes_on(&g) && !more && !g.cut ? HISTORY_LOOKED : HISTORY_PART,
		answers);
	if (d->looked) /* a watch may have answered some meanwhile */
		put_stale(d);
	if (listed)
		history_answer(d);
	else
		detector_commit(d);
}
