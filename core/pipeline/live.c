/* The detector's side of live sources: the lease, inputs, positions, health, what was committed. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { FIRST_FILL_MS = 86400000 /* settled.md 20 */ };

/* ---- starting ---- */

static void
keep_position(void *context, struct str name, struct str value)
{
	struct fetcher *f = context;
	struct buf name_copy = {0}, value_copy = {0};

	buf_str(&name_copy, name);
	buf_str(&value_copy, value);
	buf_reserve(&name_copy, 1);
	buf_reserve(&value_copy, 1);
	MEM_GROW(f->positions, f->position_count, f->position_capacity);
	f->positions[f->position_count++] =
		(struct position){buf_take(&name_copy), buf_take(&value_copy)};
}

/* From when on its events are looked for. */
static void
keep_since(struct detector *d, const struct fetcher *f)
{
	const char *const *key = f->config->ops->keys;
	int64_t fill_ms = f->config->span_ms[SOURCE_KEY_FIRST_FILL];
	int64_t since = clock_now(pipeline_clock(d->pipeline));
	struct error err;

	while (key && *key && strcmp(*key, source_keys[SOURCE_KEY_FIRST_FILL].name) != 0)
		key++;
	if (key && *key)
		since -= (fill_ms ? fill_ms : FIRST_FILL_MS) * TICKS_PER_MS;
	detector_begin(d);
	if (!d->failed &&
		!store_since_put(d->pipeline->store, str_from(f->config->name), since, &err))
		detector_fail(d, &err);
}

/* How far its history was looked through before. */
static void
keep_looked(struct detector *d, struct fetcher *f)
{
	struct error err;
	int64_t until;

	if (store_history_until(d->pipeline->store, str_from(f->config->name), &until, &err))
		fetcher_note_looked(f, until);
	else
		detector_fail(d, &err);
}

/* More than for single records. */
static bool
asks_history(const struct source_ops *ops)
{
	return ops->asks & ~(1U << SOURCE_ASK_EVENT);
}

static void
start_fetcher(struct detector *d, struct fetcher *f)
{
	struct pipeline *p = d->pipeline;
	struct error err;

	if (f->started)
		return;
	if (!f->once &&
		!store_positions(p->store, str_from(f->config->name), keep_position, f, &err)) {
		detector_fail(d, &err);
		return;
	}
	if (!f->once)
		keep_since(d, f);
	met_load(d, f);
	asking_hold(f);
	f->started = pipeline_start_producer(p, &f->thread, pipeline_fetch, f);
	if (f->started && !f->once && asks_history(f->config->ops))
		f->asks = pipeline_start_producer(p, &f->asker, pipeline_ask, f);
	else if (f->started && !f->once && f->config->ops->survey)
		f->surveys = pipeline_start_producer(p, &f->asker, pipeline_survey, f);
	if (f->asks || f->surveys)
		keep_looked(d, f);
}

void
live_start(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	struct error err;

	for (size_t i = 0; i < p->fetcher_count; i++)
		if (p->fetchers[i].once)
			start_fetcher(d, &p->fetchers[i]);
	if (!p->options.source_count)
		return;
	if (!store_be_durable(p->store, &err))
		detector_fail(d, &err);
	live_tick(d);
}

void
live_join(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	for (size_t i = 0; i < p->fetcher_count; i++) {
		if (p->fetchers[i].started)
			pthread_join(p->fetchers[i].thread, NULL);
		if (p->fetchers[i].asks || p->fetchers[i].surveys)
			pthread_join(p->fetchers[i].asker, NULL);
	}
	if (p->options.source_count)
		store_lease_end(p->store, NULL);
}

/* ---- the lease ---- */

static void
say_holder(struct pipeline *p, const struct store_lease *lease)
{
	struct buf line = {0};

	buf_printf(&line, "fetched by pid %lld (%s)", (long long)lease->pid, lease->user);
	line_say(p, buf_cstr(&line));
	buf_fini(&line);
}

static void
begin_fetching(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	atomic_store(&p->paused, false);
	for (size_t i = 0; i < p->options.source_count && !d->failed; i++) {
		if (p->fetchers[i].started)
			wake_raise(&p->fetchers[i].nudge); /* it waits while it is paused */
		else
			start_fetcher(d, &p->fetchers[i]);
	}
}

/* Taken, kept, lost, or somebody else's. */
static void
take_lease(struct detector *d, const struct store_lease *lease)
{
	struct pipeline *p = d->pipeline;
	bool was_ours = p->live.ours, told = p->live.pid == lease->pid;

	pthread_mutex_lock(&p->lock);
	p->live.ours = lease->ours;
	p->live.pid = lease->pid;
	snprintf(p->live.user, sizeof(p->live.user), "%s", lease->user);
	pthread_mutex_unlock(&p->lock);
	if (lease->ours && !was_ours)
		begin_fetching(d);
	if (!lease->ours)
		atomic_store(&p->paused, true);
	if (!lease->ours && !told)
		say_holder(p, lease);
}

/* ---- health ---- */

static struct health *
copy_healths(struct pipeline *p)
{
	struct health *list = mem_array(NULL, p->fetcher_count, sizeof(*list));

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->fetcher_count; i++)
		list[i] = p->fetchers[i].health;
	pthread_mutex_unlock(&p->lock);
	return list;
}

static void
replace_live(struct pipeline *p, struct health *list, size_t count)
{
	struct health *old;

	pthread_mutex_lock(&p->lock);
	old = p->live.list;
	p->live.list = list;
	p->live.count = count;
	pthread_mutex_unlock(&p->lock);
	free(old);
}

static void
count_left(struct detector *d, struct fetcher *f)
{
	struct pipeline *p = d->pipeline;
	uint64_t left;
	struct error err;

	if (d->failed || (!f->asks && !f->surveys))
		return;
	if (!store_history_left(p->store, str_from(f->config->name), clock_now(pipeline_clock(p)),
		    &left, &err)) {
		detector_fail(d, &err);
		return;
	}
	pthread_mutex_lock(&p->lock);
	f->health.history_left = left;
	pthread_mutex_unlock(&p->lock);
}

static void
put_health(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	size_t count = p->fetcher_count;
	struct health *list = copy_healths(p);
	struct error err;

	if (p->live.count == count && memcmp(p->live.list, list, count * sizeof(*list)) == 0) {
		free(list);
		return;
	}
	if (!store_health_put(p->store, list, count, &err))
		detector_fail(d, &err);
	replace_live(p, list, count);
}

static void
get_health(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	struct health *list;
	struct error err;
	size_t count;

	if (!store_health_get(p->store, &list, &count, &err)) {
		detector_fail(d, &err);
		return;
	}
	replace_live(p, list, count);
	pipeline_wake(p);
}

void
live_tick(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	struct store_lease lease;
	struct error err;

	d->lease_ms = time_monotonic_ms() + STORE_LEASE_BEAT_MS;
	if (d->failed || pipeline_stopped(p))
		return;
	if (!store_lease(p->store, p->options.user, &lease, &err)) {
		detector_fail(d, &err);
		return;
	}
	take_lease(d, &lease);
	if (lease.ours) {
		for (size_t i = 0; i < p->fetcher_count; i++)
			count_left(d, &p->fetchers[i]);
		put_health(d);
		history_answer_stale(d);
		asking_next(d, true);
		survey_next(d, true);
	} else {
		get_health(d);
	}
}

void
pipeline_get_live(struct pipeline *p, struct pipeline_live *live)
{
	bool foreign;

	pthread_mutex_lock(&p->lock);
	*live = p->live;
	foreign = !live->ours && live->pid && p->options.source_count;
	live->count = foreign ? p->live.count : p->fetcher_count;
	live->list = mem_array(NULL, live->count, sizeof(*live->list));
	for (size_t i = 0; i < live->count; i++)
		live->list[i] = foreign ? p->live.list[i] : p->fetchers[i].health;
	pthread_mutex_unlock(&p->lock);
}

void
pipeline_live_fini(struct pipeline_live *live)
{
	free(live->list);
	live->list = NULL;
}

/* ---- what they give ---- */

int64_t
live_input(struct detector *d, const struct item *item)
{
	struct pipeline *p = d->pipeline;
	struct fetcher *f = item->fetcher;
	const struct store_input input = {
		.name = str_from(f->config->name), .path = item->path, .identity = item->path};
	struct error err;
	bool unchanged;

	if (f->input && str_equal(buf_view(&f->input_path), item->path))
		return f->input;
	detector_begin(d);
	f->input = 0;
	if (d->failed)
		return 0;
	if (!store_input_begin(
		    p->store, p->run, &input, p->rule_key[0], &f->input, &unchanged, &err)) {
		detector_fail(d, &err);
		return 0;
	}
	buf_clear(&f->input_path);
	buf_str(&f->input_path, item->path);
	return f->input;
}

void
live_put_position(struct detector *d, const struct item *item)
{
	struct error err;

	detector_begin(d);
	if (!d->failed &&
		!store_position_put(d->pipeline->store, str_from(item->fetcher->config->name),
			item->path, item->text, &err))
		detector_fail(d, &err);
}

void
live_committed(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	met_committed(d);
	for (size_t i = 0; i < p->fetcher_count; i++) {
		struct fetcher *f = &p->fetchers[i];
		bool moved;

		pthread_mutex_lock(&p->lock);
		moved = f->barrier > f->committed;
		if (moved)
			f->committed = f->barrier;
		f->health.alerts += f->alerts;
		pthread_mutex_unlock(&p->lock);
		f->alerts = 0;
		if (moved)
			wake_raise(&f->nudge);
	}
	asking_next(d, false);
	survey_next(d, false);
}

void
live_rolled_back(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	met_rolled_back(d);
	for (size_t i = 0; i < p->fetcher_count; i++) {
		p->fetchers[i].input = 0;
		p->fetchers[i].alerts = 0;
		p->fetchers[i].barrier = 0;
		p->fetchers[i].asked = p->fetchers[i].ask_stale = false;
		p->fetchers[i].surveyed = p->fetchers[i].survey_stale = false;
	}
}
