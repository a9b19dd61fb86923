/* The story of one alert, for a ticket: keywatch explain, and the sections of Markdown. */
#include <stdio.h>

#include "tests/support/stage.h"

/* The key of the sample that is used from elsewhere, 58 s after it was made. */
#define STORY "851ee12e7aa7a3e6a735db985acc1248"

static void
assert_holds(const struct buf *out, const char *text)
{
	if (!strstr(buf_cstr(out), text))
		fail_msg("%s\nis not in\n%s", text, buf_cstr(out));
}

static void
read_sample(const struct stage *stage, struct run *run, const char *format)
{
	*run = (struct run){0};
	stage_run(
		stage, run, "scan", "--facts", "--format", format, "--store", stage->store, SAMPLE);
	assert_int_equal(run->status, 0);
}

static void
explain_tells_what_it_comes_to_every_fact_and_what_happened(void **state)
{
	const struct stage *stage = *state;
	struct run run;

	read_sample(stage, &run, "jsonl");
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "explain", "851ee12e7aa7", "--store", stage->store);
	assert_int_equal(run.status, 0);
	assert_str(buf_view(&run.err), "");
	assert_holds(&run.out,
		"app-server-role/i-0a1b2c3d4e5f67890 → svc-backup   "
		"2026-01-14T03:12:04Z   alert " STORY "\n"
		"other's key, and AWSCompromisedKeyQuarantineV3 was put on the user: "
		"treat as hostile until explained (quarantine, used)\n");
	assert_holds(
		&run.out, "\n used        after 58 s from 198.51.100.7 (another address), 11 ");
	assert_holds(&run.out, "\n children    1 key made with it: AKIAEXAMPLEY7XQPWODH for "
			       "svc-monitor\n");
	assert_holds(&run.out, "\n 2026-01-14T03:13:02Z (+58 s)  GetCallerIdentity  by "
			       "arn:aws:iam::111122223333:user/svc-backup from 198.51.100.7\n");
	run_fini(&run);
}

static void
what_failed_and_whose_role_it_was_about_is_told_once(void **state)
{
#define BY_ADA                                                                                     \
	"\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::111122223333:user/ada\","   \
	"\"userName\":\"ada\",\"accountId\":\"111122223333\"},\"sourceIPAddress\":\"203.0.113.9\""
	static const char text[] =
		"{\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-1\",\"eventSource\":"
		"\"iam.amazonaws.com\",\"eventTime\":\"2026-01-14T03:12:04Z\"," BY_ADA "}\n"
		"{\"eventName\":\"UpdateAssumeRolePolicy\",\"eventID\":\"e-2\",\"eventSource\":"
		"\"iam.amazonaws.com\",\"eventTime\":\"2026-01-14T03:13:04Z\"," BY_ADA ","
		"\"requestParameters\":{\"roleName\":\"Deploy\"}}\n"
		"{\"eventName\":\"StopLogging\",\"eventID\":\"e-3\",\"eventSource\":"
		"\"cloudtrail.amazonaws.com\",\"eventTime\":\"2026-01-14T03:14:04Z\"," BY_ADA ","
		"\"requestParameters\":{\"name\":\"main\"},"
		"\"errorCode\":\"TrailNotFoundException\"}\n";
	const struct stage *stage = *state;
	struct run run = {.input = text, .input_len = sizeof(text) - 1};

	stage_run(stage, &run, "scan", "--facts", "--store", stage->store, "-");
	assert_int_equal(run.status, 0);
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "explain", "e-1", "--store", stage->store);
	assert_holds(&run.out, "UpdateAssumeRolePolicy Deploy  by ");
	assert_holds(&run.out, "StopLogging main, failed: TrailNotFoundException  by ");
	run_fini(&run);
}

static void
put_call(struct buf *out, const char *name, const char *time, const char *key, const char *more)
{
	static size_t number;

	buf_printf(out,
		"{\"eventName\":\"%s\",\"eventID\":\"call-%zu\",\"eventSource\":\"iam.amazonaws."
		"com\","
		"\"eventTime\":\"%s\",\"recipientAccountId\":\"111122223333\","
		"\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::111122223333:user/"
		"ada\","
		"\"userName\":\"ada\",\"accountId\":\"111122223333\",\"accessKeyId\":\"%s\"},"
		"\"sourceIPAddress\":\"203.0.113.9\"%s}\n",
		name, number++, time, key, more);
}

/* 300 before, 300 behind, and a use of the key behind these. */
static void
of_many_records_those_around_the_alert_and_with_its_keys_are_told(void **state)
{
	const struct stage *stage = *state;
	struct buf logs = {0};
	struct run run = {0};
	char time[64];

	for (int i = 0; i < 600; i++) {
		snprintf(time, sizeof(time), "2026-01-%02dT%02d:%02d:00Z", i < 300 ? 13 : 14,
			i % 300 / 60 + (i < 300 ? 10 : 4), i % 60);
		put_call(&logs, "CreateUser", time, "AKIAOLD", "");
	}
	put_call(&logs, "ListUsers", "2026-01-14T20:00:00Z", "AKIANEW", "");
	put_call(&logs, "CreateAccessKey", "2026-01-14T03:12:04Z", "AKIAOLD",
		",\"responseElements\":{\"accessKey\":{\"userName\":\"ada\",\"accessKeyId\":"
		"\"AKIANEW\"}}");
	run.input = logs.data;
	run.input_len = logs.len;
	stage_run(stage, &run, "scan", "--facts", "--format", "md", "--store", stage->store, "-");
	assert_int_equal(run.status, 0);
	assert_holds(&run.out, "\n402 more records, further from the alert, are not shown.\n");
	assert_holds(&run.out, "| 2026-01-14T03:12:04Z (+0 s) | CreateAccessKey ada AKIANEW |");
	assert_int_equal(stage_count(buf_view(&run.out), ", byte "), 200);
	assert_holds(&run.out, "| 2026-01-14T20:00:00Z (+16 h) | ListUsers |");
	assert_holds(&run.out, "| 2026-01-14T04:00:00Z (+47 min) | CreateUser |");
	run_fini(&run);
	buf_fini(&logs);
}

/* As published logs are made anonymous. */
static void
nothing_is_told_of_a_key_that_reads_like_the_callers(void **state)
{
	const struct stage *stage = *state;
	struct buf logs = {0};
	struct run run = {0};

	put_call(&logs, "CreateAccessKey", "2026-01-14T03:12:04Z", "XXXX",
		",\"responseElements\":{\"accessKey\":{\"userName\":\"ada\",\"accessKeyId\":"
		"\"XXXX\"}}");
	put_call(&logs, "CreateUser", "2026-01-14T05:12:04Z", "XXXX", "");
	run.input = logs.data;
	run.input_len = logs.len;
	stage_run(stage, &run, "scan", "--facts", "--format", "md", "--store", stage->store, "-");
	assert_int_equal(run.status, 0);
	assert_holds(&run.out, "\n- **own key; not enough evidence: not recorded: the new key and "
			       "the caller's read the same**");
	assert_holds(&run.out, "\n| 16 | since | unknown: not recorded: the new key ");
	run_fini(&run);
	buf_fini(&logs);
}

static void
in_markdown_each_record_says_where_it_stands(void **state)
{
	const struct stage *stage = *state;
	struct run run;

	read_sample(stage, &run, "md");
	assert_holds(&run.out, "\n### app-server-role/i-0a1b2c3d4e5f67890 → svc-backup, "
			       "2026-01-14T03:12:04Z\n\n- alert: `" STORY "`");
	assert_int_equal(stage_count(buf_view(&run.out), "\n### "), SAMPLE_ALERTS);
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "explain", STORY, "--format", "md", "--store", stage->store);
	assert_int_equal(run.status, 0);
	assert_holds(&run.out, "\n| 14 | used | after 58 s from 198.51.100.7 ");
	assert_holds(&run.out, "| 2026-01-14T03:13:02Z (+58 s) | GetCallerIdentity | "
			       "arn:aws:iam::111122223333:user/svc-backup | 198.51.100.7 | ");
	run_fini(&run);
}

static void
what_cannot_be_explained_is_named(void **state)
{
	const struct stage *stage = *state;
	struct run run;

	read_sample(stage, &run, "jsonl");
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "explain", "--store", stage->store);
	assert_int_equal(run.status, 2);
	assert_holds(&run.err, "explain needs the ID of an alert");
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "explain", STORY, "--format", "csv", "--store", stage->store);
	assert_int_equal(run.status, 2);
	assert_holds(&run.err, "explain: --format is text or md");
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "explain", "ffff", STORY, "--store", stage->store);
	assert_true(run.status != 0);
	assert_holds(&run.err, "ffff: ");
	assert_holds(&run.out, "   alert " STORY "\n"); /* the others are told */
	run_fini(&run);
}

/* Markdown has the stories behind the table: it goes over the alerts twice. */
static void
what_a_filter_cannot_tell_is_said_once(void **state)
{
	static const char text[] =
		"{\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-1\",\"userAgent\":\"aaa\"}\n"
		"{\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-2\",\"userAgent\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}\n";
	struct run run = {.input = text, .input_len = sizeof(text) - 1};

	stage_run((struct stage *)*state, &run, "scan", "--facts", "--format", "md", "--filter",
		"UserAgent matches regex '^(a+)+$'", "-");
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.err), "takes too long"), 1);
	assert_int_equal(stage_count(buf_view(&run.out), "| New |"), 1);
	assert_int_equal(stage_count(buf_view(&run.out), ", event e-"), 1);
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(explain_tells_what_it_comes_to_every_fact_and_what_happened),
		stage_test(what_failed_and_whose_role_it_was_about_is_told_once),
		stage_test(of_many_records_those_around_the_alert_and_with_its_keys_are_told),
		stage_test(nothing_is_told_of_a_key_that_reads_like_the_callers),
		stage_test(in_markdown_each_record_says_where_it_stands),
		stage_test(what_cannot_be_explained_is_named),
		stage_test(what_a_filter_cannot_tell_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
