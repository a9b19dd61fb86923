/* Which span of time is asked for next. Hours of a day, from its first on. */
#include "tests/support/test.h"

#include "core/base/timefmt.h"
#include "core/source/window.h"

enum { NEVER = -1000 };

static int64_t
hour(int n)
{
	return n == NEVER ? TIME_NONE : n * TICKS_PER_HOUR;
}

static void
assert_next(int until, int swept, int now, int from, bool fills, bool sweeps)
{
	struct window window = {.until = hour(until),
		.swept = hour(swept),
		.first_fill = hour(10),
		.overlap = TICKS_PER_HOUR / 2};
	struct window_round round = window_next(&window, hour(now));

	assert_int_equal(round.from * 2 / TICKS_PER_HOUR, from);
	assert_int_equal(round.fills, fills);
	assert_int_equal(round.sweeps, sweeps);
}

/* from counts half hours. */
static void
a_round_begins_at_the_last_one_s_end_less_the_overlap(void **state)
{
	(void)state;
	assert_next(NEVER, NEVER, 100, 180, true, true);
	assert_next(100, 100, 100, 199, false, false);
	assert_next(99, 100, 100, 197, false, false);
}

static void
a_sweep_goes_back_a_day_from_when_it_was_due(void **state)
{
	(void)state;
	assert_next(100, 99, 100, 152, false, true);
	assert_next(100, NEVER, 100, 152, false, true);
	assert_next(70, 70, 100, 94, false, true);
	assert_next(40, 99, 100, 79, false, true);
}

static void
what_is_kept_from_the_future_is_not_known(void **state)
{
	(void)state;
	assert_next(101, 99, 100, 180, true, true);
	assert_next(101, 101, 100, 180, true, true);
	assert_next(100, 101, 100, 152, false, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_begins_at_the_last_one_s_end_less_the_overlap),
		cmocka_unit_test(a_sweep_goes_back_a_day_from_when_it_was_due),
		cmocka_unit_test(what_is_kept_from_the_future_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
