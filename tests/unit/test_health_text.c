#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/timefmt.h"
#include "tui/health_text.h"

enum { AN_HOUR = 60 };
#define NOW (INT64_C(1767323045) * TICKS_PER_SECOND)
#define AGO(minutes) (NOW - (minutes)*TICKS_PER_MINUTE)

static struct health
well(int64_t success_at)
{
	return (struct health){.name = "prod",
		.type = "cloudtrail",
		.state = HEALTH_OK,
		.success_at = success_at,
		.retry_at = TIME_NONE,
		.position = TIME_NONE};
}

static struct health
throttled(int64_t success_at, int64_t retry_at)
{
	struct health h = well(success_at);

	h.state = HEALTH_RETRYING;
	h.retry_at = retry_at;
	snprintf(h.cause, sizeof(h.cause), "throttled");
	return h;
}

static void
assert_words(struct health h, enum health_detail detail, const char *expected)
{
	struct buf words = {0};

	health_put_words(&words, &h, detail, NOW);
	assert_string_equal(buf_cstr(&words), expected);
	buf_fini(&words);
}

static void
one_that_does_well_says_when_it_last_did(void **state)
{
	(void)state;
	assert_words(well(NOW), HEALTH_WORD, "now");
	assert_words(well(AGO(1) + 1), HEALTH_LAST, "now");
	assert_words(well(AGO(1)), HEALTH_LAST, "1m ago");
	assert_words(well(AGO(59)), HEALTH_LAST, "59m ago");
	assert_words(well(AGO(AN_HOUR)), HEALTH_LAST, "1h ago");
	assert_words(well(AGO(47 * AN_HOUR)), HEALTH_LAST, "47h ago");
	assert_words(well(AGO(48 * AN_HOUR)), HEALTH_LAST, "2d ago");
}

static void
one_that_fails_says_why_then_when_it_is_tried_then_when_it_last_went_well(void **state)
{
	struct health h = throttled(AGO(12), NOW + 5 * TICKS_PER_SECOND);

	(void)state;
	assert_words(h, HEALTH_WORD, "throttled");
	assert_words(h, HEALTH_NEXT, "throttled, retry 1m");
	assert_words(h, HEALTH_LAST, "throttled, retry 1m, last 12m ago");
	assert_words(throttled(TIME_NONE, NOW + 5 * TICKS_PER_MINUTE), HEALTH_LAST,
		"throttled, retry 5m, nothing yet");
	assert_words(throttled(AGO(12), AGO(0)), HEALTH_NEXT, "throttled, retrying");
	h.state = HEALTH_ENDED;
	assert_words(h, HEALTH_NEXT, "throttled, given up");
}

static void
one_that_was_not_asked_yet_is_starting_or_filling(void **state)
{
	struct health h = well(TIME_NONE);

	(void)state;
	h.state = HEALTH_STARTING;
	assert_words(h, HEALTH_LAST, "starting");
	assert_false(health_fills(&h));
	snprintf(h.note, sizeof(h.note), "page 3");
	assert_words(h, HEALTH_LAST, "filling");
	assert_true(health_fills(&h));
	h.success_at = NOW; /* later rounds have notes, too */
	assert_false(health_fills(&h));
}

static void
sign_and_colour_tell_the_same(void **state)
{
	struct health ok = well(NOW), failing = throttled(NOW, NOW), ended = well(NOW);

	(void)state;
	ended.state = HEALTH_ENDED;
	assert_int_equal(health_glyph(&ok), GLYPH_SOURCE_OK);
	assert_int_equal(health_role(&ok), ROLE_DONE);
	assert_int_equal(health_glyph(&failing), GLYPH_SOURCE_FAILING);
	assert_int_equal(health_role(&failing), ROLE_ALARM);
	assert_int_equal(health_glyph(&ended), GLYPH_SOURCE_ENDED);
	for (enum glyph g = GLYPH_SOURCE_OK; g < GLYPH_SOURCE_ENDED; g++) /* without colours */
		assert_string_not_equal(glyph_text(g, true), glyph_text(g + 1, true));
}

static void
what_merely_goes_on_reads_the_same(void **state)
{
	struct health a = well(AGO(0)), b = a;

	(void)state;
	b.requests = b.bytes = b.records = 99;
	b.position = NOW;
	b.success_at = AGO(1) + 1;
	assert_true(health_reads_same(&a, &b, NOW));
	b.success_at = AGO(1);
	assert_false(health_reads_same(&a, &b, NOW));
	b = a;
	b.skew_ms = 59999;
	snprintf(b.note, sizeof(b.note), "page 3");
	assert_true(health_reads_same(&a, &b, NOW));
	b.skew_ms = -60000;
	assert_false(health_reads_same(&a, &b, NOW));
}

static void
what_happens_reads_otherwise(void **state)
{
	struct health a = throttled(NOW, NOW + TICKS_PER_SECOND), b = a;

	(void)state;
	b.alerts++;
	assert_false(health_reads_same(&a, &b, NOW));
	b = a;
	b.problems++;
	assert_false(health_reads_same(&a, &b, NOW));
	b = a;
	b.retry_at++;
	assert_false(health_reads_same(&a, &b, NOW));
	b = a;
	snprintf(b.error, sizeof(b.error), "Rate exceeded");
	assert_false(health_reads_same(&a, &b, NOW));
	b = a;
	snprintf(b.advice, sizeof(b.advice), "wait");
	assert_false(health_reads_same(&a, &b, NOW));
	a = b = well(TIME_NONE);
	a.state = b.state = HEALTH_STARTING;
	a.total = b.total = 9;
	b.done = 1;
	assert_false(health_reads_same(&a, &b, NOW));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_does_well_says_when_it_last_did),
		cmocka_unit_test(
			one_that_fails_says_why_then_when_it_is_tried_then_when_it_last_went_well),
		cmocka_unit_test(one_that_was_not_asked_yet_is_starting_or_filling),
		cmocka_unit_test(sign_and_colour_tell_the_same),
		cmocka_unit_test(what_merely_goes_on_reads_the_same),
		cmocka_unit_test(what_happens_reads_otherwise),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
