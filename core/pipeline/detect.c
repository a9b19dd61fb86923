/* The detector: judges records by the rules, writes alerts into the store. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum {
	COMMIT_MS = 50,
	COMMIT_ITEMS = 2000,
	COMMIT_BYTES = 8 << 20, /* that are kept until then, with live sources */
};

/* ---- problems ---- */

void
detector_count_problem(struct pipeline_progress *progress, enum problem_severity severity)
{
	if (severity == PROBLEM_ERROR)
		progress->errors++;
	else
		progress->notes++;
}

void
detector_put_problem(struct detector *d, int64_t input, const struct problem *problem)
{
	struct error err;

	detector_count_problem(&d->tally, problem->severity);
	detector_begin(d);
	if (!d->failed &&
		!store_put_problem(d->pipeline->store, d->pipeline->run, input, problem, &err))
		detector_fail(d, &err);
}

/* ---- records ---- */

static int64_t
item_input(struct detector *d, const struct item *item)
{
	if (item->fetcher)
		return live_input(d, item);
	return item->job ? list_job_input(d, item->job) : 0;
}

/* A problem of what the item stands in. */
static struct problem
problem_of(const struct item *item, enum problem_severity severity, struct str reason)
{
	struct problem problem = {.severity = severity,
		.source = STR("file"),
		.offset = item->offset,
		.reason = reason,
		.body = item->body};

	problem.path = item->job ? str_from(item->job->file->path) : item->path;
	if (item->fetcher)
		problem.source = str_from(item->fetcher->config->name);
	return problem;
}

static void
put_alert(struct detector *d, const struct event *event, size_t rule, const struct item *item)
{
	struct pipeline *p = d->pipeline;
	int64_t input = item_input(d, item);
	struct alert alert = {0};
	struct error err;
	enum store_put put;

	alert_init(&alert, event, p->options.rules[rule], d->runs[rule]);
	if (item->fetcher && !item->fetcher->once) {
		alert.arrived = item->arrived;
		alert.watched = item->watched;
	}
	detector_begin(d);
	put = d->failed ? STORE_FAILED
			: store_put_alert(p->store, &alert, input, item->offset, &err);
	if (put == STORE_FAILED && !d->failed)
		detector_fail(d, &err);
	if (put == STORE_NEW || put == STORE_CONFLICT) {
		d->tally.alerts_new++;
		if (item->fetcher)
			item->fetcher->alerts++;
	}
	if (item->fetcher) {
		asking_put(d, item->fetcher, &alert, input, item->offset);
		survey_put(d, item->fetcher, &alert);
		met_put(d, &alert);
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

/* What a rule's query gave elsewhere is its alert, also where columns that it was judged by were
 * projected away. */
static void
take_row(struct detector *d, const struct event *event, const struct item *item)
{
	rule_take_row(d->runs[item->rule - 1], event);
	put_alert(d, event, item->rule - 1, item);
}

static void
record_problem(struct detector *d, const struct item *item, const char *reason)
{
	struct problem problem = problem_of(item, PROBLEM_ERROR, str_from(reason));

	line_say_problem(d->pipeline, item, &problem);
	detector_put_problem(d, item_input(d, item), &problem);
}

/* Of a live event: when it arrived, also when it is taken once more. */
static void
set_now(struct detector *d, const struct item *item)
{
	const struct pipeline_options *o = &d->pipeline->options;
	bool live = item->fetcher && !item->fetcher->once;

	for (size_t i = 0; i < o->rule_count; i++)
		rule_run_set_now(d->runs[i], live && !o->now_set ? item->arrived : o->now);
}

/* A record that no rule takes, and that one could not tell, is named. */
static void
judge_all(struct detector *d, struct event *event, const struct item *item)
{
	for (size_t i = 0; i < d->pipeline->options.rule_count; i++) {
		size_t before = rule_run_gave_up(d->runs[i]);

		if (judge(d, event, i, item))
			continue;
		if (event->variants_cut)
			record_problem(d, item, "has too many duplicated keys to be judged");
		if (rule_run_gave_up(d->runs[i]) > before)
			record_problem(d, item,
				"could not be judged: a regular expression of the rule takes too "
				"long on it");
	}
}

static void
take_record(struct detector *d, const struct item *item)
{
	struct event event;
	struct error err;

	bool parsed = item->scan_flags & SCAN_FROM_TABLE ? event_parse_row(&event, item->text, &err)
							 : event_parse(&event, item->text, &err);

	if (!parsed) {
		record_problem(d, item, err.text);
		return;
	}
	set_now(d, item);
	if (item->scan_flags & SCAN_RESYNCHRONISED)
		event.flags |= UINT32_C(1) << FLAG_RESYNCHRONISED;
	if (item->rule)
		take_row(d, &event, item);
	else
		judge_all(d, &event, item);
	event_fini(&event);
}

static void
take_problem(struct detector *d, const struct item *item)
{
	struct problem problem = problem_of(item, item->severity, item->text);

	line_say_problem(d->pipeline, item, &problem);
	detector_put_problem(d, item_input(d, item), &problem);
}

/* A file that changed while it was read is read again next time. */
static void
remember(struct detector *d, const struct done *done)
{
	struct pipeline *p = d->pipeline;
	const struct walk_file *file = done->job->file;
	struct store_input input = list_store_input(d, file);
	const char *key = p->rule_key[file->given];
	struct error err;

	input.size = done->size;
	input.mtime_ns = done->mtime_ns;
	input.ctime_ns = done->ctime_ns;
	input.device = done->device;
	input.inode = done->inode;
	detector_begin(d);
	if (!d->failed &&
		!(done->job->input ? store_input_done(p->store, done->job->input, key, &input,
					     &done->mark, &err)
				   : store_input_empty(p->store, &input, key, &done->mark, &err)))
		detector_fail(d, &err);
}

/* What stands before the mark of one that was read on counts, also if nothing stands behind it. */
static void
take_done(struct detector *d, const struct item *item)
{
	for (size_t i = 0; i < item->done_count; i++) {
		const struct done *done = &item->done[i];

		if (done->job->goes_on)
			list_job_input(d, done->job);
		if (done->whole && S_ISREG(done->job->file->mode))
			remember(d, done);
	}
}

static void
take(struct detector *d, const struct item *item)
{
	switch (item->kind) {
	case ITEM_TRACE:
	case ITEM_ASKED:
		asking_take(d, item);
		break;
	case ITEM_MET:
	case ITEM_SURVEYED:
		survey_take(d, item);
		break;
	case ITEM_RECORD:
		take_record(d, item);
		break;
	case ITEM_PROBLEM:
		take_problem(d, item);
		break;
	case ITEM_DONE:
		take_done(d, item);
		break;
	case ITEM_POSITION:
		live_put_position(d, item);
		break;
	case ITEM_FILES:
		list_files(d, item);
		break;
	case ITEM_BARRIER:
		item->fetcher->barrier = item->token;
		detector_begin(d); /* a commit must follow, though nothing else may */
		break;
	}
}

void
detector_take(struct detector *d, const struct item *item)
{
	if (d->pipeline->want)
		history_take(d, item);
	else
		take(d, item);
	d->items += item->kind == ITEM_DONE ? item->done_count : 1;
}

/* ---- the loop ---- */

static int
earlier(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

/* The first alert of all is waited for: it goes on at once. */
static int
patience_ms(const struct detector *d)
{
	bool first = d->tally.alerts_new && !d->pipeline->progress.alerts_new;

	return first ? 0 : COMMIT_MS;
}

static int
time_to_wait(const struct detector *d)
{
	int64_t now = time_monotonic_ms();
	int wait = -1;

	if (d->items >= COMMIT_ITEMS || d->pending_bytes >= COMMIT_BYTES)
		return 0;
	if (d->open)
		wait = earlier(wait, d->opened_ms + patience_ms(d) - now);
	if (d->lease_ms >= 0)
		wait = earlier(wait, d->lease_ms - now);
	return wait;
}

static void
take_or_drop(struct detector *d, struct item *item)
{
	bool files = item->kind == ITEM_FILES;

	if (!d->failed || files) /* workers wait for what is found */
		detector_take(d, item);
	if (d->pipeline->options.source_count && !files)
		detector_keep(d, item);
	else
		item_free(item);
}

static void
detect(struct detector *d)
{
	for (;;) {
		int wait_ms = time_to_wait(d);
		enum queue_result result = QUEUE_EMPTY;
		void *item;

		if (wait_ms != 0)
			result = queue_pop(d->pipeline->queue, &item, wait_ms);
		if (result == QUEUE_CLOSED)
			return;
		if (result == QUEUE_OK)
			take_or_drop(d, item);
		else if (d->open || d->items)
			detector_commit(d);
		if (d->failed && d->pipeline->options.source_count) {
			if (d->open)
				detector_commit(d);
			detector_retry(d);
		}
		if (d->lease_ms >= 0 && time_monotonic_ms() >= d->lease_ms)
			live_tick(d);
	}
}

static unsigned
cores_allowed(const struct pipeline *p)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (p->options.jobs)
		return p->options.jobs;
	return cores > 0 ? (unsigned)cores : 1;
}

void
detector_start_workers(struct pipeline *p)
{
	unsigned cores = cores_allowed(p), count = cores;

	atomic_store(&p->idle_cores, 0);
	if (!p->finding && count > p->job_count && !cut_may_help(p)) {
		atomic_store(&p->idle_cores, (int)(count - p->job_count));
		count = (unsigned)p->job_count;
	}
	p->workers = mem_array(p->workers, count, sizeof(*p->workers));
	progress_begin(p, count, cores);
	while (p->worker_count < count &&
		pipeline_start_producer(p, &p->workers[p->worker_count], pipeline_read, p))
		p->worker_count++;
}

static void
join_workers(struct pipeline *p)
{
	for (unsigned i = 0; i < p->worker_count; i++)
		pthread_join(p->workers[i], NULL);
	p->worker_count = 0;
}

void
detector_run(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	pipeline_open_queue(p);
	detector_start_workers(p);
	pipeline_end_producer(p);
	detect(d);
	detector_commit(d);
	join_workers(p);
}

static void
finish(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	finder_join(p);
	join_workers(p);
	live_join(d);
	pthread_mutex_lock(&p->lock);
	p->progress.elapsed_ms = time_monotonic_ms() - p->started_ms;
	p->progress.stopped = atomic_load(&p->stop);
	p->progress.finished = true;
	if (history_is_due(d))
		p->progress.history.state = HISTORY_LOOKING;
	pthread_mutex_unlock(&p->lock);
	pipeline_wake(p);
}

void *
pipeline_detect(void *argument)
{
	struct pipeline *p = argument;
	struct detector d = {.pipeline = p, .lease_ms = -1};

	d.runs = mem_array(NULL, p->options.rule_count, sizeof(struct rule_run *));
	for (size_t i = 0; i < p->options.rule_count; i++)
		d.runs[i] = rule_run_new(p->options.rules[i], p->options.now);
	p->finding = true;
	if (!finder_start(p))
		list_end(&d);
	detect(&d);
	detector_commit(&d);
	finish(&d);
	history_run(&d);
	detector_fini(&d);
	for (size_t i = 0; i < p->options.rule_count; i++)
		rule_run_free(d.runs[i]);
	free(d.runs);
	return NULL;
}
