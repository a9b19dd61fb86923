#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/pipeline.h"
#include "tests/support/gzip.h"

/* A store and what a run over some paths made of it. */
struct fixture {
	char *folder;
	char db[256];
	struct store *store;
	struct rule *rule;
	struct pipeline_progress progress;
	int64_t run;
	struct buf ids;	     /* a line an alert, by time */
	struct buf problems; /* a line a problem */
};

static int
setup(void **state)
{
	struct fixture *f = MEM_NEW(struct fixture);
	struct error err;

	f->folder = test_folder();
	snprintf(f->db, sizeof(f->db), "%s/store/k.db", f->folder);
	assert_ok(store_open(&f->store, f->db, &err), &err);
	f->rule = rule_builtin();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	rule_free(f->rule);
	test_rmtree(f->folder);
	buf_fini(&f->ids);
	buf_fini(&f->problems);
	free(f);
	return 0;
}

static bool
note_row(void *context, const struct store_row *row)
{
	struct fixture *f = context;

	buf_printf(&f->ids, "%.*s %.*s\n", STR_ARG(row->event_id), STR_ARG(row->target));
	return true;
}

static bool
note_problem(void *context, const struct problem *problem)
{
	struct fixture *f = context;
	const char *name = strrchr(problem->path.data, '/');

	buf_printf(&f->problems, "%s %s: %.*s\n",
		problem->severity == PROBLEM_ERROR ? "error" : "note",
		name ? name + 1 : problem->path.data, STR_ARG(problem->reason));
	return true;
}

static void
collect(struct fixture *f)
{
	struct store_query query = {.run = f->run};
	struct error err;

	buf_clear(&f->ids);
	buf_clear(&f->problems);
	assert_ok(store_rows(f->store, &query, note_row, f, &err), &err);
	assert_ok(store_problems(f->store, f->run, note_problem, f, &err), &err);
}

static void
run_paths(struct fixture *f, const char *const *paths, size_t count, unsigned jobs)
{
	struct pipeline_options options = {.paths = paths,
		.path_count = count,
		.rules = &f->rule,
		.rule_count = 1,
		.jobs = jobs,
		.remember = true};
	struct pipeline *pipeline;
	struct error err;

	assert_ok(pipeline_start(&pipeline, &options, f->store, &err), &err);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	f->run = pipeline_run(pipeline);
	pipeline_free(pipeline);
	if (f->progress.failed)
		print_error("%s\n", f->progress.error.text);
	assert_false(f->progress.failed);
	assert_true(f->progress.finished);
	collect(f);
}

static void
run_folder(struct fixture *f, unsigned jobs)
{
	char path[300];
	const char *paths[] = {path};

	snprintf(path, sizeof(path), "%s/logs", f->folder);
	run_paths(f, paths, 1, jobs);
}

static void
put_record(struct buf *out, int n, const char *name)
{
	buf_printf(out,
		"{\"eventVersion\":\"1.09\",\"eventTime\":\"2026-01-02T03:%02d:%02dZ\",\"eventID\":"
		"\"e-%04d\","
		"\"eventName\":\"%s\",\"requestParameters\":{\"userName\":\"user-%d\"}}",
		n / 60 % 60, n % 60, n, name, n);
}

static void
put_log(struct fixture *f, const char *name, int first, int count)
{
	struct buf text = {0};
	char folder[300];

	snprintf(folder, sizeof(folder), "%s/logs", f->folder);
	mkdir(folder, 0700);
	for (int i = 0; i < count; i++) {
		put_record(&text, first + i, i % 3 ? "ListUsers" : "CreateAccessKey");
		buf_putc(&text, '\n');
	}
	free(test_file(folder, name, text.data, text.len));
	buf_fini(&text);
}

static void
put_text(struct fixture *f, const char *name, const char *text)
{
	char folder[300];

	snprintf(folder, sizeof(folder), "%s/logs", f->folder);
	mkdir(folder, 0700);
	free(test_file(folder, name, text, strlen(text)));
}

static void
every_alert_of_a_folder_is_found_in_order_of_time(void **state)
{
	struct fixture *f = *state;

	put_log(f, "b.json", 0, 4);
	put_log(f, "a.json", 4, 4);
	run_folder(f, 1);
	assert_string_equal(
		buf_cstr(&f->ids), "e-0000 user-0\ne-0003 user-3\ne-0004 user-4\ne-0007 user-7\n");
	assert_int_equal(f->progress.files_done, 2);
	assert_int_equal(f->progress.alerts_new, 4);
	assert_int_equal(f->progress.records, 8);
	assert_int_equal(f->progress.errors, 0);
	assert_true(f->progress.bytes_done == f->progress.bytes_total);
}

static void
four_workers_find_what_one_finds(void **state)
{
	struct fixture *f = *state;
	char name[32], *alone;

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "%02d.json", i);
		put_log(f, name, i * 50, 50);
	}
	run_folder(f, 4);
	alone = mem_strdup(buf_cstr(&f->ids));
	store_close(f->store);
	assert_int_equal(unlink(f->db), 0);
	assert_true(store_open(&f->store, f->db, NULL));
	run_folder(f, 1);
	assert_string_equal(buf_cstr(&f->ids), alone);
	assert_int_equal(f->progress.alerts_new, 40 * 17);
	free(alone);
}

/* The larger file is read first. */
static void
the_first_copy_is_the_first_in_the_order_of_paths(void **state)
{
	struct fixture *f = *state;
	struct alert alert = {0};
	char id[ALERT_ID_SIZE];
	struct error err;

	put_log(f, "b.json", 0, 9);
	put_log(f, "a.json", 0, 1);
	put_log(f, "c.json", 0, 5);
	run_folder(f, 1);
	assert_ok(store_find(f->store, STR("e-0000"), id, &err), &err);
	assert_ok(store_load(f->store, id, &alert, &err), &err);
	assert_int_equal(alert.source_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
			alert.sources[i].path.data[alert.sources[i].path.len - 6], "abc"[i]);
	alert_fini(&alert);
}

static void
an_unchanged_file_is_not_read_again_but_its_alerts_and_problems_stand(void **state)
{
	struct fixture *f = *state;
	char *ids, *problems;

	put_log(f, "a.json", 0, 6);
	put_text(f, "broken.json", "{\"eventName\":\"CreateAccessKey\",");
	run_folder(f, 2);
	assert_int_equal(f->progress.errors, 1);
	ids = mem_strdup(buf_cstr(&f->ids));
	problems = mem_strdup(buf_cstr(&f->problems));
	run_folder(f, 2);
	assert_int_equal(f->progress.files_remembered, 2);
	assert_int_equal(f->progress.bytes_done, 0);
	assert_int_equal(f->progress.errors, 1);
	assert_string_equal(buf_cstr(&f->ids), ids);
	assert_string_equal(buf_cstr(&f->problems), problems);
	free(ids);
	free(problems);
}

static void
a_changed_file_is_read_again(void **state)
{
	struct fixture *f = *state;

	put_log(f, "a.json", 0, 1);
	run_folder(f, 1);
	put_log(f, "a.json", 0, 7);
	run_folder(f, 1);
	assert_int_equal(f->progress.files_remembered, 0);
	assert_string_equal(buf_cstr(&f->ids), "e-0000 user-0\ne-0003 user-3\ne-0006 user-6\n");
	assert_int_equal(f->progress.alerts_new, 2);
}

static void
the_scope_is_what_the_paths_delivered(void **state)
{
	struct fixture *f = *state;
	char path[300];
	const char *paths[] = {path};

	put_log(f, "a.json", 0, 1);
	put_log(f, "b.json", 9, 1);
	run_folder(f, 1);
	snprintf(path, sizeof(path), "%s/logs/b.json", f->folder);
	run_paths(f, paths, 1, 1);
	assert_string_equal(buf_cstr(&f->ids), "e-0009 user-9\n");
}

static void
what_is_no_log_is_said_by_how_it_was_named(void **state)
{
	struct fixture *f = *state;
	char path[300];
	const char *paths[] = {path};

	put_text(f, "README", "hello\n");
	put_text(f, "data.json", "hello\n");
	put_text(f, "empty.json", "");
	put_text(f, "dump", "{\"eventVersion\":\"1.09\",\"userAgent\":\"\\x\"}\n");
	put_text(f, "rc", "{\"a\": 1, /* why */}\n");
	run_folder(f, 1);
	assert_string_equal(buf_cstr(&f->problems),
		"note README: not a log\n"
		"error data.json: shows no form of CloudTrail log\n"
		"error dump: not JSON: an escape that JSON does not have at byte 37\n"
		"note empty.json: is empty\n"
		"note rc: not a log\n");
	snprintf(path, sizeof(path), "%s/logs/README", f->folder);
	run_paths(f, paths, 1, 1);
	assert_string_equal(
		buf_cstr(&f->problems), "error README: shows no form of CloudTrail log\n");
}

static void
any_copy_of_a_duplicated_key_makes_the_record_match(void **state)
{
	struct fixture *f = *state;

	put_text(f, "a.json",
		"{\"eventID\":\"e-1\",\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventName\":"
		"\"ListUsers\","
		"\"eventName\":\"CreateAccessKey\",\"requestParameters\":{\"userName\":\"bob\"}}"
		"\n");
	run_folder(f, 1);
	assert_string_equal(buf_cstr(&f->ids), "e-1 bob\n");
}

static void
a_record_that_cannot_be_judged_is_named(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

	buf_puts(&text, "{\"eventID\":\"e-1\"");
	for (int i = 0; i < 11; i++)
		buf_printf(&text, ",\"eventSource\":\"a\"");
	for (int i = 0; i < 200; i++)
		buf_printf(&text, ",\"eventName\":\"%s\"", i == 199 ? "CreateAccessKey" : "x");
	buf_puts(&text, "}\n");
	put_text(f, "a.json", buf_cstr(&text));
	run_folder(f, 1);
	assert_string_equal(buf_cstr(&f->ids), "");
	assert_string_equal(buf_cstr(&f->problems),
		"error a.json: has too many duplicated keys to be judged\n");
	buf_fini(&text);
}

static void
take_rule(struct fixture *f, const char *where)
{
	struct buf yaml = {0};
	struct error err;

	buf_printf(&yaml,
		"id: 11111111-2222-3333-4444-555555555555\n"
		"name: r\nseverity: Low\ntriggerOperator: gt\ntriggerThreshold: 0\n"
		"queryFrequency: 1h\nqueryPeriod: 1h\nkind: Scheduled\nquery: |\n"
		"  AWSCloudTrail\n  | where %s\n",
		where);
	rule_free(f->rule);
	assert_ok(rule_load_text(&f->rule, buf_view(&yaml), "r.yaml", &err), &err);
	buf_fini(&yaml);
}

/* ^(a+)+$ over a's that end otherwise takes 2^n steps. */
static void
a_record_that_a_rules_expression_gives_up_on_is_named(void **state)
{
	struct fixture *f = *state;

	take_rule(f, "UserAgent matches regex '^(a+)+$'");
	put_text(f, "a.json",
		"{\"eventID\":\"e-1\",\"eventName\":\"x\",\"userAgent\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}\n"
		"{\"eventID\":\"e-2\",\"eventName\":\"x\",\"userAgent\":\"aa\"}\n");
	run_folder(f, 1);
	assert_string_equal(buf_cstr(&f->ids), "e-2 \n");
	assert_string_equal(buf_cstr(&f->problems), "error a.json: could not be judged: a regular "
						    "expression of the rule takes too long "
						    "on it\n");
}

#define WITHOUT_A_LITERAL "strcat(EventName, '/') == 'CreateAccessKey/'"

static void
a_rule_without_a_literal_finds_the_same(void **state)
{
	struct fixture *f = *state;
	char name[32], *by_literal;
	uint64_t records;

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "%02d.json", i);
		put_log(f, name, i * 50, 50);
	}
	run_folder(f, 4);
	by_literal = mem_strdup(buf_cstr(&f->ids));
	records = f->progress.records;
	take_rule(f, WITHOUT_A_LITERAL);
	run_folder(f, 4);
	assert_string_equal(buf_cstr(&f->ids), by_literal);
	assert_int_equal(f->progress.files_remembered, 0);
	assert_int_equal(f->progress.alerts_new, 20 * 17);
	assert_true(f->progress.records == records && records == 20 * 50);
	free(by_literal);
}

/* Where a record stands in what is none itself, how its name is written, which copy counts; and
 * what is to be said of others. */
static void
a_rule_without_a_literal_sees_every_record(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

#define ID(n) "{\"eventTime\":\"2026-01-02T03:04:0" n "Z\",\"eventID\":\"e-" n "\","
	buf_puts(&text,
		ID("1") "\"eventName\":\"CreateAcces\\u0073Key\"}\n" ID(
			"2") "\"event\\u004eame\":"
			     "\"CreateAccessKey\"}"
			     "\n" ID("3") "\"eventN"
					  "ame\":"
					  "\"ListUs"
					  "ers\","
					  "\"eventN"
					  "ame\":"
					  "\"Create"
					  "AccessKe"
					  "y\"}"
					  "\n" ID("4") "\"eventName\":\"ListUsers\",\"EventName\":"
						       "\"CreateAccessKey\"}\n" ID(
							       "5") "\"eventName\":"
								    "\"CreateAccessKey\\u0000\"}\n"
								    "{\"eventName\":\"ListUsers\","
								    "\"CloudTrailEvent\":"
								    "\"{\\\"eventID\\\":\\\"in a "
								    "string\\\",\\\"eventTime\\\":"
								    "\\\"2026-01-02T03:04:06Z\\\","
								    "\\\"eventName\\\":"
								    "\\\"CreateAccessKey\\\"}\"}\n"
								    "{\"eventName\":\"ListUsers\","
								    "\"detail-type\":\"x\","
								    "\"detail\":" ID(
									    "7") "\"eventName\":"
										 "\"CreateAccessKey"
										 "\"}}\n" ID(
											 "8") "\"ev"
											      "entN"
											      "ame"
											      "\":"
											      "\"Cr"
											      "eate"
											      "Acce"
											      "ssKe"
											      "ys"
											      "\"");
#undef ID
	for (int i = 0; i < 1100; i++)
		buf_puts(&text, ",\"eventSource\":\"a\"");
	buf_puts(&text, "}\n{\"other\":1}\n");
	put_text(f, "a.json", buf_cstr(&text));
	take_rule(f, WITHOUT_A_LITERAL);
	run_folder(f, 1);
	assert_string_equal(buf_cstr(&f->ids), "e-1 \ne-2 \ne-3 \nin a string \ne-7 \n");
	assert_string_equal(buf_cstr(&f->problems),
		"note a.json: holds 1 JSON value that is no CloudTrail record\n"
		"error a.json: has too many duplicated keys to be judged\n");
	assert_int_equal(f->progress.records, 10);
	buf_fini(&text);
}

static void
stopping_does_not_wait_for_a_pipe_that_says_nothing(void **state)
{
	struct fixture *f = *state;
	const char *paths[] = {"-"};
	struct pipeline_options options = {
		.paths = paths, .path_count = 1, .rules = &f->rule, .rule_count = 1};
	int ends[2], saved = dup(STDIN_FILENO);
	struct pipeline *pipeline;
	struct error err;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	assert_ok(pipeline_start(&pipeline, &options, f->store, &err), &err);
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	assert_true(f->progress.stopped && f->progress.finished);
	pipeline_free(pipeline);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

/* Nobody writes into it yet. */
static void
stopping_does_not_wait_for_a_pipe_without_a_writer(void **state)
{
	struct fixture *f = *state;
	char path[300];
	const char *paths[] = {path};
	struct pipeline_options options = {
		.paths = paths, .path_count = 1, .rules = &f->rule, .rule_count = 1};
	struct pipeline *pipeline;
	struct error err;

	snprintf(path, sizeof(path), "%s/pipe", f->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_ok(pipeline_start(&pipeline, &options, f->store, &err), &err);
	do {
		pipeline_get_progress(pipeline, &f->progress);
	} while (f->progress.listing);
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	assert_true(f->progress.stopped && f->progress.finished);
	pipeline_free(pipeline);
}

enum { ZEROS = 16 << 20, MEMBERS = 28 };

/* 450 MB of zero bytes, all in one piece that is read, behind a record. */
static char *
put_bomb(struct fixture *f)
{
	struct buf text = {0}, member = {0}, gzip = {0};
	char *path;

	put_record(&text, 1, "CreateAccessKey");
	test_gzip(&gzip, buf_view(&text));
	buf_clear(&text);
	buf_reserve(&text, ZEROS);
	memset(text.data, 0, ZEROS);
	text.len = ZEROS;
	test_gzip(&member, buf_view(&text));
	for (int i = 0; i < MEMBERS; i++)
		buf_str(&gzip, buf_view(&member));
	assert_true(gzip.len < 512 << 10);
	path = test_file(f->folder, "bomb.json.gz", gzip.data, gzip.len);
	buf_fini(&text);
	buf_fini(&member);
	buf_fini(&gzip);
	return path;
}

static void
wait_for_alert(struct pipeline *pipeline, const struct wake *wake)
{
	struct pollfd fd = {wake->fd, POLLIN, 0};
	struct pipeline_progress progress = {0};

	while (!progress.alerts_new && !progress.finished) {
		assert_int_equal(poll(&fd, 1, 60000), 1);
		wake_clear(wake);
		pipeline_get_progress(pipeline, &progress);
	}
	assert_false(progress.finished);
}

static void
stopping_does_not_wait_for_all_that_a_piece_of_gzip_holds(void **state)
{
	struct fixture *f = *state;
	char *bomb = put_bomb(f);
	const char *path = bomb;
	struct wake wake;
	struct pipeline_options options = {
		.paths = &path, .path_count = 1, .rules = &f->rule, .rule_count = 1, .wake = &wake};
	struct pipeline *pipeline;
	struct error err;

	assert_ok(wake_open(&wake, &err), &err);
	assert_ok(pipeline_start(&pipeline, &options, f->store, &err), &err);
	wait_for_alert(pipeline, &wake);
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	assert_true(f->progress.stopped && f->progress.finished);
	assert_true(f->progress.bytes_out < (uint64_t)ZEROS * MEMBERS);
	pipeline_free(pipeline);
	wake_close(&wake);
	free(bomb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_alert_of_a_folder_is_found_in_order_of_time, setup, teardown),
		cmocka_unit_test_setup_teardown(four_workers_find_what_one_finds, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_first_copy_is_the_first_in_the_order_of_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_unchanged_file_is_not_read_again_but_its_alerts_and_problems_stand,
			setup, teardown),
		cmocka_unit_test_setup_teardown(a_changed_file_is_read_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_scope_is_what_the_paths_delivered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_no_log_is_said_by_how_it_was_named, setup, teardown),
		cmocka_unit_test_setup_teardown(
			any_copy_of_a_duplicated_key_makes_the_record_match, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_record_that_cannot_be_judged_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_record_that_a_rules_expression_gives_up_on_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_rule_without_a_literal_finds_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_rule_without_a_literal_sees_every_record, setup, teardown),
		cmocka_unit_test_setup_teardown(
			stopping_does_not_wait_for_a_pipe_that_says_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			stopping_does_not_wait_for_a_pipe_without_a_writer, setup, teardown),
		cmocka_unit_test_setup_teardown(
			stopping_does_not_wait_for_all_that_a_piece_of_gzip_holds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
