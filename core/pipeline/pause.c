/* The look through history, stopped and started by the user: what was found is kept, and what was
 * looked through is not read again. The workers of a pass see a halt as they see a stop. */
#include "core/pipeline/private.h"

bool
pipeline_history_stop(struct pipeline *p)
{
	bool asked, halts;

	pthread_mutex_lock(&p->lock);
	asked = p->options.history && !p->options.source_count && !p->held_off &&
		(!p->progress.finished || p->progress.history.state == HISTORY_LOOKING);
	p->held_off |= asked;
	halts = asked && p->looking;
	if (halts)
		atomic_store(&p->halt, true);
	pthread_mutex_unlock(&p->lock);
	if (!halts)
		return asked;
	pthread_mutex_lock(&p->cut_lock);
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
	return true;
}

bool
pipeline_history_start(struct pipeline *p)
{
	bool held_off;

	pthread_mutex_lock(&p->lock);
	held_off = p->held_off;
	p->held_off = false;
	pthread_cond_broadcast(&p->resumed);
	pthread_mutex_unlock(&p->lock);
	return held_off;
}

/* ---- the detector's side ---- */

bool
pause_begin(struct pipeline *p)
{
	bool looks;

	pthread_mutex_lock(&p->lock);
	p->looking = looks = !p->held_off;
	pthread_mutex_unlock(&p->lock);
	return looks;
}

bool
pause_end(struct pipeline *p)
{
	bool halted;

	pthread_mutex_lock(&p->lock);
	halted = atomic_exchange(&p->halt, false) || p->held_off;
	p->looking = false;
	pthread_mutex_unlock(&p->lock);
	return halted;
}

static bool
waits(struct pipeline *p)
{
	return p->held_off && !atomic_load(&p->stop);
}

bool
pause_wait(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	if (waits(p)) {
		p->progress.history.state = HISTORY_STOPPED;
		pipeline_wake(p);
		while (waits(p))
			pthread_cond_wait(&p->resumed, &p->lock);
		if (!p->held_off)
			p->progress.history.state = HISTORY_LOOKING;
		pipeline_wake(p);
	}
	pthread_mutex_unlock(&p->lock);
	return !atomic_load(&p->stop);
}
