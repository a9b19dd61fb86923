/* The inputs of a run: found, looked for in what is remembered, begun in the store. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { LISTED_ITEMS = 500 };

static bool
count_remembered(void *context, const struct problem *problem)
{
	detector_count_problem(context, problem->severity);
	return true;
}

/* As it was listed. */
struct store_input
list_store_input(struct detector *d, const struct walk_file *file)
{
	walk_real_path(file, &d->real);
	return (struct store_input){
		.name = STR("file"),
		.path = str_from(file->path),
		.identity = buf_view(&d->real),
		.order = (uint32_t)file->place + 1,
		.size = file->size,
		.mtime_ns = file->mtime_ns,
		.ctime_ns = file->ctime_ns,
		.device = file->device,
		.inode = file->inode,
	};
}

/* ---- what is found ---- */

/* What is read is begun in the store only when there is something to put: most files hold nothing.
 */
static enum store_known
look(struct detector *d, const struct walk_file *file, struct store_mark *mark)
{
	struct pipeline *p = d->pipeline;
	enum store_known known = STORE_TO_READ;
	struct store_input input;
	struct error err;

	if (!p->options.remember)
		return known;
	if (d->items >= LISTED_ITEMS)
		detector_commit(d); /* somebody's decision may be waiting */
	detector_begin(d);
	if (d->failed)
		return known;
	d->items++;
	input = list_store_input(d, file);
	if (!store_input_look(
		    p->store, p->run, &input, p->rule_key[file->given], &known, mark, &err))
		detector_fail(d, &err);
	return known;
}

static struct job *
new_job(const struct walk_file *file, enum store_known known, const struct store_mark *mark)
{
	struct job *job = MEM_NEW(struct job);

	*job = (struct job){.file = file, .kind = job_kind(file)};
	if (known == STORE_GROWN) {
		job->mark = MEM_NEW(struct store_mark);
		*job->mark = *mark;
	}
	return job;
}

/* NULL: it is known, and as it was. */
static struct job *
list_file(struct detector *d, const struct walk_file *file)
{
	struct pipeline *p = d->pipeline;
	struct store_mark mark;
	enum store_known known = look(d, file, &mark);
	struct job *job = known == STORE_UNCHANGED ? NULL : new_job(file, known, &mark);

	pthread_mutex_lock(&p->lock);
	p->progress.files_total++;
	if (job) {
		p->progress.bytes_total += job_bytes(job);
		progress_add(p, job);
	} else {
		p->progress.files_done++;
		p->progress.files_remembered++;
	}
	pthread_mutex_unlock(&p->lock);
	return job;
}

/* Among those that nobody has taken yet. */
static void
give_jobs(struct pipeline *p, struct job **jobs, size_t count)
{
	pthread_mutex_lock(&p->cut_lock);
	for (size_t i = 0; i < count; i++) {
		MEM_GROW(p->jobs, p->job_count, p->job_capacity);
		p->jobs[p->job_count++] = jobs[i];
	}
	if (count)
		qsort(p->jobs + p->next_job, p->job_count - p->next_job, sizeof(*p->jobs),
			job_by_cost);
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
}

void
list_files(struct detector *d, const struct item *item)
{
	struct job **jobs = mem_array(NULL, item->file_count, sizeof(struct job *));
	struct pipeline *p = d->pipeline;
	size_t count = 0;

	for (size_t i = 0; i < item->file_count && !d->failed && !atomic_load(&p->stop); i++) {
		struct job *job = list_file(d, item->files[i]);

		if (job)
			jobs[count++] = job;
	}
	give_jobs(p, jobs, count);
	free(jobs);
	if (item->last)
		list_end(d);
	else if (!p->worker_count)
		detector_start_workers(p);
}

/* Problems of the walk and of remembered inputs alike. */
static void
count_problems(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	struct pipeline_progress met = {0};
	struct error err;

	detector_commit(d);
	if (!d->failed && !store_problems(p->store, p->run, count_remembered, &met, &err))
		detector_fail(d, &err);
	pthread_mutex_lock(&p->lock);
	p->progress.errors = met.errors;
	p->progress.notes = met.notes;
	p->progress.listing = false;
	pthread_mutex_unlock(&p->lock);
}

void
list_end(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	store_run_places(p->store, (uint32_t)p->walk.count);
	count_problems(d);
	pthread_mutex_lock(&p->cut_lock);
	p->finding = false;
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
	if (!p->worker_count)
		detector_start_workers(p);
	live_start(d);
	if (!p->options.source_count)
		pipeline_end_producer(p);
}

/* ---- once there is something to put ---- */

static bool
begin_job(struct detector *d, struct job *job, struct error *err)
{
	struct pipeline *p = d->pipeline;
	const struct store_input input = list_store_input(d, job->file);
	const char *key = p->rule_key[job->file->given];
	bool unchanged;

	if (!job->goes_on)
		return store_input_begin(
			p->store, p->run, &input, key, &job->input, &unchanged, err);
	return store_input_go_on(p->store, p->run, &input, key, job->mark, &job->input, err) &&
	       store_input_problems(p->store, job->input, count_remembered, &d->tally, err);
}

/* The store's id of a job's input; 0: the store failed. */
int64_t
list_job_input(struct detector *d, struct job *job)
{
	struct error err;

	if (job->input)
		return job->input;
	detector_begin(d);
	if (d->failed)
		return 0;
	if (!begin_job(d, job, &err)) {
		job->input = 0;
		detector_fail(d, &err);
		return 0;
	}
	job->begun = d->begun;
	d->begun = job;
	return job->input;
}
