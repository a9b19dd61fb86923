/* A bucket is looked through for what its alerts are about, by reading its objects once more. */
#include "tests/support/test.h"

#include <stdio.h>

#include "tests/support/trove.h"

#define NEW "AKIAKEYWATCHNEW00001"
#define OLD "AKIAOFTHEACTOR000001"

/* Called with a key, answered with another one. */
static void
put(const char *key, const char *id, const char *name, const char *time, const char *by,
	const char *made)
{
	trove_put(&trove, key, &(struct trove_call){id, name, time, .with = by, .made = made});
}

static void
put_new(void)
{
	put(TRAIL_TODAY "0210Z_aaaaaaaaaaaaaaaa.json.gz", "e-1", "CreateAccessKey",
		"2026-01-02T02:04:05Z", OLD, NEW);
}

/* Of nobody that matters: it tells that the bucket has records of then. */
static void
put_last(void)
{
	put(TRAIL_TODAY "0310Z_zzzzzzzzzzzzzzzz.json.gz", "e-9", "DescribeInstances",
		"2026-01-02T02:58:00Z", "AKIAOFSOMEBODY000001", "");
}

static void
watch(const char *spec)
{
	trove_watch(&trove, spec);
}

static void
await_surveys(uint64_t count)
{
	watcher_await_answers(&trove.watcher, count);
}

static void
assert_fact(const char *id, int number, const char *part)
{
	watcher_assert_fact(&trove.watcher, id, number, part);
}

enum { USED = 14, LOOKED = 24 };

/* ---- tests ---- */

static void
a_use_of_a_new_key_is_found_in_every_region(void **state)
{
	(void)state;
	put_new();
	put(TROVE_OTHER_REGION "0220Z_bbbbbbbbbbbbbbbb.json.gz", "e-2", "ListUsers",
		"2026-01-02T02:05:03Z", NEW, "");
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_fact("e-1", USED, "58 s");
	bucket_assert_signed(&trove.cloud);
}

static void
a_list_shows_what_the_bucket_told(void **state)
{
	struct error err;

	(void)state;
	put_new();
	put_last();
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_int_equal(watcher_used_in_list(&trove.watcher), ANSWER_NO);
	put(TROVE_OTHER_REGION "0320Z_bbbbbbbbbbbbbbbb.json.gz", "e-2", "ListUsers",
		"2026-01-02T02:59:03Z", NEW, "");
	watcher_stop(&trove.watcher);
	assert_ok(clock_init(&trove.watcher.clock, "2026-01-02T04:30:00Z", "0", &err), &err);
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_int_equal(watcher_used_in_list(&trove.watcher), ANSWER_YES);
}

static void
a_key_without_a_use_is_unused_as_far_as_the_bucket_has_records(void **state)
{
	(void)state;
	put_new();
	put_last();
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_fact("e-1", USED, "not used, looked until 2026-01-02T02:58:00Z");
	assert_fact("e-1", LOOKED,
		"in s3://trail, 1 folder of an account's region, last 2 objects of 2026-01-02");
}

static void
what_was_looked_through_stands_beside_what_is_watched(void **state)
{
	struct health health;
	char text[1000];

	(void)state;
	put_new();
	put_last();
	watch(TROVE_SPEC);
	await_surveys(1);
	watcher_await_ok(&trove.watcher, "audit");
	health = watcher_health(&trove.watcher, "audit");
	watcher_fact(&trove.watcher, "e-1", LOOKED, &health, text);
	assert_non_null(strstr(text, "; looked through: s3://trail, 1 folder of"));
}

static void
what_was_delivered_before_the_alert_is_not_read_for_it(void **state)
{
	size_t objects;

	(void)state;
	put(TRAIL_TODAY "0050Z_aaaaaaaaaaaaaaaa.json.gz", "e-0", "ListUsers",
		"2026-01-02T00:40:00Z", OLD, "");
	put_new();
	put_last();
	watch(TROVE_SPEC);
	await_surveys(1);
	objects = 3; /* of the poll */
	assert_int_equal(cloud_count(&trove.cloud, "s3", "GetObject"), objects + 2);
}

static void
of_what_may_be_delivered_later_nothing_is_denied(void **state)
{
	(void)state;
	put(TRAIL_TODAY "0315Z_aaaaaaaaaaaaaaaa.json.gz", "e-1", "CreateAccessKey",
		"2026-01-02T03:10:00Z", OLD, NEW);
	put_last();
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_fact("e-1", USED, "unknown: window ends before 2026-01-02T03:10:00Z");
}

static void
a_denied_object_denies_nothing(void **state)
{
	struct health health;

	(void)state;
	put_new();
	put_last();
	put(TROVE_OTHER_REGION "0220Z_bbbbbbbbbbbbbbbb.json.gz", "e-2", "ListUsers",
		"2026-01-02T02:05:03Z", NEW, "");
	/* Not to the poll. */
	bucket_fault(&trove.cloud, "GetObject", "error",
		",\"path\":\"eu-west-1\",\"skip\":1,\"count\":-1,"
		"\"code\":\"AccessDenied\",\"status\":403");
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_fact("e-1", USED, "unknown: not looked for yet: audit: denied: s3://trail/");
	health = watcher_health(&trove.watcher, "audit");
	assert_non_null(strstr(health.history_error, "denied: s3://trail/" TROVE_OTHER_REGION));
	assert_string_equal(health.history_advice, "allow the IAM action s3:GetObject");
	assert_int_equal(health.history_until, 0);
}

static bool
nothing_is_left(struct watcher *w, void *context)
{
	*(struct health *)context = watcher_health(w, "audit");
	return ((struct health *)context)->history_left == 0;
}

static void
how_far_it_was_looked_through_is_said_of_the_source(void **state)
{
	struct health health;
	int64_t until;

	(void)state;
	assert_true(time_parse(STR("2026-01-02T03:00:00Z"), &until));
	put_new();
	put_last();
	watch(TROVE_SPEC);
	await_surveys(1);
	watcher_await(&trove.watcher, nothing_is_left, &health);
	assert_int_equal(health.history_until, until);
	assert_string_equal(health.history_error, "");
	watcher_stop(&trove.watcher);
	bucket_state(&trove.cloud, "{\"denied_operations\":[\"ListObjectsV2\"]}");
	watch(NULL);
	watcher_await_line(&trove.watcher, "audit: denied");
	health = watcher_health(&trove.watcher, "audit");
	assert_int_equal(health.history_until, until);
}

static void
an_object_that_is_damaged_denies_nothing(void **state)
{
	(void)state;
	put_new();
	put_last();
	bucket_put_text(&trove.cloud, "trail", TROVE_OTHER_REGION "0220Z_bbbbbbbbbbbbbbbb.json.gz",
		"no log");
	watch(TROVE_SPEC);
	await_surveys(1);
	assert_fact("e-1", USED, "unknown: not looked for yet: audit: s3://trail/");
}

static void
a_throttled_listing_is_tried_again_and_said(void **state)
{
	(void)state;
	put_new();
	put_last();
	/* The poll lists the streams and two days; what follows is the survey's. */
	watch(TROVE_SPEC);
	await_surveys(1);
	watcher_stop(&trove.watcher);
	bucket_fault(&trove.cloud, "GetObject", "slow-down", ",\"count\":-1");
	put(TRAIL_TODAY "0320Z_bbbbbbbbbbbbbbbb.json.gz", "e-2", "ListUsers",
		"2026-01-02T02:59:03Z", NEW, "");
	watch(NULL);
	watcher_await_line(&trove.watcher, "audit: throttled");
	assert_fact("e-1", USED, "not used, looked until 2026-01-02T02:58:00Z");
}

static void
five_hundred_objects_are_a_step(void **state)
{
	(void)state;
	put_new();
	for (int i = 0; i < 500; i++) {
		char key[200], id[16];

		snprintf(key, sizeof(key), TRAIL_TODAY "0230Z_%016d.json.gz", i);
		snprintf(id, sizeof(id), "f-%d", i);
		put(key, id, "DescribeInstances", "2026-01-02T02:28:00Z", "AKIAOFSOMEBODY000001",
			"");
	}
	put(TRAIL_TODAY "0310Z_zzzzzzzzzzzzzzzz.json.gz", "e-2", "ListUsers",
		"2026-01-02T02:58:00Z", NEW, "");
	watch(TROVE_SPEC);
	await_surveys(1);
	/* All that was delivered before 02:30 tells of calls before 02:00. */
	assert_fact("e-1", USED, "unknown: audit has no records of that time");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, trove_standing, trove_close)
		TEST(a_use_of_a_new_key_is_found_in_every_region),
		TEST(a_list_shows_what_the_bucket_told),
		TEST(a_key_without_a_use_is_unused_as_far_as_the_bucket_has_records),
		TEST(what_was_looked_through_stands_beside_what_is_watched),
		TEST(what_was_delivered_before_the_alert_is_not_read_for_it),
		TEST(of_what_may_be_delivered_later_nothing_is_denied),
		TEST(a_denied_object_denies_nothing),
		TEST(how_far_it_was_looked_through_is_said_of_the_source),
		TEST(an_object_that_is_damaged_denies_nothing),
		TEST(a_throttled_listing_is_tried_again_and_said),
		TEST(five_hundred_objects_are_a_step),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, trove_start, trove_stop);
}
