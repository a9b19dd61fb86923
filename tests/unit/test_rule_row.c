/* Rows that another engine gave for a rule's query, and matched. */
#include "tests/support/test.h"

#include "core/alert/filter.h"
#include "core/rule/rule.h"

#define HEAD "id: 00000000-0000-4000-8000-000000000001\nname: Ours\nquery: |\n  AWSCloudTrail\n"
#define MAPPING                                                                                    \
	"entityMappings:\n  - entityType: Account\n    fieldMappings:\n"                           \
	"      - {identifier: FullName, columnName: Who}\n"

static struct rule *rule;
static struct rule_run *run;
static struct event event;

static void
take(const char *yaml, const char *row)
{
	struct error err;

	assert_ok(rule_load_text(&rule, str_from(yaml), "r.yaml", &err), &err);
	assert_ok(event_parse_row(&event, str_from(row), &err), &err);
	run = rule_run_new(rule, 0);
	rule_take_row(run, &event);
}

static void
let_go(void)
{
	rule_run_free(run);
	event_fini(&event);
	rule_free(rule);
}

static void
assert_row(const char *expected)
{
	struct buf row = {0};

	rule_row_json(run, &row);
	assert_string_equal(buf_cstr(&row), expected);
	buf_fini(&row);
}

static void
what_was_projected_away_is_not_needed(void **state)
{
	(void)state;
	take(HEAD "  | where EventName == \"CreateAccessKey\"\n"
		  "  | project AwsEventId, Who = UserIdentityArn, N = strlen(UserAgent)\n" MAPPING,
		"{\"AwsEventId\":\"e-1\",\"Who\":\"arn:x\",\"N\":7}");
	assert_row("{\"AwsEventId\":\"e-1\",\"Who\":\"arn:x\",\"N\":7}");
	assert_str(rule_entity(run, "Account", "FullName"), "arn:x");
	let_go();
}

static void
texts_stay_texts_and_types_stay_types(void **state)
{
	(void)state;
	take(HEAD
		"  | project AwsEventId, A = split(UserAgent, \"@\")[0], B = dynamic(1), C = 1s,\n"
		"      D = todatetime(\"\"), E = dynamic([]), F = true, G = 1.5, H = 1\n",
		"{\"AwsEventId\":\"e-1\",\"A\":\"123\",\"B\":\"true\",\"C\":\"00:15:00\","
		"\"D\":\"2026-01-02T03:04:05.5000000Z\",\"E\":{\"a\":[\"1\",1]},\"F\":false,"
		"\"G\":0.25,\"H\":null}");
	assert_row("{\"AwsEventId\":\"e-1\",\"A\":\"123\",\"B\":\"true\",\"C\":\"00:15:00\","
		   "\"D\":\"2026-01-02T03:04:05.5Z\",\"E\":{\"a\":[\"1\",1]},\"F\":false,"
		   "\"G\":0.25,\"H\":null}");
	let_go();
}

static void
what_the_row_does_not_say_is_made_here(void **state)
{
	(void)state;
	take(HEAD "  | project AwsEventId, Name = toupper(UserAgent), Region = AWSRegion\n",
		"{\"AwsEventId\":\"e-1\",\"UserAgent\":\"aws\",\"AWSRegion\":\"us-east-1\"}");
	assert_row("{\"AwsEventId\":\"e-1\",\"Name\":\"AWS\",\"Region\":\"us-east-1\"}");
	let_go();
}

static void
a_judged_row_is_made_here_whatever_it_says(void **state)
{
	(void)state;
	take(HEAD "  | where EventName == \"CreateAccessKey\"\n  | project N = strlen(UserAgent)\n",
		"{\"EventName\":\"CreateAccessKey\",\"UserAgent\":\"aws\",\"N\":7}");
	assert_row("{\"N\":7}");
	assert_true(rule_match(run, &event));
	assert_row("{\"N\":3}");
	let_go();
}

static void
a_filter_sees_the_row_that_does_not_match_here(void **state)
{
	struct alert alert = {0};
	struct alert_filter *filter;
	struct error err;

	(void)state;
	take(HEAD "  | where EventName == \"CreateAccessKey\"\n  | project N = strlen(UserAgent)\n",
		"{\"AwsEventId\":\"e-1\",\"N\":7}");
	alert_init(&alert, &event, rule, run);
	assert_ok(alert_filter_new(&filter, &rule, 1, STR("N == 7"), 0, &err), &err);
	assert_true(alert_filter_match(filter, &alert));
	alert_filter_free(filter);
	assert_ok(alert_filter_new(&filter, &rule, 1, STR("N == 3"), 0, &err), &err);
	assert_false(alert_filter_match(filter, &alert));
	alert_filter_free(filter);
	alert_fini(&alert);
	let_go();
}

static void
a_result_without_the_event_s_id_is_noted(void **state)
{
	struct buf text = {0};

	(void)state;
	take(HEAD "  | project UserAgent\n", "{}");
	assert_false(rule_gives_event_id(rule));
	rule_explain(rule, &text);
	assert_non_null(strstr(buf_cstr(&text), "note      the result has no AwsEventId: in Log "
						"Analytics this rule cannot run\n"));
	buf_fini(&text);
	let_go();
	take(HEAD "  | project AwsEventId\n", "{}");
	assert_true(rule_gives_event_id(rule));
	let_go();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_projected_away_is_not_needed),
		cmocka_unit_test(texts_stay_texts_and_types_stay_types),
		cmocka_unit_test(what_the_row_does_not_say_is_made_here),
		cmocka_unit_test(a_judged_row_is_made_here_whatever_it_says),
		cmocka_unit_test(a_filter_sees_the_row_that_does_not_match_here),
		cmocka_unit_test(a_result_without_the_event_s_id_is_noted),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
