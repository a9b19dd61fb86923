/* What stories that are loaded one after another have in common: most alerts of a busy log are
 * about the same few actors, addresses and agents. */
#include <stdlib.h>

#include "core/history/story_private.h"

enum {
	/* Before a story, which adds STORY_TRACES_MAX at most. */
	PARTS_MAX = 2048,
	TRACES_MAX = 1 << 15,
	SLOTS = 4 * PARTS_MAX,
};

struct kept_part {
	struct story_part part;
	struct story_run run;
	size_t first; /* of its traces */
};

struct story_cache {
	struct arena arena;
	struct story_copies copies; /* into it */
	struct kept_part *parts; /* owns the array */
	size_t part_count, part_capacity;
	const struct trace **traces; /* owns the array */
	size_t count, capacity;
	uint64_t state; /* of the store, that they are of */
	uint16_t slots[SLOTS]; /* part + 1; 0: free */
};

struct story_cache *
story_cache_new(void)
{
	struct story_cache *c = MEM_NEW(struct story_cache);

	c->copies.arena = &c->arena;
	return c;
}

void
story_cache_free(struct story_cache *c)
{
	if (!c)
		return;
	arena_fini(&c->arena);
	free(c->parts);
	free(c->traces);
	free(c);
}

static void
forget(struct story_cache *c)
{
	arena_reset(&c->arena);
	memset(c->copies.texts, 0, sizeof(c->copies.texts));
	memset(c->slots, 0, sizeof(c->slots));
	c->part_count = c->count = 0;
}

void
story_cache_begin(struct story_cache *c, struct store *store)
{
	uint64_t state = store_traces_state(store);

	if (state != c->state || c->count > TRACES_MAX || c->part_count > PARTS_MAX)
		forget(c);
	c->state = state;
}

struct story_copies *
story_cache_copies(struct story_cache *c)
{
	return &c->copies;
}

static uint16_t *
slot_of(struct story_cache *c, const struct story_part *part)
{
	uint64_t hash = (2 * (uint64_t)part->term + part->heavy) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t at = hash >> 32;; at++) {
		uint16_t *slot = &c->slots[at % SLOTS];
		const struct story_part *known = *slot ? &c->parts[*slot - 1].part : NULL;

		if (!known || (known->term == part->term && known->heavy == part->heavy &&
				      known->most == part->most))
			return slot;
	}
}

bool
story_cache_find(struct story_cache *c, const struct story_part *part, struct story_run *run)
{
	uint16_t slot = *slot_of(c, part);

	if (!slot)
		return false;
	*run = c->parts[slot - 1].run;
	run->traces = c->traces + c->parts[slot - 1].first;
	return true;
}

void
story_cache_put(
	struct story_cache *c, const struct story_part *part, const struct story_run *run)
{
	MEM_GROW(c->parts, c->part_count, c->part_capacity);
	c->parts[c->part_count] = (struct kept_part){*part, *run, c->count};
	*slot_of(c, part) = (uint16_t)++c->part_count;
	for (size_t i = 0; i < run->count; i++) {
		MEM_GROW(c->traces, c->count, c->capacity);
		c->traces[c->count++] = run->traces[i];
	}
}
