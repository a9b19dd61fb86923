/* A queue: what is received is deleted only once it is committed. */
#include "tests/support/test.h"

#include <sqlite3.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/source/http.h"
#include "core/source/sqs_queue.h"
#include "tests/support/cloud.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

static struct cloud cloud;
static struct world world;
static struct watcher watcher;

#define QUEUE "https://sqs.us-east-1.amazonaws.com/111122223333/keywatch"

/* A record's text, quoted for a string within JSON. */
#define RECORD(id)                                                                                 \
	"{\\\"eventVersion\\\":\\\"1.09\\\",\\\"eventName\\\":\\\"CreateAccessKey\\\","            \
	"\\\"eventTime\\\":"                                                                       \
	"\\\"2026-01-02T03:04:05Z\\\",\\\"eventID\\\":\\\"" id "\\\"}"
#define EVENT(id)                                                                                  \
	"{\\\"version\\\":\\\"0\\\",\\\"detail-type\\\":\\\"AWS API Call via CloudTrail\\\","      \
	"\\\"source\\\":\\\"aws.iam\\\",\\\"region\\\":\\\"us-east-1\\\",\\\"detail\\\":" RECORD(  \
		id) "}"

static int
start(void **state)
{
	(void)state;
	http_global_init();
	cloud_start(&cloud);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	cloud_stop(&cloud);
	http_global_fini();
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	world_open(&world, NULL, cloud.url);
	setenv("AWS_ACCESS_KEY_ID", CLOUD_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", CLOUD_SECRET, 1);
	cloud_reset(&cloud);
	watcher_open(&watcher, NULL, NULL);
	cloud_tell(&cloud, "{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\","
			   "\"arguments\":{\"bodies\":[]}}");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	watcher_close(&watcher);
	return 0;
}

static void
watch(void)
{
	static const char *const specs[] = {"type=sqs,name=queue,queue_url=" QUEUE, NULL};

	watcher_start(&watcher, specs);
}

static void
send_body(const char *body)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\","
		"\"arguments\":{\"bodies\":[\"%s\"]}}",
		body);
}

static void
set_state(const char *json)
{
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"sqs\",\"state\":%s}", json);
}

/* Of all messages ever sent: "receives" of the newest, and how many are deleted. */
static void
ask_queue(size_t *deleted, int *receives)
{
	struct json_doc *doc =
		cloud_ask(&cloud, "{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"queue\"}");
	const struct json *message = json_first(json_get(json_root(doc), STR("messages")));

	*deleted = 0;
	for (; message; message = json_next(message)) {
		*deleted += json_bool(json_get(message, STR("deleted")));
		*receives = (int)json_number(json_get(message, STR("receives")));
	}
	json_doc_free(doc);
}

static void
assert_deleted(size_t expected)
{
	size_t deleted;
	int receives;

	ask_queue(&deleted, &receives);
	assert_int_equal(deleted, expected);
}

/* ---- tests ---- */

static void
an_event_is_an_alert_with_the_time_it_was_sent_and_then_deleted(void **state)
{
	struct alert alert;

	(void)state;
	cloud_tell(&cloud, "{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":"
			   "{\"bodies\":[\"" EVENT("e-1") "\"],\"sent\":1767323345000}}");
	watch();
	watcher_await_alerts(&watcher, 1);
	cloud_await(&cloud, "sqs", "DeleteMessageBatch", 1);
	assert_deleted(1);
	watcher_load(&watcher, "e-1", &alert);
	assert_int_equal(alert.arrived, INT64_C(1767323345) * TICKS_PER_SECOND);
	assert_true(alert.watched);
	assert_true(str_starts_with(alert.sources[0].path, STR("sqs:")));
	alert_fini(&alert);
}

static void
an_event_that_comes_during_the_long_poll_is_there_within_two_seconds(void **state)
{
	int64_t before;

	(void)state;
	watch();
	cloud_await(&cloud, "sqs", "ReceiveMessage", 2);
	send_body(EVENT("e-1"));
	before = time_monotonic_ms();
	watcher_await_alerts(&watcher, 1);
	assert_true(time_monotonic_ms() - before < 2000);
}

static void
a_queue_shows_that_it_answers_before_the_long_poll(void **state)
{
	int64_t before = time_monotonic_ms();

	(void)state;
	watch();
	watcher_await_ok(&watcher, "queue");
	assert_true(time_monotonic_ms() - before < 5000); /* the long poll takes 20 s */
}

static void
without_an_endpoint_the_host_of_the_queues_url_is_asked(void **state)
{
	char spec[128];
	const char *const specs[] = {spec, NULL};

	(void)state;
	unsetenv("AWS_ENDPOINT_URL");
	snprintf(spec, sizeof(spec), "type=sqs,name=queue,queue_url=%s/111122223333/keywatch",
		cloud.url);
	send_body(EVENT("e-1"));
	watcher_start(&watcher, specs);
	watcher_await_alerts(&watcher, 1);
}

static void
the_region_is_that_of_the_queues_url(void **state)
{
	static const char *const urls[][2] = {
		{"https://sqs.eu-west-1.amazonaws.com/1/q", "eu-west-1"},
		{"https://vpce-0-1.sqs.eu-west-2.vpce.amazonaws.com/1/q", "eu-west-2"},
		{"https://eu-west-3.queue.amazonaws.com/1/q", "eu-west-3"},
		{"https://queue.amazonaws.com/1/q", "us-east-1"},
		{"https://queue.example/1/q", "ap-south-1"},
	};

	(void)state;
	setenv("AWS_REGION", "ap-south-1", 1);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct source_config config = {
			.value = {[SOURCE_KEY_QUEUE_URL] = (char *)(uintptr_t)urls[i][0]}};
		const struct source_options options = {.config = &config};
		struct sqs_queue queue;
		struct buf asked = {0};

		unsetenv("AWS_ENDPOINT_URL");
		sqs_queue_init(&queue, &options);
		assert_string_equal(queue.client.region, urls[i][1]);
		aws_client_endpoint(&queue.client, &asked);
		if (strstr(urls[i][0], "queue.amazonaws"))
			assert_non_null(strstr(buf_cstr(&asked), "//sqs."));
		else
			assert_true(str_starts_with(str_from(urls[i][0]), buf_view(&asked)));
		buf_fini(&asked);
		sqs_queue_fini(&queue);
	}
}

static void
envelopes_of_sns_and_set_up_messages_are_understood(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":"
		"{\"bodies\":[{\"Type\":\"Notification\",\"Message\":\"" EVENT(
			"e-1") "\"},"
			       "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"},"
			       "{\"Type\":\"SubscriptionConfirmation\",\"Message\":\"x\"},"
			       "\"CloudTrail validation message.\"]}}");
	watch();
	watcher_await_alerts(&watcher, 1);
	cloud_await(&cloud, "sqs", "DeleteMessageBatch", 1);
	assert_deleted(4);
	assert_int_equal(watcher_health(&watcher, "queue").problems, 0);
}

static bool
keep_body(void *context, const struct problem *problem)
{
	buf_printf(context, "%.*s|%.*s\n", STR_ARG(problem->reason), STR_ARG(problem->body));
	return true;
}

static void
poison_is_named_and_kept_unchanged_and_deleted_at_the_third_receive(void **state)
{
	struct buf kept = {0};
	struct error err;
	int receives = 0;
	size_t deleted;

	(void)state;
	set_state("{\"visibility\":1}");
	send_body("not \\\"json\\\" \\u001b[2J");
	watch();
	cloud_await(&cloud, "sqs", "DeleteMessageBatch", 1);
	ask_queue(&deleted, &receives);
	assert_int_equal(deleted, 1);
	assert_int_equal(receives, 3);
	assert_ok(store_problems(
			  watcher.store, pipeline_run(watcher.pipeline), keep_body, &kept, &err),
		&err);
	assert_non_null(strstr(buf_cstr(&kept), " is not JSON|not \"json\" \033[2J\n"));
	assert_int_equal(cloud_count(&cloud, "sqs", "GetQueueAttributes"), 1);
	buf_fini(&kept);
}

static void
poison_is_left_to_the_queues_own_redrive_policy(void **state)
{
	size_t deleted;
	int receives = 0;

	(void)state;
	set_state("{\"visibility\":0,\"redrive\":{\"maxReceiveCount\":10}}");
	send_body("poison");
	watch();
	cloud_await(&cloud, "sqs", "ReceiveMessage", 5);
	watcher_stop(&watcher);
	ask_queue(&deleted, &receives);
	assert_int_equal(deleted, 0);
	assert_true(receives >= 4);
}

static void
run_sql(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(watcher.db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static bool
has_failed(struct watcher *w, void *context)
{
	struct pipeline_progress progress;

	(void)context;
	pipeline_get_progress(w->pipeline, &progress);
	return progress.failed;
}

static void
nothing_is_deleted_that_the_store_did_not_take(void **state)
{
	(void)state;
	run_sql("CREATE TRIGGER refuse BEFORE INSERT ON detail"
		" BEGIN SELECT RAISE(ABORT, 'no'); END");
	send_body(EVENT("e-1"));
	watch();
	watcher_await(&watcher, has_failed, NULL);
	assert_deleted(0);
	assert_int_equal(cloud_count(&cloud, "sqs", "DeleteMessageBatch"), 0);
	run_sql("DROP TRIGGER refuse");
	watcher_await_alerts(&watcher, 1);
	cloud_await(&cloud, "sqs", "DeleteMessageBatch", 1);
	assert_deleted(1);
}

static void
an_event_that_is_delivered_twice_is_one_alert(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":"
		"{\"bodies\":[\"" EVENT("e-1") "\",\"" EVENT("e-1") "\",\"" EVENT("e-2") "\"]}}");
	watch();
	watcher_await_alerts(&watcher, 2);
	cloud_await(&cloud, "sqs", "DeleteMessageBatch", 1);
	assert_deleted(3);
}

static void
a_backlog_is_drained_batch_by_batch(void **state)
{
	struct buf bodies = {0};

	(void)state;
	for (int i = 0; i < 137; i++)
		buf_printf(&bodies,
			"%s{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":"
			"{\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-%d\"}}",
			i ? "," : "", i);
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":{"
		"\"bodies\":[%s]}}",
		buf_cstr(&bodies));
	buf_fini(&bodies);
	watch();
	watcher_await_alerts(&watcher, 137);
	cloud_await(&cloud, "sqs", "DeleteMessageBatch", 14);
	assert_deleted(137);
}

static void
an_access_denied_with_status_400_is_a_denial(void **state)
{
	(void)state;
	set_state("{\"denied\":[\"ReceiveMessage\"]}");
	watch();
	watcher_await_line(&watcher, "queue: denied: AccessDenied: ");
	watcher_await_line(&watcher, "allow the IAM action sqs:ReceiveMessage; next try in 5 s");
}

static void
a_stop_ends_the_long_poll(void **state)
{
	int64_t before;

	(void)state;
	watch();
	cloud_tell(&cloud, "{\"op\":\"wait\",\"service\":\"sqs\",\"arrived\":true,\"count\":2}");
	before = time_monotonic_ms();
	watcher_stop(&watcher);
	assert_true(time_monotonic_ms() - before < 2000);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_event_is_an_alert_with_the_time_it_was_sent_and_then_deleted),
		TEST(an_event_that_comes_during_the_long_poll_is_there_within_two_seconds),
		TEST(a_queue_shows_that_it_answers_before_the_long_poll),
		TEST(without_an_endpoint_the_host_of_the_queues_url_is_asked),
		TEST(the_region_is_that_of_the_queues_url),
		TEST(envelopes_of_sns_and_set_up_messages_are_understood),
		TEST(poison_is_named_and_kept_unchanged_and_deleted_at_the_third_receive),
		TEST(poison_is_left_to_the_queues_own_redrive_policy),
		TEST(nothing_is_deleted_that_the_store_did_not_take),
		TEST(an_event_that_is_delivered_twice_is_one_alert),
		TEST(a_backlog_is_drained_batch_by_batch),
		TEST(an_access_denied_with_status_400_is_a_denial),
		TEST(a_stop_ends_the_long_poll),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
