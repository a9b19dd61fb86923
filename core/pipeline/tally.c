#include "core/pipeline/tally.h"

#include "core/pipeline/private.h"

enum { TELL_MS = 20 };

/* The time since is spent on what the worker is at. */
static void
spend(struct tally *t, int64_t now_ms)
{
	struct work *work = &t->work[t->at.kind];

	*(t->at.helped ? &work->helped_ms : &work->busy_ms) += now_ms - t->since_ms;
	t->since_ms = now_ms;
}

static void
add_work(struct work *to, const struct work *work)
{
	to->bytes += work->bytes;
	to->bytes_total += work->bytes_total;
	to->files += work->files;
	to->files_total += work->files_total;
	to->given += work->given;
	to->busy_ms += work->busy_ms;
	to->helped_ms += work->helped_ms;
}

static void
add_progress(struct pipeline_progress *to, const struct pipeline_progress *progress, bool history)
{
	if (history) {
		to->history.bytes_done += progress->bytes_done;
		to->history.bytes_total += progress->bytes_total;
		to->history.files_done += progress->files_done;
		return;
	}
	to->bytes_done += progress->bytes_done;
	to->bytes_total += progress->bytes_total;
	to->bytes_out += progress->bytes_out;
	to->files_done += progress->files_done;
	to->records += progress->records;
}

void
tally_tell(struct tally *t)
{
	struct pipeline *p = t->pipeline;

	t->told_ms = time_monotonic_ms();
	spend(t, t->told_ms);
	pthread_mutex_lock(&p->lock);
	add_progress(&p->progress, &t->progress, t->history);
	for (int k = 0; k < ESTIMATE_KINDS; k++)
		add_work(&p->work[k], &t->work[k]);
	p->running[t->worker] = t->at;
	pthread_mutex_unlock(&p->lock);
	t->progress = (struct pipeline_progress){0};
	memset(t->work, 0, sizeof(t->work));
	pipeline_wake(p);
}

static void
tell_now_and_then(struct tally *t)
{
	if (time_monotonic_ms() - t->told_ms >= TELL_MS)
		tally_tell(t);
}

void
tally_begin(struct tally *t, struct pipeline *p)
{
	int64_t now = time_monotonic_ms();

	*t = (struct tally){.pipeline = p,
		.worker = atomic_fetch_add(&p->next_worker, 1),
		.history = p->want != NULL,
		.at.working = true,
		.since_ms = now,
		.told_ms = now};
}

/* ---- a file ---- */

static void
be_at(struct tally *t, enum estimate_kind kind)
{
	if (kind != t->at.kind)
		spend(t, time_monotonic_ms());
	t->at.kind = kind;
}

void
tally_file(struct tally *t, const struct job *job)
{
	be_at(t, job->kind);
	t->listed = t->at.left = job_bytes(job);
	t->counted = t->given = 0;
}

void
tally_kind(struct tally *t, enum estimate_kind kind)
{
	if (kind == t->at.kind)
		return;
	t->work[t->at.kind].bytes_total -= t->at.left;
	t->work[t->at.kind].files_total--;
	be_at(t, kind);
	t->work[kind].bytes_total += t->at.left;
	t->work[kind].files_total++;
}

void
tally_more(struct tally *t, uint64_t bytes)
{
	t->listed += bytes;
	t->at.left += bytes;
	t->work[t->at.kind].bytes_total += bytes;
	t->progress.bytes_total += bytes;
}

void
tally_helped(struct tally *t, bool helped)
{
	if (helped != t->at.helped)
		spend(t, time_monotonic_ms());
	t->at.helped = helped;
}

static void
give(struct tally *t, uint64_t bytes)
{
	t->progress.bytes_out += bytes;
	t->work[t->at.kind].given += bytes;
}

/* What nobody knew of, as of a pipe, was not in the total. */
void
tally_bytes(struct tally *t, uint64_t bytes, uint64_t given)
{
	struct work *work = &t->work[t->at.kind];
	uint64_t known = bytes < t->at.left ? bytes : t->at.left;

	t->at.left -= known;
	work->bytes += bytes;
	work->bytes_total += bytes - known;
	t->counted += bytes;
	t->progress.bytes_done += bytes;
	give(t, given - t->given);
	t->given = given;
	tell_now_and_then(t);
}

/* The total was the size when listed; what was not read of it is not awaited any more. */
void
tally_file_end(struct tally *t, uint64_t records, uint64_t given)
{
	t->work[t->at.kind].bytes_total -= t->at.left;
	t->work[t->at.kind].files++;
	t->at.left = 0;
	t->progress.files_done++;
	t->progress.records += records;
	give(t, given - t->given);
	if (t->counted < t->listed)
		t->progress.bytes_done += t->listed - t->counted;
	else
		t->progress.bytes_total += t->counted - t->listed;
}

void
tally_end(struct tally *t)
{
	t->at.working = false;
	tally_tell(t);
}

/* ---- slices ---- */

void
tally_share(struct tally *t)
{
	be_at(t, ESTIMATE_PLAIN);
	t->at.left = 0;
}

void
tally_alone(struct tally *t, uint64_t left)
{
	t->at.left = left;
}

void
tally_slice(struct tally *t, uint64_t bytes)
{
	t->at.left -= bytes < t->at.left ? bytes : t->at.left;
	t->work[ESTIMATE_PLAIN].bytes += bytes;
	t->progress.bytes_done += bytes;
	give(t, bytes);
	tell_now_and_then(t);
}

void
tally_shared(struct tally *t, uint64_t counted, uint64_t read)
{
	t->at.left = 0;
	t->work[ESTIMATE_PLAIN].bytes_total += read - t->listed;
	t->progress.bytes_done -= read - counted;
	t->counted = counted;
	t->given = read;
}
