/* What was looked through for history, and the answers that lists show. */
#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "tests/support/store_file.h"
#include "tests/support/trace.h"

/* ---- what was looked through ---- */

static void
assert_coverage(struct scene *s, int64_t run, int64_t term, const char *expected)
{
	struct store_coverage c;
	struct arena arena = {0};
	struct buf text = {0};
	struct error err;

	assert_ok(store_coverage(s->store, run, term, &arena, &c, &err), &err);
	for (size_t i = 0; i < c.span_count; i++)
		buf_printf(&text, "%lld-%lld ",
			(long long)((c.spans[i].from - FIXTURE_TIME) / TICKS_PER_SECOND),
			(long long)((c.spans[i].to - FIXTURE_TIME) / TICKS_PER_SECOND));
	buf_printf(&text, "inputs %llu unread %llu missing %llu", (unsigned long long)c.inputs,
		(unsigned long long)c.unread, (unsigned long long)c.missing);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
	arena_fini(&arena);
}

enum { DAY = 24 * 60 * 60 };

static void
coverage_joins_what_less_than_a_gap_parts(void **state)
{
	struct scene s;
	int64_t a, b, c;

	(void)state;
	scene_open(&s);
	a = trace_input(&s, "logs/a.json");
	b = trace_input(&s, "logs/b.json");
	c = trace_input(&s, "logs/c.json");
	assert_coverage(&s, s.run, 1, "inputs 0 unread 0 missing 3");
	trace_looked(&s, b, 5, 10, 20, true);
	trace_looked(&s, a, 5, 0, 12, false);
	assert_coverage(&s, s.run, 5, "0-20 inputs 2 unread 1 missing 1");
	trace_looked(&s, c, 5, 20 + DAY - 1, 20 + 2 * DAY, false);
	assert_coverage(&s, s.run, 5, "0-172820 inputs 3 unread 1 missing 0");
	trace_looked(&s, c, 5, 20 + DAY, 20 + 2 * DAY, false);
	assert_coverage(&s, s.run, 5, "0-20 86420-172820 inputs 3 unread 1 missing 0");
	assert_coverage(&s, 0, 5, "0-20 86420-172820 inputs 3 unread 1 missing 0");
	scene_close(&s);
}

static void
put_spans(struct scene *s, int64_t input, const struct trail_span *spans, size_t count)
{
	const struct store_looked looked = {5, false, spans, count};
	struct error err;

	assert_ok(store_begin(s->store, &err), &err);
	assert_ok(store_looked_put(s->store, input, &looked, &err), &err);
	assert_ok(store_commit(s->store, &err), &err);
}

static void
coverage_is_kept_apart_by_account(void **state)
{
	const struct trail_span first[] = {{FIXTURE_TIME, FIXTURE_TIME + 10, 7},
		{FIXTURE_TIME, FIXTURE_TIME + 40, UINT64_MAX}},
				second = {FIXTURE_TIME + 20, FIXTURE_TIME + 30, 7};
	struct store_coverage c;
	struct arena arena = {0};
	struct error err;
	struct scene s;

	(void)state;
	scene_open(&s);
	put_spans(&s, trace_input(&s, "logs/a.json"), first, 2);
	put_spans(&s, trace_input(&s, "logs/b.json"), &second, 1);
	assert_ok(store_coverage(s.store, s.run, 5, &arena, &c, &err), &err);
	assert_int_equal(c.span_count, 2);
	assert_true(c.spans[0].account == 7 && c.spans[0].to == FIXTURE_TIME + 30);
	assert_true(c.spans[1].account == UINT64_MAX && c.spans[1].to == FIXTURE_TIME + 40);
	arena_fini(&arena);
	scene_close(&s);
}

/* It did not say whose trail they are of. */
static void
coverage_of_a_store_of_the_tenth_version_may_be_of_any_account(void **state)
{
	const struct trail_span span = {FIXTURE_TIME, FIXTURE_TIME + 10, 7};
	struct store_coverage c;
	struct arena arena = {0};
	struct error err;
	struct scene s;

	(void)state;
	scene_open(&s);
	put_spans(&s, trace_input(&s, "logs/a.json"), &span, 1);
	store_close(s.store);
	store_file_age(s.path, 10);
	s.store = NULL;
	scene_reopen(&s);
	assert_ok(store_coverage(s.store, 0, 5, &arena, &c, &err), &err);
	assert_int_equal(c.span_count, 1);
	assert_true(c.spans[0].account == 0 && c.spans[0].to == FIXTURE_TIME + 10);
	arena_fini(&arena);
	scene_close(&s);
}

static void
coverage_is_of_a_term_and_of_a_run(void **state)
{
	struct scene s;
	int64_t a, b, first, n;
	struct error err;

	(void)state;
	scene_open(&s);
	first = s.run;
	a = trace_input(&s, "logs/a.json");
	b = trace_input(&s, "logs/b.json");
	trace_looked(&s, a, 3, 0, 10, false);
	trace_looked(&s, b, 7, 20, 30, false);
	assert_coverage(&s, first, 3, "0-30 inputs 2 unread 0 missing 0");
	assert_coverage(&s, first, 4, "20-30 inputs 1 unread 0 missing 1");
	assert_coverage(&s, first, 1, "0-30 inputs 2 unread 0 missing 0");
	assert_coverage(&s, first, 8, "inputs 0 unread 0 missing 2");
	scene_begin_run(&s); /* with logs/a.json */
	assert_coverage(&s, s.run, 3, "0-10 inputs 1 unread 0 missing 0");
	assert_coverage(&s, 0, 3, "0-30 inputs 2 unread 0 missing 0");
	assert_ok(store_looked_term(s.store, b, &n, &err), &err);
	assert_int_equal(n, 7);
	scene_close(&s);
}

/* A handle that has asked before sees what another one writes since. */
static void
coverage_is_that_of_now(void **state)
{
	struct scene s, other;
	struct error err;
	int64_t a;

	(void)state;
	scene_open(&s);
	a = trace_input(&s, "logs/a.json");
	other = s;
	assert_ok(store_open_again(&other.store, s.store, &err), &err);
	assert_coverage(&other, s.run, 3, "inputs 0 unread 0 missing 1");
	trace_looked(&s, a, 3, 0, 10, false);
	assert_coverage(&other, s.run, 3, "0-10 inputs 1 unread 0 missing 0");
	scene_begin_input(&s, "logs/b.json", "key", NULL);
	assert_coverage(&other, s.run, 3, "0-10 inputs 1 unread 0 missing 1");
	assert_ok(store_begin(s.store, &err), &err);
	assert_ok(store_looked_put(s.store, a, &(struct store_looked){.term = 9}, &err), &err);
	assert_coverage(&s, s.run, 3, "inputs 1 unread 0 missing 1");
	store_rollback(s.store);
	assert_coverage(&s, s.run, 3, "0-10 inputs 1 unread 0 missing 1");
	store_close(other.store);
	scene_close(&s);
}

static void
another_reading_forgets_what_was_looked_through(void **state)
{
	struct store_input changed = scene_input_named("logs/a.json");
	struct store_mark mark = {.offset = 5};
	struct scene s;
	struct error err;
	int64_t a, n;
	bool same;

	(void)state;
	scene_open(&s);
	a = trace_input(&s, "logs/a.json");
	trace_looked(&s, a, 3, 0, 10, false);
	scene_begin_run(&s); /* unchanged */
	assert_ok(store_looked_term(s.store, a, &n, &err), &err);
	assert_int_equal(n, 3);
	/* Grown, and read on. */
	changed.size++;
	assert_ok(store_input_go_on(s.store, s.run, &changed, "key", &mark, &n, &err), &err);
	assert_ok(store_input_done(s.store, n, "key", &changed, NULL, &err), &err);
	assert_ok(store_looked_term(s.store, a, &n, &err), &err);
	assert_int_equal(n, 0);
	/* Another file. */
	trace_looked(&s, a, 3, 0, 10, false);
	changed.mtime_ns++;
	assert_ok(store_input_begin(s.store, s.run, &changed, "key", &n, &same, &err), &err);
	assert_false(same);
	assert_ok(store_looked_term(s.store, a, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_coverage(&s, s.run, 3, "inputs 0 unread 0 missing 1");
	scene_close(&s);
}

/* ---- answers ---- */

static bool
take_answer(void *context, const struct store_row *row)
{
	*(struct store_row *)context = *row;
	return true;
}

static struct store_row
row_of(struct scene *s, int64_t rowid)
{
	struct store_row row;
	struct error err;

	assert_ok(store_row(s->store, rowid, take_answer, &row, &err), &err);
	return row;
}

static void
assert_answer(struct answer got, struct answer expected)
{
	assert_int_equal(got.assessed, expected.assessed);
	assert_int_equal(got.used, expected.used);
	assert_int_equal(got.used_elsewhere, expected.used_elsewhere);
	assert_int_equal(got.used_after, expected.used_after);
	assert_int_equal(got.rotation, expected.rotation);
	assert_int_equal(got.children, expected.children);
	assert_true(got.first_seen_actor == expected.first_seen_actor);
}

static void
put_answer(struct scene *s, int64_t rowid, const struct answer *answer)
{
	struct error err;

	assert_ok(store_begin(s->store, &err), &err);
	assert_ok(store_answer_put(s->store, rowid, answer, &err), &err);
	assert_ok(store_commit(s->store, &err), &err);
}

static void
answers_stand_in_the_rows_of_a_list_and_are_no_decisions(void **state)
{
	const struct answer none = {.children = -1, .first_seen_actor = TIME_NONE};
	const struct answer all = {
		ASSESSED_HOSTILE, ANSWER_YES, ANSWER_NO, 58, ROTATION_WHOLE, 0, FIXTURE_TIME};
	struct alert alert = {0};
	char id[ALERT_ID_SIZE];
	struct scene s;
	uint64_t version;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_answer(row_of(&s, 1).answer, none);
	version = store_version(s.store);
	put_answer(&s, 1, &all);
	assert_int_not_equal(store_version(s.store), version);
	assert_answer(row_of(&s, 1).answer, all);
	assert_int_equal(row_of(&s, 1).last_seq, 0);
	version = store_version(s.store);
	put_answer(&s, 1, &all); /* nothing is new */
	assert_int_equal(store_version(s.store), version);
	scene_put(&s, "e-1", "a", NULL); /* delivered once more */
	scene_reopen(&s);
	assert_answer(row_of(&s, 1).answer, all);
	scene_load(&s, id, &alert);
	assert_int_equal(alert.decision_count, 0);
	alert_fini(&alert);
	put_answer(&s, 1, &none);
	assert_answer(row_of(&s, 1).answer, none);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coverage_joins_what_less_than_a_gap_parts),
		cmocka_unit_test(coverage_is_kept_apart_by_account),
		cmocka_unit_test(coverage_of_a_store_of_the_tenth_version_may_be_of_any_account),
		cmocka_unit_test(coverage_is_of_a_term_and_of_a_run),
		cmocka_unit_test(coverage_is_that_of_now),
		cmocka_unit_test(another_reading_forgets_what_was_looked_through),
		cmocka_unit_test(answers_stand_in_the_rows_of_a_list_and_are_no_decisions),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
