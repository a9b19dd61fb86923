/* What live sources are to be asked for, in which order, and what came of it. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/store/survey.h"
#include "tests/support/trace.h"

static struct scene s;

static int
set_up(void **state)
{
	(void)state;
	scene_open(&s);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

/* Of the source prod, about a key. */
static struct store_ask_id
id_of(int64_t alert, const char *key)
{
	return (struct store_ask_id){STR("prod"), alert, trace_term(&s, TERM_KEY, key)};
}

static void
put(int64_t alert, const char *key, const char *parent, int64_t made)
{
	const struct store_ask_id id = id_of(alert, key);
	struct error err;

	assert_ok(store_ask_put(
			  s.store, &id, parent ? trace_term(&s, TERM_KEY, parent) : 0, made, &err),
		&err);
}

static void
answer(int64_t alert, const char *key, const struct store_asked *asked, int64_t due)
{
	const struct store_ask_id id = id_of(alert, key);
	struct error err;

	assert_ok(store_asked_put(s.store, &id, asked, due, &err), &err);
}

static void
trouble(int64_t alert, const char *key, const char *why)
{
	const struct store_ask_id id = id_of(alert, key);
	struct error err;

	assert_ok(store_ask_trouble(s.store, &id, why, &err), &err);
}

/* `ALERT VALUE UNTIL PLACES`; "": nothing is due. */
static void
assert_next(int64_t now, const char *expected)
{
	struct store_ask ask;
	struct error err;
	char text[128] = "";

	assert_ok(store_ask_next(s.store, STR("prod"), now, &ask, &err), &err);
	if (ask.term)
		snprintf(text, sizeof(text), "%lld %.60s %lld %.20s", (long long)ask.alert,
			ask.value, (long long)(ask.until == TIME_NONE ? -1 : ask.until),
			ask.places);
	assert_string_equal(text, expected);
}

static bool
tell(void *context, const struct store_asked *a)
{
	struct buf *out = context;

	buf_printf(out, "%s", a->child ? "child " : "");
	if (!a->places.data)
		buf_puts(out, "not asked");
	else
		buf_printf(out, "%lld..%lld in %.*s, not %.*s%s", (long long)a->span.from,
			(long long)a->span.to, STR_ARG(a->places), STR_ARG(a->missing),
			a->part ? ", part" : "");
	if (a->trouble.data)
		buf_printf(out, ", %.*s", STR_ARG(a->trouble));
	buf_putc(out, '\n');
	return true;
}

static void
assert_asked(int64_t alert, const char *expected)
{
	struct buf text = {0};
	struct error err;

	assert_ok(store_asked(s.store, alert, tell, &text, &err), &err);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

static void
assert_stale(const char *expected)
{
	struct buf text = {0};
	int64_t alerts[8];
	struct error err;
	size_t count;

	assert_ok(store_stale(s.store, alerts, 8, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%lld ", (long long)alerts[i]);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

#define EAST .places = STR("us-east-1"), .missing = STR("")

/* ---- tests ---- */

static void
what_was_never_asked_comes_first_the_newest_of_it_before_what_others_made(void **state)
{
	(void)state;
	put(1, "AKIAOLD", NULL, 10);
	put(2, "AKIANEW", NULL, 20);
	put(2, "AKIACHILD", "AKIANEW", 30);
	assert_next(100, "2 AKIANEW -1 ");
	answer(2, "AKIANEW", &(struct store_asked){EAST, .span = {20, 90}}, 50);
	assert_next(100, "1 AKIAOLD -1 ");
	answer(1, "AKIAOLD", &(struct store_asked){EAST, .span = {10, 90}}, 60);
	assert_next(100, "2 AKIACHILD -1 ");
	answer(2, "AKIACHILD", &(struct store_asked){EAST, .span = {30, 90}}, 300);
	assert_next(100, "2 AKIANEW 90 us-east-1");
	assert_next(40, "");
}

static void
what_is_known_already_stays_as_it_is(void **state)
{
	const struct store_ask_id id = id_of(1, "AKIANEW");
	struct store_ask_id elsewhere = id;
	struct error err;
	bool known;

	(void)state;
	put(1, "AKIANEW", NULL, 10);
	answer(1, "AKIANEW", &(struct store_asked){EAST, .span = {10, 90}}, 500);
	put(1, "AKIANEW", NULL, 10); /* the overlap brings the same alert again */
	assert_next(100, "");
	assert_ok(store_ask_known(s.store, &id, &known, &err), &err);
	assert_true(known);
	elsewhere.source = STR("other");
	assert_ok(store_ask_known(s.store, &elsewhere, &known, &err), &err);
	assert_false(known);
}

static void
of_keys_that_were_made_with_an_alerts_only_so_many_are_asked_for(void **state)
{
	struct error err;
	uint64_t left;
	char key[32];

	(void)state;
	put(1, "AKIANEW", NULL, 10);
	for (int i = 0; i < STORE_ASK_CHILDREN + 5; i++) {
		snprintf(key, sizeof(key), "AKIACHILD%d", i);
		put(1, key, "AKIANEW", 20);
	}
	put(2, "AKIAOTHER", NULL, 30);
	assert_ok(store_history_left(s.store, STR("prod"), 100, &left, &err), &err);
	assert_int_equal(left, STORE_ASK_CHILDREN + 2);
}

static void
answers_that_go_on_are_joined_and_one_anew_counts_alone(void **state)
{
	(void)state;
	put(1, "AKIANEW", NULL, 10);
	assert_asked(1, "not asked\n");
	answer(1, "AKIANEW", &(struct store_asked){EAST, .span = {10, 40}, .part = true}, 50);
	answer(1, "AKIANEW", &(struct store_asked){EAST, .span = {30, 60}}, 70);
	assert_asked(1, "10..60 in us-east-1, not , part\n");
	answer(1, "AKIANEW", &(struct store_asked){EAST, .span = {65, 80}}, 90);
	assert_asked(1, "65..80 in us-east-1, not , part\n");
	answer(1, "AKIANEW",
		&(struct store_asked){.places = STR("us-east-1 eu-west-1"),
			.missing = STR("eu-north-1 (denied)"),
			.span = {5, 80},
			.anew = true},
		90);
	assert_asked(1, "5..80 in us-east-1 eu-west-1, not eu-north-1 (denied)\n");
}

static void
trouble_stays_until_there_is_an_answer(void **state)
{
	(void)state;
	put(1, "AKIANEW", NULL, 10);
	put(1, "AKIACHILD", "AKIANEW", 20);
	trouble(1, "AKIANEW", "denied");
	assert_asked(1, "not asked, denied\nchild not asked\n");
	assert_next(100, "1 AKIANEW -1 "); /* it is due as before */
	answer(1, "AKIANEW", &(struct store_asked){EAST, .span = {10, 40}}, 500);
	assert_asked(1, "10..40 in us-east-1, not \nchild not asked\n");
}

static void
what_is_asked_for_all_is_told_of_each(void **state)
{
	(void)state;
	put(0, "AKIAALL", NULL, 10);
	assert_asked(1, "");
	put(1, "AKIANEW", NULL, 10);
	trouble(0, "AKIAALL", "throttled");
	assert_asked(1, "not asked, throttled\nnot asked\n");
}

static void
alerts_of_a_source_become_stale_together_and_fresh_one_by_one(void **state)
{
	struct error err;

	(void)state;
	put(0, "AKIAALL", NULL, 10);
	put(1, "AKIANEW", NULL, 10);
	put(2, "AKIANEW", NULL, 20);
	put(2, "AKIACHILD", "AKIANEW", 30);
	assert_stale("");
	assert_ok(store_stale_asked(s.store, STR("other"), &err), &err);
	assert_stale("");
	assert_ok(store_stale_asked(s.store, STR("prod"), &err), &err);
	assert_stale("2 1 ");
	assert_ok(store_stale_fresh(s.store, 2, &err), &err);
	assert_stale("1 ");
}

static void
how_much_is_left_and_up_to_when_is_known_of_asks_and_surveys(void **state)
{
	const struct store_survey survey = {STR("prod"), trace_term(&s, TERM_KEY, "AKIAA"), 10, 20};
	const struct span span = {10, 70};
	struct error err;
	int64_t until;
	uint64_t left;
	bool fresh;

	(void)state;
	assert_ok(store_history_until(s.store, STR("prod"), &until, &err), &err);
	assert_int_equal(until, 0);
	put(1, "AKIANEW", NULL, 10);
	assert_ok(store_survey_put(s.store, &survey, &fresh, &err), &err);
	assert_ok(store_history_left(s.store, STR("prod"), 100, &left, &err), &err);
	assert_int_equal(left, 2);
	answer(1, "AKIANEW", &(struct store_asked){EAST, .span = {10, 40}}, 500);
	assert_ok(store_surveyed_put(s.store, STR("prod"), survey.term, &span, 100, &err), &err);
	assert_ok(store_history_left(s.store, STR("prod"), 99, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_ok(store_history_left(s.store, STR("prod"), 100, &left, &err), &err);
	assert_int_equal(left, 1);
	assert_ok(store_history_left(s.store, STR("other"), 900, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_ok(store_history_until(s.store, STR("prod"), &until, &err), &err);
	assert_int_equal(until, 70);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_was_never_asked_comes_first_the_newest_of_it_before_what_others_made),
		TEST(what_is_known_already_stays_as_it_is),
		TEST(of_keys_that_were_made_with_an_alerts_only_so_many_are_asked_for),
		TEST(answers_that_go_on_are_joined_and_one_anew_counts_alone),
		TEST(trouble_stays_until_there_is_an_answer),
		TEST(what_is_asked_for_all_is_told_of_each),
		TEST(alerts_of_a_source_become_stale_together_and_fresh_one_by_one),
		TEST(how_much_is_left_and_up_to_when_is_known_of_asks_and_surveys),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
