/* The record behind a line of the history is read once more from its object in the bucket. */
#include "tests/support/test.h"

#include "tests/support/refound.h"
#include "tests/support/trove.h"

#define NEW "AKIAKEYWATCHNEW00001"
#define OBJECT TROVE_OTHER_REGION "0220Z_bbbbbbbbbbbbbbbb.json.gz"

static void
put_use(const char *time)
{
	trove_put(&trove, OBJECT, &(struct trove_call){"e-2", "ListUsers", time, .with = NEW});
}

/* A key that is used, which another object than its own tells. */
static int
set_up(void **state)
{
	trove_standing(state);
	trove_put(&trove, TRAIL_TODAY "0210Z_aaaaaaaaaaaaaaaa.json.gz",
		&(struct trove_call){"e-1", "CreateAccessKey", "2026-01-02T02:04:05Z",
			.with = "AKIAOFTHEACTOR000001", .made = NEW});
	put_use("2026-01-02T02:05:03Z");
	trove_watch(&trove, TROVE_SPEC);
	watcher_await_answers(&trove.watcher, 1);
	return 0;
}

static void
expect_record(enum evidence_step step, const char *part)
{
	struct error err;

	assert_ok(refound_want(&trove.watcher, "e-1", "e-2", &err), &err);
	refound_expect(&trove.watcher, step, part);
}

static void
a_record_is_read_from_its_object(void **state)
{
	size_t before = cloud_count(&trove.cloud, "s3", "GetObject");

	(void)state;
	expect_record(EVIDENCE_FOUND, "\"eventID\": \"e-2\"");
	assert_int_equal(cloud_count(&trove.cloud, "s3", "GetObject"), before + 1);
	bucket_assert_signed(&trove.cloud);
}

static void
an_object_that_is_gone_is_said(void **state)
{
	(void)state;
	trove_remove(&trove, OBJECT);
	expect_record(
		EVIDENCE_GONE, "s3://trail/" OBJECT " is gone: the record cannot be read again");
}

static void
another_record_of_its_id_is_not_taken_for_it(void **state)
{
	(void)state;
	put_use("2026-01-02T02:05:04Z");
	expect_record(EVIDENCE_GONE, "another record than was read has the id e-2");
}

static void
an_object_that_has_it_no_more_is_said(void **state)
{
	(void)state;
	trove_put(&trove, OBJECT,
		&(struct trove_call){"e-3", "ListUsers", "2026-01-02T02:05:03Z", .with = NEW});
	expect_record(EVIDENCE_GONE, "s3://trail/" OBJECT " has no record e-2 any more");
}

static void
bytes_that_are_no_log_any_more_are_said(void **state)
{
	(void)state;
	bucket_put_text(&trove.cloud, "trail", OBJECT, "no log");
	expect_record(EVIDENCE_GONE,
		"s3://trail/" OBJECT ": shows no form of CloudTrail log: the record cannot be read "
		"again");
}

static void
an_object_in_an_archive_is_to_be_restored_first(void **state)
{
	(void)state;
	bucket_state(&trove.cloud, "{\"archived\":\"eu-west-1\"}");
	expect_record(EVIDENCE_GONE, "; restore it first: the record cannot be read again");
}

static void
a_denied_object_says_what_to_allow(void **state)
{
	(void)state;
	bucket_state(&trove.cloud, "{\"denied\":\"eu-west-1\"}");
	expect_record(EVIDENCE_GONE, "allow the IAM action s3:GetObject");
}

static void
a_bucket_that_is_not_watched_any_more_is_not_read(void **state)
{
	(void)state;
	watcher_stop(&trove.watcher);
	bucket_make(&trove.cloud, "trails", "us-east-1", "");
	trove_watch(&trove, "type=s3,name=audit,bucket=trails");
	expect_record(EVIDENCE_GONE, "does not stand in the bucket trails, which is watched");
}

static void
a_record_is_read_while_the_watch_fails(void **state)
{
	(void)state;
	watcher_stop(&trove.watcher);
	bucket_state(&trove.cloud, "{\"denied_operations\":[\"ListObjectsV2\"]}");
	trove_watch(&trove, NULL);
	watcher_await_line(&trove.watcher, "audit: denied");
	expect_record(EVIDENCE_FOUND, "\"eventID\": \"e-2\"");
}

/* The answer to the first would never come. */
static void
one_that_is_opened_instead_is_not_waited_for(void **state)
{
	size_t before = cloud_count(&trove.cloud, "s3", "GetObject");
	struct error err;

	(void)state;
	bucket_fault(&trove.cloud, "GetObject", "hang", ",\"path\":\"eu-west-1\",\"count\":1");
	assert_ok(refound_want(&trove.watcher, "e-1", "e-2", &err), &err);
	cloud_await(&trove.cloud, "s3", "GetObject", before + 1);
	expect_record(EVIDENCE_FOUND, "\"eventID\": \"e-2\"");
}

static void
a_process_that_does_not_fetch_reads_it_as_well(void **state)
{
	struct watcher holder = trove.watcher;
	struct error err;

	(void)state;
	trove.watcher.pipeline = NULL;
	trove.watcher.lines = (struct buf){0};
	trove_watch(&trove, NULL);
	watcher_await_line(&trove.watcher, "fetched by pid ");
	assert_ok(refound_want(&trove.watcher, "e-1", "e-2", &err), &err);
	refound_expect(&trove.watcher, EVIDENCE_FOUND, "\"eventID\": \"e-2\"");
	pipeline_free(holder.pipeline);
	buf_fini(&holder.lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, trove_close)
		TEST(a_record_is_read_from_its_object),
		TEST(an_object_that_is_gone_is_said),
		TEST(another_record_of_its_id_is_not_taken_for_it),
		TEST(an_object_that_has_it_no_more_is_said),
		TEST(bytes_that_are_no_log_any_more_are_said),
		TEST(an_object_in_an_archive_is_to_be_restored_first),
		TEST(a_denied_object_says_what_to_allow),
		TEST(a_bucket_that_is_not_watched_any_more_is_not_read),
		TEST(a_record_is_read_while_the_watch_fails),
		TEST(one_that_is_opened_instead_is_not_waited_for),
		TEST(a_process_that_does_not_fetch_reads_it_as_well),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, trove_start, trove_stop);
}
