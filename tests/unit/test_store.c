#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/store/store.h"
#include "tests/support/fixture.h"

/* A store in a folder of its own, its run and one input. */
struct scene {
	char *folder, *path;
	struct store *store;
	int64_t run, input;
};

static struct store_input
input_named(const char *path)
{
	return (struct store_input){.name = STR("file"),
		.path = str_from(path),
		.identity = str_from(path),
		.size = 10,
		.mtime_ns = 20,
		.ctime_ns = 30,
		.device = 40,
		.inode = 50};
}

static int64_t
begin_input(struct scene *s, const char *path, const char *key, bool *unchanged)
{
	struct store_input input = input_named(path);
	struct error err;
	bool ignored;
	int64_t id;

	assert_ok(store_input_begin(s->store, s->run, &input, key, &id,
			  unchanged ? unchanged : &ignored, &err),
		&err);
	return id;
}

static void
begin_run(struct scene *s)
{
	struct error err;

	assert_ok(store_run_begin(s->store, &s->run, &err), &err);
	s->input = begin_input(s, "logs/a.json", "key", NULL);
}

static void
open_scene(struct scene *s)
{
	struct error err;

	s->folder = test_folder();
	s->path = mem_alloc(strlen(s->folder) + 32);
	sprintf(s->path, "%s/keywatch.db", s->folder);
	assert_ok(store_open(&s->store, s->path, &err), &err);
	begin_run(s);
}

static void
reopen(struct scene *s)
{
	struct error err;

	store_close(s->store);
	assert_ok(store_open(&s->store, s->path, &err), &err);
}

static void
close_scene(struct scene *s)
{
	store_close(s->store);
	free(s->path);
	test_rmtree(s->folder);
}

/* Puts one and gives back the id it got. */
static enum store_put
put_at(struct scene *s, const char *event_id, const char *extra, int64_t input, uint64_t offset,
	char id[ALERT_ID_SIZE])
{
	struct alert alert = {0};
	struct error err = {0};
	enum store_put put;

	fixture_alert(&alert, event_id, extra, 200);
	assert_ok(store_begin(s->store, &err), &err);
	put = store_put_alert(s->store, &alert, input, offset, &err);
	if (put == STORE_FAILED)
		print_error("%s\n", err.text);
	assert_int_not_equal(put, STORE_FAILED);
	assert_ok(store_commit(s->store, &err), &err);
	if (id)
		memcpy(id, alert.id, ALERT_ID_SIZE);
	alert_fini(&alert);
	return put;
}

static enum store_put
put(struct scene *s, const char *event_id, const char *extra, char id[ALERT_ID_SIZE])
{
	return put_at(s, event_id, extra, s->input, 0, id);
}

static void
load(struct scene *s, const char *id, struct alert *alert)
{
	struct error err;

	*alert = (struct alert){0};
	assert_ok(store_load(s->store, id, alert, &err), &err);
}

/* ---- what goes in comes out ---- */

static void
an_alert_comes_back_as_it_was_put(void **state)
{
	struct scene s;
	struct alert put_in = {0}, got;
	struct error err;

	(void)state;
	open_scene(&s);
	fixture_alert(&put_in, "e-1", "a", 3000);
	put_in.text[ALERT_USER_AGENT] = STR("\xff\xc0\x80 '\"; DROP TABLE alert;--");
	put_in.text[ALERT_ERROR_CODE] = STR("");
	put_in.self = true;
	put_in.outcome = OUTCOME_DENIED;
	put_in.flags = 1U << FLAG_NUL | 1U << FLAG_FROM_TABLE;
	assert_ok(store_begin(s.store, &err), &err);
	assert_int_equal(store_put_alert(s.store, &put_in, s.input, 77, &err), STORE_NEW);
	assert_ok(store_commit(s.store, &err), &err);
	reopen(&s);
	load(&s, put_in.id, &got);
	assert_string_equal(got.id, put_in.id);
	assert_string_equal(got.record_hash, put_in.record_hash);
	assert_int_equal(got.time, put_in.time);
	for (int i = 0; i < ALERT_TEXT_COUNT; i++) {
		assert_true(str_equal(got.text[i], put_in.text[i]));
		assert_int_equal(got.text[i].data == NULL, put_in.text[i].data == NULL);
	}
	assert_true(got.self);
	assert_int_equal(got.outcome, OUTCOME_DENIED);
	assert_int_equal(got.flags, put_in.flags);
	assert_true(str_equal(got.raw, put_in.raw));
	assert_int_equal(got.source_count, 1);
	assert_str(got.sources[0].name, "file");
	assert_str(got.sources[0].path, "logs/a.json");
	assert_int_equal(got.sources[0].offset, 77);
	assert_int_equal(got.state.status, STATUS_NEW);
	alert_fini(&got);
	alert_fini(&put_in);
	close_scene(&s);
}

static void
an_alert_without_time_or_eventid_is_kept(void **state)
{
	struct scene s;
	struct alert alert = {0}, got;
	struct error err;

	(void)state;
	open_scene(&s);
	fixture_alert(&alert, "", "a", 100);
	alert.time = TIME_NONE;
	assert_ok(store_begin(s.store, &err), &err);
	assert_int_equal(store_put_alert(s.store, &alert, s.input, 0, &err), STORE_NEW);
	assert_ok(store_commit(s.store, &err), &err);
	load(&s, alert.id, &got);
	assert_int_equal(got.time, TIME_NONE);
	assert_str(got.text[ALERT_EVENT_ID], NULL);
	alert_fini(&got);
	alert_fini(&alert);
	assert_int_equal(put(&s, "", "a", NULL), STORE_KNOWN);
	assert_int_equal(put(&s, "", "b", NULL), STORE_NEW);
	close_scene(&s);
}

static void
what_is_rolled_back_was_never_there(void **state)
{
	struct scene s;
	struct alert alert = {0};
	struct store_counts counts;
	struct error err;

	(void)state;
	open_scene(&s);
	fixture_alert(&alert, "e-1", "a", 100);
	assert_ok(store_begin(s.store, &err), &err);
	assert_int_equal(store_put_alert(s.store, &alert, s.input, 0, &err), STORE_NEW);
	store_rollback(s.store);
	assert_ok(store_count(s.store, &(struct store_query){0}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 0);
	assert_int_equal(put(&s, "e-1", "a", NULL), STORE_NEW);
	alert_fini(&alert);
	close_scene(&s);
}

/* ---- identity ---- */

static void
an_equal_record_is_one_alert_that_names_both_sources(void **state)
{
	struct scene s;
	struct alert got;
	char first[ALERT_ID_SIZE], second[ALERT_ID_SIZE];
	int64_t other;

	(void)state;
	open_scene(&s);
	other = begin_input(&s, "logs/b.json", "key", NULL);
	assert_int_equal(put_at(&s, "e-1", "a", other, 5, first), STORE_NEW);
	assert_int_equal(put_at(&s, "e-1", "a", s.input, 9, second), STORE_KNOWN);
	assert_int_equal(put_at(&s, "e-1", "a", s.input, 9, second), STORE_KNOWN);
	assert_string_equal(first, second);
	load(&s, first, &got);
	assert_int_equal(got.source_count, 2);
	assert_str(got.sources[0].path, "logs/a.json");
	assert_int_equal(got.sources[0].offset, 9);
	assert_str(got.sources[1].path, "logs/b.json");
	assert_int_equal(got.flags, 0);
	alert_fini(&got);
	close_scene(&s);
}

/* Puts an equal record with other bytes. */
static void
put_spelled(struct scene *s, const char *raw, int64_t input, uint64_t offset)
{
	struct alert alert = {0};
	struct error err;

	fixture_alert(&alert, "e-1", "a", 100);
	alert.raw = str_from(raw);
	alert.text[ALERT_RAW_SHA256] = str_from(raw);
	assert_ok(store_begin(s->store, &err), &err);
	assert_int_not_equal(store_put_alert(s->store, &alert, input, offset, &err), STORE_FAILED);
	assert_ok(store_commit(s->store, &err), &err);
	alert_fini(&alert);
}

static void
the_first_copy_is_the_first_in_the_order_of_the_inputs(void **state)
{
	struct scene s;
	struct alert got, probe = {0};
	struct error err;
	int64_t second;

	(void)state;
	open_scene(&s);
	fixture_alert(&probe, "e-1", "a", 100);
	second = begin_input(&s, "logs/b.json", "key", NULL);
	put_spelled(&s, "from b", second, 0);
	put_spelled(&s, "from a, later in it", s.input, 500);
	put_spelled(&s, "from a", s.input, 100);
	put_spelled(&s, "from b again", second, 50);
	load(&s, probe.id, &got);
	assert_str(got.raw, "from a");
	assert_str(got.text[ALERT_RAW_SHA256], "from a");
	alert_fini(&got);
	/* A decision binds the bytes it was made on. */
	assert_ok(store_decide(
			  s.store, probe.id, 0, DECIDE_TAKE, STR("alice"), STR(""), 1, NULL, &err),
		&err);
	put_spelled(&s, "too late", s.input, 1);
	/* So does being there before this run. */
	load(&s, probe.id, &got);
	assert_str(got.raw, "from a");
	alert_fini(&got);
	alert_fini(&probe);
	close_scene(&s);
}

static void
a_later_run_does_not_replace_the_first_copy(void **state)
{
	struct scene s;
	struct alert got, probe = {0};

	(void)state;
	open_scene(&s);
	fixture_alert(&probe, "e-1", "a", 100);
	put_spelled(&s, "first", s.input, 100);
	begin_run(&s);
	put_spelled(&s, "second", s.input, 1);
	load(&s, probe.id, &got);
	assert_str(got.raw, "first");
	assert_int_equal(got.source_count, 2);
	alert_fini(&got);
	alert_fini(&probe);
	close_scene(&s);
}

/* Ids and flags of everything, in order of id. */
static bool
note_row(void *context, const struct store_row *row)
{
	buf_printf(context, "%s %u\n", row->id, row->flags);
	return true;
}

static char *
ids_and_flags(struct store *store)
{
	struct buf out = {0};
	struct error err;

	assert_ok(store_rows(store, &(struct store_query){0}, note_row, &out, &err), &err);
	return buf_take(&out);
}

static void
conflicts_look_the_same_in_whatever_order_they_came(void **state)
{
	static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba", "aabbcc"};
	char *expected = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct scene s;
		char *got;

		open_scene(&s);
		for (const char *p = orders[i]; *p; p++)
			put(&s, "e-1", (char[]){*p, '\0'}, NULL);
		got = ids_and_flags(s.store);
		if (expected)
			assert_string_equal(got, expected);
		else
			expected = mem_strdup(got);
		free(got);
		close_scene(&s);
	}
	free(expected);
}

static void
an_unequal_record_of_one_eventid_flags_both(void **state)
{
	struct scene s;
	char a[ALERT_ID_SIZE], b[ALERT_ID_SIZE], again[ALERT_ID_SIZE];
	struct error err;
	struct alert got;

	(void)state;
	open_scene(&s);
	put(&s, "e-1", "a", a);
	assert_ok(store_decide(s.store, a, 0, DECIDE_TAKE, STR("alice"), STR(""), 1, NULL, &err),
		&err);
	assert_int_equal(put(&s, "e-1", "b", b), STORE_CONFLICT);
	assert_string_not_equal(a, b);
	load(&s, a, &got); /* decided on: it keeps its id */
	assert_int_equal(got.flags, 1U << FLAG_CONFLICT);
	assert_int_equal(got.decision_count, 1);
	alert_fini(&got);
	load(&s, b, &got);
	assert_int_equal(got.flags, 1U << FLAG_CONFLICT);
	alert_fini(&got);
	assert_int_equal(put(&s, "e-1", "b", again), STORE_KNOWN);
	assert_string_equal(again, b);
	assert_int_equal(put(&s, "e-1", "a", again), STORE_KNOWN);
	assert_string_equal(again, a);
	close_scene(&s);
}

/* ---- finding ---- */

static void
an_alert_is_found_by_id_prefix_and_eventid(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE], found[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	open_scene(&s);
	put(&s, "5f0a7a1c-0000-4000-8000-000000000001", "a", id);
	assert_ok(store_find(s.store, str_from(id), found, &err), &err);
	assert_string_equal(found, id);
	assert_ok(store_find(s.store, str_slice(str_from(id), 0, 6), found, &err), &err);
	assert_string_equal(found, id);
	assert_ok(store_find(s.store, STR("5f0a7a1c-0000-4000-8000-000000000001"), found, &err),
		&err);
	assert_string_equal(found, id);
	assert_false(store_find(s.store, STR("zzz"), found, &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_false(store_find(s.store, STR("5f0a7a1c"), found, &err));
	assert_false(store_find(s.store, STR(""), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	close_scene(&s);
}

static void
an_ambiguous_name_is_refused_and_says_between_which(void **state)
{
	struct scene s;
	char found[ALERT_ID_SIZE], id[ALERT_ID_SIZE], name[16], plain[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	open_scene(&s);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "e-%d", i);
		put(&s, name, "a", id);
	}
	assert_false(store_find(s.store, str_slice(str_from(id), 0, 1), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	alert_identity(plain, STR(FIXTURE_RULE), STR("e-3"), "");
	put(&s, "e-3", "b", id);
	assert_false(store_find(s.store, STR("e-3"), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, id));
	/* The id it had before the conflict names both as well. */
	assert_false(store_find(s.store, str_from(plain), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, id));
	close_scene(&s);
}

/* ---- lists ---- */

struct seen {
	struct buf events;
	size_t limit;
};

static bool
see(void *context, const struct store_row *row)
{
	struct seen *seen = context;

	buf_printf(&seen->events, "%.*s ", STR_ARG(row->event_id));
	return --seen->limit != 0;
}

static void
assert_rows(struct store *store, struct store_query query, size_t limit, const char *expected)
{
	struct seen seen = {.limit = limit};
	struct error err;

	assert_ok(store_rows(store, &query, see, &seen, &err), &err);
	assert_string_equal(buf_cstr(&seen.events), expected);
	buf_fini(&seen.events);
}

static void
put_timed(struct scene *s, const char *event_id, int64_t time, int64_t input)
{
	struct alert alert = {0};
	struct error err;

	fixture_alert(&alert, event_id, "a", 100);
	alert.time = time;
	assert_ok(store_begin(s->store, &err), &err);
	assert_int_equal(store_put_alert(s->store, &alert, input, 0, &err), STORE_NEW);
	assert_ok(store_commit(s->store, &err), &err);
	alert_fini(&alert);
}

static void
rows_come_in_the_order_that_is_asked_for(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	put_timed(&s, "b", 20, s.input);
	put_timed(&s, "a", 10, s.input);
	put_timed(&s, "c", 30, s.input);
	put_timed(&s, "none", TIME_NONE, s.input);
	assert_rows(s.store, (struct store_query){0}, 0, "none a b c ");
	assert_rows(s.store, (struct store_query){.descending = true}, 0, "c b a none ");
	assert_rows(s.store, (struct store_query){.descending = true}, 2, "c b ");
	assert_rows(s.store, (struct store_query){.order = STORE_BY_ROWID}, 0, "b a c none ");
	assert_rows(s.store, (struct store_query){.after_rowid = 2}, 0, "none c ");
	assert_rows(s.store, (struct store_query){.rule_ids_json = "[\"" FIXTURE_RULE "\"]"}, 2,
		"none a ");
	assert_rows(s.store, (struct store_query){.rule_ids_json = "[\"other\"]"}, 0, "");
	close_scene(&s);
}

static void
a_run_shows_what_its_inputs_delivered_and_nothing_else(void **state)
{
	struct scene s;
	int64_t first_run, second_input;
	bool unchanged;
	struct store_counts counts;
	struct store_input input = input_named("logs/a.json");
	struct error err;

	(void)state;
	open_scene(&s);
	first_run = s.run;
	put_timed(&s, "a", 10, s.input);
	assert_ok(store_input_done(s.store, s.input, "key", &input, &err), &err);
	assert_ok(store_run_begin(s.store, &s.run, &err), &err);
	second_input = begin_input(&s, "logs/b.json", "key", NULL);
	put_timed(&s, "b", 20, second_input);
	assert_rows(s.store, (struct store_query){.run = first_run}, 0, "a ");
	assert_rows(s.store, (struct store_query){.run = s.run}, 0, "b ");
	/* An unchanged file counts without being read. */
	begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_true(unchanged);
	assert_rows(s.store, (struct store_query){.run = s.run}, 0, "a b ");
	assert_ok(store_count(s.store, &(struct store_query){.run = s.run}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 2);
	assert_int_equal(counts.fresh, 2);
	assert_int_equal(counts.first_time, 10);
	assert_int_equal(counts.last_time, 20);
	assert_ok(store_count(s.store, &(struct store_query){.run = 999}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 0);
	assert_int_equal(counts.first_time, TIME_NONE);
	close_scene(&s);
}

/* ---- inputs ---- */

static void
a_file_is_unchanged_only_when_read_to_its_end_and_exactly_as_it_was(void **state)
{
	struct scene s;
	struct store_input input = input_named("logs/a.json");
	struct error err;
	int64_t id;
	bool unchanged;

	(void)state;
	open_scene(&s);
	begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_false(unchanged); /* begun, not done */
	assert_ok(store_input_done(s.store, s.input, "key", &input, &err), &err);
	begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_true(unchanged);
	begin_input(&s, "logs/a.json", "other rules", &unchanged);
	assert_false(unchanged);
	for (int field = 0; field < 5; field++) {
		assert_ok(store_input_done(s.store, s.input, "key", &input, &err), &err);
		input = input_named("logs/a.json");
		*(field == 0	     ? &input.size
			: field == 1 ? (uint64_t *)&input.mtime_ns
			: field == 2 ? (uint64_t *)&input.ctime_ns
			: field == 3 ? &input.device
				     : &input.inode) += 1;
		assert_ok(store_input_begin(s.store, s.run, &input, "key", &id, &unchanged, &err),
			&err);
		assert_false(unchanged);
		input = input_named("logs/a.json");
	}
	close_scene(&s);
}

static void
a_file_that_is_read_again_shows_only_what_is_in_it_now(void **state)
{
	struct scene s;
	bool unchanged;

	(void)state;
	open_scene(&s);
	put(&s, "a", "x", NULL);
	put(&s, "b", "x", NULL);
	s.input = begin_input(&s, "logs/a.json", "key", &unchanged);
	assert_false(unchanged);
	assert_rows(s.store, (struct store_query){.run = s.run, .order = STORE_BY_ROWID}, 0, "");
	assert_int_equal(put(&s, "b", "x", NULL), STORE_KNOWN);
	assert_rows(s.store, (struct store_query){.run = s.run, .order = STORE_BY_ROWID}, 0, "b ");
	assert_rows(s.store, (struct store_query){.order = STORE_BY_ROWID}, 0, "a b ");
	close_scene(&s);
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
		PROBLEM_ERROR, STR("file"), str_from(path), offset, str_from(reason)};
	struct error err;

	assert_ok(store_put_problem(s->store, s->run, input, &problem, &err), &err);
}

static void
problems_are_remembered_with_their_input_and_forgotten_when_it_is_read_again(void **state)
{
	struct scene s;
	struct store_input input = input_named("logs/a.json");
	struct error err;
	int64_t first_run;

	(void)state;
	open_scene(&s);
	first_run = s.run;
	put_problem(&s, s.input, "logs/a.json", 7, "truncated");
	put_problem(&s, s.input, "logs/a.json", 3, "not JSON");
	put_problem(&s, s.input, "logs/a.json", 3, "not JSON");
	put_problem(&s, 0, "gone", PROBLEM_NO_OFFSET, "missing");
	assert_problems(s.store, s.run,
		"1 gone@-1 missing|1 logs/a.json@3 not JSON|1 logs/a.json@7 truncated|");
	assert_ok(store_input_done(s.store, s.input, "key", &input, &err), &err);
	begin_run(&s);
	assert_problems(s.store, s.run, "1 logs/a.json@3 not JSON|1 logs/a.json@7 truncated|");
	input.size++;
	assert_ok(
		store_input_begin(s.store, s.run, &input, "key", &s.input, &(bool){0}, &err), &err);
	assert_problems(s.store, s.run, "");
	assert_problems(s.store, first_run, "1 gone@-1 missing|");
	close_scene(&s);
}

static void
runs_of_dead_programs_are_forgotten(void **state)
{
	struct scene s;
	struct error err;
	int64_t run = 0;

	(void)state;
	open_scene(&s);
	put(&s, "a", "x", NULL);
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t child;

		store_close(s.store);
		child = fork();
		if (child == 0) {
			if (!store_open(&s.store, s.path, &err) ||
				!store_run_begin(s.store, &run, &err))
				_exit(1);
			store_close(s.store);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_ok(store_open(&s.store, s.path, &err), &err);
	}
	/* Ours is older than all of them, but we live. */
	assert_ok(store_run_begin(s.store, &run, &err), &err);
	assert_int_equal(run, 22);
	assert_rows(s.store, (struct store_query){.run = s.run}, 0, "a ");
	close_scene(&s);
}

/* ---- decisions ---- */

static bool
decide(struct store *store, const char *id, int64_t if_seq, enum decision_action action,
	const char *actor, struct error *err)
{
	return store_decide(store, id, if_seq, action, str_from(actor), STR("because"),
		FIXTURE_TIME, NULL, err);
}

static bool
see_state(void *context, const struct store_row *row)
{
	buf_printf(context, "%s/%s/%s/%.*s/%lld", alert_status_name(row->status),
		classification_name(row->classification), validation_state_name(row->validation),
		STR_ARG(row->owner), (long long)row->last_seq);
	return true;
}

static void
assert_state(struct store *store, const char *expected)
{
	struct buf out = {0};
	struct error err;

	assert_ok(store_row(store, 1, see_state, &out, &err), &err);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
a_decision_is_there_after_a_restart_with_who_when_and_why(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE];
	struct alert got;
	struct error err;
	int64_t seq;

	(void)state;
	open_scene(&s);
	put(&s, "e-1", "a", id);
	assert_ok(store_decide(s.store, id, 0, DECIDE_VALIDATE, STR("alice"),
			  STR("change 123 \xc3\xa4"), FIXTURE_TIME, &seq, &err),
		&err);
	assert_int_equal(seq, 1);
	reopen(&s);
	load(&s, id, &got);
	assert_int_equal(got.decision_count, 1);
	assert_int_equal(got.decisions[0].seq, 1);
	assert_int_equal(got.decisions[0].at, FIXTURE_TIME);
	assert_int_equal(got.decisions[0].action, DECIDE_VALIDATE);
	assert_str(got.decisions[0].actor, "alice");
	assert_str(got.decisions[0].reason, "change 123 \xc3\xa4");
	assert_int_equal(got.state.status, STATUS_CLOSED);
	assert_int_equal(got.state.validation, VALIDATION_UNSIGNED);
	alert_fini(&got);
	assert_state(s.store, "Closed/BenignPositive/unsigned//1");
	close_scene(&s);
}

static void
the_row_of_a_list_follows_every_decision(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	open_scene(&s);
	put(&s, "e-1", "a", id);
	assert_ok(decide(s.store, id, 0, DECIDE_TAKE, "alice", &err), &err);
	assert_state(s.store, "Active//none/alice/1");
	assert_ok(decide(s.store, id, 1, DECIDE_REQUEST, "alice", &err), &err);
	assert_state(s.store, "Active//awaiting/alice/2");
	assert_ok(decide(s.store, id, 2, DECIDE_NOTE, "bob", &err), &err);
	assert_state(s.store, "Active//awaiting/alice/3");
	assert_ok(decide(s.store, id, 3, DECIDE_MALICIOUS, "bob", &err), &err);
	assert_state(s.store, "Closed/TruePositive/none/alice/4");
	assert_ok(decide(s.store, id, 4, DECIDE_UNDO, "bob", &err), &err);
	assert_state(s.store, "Active//awaiting/alice/5");
	assert_ok(decide(s.store, id, -1, DECIDE_UNDO, "alice", &err), &err);
	assert_ok(decide(s.store, id, -1, DECIDE_UNDO, "alice", &err), &err);
	assert_state(s.store, "New//none//7");
	close_scene(&s);
}

static void
of_two_handles_one_wins_and_the_other_learns_who(void **state)
{
	struct scene s;
	struct store *other;
	char id[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	open_scene(&s);
	put(&s, "e-1", "a", id);
	assert_ok(store_open_again(&other, s.store, &err), &err);
	assert_ok(decide(s.store, id, 0, DECIDE_TAKE, "alice", &err), &err);
	assert_false(decide(other, id, 0, DECIDE_MALICIOUS, "bob", &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_non_null(strstr(err.text, "alice decided take"));
	assert_state(s.store, "Active//none/alice/1");
	assert_ok(decide(other, id, 1, DECIDE_MALICIOUS, "bob", &err), &err);
	assert_false(decide(other, "no such id", 0, DECIDE_TAKE, "bob", &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_false(decide(other, id, 77, DECIDE_NOTE, "bob", &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	store_close(other);
	close_scene(&s);
}

static void
processes_that_race_leave_exactly_one_winner(void **state)
{
	enum { RACERS = 4, ROUNDS = 10 };
	struct scene s;
	struct error err;

	(void)state;
	open_scene(&s);
	for (int round = 0; round < ROUNDS; round++) {
		char id[ALERT_ID_SIZE], name[16];
		int wins = 0;
		pid_t children[RACERS];

		snprintf(name, sizeof(name), "e-%d", round);
		put(&s, name, "a", id);
		store_close(s.store); /* no handle crosses a fork */
		for (int i = 0; i < RACERS; i++) {
			children[i] = fork();
			if (children[i] == 0) {
				bool won;

				if (!store_open(&s.store, s.path, &err))
					_exit(3);
				won = decide(s.store, id, 0, DECIDE_TAKE, "racer", &err);
				store_close(s.store);
				_exit(won ? 0 : err.kind == ERROR_CONFLICT ? 1 : 2);
			}
		}
		for (int i = 0; i < RACERS; i++) {
			int status;

			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
			wins += WEXITSTATUS(status) == 0;
		}
		assert_int_equal(wins, 1);
		assert_ok(store_open(&s.store, s.path, &err), &err);
		begin_run(&s);
	}
	close_scene(&s);
}

static void
the_version_moves_when_anybody_commits(void **state)
{
	struct scene s;
	struct store *other;
	char id[ALERT_ID_SIZE];
	struct error err;
	uint64_t before;

	(void)state;
	open_scene(&s);
	assert_ok(store_open_again(&other, s.store, &err), &err);
	before = store_version(other);
	assert_int_equal(store_version(other), before);
	put(&s, "e-1", "a", id);
	assert_int_not_equal(store_version(other), before);
	before = store_version(other);
	assert_ok(decide(other, id, 0, DECIDE_TAKE, "alice", &err), &err);
	assert_int_not_equal(store_version(other), before);
	store_close(other);
	close_scene(&s);
}

static void
settings_are_kept(void **state)
{
	struct scene s;
	struct arena arena = {0};
	struct error err;

	(void)state;
	open_scene(&s);
	assert_str(store_setting_get(s.store, "filter", &arena), NULL);
	assert_ok(store_setting_put(s.store, "filter", STR("a == \"b\""), &err), &err);
	assert_ok(store_setting_put(s.store, "filter", STR(""), &err), &err);
	reopen(&s);
	assert_str(store_setting_get(s.store, "filter", &arena), "");
	arena_fini(&arena);
	close_scene(&s);
}

/* ---- the private store ---- */

static void
a_private_store_is_shared_by_its_handles_and_gone_with_the_last(void **state)
{
	struct scene s = {0};
	struct store *other;
	struct store_counts counts;
	struct error err;
	char id[ALERT_ID_SIZE];
	uint64_t before;

	(void)state;
	assert_ok(store_open(&s.store, NULL, &err), &err);
	assert_string_equal(store_path(s.store), "");
	assert_ok(store_open_again(&other, s.store, &err), &err);
	begin_run(&s);
	before = store_version(other);
	put(&s, "e-1", "a", id);
	assert_int_not_equal(store_version(other), before);
	assert_ok(decide(other, id, 0, DECIDE_TAKE, "alice", &err), &err);
	store_close(s.store);
	assert_ok(store_count(other, &(struct store_query){0}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 1);
	assert_int_equal(counts.active, 1);
	store_close(other);
	assert_ok(store_open(&s.store, NULL, &err), &err);
	assert_ok(store_count(s.store, &(struct store_query){0}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 0);
	store_close(s.store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_comes_back_as_it_was_put),
		cmocka_unit_test(an_alert_without_time_or_eventid_is_kept),
		cmocka_unit_test(what_is_rolled_back_was_never_there),
		cmocka_unit_test(an_equal_record_is_one_alert_that_names_both_sources),
		cmocka_unit_test(the_first_copy_is_the_first_in_the_order_of_the_inputs),
		cmocka_unit_test(a_later_run_does_not_replace_the_first_copy),
		cmocka_unit_test(conflicts_look_the_same_in_whatever_order_they_came),
		cmocka_unit_test(an_unequal_record_of_one_eventid_flags_both),
		cmocka_unit_test(an_alert_is_found_by_id_prefix_and_eventid),
		cmocka_unit_test(an_ambiguous_name_is_refused_and_says_between_which),
		cmocka_unit_test(rows_come_in_the_order_that_is_asked_for),
		cmocka_unit_test(a_run_shows_what_its_inputs_delivered_and_nothing_else),
		cmocka_unit_test(
			a_file_is_unchanged_only_when_read_to_its_end_and_exactly_as_it_was),
		cmocka_unit_test(a_file_that_is_read_again_shows_only_what_is_in_it_now),
		cmocka_unit_test(
			problems_are_remembered_with_their_input_and_forgotten_when_it_is_read_again),
		cmocka_unit_test(runs_of_dead_programs_are_forgotten),
		cmocka_unit_test(a_decision_is_there_after_a_restart_with_who_when_and_why),
		cmocka_unit_test(the_row_of_a_list_follows_every_decision),
		cmocka_unit_test(of_two_handles_one_wins_and_the_other_learns_who),
		cmocka_unit_test(processes_that_race_leave_exactly_one_winner),
		cmocka_unit_test(the_version_moves_when_anybody_commits),
		cmocka_unit_test(settings_are_kept),
		cmocka_unit_test(a_private_store_is_shared_by_its_handles_and_gone_with_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
