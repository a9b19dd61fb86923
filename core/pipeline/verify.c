#include "core/pipeline/verify.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Rows in the order they are asked for. */
struct rows {
	int64_t *list;		       /* owns */
	size_t first, count, capacity; /* first: the next to be taken */
};

struct verifier {
	const struct wake *wake;
	pthread_t thread;
	bool started;

	/* The thread's own. */
	struct store *store;
	struct memory *memory;
	struct judge judge;
	struct verifier_result *making; /* the memory's lessons go there */

	pthread_mutex_t lock;
	pthread_cond_t asked;
	/* Guarded by the lock. */
	bool stop, busy;
	struct rows urgent, others;
	struct verifier_result *results; /* owns */
	size_t result_count, result_capacity;
};

/* ---- rows ---- */

static void
rows_put(struct rows *rows, int64_t rowid)
{
	MEM_GROW(rows->list, rows->count, rows->capacity);
	rows->list[rows->count++] = rowid;
}

static bool
rows_take(struct rows *rows, int64_t *rowid)
{
	if (rows->first == rows->count) {
		rows->first = rows->count = 0;
		return false;
	}
	*rowid = rows->list[rows->first++];
	return true;
}

/* ---- the thread ---- */

static void
learn(void *context, const char key[HASH_HEX], enum verdict verdict, struct str why)
{
	struct verifier *v = context;
	struct verifier_result *r = v->making;
	struct verifier_lesson *lesson;
	struct buf text = {0};

	buf_str(&text, why);
	MEM_GROW(r->lessons, r->lesson_count, r->lesson_capacity);
	lesson = &r->lessons[r->lesson_count++];
	memcpy(lesson->key, key, HASH_HEX);
	lesson->verdict = verdict;
	lesson->why = why.data ? mem_strdup(buf_cstr(&text)) : NULL;
	buf_fini(&text);
}

static bool
judge_row(struct verifier *v, int64_t rowid, struct verifier_result *result)
{
	struct alert alert = {0};
	struct buf principals = {0};
	struct error err;

	*result = (struct verifier_result){.rowid = rowid};
	v->making = result;
	if (!store_load_row(v->store, rowid, &alert, &err))
		return false; /* a damaged alert says so where it is looked at */
	result->unsure = judge_alert(&v->judge, &alert, true);
	decision_principals(alert.decisions, alert.decision_count, &principals);
	result->principals = mem_strdup(buf_cstr(&principals));
	result->state = alert.state;
	result->state.owner = STR_ABSENT;
	buf_fini(&principals);
	alert_fini(&alert);
	return true;
}

/* The next row; false: it is time to end. */
static bool
wait_for_row(struct verifier *v, int64_t *rowid)
{
	bool found = false;

	pthread_mutex_lock(&v->lock);
	v->busy = false;
	while (!v->stop && !(found = rows_take(&v->urgent, rowid) || rows_take(&v->others, rowid)))
		pthread_cond_wait(&v->asked, &v->lock);
	v->busy = found;
	pthread_mutex_unlock(&v->lock);
	return found;
}

static void
give(struct verifier *v, const struct verifier_result *result)
{
	pthread_mutex_lock(&v->lock);
	MEM_GROW(v->results, v->result_count, v->result_capacity);
	v->results[v->result_count++] = *result;
	v->busy = false;
	pthread_mutex_unlock(&v->lock);
	wake_raise(v->wake);
}

static void *
run(void *context)
{
	struct verifier *v = context;
	struct verifier_result result;
	int64_t rowid;

	while (wait_for_row(v, &rowid)) {
		if (judge_row(v, rowid, &result))
			give(v, &result);
		else
			verifier_result_fini(&result);
	}
	return NULL;
}

/* ---- from outside ---- */

bool
verifier_start(struct verifier **out, const struct store *store, const struct policy *policy,
	const char *memory_path, const struct wake *wake, struct error *err)
{
	struct verifier *v = MEM_NEW(struct verifier);
	struct error ignored;

	v->wake = wake;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->asked, NULL);
	memory_open(&v->memory, memory_path, &ignored); /* the one who asks said it already */
	memory_watch(v->memory, learn, v);
	if (store_open_again(&v->store, store, err) &&
		judge_init(&v->judge, policy, v->store, v->memory, err)) {
		v->started = pthread_create(&v->thread, NULL, run, v) == 0;
		if (!v->started)
			error_set(err, ERROR_SYSTEM, "no thread can be started");
	}
	if (!v->started) {
		verifier_free(v);
		return false;
	}
	*out = v;
	return true;
}

void
verifier_ask(struct verifier *v, int64_t rowid, bool urgent)
{
	pthread_mutex_lock(&v->lock);
	rows_put(urgent ? &v->urgent : &v->others, rowid);
	pthread_cond_signal(&v->asked);
	pthread_mutex_unlock(&v->lock);
}

bool
verifier_take(struct verifier *v, struct verifier_result *result)
{
	bool there;

	pthread_mutex_lock(&v->lock);
	there = v->result_count > 0;
	if (there) {
		*result = v->results[0];
		memmove(v->results, v->results + 1, --v->result_count * sizeof(*v->results));
	}
	pthread_mutex_unlock(&v->lock);
	return there;
}

size_t
verifier_waiting(struct verifier *v)
{
	size_t count;

	pthread_mutex_lock(&v->lock);
	count = v->urgent.count - v->urgent.first + v->others.count - v->others.first + v->busy +
		v->result_count;
	pthread_mutex_unlock(&v->lock);
	return count;
}

void
verifier_result_fini(struct verifier_result *result)
{
	for (size_t i = 0; i < result->lesson_count; i++)
		free(result->lessons[i].why);
	free(result->lessons);
	free(result->principals);
	*result = (struct verifier_result){0};
}

void
verifier_free(struct verifier *v)
{
	if (!v)
		return;
	pthread_mutex_lock(&v->lock);
	v->stop = true;
	pthread_cond_signal(&v->asked);
	pthread_mutex_unlock(&v->lock);
	if (v->started)
		pthread_join(v->thread, NULL);
	for (size_t i = 0; i < v->result_count; i++)
		verifier_result_fini(&v->results[i]);
	free(v->results);
	free(v->urgent.list);
	free(v->others.list);
	store_close(v->store);
	memory_close(v->memory);
	pthread_cond_destroy(&v->asked);
	pthread_mutex_destroy(&v->lock);
	free(v);
}
