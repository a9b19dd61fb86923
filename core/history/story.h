/*
 * The history of one alert, loaded from the store: its terms' traces, the keys made or obtained
 * with the new one at any depth, and how complete all that is.
 */
#ifndef KEYWATCH_HISTORY_STORY_H
#define KEYWATCH_HISTORY_STORY_H

#include "core/alert/history.h"
#include "core/store/history.h"

/* What stories have in common, kept from one to the next: for who loads many. One handle's, and one
 * thread's. */
struct story_cache;
struct story_cache *story_cache_new(void);
void story_cache_free(struct story_cache *cache);

struct story_scope {
	int64_t run;		  /* whose inputs count; 0: the whole store */
	enum history_state state; /* of the gathering, as its pipeline says */
	struct story_cache *cache; /* then a story is valid until the next; NULL: none */
};

/* Keys of a tree, and traces of an alert, that are loaded at most. */
enum { STORY_KEYS_MAX = 1000, STORY_TRACES_MAX = 20000 };

/* Everything in `arena`. The alert is loaded (store_load). Of a busy actor, user, address or agent
 * the earliest traces are loaded and those around the alert, so that a story costs no more than a
 * frame; history.cut says of which there is more. A state of LOOKED becomes PART where some of what
 * is needed was not looked for, and NOT_LOOKED where nothing was. */
bool story_load(struct history *history, struct arena *arena, struct store *store,
	const struct alert *alert, const struct story_scope *scope, struct error *err);

#endif
