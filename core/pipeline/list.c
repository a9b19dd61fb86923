/* The inputs of a run: found, looked for in what is remembered, begun in the store. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { LISTED_ITEMS = 500 };

static void
walk_problem(void *context, const struct problem *problem)
{
	detector_put_problem(context, 0, problem);
}

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
		.order = (uint32_t)(file - d->pipeline->walk.files) + 1,
		.size = file->size,
		.mtime_ns = file->mtime_ns,
		.ctime_ns = file->ctime_ns,
		.device = file->device,
		.inode = file->inode,
	};
}

/* ---- in the order of the paths ---- */

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

static void
list_file(struct detector *d, const struct walk_file *file)
{
	struct pipeline *p = d->pipeline;
	struct store_mark mark;
	enum store_known known = look(d, file, &mark);
	struct job job = {.file = file, .kind = job_kind(file)};

	if (known == STORE_GROWN) {
		job.mark = MEM_NEW(struct store_mark);
		*job.mark = mark;
	}
	pthread_mutex_lock(&p->lock);
	p->progress.files_total++;
	if (known == STORE_UNCHANGED) {
		p->progress.files_done++;
		p->progress.files_remembered++;
	} else {
		p->progress.bytes_total += job_bytes(&job);
		p->jobs[p->job_count++] = job;
	}
	pthread_mutex_unlock(&p->lock);
}

void
list_inputs(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	struct pipeline_progress met = {0};
	struct error err;

	for (size_t i = 0; i < p->options.path_count && !d->failed; i++)
		if (!str_starts_with(str_from(p->options.paths[i]), STR("s3://")))
			walk_add(&p->walk, p->options.paths[i], walk_problem, d);
	p->jobs = mem_array(NULL, p->walk.count, sizeof(*p->jobs));
	store_run_places(p->store, (uint32_t)p->walk.count);
	for (size_t i = 0; i < p->walk.count && !d->failed && !atomic_load(&p->stop); i++)
		list_file(d, &p->walk.files[i]);
	qsort(p->jobs, p->job_count, sizeof(*p->jobs), job_by_cost);
	detector_commit(d);
	/* Of the walk and of remembered inputs alike. */
	if (!d->failed && !store_problems(p->store, p->run, count_remembered, &met, &err))
		detector_fail(d, &err);
	pthread_mutex_lock(&p->lock);
	p->progress.errors = met.errors;
	p->progress.notes = met.notes;
	p->progress.listing = false;
	pthread_mutex_unlock(&p->lock);
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
