/* A workspace is looked through for what its alerts are about, by one query for many. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/alert/facts.h"
#include "core/history/story.h"
#include "tests/support/workspace.h"

/* What surveys meet next, and not the polls. */
static void
fault(const char *members)
{
	cloud_tell(&ws.cloud,
		"{\"op\":\"fault\",\"service\":\"azure\",\"operation\":\"survey\",%s}", members);
}

#define NEW "AKIAKEYWATCHNEW00001"
#define CHILD "AKIAKEYWATCHNEW00002"

struct caller {
	const char *arn, *address, *account;
};
static const struct caller eve = {"arn:aws:iam::111122223333:user/eve", "203.0.113.9",
				   "111122223333"},
			   zoe = {"arn:aws:iam::111122223333:user/zoe", "198.51.100.77",
				   "111122223333"},
			   kim = {"arn:aws:iam::444455556666:user/kim", "198.51.100.77",
				   "444455556666"};

/* Called with a key, answered with another one; "": none. */
static void
add_of(const struct caller *caller, const char *id, const char *name, const char *time,
	const char *by, const char *made)
{
	cloud_tell(&ws.cloud,
		"{\"op\":\"call\",\"service\":\"azure\",\"method\":\"add\",\"arguments\":{"
		"\"rows\":[{\"other\":%s,\"row\":{\"TimeGenerated\":\"%s\",\"AwsEventId\":\"%s\","
		"\"EventName\":\"%s\",\"EventSource\":\"iam.amazonaws.com\","
		"\"UserIdentityType\":\"IAMUser\",\"UserIdentityArn\":\"%s\","
		"\"UserIdentityPrincipalid\":\"AIDAEXAMPLE\",\"UserIdentityUserName\":\"eve\","
		"\"UserIdentityAccessKeyId\":\"%s\",\"SourceIpAddress\":\"%s\","
		"\"RecipientAccountId\":\"%s\",\"UserAgent\":\"aws-cli/2\","
		"\"RequestParameters\":\"{\\\"userName\\\":\\\"bob\\\"}\","
		"\"ResponseElements\":\"{\\\"accessKey\\\":{\\\"userName\\\":\\\"bob\\\","
		"\\\"status\\\":\\\"Active\\\",\\\"accessKeyId\\\":\\\"%s\\\"}}\"},"
		"\"made\":{\"Name\":\"eve\"},\"arrived\":\"2026-01-02T03:20:00Z\"}]}}",
		strcmp(name, "CreateAccessKey") == 0 ? "false" : "true", time, id, name,
		caller->arn, by, caller->address, caller->account, made);
}

static void
add(const char *id, const char *name, const char *time, const char *by, const char *made)
{
	add_of(&eve, id, name, time, by, made);
}

static void
add_new(void)
{
	add("e-1", "CreateAccessKey", "2026-01-02T02:04:05Z", "AKIAOFTHEACTOR000001", NEW);
}

/* Of nobody that matters: it tells that the table has records of then. */
static void
add_last(void)
{
	add_of(&zoe, "e-9", "DescribeInstances", "2026-01-02T02:58:00Z", "AKIAOFSOMEBODY000001",
		"");
}

static void
await_surveys(uint64_t count)
{
	watcher_await_answers(&ws.watcher, count);
}

static void
assert_fact(const char *id, int number, const char *part)
{
	watcher_assert_fact(&ws.watcher, id, number, part);
}

enum { USED = 14, MADE_WITH = 22, LOOKED = 24 };

static void
deny_surveys(void)
{
	fault("\"count\":-1,\"kind\":\"status\",\"status\":403,\"content_type\":"
	      "\"application/json\",\"body\":{\"error\":{\"code\":\"InsufficientAccessError\","
	      "\"message\":\"No access.\"}}");
}

/* ---- answers ---- */

static void
a_use_of_a_new_key_is_found(void **state)
{
	(void)state;
	add_new();
	add("e-2", "ListUsers", "2026-01-02T02:05:03Z", NEW, "");
	workspace_watch(&ws, "");
	await_surveys(1);
	assert_fact("e-1", USED, "58 s");
}

static void
a_key_without_a_use_is_unused_as_far_as_the_table_has_rows(void **state)
{
	(void)state;
	add_new();
	add_last();
	workspace_watch(&ws, "");
	await_surveys(1);
	assert_fact("e-1", USED, "not used, looked until 2026-01-02T02:58:00Z");
}

static void
rows_of_another_account_say_nothing_of_the_key(void **state)
{
	(void)state;
	add_new();
	add_of(&kim, "e-8", "DescribeInstances", "2026-01-02T02:58:00Z", "AKIAOFSOMEBODY000001",
		"");
	workspace_watch(&ws, "");
	await_surveys(1);
	assert_fact("e-1", USED, "unknown: window ends before 2026-01-02T02:04:06Z");
}

static void
of_what_may_be_ingested_later_nothing_is_denied(void **state)
{
	(void)state;
	add("e-1", "CreateAccessKey", "2026-01-02T03:10:00Z", "AKIAOFTHEACTOR000001", NEW);
	add_last();
	workspace_watch(&ws, "");
	await_surveys(1);
	assert_fact("e-1", USED, "unknown: window ends before 2026-01-02T03:10:00Z");
}

static void
a_key_that_was_made_with_it_is_looked_for_in_turn(void **state)
{
	(void)state;
	add_new();
	add("e-2", "CreateAccessKey", "2026-01-02T02:05:05Z", NEW, CHILD);
	add("e-3", "ListUsers", "2026-01-02T02:06:05Z", CHILD, "");
	add_last();
	workspace_watch(&ws, "");
	await_surveys(2);
	assert_fact("e-1", MADE_WITH, CHILD);
	assert_fact("e-2", USED, "after 60 s");
}

/* As a restart finds them: all at once. */
static void
many_alerts_are_one_query(void **state)
{
	size_t before;

	(void)state;
	for (int i = 0; i < 30; i++) {
		char id[8], key[24];

		snprintf(id, sizeof(id), "e-%d", i);
		snprintf(key, sizeof(key), "AKIAKEYWATCHNEW%05d", i);
		add(id, "CreateAccessKey", "2026-01-02T02:04:05Z", "AKIAOFTHEACTOR000001", key);
	}
	add_last();
	deny_surveys();
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 30);
	watcher_stop(&ws.watcher);
	cloud_tell(&ws.cloud, "{\"op\":\"faults\",\"clear\":true}");
	before = cloud_count(&ws.cloud, "azure", "survey");
	watcher_start(&ws.watcher, NULL);
	await_surveys(1);
	assert_fact("e-0", USED, "not used");
	assert_fact("e-29", USED, "not used");
	assert_int_equal(cloud_count(&ws.cloud, "azure", "survey"), before + 1);
}

static void
what_was_looked_through_is_named(void **state)
{
	(void)state;
	add_new();
	add_last();
	workspace_watch(&ws, "");
	await_surveys(1);
	assert_fact("e-1", LOOKED,
		"1 input looked through, events from 2026-01-02T02:04:05Z to "
		"2026-01-02T02:58:00Z, in the table AWSCloudTrail of loganalytics:" WORKSPACE_ID);
}

/* ---- what is not given ---- */

static void
answer_with_error(const char *message)
{
	char members[1200];

	snprintf(members, sizeof(members),
		"\"count\":1,\"kind\":\"status\",\"status\":200,\"content_type\":"
		"\"application/json\",\"body\":{\"tables\":[{\"name\":\"PrimaryResult\","
		"\"columns\":[{\"name\":\"AwsEventId\",\"type\":\"string\"},"
		"{\"name\":\"keywatch_first\",\"type\":\"datetime\"},"
		"{\"name\":\"keywatch_last\",\"type\":\"datetime\"}],\"rows\":[[\"\","
		"\"2026-01-02T00:00:00Z\",\"2026-01-02T03:00:00Z\"]]}],\"error\":{\"code\":"
		"\"PartialError\",\"message\":\"%s\"}}",
		message);
	fault(members);
}

static void
a_partial_answer_denies_nothing(void **state)
{
	(void)state;
	add_new();
	add_last();
	answer_with_error("Some errors.");
	workspace_watch(&ws, "");
	await_surveys(1);
	assert_fact("e-1", USED,
		"unknown: not looked for yet: law: the answer is partial, rows are missing: "
		"PartialError: Some errors.");
}

static void
an_answer_at_the_limit_is_asked_for_in_parts(void **state)
{
	(void)state;
	add_new();
	add("e-2", "ListUsers", "2026-01-02T02:50:00Z", NEW, "");
	add_last();
	answer_with_error("The results exceed the set limit of 500000 records");
	workspace_watch(&ws, "");
	await_surveys(1);
	/* The first half of the day, which ends before the alert; the rest is due. */
	assert_fact("e-1", USED, "unknown: law has no records of that time");
	assert_int_equal(cloud_count(&ws.cloud, "azure", "survey"), 2);
}

static void
the_rest_of_an_answer_at_the_limit_follows(void **state)
{
	(void)state;
	add_new();
	add("e-2", "ListUsers", "2026-01-02T02:50:00Z", NEW, "");
	add_last();
	answer_with_error("The results exceed the set limit of 500000 records");
	workspace_watch(&ws, "");
	await_surveys(2);
	assert_fact("e-1", USED, "after 45 m");
}

static void
more_rows_than_are_asked_for_end_what_is_known(void **state)
{
	(void)state;
	add_new();
	cloud_tell(&ws.cloud,
		"{\"op\":\"call\",\"service\":\"azure\",\"method\":\"fill\",\"arguments\":{"
		"\"count\":2100,\"first\":\"2026-01-02T02:10:00Z\",\"row\":{\"EventName\":"
		"\"GetObject\",\"UserIdentityType\":\"IAMUser\",\"UserIdentityAccessKeyId\":\"" NEW
		"\"}}}");
	add_last();
	workspace_watch(&ws, "");
	await_surveys(1);
	/* 1,998 of them, a second each, behind the first, which comes twice. */
	assert_fact("e-1", LOOKED, "events from 2026-01-02T02:04:05Z to 2026-01-02T02:43:16Z");
}

static void
a_denial_is_said_in_the_story(void **state)
{
	(void)state;
	add_new();
	deny_surveys();
	workspace_watch(&ws, "");
	await_surveys(1);
	watcher_await_line(&ws.watcher, "law: looked through for history: denied: ");
	assert_fact("e-1", USED,
		"unknown: not looked for yet: law: denied: InsufficientAccessError: No access.");
}

static void
a_throttled_survey_is_tried_again(void **state)
{
	(void)state;
	add_new();
	add("e-2", "ListUsers", "2026-01-02T02:05:03Z", NEW, "");
	fault("\"count\":3,\"kind\":\"throttle-429\",\"retry_after\":0");
	workspace_watch(&ws, "");
	await_surveys(2); /* the first is the trouble */
	assert_fact("e-1", USED, "58 s");
}

static void
a_query_that_takes_too_long_is_asked_for_less(void **state)
{
	struct json_doc *doc;
	bool found = false;

	(void)state;
	add_new();
	fault("\"count\":3,\"kind\":\"status\",\"status\":504,\"content_type\":"
	      "\"application/"
	      "json\",\"body\":{\"error\":{\"code\":\"GatewayTimeout\",\"message\":\"Too "
	      "long.\"}}");
	workspace_watch(&ws, "");
	await_surveys(2);
	doc = cloud_ask(
		&ws.cloud, "{\"op\":\"log\",\"service\":\"azure\",\"operation\":\"survey\"}");
	for (const struct json *n = json_first(json_get(json_root(doc), STR("log"))); n;
		n = json_next(n))
		found |= str_find(json_string(json_get(n, STR("body"))),
				 STR("\"2026-01-01T02:04:05Z/2026-01-01T1"), 0) != (size_t)-1;
	assert_true(found);
	json_doc_free(doc);
}

/* ---- the query ---- */

static void
names_cannot_end_their_literal(void **state)
{
	static const struct caller hostile = {
		"arn:aws:sts::111122223333:assumed-role/r/\\\") | where 1==1 //\\\\", "203.0.113.9",
		"111122223333"};

	(void)state;
	add_of(&hostile, "e-1", "CreateAccessKey", "2026-01-02T02:04:05Z", "AKIAOFTHEACTOR000001",
		NEW);
	add_of(&hostile, "e-2", "CreateUser", "2026-01-02T02:05:05Z", "ASIAOFTHEACTOR000001", "");
	add_last();
	workspace_watch(&ws, "");
	await_surveys(1);
	workspace_assert_last(&ws, "survey", "body",
		"\\\"arn:aws:sts::111122223333:assumed-role/r/"
		"\\\\\\\") | where 1==1 //\\\\\\\\\\\"");
	assert_fact("e-1", 18, "CreateUser");
}

static void
a_restart_does_not_look_again_for_what_is_fresh(void **state)
{
	size_t before;

	(void)state;
	add_new();
	add_last();
	workspace_watch(&ws, "");
	await_surveys(1);
	watcher_stop(&ws.watcher);
	before = cloud_count(&ws.cloud, "azure", "survey");
	watcher_start(&ws.watcher, NULL);
	watcher_await_ok(&ws.watcher, "law");
	assert_fact("e-1", USED, "not used");
	assert_int_equal(cloud_count(&ws.cloud, "azure", "survey"), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_standing, workspace_close)
#define RACE(name) cmocka_unit_test_setup_teardown(name, workspace_racing, workspace_close)
		TEST(a_use_of_a_new_key_is_found),
		TEST(a_key_without_a_use_is_unused_as_far_as_the_table_has_rows),
		TEST(rows_of_another_account_say_nothing_of_the_key),
		TEST(of_what_may_be_ingested_later_nothing_is_denied),
		TEST(a_key_that_was_made_with_it_is_looked_for_in_turn),
		TEST(many_alerts_are_one_query),
		TEST(what_was_looked_through_is_named),
		TEST(a_partial_answer_denies_nothing),
		TEST(an_answer_at_the_limit_is_asked_for_in_parts),
		RACE(the_rest_of_an_answer_at_the_limit_follows),
		TEST(more_rows_than_are_asked_for_end_what_is_known),
		TEST(a_denial_is_said_in_the_story),
		RACE(a_throttled_survey_is_tried_again),
		RACE(a_query_that_takes_too_long_is_asked_for_less),
		TEST(names_cannot_end_their_literal),
		TEST(a_restart_does_not_look_again_for_what_is_fresh),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, workspace_start, workspace_stop);
}
