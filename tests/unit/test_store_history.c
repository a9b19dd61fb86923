/* What the store keeps of history: terms and traces. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "tests/support/store_file.h"
#include "tests/support/trace.h"

/* ---- terms ---- */

static bool
take_term(void *context, const struct store_term *term)
{
	buf_printf(context, "%lld %s %.*s\n", (long long)term->n, term_kind_names[term->term.kind],
		STR_ARG(term->term.value));
	return true;
}

static void
terms_are_numbered_in_their_order_once_each(void **state)
{
	const struct term absent = {TERM_KEY, STR("AKIANONE")};
	struct buf text = {0};
	struct scene s;
	struct error err;
	int64_t n;

	(void)state;
	scene_open(&s);
	assert_int_equal(trace_term(&s, TERM_KEY, "AKIA1"), 1);
	assert_int_equal(trace_term(&s, TERM_USER, "AKIA1"), 2);
	assert_int_equal(trace_term(&s, TERM_KEY, "AKIA1"), 1);
	assert_int_equal(trace_term(&s, TERM_AGENT, "akia1"), 3);
	scene_reopen(&s);
	assert_ok(store_terms(s.store, 1, take_term, &text, &err), &err);
	assert_string_equal(buf_cstr(&text), "2 user AKIA1\n3 agent akia1\n");
	assert_ok(store_term_find(s.store, &absent, &n, &err), &err);
	assert_int_equal(n, 0);
	buf_fini(&text);
	scene_close(&s);
}

/* ---- traces ---- */

struct seen {
	struct buf text;
	size_t count;
};

/* Id, seconds after FIXTURE_TIME, and where it stands. */
static bool
see_trace(void *context, const struct trace *trace)
{
	struct seen *seen = context;

	seen->count++;
	buf_printf(&seen->text, "%.*s", STR_ARG(trace->text[TRACE_EVENT_ID]));
	if (trace->time == TIME_NONE)
		buf_puts(&seen->text, "@never");
	else
		buf_printf(&seen->text, "@%lld",
			(long long)((trace->time - FIXTURE_TIME) / TICKS_PER_SECOND));
	buf_printf(&seen->text, ":%.*s ", STR_ARG(trace->path));
	return true;
}

static void
assert_traces(struct scene *s, int64_t term, size_t most, const char *expected, bool expect_cut)
{
	struct seen seen = {{0}, 0};
	struct error err;
	bool cut;

	assert_ok(store_traces(
			  s->store, term, INT64_MIN, INT64_MAX, most, see_trace, &seen, &cut, &err),
		&err);
	assert_string_equal(buf_cstr(&seen.text), expected);
	assert_int_equal(cut, expect_cut);
	buf_fini(&seen.text);
}

static bool
compare_trace(void *context, const struct trace *got)
{
	const struct trace *put = context;

	assert_true(got->time == put->time);
	for (size_t i = 0; i < TRACE_TEXT_COUNT; i++) {
		assert_int_equal(got->text[i].data == NULL, put->text[i].data == NULL);
		assert_true(str_equal(got->text[i], put->text[i]));
	}
	assert_str(got->source, "file");
	assert_str(got->path, "logs/a.json");
	assert_int_equal(got->offset, put->offset);
	assert_true(str_equal(got->sha256, put->sha256));
	assert_memory_equal(got->identity, put->identity, TRACE_IDENTITY);
	return true;
}

static void
put_and_compare(struct trace trace, const char *value)
{
	struct scene s;
	struct error err;
	int64_t term;
	bool cut;

	scene_open(&s);
	term = trace_term(&s, TERM_KEY, value);
	assert_true(trace_put(&s, term, &trace, s.input));
	scene_reopen(&s);
	trace_identity(&trace, trace.identity);
	assert_ok(store_traces(s.store, term, INT64_MIN, INT64_MAX, 9, compare_trace, &trace, &cut,
			  &err),
		&err);
	assert_false(cut);
	scene_close(&s);
}

static void
a_trace_comes_back_as_it_was_put(void **state)
{
	struct trace trace = {.time = FIXTURE_TIME + 7,
		.offset = UINT64_C(1) << 40,
		.sha256 = STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")};
	char names[TRACE_TEXT_COUNT][8];

	(void)state;
	for (size_t i = 0; i < TRACE_TEXT_COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "t%zu", i);
		trace.text[i] = str_from(names[i]);
	}
	put_and_compare(trace, "all");
	trace.text[TRACE_EVENT_ID] = STR("0123abcd-4567-89ab-cdef-0123456789ab");
	trace.text[TRACE_SHARED_ID] = STR("fedcba98-7654-3210-fedc-ba9876543210");
	trace.text[TRACE_USER] = STR(""); /* empty is not absent */
	trace.text[TRACE_WHAT] = STR_ABSENT;
	trace.sha256 = STR_ABSENT;
	put_and_compare(trace, "some");
	/* As long, and no such id. */
	trace.text[TRACE_EVENT_ID] = STR("0123ABCD-4567-89ab-cdef-0123456789ab");
	put_and_compare(trace, "other id");
	put_and_compare((struct trace){.time = TIME_NONE}, "none");
}

static bool
measure_agent(void *context, const struct trace *trace)
{
	*(size_t *)context = trace->text[TRACE_AGENT].len;
	return true;
}

static void
a_text_of_megabytes_is_cut(void **state)
{
	struct trace trace = {.time = FIXTURE_TIME};
	static char agent[1 << 20];
	struct scene s;
	struct error err;
	size_t len = 0;
	int64_t term;
	bool cut;

	(void)state;
	memset(agent, 'a', sizeof(agent));
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	trace.text[TRACE_AGENT] = (struct str){agent, sizeof(agent)};
	assert_true(trace_put(&s, term, &trace, s.input));
	assert_ok(store_traces(
			  s.store, term, INT64_MIN, INT64_MAX, 9, measure_agent, &len, &cut, &err),
		&err);
	assert_int_equal(len, 2048);
	scene_close(&s);
}

static void
one_record_in_two_inputs_is_one_trace_and_two_records_of_one_id_are_two(void **state)
{
	struct arena arena = {0};
	struct trace trace = trace_of_words(&arena, "GetObject id=e1 key=k at=5");
	struct trace forged = trace_of_words(&arena, "GetObject id=e1 key=k at=5 ip=192.0.2.1");
	int64_t term, other, second;
	struct scene s;

	(void)state;
	scene_open(&s);
	second = scene_begin_input(&s, "logs/b.json", "key", NULL);
	term = trace_term(&s, TERM_KEY, "k");
	other = trace_term(&s, TERM_KEY, "l");
	assert_true(trace_put(&s, term, &trace, s.input));
	assert_false(trace_put(&s, term, &trace, second));
	assert_traces(&s, term, 9, "e1@5:logs/a.json ", false);
	assert_true(trace_put(&s, other, &trace, second)); /* but under each term */
	assert_traces(&s, other, 9, "e1@5:logs/b.json ", false);
	assert_true(trace_put(&s, term, &forged, s.input));
	assert_traces(&s, term, 9, "e1@5:logs/a.json e1@5:logs/a.json ", false);
	arena_fini(&arena);
	scene_close(&s);
}

static void
traces_come_in_the_order_of_time_with_and_without_a_weight(void **state)
{
	static const char *const words[] = {"GetObject id=c at=3", "CreateUser id=b at=2",
		"GetObject id=a at=-1", "CreateUser id=d at=4"};
	struct arena arena = {0};
	struct trace none = {.time = TIME_NONE};
	struct seen seen = {{0}, 0};
	struct scene s;
	struct error err;
	int64_t term;
	bool cut;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	none.text[TRACE_EVENT_ID] = STR("z");
	trace_put(&s, term, &none, s.input);
	for (size_t i = 0; i < 4; i++) {
		struct trace trace = trace_of_words(&arena, words[i]);

		trace_put(&s, term, &trace, s.input);
	}
	assert_traces(&s, term, 5,
		"a@-1:logs/a.json b@2:logs/a.json c@3:logs/a.json d@4:logs/a.json "
		"z@never:logs/a.json ",
		false);
	assert_traces(&s, term, 2, "a@-1:logs/a.json b@2:logs/a.json ", true);
	assert_ok(store_traces_of(s.store, term, true, FIXTURE_TIME,
			  FIXTURE_TIME + 3 * TICKS_PER_SECOND, 9, see_trace, &seen, &cut, &err),
		&err);
	assert_string_equal(buf_cstr(&seen.text), "b@2:logs/a.json ");
	assert_false(cut);
	buf_fini(&seen.text);
	arena_fini(&arena);
	scene_close(&s);
}

static void
of_an_actor_at_an_address_only_the_first_is_kept(void **state)
{
	static const char *const words[] = {"GetObject id=b actor=alice at=2",
		"GetObject id=c actor=alice at=3", "GetObject id=a actor=alice at=1",
		"GetObject id=e actor=bob at=5", "GetObject id=n at=6"};
	static const bool earliest[] = {true, false, true, true, true};
	struct arena arena = {0};
	struct trace all = trace_of_words(&arena, "CreateUser id=u actor=alice at=7");
	struct scene s;
	struct error err;
	int64_t term;
	bool fresh;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_ADDRESS, "192.0.2.1");
	for (size_t i = 0; i < 5; i++) {
		struct trace trace = trace_of_words(&arena, words[i]);

		assert_ok(store_begin(s.store, &err), &err);
		assert_ok(store_trace_put_first(
				  s.store, term, &trace, TRACE_ACTOR, s.input, &fresh, &err),
			&err);
		assert_int_equal(fresh, earliest[i]);
		assert_ok(store_commit(s.store, &err), &err);
	}
	trace_put(&s, term, &all, s.input);
	assert_traces(&s, term, 9,
		"a@1:logs/a.json e@5:logs/a.json n@6:logs/a.json u@7:logs/a.json ", false);
	arena_fini(&arena);
	scene_close(&s);
}

/* ---- bounds ---- */

static void
put_many(struct scene *s, int64_t term, int first, int count)
{
	struct trace trace = {0};
	struct error err;
	char id[16];
	bool fresh;

	assert_ok(store_begin(s->store, &err), &err);
	for (int i = first; i < first + count; i++) {
		snprintf(id, sizeof(id), "e%d", i);
		trace.text[TRACE_EVENT_ID] = str_from(id);
		trace.time = FIXTURE_TIME + i * TICKS_PER_SECOND;
		assert_ok(store_trace_put(s->store, term, &trace, s->input, &fresh, &err), &err);
	}
	assert_ok(store_commit(s->store, &err), &err);
}

static size_t
count_traces(struct scene *s, int64_t term, int64_t to, bool *cut)
{
	struct seen seen = {{0}, 0};
	struct error err;

	assert_ok(
		store_traces(s->store, term, INT64_MIN, to, SIZE_MAX, see_trace, &seen, cut, &err),
		&err);
	buf_fini(&seen.text);
	return seen.count;
}

static void
assert_last(struct scene *s, int64_t term, const char *expected)
{
	struct seen seen = {{0}, 0};
	struct error err;
	bool cut;

	assert_ok(store_traces(s->store, term,
			  FIXTURE_TIME + (STORE_TRACES_MAX - 1) * TICKS_PER_SECOND, INT64_MAX, 9,
			  see_trace, &seen, &cut, &err),
		&err);
	assert_string_equal(buf_cstr(&seen.text), expected);
	assert_true(cut);
	buf_fini(&seen.text);
}

static void
of_too_many_traces_the_latest_give_way_and_that_is_remembered(void **state)
{
	const int64_t before_last = FIXTURE_TIME + (STORE_TRACES_MAX - 2) * TICKS_PER_SECOND;
	struct scene s;
	int64_t term;
	bool cut;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	put_many(&s, term, 1, STORE_TRACES_MAX);
	assert_int_equal(count_traces(&s, term, INT64_MAX, &cut), STORE_TRACES_MAX);
	assert_false(cut);
	put_many(&s, term, STORE_TRACES_MAX + 1, 1); /* the latest: it gives way itself */
	assert_int_equal(count_traces(&s, term, INT64_MAX, &cut), STORE_TRACES_MAX);
	assert_true(cut);
	put_many(&s, term, 0, 1); /* an earlier one does not */
	scene_reopen(&s);
	assert_last(&s, term, "e99999@99999:logs/a.json ");
	assert_int_equal(count_traces(&s, term, INT64_MAX, &cut), STORE_TRACES_MAX);
	assert_true(cut);
	assert_int_equal(count_traces(&s, term, before_last, &cut), STORE_TRACES_MAX - 1);
	assert_false(cut); /* up to there all are kept */
	scene_close(&s);
}

static void
calls_with_a_weight_do_not_give_way_to_others(void **state)
{
	struct arena arena = {0};
	struct trace late = trace_of_words(&arena, "DeleteAccessKey id=late at=1000000");
	struct scene s;
	int64_t term;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	put_many(&s, term, 0, STORE_TRACES_MAX + 5);
	assert_true(trace_put(&s, term, &late, s.input));
	assert_last(&s, term, "e99999@99999:logs/a.json late@1000000:logs/a.json ");
	arena_fini(&arena);
	scene_close(&s);
}

/* ---- all or nothing ---- */

static void
a_rollback_takes_terms_traces_and_their_texts_back(void **state)
{
	struct arena arena = {0};
	struct trace one = trace_of_words(&arena, "GetObject id=e1 agent=gone at=1");
	struct trace two = trace_of_words(&arena, "PutObject id=e2 agent=kept at=2");
	const struct term key = {TERM_KEY, STR("k")};
	struct scene s;
	struct error err;
	int64_t n;
	bool fresh;

	(void)state;
	scene_open(&s);
	assert_ok(store_begin(s.store, &err), &err);
	assert_ok(store_term_put(s.store, &key, &n, &err), &err);
	assert_ok(store_trace_put(s.store, n, &one, s.input, &fresh, &err), &err);
	store_rollback(s.store);
	assert_ok(store_term_find(s.store, &key, &n, &err), &err);
	assert_int_equal(n, 0);
	n = trace_term(&s, TERM_KEY, "k");
	assert_traces(&s, n, 9, "", false);
	trace_put(&s, n, &two, s.input);
	trace_put(&s, n, &one, s.input);
	scene_reopen(&s);
	assert_traces(&s, n, 9, "e1@1:logs/a.json e2@2:logs/a.json ", false);
	trace_identity(&one, one.identity);
	assert_ok(
		store_traces(s.store, n, one.time, one.time, 9, compare_trace, &one, &fresh, &err),
		&err);
	arena_fini(&arena);
	scene_close(&s);
}

/* A child that is killed in the middle of a transaction. */
static void
a_program_that_is_killed_leaves_whole_batches(void **state)
{
	struct scene s;
	int64_t term;
	int status;
	pid_t pid;
	bool cut;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	store_close(s.store);
	pid = fork();
	if (pid == 0) {
		struct trace trace = {.time = FIXTURE_TIME};
		bool fresh;

		if (!store_open(&s.store, s.path, NULL))
			_exit(1);
		put_many(&s, term, 0, 7);
		if (!store_begin(s.store, NULL) ||
			!store_trace_put(s.store, term, &trace, s.input, &fresh, NULL))
			_exit(2);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	s.store = NULL;
	scene_reopen(&s);
	assert_int_equal(count_traces(&s, term, INT64_MAX, &cut), 7);
	assert_false(cut);
	scene_close(&s);
}

/* ---- older stores ---- */

static bool
see_assessed(void *context, const struct store_row *row)
{
	*(int *)context = (int)row->answer.assessed;
	return true;
}

static void
a_store_of_the_fourth_version_is_brought_up_to_date_with_all_it_holds(void **state)
{
	struct arena arena = {0};
	struct trace trace = trace_of_words(&arena, "GetObject id=e1 key=k at=5");
	struct alert alert = {0};
	const struct store_query query = {0};
	int assessed = -1;
	char id[ALERT_ID_SIZE];
	struct scene s;
	struct error err;
	int64_t term;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	store_close(s.store);
	store_file_age(s.path, 4);
	s.store = NULL;
	scene_reopen(&s);
	scene_load(&s, id, &alert);
	assert_str(alert.text[ALERT_EVENT_ID], "e-1");
	alert_fini(&alert);
	assert_ok(store_rows(s.store, &query, see_assessed, &assessed, &err), &err);
	assert_int_equal(assessed, ASSESSED_NONE);
	term = trace_term(&s, TERM_KEY, "k");
	assert_true(trace_put(&s, term, &trace, s.input));
	assert_traces(&s, term, 9, "e1@5:logs/a.json ", false);
	arena_fini(&arena);
	scene_close(&s);
}

/* Who may write the file could hide traces by it. */
static void
a_store_of_the_sixth_version_keeps_its_traces(void **state)
{
	struct arena arena = {0};
	struct trace trace = trace_of_words(&arena, "GetObject id=e1 key=k at=5");
	struct scene s;
	int64_t term;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	assert_true(trace_put(&s, term, &trace, s.input));
	store_close(s.store);
	store_file_age(s.path, 6);
	s.store = NULL;
	scene_reopen(&s);
	trace.text[TRACE_SHARED_ID] = STR("s");
	assert_false(trace_put(&s, term, &trace, s.input));
	assert_traces(&s, term, 9, "e1@5:logs/a.json ", false);
	arena_fini(&arena);
	scene_close(&s);
}

static void
a_trigger_that_is_not_ours_is_refused(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	store_close(s.store);
	store_file_sql(s.path, "CREATE TRIGGER hide AFTER INSERT ON trace BEGIN DELETE FROM trace"
			       " WHERE identity = new.identity; END");
	store_file_refused(s.path, "not as keywatch made them");
	store_file_sql(s.path, "DROP TRIGGER hide");
	s.store = NULL;
	scene_reopen(&s);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_are_numbered_in_their_order_once_each),
		cmocka_unit_test(a_trace_comes_back_as_it_was_put),
		cmocka_unit_test(a_text_of_megabytes_is_cut),
		cmocka_unit_test(
			one_record_in_two_inputs_is_one_trace_and_two_records_of_one_id_are_two),
		cmocka_unit_test(traces_come_in_the_order_of_time_with_and_without_a_weight),
		cmocka_unit_test(of_an_actor_at_an_address_only_the_first_is_kept),
		cmocka_unit_test(of_too_many_traces_the_latest_give_way_and_that_is_remembered),
		cmocka_unit_test(calls_with_a_weight_do_not_give_way_to_others),
		cmocka_unit_test(a_rollback_takes_terms_traces_and_their_texts_back),
		cmocka_unit_test(a_program_that_is_killed_leaves_whole_batches),
		cmocka_unit_test(
			a_store_of_the_fourth_version_is_brought_up_to_date_with_all_it_holds),
		cmocka_unit_test(a_store_of_the_sixth_version_keeps_its_traces),
		cmocka_unit_test(a_trigger_that_is_not_ours_is_refused),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
