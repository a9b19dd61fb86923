/* The headless commands: exact output, order, exit statuses, what is said on stderr. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/expect.h"
#include "tests/support/stage.h"

#define ALERTS "tests/data/cli/alerts.ndjson"
#define HEAD "{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"Root\"},"
#define RECORD(id)                                                                                 \
	HEAD "\"eventTime\":\"2026-01-12T08:00:00Z\",\"eventSource\":\"iam.amazonaws.com\","       \
	     "\"eventName\":\"CreateAccessKey\",\"eventID\":\"" id "\"}"

static struct run
scan_text(const struct stage *stage, const char *text, size_t len)
{
	struct run run = {.input = text, .input_len = len};

	stage_run(stage, &run, "scan", "--format", "jsonl", "-");
	return run;
}

static char *
file(const struct stage *stage, const char *name, const char *text)
{
	return test_file(stage->home, name, text, strlen(text));
}

/* ---- formats ---- */

static void
expect_format(const struct stage *stage, const char *format, const char *name)
{
	struct run run = {0};

	stage_run(stage, &run, "scan", "--format", format, ALERTS);
	assert_int_equal(run.status, 0);
	assert_str(buf_view(&run.err), "");
	expect_file(name, buf_view(&run.out));
	run_fini(&run);
}

static void
every_format_is_exact(void **state)
{
	expect_format(*state, "text", "tests/data/cli/alerts.text");
	expect_format(*state, "json", "tests/data/cli/alerts.json");
	expect_format(*state, "jsonl", "tests/data/cli/alerts.jsonl");
	expect_format(*state, "csv", "tests/data/cli/alerts.csv");
	expect_format(*state, "md", "tests/data/cli/alerts.md");
}

static void
text_is_the_format_unless_another_is_named(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "scan", ALERTS);
	expect_file("tests/data/cli/alerts.text", buf_view(&run.out));
	run_fini(&run);
}

static void
a_path_without_a_terminal_is_scanned(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "--format", "csv", ALERTS);
	assert_int_equal(run.status, 0);
	expect_file("tests/data/cli/alerts.csv", buf_view(&run.out));
	run_fini(&run);
}

static void
options_stand_before_and_after_the_command(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "--format", "csv", "scan", ALERTS, "--jobs", "1");
	assert_int_equal(run.status, 0);
	expect_file("tests/data/cli/alerts.csv", buf_view(&run.out));
	run_fini(&run);
}

static void
the_sample_has_its_alerts_in_the_order_of_time_whatever_the_workers(void **state)
{
	struct run one = {0}, two = {0}, five = {0};

	stage_run((struct stage *)*state, &one, "scan", "--format", "jsonl", "--jobs", "1", SAMPLE);
	stage_run((struct stage *)*state, &two, "scan", "--format", "jsonl", "--jobs", "2", SAMPLE);
	stage_run(
		(struct stage *)*state, &five, "scan", "--format", "jsonl", "--jobs", "5", SAMPLE);
	assert_int_equal(one.status, 0);
	assert_int_equal(stage_count(buf_view(&one.out), "\n"), SAMPLE_ALERTS);
	assert_string_equal(buf_cstr(&one.out), buf_cstr(&two.out));
	assert_string_equal(buf_cstr(&one.out), buf_cstr(&five.out));
	run_fini(&one);
	run_fini(&two);
	run_fini(&five);
}

static void
one_event_from_two_files_is_one_alert_that_names_both(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "--filter",
		"SourceIpAddress == '203.0.113.40'", SAMPLE);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_int_equal(
		stage_count(buf_view(&run.out), "\"path\":"), 3); /* source and sources[] */
	assert_non_null(strstr(buf_cstr(&run.out), "siem-analytics.ndjson"));
	run_fini(&run);
}

/* ---- exit statuses ---- */

static int
status_of(const struct stage *stage, const char *const *words)
{
	struct run run = {0};
	int status;

	stage_run_words(stage, &run, words);
	status = run.status;
	run_fini(&run);
	return status;
}
#define status(stage, ...) status_of((stage), (const char *const[]){__VA_ARGS__, NULL})

static void
alerts_fail_only_when_asked_to(void **state)
{
	assert_int_equal(status(*state, "scan", SAMPLE), 0);
	assert_int_equal(status(*state, "scan", "--fail-on-alert", SAMPLE), 1);
	assert_int_equal(status(*state, "scan", "--fail-on-alert", "--filter", "false", SAMPLE), 0);
}

static void
wrong_words_end_with_2_and_read_nothing(void **state)
{
	struct run run = {0};

	assert_int_equal(status(*state, "scan"), 2);
	assert_int_equal(status(*state, "scan", "--frobnicate", ALERTS), 2);
	assert_int_equal(status(*state, "scan", "--format", "xml", ALERTS), 2);
	assert_int_equal(status(*state, "scan", "--jobs", "0", ALERTS), 2);
	assert_int_equal(status(*state, "scan", "--now", "noon", ALERTS), 2);
	assert_int_equal(status(*state, "scan", ALERTS, "--format"), 2);
	stage_run((struct stage *)*state, &run, "scan", "--filter", "UserIdentityTipe == 'Root'",
		ALERTS);
	assert_int_equal(run.status, 2);
	assert_str(buf_view(&run.out), "");
	assert_non_null(strstr(buf_cstr(&run.err), "UserIdentityTipe"));
	assert_non_null(strstr(buf_cstr(&run.err), "^"));
	run_fini(&run);
}

/* A pattern that takes 2^n steps on a text costs a message, and after a hundred of them no more
 * time. */
static void
a_filter_that_takes_too_long_is_given_up_and_said(void **state)
{
	struct run run = {0};
	struct buf text = {0};

	for (int i = 0; i < 101; i++)
		buf_printf(&text,
			"{\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-%d\",\"userAgent\":"
			"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}\n",
			i);
	run.input = buf_cstr(&text);
	run.input_len = text.len;
	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "--filter",
		"UserAgent matches regex '^(a+)+$'", "-");
	assert_str(buf_view(&run.out), "");
	assert_true(str_find(buf_view(&run.err),
			    STR("--filter: a regular expression takes too long: it was given up "
				"100 times, and those alerts are left out, as all behind them"),
			    0) != (size_t)-1);
	run_fini(&run);
	buf_fini(&text);
}

static void
a_path_that_is_not_there_ends_with_3_and_the_rest_is_read(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "--fail-on-alert",
		"no/such/file", ALERTS);
	assert_int_equal(run.status, 3);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 5);
	assert_non_null(strstr(buf_cstr(&run.err), "no/such/file"));
	run_fini(&run);
}

static void
damage_is_named_by_its_byte_and_the_records_around_it_are_found(void **state)
{
	static const char text[] =
		RECORD("a") "\n{\"eventName\":\"CreateAccessKey\", oops\n" RECORD("b") "\n";
	struct run run = scan_text(*state, text, sizeof(text) - 1);

	assert_int_equal(run.status, 3);
	assert_non_null(strstr(buf_cstr(&run.out), "\"eventId\":\"a\""));
	assert_non_null(strstr(buf_cstr(&run.out), "\"eventId\":\"b\""));
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 2);
	assert_non_null(strstr(buf_cstr(&run.err), "standard input: byte "));
	run_fini(&run);
}

static void
a_record_that_breaks_off_ends_with_3(void **state)
{
	static const char text[] = RECORD("a") "\n" HEAD "\"eventName\":\"CreateAccessKey\",\"even";
	struct run run = scan_text(*state, text, sizeof(text) - 1);

	assert_int_equal(run.status, 3);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	run_fini(&run);
}

static void
a_file_that_is_reached_twice_is_read_once(void **state)
{
	const struct stage *stage = *state;
	char *broken = file(stage, "broken.json", RECORD("a") "\n" HEAD);
	struct run run = {0};

	stage_run(stage, &run, "scan", "--format", "jsonl", broken, stage->home, broken);
	assert_int_equal(run.status, 3);
	assert_int_equal(
		stage_count(buf_view(&run.out), "\"path\":"), 2); /* source and sources[] */
	assert_int_equal(stage_count(buf_view(&run.err), "broken.json"), 1);
	run_fini(&run);
	free(broken);
}

static void
what_is_no_log_ends_with_3_when_it_was_named_and_is_a_note_when_it_was_met(void **state)
{
	const struct stage *stage = *state;
	char *log = file(stage, "a.json", RECORD("a")),
	     *readme = file(stage, "README", "# Read me\n");
	struct run run = {0};

	assert_int_equal(status(stage, "scan", readme), 3);
	stage_run(stage, &run, "scan", "--format", "jsonl", stage->home);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_non_null(strstr(buf_cstr(&run.err), "README"));
	assert_non_null(strstr(buf_cstr(&run.err), "not a log"));
	run_fini(&run);
	free(log);
	free(readme);
}

static void
empty_things_are_notes(void **state)
{
	const struct stage *stage = *state;
	char *empty = file(stage, "empty.json", ""), *array = file(stage, "array.json", "[]");
	struct run run = {0};

	stage_run(stage, &run, "scan", "--fail-on-alert", empty, array);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(buf_cstr(&run.err), "empty.json"));
	run_fini(&run);
	free(empty);
	free(array);
}

static void
a_pipe_in_a_folder_is_named_and_not_waited_for(void **state)
{
	const struct stage *stage = *state;
	char *log = file(stage, "a.json", RECORD("a"));
	char path[4096];
	struct run run = {0};

	snprintf(path, sizeof(path), "%s/pipe.json", stage->home);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/loop", stage->home);
	assert_int_equal(symlink(stage->home, path), 0);
	stage_run(stage, &run, "scan", "--format", "jsonl", stage->home);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_non_null(strstr(buf_cstr(&run.err), "pipe.json"));
	run_fini(&run);
	free(log);
}

/* As a shell gives one: keywatch scan <(zcat a.gz) */
static void
a_pipe_that_is_named_is_read_to_its_end(void **state)
{
	const struct stage *stage = *state;
	char *log = file(stage, "a.json", RECORD("a"));
	struct run run = {.child = {.program = "/bin/bash"}};

	stage_run(stage, &run, "-c", "\"$0\" scan --format jsonl <(cat \"$1\")", child_program(),
		log);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\"path\":\"/dev/fd/"), 2);
	run_fini(&run);
	free(log);
}

static void
what_cannot_be_opened_is_named_and_the_rest_is_read(void **state)
{
	const struct stage *stage = *state;
	char *log = file(stage, "a.json", RECORD("a"));
	struct run run = {0};

	/* Without a controlling terminal nobody can open that, not even root. */
	stage_run(stage, &run, "scan", "--format", "jsonl", "/dev/tty", log);
	assert_int_equal(run.status, 3);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_non_null(strstr(buf_cstr(&run.err), "/dev/tty: cannot be opened: "));
	run_fini(&run);
	free(log);
}

static void
a_closed_standard_input_is_named_not_waited_for(void **state)
{
	char script[4096];
	const char *arguments[] = {"-c", script, NULL};
	struct run run = {.child = {.program = "/bin/sh", .arguments = arguments}};

	(void)state;
	snprintf(script, sizeof(script), "exec '%s' scan - <&-", child_program());
	run_program(&run);
	assert_int_equal(run.status, 3);
	assert_non_null(strstr(buf_cstr(&run.err), "standard input: "));
	run_fini(&run);
}

static void
archives_are_named_with_what_unpacks_them(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *say;
	} cases[] = {
		{"a.zip", "PK\003\004\024\0\0\0\010\0", 10, "unzip"},
		{"a.zst", "\050\265\057\375\004\0", 6, "zstd"},
		{"a.parquet", "PAR1\0\0\0\0PAR1", 12, "arquet"},
		{"a.json", "\377\376{\0\"\0", 6, "iconv"},
	};
	const struct stage *stage = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = test_file(stage->home, cases[i].name, cases[i].bytes, cases[i].len);
		struct run run = {0};

		stage_run(stage, &run, "scan", path);
		assert_int_equal(run.status, 3);
		assert_non_null(strstr(buf_cstr(&run.err), cases[i].say));
		run_fini(&run);
		free(path);
	}
}

static void
a_reader_that_goes_away_ends_it_silently(void **state)
{
	struct run run = {.close_out_after = 100};

	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", SAMPLE);
	assert_true(run.status == 0 || run.status == 128 + SIGPIPE);
	assert_int_equal(stage_count(buf_view(&run.err), "\n"), 1); /* the note on the digests */
	assert_non_null(strstr(buf_cstr(&run.err), "keywatch: note: "));
	run_fini(&run);
}

/* ---- standard input ---- */

static void
standard_input_is_read_and_named(void **state)
{
	static const char text[] = RECORD("a") RECORD("b");
	struct run run = scan_text(*state, text, sizeof(text) - 1);

	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 2);
	assert_non_null(strstr(buf_cstr(&run.out), "\"path\":\"-\",\"offset\":0}"));
	run_fini(&run);
}

static void
facts_tell_what_was_read_and_that_digests_were_met(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "--facts", SAMPLE);
	assert_int_equal(run.status, 0);
	assert_int_equal(
		stage_count(buf_view(&run.out), "\"value\":{\"from\":\"2026-01-"), SAMPLE_ALERTS);
	assert_int_equal(stage_count(buf_view(&run.out), "\"digest\":\"present, not verified: "),
		SAMPLE_ALERTS);
	run_fini(&run);
}

static void
facts_say_who_the_configuration_knows(void **state)
{
	static const char known[] = "[known]\nautomation = *:user/*\n",
			  wrong[] = "[known]\nx = y\n";
	const struct stage *stage = *state;
	char *path = test_file(stage->home, "k.ini", known, sizeof(known) - 1);
	struct run run = {0};

	stage_run(stage, &run, "scan", "--config", path, "--store", stage->store, "--facts",
		"--format", "jsonl", ALERTS);
	assert_int_equal(stage_count(buf_view(&run.out), "\"glob\":\"*:user/*\""), 4);
	stage_run(stage, &run, "export", "--config", path, "--store", stage->store, "--facts",
		"--format", "jsonl");
	assert_int_equal(stage_count(buf_view(&run.out), "\"glob\":\"*:user/*\""), 4);
	free(path);
	path = test_file(stage->home, "k.ini", wrong, sizeof(wrong) - 1);
	stage_run(stage, &run, "scan", "--config", path, "--facts", ALERTS);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.err), "k.ini:2: [known] has the keys"));
	free(path);
	run_fini(&run);
}

/* ---- store, decide, export ---- */

static void
a_store_keeps_alerts_and_decisions_over_scans(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	stage_run(stage, &run, "scan", "--store", stage->store, ALERTS);
	expect_file("tests/data/cli/alerts.text", buf_view(&run.out));
	stage_run(stage, &run, "decide", "00000000-0000-4000-8000-000000000001", "--validate",
		"--reason", "ticket 4711", "--store", stage->store);
	assert_int_equal(run.status, 0);
	stage_run(stage, &run, "scan", "--format", "jsonl", "--store", stage->store, ALERTS);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 5);
	assert_int_equal(stage_count(buf_view(&run.out), "\"status\":\"Closed\""), 1);
	stage_run(stage, &run, "export", "--format", "jsonl", "--store", stage->store);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 5);
	assert_non_null(strstr(buf_cstr(&run.out), "\"reason\":\"ticket 4711\""));
	assert_non_null(strstr(buf_cstr(&run.out), "\"state\":\"unsigned\""));
	assert_non_null(strstr(buf_cstr(&run.out), "\"validated\":false"));
	run_fini(&run);
}

static void
a_decision_on_an_old_state_is_refused_with_75_and_says_who_was_first(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	stage_run(stage, &run, "scan", "--store", stage->store, ALERTS);
	stage_run(stage, &run, "decide", "00000000-0000-4000-8000-000000000001", "--take",
		"--store", stage->store);
	assert_int_equal(run.status, 0);
	stage_run(stage, &run, "decide", "00000000-0000-4000-8000-000000000001", "--malicious",
		"--reason", "r", "--if-state", "0", "--store", stage->store);
	assert_int_equal(run.status, 75);
	assert_non_null(strstr(buf_cstr(&run.err), "take"));
	run_fini(&run);
}

static void
decide_refuses_what_it_cannot_mean(void **state)
{
	const struct stage *stage = *state;
	const char *first = "00000000-0000-4000-8000-000000000001", *store = stage->store;
	struct run run = {0};
	char missing[PATH_MAX + 200];

	assert_int_equal(status(stage, "scan", "--store", store, ALERTS), 0);
	assert_int_equal(status(stage, "decide", "--take", "--store", store), 2);
	assert_int_equal(status(stage, "decide", first, "--store", store), 2);
	assert_int_equal(status(stage, "decide", first, "--validate", "--store", store), 2);
	assert_int_equal(
		status(stage, "decide", first, "--validate", "--reason", " ", "--store", store), 2);
	assert_int_equal(status(stage, "decide", first, "--take", "--undo", "--store", store), 2);
	stage_run(stage, &run, "decide", "no-such-event", "--take", "--store", store);
	assert_int_equal(run.status, 66);
	snprintf(missing, sizeof(missing),
		"keywatch: no-such-event: there is no alert of this id or eventID in the store %s; "
		"`keywatch PATH` and `scan --store` put alerts there\n",
		store);
	assert_str(buf_view(&run.err), missing);
	run_fini(&run);
}

/* ---- help ---- */

static void
help_and_version_go_to_standard_output(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "--help");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(buf_cstr(&run.out), "--fail-on-alert"));
	assert_str(buf_view(&run.err), "");
	stage_run((struct stage *)*state, &run, "--version");
	assert_int_equal(run.status, 0);
	assert_memory_equal(buf_cstr(&run.out), "keywatch ", 9);
	run_fini(&run);
}

static void
a_store_that_may_not_grow_is_an_error_that_is_said(void **state)
{
	const struct rlimit small = {40 << 10, RLIM_INFINITY};
	const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
	const struct stage *stage = *state;
	struct run run = {0};

	setrlimit(RLIMIT_FSIZE, &small);
	stage_run(stage, &run, "scan", "--store", stage->store, SAMPLE);
	setrlimit(RLIMIT_FSIZE, &any);
	assert_int_equal(run.status, 65);
	assert_non_null(strstr(buf_cstr(&run.err), "no space left for the store"));
	run_fini(&run);
}

static void
standard_input_is_read_once_however_often_it_is_named(void **state)
{
	struct buf text = {0};
	struct run run = {0};

	for (int i = 0; i < 3000; i++)
		buf_printf(
			&text, HEAD "\"eventName\":\"CreateAccessKey\",\"eventID\":\"%d\"}\n", i);
	run.input = buf_cstr(&text);
	run.input_len = text.len;
	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "-", "-");
	assert_int_equal(run.status, 0);
	assert_str(buf_view(&run.err), "");
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 3000);
	run_fini(&run);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(every_format_is_exact),
		stage_test(text_is_the_format_unless_another_is_named),
		stage_test(a_path_without_a_terminal_is_scanned),
		stage_test(options_stand_before_and_after_the_command),
		stage_test(the_sample_has_its_alerts_in_the_order_of_time_whatever_the_workers),
		stage_test(one_event_from_two_files_is_one_alert_that_names_both),
		stage_test(alerts_fail_only_when_asked_to),
		stage_test(wrong_words_end_with_2_and_read_nothing),
		stage_test(a_filter_that_takes_too_long_is_given_up_and_said),
		stage_test(a_path_that_is_not_there_ends_with_3_and_the_rest_is_read),
		stage_test(damage_is_named_by_its_byte_and_the_records_around_it_are_found),
		stage_test(a_record_that_breaks_off_ends_with_3),
		stage_test(a_file_that_is_reached_twice_is_read_once),
		stage_test(
			what_is_no_log_ends_with_3_when_it_was_named_and_is_a_note_when_it_was_met),
		stage_test(empty_things_are_notes),
		stage_test(a_pipe_in_a_folder_is_named_and_not_waited_for),
		stage_test(a_pipe_that_is_named_is_read_to_its_end),
		stage_test(a_closed_standard_input_is_named_not_waited_for),
		stage_test(what_cannot_be_opened_is_named_and_the_rest_is_read),
		stage_test(archives_are_named_with_what_unpacks_them),
		stage_test(a_reader_that_goes_away_ends_it_silently),
		stage_test(standard_input_is_read_and_named),
		stage_test(a_store_keeps_alerts_and_decisions_over_scans),
		stage_test(a_decision_on_an_old_state_is_refused_with_75_and_says_who_was_first),
		stage_test(facts_tell_what_was_read_and_that_digests_were_met),
		stage_test(facts_say_who_the_configuration_knows),
		stage_test(decide_refuses_what_it_cannot_mean),
		stage_test(help_and_version_go_to_standard_output),
		stage_test(standard_input_is_read_once_however_often_it_is_named),
		stage_test(a_store_that_may_not_grow_is_an_error_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
