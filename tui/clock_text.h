/* Times as the screen shows them, in UTC or the local zone. Pure. */
#ifndef KEYWATCH_TUI_CLOCK_TEXT_H
#define KEYWATCH_TUI_CLOCK_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/timefmt.h"

/* `2026-11-24 03:12:04`; "unreadable" for TIME_NONE. */
void clock_format(bool local, int64_t ticks, char text[TIME_TEXT]);
/* The same for many times near each other: within a quarter of an hour no zone changes, and only
 * minute and second do. Zero it first, and for another zone. */
struct clock_series {
	int64_t quarter; /* that `text` is of, + 1; 0: none */
	char text[TIME_TEXT];
};
const char *clock_format_next(struct clock_series *series, bool local, int64_t ticks);
/* `03:12 UTC` */
void clock_format_minute(bool local, int64_t ticks, char text[TIME_TEXT]);
const char *clock_zone(bool local);

#endif
