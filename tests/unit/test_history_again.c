/* What a pass for history remembers: what is read again, and what is not. */
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "core/history/story.h"
#include "tests/support/gzip.h"
#include "tests/support/looked.h"

/* ---- what is remembered ---- */

static void
what_was_looked_through_is_not_read_again(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);
	struct buf first = {0};

	put_calls(f, "a.json", &used, 1);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	buf_str(&first, buf_view(&f->found));
	run(f);
	assert_int_equal(f->progress.files_remembered, 2);
	assert_int_equal(f->progress.history.state, HISTORY_LOOKED);
	assert_int_equal(f->progress.history.bytes_done, 0);
	assert_int_equal(f->progress.history.pass, 0);
	assert_string_equal(buf_cstr(&f->found), buf_cstr(&first));
	buf_fini(&first);
}

static bool
note_first(void *context, const struct store_row *row)
{
	*(int64_t *)context = row->rowid;
	return false;
}

static void
remove_file(const struct fixture *f, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/logs/%s", f->folder, name);
	assert_int_equal(unlink(path), 0);
}

/* The alert's file is new, and what was done with its key stands in an older one. */
static void
a_new_alert_is_looked_for_in_older_files(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);

	put_calls(f, "a.json", &used, 1);
	run(f);
	assert_looked(f);
	assert_string_equal(buf_cstr(&f->found), "");
	put_calls(f, "b.json", &creation, 1);
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation used\n");
	assert_int_equal(f->progress.history.files_total, 2);
}

static struct history
story_of(struct fixture *f, struct arena *arena, int64_t run)
{
	const struct story_scope scope = {.run = run, .state = HISTORY_LOOKED};
	const struct store_query query = {0};
	struct alert alert = {0};
	struct history history;
	int64_t rowid;
	struct error err;

	assert_ok(store_rows(f->store, &query, note_first, &rowid, &err), &err);
	assert_ok(store_load_row(f->store, rowid, &alert, &err), &err);
	assert_ok(story_load(&history, arena, f->store, &alert, &scope, &err), &err);
	alert_fini(&alert);
	return history;
}

/* A store is one case: its alert is not of this run, and asks of it. */
static void
an_alert_of_before_is_looked_for_in_new_files(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);
	struct arena arena = {0};
	struct history history;

	put_calls(f, "a.json", &creation, 1);
	run(f);
	remove_file(f, "a.json");
	put_calls(f, "b.json", &used, 1);
	run(f);
	assert_looked(f);
	assert_int_equal(f->progress.alerts_new, 0);
	assert_has(f, "key " NEW_KEY ": creation used\n");
	history = story_of(f, &arena, 0); /* of the whole store */
	assert_int_equal(history.state, HISTORY_LOOKED);
	assert_int_equal(history.inputs, 2);
	assert_int_equal(history.trace_count, 2);
	history = story_of(f, &arena, f->run);
	assert_int_equal(history.inputs, 1);
	assert_int_equal(history.trace_count, 2);
	arena_fini(&arena);
}

static bool
note_answer(void *context, const struct store_row *row)
{
	*(struct answer *)context = row->answer;
	return false;
}

/* What lists show of the store's one alert. */
static struct answer
answer_in_store(struct fixture *f)
{
	const struct store_query query = {0};
	struct answer answer;
	struct error err;

	assert_ok(store_rows(f->store, &query, note_answer, &answer, &err), &err);
	return answer;
}

static void
an_alert_of_before_is_answered_by_new_files(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);

	put_calls(f, "a.json", &creation, 1);
	run(f);
	assert_int_equal(answer_in_store(f).used, ANSWER_UNKNOWN);
	remove_file(f, "a.json");
	put_calls(f, "b.json", &used, 1);
	run(f);
	assert_int_equal(answer_in_store(f).used, ANSWER_YES);
	assert_int_equal(answer_in_store(f).used_after, 60);
	assert_int_equal(answer_in_store(f).assessed, ASSESSED_HOSTILE);
}

/* Of a.json nothing is known any more. */
static void
what_is_damaged_takes_a_no_of_before_back(void **state)
{
	const struct call calls[] = {creation, use("other", "AKIAX", 610)};
	struct fixture *f = *state;

	put_calls(f, "a.json", calls, 2);
	run(f);
	assert_int_equal(answer_in_store(f).used, ANSWER_NO);
	remove_file(f, "a.json");
	put_file(f, "broken.json", STR("{\"eventVersion\":\"1.09\", broken\n"));
	run(f);
	assert_int_equal(answer_in_store(f).used, ANSWER_UNKNOWN);
}

/* As if the run before had been killed behind its passes. */
static void
what_no_list_shows_is_not_answered(void **state)
{
	const struct call calls[] = {creation, use("other", "AKIAX", 610)};
	struct fixture *f = *state;

	put_calls(f, "b.json", calls, 2);
	f->unlisted = true;
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation\n");
	assert_int_equal(answer_in_store(f).used, ANSWER_UNKNOWN);
	f->unlisted = false;
	run(f);
	assert_int_equal(answer_in_store(f).used, ANSWER_NO);
}

static void
what_an_end_left_unanswered_is_answered_at_the_next_start(void **state)
{
	const struct answer none = {.children = -1, .first_seen_actor = TIME_NONE};
	struct fixture *f = *state;
	const struct call calls[] = {creation, use("used", NEW_KEY, 601)};
	const struct store_query query = {0};
	struct error err;
	int64_t rowid;
	size_t left;

	put_calls(f, "a.json", calls, 2);
	run(f);
	remove_file(f, "a.json");
	put_calls(f, "b.json", &calls[1], 1);
	run(f);
	assert_ok(store_rows(f->store, &query, note_first, &rowid, &err), &err);
	assert_ok(store_begin(f->store, &err) && store_answer_put(f->store, rowid, &none, &err) &&
			  store_stale_all(f->store, &err) && store_commit(f->store, &err),
		&err);
	run(f);
	assert_int_equal(f->progress.history.bytes_done, 0);
	assert_int_equal(answer_in_store(f).used, ANSWER_YES);
	assert_ok(store_stale(f->store, &rowid, 1, &left, &err), &err);
	assert_int_equal(left, 0);
}

static void
a_file_that_grew_is_looked_through_for_all(void **state)
{
	struct fixture *f = *state;
	const struct call calls[] = {use("before", NEW_KEY, 601), use("after", NEW_KEY, 605)};

	put_calls(f, "a.json", calls, 1);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	put_calls(f, "a.json", calls, 2);
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation before after\n");
	assert_int_equal(f->progress.history.files_total, 1);
}

/* ---- how complete it is ---- */

static struct store_coverage
coverage_of(struct fixture *f, struct arena *arena)
{
	const struct term key = {TERM_KEY, STR(NEW_KEY)};
	struct store_coverage coverage;
	struct error err;
	int64_t n;

	assert_ok(store_term_find(f->store, &key, &n, &err), &err);
	assert_true(n > 0);
	assert_ok(store_coverage(f->store, f->run, n, arena, &coverage, &err), &err);
	return coverage;
}

static void
times_and_what_is_unread_are_remembered(void **state)
{
	struct fixture *f = *state;
	const struct call calls[] = {use("early", "AKIAX", 5), use("late", "AKIAX", 1430)};
	struct store_coverage coverage;
	struct arena arena = {0};

	put_calls(f, "a.json", calls, 2);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	coverage = coverage_of(f, &arena);
	assert_int_equal(coverage.inputs, 2);
	assert_int_equal(coverage.unread, 0);
	assert_int_equal(coverage.missing, 0);
	assert_int_equal(coverage.span_count, 1);
	assert_true(coverage.spans[0].to - coverage.spans[0].from == 1425 * TICKS_PER_MINUTE);
	put_file(f, "broken.json", STR("{\"eventVersion\":\"1.09\", broken\n"));
	run(f);
	assert_string_equal(buf_cstr(&f->problems),
		"broken.json: not JSON: expected a name at byte 24\n"); /* and that once */
	coverage = coverage_of(f, &arena);
	assert_int_equal(coverage.inputs, 3);
	assert_int_equal(coverage.unread, 1);
	arena_fini(&arena);
}

/* ---- the stop ---- */

static void
a_stop_keeps_what_was_found_and_the_next_start_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pipeline *pipeline;
	struct buf expected = {0};
	char path[300];
	struct error err;

	put_big(f);
	run(f);
	buf_str(&expected, buf_view(&f->found));
	store_close(f->store);
	snprintf(path, sizeof(path), "%s/store/stop.db", f->folder);
	assert_ok(store_open(&f->store, path, &err), &err);
	pipeline = start(f);
	do
		pipeline_get_progress(pipeline, &f->progress);
	while (f->progress.history.state == HISTORY_NOT_LOOKED && poll(NULL, 0, 0) == 0);
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	pipeline_free(pipeline);
	assert_true(f->progress.history.state == HISTORY_PART ||
		    f->progress.history.state == HISTORY_LOOKED);
	run(f);
	assert_looked(f);
	assert_string_equal(buf_cstr(&f->found), buf_cstr(&expected));
	buf_fini(&expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_looked_through_is_not_read_again),
		TEST(a_new_alert_is_looked_for_in_older_files),
		TEST(an_alert_of_before_is_looked_for_in_new_files),
		TEST(an_alert_of_before_is_answered_by_new_files),
		TEST(what_is_damaged_takes_a_no_of_before_back),
		TEST(what_no_list_shows_is_not_answered),
		TEST(what_an_end_left_unanswered_is_answered_at_the_next_start),
		TEST(a_file_that_grew_is_looked_through_for_all),
		TEST(times_and_what_is_unread_are_remembered),
		TEST(a_stop_keeps_what_was_found_and_the_next_start_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
