/* Runs, their inputs and problems, and the rows of a list. */
#include "tests/support/test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "tests/support/scene.h"

/* ---- lists ---- */

static void
put_timed(struct scene *s, const char *event_id, int64_t time, int64_t input)
{
	struct alert alert = {0};

	fixture_alert(&alert, event_id, "a", 100);
	alert.time = time;
	assert_int_equal(scene_put_alert(s, &alert, input, 0), STORE_NEW);
	alert_fini(&alert);
}

static void
rows_come_in_the_order_that_is_asked_for(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	put_timed(&s, "b", 20, s.input);
	put_timed(&s, "a", 10, s.input);
	put_timed(&s, "c", 30, s.input);
	put_timed(&s, "none", TIME_NONE, s.input);
	scene_assert_rows(s.store, (struct store_query){0}, 0, "none a b c ");
	scene_assert_rows(s.store, (struct store_query){.descending = true}, 0, "c b a none ");
	scene_assert_rows(s.store, (struct store_query){.descending = true}, 2, "c b ");
	scene_assert_rows(s.store, (struct store_query){.order = STORE_BY_ROWID}, 0, "b a c none ");
	scene_assert_rows(s.store, (struct store_query){.after_rowid = 2}, 0, "none c ");
	scene_assert_rows(s.store, (struct store_query){.rule_ids_json = "[\"" FIXTURE_RULE "\"]"},
		2, "none a ");
	scene_assert_rows(s.store, (struct store_query){.rule_ids_json = "[\"other\"]"}, 0, "");
	scene_close(&s);
}

static void
a_run_shows_what_its_inputs_delivered_and_nothing_else(void **state)
{
	struct scene s;
	int64_t first_run, second_input;
	bool unchanged;
	struct store_counts counts;
	struct store_input input = scene_input_named("logs/a.json");
	struct error err;

	(void)state;
	scene_open(&s);
	first_run = s.run;
	put_timed(&s, "a", 10, s.input);
	assert_ok(store_input_done(s.store, s.input, "key", &input, NULL, &err), &err);
	assert_ok(store_run_begin(s.store, &s.run, &err), &err);
	second_input = scene_begin_input(&s, "logs/b.json", "key", NULL);
	put_timed(&s, "b", 20, second_input);
	scene_assert_rows(s.store, (struct store_query){.run = first_run}, 0, "a ");
	scene_assert_rows(s.store, (struct store_query){.run = s.run}, 0, "b ");
	/* An unchanged file counts without being read. */
	scene_begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_true(unchanged);
	scene_assert_rows(s.store, (struct store_query){.run = s.run}, 0, "a b ");
	assert_ok(store_count(s.store, &(struct store_query){.run = s.run}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 2);
	assert_int_equal(counts.fresh, 2);
	assert_int_equal(counts.first_time, 10);
	assert_int_equal(counts.last_time, 20);
	assert_ok(store_count(s.store, &(struct store_query){.run = 999}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 0);
	assert_int_equal(counts.first_time, TIME_NONE);
	scene_close(&s);
}

/* What a list that fills from above reads next. */
static void
rows_put_before_one_are_read_down_from_it(void **state)
{
	struct scene s;
	struct store_query query = {.order = STORE_BY_ROWID, .descending = true};

	(void)state;
	scene_open(&s);
	scene_put(&s, "a", "x", NULL);
	scene_put(&s, "b", "x", NULL);
	scene_put(&s, "c", "x", NULL);
	scene_put(&s, "d", "x", NULL);
	scene_assert_rows(s.store, query, 0, "d c b a ");
	query.before_rowid = 4;
	scene_assert_rows(s.store, query, 2, "c b ");
	query.before_rowid = 2;
	scene_assert_rows(s.store, query, 0, "a ");
	query.before_rowid = 1;
	scene_assert_rows(s.store, query, 0, "");
	query = (struct store_query){.order = STORE_BY_ROWID, .after_rowid = 1, .before_rowid = 4};
	scene_assert_rows(s.store, query, 0, "b c ");
	scene_close(&s);
}

/* One structure for many alerts, as a filter goes through them. */
static void
texts_and_records_are_loaded_without_the_rest(void **state)
{
	struct alert alert = {0};
	struct scene s;
	struct error err;

	(void)state;
	scene_open(&s);
	scene_put(&s, "a", "x", NULL);
	scene_put(&s, "b", "y", NULL);
	assert_ok(store_read_begin(s.store, &err), &err);
	for (int64_t rowid = 1; rowid <= 2; rowid++) {
		assert_ok(store_load_texts(s.store, rowid, &alert, &err), &err);
		assert_str(alert.text[ALERT_EVENT_ID], rowid == 1 ? "a" : "b");
		assert_str(alert.text[ALERT_SOURCE_IP], "203.0.113.9");
		assert_int_equal(alert.raw.len, 0);
		assert_int_equal(alert.source_count, 0);
		assert_ok(store_load_record(s.store, rowid, &alert, &err), &err);
		assert_str(alert.text[ALERT_RULE_ID], FIXTURE_RULE);
		assert_true(str_is_empty(alert.text[ALERT_EVENT_ID]));
		assert_true(str_find(alert.raw, rowid == 1 ? STR("\"x\"") : STR("\"y\""), 0) !=
			    (size_t)-1);
	}
	assert_false(store_load_texts(s.store, 3, &alert, &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	store_read_end(s.store);
	alert_fini(&alert);
	scene_close(&s);
}

/* ---- inputs ---- */

static void
a_file_is_unchanged_only_when_read_to_its_end_and_exactly_as_it_was(void **state)
{
	struct scene s;
	struct store_input input = scene_input_named("logs/a.json");
	struct error err;
	int64_t id;
	bool unchanged;

	(void)state;
	scene_open(&s);
	scene_begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_false(unchanged); /* begun, not done */
	assert_ok(store_input_done(s.store, s.input, "key", &input, NULL, &err), &err);
	scene_begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_true(unchanged);
	scene_begin_input(&s, "logs/a.json", "other rules", &unchanged);
	assert_false(unchanged);
	for (int field = 0; field < 5; field++) {
		assert_ok(store_input_done(s.store, s.input, "key", &input, NULL, &err), &err);
		input = scene_input_named("logs/a.json");
		*(field == 0	     ? &input.size
			: field == 1 ? (uint64_t *)&input.mtime_ns
			: field == 2 ? (uint64_t *)&input.ctime_ns
			: field == 3 ? &input.device
				     : &input.inode) += 1;
		assert_ok(store_input_begin(s.store, s.run, &input, "key", &id, &unchanged, &err),
			&err);
		assert_false(unchanged);
		input = scene_input_named("logs/a.json");
	}
	scene_close(&s);
}

static void
a_file_is_not_remembered_by_one_run_while_another_reads_it_again(void **state)
{
	struct scene s, other;
	struct store_input input = scene_input_named("logs/a.json");
	struct error err;
	bool unchanged;

	(void)state;
	scene_open(&s);
	other = s;
	assert_ok(store_open(&other.store, s.path, &err), &err);
	assert_ok(store_run_begin(other.store, &other.run, &err), &err);
	scene_begin_input(&other, "logs/a.json", "key", &unchanged);
	/* The first ends; the second, killed here, has delivered nothing. */
	assert_ok(store_input_done(s.store, s.input, "key", &input, NULL, &err), &err);
	store_close(other.store);
	scene_begin_run(&s);
	scene_begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_false(unchanged);
	scene_close(&s);
}

static void
a_file_that_is_read_again_shows_only_what_is_in_it_now(void **state)
{
	struct scene s;
	bool unchanged;

	(void)state;
	scene_open(&s);
	scene_put(&s, "a", "x", NULL);
	scene_put(&s, "b", "x", NULL);
	s.input = scene_begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_false(unchanged);
	scene_assert_rows(
		s.store, (struct store_query){.run = s.run, .order = STORE_BY_ROWID}, 0, "");
	assert_int_equal(scene_put(&s, "b", "x", NULL), STORE_KNOWN);
	scene_assert_rows(
		s.store, (struct store_query){.run = s.run, .order = STORE_BY_ROWID}, 0, "b ");
	scene_assert_rows(s.store, (struct store_query){.order = STORE_BY_ROWID}, 0, "a b ");
	scene_close(&s);
}

static bool
see_problem(void *context, const struct problem *problem)
{
	buf_printf(context, "%d %.*s@%lld %.*s|", problem->severity, STR_ARG(problem->path),
		(long long)problem->offset, STR_ARG(problem->reason));
	return true;
}

static void
assert_problems(struct store *store, int64_t run, const char *expected)
{
	struct buf out = {0};
	struct error err;

	assert_ok(store_problems(store, run, see_problem, &out, &err), &err);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
put_problem(struct scene *s, int64_t input, const char *path, uint64_t offset, const char *reason)
{
	struct problem problem = {
		PROBLEM_ERROR, STR("file"), str_from(path), offset, str_from(reason), STR_ABSENT};
	struct error err;

	assert_ok(store_put_problem(s->store, s->run, input, &problem, &err), &err);
}

static void
problems_are_remembered_with_their_input_and_forgotten_when_it_is_read_again(void **state)
{
	struct scene s;
	struct store_input input = scene_input_named("logs/a.json");
	struct error err;
	int64_t first_run;

	(void)state;
	scene_open(&s);
	first_run = s.run;
	put_problem(&s, s.input, "logs/a.json", 7, "truncated");
	put_problem(&s, s.input, "logs/a.json", 3, "not JSON");
	put_problem(&s, s.input, "logs/a.json", 3, "not JSON");
	put_problem(&s, 0, "gone", PROBLEM_NO_OFFSET, "missing");
	assert_problems(s.store, s.run,
		"1 gone@-1 missing|1 logs/a.json@3 not JSON|1 logs/a.json@7 truncated|");
	assert_ok(store_input_done(s.store, s.input, "key", &input, NULL, &err), &err);
	scene_begin_run(&s);
	assert_problems(s.store, s.run, "1 logs/a.json@3 not JSON|1 logs/a.json@7 truncated|");
	input.size++;
	assert_ok(
		store_input_begin(s.store, s.run, &input, "key", &s.input, &(bool){0}, &err), &err);
	assert_problems(s.store, s.run, "");
	assert_problems(s.store, first_run, "1 gone@-1 missing|");
	scene_close(&s);
}

/* A run of a program that ended, with a problem of its own. */
static void
run_elsewhere(struct scene *s)
{
	struct problem problem = {PROBLEM_NOTE, STR("file"), STR("gone"), PROBLEM_NO_OFFSET,
		STR("missing"), STR_ABSENT};
	struct error err;
	int64_t run;
	int status;
	pid_t child;

	store_close(s->store); /* no handle crosses a fork */
	child = fork();
	if (child == 0) {
		if (!store_open(&s->store, s->path, &err) ||
			!store_run_begin(s->store, &run, &err) ||
			!store_put_problem(s->store, run, 0, &problem, &err))
			_exit(1);
		store_close(s->store);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ok(store_open(&s->store, s->path, &err), &err);
}

static void
runs_of_dead_programs_are_forgotten_but_for_the_newest(void **state)
{
	struct scene s;
	struct error err;
	int64_t run;

	(void)state;
	scene_open(&s);
	scene_put(&s, "a", "x", NULL);
	for (int i = 0; i < 20; i++)
		run_elsewhere(&s);
	assert_ok(store_run_begin(s.store, &run, &err), &err);
	assert_int_equal(run, 22);
	assert_problems(s.store, 2, "");
	assert_problems(s.store, 21, "0 gone@-1 missing|");
	/* Ours is older than all of them, but we live. */
	scene_assert_rows(s.store, (struct store_query){.run = s.run}, 0, "a ");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_records_are_loaded_without_the_rest),
		cmocka_unit_test(rows_put_before_one_are_read_down_from_it),
		cmocka_unit_test(rows_come_in_the_order_that_is_asked_for),
		cmocka_unit_test(a_run_shows_what_its_inputs_delivered_and_nothing_else),
		cmocka_unit_test(
			a_file_is_unchanged_only_when_read_to_its_end_and_exactly_as_it_was),
		cmocka_unit_test(a_file_is_not_remembered_by_one_run_while_another_reads_it_again),
		cmocka_unit_test(a_file_that_is_read_again_shows_only_what_is_in_it_now),
		cmocka_unit_test(
			problems_are_remembered_with_their_input_and_forgotten_when_it_is_read_again),
		cmocka_unit_test(runs_of_dead_programs_are_forgotten_but_for_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
