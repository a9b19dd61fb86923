/*
 * Which span of time a source asks for next, where it is asked for spans (cloudtrail, loganalytics;
 * settled.md 24, 25): from the last round's end less an overlap, because events come late; once an
 * hour a day, for what came later than the overlap. Pure.
 */
#ifndef KEYWATCH_SOURCE_WINDOW_H
#define KEYWATCH_SOURCE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* All in ticks. */
struct window {
	int64_t until; /* everything before is known; TIME_NONE: nothing yet */
	int64_t swept; /* when the last sweep began; TIME_NONE: never */
	int64_t first_fill, overlap;
};

struct window_round {
	int64_t from; /* to now */
	bool fills;   /* nothing was known */
	bool sweeps;  /* also when it fills: window.swept is now once it is done */
};

/* What was kept while the clock was ahead says nothing about the time until the clock is there
 * again: it is forgotten, and filled anew. */
struct window_round window_next(struct window *window, int64_t now);

#endif
