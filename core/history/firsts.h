/*
 * The earliest time at which each actor was seen under a term, so that what is later need not be
 * told again. Bounded: what does not fit is told. One owner; zero is a valid start.
 */
#ifndef KEYWATCH_HISTORY_FIRSTS_H
#define KEYWATCH_HISTORY_FIRSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/mem.h"

enum { FIRSTS_MAX = 8192 };

struct first;
struct firsts {
	struct arena arena; /* owns the names */
	struct first *all;  /* owns; open addressing */
	size_t count;
};

/* Is it no later than all before it? Then it is remembered. TIME_NONE: always. */
bool firsts_take(struct firsts *firsts, int64_t term, struct str actor, int64_t time);
/* Would it be taken? */
bool firsts_would(const struct firsts *firsts, int64_t term, struct str actor, int64_t time);
void firsts_clear(struct firsts *firsts);
void firsts_fini(struct firsts *firsts);

#endif
