/* Log Analytics' saved tables through the program: alerts of rows, their record, the screen. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "tests/support/stage.h"

#define HEADER                                                                                     \
	"\"TimeGenerated [UTC]\",AwsEventId,EventName,UserIdentityType,UserIdentityPrincipalid,"   \
	"UserIdentityAccountId,UserIdentityUserName,SourceIpAddress,ErrorCode,ErrorMessage,"       \
	"RequestParameters,ResponseElements,RecipientAccountId\r\n"
#define CSV_ROW(time, id, target)                                                                  \
	"\"" time "\"," id ",CreateAccessKey,IAMUser,AIDAX,111122223333,alice,203.0.113.9,,,"      \
	"\"{\"\"userName\"\":\"\"" target "\"\"}\",\"{\"\"accessKey\"\":{\"\"accessKeyId\"\":"     \
	"\"\"AKIAX\"\",\"\"status\"\":\"\"Active\"\"}}\",111122223333\r\n"
#define ANSWER_OPEN                                                                                \
	"{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"TimeGenerated\","       \
	"\"type\":\"datetime\"},{\"name\":\"AwsEventId\",\"type\":\"string\"},{\"name\":"          \
	"\"EventName\",\"type\":\"string\"},{\"name\":\"UserIdentityType\",\"type\":\"string\"},"  \
	"{\"name\":\"RequestParameters\",\"type\":\"string\"}],\"rows\":["
#define ANSWER_ROW                                                                                 \
	"[\"2026-01-12T08:00:00Z\",\"e-1\",\"CreateAccessKey\",\"IAMUser\","                       \
	"\"{\\\"userName\\\":\\\"bob\\\"}\"]"
#define RECORD                                                                                     \
	"{\"eventTime\":\"2026-01-12T08:00:00Z\",\"eventName\":\"CreateAccessKey\",\"eventID\":"   \
	"\"e-1\",\"userIdentity\":{\"type\":\"Root\"},\"requestParameters\":{\"userName\":"        \
	"\"carol\"}}"

static void
scan_input(const struct stage *stage, struct run *run, const char *text)
{
	*run = (struct run){.input = text, .input_len = strlen(text)};
	stage_run(stage, run, "scan", "--format", "jsonl", "-");
}

static void
assert_holds(const struct buf *out, const char *const *texts)
{
	for (; *texts; texts++) {
		if (!strstr(buf_cstr(out), *texts))
			print_error("%s\nis not in\n%s\n", *texts, buf_cstr(out));
		assert_non_null(strstr(buf_cstr(out), *texts));
	}
}

#define HOLDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
an_export_gives_alerts_with_all_that_the_columns_tell(void **state)
{
	char source[96];
	struct run run;

	snprintf(source, sizeof(source),
		"\"source\":{\"name\":\"file\",\"path\":\"-\",\"offset\":%zu}", sizeof(HEADER) - 1);
	scan_input(*state, &run, HEADER CSV_ROW("21/04/2025, 09:45:54.250", "e-1", "bob"));
	assert_int_equal(run.status, 0);
	assert_str(buf_view(&run.err), "");
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_holds(&run.out,
		HOLDS("\"eventId\":\"e-1\",\"timeGenerated\":\"2025-04-21T09:45:54.25Z\"",
			"\"ip\":{\"address\":\"203.0.113.9\"}", "\"target\":{\"userName\":\"bob\"}",
			"\"newKey\":{\"accessKeyId\":\"AKIAX\",\"status\":\"Active\",",
			"\"self\":false,\"outcome\":\"success\"", "\"flags\":[\"from table\"]",
			source, "\"RequestParameters\":\"{\\\"userName\\\":\\\"bob\\\"}\""));
	run_fini(&run);
}

#define CELLS(time, id, name, key)                                                                 \
	time "," id "," name ",iam.amazonaws.com,IAMUser,arn:aws:iam::111122223333:user/alice,"    \
	     "alice,203.0.113.9,aws-cli/2.15,"                                                     \
	     "\"{\"\"userName\"\":\"\"bob\"\"}\",\"{\"\"accessKey\"\":{\"\"accessKeyId\"\":"       \
	     "\"\"" key "\"\"}}\",111122223333"
#define COLUMNS                                                                                    \
	"TimeGenerated,AwsEventId,EventName,EventSource,UserIdentityType,UserIdentityArn,"         \
	"UserIdentityUserName,SourceIpAddress,UserAgent,RequestParameters,ResponseElements,"       \
	"RecipientAccountId"
#define CALL_BEFORE CELLS("2026-01-12T07:00:00Z", "e-1", "GetUser", "")
#define CALL_MADE CELLS("2026-01-12T08:00:00Z", "e-2", "CreateAccessKey", "AKIANEW")
#define CALL_AFTER CELLS("2026-01-12T09:00:00Z", "e-3", "GetUser", "")

static void
what_an_export_has_no_columns_for_is_not_said_to_be_absent(void **state)
{
	static const char narrow[] =
		COLUMNS "\r\n" CALL_BEFORE "\r\n" CALL_MADE "\r\n" CALL_AFTER "\r\n",
			  whole[] = COLUMNS ",UserIdentityAccessKeyId\r\n" CALL_BEFORE
					    ",AKIAX\r\n" CALL_MADE ",AKIAX\r\n" CALL_AFTER
					    ",AKIAX\r\n";
	struct run run = {.input = whole, .input_len = sizeof(whole) - 1};

	stage_run(*state, &run, "scan", "--facts", "--format", "jsonl", "-");
	assert_holds(&run.out,
		HOLDS("\"name\":\"used\",\"value\":false", "\"name\":\"children\",\"value\":[]"));
	run_fini(&run);
	run = (struct run){.input = narrow, .input_len = sizeof(narrow) - 1};
	stage_run(*state, &run, "scan", "--facts", "--format", "jsonl", "-");
	assert_holds(&run.out, HOLDS("\"name\":\"used\",\"value\":null,\"unknown\":\"not looked "
				     "for yet: no input of "
				     "the account has times and all columns\"",
				       "\"name\":\"children\",\"value\":null"));
	run_fini(&run);
}

static void
an_answer_that_is_partial_ends_with_3_and_its_rows_are_alerts(void **state)
{
	struct run run;

	scan_input(*state, &run,
		ANSWER_OPEN ANSWER_ROW
		"]}],\"statistics\":{\"query\":{}},\"error\":"
		"{\"code\":\"PartialError\",\"message\":\"cut\\u001b[2J\"}}");
	assert_int_equal(run.status, 3);
	assert_holds(
		&run.err, HOLDS("keywatch: standard input: byte ",
				  ": the answer is partial, rows are missing: PartialError: cut"));
	assert_null(strchr(buf_cstr(&run.err), '\x1b'));
	assert_holds(&run.out, HOLDS("\"flags\":[\"from table\",\"columns missing\"]"));
	run_fini(&run);
	scan_input(*state, &run, ANSWER_OPEN ANSWER_ROW "]}],\"statistics\":{}}");
	assert_int_equal(run.status, 0);
	run_fini(&run);
}

static void
the_hash_is_that_of_the_row_as_it_is_kept(void **state)
{
	char hex[HASH_HEX], expected[128];
	struct run run;

	hash_hex(STR("{\"TimeGenerated\":\"2026-01-12T08:00:00Z\",\"AwsEventId\":\"e-1\","
		     "\"EventName\":\"CreateAccessKey\",\"UserIdentityType\":\"IAMUser\","
		     "\"RequestParameters\":\"{\\\"userName\\\":\\\"bob\\\"}\"}"),
		hex);
	snprintf(expected, sizeof(expected), "\"rawSha256\":\"%s\"", hex);
	scan_input(*state, &run, ANSWER_OPEN ANSWER_ROW "]}]}");
	assert_holds(&run.out, HOLDS(expected));
	run_fini(&run);
}

static void
an_assumed_order_of_dates_is_said_once_and_ends_with_0(void **state)
{
	struct run run;

	scan_input(*state, &run,
		HEADER CSV_ROW("03/04/2025, 09:45:54.000", "e-1", "bob")
			CSV_ROW("04/04/2025, 09:45:54.000", "e-2", "bob")
				CSV_ROW("05/04/2025, 09:45:54.000", "e-3", "bob"));
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.err), "date order assumed"), 1);
	assert_holds(&run.err, HOLDS("keywatch: note: standard input: date order assumed"));
	assert_holds(&run.out, HOLDS("\"timeGenerated\":\"2025-04-03T09:45:54Z\""));
	run_fini(&run);
}

static void
a_filter_and_the_facts_look_into_rows(void **state)
{
	const char *text = HEADER CSV_ROW("21/04/2025, 09:45:54.250", "e-1", "bob")
		CSV_ROW("22/04/2025, 09:45:54.250", "e-2", "carol");
	struct run run = {.input = text, .input_len = strlen(text)};

	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "--facts", "--filter",
		"RequestParameters has 'carol'", "-");
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_holds(&run.out,
		HOLDS("\"eventId\":\"e-2\"",
			"{\"userName\":\"carol\",\"from\":\"request\",\"mismatch\":false}"));
	run_fini(&run);
}

/* In whatever order they are given. */
static void
row_and_record_of_one_event_are_one_alert_that_is_the_record_s(void **state)
{
	const struct stage *stage = *state;
	char *answer = test_file(stage->home, "a.json", ANSWER_OPEN ANSWER_ROW "]}]}",
		sizeof(ANSWER_OPEN ANSWER_ROW "]}]}") - 1);
	char *record = test_file(stage->home, "b.json", RECORD, sizeof(RECORD) - 1);
	struct run run = {0};

	for (int i = 0; i < 2; i++) {
		run = (struct run){0};
		stage_run(stage, &run, "scan", "--format", "jsonl", i ? record : answer,
			i ? answer : record);
		assert_int_equal(run.status, 0);
		assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
		assert_int_equal(stage_count(buf_view(&run.out), "\"offset\":"), 3);
		assert_holds(&run.out, HOLDS("\"target\":{\"userName\":\"carol\"}", "\"flags\":[]",
					       "\"type\":\"Root\""));
		run_fini(&run);
	}
	free(answer);
	free(record);
}

static void
decisions_on_a_row_stay_when_its_record_comes(void **state)
{
	const struct stage *stage = *state;
	char *answer = test_file(stage->home, "a.json", ANSWER_OPEN ANSWER_ROW "]}]}",
		sizeof(ANSWER_OPEN ANSWER_ROW "]}]}") - 1);
	char *record = test_file(stage->home, "b.json", RECORD, sizeof(RECORD) - 1);
	struct run run = {0};

	stage_run(stage, &run, "scan", "--store", stage->store, answer);
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "decide", "--store", stage->store, "e-1", "--malicious", "--reason",
		"not us");
	assert_int_equal(run.status, 0);
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "scan", "--store", stage->store, record);
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "export", "--store", stage->store, "--format", "jsonl");
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_holds(&run.out, HOLDS("\"userName\":\"carol\"", "\"flags\":[]",
				       "\"status\":\"Closed\"", "\"reason\":\"not us\""));
	run_fini(&run);
	free(answer);
	free(record);
}

static void
the_screen_shows_a_row_its_badge_and_its_bytes(void **state)
{
	const struct stage *stage = *state;
	char *csv = test_file(stage->home, "x.csv",
		HEADER CSV_ROW("21/04/2025, 09:45:54.250", "e-1", "bob"),
		sizeof(HEADER CSV_ROW("21/04/2025, 09:45:54.250", "e-1", "bob")) - 1);
	struct pty *pty = stage_screen(stage, 50, 200, csv);

	pty_wait_text(pty, "\"TimeGenerated [UTC]\": \"21/04/2025, 09:45:54.250\"");
	pty_wait_text(pty, "from table");
	pty_wait_text(pty, "\"RequestParameters\": \"{\\\"userName\\\":\\\"bob\\\"}\"");
	pty_send(pty, ":peek\r");
	pty_wait_text(
		pty, "{\"TimeGenerated\":\"2025-04-21T09:45:54.25Z\",\"TimeGenerated [UTC]\":");
	pty_send(pty, "\x1b");
	pty_wait_text(pty, "from table");
	stage_quit(pty);
	free(csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(an_export_gives_alerts_with_all_that_the_columns_tell),
		stage_test(what_an_export_has_no_columns_for_is_not_said_to_be_absent),
		stage_test(an_answer_that_is_partial_ends_with_3_and_its_rows_are_alerts),
		stage_test(the_hash_is_that_of_the_row_as_it_is_kept),
		stage_test(an_assumed_order_of_dates_is_said_once_and_ends_with_0),
		stage_test(a_filter_and_the_facts_look_into_rows),
		stage_test(row_and_record_of_one_event_are_one_alert_that_is_the_record_s),
		stage_test(decisions_on_a_row_stay_when_its_record_comes),
		stage_test(the_screen_shows_a_row_its_badge_and_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
