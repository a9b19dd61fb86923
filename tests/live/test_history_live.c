/* LookupEvents is asked for what became of the keys that alerts are about. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/alert/facts.h"
#include "core/history/story.h"
#include "core/source/http.h"
#include "tests/support/cloud.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

static struct cloud cloud;
static struct world world;
static struct watcher watcher;

/* The clock of the tests stands at 03:30 unless they let it go. */
#define NOW "2026-01-02T03:30:00Z"

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

static void
set_up(const char *now, const char *rate)
{
	world_open(&world, NULL, cloud.url);
	setenv("AWS_ACCESS_KEY_ID", CLOUD_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", CLOUD_SECRET, 1);
	cloud_reset(&cloud);
	watcher_open(&watcher, now, rate);
}

static int
tear_down(void **state)
{
	(void)state;
	watcher_close(&watcher);
	return 0;
}

static int
standing(void **state)
{
	(void)state;
	set_up(NOW, "0");
	return 0;
}

#define NEW "AKIAKEYWATCHNEW00001"
#define CHILD "AKIAKEYWATCHNEW00002"

/* userIdentity and responseElements with what is given; NULL: without a key. */
static void
add_call(const char *id, const char *name, const char *time, const char *by, const char *made)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":"
		"{\"records\":[{\"eventVersion\":\"1.09\",\"eventName\":\"%s\","
		"\"eventSource\":\"iam.amazonaws.com\",\"eventTime\":\"%s\",\"eventID\":\"%s\","
		"\"recipientAccountId\":\"123456789012\",\"sourceIPAddress\":\"203.0.113.9\","
		"\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"123456789012\","
		"\"arn\":\"arn:aws:iam::123456789012:user/eve\",\"userName\":\"eve\","
		"\"accessKeyId\":\"%s\"},\"requestParameters\":{\"userName\":\"bob\"},"
		"\"responseElements\":{\"accessKey\":{\"userName\":\"bob\",\"status\":\"Active\","
		"\"accessKeyId\":\"%s\"}}}]}}",
		name, time, id, by, made ? made : "");
}

static void
watch(const char *spec)
{
	const char *const specs[] = {spec, NULL};

	watcher_start(&watcher, spec ? specs : NULL);
}

static bool
has_asked(struct watcher *w, void *context)
{
	struct pipeline_progress progress;

	pipeline_get_progress(w->pipeline, &progress);
	return progress.history.asked >= *(uint64_t *)context;
}

static void
await_answers(uint64_t count)
{
	watcher_await(&watcher, has_asked, &count);
}

/* The text of a fact of an alert, in `text`. */
static void
tell_fact(const char *id, int number, char text[1000])
{
	const struct story_scope scope = {.state = HISTORY_LOOKED};
	struct fact_ledger ledger = {0};
	struct fact facts[FACT_COUNT];
	struct arena arena = {0};
	struct history history;
	struct alert alert;
	struct error err;

	watcher_load(&watcher, id, &alert);
	assert_ok(story_load(&history, &arena, watcher.store, &alert, &scope, &err), &err);
	ledger.history = &history;
	facts_of_alert(facts, &arena, &alert, NULL, &ledger);
	text[0] = '\0';
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (facts[i].number == number)
			snprintf(text, 1000, "%.*s", STR_ARG(facts[i].value));
	arena_fini(&arena);
	alert_fini(&alert);
}

static void
assert_fact(const char *id, int number, const char *part)
{
	char text[1000];

	tell_fact(id, number, text);
	if (!strstr(text, part))
		assert_string_equal(text, part);
}

/* ---- tests ---- */

static void
what_was_called_with_a_new_key_is_asked_for(void **state)
{
	(void)state;
	add_call("e-1", "CreateAccessKey", "2026-01-02T03:04:05Z", "AKIAOFTHEACTOR000001", NEW);
	add_call("e-2", "ListUsers", "2026-01-02T03:05:03Z", NEW, NULL);
	watch("type=cloudtrail,name=prod");
	await_answers(1);
	assert_fact("e-1", 14, "58 s");
}

static void
a_key_that_was_made_with_it_is_asked_for_in_turn(void **state)
{
	(void)state;
	add_call("e-1", "CreateAccessKey", "2026-01-02T03:04:05Z", "AKIAOFTHEACTOR000001", NEW);
	add_call("e-2", "CreateAccessKey", "2026-01-02T03:05:05Z", NEW, CHILD);
	watch("type=cloudtrail,name=prod");
	await_answers(2);
	assert_fact("e-1", 22, CHILD);
}

static void
a_key_without_a_use_is_not_said_to_be_unused(void **state)
{
	(void)state;
	add_call("e-1", "CreateAccessKey", "2026-01-02T03:04:05Z", "AKIAOFTHEACTOR000001", NEW);
	watch("type=cloudtrail,name=prod");
	await_answers(1);
	assert_fact("e-1", 14,
		"CloudTrail was asked for the key alone, in us-east-1 alone; it tells no data "
		"events");
}

static void
a_restart_does_not_ask_again_what_is_fresh(void **state)
{
	size_t before;

	(void)state;
	add_call("e-1", "CreateAccessKey", "2026-01-02T03:04:05Z", "AKIAOFTHEACTOR000001", NEW);
	watch("type=cloudtrail,name=prod");
	await_answers(1);
	watcher_stop(&watcher);
	before = cloud_count(&cloud, "cloudtrail", NULL);
	add_call("e-2", "CreateAccessKey", "2026-01-02T03:10:05Z", "AKIAOFTHEACTOR000001", CHILD);
	watch(NULL);
	await_answers(1);
	/* The poll, and two for the key that is new. */
	assert_int_equal(cloud_count(&cloud, "cloudtrail", NULL), before + 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, standing, tear_down)
		TEST(what_was_called_with_a_new_key_is_asked_for),
		TEST(a_key_that_was_made_with_it_is_asked_for_in_turn),
		TEST(a_key_without_a_use_is_not_said_to_be_unused),
		TEST(a_restart_does_not_ask_again_what_is_fresh),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
