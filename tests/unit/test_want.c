/* What a pass over saved logs looks for: the set of terms, the sweep over units (all ways of it
 * agree, in the fast and the slow way of a scan), and which times were covered. */
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "core/history/sweep.h"
#include "core/scan/scan.h"
#include "tests/support/member.h"

#define KEY "AKIAWANTED0000000001"
#define OTHER "AKIAOTHER00000000001"
#define IP "203.0.113.9"

static void
add(struct want *want, int64_t n, enum term_kind kind, const char *value)
{
	const struct term term = {kind, str_from(value)};

	want_add(want, n, &term);
}

static void
terms_are_found_by_kind_and_value(void **state)
{
	struct want *want = want_new();
	char value[32];

	(void)state;
	assert_int_equal(want_last(want), 0);
	for (int i = 1; i <= 1000; i++) {
		snprintf(value, sizeof(value), "AKIA%016d", i);
		add(want, i, i % 2 ? TERM_KEY : TERM_ADDRESS, value);
	}
	add(want, 2000, TERM_KEY, "AKIA0000000000000001"); /* there already */
	assert_int_equal(want_count(want), 1000);
	assert_int_equal(want_last(want), 2000);
	for (int i = 1; i <= 1000; i++) {
		snprintf(value, sizeof(value), "AKIA%016d", i);
		assert_int_equal(want_find(want, TERM_KEY, str_from(value)), i % 2 ? i : 0);
		assert_int_equal(want_find(want, TERM_ADDRESS, str_from(value)), i % 2 ? 0 : i);
	}
	assert_int_equal(want_find(want, TERM_KEY, STR("")), 0);
	assert_false(want_is_odd(want));
	assert_false(want_has_ipv6(want));
	add(want, 2001, TERM_ADDRESS, "::1");
	assert_true(want_has_ipv6(want));
	want_free(want);
}

/* ---- units ---- */

#define NAMED "\"eventName\":\"ListUsers\","
#define TIMED "\"eventTime\":\"2026-01-02T03:04:05Z\","

/* What stands in a record, and whether it is wanted. */
static const struct {
	const char *inside;
	bool wanted;
} spellings[] = {
	{"\"userIdentity\":{\"accessKeyId\":\"" KEY "\"}", true},
	{"\"userIdentity\":{\"accessKeyId\":\"" OTHER "\"}", false},
	{"\"userIdentity\":{\"accessKeyId\" \t:\r\n \"" KEY "\"}", true},
	{"\"responseElements\":{\"credentials\":{\"accessKeyId\":\"" KEY "\"}}", true},
	{"\"requestParameters\":{\"accessKeyId\":\"" KEY "\"}", true},
	{"\"userIdentity\":{\"accessKeyId\":\"" KEY "9\"}", false},
	{"\"userIdentity\":{\"accessKeyId\":\"x" KEY "\"}", false},
	{"\"userIdentity\":{\"accessKeyId\":\"AKIAWANTED000000000\"}", false},
	{"\"userIdentity\":{\"accessKeyId\":\"\\u0041KIAWANTED0000000001\"}", true},
	{"\"userIdentity\":{\"access\\u004beyId\":\"" KEY "\"}", true},
	{"\"userIdentity\":{\"accessKeyId\":null}", false},
	{"\"userIdentity\":{\"accessKeyId\":[\"" KEY "\"]}", false},
	{"\"userIdentity\":{\"accesskeyid\":\"" KEY "\"}", false},
	{"\"sourceIPAddress\":\"" IP "\"", true},
	{"\"sourceIPAddress\" : \"" IP "\"", true},
	{"\"sourceIPAddress\":\"203.0.113.90\"", false},
	{"\"sourceIPAddress\":\"" KEY "\"", false},
	{"\"sourceIPAddress\":\"2001:db8::1\"", true},
	{"\"sourceIPAddress\":\"::1\"", true},
	{"\"sourceIPAddress\":\"2001:0DB8:0:0:0:0:0:1\"", true},
	{"\"sourceIPAddress\":\"2001:db8::2\"", false},
	{"\"sourceIPAddress\":\"::ffff:" IP "\"", true},
	{"\"sourceIPAddress\":\"2001:db8::1::\"", false},
	{"\"x\":\"\\\"accessKeyId\\\":\\\"" KEY "\\\"\"", true},
	{"\"x\":\"{\\\"accessKeyId\\\" :\\n\\\"" KEY "\\\"}\"", true},
	{"\"x\":\"{\\\\\\\"accessKeyId\\\\\\\":\\\\\\\"" KEY "\\\\\\\"}\"", true},
	{"\"x\":\"{\\\"accessKeyId\\\":\\\"" OTHER "\\\"}\"", false},
	{"\"x\":\"" KEY "\"", false},
	{"\"a\":[[[]]],\"s\":\"sKIPtT sK IP tT eventTim accessKeyI sourceIPAddres\"", false},
};

static struct want *
wanted(void)
{
	struct want *want = want_new();

	add(want, 1, TERM_KEY, KEY);
	add(want, 2, TERM_ADDRESS, IP);
	add(want, 3, TERM_ADDRESS, "2001:db8::1");
	add(want, 4, TERM_ADDRESS, "::1");
	add(want, 5, TERM_USER, OTHER);
	return want;
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	(void)offset;
	(void)flags;
	(void)raw;
	++*(int *)context;
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	(void)context;
	fail_msg("%d at %llu: %s", severity, (unsigned long long)offset, reason);
}

static bool
wants(void *sweep, struct str unit, bool named, const struct fields *fields)
{
	struct sweep_found found;

	return named || sweep_wants(sweep, unit, fields, &found) != SWEEP_NO;
}

static enum sweep_answer
sweep_says(struct sweep *sweep, struct str unit, struct sweep_found *found)
{
	struct fields fields;

	fields_find(&fields, unit);
	return sweep_wants(sweep, unit, &fields, found);
}

static bool
sweep_finds(struct sweep *sweep, struct str unit)
{
	struct sweep_found found;

	return sweep_says(sweep, unit, &found) != SWEEP_NO;
}

static int
given(struct want *want, struct str text, size_t piece)
{
	static const struct str literals[] = {{"CreateUser", 10}, {"CreateAccessKey", 15}};
	struct sweep sweep = {.want = want};
	const struct scan_options options = {
		.literals = literals, .literal_count = 2, .wants = wants, .wants_context = &sweep};
	struct scanner *scanner = scanner_new(&options);
	int count = 0;
	const struct scan_sink sink = {&count, take_record, take_problem};
	struct scan_summary summary;

	scan_begin(scanner, &sink);
	for (size_t at = 0; at < text.len; at += piece)
		scan_bytes(scanner, text.data + at, str_slice(text, at, piece).len);
	scan_end(scanner, &summary);
	assert_int_equal(summary.candidates, count);
	assert_int_equal(summary.records, 3);
	scanner_free(scanner);
	spans_fini(&sweep.spans);
	return count;
}

/* A unit that is larger than what is skimmed goes the slow way. */
static void
put_unit(struct buf *out, const char *inside, bool slow)
{
	buf_printf(out, "{" NAMED TIMED "%s", inside);
	if (slow)
		buf_printf(out, ",\"pad\":\"%070000d\"", 0);
	buf_puts(out, "}");
}

static void
the_fast_and_the_slow_way_agree(void **state)
{
	struct want *want = wanted();
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		for (int form = 0; form < 4; form++) {
			int found;

			buf_clear(&text);
			buf_puts(&text, form & 1 ? "{\"Records\":[" : "");
			for (int n = 0; n < 3; n++) {
				buf_puts(&text, n ? (form & 1 ? "," : "\n") : "");
				put_unit(&text,
					n == 1 ? spellings[i].inside
					       : "\"sourceIPAddress\":\"1.2.3.4\"",
					form & 2);
			}
			buf_puts(&text, form & 1 ? "]}" : "\n");
			found = given(want, buf_view(&text), SIZE_MAX / 2);
			if (found != spellings[i].wanted)
				fail_msg("%s (form %d): %d", spellings[i].inside, form, found);
			assert_int_equal(given(want, buf_view(&text), 7), found);
		}
	}
	buf_fini(&text);
	want_free(want);
}

/* Between two records that nobody wants. */
static int
given_between(struct want *want, const char *unit, size_t piece)
{
	struct buf text = {0};
	int count;

	buf_printf(&text, "{" NAMED "\"a\":1}\n%s\n{" NAMED "\"a\":2}\n", unit);
	count = given(want, buf_view(&text), piece);
	buf_fini(&text);
	return count;
}

/* What CloudTrailEvent or an SNS message holds, and what matters for its name. */
static void
strings_that_hold_records_are_given(void **state)
{
	static const char *const units[] = {
		"{\"CloudTrailEvent\":\"{\\\"eventName\\\":\\\"X\\\","
		"\\\"sourceIPAddress\\\" : \\\"" IP "\\\"}\"}",
		"{\"CloudTrailEvent\":\"{\\\"eventName\\\":\\\"\\u0058\\\"}\"}",
		"{\"Type\":\"Notification\",\"Message\":\"{\\\"eventName\\\":\\\"X\\\","
		"\\\"accessKeyId\\\":\\\"" KEY "\\\"}\"}",
		"{\"eventName\":\"CreateUser\"}",
	};
	struct want *want = wanted();

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		assert_int_equal(given_between(want, units[i], SIZE_MAX / 2), 1);
		assert_int_equal(given_between(want, units[i], 3), 1);
	}
	want_free(want);
}

static void
terms_that_were_looked_for_before_are_not_wanted(void **state)
{
	struct want *want = wanted();
	struct sweep sweep = {.want = want};

	(void)state;
	assert_true(sweep_finds(&sweep, STR("{\"accessKeyId\":\"" KEY "\"}")));
	sweep.after = 1;
	assert_false(sweep_finds(&sweep, STR("{\"accessKeyId\":\"" KEY "\"}")));
	assert_true(sweep_finds(&sweep, STR("{\"sourceIPAddress\":\"" IP "\"}")));
	want_free(want);
}

static void
a_call_with_a_lasting_key_is_wanted_when_it_may_be_of_a_user_who_is_looked_for(void **state)
{
	static const struct {
		const char *unit;
		bool wanted;
	} cases[] = {
		{"{\"accessKeyId\":\"" OTHER "\",\"userName\":\"ada\"}", true},
		{"{\"userName\" : \"ada\",\"accessKeyId\":\"" OTHER "\"}", true},
		{"{\"userName\":\"x\",\"a\":{\"userName\":\"ada\",\"accessKeyId\":\"" OTHER "\"}}",
			true},
		{"{\"x\":\"{\\\"accessKeyId\\\":\\\"" OTHER
		 "\\\",\\\"userName\\\":\\\"ada\\\"}\"}",
			true},
		{"{\"accessKeyId\":\"" OTHER "\",\"userName\":\"adam\"}", false},
		{"{\"accessKeyId\":\"" OTHER "\",\"userName\":\"adam\",\"a\":{\"userName\":\"ada\"}}",
			false},
		{"{\"accessKeyId\":\"" OTHER "\",\"userName\":null}", false},
		{"{\"accessKeyId\":\"ASIAOTHER00000000001\",\"userName\":\"ada\"}", false},
		{"{\"accessKeyId\":\"" OTHER "\",\"type\":\"Root\"}", false},
	};
	struct want *want = wanted();
	struct sweep sweep = {.want = want};
	const struct str root = STR("{\"accessKeyId\":\"" OTHER "\",\"type\":\"Root\"}");

	(void)state;
	add(want, 6, TERM_USER, "1/ada");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(sweep_finds(&sweep, str_from(cases[i].unit)), cases[i].wanted);
	sweep.after = 6;
	assert_false(sweep_finds(&sweep, str_from(cases[0].unit)));
	add(want, 7, TERM_USER, "2/ada");
	assert_true(sweep_finds(&sweep, str_from(cases[0].unit)));
	add(want, 8, TERM_USER, "1/");
	assert_true(sweep_finds(&sweep, root));
	assert_int_equal(want_user(want, STR("ada")), 7);
	assert_int_equal(want_user(want, STR("")), 8);
	add(want, 9, TERM_USER, "1/a\"b");
	sweep.after = 8;
	assert_true(sweep_finds(&sweep,
		STR("{\"accessKeyId\":\"" OTHER "\",\"userName\":\"a\\\"b\"}")));
	want_free(want);
}

/* Found where those texts begin. */
static void
assert_says(struct sweep *sweep, enum sweep_answer expected, const char *unit, const char *address,
	const char *key)
{
	struct sweep_found found;

	assert_int_equal(sweep_says(sweep, str_from(unit), &found), expected);
	if (expected != SWEEP_FIRST)
		return;
	assert_ptr_equal(found.address, address ? strstr(unit, address) : NULL);
	assert_ptr_equal(found.key, key ? strstr(unit, key) : NULL);
}

/* Where it stands twice a record may hold the other. */
static void
what_counts_only_once_is_told_by_where_it_stands(void **state)
{
	struct want *want = wanted();
	struct sweep sweep = {.want = want};

	(void)state;
	add(want, 6, TERM_USER, "1/ada");
	assert_says(&sweep, SWEEP_FIRST, "{\"sourceIPAddress\":\"" IP "\"}", IP, NULL);
	assert_says(&sweep, SWEEP_FIRST, "{\"accessKeyId\":\"" OTHER "\",\"userName\":\"ada\"}",
		NULL, OTHER);
	assert_says(&sweep, SWEEP_FIRST,
		"{\"userName\":\"ada\",\"accessKeyId\":\"" OTHER
		"\",\"sourceIPAddress\":\"" IP "\"}",
		IP, OTHER);
	assert_says(&sweep, SWEEP_FIRST,
		"{\"sourceIPAddress\":\"1.1.1.1\",\"a\":\"{\\\"sourceIPAddress\\\":\\\"" IP
		"\\\"}\"}",
		IP, NULL);
	assert_says(&sweep, SWEEP_YES,
		"{\"sourceIPAddress\":\"" IP "\",\"a\":{\"sourceIPAddress\":\"" IP "\"}}", NULL,
		NULL);
	assert_says(&sweep, SWEEP_YES,
		"{\"accessKeyId\":\"" OTHER "\",\"userName\":\"ada\",\"a\":{\"accessKeyId\":\""
		OTHER "\"}}",
		NULL, NULL);
	assert_says(&sweep, SWEEP_YES,
		"{\"sourceIPAddress\":\"" IP "\",\"accessKeyId\":\"" KEY "\"}", NULL, NULL);
	want_free(want);
}

static void
an_ipv4_address_is_wanted_in_the_guise_of_ipv6(void **state)
{
	struct want *want = want_new();
	struct sweep sweep = {.want = want};

	(void)state;
	add(want, 1, TERM_ADDRESS, IP);
	assert_false(want_has_ipv6(want));
	assert_true(sweep_finds(&sweep, STR("{\"sourceIPAddress\":\"::FFFF:" IP "\"}")));
	assert_true(sweep_finds(&sweep, STR("{\"sourceIPAddress\":\"0:0:0:0:0:ffff:cb00:7109\"}")));
	assert_false(sweep_finds(&sweep, STR("{\"sourceIPAddress\":\"::ffff:203.0.113.8\"}")));
	assert_false(sweep_finds(&sweep, STR("{\"sourceIPAddress\":\"2001:db8::1\"}")));
	want_free(want);
}

static void
a_value_that_cannot_be_looked_for_makes_all_wanted(void **state)
{
	struct want *want = wanted();
	struct sweep sweep = {.want = want};

	(void)state;
	add(want, 6, TERM_USER, "1/a\"b");
	assert_false(sweep_finds(&sweep, STR("{\"a\":1}")));
	add(want, 7, TERM_KEY, "a\"b");
	assert_true(sweep_finds(&sweep, STR("{\"a\":1}")));
	want_free(want);
}

/* Their escapes are gone over, by whatever else a unit is wanted or not. */
static void
units_with_escaped_markup_are_looked_at_as_others(void **state)
{
	static const struct {
		const char *unit;
		int given;
	} cases[] = {
		{"{\"eventName\":\"a\",\"b\":\"\\u003c\\u003E\\u0026\"}", 0},
		{"{\"eventName\":\"a\",\"accessKeyId\":\"" KEY "\",\"b\":\"\\u003c\"}", 1},
		{"{\"eventName\":\"a\",\"accessKeyId\":\"" KEY "\\u003c\"}", 1},
		{"{\"eventName\":\"a\",\"b\":\"\\u003c\",\"x\":\"\\u0041\"}", 1},
		{"{\"eventName\":\"CreateUser\",\"b\":\"\\u003c\"}", 1},
	};
	struct want *want = wanted();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(given_between(want, cases[i].unit, SIZE_MAX / 2), cases[i].given);
	add(want, 7, TERM_ADDRESS, "a<b");
	assert_int_equal(given_between(want, cases[0].unit, SIZE_MAX / 2), 3);
	want_free(want);
}

/* ---- times ---- */

static struct chance chance;

static int64_t
at(const char *text)
{
	int64_t time;

	assert_true(time_parse(str_from(text), &time));
	return time;
}

static void
silences_part_the_times(void **state)
{
	struct spans s = {0}, more = {0};

	(void)state;
	spans_add_text(&s, 0, STR("2026-01-02T03:04:05Z"));
	spans_add_text(&s, 0, STR("2026-01-02T03:04:09Z"));
	spans_add_text(&s, 0, STR("2026-01-02T03:04:01Z"));
	spans_add_text(&s, 0, STR("2026-01-03T03:04:08Z")); /* less than a day later */
	spans_add_text(&s, 0, STR("no time"));
	spans_add(&s, 0, TIME_NONE);
	assert_int_equal(s.count, 1);
	spans_add_text(&s, 0, STR("2026-01-05T00:00:00Z"));
	spans_add_text(&s, 0, STR("2025-12-24T00:00:00Z"));
	assert_int_equal(s.count, 3);
	assert_true(s.items[1].from == at("2026-01-02T03:04:01Z"));
	assert_true(s.items[1].to == at("2026-01-03T03:04:08Z"));
	spans_add_text(&more, 0, STR("2026-01-04T02:00:00Z"));
	spans_join(&s, &more);
	assert_int_equal(s.count, 2);
	assert_true(s.items[0].from == at("2025-12-24T00:00:00Z"));
	assert_true(s.items[1].to == at("2026-01-05T00:00:00Z"));
	spans_fini(&s);
	spans_fini(&more);
}

/* Whatever the order: what is apart by a day or more, and nothing else, is apart. */
static void
the_order_of_times_does_not_matter(void **state)
{
	enum { TIMES = 60 };
	int64_t start = at("2026-01-01T00:00:00Z");

	(void)state;
	for (int round = 0; round < 300; round++) {
		bool hours[2000] = {false};
		struct spans s = {0};
		size_t count = 0;
		int last = -100;

		for (int i = 0; i < TIMES; i++) {
			unsigned hour = chance_below(&chance, 2000);

			hours[hour] = true;
			spans_add(&s, 0, start + hour * TICKS_PER_HOUR);
		}
		for (int hour = 0; hour < 2000; hour++) {
			if (!hours[hour])
				continue;
			if (hour - last >= 24)
				assert_true(s.items[count++].from == start + hour * TICKS_PER_HOUR);
			assert_true(s.items[count - 1].to >= start + hour * TICKS_PER_HOUR);
			last = hour;
		}
		assert_int_equal(s.count, count);
		spans_fini(&s);
	}
}

static void
each_account_has_its_times(void **state)
{
	uint64_t mine = spans_account(STR("111122223333")),
		 other = spans_account(STR("444455556666"));
	struct spans s = {0};
	struct arena arena = {0};
	struct span *own;
	size_t count;

	(void)state;
	assert_true(mine && other && mine != other);
	assert_int_equal(spans_account(STR_ABSENT), 0);
	spans_add_text(&s, mine, STR("2026-01-02T00:00:00Z"));
	spans_add_text(&s, other, STR("2026-01-02T12:00:00Z"));
	spans_add_text(&s, other, STR("2026-01-03T06:00:00Z"));
	spans_add_text(&s, mine, STR("2026-01-03T12:00:00Z"));
	assert_int_equal(s.count, 3);
	own = spans_of_account(&arena, s.items, s.count, mine, &count);
	assert_int_equal(count, 2);
	assert_true(own[0].to == at("2026-01-02T00:00:00Z"));
	assert_true(own[1].from == at("2026-01-03T12:00:00Z"));
	spans_of_account(&arena, s.items, s.count, 0, &count);
	assert_int_equal(count, 1);
	spans_add_text(&s, 0, STR("2026-01-02T20:00:00Z"));
	spans_of_account(&arena, s.items, s.count, mine, &count);
	assert_int_equal(count, 1);
	spans_fini(&s);
	arena_fini(&arena);
}

static void
assert_account(const char *unit, const char *account)
{
	struct want *want = wanted();
	struct sweep sweep = {.want = want};

	assert_false(sweep_finds(&sweep, str_from(unit)));
	assert_int_equal(sweep.spans.count, 1);
	assert_true(sweep.spans.items[0].account == spans_account(str_from(account)));
	spans_fini(&sweep.spans);
	want_free(want);
}

static void
the_account_of_a_unit_is_its_own(void **state)
{
	(void)state;
	assert_account("{\"eventTime\":\"2026-01-02T03:04:05Z\","
		       "\"recipientAccountId\": \"111122223333\"}",
		"111122223333");
	assert_account("{\"eventTime\":\"2026-01-02T03:04:05Z\","
		       "\"requestParameters\":{\"recipientAccountId\":\"444455556666\"},"
		       "\"recipientAccountId\":\"111122223333\",\"eventCategory\":\"Management\"}",
		"111122223333");
	assert_account("{\"CloudTrailEvent\":\"{\\\"eventTime\\\":\\\"2026-01-02T03:04:05Z\\\","
		       "\\\"recipientAccountId\\\":\\\"111122223333\\\"}\"}",
		"111122223333");
	assert_account("{\"eventTime\":\"2026-01-02T03:04:05Z\"}", "");
}

/* It may stand far from the end. */
static void
the_account_of_a_unit_is_found_before_its_tail(void **state)
{
	struct buf unit = {0};

	(void)state;
	buf_puts(&unit, "{\"eventTime\":\"2026-01-02T03:04:05Z\","
			"\"recipientAccountId\":\"111122223333\",\"more\":\"");
	for (int i = 0; i < 1000; i++)
		buf_putc(&unit, 'x');
	buf_puts(&unit, "\"}");
	assert_account(buf_cstr(&unit), "111122223333");
	buf_fini(&unit);
}

/* What a record holds, as the parameters of a call, covers nothing. */
static void
the_time_of_a_unit_is_its_own(void **state)
{
	struct want *want = wanted();
	struct sweep sweep = {.want = want};

	(void)state;
	assert_false(sweep_finds(
		&sweep, STR("{\"requestParameters\":{\"eventTime\":\"2020-01-01T00:00:00Z\"},"
			    "\"eventTime\":\"2026-01-02T03:04:05Z\"}")));
	assert_int_equal(sweep.spans.count, 1);
	assert_true(sweep.spans.items[0].from == at("2026-01-02T03:04:05Z"));
	spans_fini(&sweep.spans);
	want_free(want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_are_found_by_kind_and_value),
		cmocka_unit_test(the_fast_and_the_slow_way_agree),
		cmocka_unit_test(strings_that_hold_records_are_given),
		cmocka_unit_test(terms_that_were_looked_for_before_are_not_wanted),
		cmocka_unit_test(
			a_call_with_a_lasting_key_is_wanted_when_it_may_be_of_a_user_who_is_looked_for),
		cmocka_unit_test(what_counts_only_once_is_told_by_where_it_stands),
		cmocka_unit_test(an_ipv4_address_is_wanted_in_the_guise_of_ipv6),
		cmocka_unit_test(a_value_that_cannot_be_looked_for_makes_all_wanted),
		cmocka_unit_test(units_with_escaped_markup_are_looked_at_as_others),
		cmocka_unit_test(silences_part_the_times),
		cmocka_unit_test(the_order_of_times_does_not_matter),
		cmocka_unit_test(each_account_has_its_times),
		cmocka_unit_test(the_account_of_a_unit_is_its_own),
		cmocka_unit_test(the_account_of_a_unit_is_found_before_its_tail),
		cmocka_unit_test(the_time_of_a_unit_is_its_own),
	};

	chance.state = 7;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
