/*
 * What time the screen thinks it is. KEYWATCH_NOW (an ISO time) sets it, KEYWATCH_CLOCK_RATE says
 * how fast it goes from there (0, it stands, by default); the title line then says `clock set`.
 */
#ifndef KEYWATCH_TUI_CLOCK_H
#define KEYWATCH_TUI_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/timefmt.h"

struct clock {
	bool set;
	bool local; /* times are shown in the local zone */
	int64_t base;
	int64_t start_ms; /* monotonic, when base was it */
	double rate;
};

/* now and rate as in the environment; NULL: not set. */
bool clock_init(struct clock *clock, const char *now, const char *rate, struct error *err);
int64_t clock_now(const struct clock *clock);
/* Until the shown minute changes. */
int clock_wait_ms(const struct clock *clock);

/* `2026-11-24 03:12:04`; "unreadable" for TIME_NONE. */
void clock_format(const struct clock *clock, int64_t ticks, char text[TIME_TEXT]);
/* `03:12 UTC` */
void clock_format_minute(const struct clock *clock, int64_t ticks, char text[TIME_TEXT]);
const char *clock_zone(const struct clock *clock);

#endif
