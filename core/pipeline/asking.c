/* When history may ask a live source: never while that is polled, or soon will be. */
#include <poll.h>

#include "core/pipeline/private.h"

bool
asking_pause(struct fetcher *f, int64_t ms)
{
	struct pollfd fds[2] = {{.fd = f->pipeline->stop_wake.fd, .events = POLLIN},
		{.fd = f->ask_wake.fd, .events = POLLIN}};

	poll(fds, 2, ms < 0 ? -1 : ms < INT32_MAX ? (int)ms : INT32_MAX);
	wake_clear(&f->ask_wake);
	return pipeline_stopped(f->pipeline);
}

/* ---- the fetcher's side ---- */

void
asking_hold(struct fetcher *f)
{
	atomic_store(&f->polling, true);
	if (!f->config->ops->takes_turns)
		return;
	pthread_mutex_lock(&f->pipeline->lock);
	turns_begin(&f->pipeline->turns, f);
	pthread_mutex_unlock(&f->pipeline->lock);
}

void
asking_stand_by(struct fetcher *f, int64_t next_ms)
{
	struct pipeline *p = f->pipeline;
	int64_t now = time_monotonic_ms();

	if (!f->config->ops->takes_turns)
		return;
	pthread_mutex_lock(&p->lock);
	turns_end(&p->turns, f, next_ms < INT64_MAX - now ? now + next_ms : INT64_MAX);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->fetcher_count; i++)
		wake_raise(&p->fetchers[i].ask_wake);
	wake_raise(&p->reread.round_wake);
}

void
asking_go_on(struct fetcher *f, int64_t next_ms)
{
	atomic_store(&f->polling, false);
	asking_stand_by(f, next_ms);
	wake_raise(&f->ask_wake);
}

/* ---- the asker's ---- */

static bool
is_held(const struct fetcher *f)
{
	return atomic_load(&f->polling) || atomic_load(&f->pipeline->paused);
}

bool
asking_may(struct fetcher *f)
{
	while (is_held(f))
		if (asking_pause(f, -1))
			return false;
	return !pipeline_stopped(f->pipeline);
}

int64_t
asking_try_turn(struct pipeline *p, const char *key)
{
	int64_t span = clock_real_ms(pipeline_clock(p), FETCHER_TURN_MS), wait;

	pthread_mutex_lock(&p->lock);
	wait = turns_history(&p->turns, key, time_monotonic_ms(), span);
	pthread_mutex_unlock(&p->lock);
	return wait;
}

bool
asking_turn(void *context, const char *key)
{
	struct fetcher *f = context;

	for (;;) {
		int64_t wait = -1;

		if (!is_held(f) && !record_is_wanted(f->pipeline))
			wait = asking_try_turn(f->pipeline, key);
		if (wait == 0)
			return !pipeline_stopped(f->pipeline);
		if (asking_pause(f, wait))
			return false;
	}
}
