/*
 * What a live source is asked for history: about the keys, users and callers of its alerts, and
 * about the keys that were made with them. On a thread and connection of its own, so that neither
 * an answer that does not come nor a throttle delays the watch. The detector says what is asked
 * next (asked.c) and keeps what came of it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"
#include "core/source/http.h"

enum { PAUSE_FIRST_MS = 5000, PAUSE_LAST_MS = 300000 };

/* Events come late: what was asked is asked once more for so long. */
static const int64_t late = 30 * TICKS_PER_MINUTE;
/* The clocks of who makes keys and who uses them are not one. */
static const int64_t early = 5 * TICKS_PER_MINUTE;
static const int64_t around = 30 * TICKS_PER_MINUTE, day = 24 * 60 * TICKS_PER_MINUTE;
/* A young key is asked for often, an old one seldom, and what CloudTrail forgets no more. */
static const int64_t again_first = 5 * TICKS_PER_MINUTE, again_hour = 60 * TICKS_PER_MINUTE,
		     forgotten = INT64_C(90) * 24 * 60 * TICKS_PER_MINUTE,
		     temporary = INT64_C(37) * 60 * TICKS_PER_MINUTE;

/* The thread's own. */
struct asker {
	struct fetcher *fetcher;
	struct source *source; /* NULL: not opened yet */
	struct http *http;
	struct arena arena; /* of a record */
	struct store_ask ask;
	uint64_t serial; /* of it */
	unsigned failures;
	bool part;		     /* some could not be read */
	char missing[SOURCE_PLACES]; /* as last said */
};

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

/* What it is asked for is what it should give, and no more. */
static bool
is_asked_for(struct asker *a, const struct trace *t)
{
	struct str value = str_from(a->ask.value);
	struct term_use uses[TERMS_MAX];
	size_t count;

	if (a->ask.kind == TERM_CALL)
		return str_equal(t->text[TRACE_NAME], value);
	count = terms_of_trace(t, &a->arena, uses);
	for (size_t i = 0; i < count; i++)
		if (uses[i].term.kind == a->ask.kind && str_equal(uses[i].term.value, value))
			return true;
	return false;
}

static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	struct asker *a = context;
	struct traced traced = {.count = 1};
	struct trace *t = &traced.trace;
	struct item *item;
	bool read;

	arena_reset(&a->arena);
	read = flags & SCAN_FROM_TABLE ? trace_read_row(t, raw, &a->arena)
				       : trace_read(t, raw, &a->arena);
	a->part |= !read;
	if (!read || !is_asked_for(a, t))
		return !pipeline_stopped(a->fetcher->pipeline);
	traced.uses[0].term = a->ask.term;
	traced.issues = a->ask.kind == TERM_KEY && traced_makes_key(t) &&
			str_is(t->text[TRACE_KEY], a->ask.value);
	trace_identity(t, t->identity);
	hash_hex(raw, traced.sha256);
	t->path = place->path;
	t->offset = place->offset;
	item = traced_pack(&traced);
	item->path = item->traced->trace.path;
	item->alert = a->ask.alert;
	item->term = a->ask.term;
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

/* ---- of which times ---- */

static int64_t
now_of(const struct asker *a)
{
	return clock_now(pipeline_clock(a->fetcher->pipeline));
}

static int64_t
first_of(const struct store_ask *ask, int64_t now)
{
	switch (ask->kind) {
	case TERM_KEY:
		return ask->made - early;
	case TERM_USER:
		return ask->made - day;
	case TERM_ACTOR:
		return ask->made - around;
	default:
		return now - forgotten;
	}
}

/* A caller's other deeds matter around the call alone. */
static int64_t
last_of(const struct store_ask *ask, int64_t now)
{
	return ask->kind == TERM_ACTOR && ask->made + around < now ? ask->made + around : now;
}

static int64_t
due_by_age(int64_t age, int64_t end, int64_t now)
{
	int64_t span = age / 4;

	if (age > end)
		return INT64_MAX;
	if (span < again_first)
		span = again_first;
	return now + (span < day ? span : day);
}

static int64_t
due_again(const struct store_ask *ask, int64_t now)
{
	int64_t age = ask->made > now ? 0 : now - ask->made;

	switch (ask->kind) {
	case TERM_KEY:
		return due_by_age(
			age, strncmp(ask->value, "ASIA", 4) == 0 ? temporary : forgotten, now);
	case TERM_ACTOR:
		if (age >= around + late)
			return INT64_MAX;
		return ask->made + around + (age >= around ? late : 0);
	case TERM_CALL:
		return now + again_hour;
	default:
		return due_by_age(age, forgotten, now);
	}
}

/* Kinds of terms that a source may be asked for. */
static const enum source_ask_kind kinds[TERM_KINDS] = {
	[TERM_KEY] = SOURCE_ASK_KEY,
	[TERM_USER] = SOURCE_ASK_USER,
	[TERM_ACTOR] = SOURCE_ASK_ACTOR,
	[TERM_CALL] = SOURCE_ASK_CALL,
};

static void
begin_ask(const struct asker *a, struct source_ask *asked)
{
	int64_t now = now_of(a), first = first_of(&a->ask, now);

	*asked = (struct source_ask){.kind = kinds[a->ask.kind],
		.value = str_from(a->ask.value),
		.before = a->ask.places,
		.first = first,
		.from = a->ask.until == TIME_NONE ? first : a->ask.until - late,
		.to = last_of(&a->ask, now)};
	if (asked->from > asked->to)
		asked->from = asked->to - early;
	if (asked->first > asked->to)
		asked->first = asked->to - early;
}

/* ---- what came of it ---- */

static struct item *
new_asked(const struct asker *a)
{
	struct item *item = mem_zalloc(sizeof(*item) + sizeof(*item->asked));

	item->kind = ITEM_ASKED;
	item->asked = (struct asked *)(item + 1);
	item->asked->alert = a->ask.alert;
	item->asked->term = a->ask.term;
	item->asked->kind = a->ask.kind;
	return item;
}

/* What was asked for is known once it has settled: later by so much it may be all there. */
static bool
give_asked(struct asker *a, const struct source_ask *ask)
{
	struct item *item = new_asked(a);
	struct asked *asked = item->asked;
	int64_t now = now_of(a), settled = ask->to + HISTORY_SETTLES;

	asked->due = due_again(&a->ask, now);
	asked->span = (struct span){ask->from, settled < now ? settled : now};
	asked->anew = ask->anew;
	asked->part = a->part;
	asked->again = a->ask.places[0] != '\0';
	snprintf(asked->places, sizeof(asked->places), "%s", ask->places);
	snprintf(asked->missing, sizeof(asked->missing), "%s", ask->missing);
	return push(a->fetcher, item);
}

static bool
give_trouble(struct asker *a, const char *trouble)
{
	struct item *item = new_asked(a);

	snprintf(item->asked->trouble, sizeof(item->asked->trouble), "%s", trouble);
	return push(a->fetcher, item);
}

/* Said once, until it is another one. */
static void
say_missing(struct asker *a, const struct source_ask *ask)
{
	struct buf line = {0};

	if (a->ask.kind != TERM_KEY || strcmp(a->missing, ask->missing) == 0)
		return;
	snprintf(a->missing, sizeof(a->missing), "%s", ask->missing);
	if (ask->missing[0])
		buf_printf(&line, "%s: history is not asked for in %s", a->fetcher->config->name,
			ask->missing);
	else
		buf_printf(&line, "%s: history is asked for everywhere again",
			a->fetcher->config->name);
	line_say(a->fetcher->pipeline, buf_cstr(&line));
	buf_fini(&line);
}

static void
note_missing(const struct asker *a)
{
	struct buf trouble = {0};

	if (a->missing[0])
		buf_printf(&trouble, "not asked: %s", a->missing);
	fetcher_note_trouble(a->fetcher, buf_cstr(&trouble), "");
	buf_fini(&trouble);
}

/* ---- failures ---- */

/* Said once, until it goes on. */
static void
say_failure(const struct asker *a, const struct source_failure *failure, const struct error *err)
{
	const char *advice = source_advice(failure);
	struct buf trouble = {0}, line = {0};

	buf_printf(&trouble, "%s: %s", source_cause_word(failure->cause), err->text);
	fetcher_note_trouble(a->fetcher, buf_cstr(&trouble), advice);
	buf_printf(&line, "%s: asked for history: %s%s%s; it is tried again, later and later",
		a->fetcher->config->name, buf_cstr(&trouble), advice[0] ? "; " : "", advice);
	if (a->failures == 1)
		line_say(a->fetcher->pipeline, buf_cstr(&line));
	buf_fini(&trouble);
	buf_fini(&line);
}

/* False: stopping. */
static bool
take_failure(struct asker *a, const struct source_failure *failure, const struct error *err)
{
	int64_t pause = PAUSE_FIRST_MS, until, left;

	a->failures++;
	say_failure(a, failure, err);
	if (!give_trouble(a, source_cause_word(failure->cause)))
		return false;
	for (unsigned i = 1; i < a->failures && pause < PAUSE_LAST_MS; i++)
		pause *= 2;
	if (pause > PAUSE_LAST_MS)
		pause = PAUSE_LAST_MS;
	if (failure->retry_after_ms > pause)
		pause = failure->retry_after_ms;
	until = time_monotonic_ms() + clock_real_ms(pipeline_clock(a->fetcher->pipeline), pause);
	while ((left = until - time_monotonic_ms()) > 0)
		if (asking_pause(a->fetcher, left))
			return false;
	return !pipeline_stopped(a->fetcher->pipeline);
}

/* ---- asking ---- */

static bool
open_source(struct asker *a, const struct source_sink *sink, const struct scan_options *scan,
	struct error *err)
{
	const struct source_ops *ops = a->fetcher->config->ops;
	struct source_options options = fetcher_source_options(a->fetcher, sink, scan);

	options.http = a->http;
	options.turn = asking_turn;
	options.say = NULL;
	options.failed_try = NULL;
	options.one_try = true;
	if (!ops->open(&a->source, &options, err))
		return false;
	a->source->ops = ops;
	return true;
}

/* False: stopping. */
static bool
ask(struct asker *a)
{
	struct source_failure failure = {.cause = CAUSE_CONFIGURED};
	struct error err = {0};
	struct source_ask asked;

	begin_ask(a, &asked);
	a->part = false;
	switch (a->source->ops->ask(a->source, &asked, &failure, &err)) {
	case SOURCE_STOPPED:
		return false;
	case SOURCE_FAILED:
		a->serial--;
		return take_failure(a, &failure, &err);
	default:
		a->failures = 0;
		say_missing(a, &asked);
		note_missing(a);
		return give_asked(a, &asked);
	}
}

static bool
take_ask(struct asker *a)
{
	struct fetcher *f = a->fetcher;
	bool there;

	pthread_mutex_lock(&f->pipeline->lock);
	there = f->ask.term && f->ask_serial != a->serial;
	if (there) {
		a->ask = f->ask;
		a->serial = f->ask_serial;
	}
	pthread_mutex_unlock(&f->pipeline->lock);
	return there;
}

/* False: stopping. */
static bool
do_next(struct asker *a)
{
	if (take_ask(a))
		return ask(a);
	return !asking_pause(a->fetcher, -1);
}

/* What cannot be opened now may be later. */
static bool
open_patiently(struct asker *a, const struct source_sink *sink, const struct scan_options *scan)
{
	struct source_failure failure = {.cause = CAUSE_CONFIGURED};
	struct error err;

	while (!open_source(a, sink, scan, &err))
		if (!take_failure(a, &failure, &err))
			return false;
	a->failures = 0;
	return true;
}

void *
pipeline_ask(void *argument)
{
	struct fetcher *f = argument;
	struct pipeline *p = f->pipeline;
	struct asker a = {.fetcher = f};
	const struct source_sink sink = {
		&a, take_record, take_problem, source_drop_position, source_drop_barrier};
	const struct scan_options scan = {.max_record = p->options.max_record};

	a.http = http_new(p->stop_wake.fd, f->config->value[SOURCE_KEY_CA_BUNDLE]);
	if (asking_may(f) && open_patiently(&a, &sink, &scan))
		while (do_next(&a))
			continue;
	if (a.source)
		a.source->ops->close(a.source);
	http_free(a.http);
	arena_fini(&a.arena);
	pipeline_end_producer(p);
	return NULL;
}
