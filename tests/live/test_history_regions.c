/* Where a key's calls are asked for: every region in use, and what is said of those that are not.
 */
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/inquiry.h"

#define NOW "2026-01-02T03:30:00Z"
#define NEW "AKIAKEYWATCHNEW00001"
#define SPEC "type=cloudtrail,name=prod"

static void
make_key(void)
{
	inquiry_add(&in, &(struct inquiry_call){"e-1", "CreateAccessKey", "03:04:05", .made = NEW});
}

/* Two regions are enabled. */
static int
set_up(void **state)
{
	(void)state;
	inquiry_open(&in, NOW, "20");
	cloud_tell(&in.cloud, "{\"op\":\"set\",\"service\":\"ec2\",\"state\":"
			      "{\"enabled\":[\"us-east-1\",\"eu-west-1\"]}}");
	make_key();
	return 0;
}

static void
use_in(const char *region)
{
	inquiry_add(&in, &(struct inquiry_call){"e-2", "DescribeInstances", "03:05:05", .by = "bob",
				 .with = NEW, .service = "ec2.amazonaws.com", .region = region});
}

static void
set(const char *service, const char *state)
{
	cloud_tell(&in.cloud, "{\"op\":\"set\",\"service\":\"%s\",\"state\":%s}", service, state);
}

/* ---- tests ---- */

static void
a_use_in_another_region_that_is_enabled_is_found(void **state)
{
	(void)state;
	use_in("eu-west-1");
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "\"region\":\"eu-west-1\"");
}

static void
where_it_was_asked_is_said_of_a_key_that_is_unused(void **state)
{
	(void)state;
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "Z in us-east-1, eu-west-1, data events asidefalse");
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NEW, "eu-west-1"), 1);
	/* IAM's calls are filed in one region. */
	assert_int_equal(inquiry_count(&in, "ResourceName", NULL, "eu-west-1"), 0);
	assert_int_equal(inquiry_count(&in, "EventName", NULL, "eu-west-1"), 0);
}

static void
regions_are_those_that_are_configured(void **state)
{
	(void)state;
	use_in("ap-south-1");
	inquiry_watch(&in, SPEC ",regions=ap-south-1 us-east-1");
	inquiry_await_fact(&in, "e-1", 14, "\"region\":\"ap-south-1\"");
	assert_int_equal(cloud_count(&in.cloud, "ec2", NULL), 0);
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NEW, "eu-west-1"), 0);
}

static void
without_the_right_to_list_them_one_is_asked_and_said(void **state)
{
	(void)state;
	set("ec2", "{\"denied\":true}");
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14,
		"not asked: other regions (ec2:DescribeRegions is denied: allow it, or set "
		"`regions`)");
	watcher_await_line(&in.watcher, "prod: history is not asked for in other regions");
	assert_int_equal(cloud_count(&in.cloud, "ec2", NULL), 1);
	/* What only IAM knows is not in doubt. */
	inquiry_await_fact(&in, "e-1", 21, "no quarantine policy");
}

static void
a_region_that_is_denied_is_said_and_not_asked_again(void **state)
{
	(void)state;
	set("cloudtrail", "{\"denied\":[\"eu-west-1\"]}");
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "not asked: eu-west-1 (denied)");
	watcher_await_line(&in.watcher, "prod: history is not asked for in eu-west-1 (denied)");
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NEW, "eu-west-1") +
				 inquiry_count(&in, "Username", NULL, "eu-west-1"),
		1);
}

static void
a_use_is_told_although_a_region_is_denied(void **state)
{
	(void)state;
	use_in("us-east-1");
	set("cloudtrail", "{\"denied\":[\"eu-west-1\"]}");
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "after 60 s");
	inquiry_await_fact(&in, "e-1", 14, "incomplete: not asked: eu-west-1 (denied)");
}

static void
a_region_that_was_throttled_is_asked_from_the_start_once_it_is_not(void **state)
{
	(void)state;
	use_in("eu-west-1");
	set("cloudtrail", "{\"throttled\":[\"eu-west-1\"]}");
	inquiry_watch(&in, SPEC);
	inquiry_await_fact(&in, "e-1", 14, "not asked: eu-west-1 (throttled)");
	watcher_stop(&in.watcher);
	set("cloudtrail", "{\"throttled\":[]}");
	/* The key is due again. */
	assert_true(clock_init(&in.watcher.clock, "2026-01-02T04:30:00Z", "0", NULL));
	inquiry_watch(&in, NULL);
	inquiry_await_fact(&in, "e-1", 14, "\"region\":\"eu-west-1\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, inquiry_close)
		TEST(a_use_in_another_region_that_is_enabled_is_found),
		TEST(where_it_was_asked_is_said_of_a_key_that_is_unused),
		TEST(regions_are_those_that_are_configured),
		TEST(without_the_right_to_list_them_one_is_asked_and_said),
		TEST(a_region_that_is_denied_is_said_and_not_asked_again),
		TEST(a_use_is_told_although_a_region_is_denied),
		TEST(a_region_that_was_throttled_is_asked_from_the_start_once_it_is_not),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, inquiry_start, inquiry_stop);
}
