/* A story while it is being told. Only story*.c includes this. */
#ifndef KEYWATCH_HISTORY_STORY_PRIVATE_H
#define KEYWATCH_HISTORY_STORY_PRIVATE_H

#include "core/history/story.h"
#include "core/history/story_survey.h"

enum { TEXT_SLOTS = 1 << 12, KEY_SLOTS = 4 * STORY_KEYS_MAX };

/* A key while its tree is being built. */
struct branch {
	struct history_key key;
	const struct trace *made; /* NULL: the alert itself */
};

/* Where traces are copied to. Most texts stand in many of them. */
struct story_copies {
	struct arena *arena;
	struct str texts[TEXT_SLOTS]; /* lately copied */
};

struct telling {
	struct history *history;
	struct arena *arena;
	struct story_cache *cache;    /* NULL: none */
	struct story_copies *copies;  /* those of the cache, or its own */
	struct story_copies own;
	struct store *store;
	const struct alert *alert;
	const struct trace **found; /* owns the array */
	size_t count, capacity;
	struct branch *branches; /* owns the array */
	size_t branch_count, branch_capacity;
	int64_t last_term; /* the highest number of what is needed */
	struct story_needs needs;
	bool term_missing, branch_missing;
	uint16_t key_slots[KEY_SLOTS]; /* branch + 1; 0: free */
};

/* A store_trace_visit: a copy of it is told. */
bool story_take_trace(void *telling, const struct trace *trace);
/* A call that answers with a key. */
bool story_gives_key(const struct trace *trace, bool *temporary);

/* ---- story_cache.c ---- */

/* The earliest of a term: what is loaded of it whatever alert is told of. */
struct story_part {
	int64_t term;
	bool heavy; /* those with a weight, or those without */
	size_t most;
};
struct story_run {
	const struct trace *const *traces;
	size_t count;
	bool cut; /* there are more */
};

/* Forgets what may no longer be so, and what is too much. Within the reading of the story. */
void story_cache_begin(struct story_cache *cache, struct store *store);
/* What is put lies there. */
struct story_copies *story_cache_copies(struct story_cache *cache);
/* False: it has none. Valid until the next is put. */
bool story_cache_find(
	struct story_cache *cache, const struct story_part *part, struct story_run *run);
void story_cache_put(
	struct story_cache *cache, const struct story_part *part, const struct story_run *run);

/* ---- story_beside.c: what stands under no term of the alert ---- */

/* How the caller's own key was made, where the store knows it. */
bool story_load_caller_key(struct telling *telling, struct error *err);
/* Calls that were asked for by name. */
bool story_load_calls(struct telling *telling, struct error *err);

#endif
