#include "core/base/clock.h"

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

bool
clock_init_environment(struct clock *clock, struct error *err)
{
	return clock_init(clock, getenv("KEYWATCH_NOW"), getenv("KEYWATCH_CLOCK_RATE"), err);
}

int64_t
clock_real_ms(const struct clock *clock, int64_t span_ms)
{
	if (!clock->set || clock->rate <= 0)
		return span_ms;
	return (int64_t)((double)span_ms / clock->rate);
}
