#include "core/pipeline/pipeline.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { QUEUE_ITEMS = 4096, QUEUE_BYTES = 4 << 20 };

/* Raised when a scanner learns to find more: then remembered files are read again. */
#define SCAN_GENERATION "2"

static struct str
put_bytes(char **at, struct str s)
{
	struct str put = {*at, s.len};

	if (!s.data)
		return STR_ABSENT;
	if (s.len)
		memcpy(*at, s.data, s.len);
	(*at)[s.len] = '\0';
	*at += s.len + 1;
	return put;
}

struct item *
item_new(enum item_kind kind, struct str path, struct str text, struct str body)
{
	struct item *item = mem_alloc(sizeof(*item) + path.len + text.len + body.len + 3);
	char *at = (char *)(item + 1);

	*item = (struct item){.kind = kind};
	item->path = put_bytes(&at, path);
	item->text = put_bytes(&at, text);
	item->body = put_bytes(&at, body);
	return item;
}

void
item_free(struct item *item)
{
	while (item) {
		struct item *more = item->more;

		free(item);
		item = more;
	}
}

struct item *
item_new_done(const struct done *done, size_t count)
{
	struct item *item = mem_alloc(sizeof(*item) + count * sizeof(*done));

	*item = (struct item){.kind = ITEM_DONE, .done_count = count};
	item->done = (struct done *)(item + 1);
	memcpy(item->done, done, count * sizeof(*done));
	return item;
}

bool
pipeline_stopped(const struct pipeline *p)
{
	return atomic_load(&p->stop) || atomic_load(&p->halt);
}

void
pipeline_wake(const struct pipeline *p)
{
	if (p->options.wake)
		wake_raise(p->options.wake);
}

const struct clock *
pipeline_clock(const struct pipeline *p)
{
	return p->options.clock ? p->options.clock : &p->real_clock;
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
		p->literals =
			mem_array(p->literals, p->literal_count + count, sizeof(*p->literals));
		for (size_t n = 0; n < count; n++)
			p->literals[p->literal_count++] = rule_literal(rule, n);
	}
}

/* Signals are the main thread's; a thread that inherits a full mask never sees one. */
void
pipeline_start_thread(pthread_t *thread, void *(*body)(void *), void *argument)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(thread, NULL, body, argument) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool
pipeline_start_producer(
	struct pipeline *p, pthread_t *thread, void *(*body)(void *), void *argument)
{
	bool started;

	pthread_mutex_lock(&p->lock);
	started = !pipeline_stopped(p);
	if (started) {
		p->producers++;
		pipeline_start_thread(thread, body, argument);
	}
	pthread_mutex_unlock(&p->lock);
	return started;
}

void
pipeline_open_queue(struct pipeline *p)
{
	queue_free(p->queue);
	p->queue = queue_new(QUEUE_ITEMS, QUEUE_BYTES);
	pthread_mutex_lock(&p->lock);
	p->producers = 1;
	pthread_mutex_unlock(&p->lock);
}

void
pipeline_end_producer(struct pipeline *p)
{
	bool last;

	pthread_mutex_lock(&p->lock);
	last = --p->producers == 0;
	pthread_mutex_unlock(&p->lock);
	if (last)
		queue_close(p->queue);
}

static void
collect_rules(struct pipeline *p)
{
	p->rules = mem_array(NULL, p->options.rule_count, sizeof(*p->rules));
	for (size_t i = 0; i < p->options.rule_count; i++) {
		const struct rule *rule = p->options.rules[i];

		p->rules[i] = (struct source_rule){
			rule_name(rule), rule_query(rule), rule_gives_event_id(rule)};
	}
}

bool
pipeline_is_stopping(const void *pipeline)
{
	return pipeline_stopped(pipeline);
}

/* A halt ends passes alone: what waits for the store then waits on. */
static bool
ends(const void *pipeline)
{
	const struct pipeline *p = pipeline;

	return atomic_load(&p->stop);
}

bool
pipeline_start(struct pipeline **out, const struct pipeline_options *options,
	const struct store *store, struct error *err)
{
	struct pipeline *p = MEM_NEW(struct pipeline);

	mem_return_large();
	p->options = *options;
	p->stop_wake.fd = p->reread.wake.fd = p->reread.round_wake.fd = -1;
	if (!store_open_again(&p->store, store, err))
		goto fail;
	if (!store_run_begin(p->store, &p->run, err) || !wake_open(&p->stop_wake, err))
		goto fail_store;
	clock_init(&p->real_clock, NULL, NULL, NULL);
	pthread_mutex_init(&p->lock, NULL);
	pthread_mutex_init(&p->cut_lock, NULL);
	pthread_cond_init(&p->cut_changed, NULL);
	pthread_cond_init(&p->resumed, NULL);
	store_hurry_when(p->store, ends, p);
	p->holding = options->source_count > 0;
	if (!fetchers_init(p, err))
		goto fail_live;
	make_rule_key(p, false);
	make_rule_key(p, true);
	collect_literals(p);
	collect_rules(p);
	pipeline_open_queue(p);
	p->progress.listing = true;
	p->started_ms = time_monotonic_ms();
	pipeline_start_thread(&p->detector, pipeline_detect, p);
	*out = p;
	return true;
fail_live:
	wake_close(&p->stop_wake);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->cut_lock);
	pthread_cond_destroy(&p->cut_changed);
	pthread_cond_destroy(&p->resumed);
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

struct story_scope
pipeline_scope(struct pipeline *p)
{
	struct story_scope scope = {.run = p->run};

	pthread_mutex_lock(&p->lock);
	scope.state = p->progress.history.state;
	pthread_mutex_unlock(&p->lock);
	return scope;
}

void
pipeline_stop(struct pipeline *p)
{
	bool held;

	pthread_mutex_lock(&p->lock);
	atomic_store(&p->stop, true);
	held = p->holding;
	p->holding = false;
	pthread_cond_broadcast(&p->resumed);
	pthread_mutex_unlock(&p->lock);
	wake_raise(&p->stop_wake);
	wake_raise(&p->reread.wake);
	pthread_mutex_lock(&p->cut_lock);
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
	if (held)
		pipeline_end_producer(p);
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
	fetchers_fini(p);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->cut_lock);
	pthread_cond_destroy(&p->cut_changed);
	pthread_cond_destroy(&p->resumed);
	walk_fini(&p->walk);
	for (size_t i = 0; i < p->job_count; i++) {
		free(p->jobs[i]->mark);
		spool_free(p->jobs[i]->spool);
		free(p->jobs[i]);
	}
	free(p->jobs);
	free(p->running);
	free(p->workers);
	free(p->literals);
	free(p->rules);
	free(p);
}
