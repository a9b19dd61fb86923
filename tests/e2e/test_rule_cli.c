/* Rules of the command line: which are refused, and how; which run. */
#include <stdio.h>

#include "core/base/buf.h"
#include "tests/support/stage.h"

#define ALERTS "tests/data/cli/alerts.ndjson"

/* `rule check NAME` and `scan --rule NAME` refuse it with status 2 and these words. */
static void
assert_refused(const struct stage *stage, const char *name, const char *words)
{
	struct run run = {0};

	stage_run(stage, &run, "rule", "check", name);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.err), words));
	stage_run(stage, &run, "scan", "--rule", name, SAMPLE);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.err), words));
	assert_str(buf_view(&run.out), "");
	run_fini(&run);
}

static void
a_rule_that_cannot_be_read_is_a_wrong_command_line(void **state)
{
	const struct stage *stage = *state;
	struct buf large = {0};
	char *path;

	assert_refused(stage, "/nonexistent.yaml", "/nonexistent.yaml: No such file or directory");
	assert_refused(stage, stage->home, ": cannot be read: Is a directory");
	while (large.len <= 1 << 20)
		buf_puts(&large, "# more than a rule has to say\n");
	path = test_file(stage->home, "large.yaml", large.data, large.len);
	assert_refused(stage, path, "large.yaml: larger than 1048576 bytes");
	free(path);
	buf_fini(&large);
}

static void
builtin_names_ours_wherever_a_rule_is_named(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "rule", "check", "builtin");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(buf_cstr(&run.out), "Creation of Access Key for IAM User"));
	run_fini(&run);
}

#define RULE(query)                                                                                \
	"id: 11111111-2222-3333-4444-555555555555\nname: Ours\ndescription: d\nseverity: High\n"   \
	"queryFrequency: 5m\nqueryPeriod: 5m\ntriggerOperator: gt\ntriggerThreshold: 0\n"          \
	"tactics:\n  - Persistence\nrelevantTechniques:\n  - T1098\nquery: |\n" query              \
	"entityMappings:\n  - entityType: IP\n    fieldMappings:\n"                                \
	"      - identifier: Address\n        columnName: SourceIpAddress\n"                       \
	"version: 1.0.0\nkind: Scheduled\n"

static char *
rule_file(const struct stage *stage, const char *text)
{
	return test_file(stage->home, "rule.yaml", text, strlen(text));
}

static void
another_rule_replaces_ours_or_runs_beside_it(void **state)
{
	const struct stage *stage = *state;
	char *rule = rule_file(
		stage, RULE("  AWSCloudTrail\n  | where EventName == 'ListAccessKeys'\n"));
	struct run run = {0};

	stage_run(stage, &run, "scan", "--format", "jsonl", "--rule", rule, ALERTS);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_non_null(strstr(buf_cstr(&run.out), "\"ruleName\":\"Ours\""));
	assert_non_null(strstr(buf_cstr(&run.out), "\"severity\":\"High\""));
	stage_run(stage, &run, "scan", "--format", "jsonl", "--rule", rule, "--rule", "builtin",
		ALERTS);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 6);
	run_fini(&run);
	free(rule);
}

#define BOB                                                                                        \
	"\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"bob\",\"accountId\":"               \
	"\"111122223333\","                                                                        \
	"\"arn\":\"arn:aws:iam::111122223333:user/bob\",\"accessKeyId\":\"AKIABOB\"},"             \
	"\"recipientAccountId\":\"111122223333\",\"sourceIPAddress\":\"203.0.113.9\"}\n"
#define CALL(time, service, name)                                                                  \
	"{\"eventTime\":\"2026-01-12T" time "Z\",\"eventSource\":\"" service                       \
	".amazonaws.com\",\"eventName\":\"" name "\",\"eventID\":\"" time "\","

/* Nor is it the new key that a call changes, or gives for a while. */
static void
what_an_alert_without_a_new_key_comes_to_tells_of_none(void **state)
{
	static const char logs[] = CALL("08:00:00", "s3", "ListBuckets") BOB CALL("09:00:00", "sts",
		"AssumeRole") "\"responseElements\":{\"credentials\":{\"accessKeyId\":\"ASIAONE\"}}"
			      "," BOB "{\"eventTime\":\"2026-01-12T10:00:00Z\",\"eventSource\":"
				      "\"s3.amazonaws.com\","
			      "\"eventName\":\"ListBuckets\",\"userIdentity\":{\"accessKeyId\":"
			      "\"ASIAONE\"},"
			      "\"recipientAccountId\":\"111122223333\",\"sourceIPAddress\":\"198."
			      "51.100.7\"}\n";
	const struct stage *stage = *state;
	char *rule =
		rule_file(stage, RULE("  AWSCloudTrail\n  | where EventName == 'AssumeRole'\n"));
	struct run run = {.input = logs, .input_len = sizeof(logs) - 1};

	stage_run(stage, &run, "scan", "--facts", "--format", "jsonl", "--rule", rule, "-");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(buf_cstr(&run.out), "\"name\":\"used\",\"value\":null,\"unknown\":"
						   "\"not recorded: the response holds no key\""));
	assert_non_null(strstr(buf_cstr(&run.out),
		"own key; not enough evidence: not recorded: the response holds no key"));
	assert_non_null(strstr(buf_cstr(&run.out), "\"name\":\"quarantine\",\"value\":false"));
	run_fini(&run);
	free(rule);
}

static void
a_wrong_rule_is_refused_by_file_line_and_column(void **state)
{
	const struct stage *stage = *state;
	char *rule = rule_file(stage, RULE("  AWSCloudTrail\n  | where EventNome == 'x'\n"));
	char expected[4096];
	struct run run = {0};

	snprintf(expected, sizeof(expected), "%s:15:11: ", rule);
	stage_run(stage, &run, "rule", "check", rule);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.err), expected));
	assert_non_null(strstr(buf_cstr(&run.err), "EventNome"));
	stage_run(stage, &run, "scan", "--rule", rule, ALERTS);
	assert_int_equal(run.status, 2);
	assert_str(buf_view(&run.out), "");
	assert_non_null(strstr(buf_cstr(&run.err), expected));
	run_fini(&run);
	free(rule);
}

static void
a_rule_that_every_record_must_be_read_for_is_said_once(void **state)
{
	static const char said[] = "keywatch: rule Ours: no comparison of EventName bounds it: "
				   "every record is read whole, which is slower\n";
	const struct stage *stage = *state;
	char *rule = rule_file(stage,
		RULE("  AWSCloudTrail\n  | where tolower(EventName) == 'createaccesskey'\n"));
	struct run run = {0};

	stage_run(stage, &run, "scan", "--format", "jsonl", "--rule", rule, ALERTS);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 5);
	assert_string_equal(buf_cstr(&run.err), said);
	stage_run(stage, &run, "scan", "--format", "jsonl", ALERTS);
	assert_string_equal(buf_cstr(&run.err), "");
	stage_run(stage, &run, "rule", "show", rule);
	assert_string_equal(buf_cstr(&run.err), "");
	run_fini(&run);
	free(rule);
}

static void
now_in_a_rule_is_what_the_command_line_says(void **state)
{
	const struct stage *stage = *state;
	char *rule = rule_file(stage, RULE("  AWSCloudTrail\n  | where EventName == "
					   "'CreateAccessKey' and TimeGenerated > ago(1h)\n"));
	struct run run = {0};

	stage_run(stage, &run, "scan", "--format", "jsonl", "--rule", rule, "--now",
		"2026-01-12T09:30:00Z", ALERTS);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1);
	assert_non_null(strstr(buf_cstr(&run.out), "00000000-0000-4000-8000-000000000002"));
	run_fini(&run);
	free(rule);
}

static void
rule_show_prints_every_field_of_the_builtin_rule(void **state)
{
	static const char *const shown[] = {"9a6554e6-63d9-4f94-9b32-64d1d40628f2",
		"Creation of Access Key for IAM User", "Medium", "Persistence", "T1098",
		"Scheduled", "15m", "gt", "1.0.1", "UPNSuffix", "SourceIpAddress",
		"| where EventName == \"CreateAccessKey\" \n"};
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "rule", "show");
	assert_int_equal(run.status, 0);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		assert_non_null(strstr(buf_cstr(&run.out), shown[i]));
	stage_run((struct stage *)*state, &run, "rule", "check", "builtin");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(
		buf_cstr(&run.out), "reads     records whose eventName is CreateAccessKey\n"));
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_rule_that_cannot_be_read_is_a_wrong_command_line),
		stage_test(builtin_names_ours_wherever_a_rule_is_named),
		stage_test(another_rule_replaces_ours_or_runs_beside_it),
		stage_test(what_an_alert_without_a_new_key_comes_to_tells_of_none),
		stage_test(a_wrong_rule_is_refused_by_file_line_and_column),
		stage_test(a_rule_that_every_record_must_be_read_for_is_said_once),
		stage_test(now_in_a_rule_is_what_the_command_line_says),
		stage_test(rule_show_prints_every_field_of_the_builtin_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
