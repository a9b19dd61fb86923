/*
 * Fetches single records once more from the sources that told of them, for who wants to see them,
 * by a thread and connection of its own: neither rounds nor history are waited for, and it needs no
 * lease of the store. One at a time; what nobody wants any more is broken off.
 */
#include <poll.h>
#include <stdio.h>

#include "core/pipeline/private.h"
#include "core/source/http.h"

/* The clocks of who makes keys and who uses them are not one. */
static const int64_t early = 5 * TICKS_PER_MINUTE;

/* The thread's own. */
struct rereader {
	struct pipeline *pipeline;
	struct record_wish wish;       /* owns its bytes */
	const struct fetcher *fetcher; /* whose source is open; NULL: none is */
	struct source *source;
	struct http *http;
	struct source_sink sink;
	struct scan_options scan;
	struct arena arena; /* of a record */
	bool other;	    /* another record has the id */
	char trouble[400];  /* what of the place could not be read; "": all could */
};

/* ---- is it still wanted? ---- */

static bool
is_given_up(const void *context)
{
	const struct rereader *r = context;
	struct pipeline *p = r->pipeline;
	bool over;

	pthread_mutex_lock(&p->lock);
	over = atomic_load(&p->stop) || p->reread.wish.serial != r->wish.serial ||
	       p->reread.wish.state != WISH_TAKEN;
	pthread_mutex_unlock(&p->lock);
	return over;
}

/* ---- what a source gives ---- */

static bool
has_its_id(struct rereader *r, struct str raw)
{
	struct str id = str_from(r->wish.event_id);
	struct trace trace;

	if (str_find(raw, id, 0) == (size_t)-1)
		return false;
	arena_reset(&r->arena);
	return trace_read(&trace, raw, &r->arena) && str_equal(trace.text[TRACE_EVENT_ID], id);
}

static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	struct rereader *r = context;
	char hash[HASH_HEX];

	(void)place, (void)flags;
	hash_hex(raw, hash);
	if (strcmp(hash, r->wish.sha256) == 0) {
		buf_clear(&r->wish.raw);
		buf_str(&r->wish.raw, raw);
		return false;
	}
	r->other = r->other || has_its_id(r, raw);
	return !is_given_up(r);
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	struct rereader *r = context;

	(void)body;
	if (severity == PROBLEM_ERROR && !r->trouble[0])
		snprintf(r->trouble, sizeof(r->trouble), "%.*s: %s", STR_ARG(place->path), reason);
	return !is_given_up(r);
}

/* Where it reads is told in between. */
static bool
take_position(void *context, struct str name, struct str value)
{
	(void)name, (void)value;
	return !is_given_up(context);
}

/* ---- the source ---- */

/* source_turn. Ahead of history, which waits meanwhile (asking_turn). */
static bool
wait_turn(void *context, const char *key)
{
	struct rereader *r = context;
	struct pipeline *p = r->pipeline;
	struct pollfd fds[2] = {{.fd = p->reread.wake.fd, .events = POLLIN},
		{.fd = p->reread.round_wake.fd, .events = POLLIN}};
	int64_t wait;

	while ((wait = asking_try_turn(p, key)) != 0) {
		poll(fds, 2, wait == TURNS_LATER ? -1 : (int)wait);
		wake_clear(&p->reread.round_wake);
		if (is_given_up(r))
			return false;
	}
	return !is_given_up(r);
}

static void
leave_source(struct rereader *r)
{
	if (r->source)
		r->source->ops->close(r->source);
	http_free(r->http);
	r->source = NULL;
	r->http = NULL;
	r->fetcher = NULL;
}

static bool
open_source(struct rereader *r, struct error *err)
{
	struct fetcher *f = r->wish.fetcher;
	struct source_options options;

	if (r->fetcher == f)
		return true;
	leave_source(r);
	r->http = http_new(r->pipeline->reread.wake.fd, f->config->value[SOURCE_KEY_CA_BUNDLE]);
	options = fetcher_source_options(f, &r->sink, &r->scan);
	options.http = r->http;
	/* How far others have read is nothing to it. */
	options.position = source_no_position;
	options.positions = source_no_positions;
	options.turn = wait_turn;
	options.turn_context = r;
	options.say = NULL;
	options.failed_try = NULL;
	if (!f->config->ops->open(&r->source, &options, err))
		return false;
	r->source->ops = f->config->ops;
	r->fetcher = f;
	return true;
}

/* ---- a record ---- */

static void
judge(struct rereader *r, const struct source_ask *asked, enum source_result result,
	const struct source_failure *failure, const struct error *err)
{
	struct record_wish *wish = &r->wish;
	const char *advice = source_advice(failure);

	wish->step = wish->raw.len ? EVIDENCE_FOUND : EVIDENCE_GONE;
	if (wish->raw.len)
		return;
	if (result == SOURCE_FAILED)
		error_set(&wish->error, ERROR_NOT_FOUND, "%s is not given: %s: %s%s%s",
			wish->event_id, source_cause_word(failure->cause), err->text,
			advice[0] ? "; " : "", advice);
	else if (r->other)
		error_set(&wish->error, ERROR_NOT_FOUND,
			"another record than was read has the id %s", wish->event_id);
	else if (asked->missing[0] || r->trouble[0])
		error_set(&wish->error, ERROR_NOT_FOUND, "%s: the record cannot be read again",
			asked->missing[0] ? asked->missing : r->trouble);
	else
		error_set(&wish->error, ERROR_NOT_FOUND, "%s has no record %s any more", wish->path,
			wish->event_id);
}

static void
fetch_record(struct rereader *r)
{
	struct record_wish *wish = &r->wish;
	bool timed = wish->time != TIME_NONE;
	struct source_failure failure = {.cause = CAUSE_CONFIGURED};
	struct source_ask asked = {.kind = SOURCE_ASK_EVENT,
		.value = str_from(wish->event_id),
		.path = wish->path,
		.from = timed ? wish->time - early : INT64_MIN,
		.to = timed ? wish->time + early : clock_now(pipeline_clock(r->pipeline))};
	enum source_result result = SOURCE_FAILED;
	struct error err = {0};

	r->other = false;
	r->trouble[0] = '\0';
	if (open_source(r, &err))
		result = r->source->ops->ask(r->source, &asked, &failure, &err);
	judge(r, &asked, result, &failure, &err);
}

/* ---- the thread ---- */

static void
let_history_go_on(const struct pipeline *p)
{
	for (size_t i = 0; i < p->fetcher_count; i++)
		wake_raise(&p->fetchers[i].ask_wake);
}

/* Until one is wanted; false: stopping. */
static bool
take_wish(struct rereader *r)
{
	struct pipeline *p = r->pipeline;
	struct pollfd fd = {.fd = p->reread.wake.fd, .events = POLLIN};
	bool stops = false, taken = false;

	while (!stops && !taken) {
		let_history_go_on(p);
		poll(&fd, 1, -1);
		pthread_mutex_lock(&p->lock);
		wake_clear(&p->reread.wake); /* with what is taken: it breaks that off */
		stops = atomic_load(&p->stop);
		taken = !stops && p->reread.wish.state == WISH_WANTED;
		if (taken) {
			p->reread.wish.state = WISH_TAKEN;
			r->wish = p->reread.wish;
			r->wish.raw = (struct buf){0};
		}
		pthread_mutex_unlock(&p->lock);
	}
	return taken;
}

static void
give_record(struct rereader *r)
{
	struct pipeline *p = r->pipeline;
	struct record_wish *wish = &p->reread.wish;

	pthread_mutex_lock(&p->lock);
	if (wish->state == WISH_TAKEN && wish->serial == r->wish.serial) {
		*wish = r->wish;
		wish->state = WISH_DONE;
		r->wish.raw = (struct buf){0};
	}
	pthread_mutex_unlock(&p->lock);
	buf_fini(&r->wish.raw);
	pipeline_wake(p);
}

void *
pipeline_reread(void *pipeline)
{
	struct pipeline *p = pipeline;
	struct rereader r = {.pipeline = p};

	r.sink = (struct source_sink){
		&r, take_record, take_problem, take_position, source_drop_barrier};
	r.scan = (struct scan_options){.max_record = p->options.max_record,
		.stopped = is_given_up,
		.stopped_context = &r};
	while (take_wish(&r)) {
		fetch_record(&r);
		give_record(&r);
	}
	leave_source(&r);
	arena_fini(&r.arena);
	return NULL;
}
