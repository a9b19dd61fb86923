/* Which terms sources are looked through for, and how far they were. */
#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/store/survey.h"
#include "tests/support/trace.h"

static int64_t
term(struct scene *s, const char *key)
{
	const struct term term = {TERM_KEY, str_from(key)};
	struct error err;
	int64_t n;

	assert_ok(store_term_put(s->store, &term, &n, &err), &err);
	return n;
}

static bool
put(struct scene *s, int64_t n, int64_t first, int64_t last)
{
	const struct store_survey survey = {STR("law"), n, first, last};
	struct error err;
	bool fresh;

	assert_ok(store_survey_put(s->store, &survey, &fresh, &err), &err);
	return fresh;
}

static void
surveyed(struct scene *s, int64_t n, int64_t from, int64_t to, int64_t due)
{
	const struct span span = {from, to};
	struct error err;

	assert_ok(store_surveyed_put(s->store, STR("law"), n, from <= to ? &span : NULL, due, &err),
		&err);
}

static void
assert_due(struct scene *s, int64_t now, const char *expected)
{
	struct store_surveyed_term terms[8];
	struct arena arena = {0};
	struct buf text = {0};
	struct error err;
	size_t count;

	assert_ok(
		store_survey_due(s->store, STR("law"), now, &arena, terms, 8, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%.*s %lld ", STR_ARG(terms[i].value),
			(long long)(terms[i].until == TIME_NONE ? -1 : terms[i].until));
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
	arena_fini(&arena);
}

static bool
take_looked(void *context, const struct store_surveyed_of *of)
{
	*(struct span *)context = of->looked;
	return true;
}

static void
assert_looked(struct scene *s, int64_t n, int64_t from, int64_t to)
{
	struct arena arena = {0};
	struct span looked = {0, 0};
	struct error err;

	assert_ok(store_surveyed(s->store, n, &arena, take_looked, &looked, &err), &err);
	assert_int_equal(looked.from, from);
	assert_int_equal(looked.to, to);
	arena_fini(&arena);
}

static void
what_was_never_looked_for_comes_first_and_alone(void **state)
{
	struct scene s;
	int64_t a, b, c;

	(void)state;
	scene_open(&s);
	a = term(&s, "AKIAA");
	b = term(&s, "AKIAB");
	c = term(&s, "AKIAC");
	assert_true(put(&s, a, 10, 20));
	assert_true(put(&s, b, 20, 30));
	assert_false(put(&s, b, 20, 30)); /* the overlap brings the same alert again */
	assert_due(&s, 100, "AKIAB -1 AKIAA -1 ");
	surveyed(&s, a, 10, 90, 100);
	surveyed(&s, b, 10, 90, 101);
	assert_due(&s, 100, "AKIAA 90 ");
	assert_true(put(&s, c, 5, 6));
	assert_due(&s, 200, "AKIAC -1 ");
	scene_close(&s);
}

static void
what_adjoins_is_joined_and_a_gap_is_not_bridged(void **state)
{
	struct scene s;
	int64_t a;

	(void)state;
	scene_open(&s);
	a = term(&s, "AKIAA");
	put(&s, a, 10, 20);
	assert_looked(&s, a, TIME_NONE, TIME_NONE);
	surveyed(&s, a, 0, -1, 50); /* asked, and nothing was given */
	assert_looked(&s, a, TIME_NONE, TIME_NONE);
	surveyed(&s, a, 10, 40, 50);
	surveyed(&s, a, 40, 60, 70);
	surveyed(&s, a, 30, 50, 70);
	surveyed(&s, a, 0, -1, 80);
	assert_looked(&s, a, 10, 60);
	surveyed(&s, a, 70, 80, 90);
	assert_looked(&s, a, 70, 80);
	scene_close(&s);
}

static void
an_older_alert_makes_a_term_to_be_looked_for_anew(void **state)
{
	struct scene s;
	int64_t a;

	(void)state;
	scene_open(&s);
	a = term(&s, "AKIAA");
	put(&s, a, 10, 20);
	surveyed(&s, a, 10, 40, 50);
	assert_true(put(&s, a, 30, 35)); /* a newer one: it goes on */
	assert_due(&s, 45, "AKIAA 40 ");
	assert_true(put(&s, a, 5, 15));
	assert_due(&s, 45, "AKIAA -1 ");
	assert_looked(&s, a, TIME_NONE, TIME_NONE);
	scene_close(&s);
}

static void
assert_stale(struct scene *s, const char *expected)
{
	struct buf text = {0};
	int64_t alerts[8];
	struct error err;
	size_t count;

	assert_ok(store_stale(s->store, alerts, 8, &count, &err), &err);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&text, "%lld ", (long long)alerts[i]);
		assert_ok(store_stale_fresh(s->store, alerts[i], &err), &err);
	}
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

/* Alerts 1 and 2 ask for a, 3 for b, 2 for what was made with b too. */
static void
who_asks_for_what_was_looked_for_has_a_stale_answer(void **state)
{
	struct scene s;
	struct error err;
	int64_t a, b, child;

	(void)state;
	scene_open(&s);
	a = term(&s, "AKIAA");
	b = term(&s, "AKIAB");
	child = term(&s, "AKIACHILD");
	put(&s, b, 10, 20);
	assert_ok(store_term_alert(s.store, a, 1, &err), &err);
	assert_ok(store_term_alert(s.store, a, 2, &err), &err);
	assert_ok(store_term_alert(s.store, b, 3, &err), &err);
	assert_ok(store_term_child(s.store, child, b, &err), &err);
	assert_ok(store_term_alert(s.store, child, 2, &err), &err);
	assert_stale(&s, "");
	assert_ok(store_stale_surveyed(s.store, a, &err), &err);
	assert_stale(&s, "2 1 ");
	assert_stale(&s, "");
	assert_ok(store_stale_surveyed(s.store, child, &err), &err);
	assert_stale(&s, "3 2 ");
	assert_ok(store_stale_source(s.store, STR("law"), &err), &err);
	assert_stale(&s, "3 ");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_never_looked_for_comes_first_and_alone),
		cmocka_unit_test(what_adjoins_is_joined_and_a_gap_is_not_bridged),
		cmocka_unit_test(who_asks_for_what_was_looked_for_has_a_stale_answer),
		cmocka_unit_test(an_older_alert_makes_a_term_to_be_looked_for_anew),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
