/* A fetcher: polls its source, hands what it gives to the detector, retries, tells how it is. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"
#include "core/source/http.h"

/* settled.md 23: after the quick tries. */
enum {
	RETRY_FIRST_MS = 5000,
	RETRY_LAST_MS = 300000,
	ONCE_TRIES = 4,	      /* of a one-off, before it is given up */
	ONCE_RETRY_MS = 1000, /* between them, doubling */
	GAP_MS = 120000,      /* a pause between rounds that is no gap yet */
};

static int64_t
scaled(const struct fetcher *f, int64_t ms)
{
	return clock_real_ms(pipeline_clock(f->pipeline), ms);
}

/* Until something happens or the time has passed; true when to stop. */
static bool
pause_ms(struct fetcher *f, int64_t ms)
{
	struct pollfd fds[3] = {{.fd = f->pipeline->stop_wake.fd, .events = POLLIN},
		{.fd = f->nudge.fd, .events = POLLIN}, {.fd = -1, .events = POLLIN}};

	if (f->source && f->source->ops->wait_fd)
		fds[2].fd = f->source->ops->wait_fd(f->source);
	if (ms > 0)
		poll(fds, 3, ms < INT32_MAX ? (int)ms : INT32_MAX);
	return pipeline_stopped(f->pipeline);
}

/* Other than pause_ms, nothing but the stop cuts it short. */
static bool
sleep_ms(struct fetcher *f, int64_t ms)
{
	struct pollfd stop = {.fd = f->pipeline->stop_wake.fd, .events = POLLIN};

	if (ms > 0)
		poll(&stop, 1, ms < INT32_MAX ? (int)ms : INT32_MAX);
	return pipeline_stopped(f->pipeline);
}

/* ---- what the source gives ---- */

static bool
push(struct fetcher *f, struct item *item)
{
	size_t bytes = sizeof(*item) + item->path.len + item->text.len + item->body.len;

	item->fetcher = f;
	if (queue_push(f->pipeline->queue, item, bytes) == QUEUE_OK)
		return !pipeline_stopped(f->pipeline);
	free(item);
	return false;
}

static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned scan_flags)
{
	struct fetcher *f = context;
	struct item *item = item_new(ITEM_RECORD, place->path, raw, STR_ABSENT);

	item->offset = place->offset;
	item->scan_flags = scan_flags;
	item->arrived = place->arrived != TIME_NONE ? place->arrived
						    : clock_now(pipeline_clock(f->pipeline));
	item->watched = place->exact || (f->watching && !place->unwatched);
	item->rule = place->rule;
	if (!push(f, item))
		return false;
	item = met_take(f, place, raw, scan_flags);
	return !item || push(f, item);
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	struct fetcher *f = context;
	struct item *item = item_new(ITEM_PROBLEM, place->path, str_from(reason), body);

	item->offset = place->offset;
	item->severity = severity;
	pthread_mutex_lock(&f->pipeline->lock);
	f->health.problems += severity == PROBLEM_ERROR;
	pthread_mutex_unlock(&f->pipeline->lock);
	return push(f, item);
}

static bool
take_position(void *context, struct str name, struct str value)
{
	struct fetcher *f = context;

	if (f->once)
		return !pipeline_stopped(f->pipeline);
	return push(f, item_new(ITEM_POSITION, name, value, STR_ABSENT));
}

static bool
take_barrier(void *context, uint64_t token)
{
	struct item *item = item_new(ITEM_BARRIER, STR_ABSENT, STR_ABSENT, STR_ABSENT);

	item->token = token;
	return push(context, item);
}

/* ---- what it is opened with ---- */

static int
compare_position(const void *key, const void *element)
{
	return str_compare(
		*(const struct str *)key, str_from(((const struct position *)element)->name));
}

static struct str
find_position(void *context, struct str name)
{
	const struct fetcher *f = context;
	const struct position *found = NULL;

	if (f->position_count)
		found = bsearch(&name, f->positions, f->position_count, sizeof(*f->positions),
			compare_position);
	return found ? str_from(found->value) : STR_ABSENT;
}

static void
visit_positions(void *context, struct str prefix,
	void (*visit)(void *visitor, struct str name, struct str value), void *visitor)
{
	const struct fetcher *f = context;

	for (size_t i = 0; i < f->position_count; i++)
		if (str_starts_with(str_from(f->positions[i].name), prefix))
			visit(visitor, str_from(f->positions[i].name),
				str_from(f->positions[i].value));
}

static bool
wait_turn(void *context, const char *key)
{
	struct fetcher *f = context;
	int64_t wait;

	pthread_mutex_lock(&f->pipeline->lock);
	wait = turns_watch(
		&f->pipeline->turns, f, key, time_monotonic_ms(), scaled(f, FETCHER_TURN_MS));
	pthread_mutex_unlock(&f->pipeline->lock);
	return !sleep_ms(f, wait);
}

/* ---- rounds ---- */

struct source_options
fetcher_source_options(
	struct fetcher *f, const struct source_sink *sink, const struct scan_options *scan)
{
	const struct pipeline *p = f->pipeline;

	return (struct source_options){
		.config = f->config,
		.sink = sink,
		.clock = pipeline_clock(p),
		.http = f->http,
		.scan = scan,
		.rules = p->rules,
		.rule_count = p->options.rule_count,
		.position = find_position,
		.positions = visit_positions,
		.position_context = f,
		.turn = wait_turn,
		.turn_context = f,
		.say = fetcher_say_report,
		.failed_try = fetcher_say_failed_try,
		.say_context = f,
		.once = f->once,
	};
}

static bool
open_source(struct fetcher *f, const struct source_sink *sink, const struct scan_options *scan,
	struct error *err)
{
	const struct source_options options = fetcher_source_options(f, sink, scan);

	if (!f->config->ops->open(&f->source, &options, err))
		return false;
	f->source->ops = f->config->ops;
	return true;
}

/* What was committed meanwhile may be let go of. */
static enum source_result
deliver_committed(struct fetcher *f, struct source_failure *failure, struct error *err)
{
	enum source_result result;
	uint64_t committed;

	wake_clear(&f->nudge);
	pthread_mutex_lock(&f->pipeline->lock);
	committed = f->committed;
	pthread_mutex_unlock(&f->pipeline->lock);
	if (committed == f->delivered || !f->source->ops->committed)
		return SOURCE_OK;
	result = f->source->ops->committed(f->source, committed, failure, err);
	if (result == SOURCE_OK)
		f->delivered = committed;
	return result;
}

static int64_t
poll_interval_ms(const struct fetcher *f)
{
	int64_t configured = f->config->span_ms[SOURCE_KEY_POLL_INTERVAL];

	return configured ? configured : f->config->ops->poll_interval_ms;
}

static enum source_result
do_round(struct fetcher *f, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	int64_t now = time_monotonic_ms();
	int64_t interval = poll_interval_ms(f), gap = 3 * interval;
	enum source_result result = deliver_committed(f, failure, err);

	if (result != SOURCE_OK)
		return result;
	f->watching =
		f->success_ms >= 0 && now - f->success_ms <= scaled(f, gap > GAP_MS ? gap : GAP_MS);
	*next_ms = interval;
	return f->source->ops->poll(f->source, next_ms, failure, err);
}

static int64_t
retry_pause(const struct fetcher *f, const struct source_failure *failure)
{
	int64_t pause = f->once ? ONCE_RETRY_MS : RETRY_FIRST_MS;

	for (unsigned i = 1; i < f->failures && pause < RETRY_LAST_MS; i++)
		pause *= 2;
	if (pause > RETRY_LAST_MS)
		pause = RETRY_LAST_MS;
	return failure->retry_after_ms > pause ? failure->retry_after_ms : pause;
}

static bool
may_pass(enum source_cause cause)
{
	return cause == CAUSE_NETWORK || cause == CAUSE_THROTTLED;
}

/* A one-off that cannot go on says so as what it read does: a problem. */
static void
give_up(struct fetcher *f, const struct source_failure *failure, const struct error *err)
{
	const struct source_place place = {.path = str_from(f->given ? f->given : f->config->name),
		.offset = PROBLEM_NO_OFFSET,
		.arrived = TIME_NONE};
	struct buf reason = {0};

	fetcher_note_failure(f, failure, err, -1);
	buf_puts(&reason, err->text);
	if (failure->advice[0])
		buf_printf(&reason, "; %s", failure->advice);
	take_problem(f, &place, PROBLEM_ERROR, buf_cstr(&reason), STR_ABSENT);
	buf_fini(&reason);
	pthread_mutex_lock(&f->pipeline->lock);
	f->pipeline->progress.sources_refused += f->report.done == 0;
	pthread_mutex_unlock(&f->pipeline->lock);
}

/* True when it is over. */
static bool
take_failure(struct fetcher *f, const struct source_failure *failure, const struct error *err)
{
	int64_t pause;

	f->failures++;
	if (f->once && (f->failures >= ONCE_TRIES || !may_pass(failure->cause))) {
		give_up(f, failure, err);
		return true;
	}
	pause = retry_pause(f, failure);
	fetcher_note_failure(f, failure, err, pause);
	asking_stand_by(f, scaled(f, pause));
	return sleep_ms(f, scaled(f, pause));
}

/* While another process fetches: true when to stop. */
static bool
wait_while_paused(struct fetcher *f)
{
	while (atomic_load(&f->pipeline->paused) && !f->once) {
		f->success_ms = -1; /* it was not watched by us */
		asking_stand_by(f, INT64_MAX);
		wake_clear(&f->nudge);
		if (pause_ms(f, STORE_LEASE_BEAT_MS))
			return true;
	}
	return pipeline_stopped(f->pipeline);
}

static void
run_rounds(struct fetcher *f)
{
	while (!wait_while_paused(f)) {
		struct source_failure failure = {0};
		struct error err = {0};
		int64_t next_ms = 0, began_ms = time_monotonic_ms();
		enum source_result result;

		asking_hold(f);
		met_round(f);
		result = do_round(f, &next_ms, &failure, &err);
		if (result == SOURCE_STOPPED)
			return;
		if (result == SOURCE_FAILED) {
			if (take_failure(f, &failure, &err))
				return;
			continue;
		}
		fetcher_note_success(f, began_ms);
		asking_go_on(f, scaled(f, next_ms));
		if (result == SOURCE_END || pause_ms(f, scaled(f, next_ms)))
			return;
	}
}

/* What cannot be opened now may be later: a file that is not there yet. */
static bool
open_patiently(struct fetcher *f, const struct source_sink *sink, const struct scan_options *scan)
{
	struct source_failure failure = {.cause = CAUSE_CONFIGURED};
	struct error err;

	while (!wait_while_paused(f)) {
		if (open_source(f, sink, scan, &err))
			return true;
		if (take_failure(f, &failure, &err))
			return false;
	}
	return false;
}

void *
pipeline_fetch(void *argument)
{
	struct fetcher *f = argument;
	struct pipeline *p = f->pipeline;
	const struct source_sink sink = {f, take_record, take_problem, take_position, take_barrier};
	const struct scan_options scan = {.literals = p->literals,
		.literal_count = p->literal_count,
		.max_record = p->options.max_record,
		.wants = f->config->ops->reads_all && !f->once ? met_wants : NULL,
		.wants_context = f};

	f->success_ms = -1;
	met_begin(f);
	f->http = http_new(p->stop_wake.fd, f->config->value[SOURCE_KEY_CA_BUNDLE]);
	if (open_patiently(f, &sink, &scan)) {
		run_rounds(f);
		f->source->ops->close(f->source);
	}
	http_free(f->http);
	met_end(f);
	asking_stand_by(f, INT64_MAX);
	pthread_mutex_lock(&p->lock);
	f->health.state = HEALTH_ENDED;
	pthread_mutex_unlock(&p->lock);
	pipeline_wake(p);
	pipeline_end_producer(p);
	return NULL;
}
