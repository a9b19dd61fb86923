#include "tui/clock_text.h"

#include <stdio.h>
#include <string.h>

void
clock_format(bool local, int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p;

	if (ticks == TIME_NONE) {
		snprintf(text, TIME_TEXT, "unreadable");
		return;
	}
	p = time_split(ticks, local);
	snprintf(text, TIME_TEXT, "%04d-%02d-%02d %02d:%02d:%02d", p.year, p.month, p.day, p.hour,
		p.minute, p.second);
}

enum { MINUTE_AT = 14, SECOND_AT = 17, TEXT_LEN = 19 }; /* in `2026-11-24 03:12:04` */

static void
put_two(char *at, int64_t number)
{
	at[0] = (char)('0' + number / 10);
	at[1] = (char)('0' + number % 10);
}

static int
two_at(const char *at)
{
	return (at[0] - '0') * 10 + at[1] - '0';
}

const char *
clock_format_next(struct clock_series *series, bool local, int64_t ticks)
{
	const int64_t length = 15 * TICKS_PER_MINUTE;
	int64_t quarter = ticks / length, within = ticks % length;
	int minute;

	/* Before 1970 nothing was logged. */
	if (ticks < 0 || quarter + 1 != series->quarter) {
		series->quarter = 0;
		clock_format(local, ticks, series->text);
		if (ticks < 0 || strlen(series->text) != TEXT_LEN)
			return series->text;
		clock_format(local, quarter * length, series->text);
		/* A zone that is not whole quarters away, as before there were time zones. */
		if (two_at(series->text + MINUTE_AT) % 15 || two_at(series->text + SECOND_AT)) {
			clock_format(local, ticks, series->text);
			return series->text;
		}
		series->quarter = quarter + 1;
	}
	minute = two_at(series->text + MINUTE_AT) / 15 * 15;
	put_two(series->text + MINUTE_AT, minute + within / TICKS_PER_MINUTE);
	put_two(series->text + SECOND_AT, within / TICKS_PER_SECOND % 60);
	return series->text;
}

void
clock_format_minute(bool local, int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p = time_split(ticks, local);

	snprintf(text, TIME_TEXT, "%02d:%02d %s", p.hour, p.minute, clock_zone(local));
}

const char *
clock_zone(bool local)
{
	return local ? "local" : "UTC";
}
