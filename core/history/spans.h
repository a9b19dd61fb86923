/*
 * Which times the events of an input cover: from its first to its last, parted by silences of
 * HISTORY_GAP. Bounded: of very many parts those that come last are not kept, which claims less
 * than there is. One owner; zero is a valid start.
 */
#ifndef KEYWATCH_HISTORY_SPANS_H
#define KEYWATCH_HISTORY_SPANS_H

#include "core/alert/history.h"

enum { SPANS_MAX = 1024 };

struct spans {
	struct span *items; /* owns; ascending, disjoint */
	size_t count, capacity;
	size_t last; /* the one that grew last: the next time mostly is near */
	/* Of the text of a time: as far as it goes, and what it means. */
	char hour[13];
	int64_t hour_ticks;
};

void spans_add(struct spans *spans, int64_t time); /* TIME_NONE: nothing */
/* As it is written, without quotes. */
void spans_add_text(struct spans *spans, struct str text);
void spans_join(struct spans *spans, const struct spans *more);
void spans_clear(struct spans *spans); /* keeps the memory */
void spans_fini(struct spans *spans);

#endif
