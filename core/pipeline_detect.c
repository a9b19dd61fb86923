/* The detector: lists the inputs, judges records by the rules, writes alerts into the store. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/pipeline_private.h"

enum { COMMIT_MS = 50, COMMIT_ITEMS = 2000, LISTED_ITEMS = 500 };

struct detector {
	struct pipeline *pipeline;
	struct rule_run **runs; /* one a rule; owns */
	bool open;		/* a transaction is */
	size_t items;		/* in it */
	int64_t opened_ms;
	bool failed;
};

/* The first failure of the store ends everything and is shown. */
static void
fail(struct detector *d, const struct error *err)
{
	struct pipeline *p = d->pipeline;

	if (!d->failed) {
		pthread_mutex_lock(&p->lock);
		p->progress.failed = true;
		p->progress.error = *err;
		pthread_mutex_unlock(&p->lock);
	}
	d->failed = true;
	pipeline_stop(p);
}

static void
wake(const struct pipeline *p)
{
	if (p->options.wake)
		wake_raise(p->options.wake);
}

static void
begin(struct detector *d)
{
	struct error err;

	if (d->open || d->failed)
		return;
	if (!store_begin(d->pipeline->store, &err)) {
		fail(d, &err);
		return;
	}
	d->open = true;
	d->items = 0;
	d->opened_ms = time_monotonic_ms();
}

static void
commit(struct detector *d)
{
	struct error err;

	if (!d->open)
		return;
	d->open = false;
	if (d->failed)
		store_rollback(d->pipeline->store);
	else if (!store_commit(d->pipeline->store, &err))
		fail(d, &err);
	wake(d->pipeline);
}

/* ---- problems ---- */

static void
count_problem(struct pipeline *p, enum problem_severity severity)
{
	pthread_mutex_lock(&p->lock);
	if (severity == PROBLEM_ERROR)
		p->progress.errors++;
	else
		p->progress.notes++;
	pthread_mutex_unlock(&p->lock);
}

static void
put_problem(struct detector *d, int64_t input, const struct problem *problem)
{
	struct error err;

	count_problem(d->pipeline, problem->severity);
	begin(d);
	if (!d->failed && !store_put_problem(d->pipeline->store, d->pipeline->run, input, problem, &err))
		fail(d, &err);
}

static void
walk_problem(void *context, const struct problem *problem)
{
	put_problem(context, 0, problem);
}

static bool
count_remembered(void *context, const struct problem *problem)
{
	count_problem(context, problem->severity);
	return true;
}

/* ---- listing ---- */

static int
by_size_descending(const void *a, const void *b)
{
	const struct job *left = a, *right = b;

	if (left->file->size != right->file->size)
		return left->file->size < right->file->size ? 1 : -1;
	return (left->file > right->file) - (left->file < right->file);
}

static struct store_input
store_input_of(const struct walk_file *file, char real[PATH_MAX])
{
	const char *identity = strcmp(file->path, "-") == 0 ? NULL : realpath(file->path, real);

	return (struct store_input){
		.name = STR("file"),
		.path = str_from(file->path),
		.identity = str_from(identity ? identity : file->path),
		.size = file->size,
		.mtime_ns = file->mtime_ns,
		.ctime_ns = file->ctime_ns,
		.device = file->device,
		.inode = file->inode,
	};
}

static void
list_file(struct detector *d, const struct walk_file *file)
{
	struct pipeline *p = d->pipeline;
	char real[PATH_MAX];
	struct store_input input = store_input_of(file, real);
	struct job job = {.file = file};
	struct error err;
	bool unchanged = false;

	if (d->items >= LISTED_ITEMS)
		commit(d); /* somebody's decision may be waiting */
	begin(d);
	if (d->failed)
		return;
	d->items++;
	if (!store_input_begin(p->store, p->run, &input, p->rule_key[file->given], &job.input,
		    &unchanged, &err)) {
		fail(d, &err);
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->progress.files_total++;
	if (unchanged && p->options.remember) {
		p->progress.files_done++;
		p->progress.files_remembered++;
	} else {
		p->progress.bytes_total += file->size;
		p->jobs[p->job_count++] = job;
	}
	pthread_mutex_unlock(&p->lock);
}

static void
list_inputs(struct detector *d)
{
	struct pipeline *p = d->pipeline;
	struct error err;

	for (size_t i = 0; i < p->options.path_count && !d->failed; i++)
		walk_add(&p->walk, p->options.paths[i], walk_problem, d);
	p->jobs = mem_array(NULL, p->walk.count, sizeof(*p->jobs));
	for (size_t i = 0; i < p->walk.count && !d->failed && !atomic_load(&p->stop); i++)
		list_file(d, &p->walk.files[i]);
	qsort(p->jobs, p->job_count, sizeof(*p->jobs), by_size_descending);
	commit(d);
	pthread_mutex_lock(&p->lock);
	p->progress.errors = p->progress.notes = 0;
	p->progress.listing = false;
	pthread_mutex_unlock(&p->lock);
	/* Of the walk and of remembered inputs alike. */
	if (!d->failed && !store_problems(p->store, p->run, count_remembered, p, &err))
		fail(d, &err);
}

/* ---- records ---- */

static void
put_alert(struct detector *d, const struct event *event, size_t rule, const struct item *item)
{
	struct pipeline *p = d->pipeline;
	struct alert alert = {0};
	struct error err;
	enum store_put put;

	alert_init(&alert, event, p->options.rules[rule], d->runs[rule]);
	begin(d);
	put = d->failed ? STORE_FAILED
			: store_put_alert(p->store, &alert, item->job->input, item->offset, &err);
	if (put == STORE_FAILED && !d->failed)
		fail(d, &err);
	if (put == STORE_NEW || put == STORE_CONFLICT) {
		pthread_mutex_lock(&p->lock);
		p->progress.alerts_new++;
		pthread_mutex_unlock(&p->lock);
	}
	alert_fini(&alert);
}

/* settled.md 6: the record matches if any copy of a duplicated key makes it match. */
static bool
judge(struct detector *d, struct event *event, size_t rule, const struct item *item)
{
	for (size_t variant = 0; variant < event->variants; variant++) {
		if (event->variants > 1)
			event_select(event, variant);
		if (!rule_match(d->runs[rule], event))
			continue;
		put_alert(d, event, rule, item);
		return true;
	}
	return false;
}

static void
record_problem(struct detector *d, const struct item *item, const char *reason)
{
	struct problem problem = {PROBLEM_ERROR, STR("file"), str_from(item->job->file->path),
		item->offset, str_from(reason)};

	put_problem(d, item->job->input, &problem);
}

static void
take_record(struct detector *d, const struct item *item)
{
	struct event event;
	struct error err;

	if (!event_parse(&event, item->text, &err)) {
		record_problem(d, item, err.text);
		return;
	}
	if (item->scan_flags & SCAN_RESYNCHRONISED)
		event.flags |= UINT32_C(1) << FLAG_RESYNCHRONISED;
	for (size_t i = 0; i < d->pipeline->options.rule_count; i++)
		if (!judge(d, &event, i, item) && event.variants_cut)
			record_problem(d, item, "has too many duplicated keys to be judged");
	event_fini(&event);
}

static void
take_problem(struct detector *d, const struct item *item)
{
	struct problem problem = {item->severity, STR("file"), str_from(item->job->file->path),
		item->offset, item->text};

	put_problem(d, item->job->input, &problem);
}

/* A file that changed while it was read is read again next time. */
static void
take_done(struct detector *d, const struct item *item)
{
	char real[PATH_MAX];
	struct store_input input;
	struct error err;

	if (!item->whole || !S_ISREG(item->as_read.mode))
		return;
	input = store_input_of(&item->as_read, real);
	begin(d);
	if (!d->failed &&
		!store_input_done(d->pipeline->store, item->job->input,
			d->pipeline->rule_key[item->as_read.given], &input, &err))
		fail(d, &err);
}

static void
take(struct detector *d, const struct item *item)
{
	switch (item->kind) {
	case ITEM_RECORD:
		take_record(d, item);
		break;
	case ITEM_PROBLEM:
		take_problem(d, item);
		break;
	case ITEM_DONE:
		take_done(d, item);
		break;
	}
	d->items++;
}

static int
time_to_commit(const struct detector *d)
{
	int64_t left;

	if (!d->open)
		return -1;
	if (d->items >= COMMIT_ITEMS)
		return 0;
	left = d->opened_ms + COMMIT_MS - time_monotonic_ms();
	return left > 0 ? (int)left : 0;
}

static void
detect(struct detector *d)
{
	for (;;) {
		int wait_ms = time_to_commit(d);
		enum queue_result result = QUEUE_EMPTY;
		void *item;

		if (wait_ms != 0)
			result = queue_pop(d->pipeline->queue, &item, wait_ms);
		if (result == QUEUE_CLOSED)
			return;
		if (result == QUEUE_EMPTY) {
			commit(d);
			continue;
		}
		if (!d->failed)
			take(d, item);
		free(item);
	}
}

static void
finish(struct pipeline *p)
{
	for (unsigned i = 0; i < p->worker_count; i++)
		pthread_join(p->workers[i], NULL);
	pthread_mutex_lock(&p->lock);
	p->progress.elapsed_ms = time_monotonic_ms() - p->started_ms;
	p->progress.stopped = atomic_load(&p->stop);
	p->progress.finished = true;
	pthread_mutex_unlock(&p->lock);
	wake(p);
}

void *
pipeline_detect(void *argument)
{
	struct pipeline *p = argument;
	struct detector d = {.pipeline = p};

	d.runs = mem_array(NULL, p->options.rule_count, sizeof(struct rule_run *));
	for (size_t i = 0; i < p->options.rule_count; i++)
		d.runs[i] = rule_run_new(p->options.rules[i], p->options.now);
	list_inputs(&d);
	pipeline_start_workers(p);
	detect(&d);
	commit(&d);
	finish(p);
	for (size_t i = 0; i < p->options.rule_count; i++)
		rule_run_free(d.runs[i]);
	free(d.runs);
	return NULL;
}
