/* Whose turn it is to ask: the watch never waits for history. */
#include "tests/support/test.h"

#include "core/source/turns.h"

enum { SPAN = 550, HOUR = 3600 * 1000 };
#define KEY "cloudtrail us-east-1 123456789012"
#define ELSEWHERE "cloudtrail eu-west-1 123456789012"

/* A source that is polled: a request after another, in rounds. */
struct watch {
	int64_t next_ms, interval_ms;
	unsigned requests;  /* a round */
	int64_t longest_ms; /* that the first of a round waited */
	uint64_t count;
};

static void
do_round(struct turns *t, struct watch *w)
{
	int64_t at = w->next_ms, wait;

	turns_begin(t, w);
	for (unsigned i = 0; i < w->requests; i++) {
		wait = turns_watch(t, w, KEY, at, SPAN);
		if (i == 0 && wait > w->longest_ms)
			w->longest_ms = wait;
		at += wait;
		w->count++;
	}
	w->next_ms = at + w->interval_ms;
	turns_end(t, w, w->next_ms);
}

/* History asks whenever it may, for an hour; how often it did. */
static uint64_t
ask_for_an_hour(struct turns *t, struct watch *watches, size_t count)
{
	uint64_t asked = 0;

	for (size_t i = 0; i < count; i++)
		turns_end(t, &watches[i], watches[i].next_ms);
	for (int64_t now = 1000; now < HOUR; now++) {
		for (size_t i = 0; i < count; i++)
			if (watches[i].next_ms == now)
				do_round(t, &watches[i]);
		asked += turns_history(t, KEY, now, SPAN) == 0;
	}
	return asked;
}

static void
a_poll_is_never_held_up_by_history(void **state)
{
	struct watch watch = {.next_ms = 1000, .interval_ms = 10000, .requests = 1};
	struct turns t = {0};

	(void)state;
	assert_true(ask_for_an_hour(&t, &watch, 1) > 1000);
	assert_int_equal(watch.longest_ms, 0);
	turns_fini(&t);
}

static void
history_has_half_of_the_requests_at_most(void **state)
{
	struct watch watch = {.next_ms = 1000, .interval_ms = 10000, .requests = 1};
	struct turns t = {0};
	uint64_t asked;

	(void)state;
	asked = ask_for_an_hour(&t, &watch, 1);
	assert_true(asked <= HOUR / SPAN / 2);
	assert_true(asked + watch.count <= HOUR / SPAN);
	turns_fini(&t);
}

static void
sources_of_an_account_are_all_minded(void **state)
{
	struct watch watches[] = {
		{.next_ms = 1000, .interval_ms = 10000, .requests = 1},
		{.next_ms = 6000, .interval_ms = 10000, .requests = 1},
	};
	struct turns t = {0};

	(void)state;
	assert_true(ask_for_an_hour(&t, watches, 2) > 1000);
	assert_int_equal(watches[0].longest_ms, 0);
	assert_int_equal(watches[1].longest_ms, 0);
	turns_fini(&t);
}

static void
nothing_is_asked_while_a_round_is_under_way(void **state)
{
	struct watch watch = {0};
	struct turns t = {0};

	(void)state;
	turns_begin(&t, &watch);
	turns_watch(&t, &watch, KEY, 0, SPAN);
	assert_int_equal(turns_history(&t, KEY, 100000, SPAN), TURNS_LATER);
	turns_end(&t, &watch, 200000);
	assert_int_equal(turns_history(&t, KEY, 100000, SPAN), 0);
	turns_fini(&t);
}

static void
another_region_goes_on_meanwhile(void **state)
{
	struct watch watch = {0};
	struct turns t = {0};

	(void)state;
	turns_begin(&t, &watch);
	turns_watch(&t, &watch, KEY, 0, SPAN);
	assert_int_equal(turns_history(&t, ELSEWHERE, 0, SPAN), 0);
	assert_int_equal(turns_history(&t, ELSEWHERE, 1, SPAN), 2 * SPAN - 1);
	turns_fini(&t);
}

/* Before its first request nobody knows where it will ask. */
static void
a_source_that_has_not_asked_yet_is_waited_for(void **state)
{
	struct watch watch = {0};
	struct turns t = {0};

	(void)state;
	turns_begin(&t, &watch);
	assert_int_equal(turns_history(&t, ELSEWHERE, 0, SPAN), TURNS_LATER);
	turns_fini(&t);
}

/* Nothing would ever say that its next round is far. */
static void
a_source_that_tells_of_no_rounds_is_waited_for_no_longer_than_its_turn(void **state)
{
	struct watch watch = {0};
	struct turns t = {0};

	(void)state;
	assert_int_equal(turns_watch(&t, &watch, KEY, 1000, SPAN), 0);
	assert_int_equal(turns_history(&t, KEY, 1000, SPAN), SPAN);
	assert_int_equal(turns_history(&t, KEY, 1000 + SPAN, SPAN), 0);
	assert_int_equal(turns_watch(&t, &watch, KEY, 1000 + SPAN, SPAN), SPAN);
	turns_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poll_is_never_held_up_by_history),
		cmocka_unit_test(history_has_half_of_the_requests_at_most),
		cmocka_unit_test(sources_of_an_account_are_all_minded),
		cmocka_unit_test(nothing_is_asked_while_a_round_is_under_way),
		cmocka_unit_test(another_region_goes_on_meanwhile),
		cmocka_unit_test(a_source_that_has_not_asked_yet_is_waited_for),
		cmocka_unit_test(
			a_source_that_tells_of_no_rounds_is_waited_for_no_longer_than_its_turn),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
