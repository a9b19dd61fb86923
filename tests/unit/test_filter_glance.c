/* What a filter says of an alert without its record is what it says with it, or nothing. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/alert/filter.h"
#include "core/base/buf.h"

#define RECORD(identity, rest)                                                                     \
	"{\"eventVersion\":\"1.09\",\"userIdentity\":" identity                                    \
	",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateAccessKey\",\"eventID\":"    \
	"\"e\"" rest "}"
#define USER "{\"type\":\"IAMUser\",\"userName\":\"dave\",\"accountId\":\"111122223333\"}"
#define ROLE                                                                                       \
	"{\"type\":\"AssumedRole\",\"arn\":\"arn:aws:sts::1:assumed-role/A/"                       \
	"b\",\"sessionContext\":{"                                                                 \
	"\"attributes\":{\"mfaAuthenticated\":\"true\"}}}"
#define TIME ",\"eventTime\":\"2026-01-02T03:04:05Z\""
#define FROM                                                                                       \
	",\"sourceIPAddress\":\"203.0.113.9\",\"userAgent\":\"aws-cli/"                            \
	"2\",\"awsRegion\":\"us-east-1\""

static const char *const records[] = {
	RECORD(USER, TIME FROM),
	RECORD(USER, TIME FROM ",\"errorCode\":\"AccessDenied\",\"errorMessage\":\"no\""),
	RECORD(USER, TIME FROM ",\"errorCode\":7"),
	RECORD(ROLE, TIME ",\"sourceIPAddress\":\"\",\"errorCode\":\"Throttling\""),
	RECORD(ROLE, FROM),			     /* no time */
	RECORD(ROLE, TIME ",\"sourceIPAddress\":5"), /* no text */
	/* Copies of a judged key: any of them may match. */
	RECORD(USER, TIME ",\"sourceIPAddress\":\"192.0.2.1\",\"sourceIPAddress\":\"203.0.113.9\""),
	RECORD(USER, TIME ",\"sourceIPAddress\":\"203.0.113.9\\u0000x\""),
	RECORD("null", TIME FROM),
};

static const char *const predicates[] = {
	"SourceIpAddress == \"203.0.113.9\"",
	"SourceIpAddress != \"203.0.113.9\"",
	"SourceIpAddress startswith \"203.\" and ErrorCode == \"AccessDenied\"",
	"ErrorCode == \"AccessDenied\" and SourceIpAddress startswith \"203.\"",
	"SourceIpAddress == \"192.0.2.1\" or UserIdentityType == \"AssumedRole\"",
	"not(SourceIpAddress == \"192.0.2.1\")",
	"not(SourceIpAddress == \"192.0.2.1\" and SessionMfaAuthenticated)",
	"isempty(ErrorCode)",
	"isnotempty(ErrorMessage) or isempty(UserIdentityInvokedBy)",
	"TimeGenerated > datetime(2026-01-01)",
	"TimeGenerated > datetime(2026-01-03)",
	"isnull(TimeGenerated)",
	"TimeGenerated < datetime(2026-01-03) and SessionMfaAuthenticated == true",
	"SessionMfaAuthenticated == true or SourceIpAddress == \"203.0.113.9\"",
	"UserAgent has \"aws\" and AWSRegion == \"us-east-1\"",
	"UserIdentityUserName == \"dave\" and UserIdentityAccountId == \"111122223333\"",
	"iff(SourceIpAddress == \"203.0.113.9\", true, SessionMfaAuthenticated)",
	"RequestParameters has \"x\" and SourceIpAddress == \"192.0.2.7\"",
	"SourceIpAddress matches regex @\"^203\\.0\\.\"",
	"EventName == \"CreateAccessKey\"",
	"isnull(SessionMfaAuthenticated) and SourceIpAddress == \"203.0.113.9\"",
};

static void
make_alert(struct alert *alert, const struct rule *rule, struct rule_run *run, const char *record)
{
	struct event event;
	struct error err;

	assert_ok(event_parse(&event, str_from(record), &err), &err);
	assert_true(rule_match(run, &event));
	alert_init(alert, &event, rule, run);
	event_fini(&event);
}

/* What the list has of it. */
static struct alert
as_listed(const struct alert *alert)
{
	struct alert listed = {
		.time = alert->time, .outcome = alert->outcome, .flags = alert->flags};

	listed.text[ALERT_RULE_ID] = alert->text[ALERT_RULE_ID];
	listed.text[ALERT_SOURCE_IP] = alert->text[ALERT_SOURCE_IP];
	return listed;
}

static void
assert_agrees(enum filter_answer answer, bool match, const char *predicate, const char *record)
{
	if (answer == FILTER_UNKNOWN || answer == (match ? FILTER_YES : FILTER_NO))
		return;
	print_error("%s\nof %s\n", predicate, record);
	fail();
}

static void
no_glance_contradicts_the_record(void **state)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	size_t decided = 0, tried = 0;

	(void)state;
	for (size_t p = 0; p < sizeof(predicates) / sizeof(predicates[0]); p++) {
		struct alert_filter *filter;
		struct error err;

		assert_ok(alert_filter_new(&filter, &rule, 1, str_from(predicates[p]), 0, &err),
			&err);
		for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
			struct alert alert = {0}, listed;
			enum filter_answer answer;
			bool match;

			make_alert(&alert, rule, run, records[r]);
			listed = as_listed(&alert);
			match = alert_filter_match(filter, &alert);
			answer = alert_filter_glance(filter, &listed);
			assert_agrees(answer, match, predicates[p], records[r]);
			answer = alert_filter_glance(filter, &alert);
			assert_agrees(answer, match, predicates[p], records[r]);
			decided += answer != FILTER_UNKNOWN;
			tried++;
			alert_fini(&alert);
		}
		alert_filter_free(filter);
	}
	assert_true(decided > tried / 3);
	rule_run_free(run);
	rule_free(rule);
}

static void
a_glance_decides_as_soon_as_it_can(void **state)
{
	static const struct {
		const char *predicate;
		enum filter_answer listed, whole;
	} cases[] = {
		{"SourceIpAddress == \"203.0.113.9\"", FILTER_YES, FILTER_YES},
		{"SourceIpAddress == \"192.0.2.1\"", FILTER_NO, FILTER_NO},
		{"isempty(ErrorCode)", FILTER_YES, FILTER_YES},
		{"UserAgent has \"aws\"", FILTER_UNKNOWN, FILTER_YES},
		{"UserAgent has \"aws\" and isnotempty(ErrorCode)", FILTER_NO, FILTER_NO},
		{"UserAgent has \"x\" or TimeGenerated > datetime(2026-01-01)", FILTER_YES,
			FILTER_YES},
		{"SessionMfaAuthenticated == true", FILTER_UNKNOWN, FILTER_UNKNOWN},
		{"UserIdentityInvokedBy == \"x\"", FILTER_UNKNOWN, FILTER_UNKNOWN},
		{"iff(true, SourceIpAddress == \"203.0.113.9\", false)", FILTER_YES, FILTER_YES},
	};
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct alert alert = {0}, listed;

	(void)state;
	make_alert(&alert, rule, run, records[0]);
	listed = as_listed(&alert);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alert_filter *filter;
		struct error err;

		assert_ok(
			alert_filter_new(&filter, &rule, 1, str_from(cases[i].predicate), 0, &err),
			&err);
		assert_int_equal(alert_filter_glance(filter, &listed), cases[i].listed);
		assert_int_equal(alert_filter_glance(filter, &alert), cases[i].whole);
		alert_filter_free(filter);
	}
	alert_fini(&alert);
	rule_run_free(run);
	rule_free(rule);
}

static const struct answer no_answer = {.children = -1, .first_seen_actor = TIME_NONE};
static const struct answer all_answers = {.assessed = ASSESSED_HOSTILE,
	.used = ANSWER_YES,
	.used_elsewhere = ANSWER_NO,
	.used_after = 58,
	.rotation = ROTATION_SECOND_KEY,
	.children = 2,
	.first_seen_actor = TICKS_PER_SECOND};
static const struct answer hostile_store = {
	.used = ANSWER_YES, .used_after = INT64_MAX, .children = 0};
static const struct {
	const char *predicate;
	const struct answer *of;
	bool holds;
} of_answers[] = {
	{"Used", &all_answers, true},
	{"Used == true", &no_answer, false},
	{"not(Used)", &no_answer, false}, /* null is not true either */
	{"isnull(Used)", &no_answer, true},
	{"isnull(Used) or Used", NULL, true},
	{"isnull(Used)", &all_answers, false},
	{"UsedElsewhere == false and isnotnull(UsedElsewhere)", &all_answers, true},
	{"UsedElsewhere", &all_answers, false},
	{"isnull(UsedElsewhere)", &no_answer, true},
	{"UsedAfter == 58s and UsedAfter < 1m", &all_answers, true},
	{"isnull(UsedAfter)", &no_answer, true},
	{"UsedAfter > 1000d", &hostile_store, true},
	{"Rotated == \"second-key\"", &all_answers, true},
	{"Rotated == \"\" and isempty(Rotated)", &no_answer, true},
	{"Children > 1", &all_answers, true},
	{"Children == 0", &hostile_store, true},
	{"isnull(Children)", &no_answer, true},
	{"FirstSeenActor == datetime(1970-01-01 00:00:01)", &all_answers, true},
	{"isnull(FirstSeenActor)", &no_answer, true},
	{"Assessed in (\"hostile\", \"suspicious\")", &all_answers, true},
	{"isempty(Assessed)", &no_answer, true},
	{"Used and SessionMfaAuthenticated", &all_answers, false},
	{"Used and UserAgent has \"aws\"", &all_answers, true},
	{"Assessed == \"hostile\" and SourceIpAddress == \"192.0.2.1\"", &all_answers, false},
};

/* Without the answers a glance does not know, and the whole alert has none: null. */
static void
answers_are_columns_and_null_where_there_is_none(void **state)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct alert alert = {0};

	(void)state;
	assert_true(column_count + RULE_ANSWERS < 64); /* one bit each, and one for others */
	make_alert(&alert, rule, run, records[0]);
	for (size_t i = 0; i < sizeof(of_answers) / sizeof(of_answers[0]); i++) {
		struct alert_filter *filter;
		enum filter_answer answer;
		struct error err;

		assert_ok(
			alert_filter_new(&filter, &rule, 1, str_from(of_answers[i].predicate), 0,
				&err),
			&err);
		assert_true(alert_filter_asks(filter) && alert_filter_reads_texts(filter));
		alert.answered = of_answers[i].of;
		alert.answer = of_answers[i].of ? *of_answers[i].of : no_answer;
		answer = alert_filter_glance(filter, &alert);
		assert_agrees(answer, of_answers[i].holds, of_answers[i].predicate, "a glance");
		if (!of_answers[i].of)
			assert_int_equal(answer, FILTER_UNKNOWN);
		answer = alert_filter_match(filter, &alert) ? FILTER_YES : FILTER_NO;
		assert_agrees(answer, of_answers[i].holds, of_answers[i].predicate, "the record");
		alert_filter_free(filter);
	}
	alert_fini(&alert);
	rule_run_free(run);
	rule_free(rule);
}

static void
of_an_alert_of_another_rule_nothing_holds(void **state)
{
	struct rule *rule = rule_builtin();
	struct alert_filter *filter;
	struct alert alert = {.time = 1};
	struct error err;

	(void)state;
	alert.text[ALERT_RULE_ID] = STR("another");
	assert_ok(alert_filter_new(&filter, &rule, 1, STR("true"), 0, &err), &err);
	assert_int_equal(alert_filter_glance(filter, &alert), FILTER_NO);
	alert_filter_free(filter);
	rule_free(rule);
}

/* ---- by bytes ---- */

/* Records that spell things in their own way, and predicates whose words they have or have not. */
static const char *const spelled[] = {
	RECORD(USER, TIME ",\"requestParameters\":{ \"userName\" : \"Svc-Backup\" , \"n\":1e3}"),
	RECORD(USER, TIME ",\"requestParameters\":{\"userName\":\"svc\\u002dbackup\"}"),
	RECORD(USER, TIME ",\"requestParameters\":{\"userName\":\"svc\\/backup\"}"),
	RECORD(USER, TIME ",\"requestParameters\":{\"userName\":\"trudy\"}"),
	RECORD(USER, TIME ",\"requestParameters\":{\"userName\":\"\xe2\x84\xaa"
			  "elvin\"}"),
	RECORD(ROLE, TIME ",\"vpcEndpointId\":\"vpce-1 a\",\"errorCode\":7"),
	RECORD(ROLE, TIME ",\"userAgent\":[ 1 , 2 , { \"y\" : true } ]"),
	RECORD(ROLE, TIME ",\"vpcEndpointId\":true,\"resources\":[1.50,true,null,\"arn:x\"]"),
};

static const struct {
	const char *predicate;
	size_t passed_over; /* of these records: in them the word is not, and they are plain */
} by_words[] = {
	{"RequestParameters has \"svc-backup\"", 4},
	{"RequestParameters contains \"svc/backup\"", 5},
	{"RequestParameters contains \"userName\\\":\\\"Svc\"", 0},
	{"RequestParameters has \"1000\"", 0},
	{"RequestParameters has \"1e3\"", 0},
	{"tostring(parse_json(RequestParameters).userName) == \"trudy\"", 4},
	{"tolower(tostring(parse_json(RequestParameters).userName)) == \"svc-backup\"", 4},
	{"parse_json(RequestParameters).userName in (\"trudy\", \"mallory\")", 4},
	{"RequestParameters contains \"kelvin\"", 5},
	{"not(RequestParameters has \"trudy\")", 0},
	{"not(not(RequestParameters has \"trudy\"))", 0},
	{"RequestParameters !has \"trudy\"", 0},
	{"VpcEndpointId == \"vpce-1 a\"", 4},
	{"VpcEndpointId =~ \"TRUE\"", 2},
	{"ErrorCode == \"7\"", 0},
	{"Resources has \"1.5\" or Resources has \"arn:x\"", 0},
	{"Resources has \"arn\" and Resources has \"nowhere\"", 5},
	{"SessionIssuerArn == \"arn:aws:iam::1:role/A\"", 5},
	{"UserAgent contains \"1,2\"", 0},
	{"UserAgent contains \":true\"", 0},
	{"OperationName == \"CloudTrail\"", 0},
	{"strcat(VpcEndpointId, \"x\") == \"vpce-1 ax\"", 0},
	{"VpcEndpointId == \"\"", 0},
};

static struct str
lowered(struct arena *arena, const char *record, bool *plain)
{
	char *copy = arena_alloc(arena, strlen(record) + 1);

	*plain = true;
	for (size_t i = 0; i <= strlen(record); i++) {
		*plain = *plain && (unsigned char)record[i] < 0x7f && record[i] != '\\';
		copy[i] = record[i] >= 'A' && record[i] <= 'Z' ? (char)(record[i] | 32) : record[i];
	}
	return str_from(copy);
}

/* Asks the record itself, and its bytes. */
static bool
is_passed_over(const struct rule_filter *filter, struct rule_run *run, const char *record,
	const char *predicate)
{
	struct arena arena = {0};
	struct event event;
	struct error err;
	bool plain, passed;
	struct str bytes = lowered(&arena, record, &plain);

	assert_ok(event_parse(&event, str_from(record), &err), &err);
	assert_true(rule_match(run, &event));
	passed = plain && !rule_filter_may_hold(filter, bytes);
	if (passed && rule_filter_match(filter, run, &event)) {
		print_error("%s\nholds of %s\n", predicate, record);
		fail();
	}
	event_fini(&event);
	arena_fini(&arena);
	return passed;
}

static void
a_record_is_passed_over_where_a_word_is_nowhere_in_it(void **state)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);

	(void)state;
	for (size_t p = 0; p < sizeof(by_words) / sizeof(by_words[0]); p++) {
		const char *predicate = by_words[p].predicate;
		struct rule_filter *filter;
		size_t passed = 0;
		struct error err;

		assert_ok(rule_filter_compile(&filter, rule, str_from(predicate), &err), &err);
		for (size_t r = 0; r < sizeof(spelled) / sizeof(spelled[0]); r++)
			passed += is_passed_over(filter, run, spelled[r], predicate);
		print_message("%s: %zu\n", predicate, passed);
		assert_int_equal(passed, by_words[p].passed_over);
		assert_int_equal(rule_filter_has_words(filter), by_words[p].passed_over > 0);
		rule_filter_free(filter);
	}
	rule_run_free(run);
	rule_free(rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_glance_contradicts_the_record),
		cmocka_unit_test(a_glance_decides_as_soon_as_it_can),
		cmocka_unit_test(answers_are_columns_and_null_where_there_is_none),
		cmocka_unit_test(of_an_alert_of_another_rule_nothing_holds),
		cmocka_unit_test(a_record_is_passed_over_where_a_word_is_nowhere_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
