/* The record behind a line of the history is asked for once more; and what lists keep of it all. */
#include "tests/support/test.h"

#include <stdlib.h>

#include "tests/support/inquiry.h"
#include "tests/support/refound.h"

#define NOW "2026-01-02T03:30:00Z"
#define NEW "AKIAKEYWATCHNEW00001"
#define SPEC "type=cloudtrail,name=prod"

static void
use_key(const char *agent_of)
{
	inquiry_add(&in, &(struct inquiry_call){"e-2", "ListUsers", "03:05:03", .by = "bob",
				 .with = NEW, .about = agent_of, .ip = "198.51.100.7"});
}

/* A key that is used. */
static int
set_up(void **state)
{
	(void)state;
	inquiry_open(&in, NOW, "20");
	inquiry_add(&in, &(struct inquiry_call){"e-1", "CreateAccessKey", "03:04:05", .made = NEW});
	use_key("bob");
	inquiry_watch(&in, SPEC);
	inquiry_await_silence(&in);
	return 0;
}

/* ---- the record ---- */

static void
expect_record(enum evidence_step step, const char *part)
{
	struct error err;

	assert_ok(refound_want(&in.watcher, "e-1", "e-2", &err), &err);
	refound_expect(&in.watcher, step, part);
}

static void
forget_use(void)
{
	cloud_tell(&in.cloud, "{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"forget\","
			      "\"arguments\":{\"id\":\"e-2\"}}");
}

static void
a_record_is_asked_for_by_its_event_id(void **state)
{
	(void)state;
	expect_record(EVIDENCE_FOUND, "\"eventID\": \"e-2\"");
	assert_int_equal(inquiry_count(&in, "EventId", "e-2", "us-east-1"), 1);
}

static void
one_that_cloudtrail_has_no_more_is_said_to_be_gone(void **state)
{
	(void)state;
	forget_use();
	expect_record(EVIDENCE_GONE, "cloudtrail:us-east-1 has no record e-2 any more");
}

static void
another_one_of_that_id_is_not_taken_for_it(void **state)
{
	(void)state;
	forget_use();
	use_key("carol");
	expect_record(EVIDENCE_GONE, "another record than was read has the id e-2");
}

static void
one_that_is_refused_says_why(void **state)
{
	(void)state;
	inquiry_fault(&in, "EventId", "error", -1);
	expect_record(EVIDENCE_GONE, "allow the IAM action cloudtrail:LookupEvents");
}

static void
a_source_that_is_not_watched_any_more_is_said(void **state)
{
	struct error err;

	(void)state;
	watcher_stop(&in.watcher);
	inquiry_watch(&in, "type=cloudtrail,name=another");
	assert_false(refound_want(&in.watcher, "e-1", "e-2", &err));
	assert_non_null(strstr(err.text, "the source prod is not watched any more"));
}

/* ---- lists ---- */

static void
lists_have_the_answers_of_live_alerts(void **state)
{
	struct alert alert;

	(void)state;
	watcher_load(&in.watcher, "e-1", &alert);
	assert_int_equal(alert.answer.used, ANSWER_YES);
	assert_int_equal(alert.answer.used_after, 58);
	assert_int_equal(alert.answer.used_elsewhere, ANSWER_YES);
	assert_int_equal(alert.answer.assessed, ASSESSED_HOSTILE);
	alert_fini(&alert);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, inquiry_close)
		TEST(a_record_is_asked_for_by_its_event_id),
		TEST(one_that_cloudtrail_has_no_more_is_said_to_be_gone),
		TEST(another_one_of_that_id_is_not_taken_for_it),
		TEST(one_that_is_refused_says_why),
		TEST(a_source_that_is_not_watched_any_more_is_said),
		TEST(lists_have_the_answers_of_live_alerts),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, inquiry_start, inquiry_stop);
}
