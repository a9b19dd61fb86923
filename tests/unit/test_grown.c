/* Files that have grown since they were remembered: only what is new is read, and all is as if the
 * whole had been. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/pipeline.h"
#include "tests/support/gzip.h"
#include "tests/support/member.h"
#include "tests/support/store_file.h"

/* One log, and a store that remembers it. */
struct fixture {
	char *folder;
	char db[256], log[256];
	struct rule *rule;
	struct pipeline_progress progress; /* of the last run */
};

/* What a run found, as text. */
struct found {
	struct store *store;
	struct buf text;
};

static int
setup(void **state)
{
	struct fixture *f = MEM_NEW(struct fixture);

	f->folder = test_folder();
	snprintf(f->db, sizeof(f->db), "%s/keywatch.db", f->folder);
	snprintf(f->log, sizeof(f->log), "%s/log.json", f->folder);
	f->rule = rule_builtin();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	rule_free(f->rule);
	test_rmtree(f->folder);
	free(f);
	return 0;
}

/* ---- runs ---- */

static bool
note_row(void *context, const struct store_row *row)
{
	struct found *found = context;
	struct alert alert = {0};
	struct error err;

	assert_ok(store_load(found->store, row->id, &alert, &err), &err);
	buf_printf(&found->text, "%.*s at", STR_ARG(row->event_id));
	for (size_t i = 0; i < alert.source_count; i++)
		buf_printf(&found->text, " %llu", (unsigned long long)alert.sources[i].offset);
	buf_printf(&found->text, " %x\n", row->flags);
	alert_fini(&alert);
	return true;
}

static bool
note_problem(void *context, const struct problem *problem)
{
	struct found *found = context;

	buf_printf(&found->text, "%s %lld: %.*s\n",
		problem->severity == PROBLEM_ERROR ? "error" : "note", (long long)problem->offset,
		STR_ARG(problem->reason));
	return true;
}

static void
scan(struct fixture *f, const char *db, struct buf *text)
{
	const char *paths[] = {f->log};
	struct pipeline_options options = {.paths = paths,
		.path_count = 1,
		.rules = &f->rule,
		.rule_count = 1,
		.jobs = 1,
		.remember = true};
	struct store_query query = {.order = STORE_BY_TIME};
	struct found found = {0};
	struct pipeline *pipeline;
	struct error err;

	assert_ok(store_open(&found.store, db, &err), &err);
	assert_ok(pipeline_start(&pipeline, &options, found.store, &err), &err);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	assert_false(f->progress.failed);
	assert_int_equal(f->progress.bytes_done, f->progress.bytes_total);
	query.run = pipeline_run(pipeline);
	assert_ok(store_rows(found.store, &query, note_row, &found, &err), &err);
	assert_ok(store_problems(found.store, query.run, note_problem, &found, &err), &err);
	buf_printf(&found.text, "%llu errors, %llu notes\n", (unsigned long long)f->progress.errors,
		(unsigned long long)f->progress.notes);
	pipeline_free(pipeline);
	store_close(found.store);
	*text = found.text;
}

/* Runs with the store that remembers: what it finds is what a run that remembers nothing finds.
 * Returns how many bytes it read. */
static uint64_t
scan_as_whole(struct fixture *f)
{
	struct buf expected, found;

	scan(f, NULL, &expected);
	scan(f, f->db, &found);
	assert_str(buf_view(&found), buf_cstr(&expected));
	buf_fini(&expected);
	buf_fini(&found);
	return f->progress.bytes_done;
}

/* ---- the log ---- */

static void
put(const struct fixture *f, struct str bytes)
{
	int fd = open(f->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	close(fd);
}

static void
append(const struct fixture *f, struct str bytes)
{
	int fd = open(f->log, O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	close(fd);
}

static void
change(const struct fixture *f, long offset, const char *bytes)
{
	store_file_write(f->log, offset, bytes, strlen(bytes));
}

#define HIT(id)                                                                                    \
	"{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"" id                                \
	"\",\"eventName\":\"CreateAccessKey\"}"
#define MISS(id) "{\"eventID\":\"" id "\",\"eventName\":\"ListUsers\"}"

static void
of_records_appended_only_they_are_read(void **state)
{
	struct fixture *f = *state;
	struct str more = STR(MISS("m2") "\n" HIT("e2") "\n");

	put(f, STR(HIT("e1") "\n" MISS("m1") "\n"));
	scan_as_whole(f);
	append(f, more);
	assert_int_equal(scan_as_whole(f), more.len);
	append(f, more); /* the same alert, once more */
	assert_int_equal(scan_as_whole(f), more.len);
	append(f, STR("\n"));
	assert_int_equal(scan_as_whole(f), 1);
	assert_int_equal(scan_as_whole(f), 0);
	assert_int_equal(f->progress.files_remembered, 1);
	assert_int_equal(f->progress.files_done, 1);
}

static void
a_record_that_was_cut_is_whole_when_the_rest_comes(void **state)
{
	struct fixture *f = *state;
	const struct str last = STR(HIT("e2") "\n");

	put(f, STR(HIT("e1") "\n"));
	append(f, str_slice(last, 0, 30));
	scan_as_whole(f);
	assert_int_equal(f->progress.errors, 1);
	append(f, str_slice(last, 30, 20));
	assert_int_equal(scan_as_whole(f), 50);
	assert_int_equal(f->progress.errors, 1);
	append(f, str_slice(last, 50, last.len));
	assert_int_equal(scan_as_whole(f), last.len);
	assert_int_equal(f->progress.errors, 0);
}

static void
what_was_said_of_the_part_before_stands(void **state)
{
	struct fixture *f = *state;
	struct str more = STR("[1,2]\n" HIT("e2") "\n");

	put(f, STR(HIT("e1") "\n3 4\n{\"eventName\":\"\\x\"}\n" HIT("e3") "\n"));
	scan_as_whole(f);
	assert_int_equal(f->progress.errors, 1);
	append(f, more);
	assert_int_equal(scan_as_whole(f), more.len);
	assert_int_equal(f->progress.errors, 1);
	assert_int_equal(f->progress.notes, 1); /* of four values by now */
}

/* ---- what is read whole ---- */

static void
assert_read_whole(struct fixture *f)
{
	struct stat st;

	assert_int_equal(stat(f->log, &st), 0);
	assert_int_equal(scan_as_whole(f), st.st_size);
}

static void
a_file_whose_beginning_changed_is_read_whole(void **state)
{
	struct fixture *f = *state;

	put(f, STR(MISS("e1") "\n" MISS("m1") "\n"));
	scan_as_whole(f);
	put(f, STR(MISS("e9") "\n" MISS("m1") "\n" HIT("e2") "\n"));
	assert_read_whole(f);
	change(f, 0, HIT("e1"));
	append(f, STR("\n" HIT("e3") "\n"));
	assert_read_whole(f);
}

/* Not all of a large one is compared: its beginning and its end are. */
static void
a_large_file_is_known_by_its_beginning_and_end(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

	while (text.len < 200 << 10)
		buf_puts(&text, MISS("m1") "\n");
	put(f, buf_view(&text));
	scan_as_whole(f);
	append(f, STR(HIT("e1") "\n"));
	assert_int_equal(scan_as_whole(f), sizeof(HIT("e1")));
	change(f, 12, "m2");
	append(f, STR(HIT("e2") "\n"));
	assert_read_whole(f);
	change(f, (long)text.len - 30, "ListUserz");
	append(f, STR(HIT("e3") "\n"));
	assert_read_whole(f);
	buf_fini(&text);
}

static void
a_file_that_shrank_is_read_whole(void **state)
{
	struct fixture *f = *state;

	put(f, STR(HIT("e1") "\n" HIT("e2") "\n"));
	scan_as_whole(f);
	assert_int_equal(truncate(f->log, sizeof(HIT("e1"))), 0);
	assert_read_whole(f);
	assert_int_equal(truncate(f->log, 0), 0);
	assert_read_whole(f);
}

static void
a_file_that_was_touched_is_read_whole(void **state)
{
	struct fixture *f = *state;

	put(f, STR(HIT("e1") "\n"));
	scan_as_whole(f);
	assert_int_equal(utimensat(AT_FDCWD, f->log, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
	assert_read_whole(f);
}

static void
another_file_that_begins_the_same_is_read_whole(void **state)
{
	struct fixture *f = *state;
	char before[300];

	put(f, STR(HIT("e1") "\n"));
	scan_as_whole(f);
	snprintf(before, sizeof(before), "%s.1", f->log);
	assert_int_equal(rename(f->log, before), 0);
	put(f, STR(HIT("e1") "\n" HIT("e2") "\n"));
	assert_read_whole(f);
}

static void
a_gzip_is_read_whole(void **state)
{
	struct fixture *f = *state;
	struct buf gzip = {0};

	test_gzip(&gzip, STR(HIT("e1") "\n"));
	put(f, buf_view(&gzip));
	scan_as_whole(f);
	buf_clear(&gzip);
	test_gzip(&gzip, STR(HIT("e2") "\n"));
	append(f, buf_view(&gzip));
	assert_read_whole(f);
	buf_fini(&gzip);
}

static void
a_list_that_goes_on_is_read_whole(void **state)
{
	struct fixture *f = *state;

	put(f, STR(HIT("e0") "\n{\"Records\":[1," HIT("e1")));
	scan_as_whole(f);
	append(f, STR("," HIT("e2") ",2]}\n"));
	assert_read_whole(f);
	assert_int_equal(f->progress.errors, 0);
	append(f, STR("{\"Records\":[3," HIT("e3") "]}\n"));
	assert_int_equal(scan_as_whole(f), sizeof("{\"Records\":[3," HIT("e3") "]}"));
}

static void
under_another_rule_it_is_read_whole(void **state)
{
	static const char yaml[] = "id: 11111111-2222-3333-4444-555555555555\n"
				   "name: r\nseverity: Low\ntriggerOperator: gt\n"
				   "triggerThreshold: 0\nqueryFrequency: 1h\nqueryPeriod: 1h\n"
				   "kind: Scheduled\nquery: |\n"
				   "  AWSCloudTrail\n  | where EventName == 'ListUsers'\n";
	struct fixture *f = *state;
	struct error err;

	put(f, STR(HIT("e1") "\n" MISS("m1") "\n"));
	scan_as_whole(f);
	rule_free(f->rule);
	assert_ok(rule_load_text(&f->rule, str_from(yaml), "r.yaml", &err), &err);
	append(f, STR(HIT("e2") "\n" MISS("m2") "\n"));
	assert_read_whole(f);
}

static void
what_shows_no_form_of_log_is_read_whole(void **state)
{
	struct fixture *f = *state;

	struct buf text = {0};

	while (text.len < 2000)
		buf_puts(&text, "hello\n");
	put(f, buf_view(&text));
	scan_as_whole(f);
	append(f, STR(HIT("e1") "\n"));
	assert_read_whole(f);
	buf_fini(&text);
}

static void
a_store_of_before_reads_it_whole_and_then_knows_more(void **state)
{
	struct fixture *f = *state;

	put(f, STR(HIT("e1") "\n"));
	scan_as_whole(f);
	store_file_age(f->db, 3);
	assert_int_equal(scan_as_whole(f), 0);
	append(f, STR(HIT("e2") "\n"));
	assert_read_whole(f);
	append(f, STR(HIT("e3") "\n"));
	assert_int_equal(scan_as_whole(f), sizeof(HIT("e3")));
}

/* More than are kept of one file: then how many there are is told by the whole. */
static void
behind_too_many_problems_it_is_read_whole(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

	buf_puts(&text, HIT("e1") "\n");
	for (int i = 0; i < 400; i++)
		buf_puts(&text, "{\"eventName\":\"\\x\"}\n" MISS("m1") "\n");
	put(f, buf_view(&text));
	scan_as_whole(f);
	append(f, buf_view(&text));
	assert_int_equal(scan_as_whole(f), text.len);
	append(f, buf_view(&text));
	assert_int_equal(scan_as_whole(f), text.len); /* the last ones are left out */
	append(f, STR(HIT("e2") "\n"));
	assert_read_whole(f);
	buf_fini(&text);
}

/* ---- whatever it holds, however it grows ---- */

static void
put_piece(struct buf *text, struct chance *chance, int n)
{
	static const char *const pieces[] = {MISS("m1") "\n", "\n", "[" MISS("m2") ",7]\n", "8 ",
		"\"x\"", "{\"eventName\":\"\\x\"}\n", "}", "{\"Records\":[" MISS("m3") "]}\n",
		"{\"a\":{\"b\":[", "\x1e", "null\n", "{\"Message\":\"{}\"}\n", "\\", "\""};

	if (chance_below(chance, 3))
		buf_printf(text,
			"{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"e%d\",\"eventName\":"
			"\"CreateAccessKey\"}%s",
			n, chance_below(chance, 8) ? "\n" : "");
	else
		buf_puts(text, pieces[chance_below(chance, sizeof(pieces) / sizeof(pieces[0]))]);
}

static void
it_is_as_if_the_whole_had_been_read(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

	for (uint64_t seed = 1; seed <= 25; seed++) {
		struct chance chance = {seed};
		size_t at;

		buf_clear(&text);
		buf_puts(&text, HIT("e0") "\n");
		for (int n = 1; n < 9; n++)
			put_piece(&text, &chance, n);
		unlink(f->db);
		at = chance_below(&chance, (uint32_t)text.len);
		put(f, str_slice(buf_view(&text), 0, at));
		scan_as_whole(f);
		while (at < text.len) {
			size_t more = 1 + chance_below(&chance, 150);

			append(f, str_slice(buf_view(&text), at, more));
			at += more;
			scan_as_whole(f);
		}
	}
	buf_fini(&text);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(of_records_appended_only_they_are_read),
		TEST(a_record_that_was_cut_is_whole_when_the_rest_comes),
		TEST(what_was_said_of_the_part_before_stands),
		TEST(a_file_whose_beginning_changed_is_read_whole),
		TEST(a_large_file_is_known_by_its_beginning_and_end),
		TEST(a_file_that_shrank_is_read_whole),
		TEST(a_file_that_was_touched_is_read_whole),
		TEST(another_file_that_begins_the_same_is_read_whole),
		TEST(a_gzip_is_read_whole),
		TEST(a_list_that_goes_on_is_read_whole),
		TEST(under_another_rule_it_is_read_whole),
		TEST(what_shows_no_form_of_log_is_read_whole),
		TEST(a_store_of_before_reads_it_whole_and_then_knows_more),
		TEST(behind_too_many_problems_it_is_read_whole),
		TEST(it_is_as_if_the_whole_had_been_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
