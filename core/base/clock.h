/*
 * What time it is to the program. KEYWATCH_NOW (an ISO time) sets it, KEYWATCH_CLOCK_RATE says how
 * fast it goes from there (0, it stands, by default); the screen then says `clock set`, the
 * headless commands so on stderr (settled.md 30). Requests are signed with the real clock.
 *
 * Immutable once made; any thread.
 */
#ifndef KEYWATCH_BASE_CLOCK_H
#define KEYWATCH_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/timefmt.h"

struct clock {
	bool set;
	int64_t base;
	int64_t start_ms; /* monotonic, when base was it */
	double rate;
};

/* now and rate as in the environment; NULL: not set. */
bool clock_init(struct clock *clock, const char *now, const char *rate, struct error *err);
/* From the environment itself. */
bool clock_init_environment(struct clock *clock, struct error *err);
int64_t clock_now(const struct clock *clock);
/* Until the minute changes. */
int clock_wait_ms(const struct clock *clock);
/* How long a span of its time takes: polling keeps pace with it. A clock that stands waits as the
 * real one does. */
int64_t clock_real_ms(const struct clock *clock, int64_t span_ms);

#endif
