/* LookupEvents against a service that checks every signature. */
#include "tests/support/test.h"

#include <sqlite3.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
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

/* Polls follow each other without a pause. */
static int
racing(void **state)
{
	(void)state;
	set_up(NOW, "1000");
	return 0;
}

static void
add_event(const char *id, const char *time)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":"
		"{\"records\":[{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\","
		"\"eventTime\":\"%s\",\"eventID\":\"%s\","
		"\"requestParameters\":{\"userName\":\"bob\"}}]}}",
		time, id);
}

static void
watch(const char *spec)
{
	const char *const specs[] = {spec, NULL};

	watcher_start(&watcher, spec ? specs : NULL);
}

/* The newest request's body holds that. */
static void
assert_asked(const char *part)
{
	char *body = cloud_last(&cloud, "cloudtrail", NULL, "body");

	assert_non_null(body);
	if (!strstr(body, part))
		assert_string_equal(body, part);
	free(body);
}

static void
set_state(const char *json)
{
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"cloudtrail\",\"state\":%s}", json);
}

/* ---- tests ---- */

static void
the_first_fill_asks_for_a_day_in_the_home_region(void **state)
{
	struct alert alert;

	(void)state;
	setenv("AWS_REGION", "eu-central-1", 1); /* chooses the partition only */
	add_event("e-1", "2026-01-02T03:04:05Z");
	add_event("e-old", "2026-01-01T03:29:59Z");
	watch("type=cloudtrail,name=prod");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "prod");
	assert_asked("{\"LookupAttributes\":[{\"AttributeKey\":\"EventName\","
		     "\"AttributeValue\":\"CreateAccessKey\"}],\"StartTime\":1767238200,"
		     "\"EndTime\":1767324600,\"MaxResults\":50}");
	watcher_load(&watcher, "e-1", &alert);
	assert_str(alert.sources[0].name, "prod");
	assert_str(alert.sources[0].path, "cloudtrail:us-east-1");
	alert_fini(&alert);
}

static void
pages_are_walked_with_the_window_frozen(void **state)
{
	char id[16];

	(void)state;
	for (int i = 0; i < 7; i++) {
		snprintf(id, sizeof(id), "e-%d", i);
		add_event(id, "2026-01-02T03:04:05Z");
	}
	set_state("{\"max_page\":3}");
	watch("type=cloudtrail,name=prod");
	watcher_await_alerts(&watcher, 7);
	watcher_await_ok(&watcher, "prod");
	assert_int_equal(cloud_count(&cloud, "cloudtrail", "LookupEvents"), 3);
}

static void
a_page_token_that_is_refused_begins_the_walk_again(void **state)
{
	(void)state;
	add_event("e-1", "2026-01-02T03:04:05Z");
	add_event("e-2", "2026-01-02T03:04:06Z");
	set_state("{\"max_page\":1,\"expire_tokens\":true}");
	watch("type=cloudtrail,name=prod");
	watcher_await_alerts(&watcher, 2);
	watcher_await_ok(&watcher, "prod");
	assert_int_equal(watcher_health(&watcher, "prod").failures, 0);
}

static void
what_comes_late_within_the_overlap_is_found_by_the_next_poll(void **state)
{
	struct alert alert;

	(void)state;
	watch("type=cloudtrail,name=prod");
	watcher_await_ok(&watcher, "prod");
	add_event("e-late", "2026-01-02T03:10:00Z");
	watcher_await_alerts(&watcher, 1);
	watcher_stop(&watcher);
	watcher_load(&watcher, "e-late", &alert);
	assert_true(alert.watched);
	assert_int_equal(alert.source_count, 1);
	alert_fini(&alert);
}

static void
a_start_asks_from_where_the_last_one_ended_less_the_overlap(void **state)
{
	(void)state;
	watch("type=cloudtrail,name=prod,overlap=10m");
	watcher_await_ok(&watcher, "prod");
	watcher_stop(&watcher);
	watch(NULL);
	watcher_await_ok(&watcher, "prod");
	assert_asked("\"StartTime\":1767324000,\"EndTime\":1767324600");
}

static void
what_comes_later_than_the_overlap_is_found_by_the_hourly_sweep(void **state)
{
	(void)state;
	watch("type=cloudtrail,name=prod,overlap=1m");
	watcher_await_ok(&watcher, "prod");
	add_event("e-very-late", "2026-01-01T12:00:00Z");
	watcher_await_alerts(&watcher, 1);
	assert_true(clock_now(&watcher.clock) - watcher.clock.base >= TICKS_PER_HOUR);
}

static void
what_was_kept_while_the_clock_was_ahead_is_asked_for_again(void **state)
{
	(void)state;
	watcher_close(&watcher);
	set_up("2026-01-04T03:30:00Z", "0");
	watch("type=cloudtrail,name=prod");
	watcher_await_ok(&watcher, "prod");
	watcher_stop(&watcher);
	watcher.clock.base -= 2 * TICKS_PER_DAY;
	add_event("e-1", "2026-01-02T03:20:00Z");
	watch(NULL);
	watcher_await_alerts(&watcher, 1);
	assert_asked("\"StartTime\":1767238200,\"EndTime\":1767324600");
}

static void
requests_keep_below_two_a_second_also_with_two_sources(void **state)
{
	static const char *const specs[] = {"type=cloudtrail,name=a,poll_interval=1ms",
		"type=cloudtrail,name=b,poll_interval=1ms", NULL};

	(void)state;
	set_state("{\"rate\":2}");
	watcher_start(&watcher, specs);
	cloud_await(&cloud, "cloudtrail", "LookupEvents", 6);
	assert_int_equal(watcher_health(&watcher, "a").failures, 0);
	assert_int_equal(watcher_health(&watcher, "b").failures, 0);
}

static void
a_denial_names_the_action_and_is_tried_again_later(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"error\",\"service\":\"cloudtrail\",\"code\":"
		"\"AccessDeniedException\",\"message\":\"User is not authorized\",\"count\":1}");
	add_event("e-1", "2026-01-02T03:04:05Z");
	watch("type=cloudtrail,name=prod");
	watcher_await_line(&watcher,
		"prod: denied: AccessDeniedException: User is not authorized; allow the IAM action "
		"cloudtrail:LookupEvents; next try in 5 s");
	watcher_await_alerts(&watcher, 1);
	watcher_await_line(&watcher, "prod: ok");
}

static void
throttles_in_every_form_are_passed_and_lose_nothing(void **state)
{
	static const char *const kinds[] = {
		"throttle", "throttle-namespace", "throttle-header", "throttle-429"};

	(void)state;
	add_event("e-1", "2026-01-02T03:04:05Z");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		cloud_fault(&cloud, "cloudtrail", kinds[i], 3); /* quick tries and all */
	watch("type=cloudtrail,name=prod");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "prod");
	assert_int_equal(watcher_health(&watcher, "prod").failures, 4);
	assert_non_null(strstr(buf_cstr(&watcher.lines), "prod: throttled: ThrottlingException"));
}

static void
cut_answers_pages_of_html_and_resets_lose_nothing(void **state)
{
	static const char *const kinds[] = {"cut", "html-502", "reset"};

	(void)state;
	add_event("e-1", "2026-01-02T03:04:05Z");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		cloud_fault(&cloud, "cloudtrail", kinds[i], 3);
	watch("type=cloudtrail,name=prod");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "prod");
	assert_int_equal(watcher_health(&watcher, "prod").problems, 0);
}

static void
an_answer_that_is_html_with_200_is_no_empty_answer(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"status\",\"service\":\"cloudtrail\",\"status\":200,"
		"\"body\":\"<html>Sign in</html>\",\"content_type\":\"text/html\",\"count\":1}");
	watch("type=cloudtrail,name=prod");
	watcher_await_line(&watcher, "prod: answer: the answer is not one of LookupEvents");
	watcher_await_ok(&watcher, "prod");
}

/* What a cut takes away may be the next page's token. */
static void
an_answer_cut_behind_its_events_is_not_the_last_page(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"status\",\"service\":\"cloudtrail\",\"status\":200,"
		"\"body\":\"{\\\"Events\\\":[],\\\"NextTok\",\"count\":1}");
	watch("type=cloudtrail,name=prod");
	watcher_await_line(&watcher, "prod: answer: the answer is not one of LookupEvents");
	watcher_await_ok(&watcher, "prod");
}

static void
pages_that_lead_to_one_another_are_not_walked_for_ever(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++)
		cloud_tell(&cloud,
			"{\"op\":\"fault\",\"kind\":\"status\",\"service\":\"cloudtrail\","
			"\"status\":"
			"200,\"body\":\"{\\\"Events\\\":[],\\\"NextToken\\\":\\\"%d\\\"}\","
			"\"count\":1}",
			i % 2);
	watch("type=cloudtrail,name=prod");
	watcher_await_line(&watcher, "prod: answer: the pages go round in circles");
	watcher_await_ok(&watcher, "prod");
}

static void
an_expired_token_is_repaired_once_without_a_failure(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"error\",\"service\":\"cloudtrail\",\"code\":"
		"\"ExpiredTokenException\",\"count\":1}");
	watch("type=cloudtrail,name=prod");
	watcher_await_ok(&watcher, "prod");
	assert_int_equal(watcher_health(&watcher, "prod").failures, 0);
	assert_int_equal(cloud_count(&cloud, "cloudtrail", NULL), 2);
}

static void
a_clock_that_is_wrong_is_said_in_minutes(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"headers\",\"service\":\"cloudtrail\",\"headers\":"
		"{\"Date\":\"Tue, 01 Jan 2126 00:00:00 GMT\"},\"count\":1}");
	watch("type=cloudtrail,name=prod");
	watcher_await_line(&watcher, "prod: the clock of this machine is ");
	watcher_await_line(&watcher, " min behind: ");
	watcher_await_line(&watcher, "prod: the clock of this machine is right again");
}

static void
a_profiles_ca_bundle_is_trusted(void **state)
{
	char config[400];

	(void)state;
	snprintf(config, sizeof(config), "[default]\nca_bundle = %s\n", cloud.ca);
	world_files(&world, config, NULL);
	setenv("AWS_ENDPOINT_URL", cloud.https_url, 1);
	watch("type=cloudtrail,name=prod");
	watcher_await_ok(&watcher, "prod");
}

static void
in_china_both_regions_are_asked(void **state)
{
	(void)state;
	setenv("AWS_REGION", "cn-northwest-1", 1);
	watch("type=cloudtrail,name=cn");
	watcher_await_ok(&watcher, "cn");
	assert_int_equal(cloud_count(&cloud, "cloudtrail", NULL), 2);
}

static void
a_stop_ends_a_request_that_is_not_answered(void **state)
{
	int64_t before;

	(void)state;
	cloud_fault(&cloud, "cloudtrail", "hang", -1);
	watch("type=cloudtrail,name=prod");
	cloud_await(&cloud, "cloudtrail", "LookupEvents", 1);
	before = time_monotonic_ms();
	watcher_stop(&watcher);
	assert_true(time_monotonic_ms() - before < 2000);
}

static void
a_stop_does_not_wait_for_a_store_that_is_locked(void **state)
{
	sqlite3 *db;
	int64_t before;

	(void)state;
	watch("type=cloudtrail,name=prod");
	watcher_await_ok(&watcher, "prod");
	assert_int_equal(sqlite3_open(watcher.db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	add_event("e-1", "2026-01-02T03:20:00Z");
	cloud_await(&cloud, "cloudtrail", "LookupEvents", 3);
	before = time_monotonic_ms();
	watcher_stop(&watcher);
	assert_true(time_monotonic_ms() - before < 2000);
	sqlite3_close(db);
	watch(NULL);
	watcher_await_alerts(&watcher, 1);
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, standing, tear_down)
#define RACING(name) cmocka_unit_test_setup_teardown(name, racing, tear_down)
	const struct CMUnitTest tests[] = {
		STANDING(the_first_fill_asks_for_a_day_in_the_home_region),
		STANDING(pages_are_walked_with_the_window_frozen),
		STANDING(a_page_token_that_is_refused_begins_the_walk_again),
		RACING(what_comes_late_within_the_overlap_is_found_by_the_next_poll),
		STANDING(a_start_asks_from_where_the_last_one_ended_less_the_overlap),
		RACING(what_comes_later_than_the_overlap_is_found_by_the_hourly_sweep),
		STANDING(what_was_kept_while_the_clock_was_ahead_is_asked_for_again),
		STANDING(requests_keep_below_two_a_second_also_with_two_sources),
		RACING(a_denial_names_the_action_and_is_tried_again_later),
		RACING(throttles_in_every_form_are_passed_and_lose_nothing),
		RACING(cut_answers_pages_of_html_and_resets_lose_nothing),
		RACING(an_answer_that_is_html_with_200_is_no_empty_answer),
		RACING(an_answer_cut_behind_its_events_is_not_the_last_page),
		STANDING(pages_that_lead_to_one_another_are_not_walked_for_ever),
		STANDING(an_expired_token_is_repaired_once_without_a_failure),
		RACING(a_clock_that_is_wrong_is_said_in_minutes),
		STANDING(a_profiles_ca_bundle_is_trusted),
		STANDING(in_china_both_regions_are_asked),
		STANDING(a_stop_ends_a_request_that_is_not_answered),
		RACING(a_stop_does_not_wait_for_a_store_that_is_locked),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
