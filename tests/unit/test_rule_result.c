/* Rows of a table that are a rule's own saved result, whatever the query asked for beside them. */
#include "tests/support/test.h"

#include "core/rule/rule.h"

#define RULE(steps)                                                                                \
	"id: 00000000-0000-4000-8000-000000000001\nname: Ours\nquery: |\n"                         \
	"  AWSCloudTrail\n  | where EventName == \"CreateAccessKey\"\n" steps

/* The result of the rule for a row as JSON; "" when it does not match. */
static void
assert_result(const char *yaml, const char *row, const char *expected)
{
	struct buf out = {0};
	struct rule_run *run;
	struct event event;
	struct rule *rule;
	struct error err;

	assert_ok(rule_load_text(&rule, str_from(yaml), "r.yaml", &err), &err);
	assert_ok(event_parse_row(&event, str_from(row), &err), &err);
	run = rule_run_new(rule, 0);
	if (rule_match(run, &event))
		rule_row_json(run, &out);
	assert_str(buf_view(&out), expected);
	rule_run_free(run);
	event_fini(&event);
	rule_free(rule);
	buf_fini(&out);
}

static void
a_row_of_the_rule_s_own_result_matches_without_the_columns_it_dropped(void **state)
{
	static const char rule[] = RULE("  | project TimeGenerated, AwsEventId, SourceIpAddress\n");

	(void)state;
	assert_result(rule,
		"{\"SourceIpAddress\":\"1.2.3.4\",\"AwsEventId\":\"e\",\"TimeGenerated\":null}",
		"{\"TimeGenerated\":null,\"AwsEventId\":\"e\",\"SourceIpAddress\":\"1.2.3.4\"}");
	/* More of the table than the result has, less of it, or nothing to name the event by. */
	assert_result(rule,
		"{\"SourceIpAddress\":\"1\",\"AwsEventId\":\"e\",\"TimeGenerated\":null,"
		"\"UserAgent\":\"x\"}",
		"");
	assert_result(rule, "{\"SourceIpAddress\":\"1\",\"AwsEventId\":\"e\"}", "");
	assert_result(
		rule, "{\"SourceIpAddress\":\"1\",\"AwsEventId\":\"\",\"TimeGenerated\":null}", "");
}

static void
what_a_row_tells_is_asked_all_the_same(void **state)
{
	static const char rule[] = RULE("  | where SourceIpAddress startswith \"1.\"\n"
					"  | project AwsEventId, SourceIpAddress\n");

	(void)state;
	assert_result(rule, "{\"AwsEventId\":\"e\",\"SourceIpAddress\":\"1.2\"}",
		"{\"AwsEventId\":\"e\",\"SourceIpAddress\":\"1.2\"}");
	assert_result(rule, "{\"AwsEventId\":\"e\",\"SourceIpAddress\":\"2.2\"}", "");
	assert_result(RULE(""), "{\"AwsEventId\":\"e\",\"EventName\":\"ListUsers\"}", "");
}

static void
what_the_query_made_of_dropped_columns_is_the_row_s(void **state)
{
	static const char rule[] =
		RULE("  | extend Caller = tolower(UserIdentityArn), Length = strlen(UserAgent)\n"
		     "  | where Length > 3\n"
		     "  | extend Short = substring(AwsEventId, 0, 1), Parts = split(Caller, '/')\n"
		     "  | project AwsEventId, Caller, Length, Short, Parts\n");

	(void)state;
	assert_result(rule,
		"{\"AwsEventId\":\"ev\",\"Caller\":\"arn/a\",\"Length\":7,\"Short\":\"?\","
		"\"Parts\":\"?\"}",
		"{\"AwsEventId\":\"ev\",\"Caller\":\"arn/a\",\"Length\":7,\"Short\":\"e\","
		"\"Parts\":[\"arn\",\"a\"]}");
	assert_result(rule,
		"{\"AwsEventId\":\"ev\",\"Caller\":\"arn/a\",\"Length\":\"2\",\"Short\":\"?\","
		"\"Parts\":\"?\"}",
		"");
}

static void
a_row_without_eventname_is_no_match_of_a_rule_that_keeps_it(void **state)
{
	(void)state;
	assert_result(RULE("  | project AwsEventId, EventName\n"), "{\"AwsEventId\":\"e\"}", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_row_of_the_rule_s_own_result_matches_without_the_columns_it_dropped),
		cmocka_unit_test(what_a_row_tells_is_asked_all_the_same),
		cmocka_unit_test(what_the_query_made_of_dropped_columns_is_the_row_s),
		cmocka_unit_test(a_row_without_eventname_is_no_match_of_a_rule_that_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
