/* Times as the screen shows them, in UTC or the local zone. Pure. */
#ifndef KEYWATCH_TUI_CLOCK_TEXT_H
#define KEYWATCH_TUI_CLOCK_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/timefmt.h"

/* `2026-11-24 03:12:04`; "unreadable" for TIME_NONE. */
void clock_format(bool local, int64_t ticks, char text[TIME_TEXT]);
/* `03:12 UTC` */
void clock_format_minute(bool local, int64_t ticks, char text[TIME_TEXT]);
const char *clock_zone(bool local);

#endif
