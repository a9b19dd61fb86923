/* The detector's transactions: begun, committed, taken back, and with live sources tried again. */
#include <poll.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { RETRY_MS = 1000 };

/* A failure of the store is shown. It ends a scan; live sources are not let down: what was not
 * committed is tried again (detect). */
void
detector_fail(struct detector *d, const struct error *err)
{
	struct pipeline *p = d->pipeline;

	if (!d->failed) {
		pthread_mutex_lock(&p->lock);
		p->progress.failed = true;
		p->progress.error = *err;
		pthread_mutex_unlock(&p->lock);
	}
	d->failed = true;
	if (!p->options.source_count)
		pipeline_stop(p);
}

void
detector_begin(struct detector *d)
{
	struct error err;

	if (d->open || d->failed)
		return;
	if (!store_begin(d->pipeline->store, &err)) {
		detector_fail(d, &err);
		return;
	}
	d->open = true;
	d->opened_ms = time_monotonic_ms();
}

/* ---- the end of a transaction ---- */

static void
forget_pending(struct detector *d)
{
	for (size_t i = 0; i < d->pending_count; i++)
		free(d->pending[i]);
	d->pending_count = d->pending_bytes = 0;
}

/* What was begun in a transaction that is taken back is not in the store. */
static void
forget_begun(struct detector *d, bool committed)
{
	for (struct job *job = d->begun; job && !committed; job = job->begun)
		job->input = 0;
	d->begun = NULL;
}

static void
add_tally(struct detector *d)
{
	struct pipeline_progress *progress = &d->pipeline->progress;

	pthread_mutex_lock(&d->pipeline->lock);
	progress->errors += d->tally.errors;
	progress->notes += d->tally.notes;
	progress->alerts_new += d->tally.alerts_new;
	progress->history.traces += d->tally.history.traces;
	progress->history.asked += d->tally.history.asked;
	progress->history.answers_done += d->tally.history.answers_done;
	pthread_mutex_unlock(&d->pipeline->lock);
}

void
detector_commit(struct detector *d)
{
	struct error err;

	if (d->open && !d->failed && !store_commit(d->pipeline->store, &err))
		detector_fail(d, &err);
	else if (d->open && d->failed)
		store_rollback(d->pipeline->store);
	d->open = false;
	d->items = 0;
	forget_begun(d, !d->failed);
	if (d->failed) {
		live_rolled_back(d);
	} else {
		add_tally(d);
		live_committed(d);
		forget_pending(d);
	}
	d->tally = (struct pipeline_progress){0};
	pipeline_wake(d->pipeline);
}

/* ---- live sources: what is not committed is tried again ---- */

void
detector_keep(struct detector *d, struct item *item)
{
	MEM_GROW(d->pending, d->pending_count, d->pending_capacity);
	d->pending[d->pending_count++] = item;
	d->pending_bytes += sizeof(*item) + item->path.len + item->text.len + item->body.len;
}

static bool
retry(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	d->failed = false;
	for (size_t i = 0; i < d->pending_count && !d->failed; i++)
		detector_take(d, d->pending[i]);
	if (!d->failed)
		detector_commit(d);
	if (d->failed && d->open)
		detector_commit(d); /* takes it back */
	if (d->failed)
		return false;
	pthread_mutex_lock(&p->lock);
	p->progress.failed = false;
	pthread_mutex_unlock(&p->lock);
	return true;
}

void
detector_retry(struct detector *d)
{
	struct pollfd stop = {.fd = d->pipeline->stop_wake.fd, .events = POLLIN};

	do {
		pipeline_wake(d->pipeline);
		poll(&stop, 1, RETRY_MS);
	} while (!retry(d) && !pipeline_stopped(d->pipeline));
}

void
detector_fini(struct detector *d)
{
	forget_pending(d);
	free(d->pending);
	buf_fini(&d->real);
	met_keys_fini(&d->met);
}
