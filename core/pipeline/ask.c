/*
 * What a live source is asked for history: the keys of its alerts, and the keys that were made with
 * them. On a thread and connection of its own, so that neither an answer that does not come nor a
 * throttle delays the watch; in between rounds, with half of the requests at most. The detector
 * says what is asked next, newest first, and keeps what came of it.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"
#include "core/source/http.h"

enum { PAUSE_FIRST_MS = 5000, PAUSE_LAST_MS = 300000, KEY_LEAST = 16 };

/* Events come late: what was asked is asked once more for so long. */
static const int64_t late = 30 * TICKS_PER_MINUTE;
/* The clocks of who makes keys and who uses them are not one. */
static const int64_t early = 5 * TICKS_PER_MINUTE;
/* A young key is asked for often, an old one seldom, and what CloudTrail forgets no more. */
static const int64_t again_first = 5 * TICKS_PER_MINUTE, again_last = 24 * 60 * TICKS_PER_MINUTE,
		     forgotten = INT64_C(90) * 24 * 60 * TICKS_PER_MINUTE;

/* The thread's own. */
struct asker {
	struct fetcher *fetcher;
	struct source *source; /* NULL: not opened yet */
	struct http *http;
	struct arena arena; /* of a record */
	struct store_ask ask;
	uint64_t serial; /* of it */
	unsigned failures;
	bool part; /* some could not be read */
};

/* ---- waiting ---- */

/* True when to stop. */
static bool
pause_ms(struct fetcher *f, int64_t ms)
{
	struct pollfd fds[2] = {{.fd = f->pipeline->stop_wake.fd, .events = POLLIN},
		{.fd = f->ask_wake.fd, .events = POLLIN}};

	poll(fds, ms < 0 ? 2 : 1, (int)ms);
	if (ms < 0)
		wake_clear(&f->ask_wake);
	return pipeline_stopped(f->pipeline);
}

void
asking_hold(struct fetcher *f)
{
	atomic_store(&f->polling, true);
}

void
asking_go_on(struct fetcher *f)
{
	atomic_store(&f->polling, false);
	wake_raise(&f->ask_wake);
}

bool
asking_may(struct fetcher *f)
{
	while (atomic_load(&f->polling) || atomic_load(&f->pipeline->paused))
		if (pause_ms(f, -1))
			return false;
	return !pipeline_stopped(f->pipeline);
}

/* False: stopping. */
static bool
wait_for_ask(struct asker *a)
{
	struct fetcher *f = a->fetcher;

	for (;;) {
		bool there;

		pthread_mutex_lock(&f->pipeline->lock);
		there = f->ask.term && f->ask_serial != a->serial;
		a->ask = f->ask;
		if (there)
			a->serial = f->ask_serial;
		pthread_mutex_unlock(&f->pipeline->lock);
		if (there)
			return asking_may(f);
		if (pause_ms(f, -1))
			return false;
	}
}

/* ---- what it gives ---- */

static bool
push(struct fetcher *f, struct item *item)
{
	size_t bytes = sizeof(*item) + item->path.len + item->text.len;

	item->fetcher = f;
	if (queue_push(f->pipeline->queue, item, bytes) == QUEUE_OK)
		return !pipeline_stopped(f->pipeline);
	free(item);
	return false;
}

static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	struct asker *a = context;
	struct traced traced = {.count = 1};
	struct trace *t = &traced.trace;
	struct str key = str_from(a->ask.key);
	struct item *item;

	(void)flags;
	arena_reset(&a->arena);
	if (!trace_read(t, raw, &a->arena)) {
		a->part = true;
		return true;
	}
	/* What it is asked for is what it should give, and no more. */
	if (!str_equal(t->text[TRACE_KEY], key) && !str_equal(t->text[TRACE_SUBJECT], key))
		return !pipeline_stopped(a->fetcher->pipeline);
	traced.uses[0].term = a->ask.term;
	traced.issues = traced_makes_key(t) && str_equal(t->text[TRACE_KEY], key);
	trace_identity(t, t->identity);
	hash_hex(raw, traced.sha256);
	t->path = place->path;
	item = traced_pack(&traced);
	item->path = item->traced->trace.path;
	return push(a->fetcher, item);
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	struct asker *a = context;

	(void)place;
	(void)reason;
	(void)body;
	a->part |= severity == PROBLEM_ERROR;
	return !pipeline_stopped(a->fetcher->pipeline);
}

static bool
take_position(void *context, struct str name, struct str value)
{
	(void)context;
	(void)name;
	(void)value;
	return true;
}

static bool
take_barrier(void *context, uint64_t token)
{
	(void)context;
	(void)token;
	return true;
}

/* ---- asking ---- */

static bool
open_source(struct asker *a, const struct source_sink *sink, const struct scan_options *scan,
	struct error *err)
{
	const struct source_ops *ops = a->fetcher->config->ops;
	struct source_options options = fetcher_source_options(a->fetcher, sink, scan);

	options.http = a->http;
	options.turn = fetcher_history_turn;
	options.say = NULL;
	options.failed_try = NULL;
	if (!ops->open(&a->source, &options, err))
		return false;
	a->source->ops = ops;
	return true;
}

static int64_t
due_again(int64_t made, int64_t now)
{
	int64_t age = made == TIME_NONE || made > now ? 0 : now - made, span = age / 4;

	if (age > forgotten || made == TIME_NONE)
		return INT64_MAX;
	if (span < again_first)
		span = again_first;
	return now + (span < again_last ? span : again_last);
}

static struct source_ask
window(const struct asker *a)
{
	const struct store_ask *ask = &a->ask;
	struct source_ask window = {
		.key = str_from(ask->key), .to = clock_now(pipeline_clock(a->fetcher->pipeline))};

	if (ask->until != TIME_NONE)
		window.from = ask->until - late;
	else if (ask->made != TIME_NONE)
		window.from = ask->made - early;
	if (window.from > window.to)
		window.from = window.to - early;
	return window;
}

static bool
give_asked(struct asker *a, const struct source_ask *ask)
{
	struct item *item = mem_zalloc(sizeof(*item) + sizeof(*item->asked));

	item->kind = ITEM_ASKED;
	item->asked = (struct asked *)(item + 1);
	*item->asked = (struct asked){.term = a->ask.term,
		.due = due_again(a->ask.made, ask->to),
		.span = {ask->from, ask->to},
		.part = ask->part || a->part};
	snprintf(item->asked->place, sizeof(item->asked->place), "%s", ask->place);
	return push(a->fetcher, item);
}

/* Said once, until it goes on. */
static void
say_failure(const struct asker *a, const struct source_failure *failure, const struct error *err)
{
	struct buf line = {0};

	if (a->failures > 1)
		return;
	buf_printf(&line, "%s: asked for history: %s: %s; it is tried again, later and later",
		a->fetcher->config->name, source_cause_word(failure->cause), err->text);
	live_say(a->fetcher->pipeline, buf_cstr(&line));
	buf_fini(&line);
}

/* True when to stop. */
static bool
take_failure(struct asker *a, const struct source_failure *failure, const struct error *err)
{
	int64_t pause = PAUSE_FIRST_MS;

	a->failures++;
	say_failure(a, failure, err);
	for (unsigned i = 1; i < a->failures && pause < PAUSE_LAST_MS; i++)
		pause *= 2;
	if (pause > PAUSE_LAST_MS)
		pause = PAUSE_LAST_MS;
	if (failure->retry_after_ms > pause)
		pause = failure->retry_after_ms;
	pause = clock_real_ms(pipeline_clock(a->fetcher->pipeline), pause);
	return pause_ms(a->fetcher, pause < INT32_MAX ? pause : INT32_MAX);
}

/* False: stopping. */
static bool
ask(struct asker *a, const struct source_sink *sink, const struct scan_options *scan)
{
	for (;;) {
		struct source_failure failure = {.cause = CAUSE_CONFIGURED};
		struct source_ask asked = window(a);
		enum source_result result = SOURCE_FAILED;
		struct error err = {0};

		a->part = false;
		if (a->source || open_source(a, sink, scan, &err))
			result = a->source->ops->ask(a->source, &asked, &failure, &err);
		if (result == SOURCE_STOPPED)
			return false;
		if (result == SOURCE_OK) {
			a->failures = 0;
			return give_asked(a, &asked);
		}
		if (take_failure(a, &failure, &err) || !asking_may(a->fetcher))
			return false;
	}
}

void *
pipeline_ask(void *argument)
{
	struct fetcher *f = argument;
	struct pipeline *p = f->pipeline;
	struct asker a = {.fetcher = f};
	const struct source_sink sink = {
		&a, take_record, take_problem, take_position, take_barrier};
	const struct scan_options scan = {.max_record = p->options.max_record};

	a.http = http_new(p->stop_wake.fd, f->config->value[SOURCE_KEY_CA_BUNDLE]);
	while (wait_for_ask(&a) && ask(&a, &sink, &scan))
		continue;
	if (a.source)
		a.source->ops->close(a.source);
	http_free(a.http);
	arena_fini(&a.arena);
	pipeline_end_producer(p);
	return NULL;
}

/* ---- the detector's ---- */

/* Anything may stand in a record. */
static bool
is_key(struct str key)
{
	for (size_t i = 0; i < key.len; i++)
		if (!((key.data[i] >= 'A' && key.data[i] <= 'Z') ||
			    (key.data[i] >= '0' && key.data[i] <= '9')))
			return false;
	return key.len >= KEY_LEAST && key.len <= STORE_ASK_KEY;
}

static void
put_ask(struct detector *d, struct fetcher *f, int64_t term, int64_t made)
{
	struct error err;

	if (d->failed)
		return;
	if (!store_ask_put(d->pipeline->store, str_from(f->config->name), term, made, &err))
		detector_fail(d, &err);
	f->ask_stale = true;
}

void
asking_put(struct detector *d, struct fetcher *f, const struct alert *alert)
{
	const struct term key = {TERM_KEY, alert->text[ALERT_KEY_ID]};
	struct error err;
	int64_t n = 0;

	if (!f->asks || d->failed || alert->outcome != OUTCOME_SUCCESS || !is_key(key.value))
		return;
	detector_begin(d);
	if (!d->failed && !store_term_put(d->pipeline->store, &key, &n, &err))
		detector_fail(d, &err);
	put_ask(d, f, n, alert->time);
}

static void
take_trace(struct detector *d, const struct item *item)
{
	struct traced *traced = item->traced;
	int64_t made;

	traced->trace.source = str_from(item->fetcher->config->name);
	history_put_trace(d, traced, live_input(d, item), &made);
	if (made && is_key(traced->trace.text[TRACE_SUBJECT]))
		put_ask(d, item->fetcher, made, traced->trace.time);
}

static void
take_asked(struct detector *d, const struct item *item)
{
	const struct asked *asked = item->asked;
	const struct store_asked put = {.source = str_from(item->fetcher->config->name),
		.place = str_from(asked->place),
		.span = asked->span,
		.part = asked->part};
	struct error err;

	detector_begin(d);
	if (!d->failed && !store_asked_put(d->pipeline->store, asked->term, &put, asked->due, &err))
		detector_fail(d, &err);
	item->fetcher->asked = true;
	d->tally.history.asked++;
}

void
asking_take(struct detector *d, const struct item *item)
{
	if (item->kind == ITEM_TRACE)
		take_trace(d, item);
	else
		take_asked(d, item);
}

static void
choose(struct detector *d, struct fetcher *f)
{
	struct pipeline *p = d->pipeline;
	struct store_ask ask = {0};
	struct error err;

	f->asked = f->ask_stale = false;
	if (!store_ask_next(p->store, str_from(f->config->name), clock_now(pipeline_clock(p)), &ask,
		    &err)) {
		detector_fail(d, &err);
		return;
	}
	pthread_mutex_lock(&p->lock);
	f->ask = ask;
	f->ask_serial++;
	pthread_mutex_unlock(&p->lock);
	if (ask.term)
		wake_raise(&f->ask_wake);
}

void
asking_next(struct detector *d, bool due)
{
	struct pipeline *p = d->pipeline;

	for (size_t i = 0; i < p->fetcher_count && !d->failed; i++) {
		struct fetcher *f = &p->fetchers[i];

		/* Its own, written by this thread alone. */
		if (f->asks && (f->asked || (!f->ask.term && (due || f->ask_stale))))
			choose(d, f);
	}
}
