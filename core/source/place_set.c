#include "core/source/place_set.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"

enum { FIRST_CAPACITY = 64 };

/* Inodes of a folder often stand in a row: the high bits of a product spread them. */
static size_t
slot_of(const struct place_set *set, dev_t device, ino_t inode)
{
	uint64_t mixed = ((uint64_t)inode ^ (uint64_t)device << 40) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> 32) & (set->capacity - 1);
}

static struct place *
find(const struct place_set *set, dev_t device, ino_t inode)
{
	size_t at = slot_of(set, device, inode);

	while (set->slots[at].inode &&
		(set->slots[at].inode != inode || set->slots[at].device != device))
		at = (at + 1) & (set->capacity - 1);
	return &set->slots[at];
}

static void
grow(struct place_set *set)
{
	struct place_set bigger = {.capacity = set->capacity ? set->capacity * 2 : FIRST_CAPACITY};

	bigger.slots = mem_zalloc(bigger.capacity * sizeof(*bigger.slots));
	for (size_t i = 0; i < set->capacity; i++)
		if (set->slots[i].inode)
			*find(&bigger, set->slots[i].device, set->slots[i].inode) = set->slots[i];
	bigger.count = set->count;
	free(set->slots);
	*set = bigger;
}

bool
place_set_add(struct place_set *set, dev_t device, ino_t inode)
{
	struct place *place;

	if (set->count * 4 >= set->capacity * 3)
		grow(set);
	place = find(set, device, inode);
	if (place->inode)
		return false;
	*place = (struct place){device, inode};
	set->count++;
	return true;
}

void
place_set_fini(struct place_set *set)
{
	free(set->slots);
	*set = (struct place_set){0};
}
