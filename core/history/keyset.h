/*
 * Which key ids stand in an input, as far as a few bits can tell: a Bloom filter. A further pass,
 * which looks for keys alone, reads only inputs that may hold one. One owner; zero is a valid start
 * and holds all that there is.
 */
#ifndef KEYWATCH_HISTORY_KEYSET_H
#define KEYWATCH_HISTORY_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyset {
	uint64_t *words; /* owns; NULL: it may hold any */
	size_t count;	 /* a power of two */
};

/* Empties it; bits: about as many. */
void keyset_begin(struct keyset *set, size_t bits);
/* hash: want_hash. */
static inline void
keyset_add(struct keyset *set, uint64_t hash)
{
	set->words[hash >> 6 & (set->count - 1)] |= UINT64_C(1) << (hash & 63);
	hash = hash >> 32 | hash << 32;
	set->words[hash >> 6 & (set->count - 1)] |= UINT64_C(1) << (hash & 63);
}
bool keyset_may_hold(const struct keyset *set, uint64_t hash);
/* Of the same size, or `set` is empty and becomes so. */
void keyset_join(struct keyset *set, const struct keyset *more);
void keyset_fini(struct keyset *set);

#endif
