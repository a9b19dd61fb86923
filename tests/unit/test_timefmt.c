#include "tests/support/test.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_spellings_of_logs_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(splitting_and_joining_are_inverse_over_four_centuries),
		cmocka_unit_test(spans_are_read),
		cmocka_unit_test(ages_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
