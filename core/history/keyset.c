#include "core/history/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void
keyset_begin(struct keyset *set, size_t bits)
{
	size_t count = 1;

	while (count * 128 <= bits)
		count *= 2;
	if (count != set->count)
		set->words = mem_array(set->words, count, sizeof(*set->words));
	set->count = count;
	memset(set->words, 0, count * sizeof(*set->words));
}

static bool
has(const struct keyset *set, uint64_t hash)
{
	return set->words[hash >> 6 & (set->count - 1)] >> (hash & 63) & 1;
}

bool
keyset_may_hold(const struct keyset *set, uint64_t hash)
{
	return !set->words || (has(set, hash) && has(set, hash >> 32 | hash << 32));
}

void
keyset_join(struct keyset *set, const struct keyset *more)
{
	if (!set->words)
		keyset_begin(set, more->count * 64);
	for (size_t i = 0; i < set->count; i++)
		set->words[i] |= more->words[i];
}

void
keyset_fini(struct keyset *set)
{
	free(set->words);
	*set = (struct keyset){0};
}
