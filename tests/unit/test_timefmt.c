#include "tests/support/test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/timefmt.h"

static void
assert_time(const char *text, const char *expected)
{
	char iso[TIME_TEXT] = "refused";
	int64_t ticks;

	if (time_parse(str_from(text), &ticks))
		time_format_iso(ticks, iso);
	if (strcmp(iso, expected) != 0)
		print_error("%s\n", text);
	assert_string_equal(iso, expected);
}

static void
the_spellings_of_logs_are_read(void **state)
{
	(void)state;
	assert_time("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z");
	assert_time("2026-01-02T03:04:05.250Z", "2026-01-02T03:04:05.25Z");
	assert_time("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.1234567Z");
	assert_time("2026-01-02 03:04:05", "2026-01-02T03:04:05Z");
	assert_time("2026-01-02 03:04:05 UTC", "2026-01-02T03:04:05Z");
	assert_time("2026-01-02T03:04:05.5utc", "2026-01-02T03:04:05.5Z");
	assert_time("Jan 2, 2026 3:04:05 AM UTC", "2026-01-02T03:04:05Z");
	assert_time("2026-01-02T03:04", "2026-01-02T03:04:00Z");
	assert_time("2026-01-02", "2026-01-02T00:00:00Z");
	assert_time("2022-02-08 09:23:37+11:00", "2022-02-07T22:23:37Z");
	assert_time("2026-01-02T03:04:05-0530", "2026-01-02T08:34:05Z");
	assert_time("Jan 2, 2026 3:04:05 AM", "2026-01-02T03:04:05Z");
	assert_time("Jan 2, 2026 12:04:05 AM", "2026-01-02T00:04:05Z");
	assert_time("Jul 30, 2024 9:53:13\xe2\x80\xafPM", "2024-07-30T21:53:13Z");
	assert_time("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z");
	assert_time("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z");
	assert_time("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z");
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"", "yesterday", "2026-02-30T00:00:00Z", "2025-02-29",
		"2026-13-01", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05Zx", "1767323045",
		"Jan 2, 2026 13:04:05 PM", "2026-01-02T03:04:05.Z", "0000-01-01T00:00:00Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_time(bad[i], "refused");
}

static void
splitting_and_joining_are_inverse_over_four_centuries(void **state)
{
	(void)state;
	for (int64_t day = -150000; day < 150000; day += 37) {
		int64_t ticks = day * TICKS_PER_DAY + 12345678, back = 0;
		struct time_parts parts = time_split(ticks, false);

		assert_true(time_join(&parts, &back));
		assert_true(back == ticks);
	}
}

static void
spans_are_read(void **state)
{
	int64_t span = 0;

	(void)state;
	assert_true(time_parse_span(STR("15m"), &span));
	assert_true(span == 15 * TICKS_PER_MINUTE);
	assert_true(time_parse_span(STR("90d"), &span));
	assert_true(span == 90 * TICKS_PER_DAY);
	assert_true(time_parse_span(STR("250ms"), &span));
	assert_true(span == 250 * TICKS_PER_MS);
	assert_false(time_parse_span(STR("15"), &span));
	assert_false(time_parse_span(STR("m"), &span));
	assert_false(time_parse_span(STR("1w"), &span));
}

static void
ages_are_short(void **state)
{
	char text[TIME_TEXT];

	(void)state;
	time_format_age(59 * TICKS_PER_SECOND, text);
	assert_string_equal(text, "now");
	time_format_age(-TICKS_PER_HOUR, text);
	assert_string_equal(text, "now");
	time_format_age(4 * TICKS_PER_MINUTE, text);
	assert_string_equal(text, "4 min");
	time_format_age(3 * TICKS_PER_DAY, text);
	assert_string_equal(text, "3 d");
}

/* order: O open, D day first, M month first; flags: p proven, o open, - neither. */
static void
assert_numeric(const char *text, char order, const char *expected, char flags)
{
	struct time_reading r = {0};
	char iso[TIME_TEXT] = "refused";

	if (time_parse_numeric(str_from(text),
		    order == 'D'   ? TIME_DAY_FIRST
		    : order == 'M' ? TIME_MONTH_FIRST
				   : TIME_ORDER_OPEN,
		    &r))
		time_format_iso(r.ticks, iso);
	assert_string_equal(iso, expected);
	assert_int_equal(r.proven ? 'p' : r.open ? 'o' : '-', flags);
}

static void
a_date_of_numbers_is_read_in_the_order_that_it_proves_or_else_in_the_given_one(void **state)
{
	(void)state;
	assert_numeric("21/04/2025, 09:45:54.250", 'O', "2025-04-21T09:45:54.25Z", 'p');
	assert_numeric("4/21/2025, 9:45:54.000 PM", 'O', "2025-04-21T21:45:54Z", 'p');
	assert_numeric("21/04/2025, 09:45:54.000", 'M', "2025-04-21T09:45:54Z", 'p');
	assert_numeric("03/04/2025, 09:45:54.000", 'O', "2025-04-03T09:45:54Z", 'o');
	assert_numeric("3/4/2025, 9:45:54.000 AM", 'O', "2025-03-04T09:45:54Z", 'o');
	assert_numeric("03/04/2025, 09:45:54.000", 'M', "2025-03-04T09:45:54Z", 'o');
	assert_numeric("3/4/2025, 9:45:54 AM", 'D', "2025-04-03T09:45:54Z", 'o');
	assert_numeric("04/04/2025 09:45:54", 'O', "2025-04-04T09:45:54Z", '-');
	assert_numeric("21.04.2025, 09:45", 'O', "2025-04-21T09:45:00Z", 'p');
	assert_numeric("4/21/2025, 12:00:00.000\xe2\x80\xaf"
		       "AM",
		'O', "2025-04-21T00:00:00Z", 'p');
	assert_numeric("21-04-2025", 'O', "2025-04-21T00:00:00Z", 'p');
}

static void
what_is_no_date_of_numbers_is_refused(void **state)
{
	static const char *const bad[] = {"", "2025-04-21", "31/02/2025", "13/13/2025", "1/2",
		"1/2-2025", "1/2/2025, 25:00", "1/2/2025, 13:00 PM", "1/2/2025x", "1/2/25",
		"0/1/2025"};
	struct time_reading r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (time_parse_numeric(str_from(bad[i]), TIME_ORDER_OPEN, &r))
			print_error("%s\n", bad[i]);
		assert_false(time_parse_numeric(str_from(bad[i]), TIME_ORDER_OPEN, &r));
	}
}

/* A machine that slept for a day, as a name space of times shows it. Exits with 0 when that day
 * counts, 2 where such a name space may not be made. */
static void
after_a_day_asleep(int64_t before)
{
	static const char day[] = "boottime 86400 0";
	int offsets;
	bool made;

	if (unshare(CLONE_NEWTIME) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWTIME) != 0)
		_exit(2);
	offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	made = offsets >= 0 && write(offsets, day, sizeof(day) - 1) > 0;
	if (!made || setns(open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC),
			     CLONE_NEWTIME) != 0)
		_exit(2);
	_exit(time_monotonic_ms() - before < INT64_C(86400000));
}

static void
time_passes_while_the_machine_sleeps(void **state)
{
	int64_t before = time_monotonic_ms();
	int status;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0)
		after_a_day_asleep(before);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_spellings_of_logs_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(
			a_date_of_numbers_is_read_in_the_order_that_it_proves_or_else_in_the_given_one),
		cmocka_unit_test(what_is_no_date_of_numbers_is_refused),
		cmocka_unit_test(splitting_and_joining_are_inverse_over_four_centuries),
		cmocka_unit_test(spans_are_read),
		cmocka_unit_test(ages_are_short),
		cmocka_unit_test(time_passes_while_the_machine_sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
