/*
 * Which times the events of an input cover, for each account in whose trail they stand: from its
 * first to its last, parted by silences of HISTORY_GAP. Bounded: of very many parts those that come
 * last are not kept, which claims less than there is. One owner; zero is a valid start.
 */
#ifndef KEYWATCH_HISTORY_SPANS_H
#define KEYWATCH_HISTORY_SPANS_H

#include "core/alert/history.h"
#include "core/base/mem.h"

enum { SPANS_MAX = 1024 };

struct spans {
	struct trail_span *items; /* owns; by account, then ascending, disjoint */
	size_t count, capacity;
	size_t last; /* the one that grew last: the next time mostly is near */
	/* Of the text of a time: as far as it goes, and what it means. */
	char hour[13];
	int64_t hour_ticks;
};

/* The number of an account id; 0: it is absent. */
uint64_t spans_account(struct str id);
void spans_add(struct spans *spans, uint64_t account, int64_t time); /* TIME_NONE: nothing */
/* As it is written, without quotes. */
void spans_add_text(struct spans *spans, uint64_t account, struct str text);
void spans_join(struct spans *spans, const struct spans *more);
/* Those of an account and those of which it is not recorded, joined; 0: of all. In arena. */
struct span *spans_of_account(struct arena *arena, const struct trail_span *spans, size_t count,
	uint64_t account, size_t *found);
void spans_clear(struct spans *spans); /* keeps the memory */
void spans_fini(struct spans *spans);

#endif
