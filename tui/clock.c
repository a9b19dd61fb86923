#include "tui/clock.h"

#include <stdio.h>
#include <stdlib.h>

bool
clock_init(struct clock *clock, const char *now, const char *rate, struct error *err)
{
	char *end;

	*clock = (struct clock){.start_ms = time_monotonic_ms(), .rate = 0};
	if (!now || !now[0])
		return true;
	if (!time_parse(str_from(now), &clock->base))
		return error_set(err, ERROR_USAGE, "KEYWATCH_NOW: `%s` is no ISO 8601 time", now);
	clock->set = true;
	if (!rate || !rate[0])
		return true;
	clock->rate = strtod(rate, &end);
	if (*end || !(clock->rate >= 0 && clock->rate <= 1e6))
		return error_set(err, ERROR_USAGE,
			"KEYWATCH_CLOCK_RATE: `%s` is no number from 0 to 1000000", rate);
	return true;
}

int64_t
clock_now(const struct clock *clock)
{
	double elapsed_ms = (double)(time_monotonic_ms() - clock->start_ms);

	if (!clock->set)
		return time_now();
	return clock->base + (int64_t)(elapsed_ms * clock->rate) * TICKS_PER_MS;
}

int
clock_wait_ms(const struct clock *clock)
{
	int64_t into = clock_now(clock) % TICKS_PER_MINUTE;
	double left = (double)(TICKS_PER_MINUTE - into) / (double)TICKS_PER_MS;

	if (clock->set && clock->rate <= 0)
		return 60000;
	if (clock->set)
		left /= clock->rate;
	return left < 60000 ? (int)left + 1 : 60000;
}

void
clock_format(const struct clock *clock, int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p;

	if (ticks == TIME_NONE) {
		snprintf(text, TIME_TEXT, "unreadable");
		return;
	}
	p = time_split(ticks, clock->local);
	snprintf(text, TIME_TEXT, "%04d-%02d-%02d %02d:%02d:%02d", p.year, p.month, p.day, p.hour,
		p.minute, p.second);
}

void
clock_format_minute(const struct clock *clock, int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p = time_split(ticks, clock->local);

	snprintf(text, TIME_TEXT, "%02d:%02d %s", p.hour, p.minute, clock_zone(clock));
}

const char *
clock_zone(const struct clock *clock)
{
	return clock->local ? "local" : "UTC";
}
