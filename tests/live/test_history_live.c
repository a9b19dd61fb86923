/* LookupEvents is asked for what became of the keys that alerts are about. */
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/inquiry.h"

/* When the tests begin; a minute of their clock takes three seconds. */
#define NOW "2026-01-02T03:30:00Z"
#define NEW "AKIAKEYWATCHNEW00001"
#define OLD "AKIAKEYWATCHOLD00001"
#define CHILD "AKIAKEYWATCHNEW00002"
#define TEMPORARY "ASIAKEYWATCHTMP00001"
#define EVE "AKIAOFEVE00000000001"
#define SPEC "type=cloudtrail,name=prod"

static int
set_up(void **state)
{
	(void)state;
	inquiry_open(&in, NOW, "20");
	return 0;
}

static void
add(struct inquiry_call call)
{
	inquiry_add(&in, &call);
}

/* The alert of the tests: eve makes a key for bob. */
static void
make_key(void)
{
	add((struct inquiry_call){
		"e-1", "CreateAccessKey", "03:04:05", .made = NEW, .region = "us-east-1"});
}

/* ---- tests ---- */

static void
what_was_called_with_a_new_key_is_asked_for(void **state)
{
	(void)state;
	make_key();
	add((struct inquiry_call){
		"e-2", "ListUsers", "03:05:03", .by = "bob", .with = NEW, .ip = "198.51.100.7"});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "after 58 s from 198.51.100.7 (another address)");
	inquiry_await_fact(&in, "e-1", 15, "\"ip\":false");
}

static void
a_key_that_was_made_with_it_is_asked_for_in_turn(void **state)
{
	(void)state;
	make_key();
	add((struct inquiry_call){
		"e-2", "CreateAccessKey", "03:05:05", .by = "bob", .with = NEW, .made = CHILD});
	add((struct inquiry_call){"e-3", "ListUsers", "03:06:05", .by = "bob", .with = CHILD});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 22, CHILD);
	inquiry_await_fact(&in, "e-2", 14, "after 60 s");
}

static void
what_was_called_with_temporary_keys_of_it_is_a_use(void **state)
{
	(void)state;
	make_key();
	add((struct inquiry_call){"e-2", "AssumeRole", "03:05:05", .by = "bob", .with = NEW,
		.service = "sts.amazonaws.com", .gave = TEMPORARY});
	add((struct inquiry_call){"e-3", "ListBuckets", "03:07:05", .with = TEMPORARY,
		.service = "s3.amazonaws.com"});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "through AssumeRole");
	inquiry_await_fact(&in, "e-1", 14, "\"calls\":2");
}

static void
a_key_without_a_use_is_unused_where_it_was_asked_for(void **state)
{
	(void)state;
	make_key();
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "not used, looked until 2026-01-02T03:15:");
	inquiry_await_fact(&in, "e-1", 14, "Z in us-east-1, data events asidefalse");
	inquiry_await_fact(&in, "e-1", 24, "asked in us-east-1; data events are not told");
}

static void
a_key_that_was_just_made_is_not_said_to_be_unused(void **state)
{
	(void)state;
	add((struct inquiry_call){"e-1", "CreateAccessKey", "03:20:00", .made = NEW});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "too soon to tell: asked until 2026-01-02T03:30:");
}

static void
what_was_done_to_the_key_and_its_user_is_asked_for(void **state)
{
	(void)state;
	make_key();
	add((struct inquiry_call){"e-2", "UpdateAccessKey", "03:08:05", .by = "admin",
		.changes = NEW, .status = "Inactive"});
	add((struct inquiry_call){"e-3", "AttachUserPolicy", "03:09:05", .by = "aws",
		.policy = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 16, "deactivated by admin");
	inquiry_await_fact(&in, "e-1", 21, "yes: AWSCompromisedKeyQuarantineV2");
}

static void
a_rotation_is_known_by_what_the_user_did(void **state)
{
	(void)state;
	add((struct inquiry_call){
		"e-1", "CreateAccessKey", "02:04:05", .by = "bob", .with = OLD, .made = NEW});
	add((struct inquiry_call){"e-2", "ListUsers", "02:05:03", .by = "bob", .with = NEW});
	add((struct inquiry_call){"e-3", "UpdateAccessKey", "02:08:05", .by = "bob", .with = NEW,
		.changes = OLD, .status = "Inactive"});
	add((struct inquiry_call){
		"e-4", "DeleteAccessKey", "02:09:05", .by = "bob", .with = NEW, .changes = OLD});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 17, "rotation of " OLD);
	inquiry_await_fact(&in, "e-1", 17, "\"missing\":[]");
}

static void
what_else_the_caller_did_is_asked_for(void **state)
{
	(void)state;
	make_key();
	add((struct inquiry_call){"e-2", "CreateUser", "03:00:05", .about = "mallory"});
	add((struct inquiry_call){"e-3", "CreateUser", "02:00:05", .about = "too-early"});
	add((struct inquiry_call){"e-4", "CreateUser", "03:01:05", .by = "other", .about = "x"});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 18, "CreateUser mallory within 4 min; incomplete: too soon");
}

/* A session's name is its caller's choice. */
static void
who_only_has_the_name_of_the_caller_is_another(void **state)
{
	(void)state;
	make_key();
	add((struct inquiry_call){"e-2", "CreateUser", "03:00:05", .about = "mallory",
		.identity = "{\"type\":\"AssumedRole\",\"principalId\":\"AROAX:eve\",\"arn\":"
			    "\"arn:aws:sts::123456789012:assumed-role/Deploy/eve\"}"});
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 18, "too soon to tell");
	assert_int_equal(inquiry_count(&in, "Username", "eve", NULL), 1);
}

static void
keys_that_were_made_before_are_asked_for_once_for_all(void **state)
{
	(void)state;
	make_key();
	cloud_tell(&in.cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":"
		"{\"records\":[{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\","
		"\"eventSource\":\"iam.amazonaws.com\",\"eventTime\":\"2025-11-02T03:04:05Z\","
		"\"eventID\":\"e-0\",\"recipientAccountId\":\"123456789012\","
		"\"sourceIPAddress\":\"192.0.2.77\",\"userIdentity\":{\"type\":\"IAMUser\","
		"\"accountId\":\"123456789012\",\"arn\":\"arn:aws:iam::123456789012:user/eve\","
		"\"userName\":\"eve\"},\"requestParameters\":{\"userName\":\"carol\"}}]}}");
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 13, "this actor 1 time, at 2025-11-02T03:04:05Z");
	inquiry_await_fact(&in, "e-1", 20, "2 keys for 2 users");
}

static void
nobody_is_found_by_an_address(void **state)
{
	(void)state;
	make_key();
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 19, "live sources cannot be asked by address");
}

static void
a_restart_does_not_ask_again_what_is_fresh(void **state)
{
	size_t before;

	(void)state;
	make_key();
	inquiry_watch(&in, SPEC);
	inquiry_await_silence(&in);
	watcher_stop(&in.watcher);
	before = inquiry_count(&in, "AccessKeyId", NULL, NULL);
	add((struct inquiry_call){"e-2", "CreateAccessKey", "03:10:05", .made = CHILD});
	inquiry_watch(&in, NULL);
	inquiry_await_answers(&in, 3);
	inquiry_await_silence(&in);
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NULL, NULL), before + 1);
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NEW, NULL), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, inquiry_close)
		TEST(what_was_called_with_a_new_key_is_asked_for),
		TEST(a_key_that_was_made_with_it_is_asked_for_in_turn),
		TEST(what_was_called_with_temporary_keys_of_it_is_a_use),
		TEST(a_key_without_a_use_is_unused_where_it_was_asked_for),
		TEST(a_key_that_was_just_made_is_not_said_to_be_unused),
		TEST(what_was_done_to_the_key_and_its_user_is_asked_for),
		TEST(a_rotation_is_known_by_what_the_user_did),
		TEST(what_else_the_caller_did_is_asked_for),
		TEST(who_only_has_the_name_of_the_caller_is_another),
		TEST(keys_that_were_made_before_are_asked_for_once_for_all),
		TEST(nobody_is_found_by_an_address),
		TEST(a_restart_does_not_ask_again_what_is_fresh),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, inquiry_start, inquiry_stop);
}
