/* What a watch reads anyway of keys that alerts are about becomes part of their history at once. */
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/trove.h"

#define NEW "AKIAKEYWATCHNEW00001"
#define CHILD "AKIAKEYWATCHNEW00002"
#define QUEUE_SPEC                                                                                 \
	"type=sqs,name=queue,queue_url=https://sqs.us-east-1.amazonaws.com/111122223333/keywatch"

enum { USED = 14, MADE_WITH = 22 };

static bool
has_traces(struct watcher *w, void *context)
{
	struct pipeline_progress progress;

	pipeline_get_progress(w->pipeline, &progress);
	return progress.history.traces >= *(uint64_t *)context;
}

static void
await_traces(uint64_t count)
{
	watcher_await(&trove.watcher, has_traces, &count);
}

/* ---- a bucket ---- */

static void
put_new(void)
{
	trove_put(&trove, TRAIL_TODAY "0210Z_aaaaaaaaaaaaaaaa.json.gz",
		&(struct trove_call){"e-1", "CreateAccessKey", "2026-01-02T02:04:05Z",
			.with = "AKIAOFTHEACTOR000001", .made = NEW});
}

/* An alert whose history was looked through, and is not due again. */
static int
looked_through(void **state)
{
	trove_standing(state);
	put_new();
	trove_watch(&trove, TROVE_SPEC);
	watcher_await_answers(&trove.watcher, 1);
	watcher_stop(&trove.watcher);
	return 0;
}

static void
a_use_in_an_object_that_comes_is_known_without_reading_it_again(void **state)
{
	size_t before = cloud_count(&trove.cloud, "s3", "GetObject");

	(void)state;
	trove_put(&trove, TROVE_OTHER_REGION "0320Z_bbbbbbbbbbbbbbbb.json.gz",
		&(struct trove_call){"e-2", "ListUsers", "2026-01-02T02:05:03Z", .with = NEW});
	trove_watch(&trove, NULL);
	await_traces(1);
	watcher_assert_fact(&trove.watcher, "e-1", USED, "58 s");
	watcher_await_ok(&trove.watcher, "audit");
	assert_int_equal(cloud_count(&trove.cloud, "s3", "GetObject"), before + 1);
}

static void
what_was_done_to_the_key_is_known_as_well(void **state)
{
	(void)state;
	trove_put(&trove, TRAIL_TODAY "0320Z_bbbbbbbbbbbbbbbb.json.gz",
		&(struct trove_call){"e-2", "CreateAccessKey", "2026-01-02T02:30:00Z", .with = NEW,
			.made = CHILD});
	trove_watch(&trove, NULL);
	await_traces(1);
	watcher_assert_fact(&trove.watcher, "e-1", MADE_WITH, CHILD);
}

static void
a_call_with_another_key_is_none_of_its_history(void **state)
{
	(void)state;
	trove_put(&trove, TRAIL_TODAY "0315Z_bbbbbbbbbbbbbbbb.json.gz",
		&(struct trove_call){"e-2", "ListUsers", "2026-01-02T02:05:03Z", .with = CHILD});
	trove_put(&trove, TRAIL_TODAY "0320Z_cccccccccccccccc.json.gz",
		&(struct trove_call){"e-3", "ListUsers", "2026-01-02T02:06:05Z", .with = NEW});
	trove_watch(&trove, NULL);
	await_traces(1);
	watcher_assert_fact(&trove.watcher, "e-1", USED, "2 min");
}

/* ---- a queue ---- */

static void
send(const char *id, const char *name, const char *time, const char *with, const char *made)
{
	cloud_tell(&trove.cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":{"
		"\"bodies\":["
		"\"{\\\"version\\\":\\\"0\\\",\\\"detail-type\\\":\\\"AWS API Call via "
		"CloudTrail\\\","
		"\\\"source\\\":\\\"aws.iam\\\",\\\"region\\\":\\\"us-east-1\\\",\\\"detail\\\":{"
		"\\\"eventVersion\\\":\\\"1.09\\\",\\\"eventName\\\":\\\"%s\\\","
		"\\\"eventSource\\\":\\\"iam.amazonaws.com\\\",\\\"eventTime\\\":\\\"%s\\\","
		"\\\"eventID\\\":\\\"%s\\\",\\\"recipientAccountId\\\":\\\"111122223333\\\","
		"\\\"userIdentity\\\":{\\\"type\\\":\\\"IAMUser\\\",\\\"userName\\\":\\\"eve\\\","
		"\\\"accessKeyId\\\":\\\"%s\\\"},\\\"requestParameters\\\":{\\\"userName\\\":"
		"\\\"bob\\\"},\\\"responseElements\\\":{\\\"accessKey\\\":{\\\"accessKeyId\\\":"
		"\\\"%s\\\"}}}}\"]}}",
		name, time, id, with, made);
}

static bool
counts_an_alert(struct watcher *w, void *name)
{
	return watcher_health(w, name).alerts >= 1;
}

static void
await_alert(const char *source)
{
	char name[16];

	snprintf(name, sizeof(name), "%s", source);
	watcher_await(&trove.watcher, counts_an_alert, name);
}

/* Its key is known to who receives from then on. */
static void
receive_new(void)
{
	send("e-1", "CreateAccessKey", "2026-01-02T02:04:05Z", "AKIAOFTHEACTOR000001", NEW);
	trove_watch(&trove, QUEUE_SPEC);
	await_alert("queue");
}

static void
a_use_in_a_message_that_comes_is_known(void **state)
{
	(void)state;
	receive_new();
	send("e-2", "ListUsers", "2026-01-02T02:05:03Z", NEW, "");
	await_traces(1);
	watcher_assert_fact(&trove.watcher, "e-1", USED, "58 s");
}

static bool
lists_show_a_use(struct watcher *w, void *context)
{
	(void)context;
	return watcher_used_in_list(w) == ANSWER_YES;
}

static void
lists_show_a_use_that_came_in_a_message(void **state)
{
	(void)state;
	receive_new();
	send("e-2", "ListUsers", "2026-01-02T02:05:03Z", NEW, "");
	watcher_await(&trove.watcher, lists_show_a_use, NULL);
}

static void
keys_that_were_made_with_it_are_known_as_well(void **state)
{
	(void)state;
	receive_new();
	send("e-2", "CreateAccessKey", "2026-01-02T02:05:03Z", NEW, CHILD);
	await_traces(1);
	watcher_stop(&trove.watcher);
	send("e-3", "ListUsers", "2026-01-02T02:06:03Z", CHILD, "");
	trove_watch(&trove, NULL);
	await_traces(1);
	watcher_assert_fact(&trove.watcher, "e-1", MADE_WITH, CHILD);
	watcher_assert_fact(&trove.watcher, "e-2", USED, "after 60 s");
}

static void
a_message_is_deleted_though_it_was_kept_for_history(void **state)
{
	(void)state;
	receive_new();
	send("e-2", "ListUsers", "2026-01-02T02:05:03Z", NEW, "");
	await_traces(1);
	cloud_await(&trove.cloud, "sqs", "DeleteMessageBatch", 2);
}

/* ---- a file that grows ---- */

static void
append(const char *path, const char *id, const char *name, const char *time, const char *with,
	const char *made)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	fprintf(file,
		"{\"eventVersion\":\"1.09\",\"eventName\":\"%s\",\"eventSource\":"
		"\"iam.amazonaws.com\",\"eventTime\":\"%s\",\"eventID\":\"%s\","
		"\"recipientAccountId\":\"111122223333\",\"userIdentity\":{\"type\":\"IAMUser\","
		"\"userName\":\"eve\",\"accessKeyId\":\"%s\"},\"requestParameters\":{"
		"\"userName\":\"bob\"},\"responseElements\":{\"accessKey\":{\"accessKeyId\":"
		"\"%s\"}}}\n",
		name, time, id, with, made);
	assert_int_equal(fclose(file), 0);
}

static void
a_use_that_is_appended_to_a_followed_file_is_known(void **state)
{
	char *folder = test_folder(), path[300], spec[400];

	(void)state;
	snprintf(path, sizeof(path), "%s/log.jsonl", folder);
	snprintf(spec, sizeof(spec), "type=follow,name=feed,path=%s", path);
	append(path, "e-1", "CreateAccessKey", "2026-01-02T02:04:05Z", "AKIAOFTHEACTOR000001", NEW);
	trove_watch(&trove, spec);
	await_alert("feed");
	append(path, "e-2", "ListUsers", "2026-01-02T02:05:03Z", NEW, "");
	await_traces(1);
	watcher_assert_fact(&trove.watcher, "e-1", USED, "58 s");
	watcher_await(&trove.watcher, lists_show_a_use, NULL);
	free(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, trove_close)
		TEST(a_use_in_an_object_that_comes_is_known_without_reading_it_again,
			looked_through),
		TEST(what_was_done_to_the_key_is_known_as_well, looked_through),
		TEST(a_call_with_another_key_is_none_of_its_history, looked_through),
		TEST(a_use_in_a_message_that_comes_is_known, trove_standing),
		TEST(lists_show_a_use_that_came_in_a_message, trove_standing),
		TEST(keys_that_were_made_with_it_are_known_as_well, trove_standing),
		TEST(a_message_is_deleted_though_it_was_kept_for_history, trove_standing),
		TEST(a_use_that_is_appended_to_a_followed_file_is_known, trove_standing),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, trove_start, trove_stop);
}
