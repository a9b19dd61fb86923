#include "core/source/turns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { KEYS_MAX = 4 };

/* The turns of an account and region. */
struct turn {
	char *key;	    /* owns */
	int64_t next_ms;    /* the first that is free */
	int64_t history_ms; /* history may have none before */
};

/* A source that is watched. */
struct turn_watch {
	const void *source;
	bool running;
	int64_t next_ms;       /* its next round begins */
	size_t keys[KEYS_MAX]; /* of the list: that it asked with */
	size_t key_count;      /* 0: not known yet; any may be */
};

void
turns_fini(struct turns *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].key);
	free(t->list);
	free(t->watches);
	*t = (struct turns){0};
}

/* NULL: it has told of no rounds. */
static struct turn_watch *
find_watch(const struct turns *t, const void *source)
{
	for (size_t i = 0; i < t->watch_count; i++)
		if (t->watches[i].source == source)
			return &t->watches[i];
	return NULL;
}

static struct turn_watch *
watch_of(struct turns *t, const void *source)
{
	struct turn_watch *watch = find_watch(t, source);

	if (watch)
		return watch;
	MEM_GROW(t->watches, t->watch_count, t->watch_capacity);
	t->watches[t->watch_count] = (struct turn_watch){.source = source};
	return &t->watches[t->watch_count++];
}

static size_t
find(struct turns *t, const char *key)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->list[i].key, key) != 0)
		i++;
	if (i == t->count) {
		MEM_GROW(t->list, t->count, t->capacity);
		t->list[t->count++] = (struct turn){mem_strdup(key), INT64_MIN, INT64_MIN};
	}
	return i;
}

void
turns_begin(struct turns *t, const void *source)
{
	watch_of(t, source)->running = true;
}

void
turns_end(struct turns *t, const void *source, int64_t next_ms)
{
	struct turn_watch *watch = watch_of(t, source);

	watch->running = false;
	watch->next_ms = next_ms;
}

static bool
asks_with(const struct turn_watch *watch, size_t key)
{
	for (size_t i = 0; i < watch->key_count; i++)
		if (watch->keys[i] == key)
			return true;
	return false;
}

/* With more keys than are kept it may ask with any. */
static void
note(struct turn_watch *watch, size_t key)
{
	if (asks_with(watch, key))
		return;
	if (watch->key_count < KEYS_MAX)
		watch->keys[watch->key_count++] = key;
}

int64_t
turns_watch(struct turns *t, const void *source, const char *key, int64_t now_ms, int64_t span_ms)
{
	struct turn_watch *watch = find_watch(t, source);
	size_t i = find(t, key);
	int64_t at = t->list[i].next_ms > now_ms ? t->list[i].next_ms : now_ms;

	if (watch)
		note(watch, i);
	t->list[i].next_ms = at + span_ms;
	return at - now_ms;
}

/* Would a request of its next round, or of this one, have to wait? */
static bool
is_in_the_way(const struct turn_watch *watch, size_t key, int64_t until_ms)
{
	bool may_ask = !watch->key_count || watch->key_count == KEYS_MAX || asks_with(watch, key);

	return may_ask && (watch->running || watch->next_ms < until_ms);
}

int64_t
turns_history(struct turns *t, const char *key, int64_t now_ms, int64_t span_ms)
{
	size_t i = find(t, key);
	struct turn *turn = &t->list[i];
	int64_t free_ms = turn->next_ms > turn->history_ms ? turn->next_ms : turn->history_ms;

	for (size_t w = 0; w < t->watch_count; w++)
		if (is_in_the_way(&t->watches[w], i, now_ms + span_ms))
			return TURNS_LATER;
	if (free_ms > now_ms)
		return free_ms - now_ms;
	turn->next_ms = now_ms + span_ms;
	turn->history_ms = now_ms + 2 * span_ms;
	return 0;
}
