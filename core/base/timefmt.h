/*
 * Times. A time is a number of ticks of 100 ns since 1970-01-01T00:00:00Z, a span a number of
 * ticks: Kusto's own resolution. TIME_NONE is "no time". Pure; any thread; no locale.
 */
#ifndef KEYWATCH_BASE_TIMEFMT_H
#define KEYWATCH_BASE_TIMEFMT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

#define TIME_NONE INT64_MIN
#define TICKS_PER_MS INT64_C(10000)
#define TICKS_PER_SECOND INT64_C(10000000)
#define TICKS_PER_MINUTE (60 * TICKS_PER_SECOND)
#define TICKS_PER_HOUR (60 * TICKS_PER_MINUTE)
#define TICKS_PER_DAY (24 * TICKS_PER_HOUR)

enum { TIME_TEXT = 48 };

/*
 * The spellings of settled.md 9 and of the data at hand: ISO 8601 with `T` or a space, with and
 * without seconds, fraction (1 to 9 digits) and zone (Z, UTC, +hh:mm, +hhmm, +hh; none is UTC); a
 * date alone; `Jan 2, 2026 3:04:05 AM` (also U+202F before AM); epoch seconds are not a spelling.
 * Impossible dates (February 30) are refused; second 60 counts as 59.
 */
bool time_parse(struct str text, int64_t *ticks);

/*
 * Dates of two numbers and a year, as a portal's CSV export spells them: `21/04/2025,
 * 09:45:54.000`, `4/21/2025, 9:45:54.000 AM`, also with '.' or '-' between and without the comma. A
 * number over 12 says itself which is the day; else `order` does, and where that is open too the
 * day is first in the 24-hour form and the month with AM or PM (settled.md 9).
 */
enum time_order {
	TIME_ORDER_OPEN,
	TIME_DAY_FIRST,
	TIME_MONTH_FIRST,
};
struct time_reading {
	int64_t ticks;
	enum time_order order; /* as it was read */
	bool proven;	       /* by a number over 12 */
	bool open;	       /* the other order would be another day */
};
bool time_parse_numeric(struct str text, enum time_order order, struct time_reading *reading);

/* 2026-01-02T03:04:05Z, with a fraction (trailing zeros off) when there is one. */
void time_format_iso(int64_t ticks, char text[TIME_TEXT]);
/* Parts of a time in UTC, or in the local zone when `local`. */
struct time_parts {
	int year, month, day, hour, minute, second, weekday; /* month 1..12, weekday 0 Sunday */
	int32_t fraction;				     /* ticks within the second */
	int utc_offset_minutes;
};
struct time_parts time_split(int64_t ticks, bool local);
/* From UTC parts; false when the date does not exist. */
bool time_join(const struct time_parts *parts, int64_t *ticks);

/* `1s 30s 15m 24h 90d`, also ms; settled.md 20. */
bool time_parse_span(struct str text, int64_t *ticks);
/* Short and human: `now` below a minute, `4 min`, `3 h`, `12 d`. */
void time_format_age(int64_t span, char text[TIME_TEXT]);

int64_t time_now(void); /* wall clock */
/* Only grows, also while the machine sleeps: an hour asleep is an hour without a look. */
int64_t time_monotonic_ms(void);

#endif
