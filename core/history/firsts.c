#include "core/history/firsts.h"

#include <stdlib.h>

#include "core/base/timefmt.h"

enum { SLOTS = 2 * FIRSTS_MAX, NAME_MAX_BYTES = 256 };

struct first {
	int64_t term; /* 0: the slot is free */
	int64_t time;
	struct str actor;
};

static size_t
hash_of(int64_t term, struct str actor)
{
	uint64_t hash = (uint64_t)term * UINT64_C(0x9E3779B97F4A7C15);

	for (size_t i = 0; i < actor.len; i++)
		hash = (hash ^ (unsigned char)actor.data[i]) * UINT64_C(0x100000001B3);
	return (size_t)(hash ^ hash >> 31);
}

/* Where it is, or would be. */
static struct first *
slot_of(const struct firsts *f, int64_t term, struct str actor)
{
	size_t i = hash_of(term, actor) % SLOTS;

	while (f->all[i].term && !(f->all[i].term == term && str_equal(f->all[i].actor, actor)))
		i = (i + 1) % SLOTS;
	return &f->all[i];
}

bool
firsts_take(struct firsts *f, int64_t term, struct str actor, int64_t time)
{
	struct first *first;

	if (time == TIME_NONE || actor.len > NAME_MAX_BYTES)
		return true;
	if (!f->all)
		f->all = mem_zalloc(SLOTS * sizeof(*f->all));
	first = slot_of(f, term, actor);
	if (!first->term) {
		if (f->count < FIRSTS_MAX) {
			*first = (struct first){term, time, arena_str(&f->arena, actor)};
			f->count++;
		}
		return true;
	}
	if (time > first->time)
		return false;
	first->time = time;
	return true;
}

bool
firsts_would(const struct firsts *f, int64_t term, struct str actor, int64_t time)
{
	const struct first *first;

	if (time == TIME_NONE || actor.len > NAME_MAX_BYTES || !f->all)
		return true;
	first = slot_of(f, term, actor);
	return !first->term || time <= first->time;
}

void
firsts_clear(struct firsts *f)
{
	if (f->count)
		memset(f->all, 0, SLOTS * sizeof(*f->all));
	f->count = 0;
	arena_reset(&f->arena);
}

void
firsts_fini(struct firsts *f)
{
	arena_fini(&f->arena);
	free(f->all);
	*f = (struct firsts){0};
}
