/* How far it is, how fast, how long still: as numbers and in words. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { SAMPLE_MS = 40 };

/* ---- of a job ---- */

enum estimate_kind
job_kind(const struct walk_file *file)
{
	struct str path = str_from(file->path), end = STR(".gz");

	if (path.len < end.len)
		return ESTIMATE_PLAIN;
	return str_equal_ascii_nocase(str_slice(path, path.len - end.len, end.len), end)
		       ? ESTIMATE_PACKED
		       : ESTIMATE_PLAIN;
}

uint64_t
job_bytes(const struct job *job)
{
	if (job->spool)
		return spool_size(job->spool);
	return job->file->size - (job->mark ? job->mark->offset : 0);
}

static double
cost(const struct job *job)
{
	return estimate_before(job->kind, job_bytes(job));
}

int
job_by_cost(const void *a, const void *b)
{
	const struct job *left = *(struct job *const *)a, *right = *(struct job *const *)b;
	double more = cost(left) - cost(right);

	if (more > 0 || more < 0)
		return more < 0 ? 1 : -1;
	return (left->file->place > right->file->place) - (left->file->place < right->file->place);
}

/* ---- the estimate: under the lock ---- */

/* What is read in vain, or has grown, is in the total at the end of its file only. */
static uint64_t
rest(uint64_t total, uint64_t done)
{
	return total > done ? total - done : 0;
}

static struct estimate_sample
take_sample(const struct pipeline *p, int64_t now_ms)
{
	struct estimate_sample sample = {.at_ms = now_ms, .cores = p->cores};

	for (int k = 0; k < ESTIMATE_KINDS; k++) {
		const struct work *work = &p->work[k];

		sample.given += work->given;
		sample.work[k] = (struct estimate_work){.bytes = work->bytes,
			.files = work->files,
			.bytes_left = rest(work->bytes_total, work->bytes),
			.files_left = work->files_total - work->files,
			.busy_ms = work->busy_ms,
			.helped_ms = work->helped_ms};
	}
	for (size_t i = 0; i < p->running_count; i++) {
		const struct running *at = &p->running[i];
		struct estimate_work *work = &sample.work[at->kind];

		sample.workers += at->working;
		if (at->working && at->left > work->longest)
			work->longest = at->left;
	}
	return sample;
}

static void
estimate_now(struct pipeline *p)
{
	int64_t now = time_monotonic_ms();
	struct estimate_sample sample;

	if (!p->running || now - p->estimate.last.at_ms < SAMPLE_MS)
		return;
	sample = take_sample(p, now);
	estimate_add(&p->estimate, &sample);
}

void
progress_add(struct pipeline *p, const struct job *job)
{
	p->work[job->kind].bytes_total += job_bytes(job);
	p->work[job->kind].files_total++;
}

void
progress_begin(struct pipeline *p, unsigned workers, unsigned cores)
{
	pthread_mutex_lock(&p->lock);
	free(p->running);
	memset(p->work, 0, sizeof(p->work));
	p->estimate = (struct estimate){0};
	p->cores = cores;
	atomic_store(&p->next_worker, 0);
	p->running = mem_zalloc(workers * sizeof(*p->running));
	p->running_count = workers;
	for (size_t i = 0; i < workers; i++)
		p->running[i].working = true;
	for (size_t i = 0; i < p->job_count; i++)
		progress_add(p, p->jobs[i]);
	estimate_now(p);
	pthread_mutex_unlock(&p->lock);
}

/* An s3:// path is read by its fetcher, object by object; how much there is nobody knows. */
static bool
add_once(const struct pipeline *p, struct pipeline_progress *progress)
{
	bool any = false;

	for (size_t i = 0; i < p->fetcher_count; i++) {
		const struct health *health = &p->fetchers[i].health;

		if (!p->fetchers[i].once)
			continue;
		any = true;
		progress->files_total += health->total;
		progress->files_done += health->done;
		progress->bytes_done += health->bytes;
		progress->records += health->records;
	}
	return any;
}

/* The reading, or then the pass for history. */
static bool
is_to_go_on(const struct pipeline_progress *p)
{
	if (p->finished)
		return p->history.state == HISTORY_LOOKING &&
		       p->history.bytes_done < p->history.bytes_total;
	return p->bytes_done < p->bytes_total;
}

void
pipeline_get_progress(struct pipeline *p, struct pipeline_progress *progress)
{
	pthread_mutex_lock(&p->lock);
	estimate_now(p);
	*progress = p->progress;
	progress->pace = estimate_pace(&p->estimate);
	progress->left_ms = estimate_left_ms(&p->estimate);
	if (add_once(p, progress) || progress->listing || !is_to_go_on(progress))
		progress->left_ms = -1;
	pthread_mutex_unlock(&p->lock);
	if (!progress->finished)
		progress->elapsed_ms = time_monotonic_ms() - p->started_ms;
}

/* ---- in words ---- */

/* "1.2 GB" */
static void
put_bytes(struct buf *out, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	size_t unit = 0;

	while (bytes >= 1000 && unit < 4) {
		bytes /= 1000;
		unit++;
	}
	buf_printf(out, unit && bytes < 100 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

/* "12 s", "3 min 20 s", "45 min", "2 h 10 min" */
static void
put_duration(struct buf *out, int64_t ms)
{
	long long s = (ms + 500) / 1000, min = s / 60;

	if (min >= 60)
		buf_printf(out, "%lld h %lld min", min / 60, min % 60);
	else if (min >= 10)
		buf_printf(out, "%lld min", min);
	else if (min)
		buf_printf(out, "%lld min %lld s", min, s % 60);
	else
		buf_printf(out, "%lld s", s);
}

static void
put_done(struct buf *out, uint64_t done, uint64_t total, const char *of)
{
	put_bytes(out, (double)done);
	if (total) {
		buf_puts(out, of);
		put_bytes(out, (double)total);
	}
}

static void
put_left(struct buf *out, const struct pipeline_progress *p)
{
	if (p->left_ms < 0)
		return;
	buf_puts(out, ", ");
	put_duration(out, p->left_ms);
	buf_puts(out, " left");
}

void
pipeline_progress_text(struct buf *out, const struct pipeline_progress *p, bool narrow)
{
	const char *of = narrow ? "/" : " of ";

	put_done(out, p->bytes_done, p->bytes_total, of);
	buf_printf(out, ", %llu%s%llu%s files", (unsigned long long)p->files_done, of,
		(unsigned long long)p->files_total, p->listing ? "+" : "");
	if (p->pace >= 1) {
		buf_puts(out, ", ");
		put_bytes(out, p->pace);
		buf_puts(out, "/s");
	}
	put_left(out, p);
}

void
pipeline_answers_text(struct buf *out, const struct pipeline_progress *p, bool narrow)
{
	buf_puts(out, "answers: ");
	buf_count(out, p->history.answers_done);
	buf_puts(out, " of ");
	buf_count(out, p->history.answers_total);
	if (!narrow)
		buf_printf(out, " alert%s", p->history.answers_total == 1 ? "" : "s");
}

void
pipeline_history_text(struct buf *out, const struct pipeline_progress *p, bool narrow)
{
	const struct pipeline_history *h = &p->history;

	buf_puts(out, narrow ? "related: " : "looking for related records: ");
	put_done(out, h->bytes_done, h->bytes_total, narrow ? "/" : " of ");
	if (h->pass > 1)
		buf_printf(out, ", pass %u", h->pass);
	put_left(out, p);
}
