/* What history may cost: the watch goes on as without it, and nobody is asked too often. */
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/timefmt.h"
#include "tests/support/inquiry.h"

#define NOW "2026-01-02T03:30:00Z"
#define NEW "AKIAKEYWATCHNEW00001"
#define SPEC "type=cloudtrail,name=prod"

static void
set_up(const char *rate)
{
	inquiry_open(&in, NOW, rate);
	inquiry_add(&in, &(struct inquiry_call){"e-1", "CreateAccessKey", "03:04:05", .made = NEW});
}

static int
standing(void **state)
{
	(void)state;
	set_up("0");
	return 0;
}

/* A minute of its clock is little more than half a second. */
static int
running(void **state)
{
	(void)state;
	set_up("100");
	return 0;
}

/* ---- tests ---- */

static void
the_watch_goes_on_while_an_answer_does_not_come(void **state)
{
	(void)state;
	inquiry_fault(&in, "AccessKeyId", "hang", -1);
	inquiry_watch(&in, SPEC);
	/* It hangs for 30 s; a poll comes every tenth of one. */
	cloud_await(&in.cloud, "cloudtrail", NULL, 20);
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NULL, NULL), 1);
	assert_int_equal(watcher_health(&in.watcher, "prod").failures, 0);
}

static void
a_stop_does_not_wait_for_an_answer(void **state)
{
	int64_t began;

	(void)state;
	inquiry_fault(&in, "AccessKeyId", "hang", -1);
	inquiry_watch(&in, SPEC);
	cloud_tell(&in.cloud, "{\"op\":\"wait\",\"service\":\"cloudtrail\",\"arrived\":true,"
			      "\"count\":2}");
	began = time_monotonic_ms();
	watcher_stop(&in.watcher);
	assert_true(time_monotonic_ms() - began < 2000);
}

static void
a_throttle_is_left_alone_and_said(void **state)
{
	(void)state;
	inquiry_fault(&in, "AccessKeyId", "throttle", -1);
	inquiry_watch(&in, SPEC);
	watcher_await_line(&in.watcher, "prod: asked for history: throttled");
	inquiry_await_told(&in, "e-1", 14, "not looked for yet: prod was asked, but: throttled");
	/* No quick tries: the next one is 5 s later. */
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NULL, NULL), 1);
	assert_int_equal(watcher_health(&in.watcher, "prod").state, HEALTH_OK);
}

static void
a_throttle_that_ends_is_forgotten(void **state)
{
	(void)state;
	inquiry_fault(&in, "AccessKeyId", "throttle", 2);
	inquiry_watch(&in, SPEC);
	inquiry_await_told(&in, "e-1", 14, "not used, looked until");
}

static void
a_denial_says_what_to_allow(void **state)
{
	(void)state;
	inquiry_fault(&in, "AccessKeyId", "error", -1);
	inquiry_watch(&in, SPEC);
	watcher_await_line(&in.watcher, "allow the IAM action cloudtrail:LookupEvents");
	inquiry_await_told(&in, "e-1", 14, "prod was asked, but: denied");
}

static void
of_too_many_calls_the_oldest_are_left_off_and_that_is_said(void **state)
{
	(void)state;
	cloud_tell(&in.cloud,
		"{\"op\":\"set\",\"service\":\"cloudtrail\",\"state\":{\"max_page\":1}}");
	for (int i = 0; i < 25; i++) {
		char id[16], time[16];

		snprintf(id, sizeof(id), "u-%d", i);
		snprintf(time, sizeof(time), "03:05:%02d", i);
		inquiry_add(&in,
			&(struct inquiry_call){id, "ListUsers", time, .by = "bob", .with = NEW});
	}
	inquiry_watch(&in, SPEC);
	inquiry_await_told(&in, "e-1", 14, "20 calls");
	inquiry_await_told(&in, "e-1", 14, "incomplete: window starts after");
	inquiry_await_told(&in, "e-1", 15, "window starts after");
}

static void
two_sources_of_an_account_ask_once_and_share_its_rate(void **state)
{
	(void)state;
	cloud_tell(&in.cloud, "{\"op\":\"set\",\"service\":\"cloudtrail\",\"state\":{\"rate\":2}}");
	inquiry_watch_two(&in, SPEC, "type=cloudtrail,name=other");
	inquiry_await_told(&in, "e-1", 14, "not used, looked until");
	inquiry_await_told(&in, "e-1", 21, "no quarantine policy");
	watcher_stop(&in.watcher);
	assert_int_equal(inquiry_count(&in, "AccessKeyId", NEW, NULL), 1);
	assert_null(strstr(buf_cstr(&in.watcher.lines), "throttled"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, set_up) cmocka_unit_test_setup_teardown(name, set_up, inquiry_close)
		TEST(the_watch_goes_on_while_an_answer_does_not_come, running),
		TEST(a_stop_does_not_wait_for_an_answer, standing),
		TEST(a_throttle_is_left_alone_and_said, standing),
		TEST(a_throttle_that_ends_is_forgotten, running),
		TEST(a_denial_says_what_to_allow, standing),
		TEST(of_too_many_calls_the_oldest_are_left_off_and_that_is_said, running),
		TEST(two_sources_of_an_account_ask_once_and_share_its_rate, standing),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, inquiry_start, inquiry_stop);
}
