#include "core/pipeline.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline_private.h"

enum { QUEUE_ITEMS = 4096, QUEUE_BYTES = 4 << 20 };

/* Raised when a scanner learns to find more: then remembered files are read again. */
#define SCAN_GENERATION "1"

struct item *
item_new(enum item_kind kind, struct str path, struct str text)
{
	struct item *item = mem_alloc(sizeof(*item) + path.len + text.len + 2);
	char *bytes = (char *)(item + 1);

	*item = (struct item){.kind = kind, .path = {bytes, path.len},
		.text = {bytes + path.len + 1, text.len}};
	if (path.len)
		memcpy(bytes, path.data, path.len);
	bytes[path.len] = '\0';
	if (text.len)
		memcpy(bytes + path.len + 1, text.data, text.len);
	bytes[path.len + 1 + text.len] = '\0';
	return item;
}

/* What remembered files belong to: the rules' queries and how they were read; what is said of a
 * file that is no log depends on whether it was given by name. */
static void
make_rule_key(struct pipeline *p, bool given)
{
	struct buf text = {0};

	buf_printf(&text, "scan %s %zu %d\n", SCAN_GENERATION, p->options.max_record, given);
	for (size_t i = 0; i < p->options.rule_count; i++) {
		buf_str(&text, rule_id(p->options.rules[i]));
		buf_printf(&text, " %s\n", rule_query_hash(p->options.rules[i]));
	}
	hash_hex(buf_view(&text), p->rule_key[given]);
	buf_fini(&text);
}

/* A rule without a literal must see every record. */
static void
collect_literals(struct pipeline *p)
{
	for (size_t i = 0; i < p->options.rule_count; i++) {
		const struct rule *rule = p->options.rules[i];
		size_t count = rule_literal_count(rule);

		if (count == 0) {
			p->literal_count = 0;
			return;
		}
		p->literals = mem_array(
			p->literals, p->literal_count + count, sizeof(*p->literals));
		for (size_t n = 0; n < count; n++)
			p->literals[p->literal_count++] = rule_literal(rule, n);
	}
}

/* Signals are the main thread's; a thread that inherits a full mask never sees one. */
static void
start_thread(pthread_t *thread, void *(*body)(void *), void *argument)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(thread, NULL, body, argument) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
pipeline_start_workers(struct pipeline *p)
{
	unsigned count = p->options.jobs;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (count == 0)
		count = cores > 0 ? (unsigned)cores : 1;
	if (count > p->job_count)
		count = (unsigned)p->job_count;
	p->workers = mem_array(NULL, count, sizeof(*p->workers));
	p->workers_left = count;
	for (p->worker_count = 0; p->worker_count < count; p->worker_count++)
		start_thread(&p->workers[p->worker_count], pipeline_read, p);
	if (count == 0)
		queue_close(p->queue);
}

bool
pipeline_start(struct pipeline **out, const struct pipeline_options *options,
	const struct store *store, struct error *err)
{
	struct pipeline *p = MEM_NEW(struct pipeline);

	mem_return_large();
	p->options = *options;
	p->stop_wake.fd = -1;
	if (!store_open_again(&p->store, store, err))
		goto fail;
	if (!store_run_begin(p->store, &p->run, err) || !wake_open(&p->stop_wake, err))
		goto fail_store;
	make_rule_key(p, false);
	make_rule_key(p, true);
	collect_literals(p);
	p->queue = queue_new(QUEUE_ITEMS, QUEUE_BYTES);
	p->progress.listing = true;
	p->started_ms = time_monotonic_ms();
	pthread_mutex_init(&p->lock, NULL);
	start_thread(&p->detector, pipeline_detect, p);
	*out = p;
	return true;
fail_store:
	store_close(p->store);
fail:
	free(p);
	return false;
}

int64_t
pipeline_run(const struct pipeline *p)
{
	return p->run;
}

void
pipeline_get_progress(struct pipeline *p, struct pipeline_progress *progress)
{
	pthread_mutex_lock(&p->lock);
	*progress = p->progress;
	pthread_mutex_unlock(&p->lock);
	if (!progress->finished)
		progress->elapsed_ms = time_monotonic_ms() - p->started_ms;
}

void
pipeline_stop(struct pipeline *p)
{
	atomic_store(&p->stop, true);
	wake_raise(&p->stop_wake);
}

void
pipeline_wait(struct pipeline *p)
{
	if (p->joined)
		return;
	pthread_join(p->detector, NULL); /* joins the workers before it ends */
	p->joined = true;
}

void
pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	pipeline_stop(p);
	pipeline_wait(p);
	store_close(p->store);
	wake_close(&p->stop_wake);
	queue_free(p->queue);
	pthread_mutex_destroy(&p->lock);
	walk_fini(&p->walk);
	free(p->jobs);
	free(p->workers);
	free(p->literals);
	free(p);
}
