/* The query around a rule's, and what Log Analytics answers to it. */
#include "tests/support/test.h"

#include "core/base/timefmt.h"
#include "core/source/loganalytics.h"

/* ---- the query ---- */

/* Microsoft's own binder (npm @kusto/language-service-next) takes this text without a diagnostic.
 */
static void
the_rule_s_text_stands_in_the_query_as_written(void **state)
{
	struct buf text = {0};

	(void)state;
	loganalytics_wrap(&text, STR("let x = 1; // {\nAWSCloudTrail | take x; // end"));
	assert_string_equal(buf_cstr(&text),
		"let keywatch_rule = () {\n"
		"let x = 1; // {\nAWSCloudTrail | take x; // end\n"
		"};\n"
		"let keywatch_found = materialize(\n"
		"    keywatch_rule()\n"
		"    | extend keywatch_row = tostring(pack_all())\n"
		"    | project keywatch_event = AwsEventId, keywatch_row);\n"
		"keywatch_found\n"
		"| join kind=leftouter (\n"
		"    AWSCloudTrail\n"
		"    | where isnotempty(AwsEventId)\n"
		"    | where AwsEventId in ((keywatch_found | project keywatch_event))\n"
		"    | extend keywatch_arrived = ingestion_time()\n"
		"    ) on $left.keywatch_event == $right.AwsEventId\n");
	buf_fini(&text);
}

static void
a_survey_asks_for_all_lists_at_once(void **state)
{
	static const struct str keys[] = {STR("AKIAONE"), STR("AKIATWO")}, users[] = {STR("bob")},
				actors[] = {STR("arn:aws:iam::1:user/\") or true //\\")},
				calls[] = {STR("CreateUser"), STR("StopLogging")};
	const struct source_survey survey = {.lists = {[SURVEY_KEYS] = {keys, 2},
						     [SURVEY_USERS] = {users, 1},
						     [SURVEY_ACTORS] = {actors, 1},
						     [SURVEY_ADDRESSES] = {users, 0}},
		.root = true,
		.calls = calls,
		.call_count = 2};
	struct buf text = {0};

	(void)state;
	loganalytics_write_survey(&text, &survey);
	assert_string_equal(buf_cstr(&text),
		"let keywatch_found = union\n"
		"    (AWSCloudTrail\n"
		"    | where EventName == \"CreateAccessKey\"\n"
		"        or UserIdentityAccessKeyId in (\"AKIAONE\", \"AKIATWO\")\n"
		"        or RequestParameters has_any (\"AKIAONE\", \"AKIATWO\")\n"
		"        or ResponseElements has_any (\"AKIAONE\", \"AKIATWO\")\n"
		"        or (EventName in (\"CreateUser\", \"StopLogging\") and (false\n"
		"        or UserIdentityArn in (\"arn:aws:iam::1:user/\\\") or true //\\\\\")\n"
		"        or UserIdentityPrincipalid in "
		"(\"arn:aws:iam::1:user/\\\") or true //\\\\\")\n"
		"        or UserIdentityInvokedBy in "
		"(\"arn:aws:iam::1:user/\\\") or true //\\\\\")\n"
		"        or UserIdentityUserName in (\"bob\")\n"
		"        or tostring(parse_json(RequestParameters).userName) in (\"bob\")\n"
		"        or UserIdentityType == \"Root\"\n"
		"        ))),\n"
		"    (AWSCloudTrail\n"
		"    | where UserIdentityAccessKeyId startswith_cs \"AKIA\""
		" and (UserIdentityUserName in (\"bob\") or UserIdentityType == \"Root\")\n"
		"    | summarize arg_min(TimeGenerated, *) by UserIdentityAccessKeyId)\n"
		"| order by TimeGenerated asc\n"
		"| take 2000;\n"
		"let keywatch_times = AWSCloudTrail\n"
		"| summarize keywatch_first = min(TimeGenerated), keywatch_last = "
		"max(TimeGenerated) by RecipientAccountId, bin(TimeGenerated, 6h)\n"
		"| project RecipientAccountId, keywatch_first, keywatch_last;\n"
		"union keywatch_found, keywatch_times\n");
	buf_fini(&text);
}

static void
an_ipv6_address_is_asked_for_in_any_spelling(void **state)
{
	static const struct str addresses[] = {
		{"203.0.113.9", 11}, {"2001:db8::a", 11}, {"::1", 3}};
	const struct source_survey survey = {
		.lists = {[SURVEY_ADDRESSES] = {addresses, 3}}, .from = 0, .to = 1};
	struct buf text = {0};

	(void)state;
	loganalytics_write_survey(&text, &survey);
	assert_non_null(strstr(buf_cstr(&text),
		"        or SourceIpAddress in (\"203.0.113.9\", \"2001:db8::a\", \"::1\")\n"
		"        or parse_ipv6(SourceIpAddress) in"
		" (\"2001:0db8:0000:0000:0000:0000:0000:000a\","
		" \"0000:0000:0000:0000:0000:0000:0000:0001\")\n"
		"        )))"));
	assert_non_null(strstr(buf_cstr(&text),
		"    | where SourceIpAddress in (\"203.0.113.9\", \"2001:db8::a\", \"::1\")"
		" or parse_ipv6(SourceIpAddress) in"
		" (\"2001:0db8:0000:0000:0000:0000:0000:000a\","
		" \"0000:0000:0000:0000:0000:0000:0000:0001\")\n"
		"    | summarize arg_min"));
	buf_fini(&text);
}

static void
the_time_asked_for_is_a_begin_and_an_end(void **state)
{
	struct buf text = {0};
	int64_t from;

	(void)state;
	assert_true(time_parse(STR("2026-01-02T03:04:05.1234567Z"), &from));
	loganalytics_write_request(
		&text, STR("T | where a == \"x\"\n"), from, from + TICKS_PER_HOUR);
	assert_string_equal(buf_cstr(&text),
		"{\"query\":\"T | where a == \\\"x\\\"\\n\",\"timespan\":"
		"\"2026-01-02T03:04:05.1234567Z/2026-01-02T04:04:05.1234567Z\"}");
	buf_fini(&text);
}

/* ---- rows ---- */

static void
assert_row(const char *raw, const char *row, const char *arrived)
{
	struct buf out = {0};
	int64_t ticks, expected = TIME_NONE;

	loganalytics_read_row(&out, str_from(raw), &ticks);
	assert_string_equal(buf_cstr(&out), row);
	if (arrived)
		assert_true(time_parse(str_from(arrived), &expected));
	assert_true(ticks == expected);
	buf_fini(&out);
}

static void
a_row_is_the_event_s_with_what_the_rule_made_beside(void **state)
{
	(void)state;
	assert_row("{\"keywatch_event\":\"e\",\"keywatch_row\":\"{\\\"AwsEventId\\\":\\\"e\\\","
		   "\\\"UserAgent\\\":\\\"AWS\\\",\\\"Name\\\":\\\"123\\\",\\\"N\\\":123,"
		   "\\\"D\\\":{\\\"a\\\":[true,\\\"true\\\",1.50]}}\","
		   "\"AwsEventId\":\"e\",\"UserAgent\":\"aws\",\"ReadOnly\":false,"
		   "\"keywatch_arrived\":\"2026-01-02T03:04:05.5Z\"}",
		"{\"AwsEventId\":\"e\",\"UserAgent\":\"aws\",\"ReadOnly\":false,\"Name\":\"123\","
		"\"N\":123,\"D\":{\"a\":[true,\"true\",1.50]}}",
		"2026-01-02T03:04:05.5Z");
}

/* The join's right side is empty where the event is not found again. */
static void
a_row_without_its_event_is_what_the_rule_gave(void **state)
{
	(void)state;
	assert_row("{\"keywatch_event\":\"x\",\"keywatch_row\":\"{\\\"AwsEventId\\\":\\\"x\\\","
		   "\\\"ReadOnly\\\":true,\\\"UserAgent\\\":\\\"aws\\\"}\",\"AwsEventId\":\"\","
		   "\"ReadOnly\":null,\"UserAgent\":\"\",\"ErrorCode\":\"\","
		   "\"keywatch_arrived\":null}",
		"{\"AwsEventId\":\"x\",\"ReadOnly\":true,\"UserAgent\":\"aws\",\"ErrorCode\":\"\"}",
		NULL);
}

static void
rows_of_another_shape_stay_what_they_are(void **state)
{
	(void)state;
	assert_row("{\"AwsEventId\":\"e\",\"Name\":\"{\\\"a\\\":1}\",\"n\":1}",
		"{\"AwsEventId\":\"e\",\"Name\":\"{\\\"a\\\":1}\",\"n\":1}", NULL);
	assert_row(
		"{\"AwsEventId\":\"e\",\"keywatch_row\":\"cut {\",\"keywatch_arrived\":\"soon\"}",
		"{\"AwsEventId\":\"e\"}", NULL);
	assert_row("{\"keywatch_row\":\"[1]\"}", "{}", NULL);
	assert_row("no JSON", "no JSON", NULL);
}

/* ---- answers ---- */

static void
answers_are_told_apart(void **state)
{
	static const struct {
		const char *body;
		enum loganalytics_answer answer;
	} cases[] = {
		{"{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"AwsEventId\","
		 "\"type\":\"string\"}],\"rows\":[]}]}",
			LOGANALYTICS_ROWS},
		{" {\"error\":{},\"tables\":[ "
		 "{\"rows\":[[\"}\"]],\"columns\":[{\"name\":\"Aws\\u0045ventId\"}]},{}]}\n",
			LOGANALYTICS_ROWS},
		{"", LOGANALYTICS_EMPTY},
		{" \r\n", LOGANALYTICS_EMPTY},
		{"{\"tables\":[{\"columns\":[{\"name\":\"awseventid\"},{\"name\":7}],\"rows\":[]}]"
		 "}",
			LOGANALYTICS_NO_EVENT},
		{"{\"tables\":[{\"columns\":[],\"rows\":[]}]}", LOGANALYTICS_NO_EVENT},
		{"{\"tables\":[]}", LOGANALYTICS_OTHER},
		{"{\"tables\":[{\"rows\":[]}]}", LOGANALYTICS_OTHER},
		{"{}", LOGANALYTICS_OTHER},
		{"[]", LOGANALYTICS_OTHER},
		{"<html>", LOGANALYTICS_OTHER},
		{"{\"tables\":[{\"columns\":[{\"name\":\"AwsEventId\"}],\"rows\":[[\"e\"]",
			LOGANALYTICS_OTHER},
		{"{\"tables\":[{\"columns\":[{\"name\":\"AwsEventId\"}],\"rows\":[[\"e\"}",
			LOGANALYTICS_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (loganalytics_judge(str_from(cases[i].body)) != cases[i].answer)
			fail_msg("judged otherwise: %s", cases[i].body);
}

static void
limits_are_known_by_their_words(void **state)
{
	(void)state;
	assert_true(loganalytics_is_limit(STR("… (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003)")));
	assert_true(loganalytics_is_limit(
		STR("The results of this query exceed the set limit of 500000 records")));
	assert_false(loganalytics_is_limit(STR("PartialError: A shard was away")));
}

static void
assert_error(const char *body, const char *code, const char *text)
{
	struct http_response response = {.status = 400};
	struct loganalytics_error error;

	buf_puts(&response.body, body);
	loganalytics_error_read(&error, &response, STR("eyJ.token.x"));
	assert_string_equal(error.code, code);
	assert_string_equal(error.text, text);
	http_response_fini(&response);
}

static void
a_refusal_is_told_from_the_outside_in_and_without_the_token(void **state)
{
	(void)state;
	assert_error("{\"error\":{\"message\":\"Bad\",\"code\":\"BadArgumentError\","
		     "\"innererror\":{\"code\":\"SemanticError\",\"message\":\"It is.\","
		     "\"innererror\":{\"code\":\"SEM0100\",\"message\":\"'x' is not known\"}}}}",
		"BadArgumentError",
		"BadArgumentError: Bad: SemanticError: It is.: SEM0100: 'x' is not known");
	assert_error("{\"error\":{\"code\":\"E\",\"details\":[{\"message\":\"first\"},{}]}}", "E",
		"E: first");
	assert_error("{\"error\":{\"code\":\"E\",\"message\":\"token eyJ.token.x is old\"}}", "E",
		"E: (what it said holds a secret)");
	assert_error("<html>", "", "HTTP status 400 without an error of Log Analytics");
	assert_error("{\"error\":\"no object\"}", "",
		"HTTP status 400 without an error of Log Analytics");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rule_s_text_stands_in_the_query_as_written),
		cmocka_unit_test(a_survey_asks_for_all_lists_at_once),
		cmocka_unit_test(an_ipv6_address_is_asked_for_in_any_spelling),
		cmocka_unit_test(the_time_asked_for_is_a_begin_and_an_end),
		cmocka_unit_test(a_row_is_the_event_s_with_what_the_rule_made_beside),
		cmocka_unit_test(a_row_without_its_event_is_what_the_rule_gave),
		cmocka_unit_test(rows_of_another_shape_stay_what_they_are),
		cmocka_unit_test(answers_are_told_apart),
		cmocka_unit_test(limits_are_known_by_their_words),
		cmocka_unit_test(a_refusal_is_told_from_the_outside_in_and_without_the_token),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
