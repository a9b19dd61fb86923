/* The screen over live sources, as a program on a terminal, against the fake cloud. */
#include <signal.h>
#include <stdio.h>

#include "core/base/timefmt.h"
#include "tests/support/cloud.h"
#include "tests/support/stage.h"

#define QUEUE "https://sqs.us-east-1.amazonaws.com/111122223333/keywatch"
#define PROD "type=cloudtrail,name=prod"
#define SQS "type=sqs,name=queue,queue_url=" QUEUE

static struct cloud cloud;

static int
start(void **state)
{
	(void)state;
	cloud_start(&cloud);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	cloud_stop(&cloud);
	return 0;
}

static int
setup(void **state)
{
	cloud_reset(&cloud);
	cloud_tell(&cloud, "{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\","
			   "\"arguments\":{\"bodies\":[]}}"); /* the queue is there */
	return stage_setup(state);
}

/* `keywatch --store STORE WORDS…` with credentials; the clock stands, so that whatever is written
 * while nothing arrives is too much. */
#define watch(stage, ...) watch_words((stage), keys, (const char *const[]){__VA_ARGS__, NULL})
static const char *const keys[] = {
	"AWS_ACCESS_KEY_ID=" CLOUD_KEY, "AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET};
static struct pty *
watch_words(const struct stage *stage, const char *const credentials[2], const char *const *words)
{
	const char *arguments[32] = {"--store", stage->store};
	char endpoint[64];
	const char *const environment[] = {"KEYWATCH_NOW=2026-01-02T03:30:00Z",
		"KEYWATCH_CLOCK_RATE=0", credentials[0], credentials[1], endpoint, NULL};
	size_t count = 2;

	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", cloud.url);
	for (; *words && count < 31; words++)
		arguments[count++] = *words;
	return pty_open(&(struct pty_options){
		.child = {
			.arguments = arguments, .environment = environment, .home = stage->home}});
}

static void
send_event(const char *id, const char *user)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":"
		"{\"bodies\":[\"{\\\"detail-type\\\":\\\"AWS API Call via CloudTrail\\\","
		"\\\"source\\\":\\\"aws.iam\\\",\\\"detail\\\":{\\\"eventVersion\\\":\\\"1.09\\\","
		"\\\"userIdentity\\\":{\\\"type\\\":\\\"IAMUser\\\",\\\"userName\\\":\\\"%s\\\"},"
		"\\\"eventName\\\":\\\"CreateAccessKey\\\",\\\"eventTime\\\":"
		"\\\"2026-01-02T03:%02d:05Z\\\",\\\"eventID\\\":\\\"%s\\\","
		"\\\"requestParameters\\\":{\\\"userName\\\":\\\"for-%s\\\"}}}\"]}}",
		user, id[2] - '0' + 10, id, user);
}

/* ---- tests ---- */

static void
without_a_path_cloudtrail_is_watched_where_credentials_are_at_hand(void **state)
{
	struct pty *pty;

	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":"
		"{\"records\":[{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\","
		"\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"e-1\","
		"\"requestParameters\":{\"userName\":\"bob\"}}]}}");
	pty = watch(*state, "--theme", "dark");
	pty_wait_text(pty, "cloudtrail \xe2\x97\x8f now");
	pty_wait_text(pty, "1 alert");
	pty_resize(pty, 50, 200);
	pty_wait_text(pty, "first seen at start");
	pty_wait_text(pty, "watched from 2026-01-01T03:30:00Z: cloudtrail until");
	stage_quit(pty);
}

static void
on_an_instance_with_a_role_cloudtrail_is_watched(void **state)
{
	char service[96];
	const char *const role[] = {"AWS_EC2_METADATA_DISABLED=false", service};
	struct pty *pty;

	snprintf(service, sizeof(service), "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", cloud.url);
	pty = watch_words(*state, role, (const char *const[]){NULL});
	pty_wait_text(pty, "cloudtrail \xe2\x97\x8f now");
	stage_quit(pty);
}

static void
a_path_is_read_and_nothing_is_asked(void **state)
{
	struct pty *pty = watch(*state, SAMPLE);

	pty_wait_text(pty, "42 alerts");
	pty_send(pty, "S");
	pty_wait_text(pty, "No source is watched");
	pty_send(pty, "q");
	stage_quit(pty);
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

static void
a_source_beside_a_path_is_watched_as_well(void **state)
{
	struct pty *pty = watch(*state, SAMPLE, "--source", SQS);

	pty_wait_text(pty, "queue \xe2\x97\x8f now");
	pty_wait_text(pty, "42 alerts");
	send_event("e-1", "anna");
	pty_wait_text(pty, "43 alerts");
	stage_quit(pty);
}

static void
an_alert_from_the_queue_arrives_and_the_selection_stays(void **state)
{
	struct pty *pty = watch(*state, "--source", SQS);

	pty_wait_text(pty, "queue \xe2\x97\x8f now");
	pty_wait_text(pty, "watching queue: no access key was created so far");
	send_event("e-1", "anna");
	pty_wait_text(pty, "anna \xe2\x86\x92 for-anna");
	pty_send(pty, "v"); /* ends follow */
	pty_wait_text(pty, "reason:");
	send_event("e-2", "bert");
	pty_wait_text(pty, "for-bert");
	pty_wait_text(pty, "anna \xe2\x86\x92 for-anna");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "reason:");
	pty_wait_text(pty, "\xe2\x86\x91"
			   "1 arrived");
	pty_wait_text(pty, "2 of 2");
	stage_quit(pty);
}

static void
while_nothing_happens_nothing_is_written(void **state)
{
	struct pty *pty = watch(*state, "--source", PROD ",poll_interval=100ms");

	pty_wait_text(pty, "prod \xe2\x97\x8f now");
	pty_wait_text(pty, "looked from 2026-01-01 03:30 to 2026-01-02 03:30 UTC");
	pty_settle(pty);
	pty_raw_mark(pty);
	cloud_await(&cloud, "cloudtrail", "LookupEvents",
		cloud_count(&cloud, "cloudtrail", "LookupEvents") + 4);
	assert_true(pty_quiet(pty, 100));
	assert_int_equal(pty_raw_since(pty).len, 0);
	stage_quit(pty);
}

static void
a_throttled_source_is_named_and_recovers_by_itself(void **state)
{
	struct pty *pty;

	cloud_fault(&cloud, "cloudtrail", "throttle", 1000);
	pty = watch(*state, "--source", PROD, "--source", SQS);
	pty_wait_text(pty, "prod \xe2\x97\x8c throttled, retry 1m");
	pty_wait_text(pty, "queue \xe2\x97\x8f now");
	pty_send(pty, "S");
	pty_wait_text(pty, "error    ThrottlingException: Rate exceeded");
	pty_wait_text(pty, "do       somebody else asks as well");
	pty_wait_text(pty, "next try at 03:3");
	cloud_tell(&cloud, "{\"op\":\"faults\",\"clear\":true}");
	pty_wait_text(pty, "prod \xe2\x97\x8f now");
	pty_wait_gone(pty, "ThrottlingException");
	pty_send(pty, "q");
	stage_quit(pty);
}

static void
a_second_screen_shows_who_fetches_and_takes_over(void **state)
{
	struct pty *first = watch(*state, "--source", PROD), *second;
	char fetched[64];

	pty_wait_text(first, "prod \xe2\x97\x8f now");
	second = watch(*state, "--source", PROD);
	snprintf(fetched, sizeof(fetched), "fetched by pid %d (", (int)pty_pid(first));
	pty_wait_text(second, fetched);
	stage_quit(first);
	pty_wait_gone(second, "fetched by");
	pty_wait_text(second, "prod \xe2\x97\x8f now");
	stage_quit(second);
}

static void
leave_while_polling(const struct stage *stage, void (*leave)(struct pty *pty))
{
	size_t asked = cloud_count(&cloud, "sqs", "ReceiveMessage");
	struct pty *pty = watch(stage, "--source", SQS);
	int64_t before;

	pty_wait_text(pty, "watching queue");
	cloud_await(&cloud, "sqs", "ReceiveMessage", asked + 2); /* the first one is short */
	before = time_monotonic_ms();
	leave(pty);
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_true(time_monotonic_ms() - before < 2000);
	pty_close(pty);
}

static void
quit(struct pty *pty)
{
	pty_send(pty, "q");
}

static void
terminate(struct pty *pty)
{
	pty_signal(pty, SIGTERM);
}

static void
every_end_comes_within_two_seconds_also_during_a_long_poll(void **state)
{
	cloud_fault(&cloud, "sqs", "hang", -1);
	leave_while_polling(*state, quit);
	leave_while_polling(*state, terminate);
	leave_while_polling(*state, pty_hangup);
}

static void
what_sources_say_stands_in_the_log_without_a_secret(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;
	char path[256];
	char *log;

	cloud_fault(&cloud, "cloudtrail", "throttle", 3);
	pty = watch(stage, "--source", PROD);
	pty_wait_text(pty, "prod \xe2\x97\x8f now");
	stage_quit(pty);
	snprintf(path, sizeof(path), "%s/.local/state/keywatch/keywatch.log", stage->home);
	log = test_read(path, NULL);
	assert_non_null(strstr(log, "prod: throttled: ThrottlingException: Rate exceeded"));
	assert_non_null(strstr(log, "prod: ok"));
	assert_null(strstr(log, CLOUD_SECRET));
	free(log);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(without_a_path_cloudtrail_is_watched_where_credentials_are_at_hand),
		TEST(on_an_instance_with_a_role_cloudtrail_is_watched),
		TEST(a_path_is_read_and_nothing_is_asked),
		TEST(a_source_beside_a_path_is_watched_as_well),
		TEST(an_alert_from_the_queue_arrives_and_the_selection_stays),
		TEST(while_nothing_happens_nothing_is_written),
		TEST(a_throttled_source_is_named_and_recovers_by_itself),
		TEST(a_second_screen_shows_who_fetches_and_takes_over),
		TEST(every_end_comes_within_two_seconds_also_during_a_long_poll),
		TEST(what_sources_say_stands_in_the_log_without_a_secret),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
