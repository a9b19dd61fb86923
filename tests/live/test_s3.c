/* A trail's bucket, against a service that checks every signature. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/source/http.h"
#include "tests/support/bucket.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

static struct cloud cloud;
static struct world world;
static struct watcher watcher;

/* The clock of the tests stands at 03:30 unless they let it go. */
#define NOW "2026-01-02T03:30:00Z"
#define FOLDER TRAIL_FOLDER
#define NAME TRAIL_NAME
#define TODAY TRAIL_TODAY
#define YESTERDAY TRAIL_YESTERDAY

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
	bucket_make(&cloud, "trail", "us-east-1", "");
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

#define count_of(operation) cloud_count(&cloud, "s3", (operation))

static void
put(const char *key, const char *id)
{
	bucket_put(&cloud, "trail", key, id);
}

static void
watch(const char *spec)
{
	const char *const specs[] = {spec, NULL};

	watcher_start(&watcher, spec ? specs : NULL);
}

/* A whole round, and what it gave is committed: that many alerts. */
static void
watch_once(const char *spec, const char *name, int64_t alerts)
{
	watch(spec);
	watcher_await_ok(&watcher, name);
	watcher_stop(&watcher);
	assert_int_equal(watcher_alerts(&watcher), alerts);
}

static void
assert_query(const char *part)
{
	char *query = cloud_last(&cloud, "s3", "ListObjectsV2", "query");

	assert_non_null(query);
	if (!strstr(query, part))
		assert_string_equal(query, part);
	free(query);
}

#define assert_said(part) assert_non_null(strstr(buf_cstr(&watcher.lines), (part)))

static void
note_name(void *context, struct str name, struct str value)
{
	(void)value;
	buf_str(context, name);
	buf_putc(context, '\n');
}

/* The names that begin so, a line each; of a source that is stopped. */
static void
assert_positions(const char *begin, const char *expected)
{
	struct buf all = {0}, found = {0};
	struct error err;

	assert_ok(store_positions(watcher.store, STR("audit"), note_name, &all, &err), &err);
	for (const char *line = buf_cstr(&all), *end; (end = strchr(line, '\n')); line = end + 1)
		if (strncmp(line, begin, strlen(begin)) == 0)
			buf_append(&found, line, (size_t)(end + 1 - line));
	assert_string_equal(buf_cstr(&found), expected);
	buf_fini(&all);
	buf_fini(&found);
}

/* ---- watching ---- */

static void
the_first_fill_reads_a_day_of_every_account_and_region(void **state)
{
	struct alert alert;

	(void)state;
	put(TODAY "0300Z_aaaaaaaaaaaaaaaa.json.gz", "e-1");
	put(YESTERDAY "0400Z_aaaaaaaaaaaaaaaa.json.gz", "e-2");
	put("AWSLogs/444455556666/CloudTrail/eu-central-1/2026/01/02/"
	    "444455556666_CloudTrail_eu-central-1_20260102T0100Z_bbbbbbbbbbbbbbbb.json.gz",
		"e-3");
	put("AWSLogs/o-abc123/777788889999/CloudTrail/us-east-1/2026/01/02/"
	    "777788889999_CloudTrail_us-east-1_20260102T0100Z_bbbbbbbbbbbbbbbb.json.gz",
		"e-4");
	put(FOLDER "2025/12/31/" NAME "20251231T2300Z_aaaaaaaaaaaaaaaa.json.gz", "e-old");
	watch_once("type=s3,name=audit,bucket=trail", "audit", 4);
	watcher_load(&watcher, "e-2", &alert);
	assert_str(alert.sources[0].name, "audit");
	assert_str(alert.sources[0].path, "s3://trail/" YESTERDAY "0400Z_aaaaaaaaaaaaaaaa.json.gz");
	assert_false(alert.watched);
	alert_fini(&alert);
	bucket_assert_signed(&cloud);
}

static void
nothing_but_exactly_cloudtrail_is_asked_for_behind_the_account(void **state)
{
	static const char *const others[] = {
		"CloudTrail-Digest", "CloudTrail-Insight", "CloudTrailX", "vpcflowlogs", "Config"};
	char key[256];

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(key, sizeof(key),
			"AWSLogs/111122223333/%s/us-east-1/2026/01/02/"
			"111122223333_%s_us-east-1_20260102T0100Z_a.json.gz",
			others[i], others[i]);
		put(key, "e-other");
	}
	put(FOLDER "2026/01/02/notes.txt", "e-other");
	put(TODAY "0300Z_aaaaaaaaaaaaaaaa.json.gz", "e-1");
	watch_once("type=s3,name=audit,bucket=trail", "audit", 1);
	assert_int_equal(count_of("GetObject"), 1);
}

static void
files_that_come_late_or_with_smaller_suffixes_are_found(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "audit");
	put(TODAY "0300Z_aaaaaaaaaaaaaaaa.json.gz", "e-smaller");
	put(TODAY "0130Z_zzzzzzzzzzzzzzzz.json.gz", "e-late");
	watcher_await_alerts(&watcher, 3);
	watcher_stop(&watcher);
	assert_int_equal(count_of("GetObject"), 3);
}

static void
listings_begin_at_the_mark_less_the_overlap(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put(TODAY "0200Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	watch("type=s3,name=audit,bucket=trail,overlap=10m");
	watcher_await_ok(&watcher, "audit");
	watcher_stop(&watcher);
	watch(NULL);
	watcher_await_ok(&watcher, "audit");
	assert_query("list-type=2&prefix=AWSLogs%2F111122223333%2FCloudTrail%2Fus-east-1%2F2026%2F"
		     "01%2F02%2F&start-after=AWSLogs%2F111122223333%2FCloudTrail%2Fus-east-1%2F2026"
		     "%2F01%2F02%2F111122223333_CloudTrail_us-east-1_20260102T0250");
	assert_int_equal(count_of("GetObject"), 2);
}

static void
what_was_seen_is_remembered_and_forgotten_behind_the_overlap(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put(TODAY "0259Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	put(TODAY "0200Z_mmmmmmmmmmmmmmmm.json.gz", "e-3");
	put(YESTERDAY "0400Z_aaaaaaaaaaaaaaaa.json.gz", "e-4");
	watch("type=s3,name=audit,bucket=trail,overlap=10m");
	watcher_await_ok(&watcher, "audit");
	watcher_stop(&watcher);
	assert_positions("seen/", "seen/" TODAY "0259Z_mmmmmmmmmmmmmmmm.json.gz\n"
				  "seen/" TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz\n");
	assert_positions("fill/", "");
}

static void
yesterday_stays_open_until_two(void **state)
{
	(void)state;
	watcher_close(&watcher);
	set_up("2026-01-02T01:00:00Z", "1000");
	put(YESTERDAY "2355Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "audit");
	put(YESTERDAY "2356Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	watcher_await_alerts(&watcher, 2);
	put(TODAY "0005Z_mmmmmmmmmmmmmmmm.json.gz", "e-3");
	watcher_await_alerts(&watcher, 3);
}

static void
days_that_were_closed_while_the_clock_was_ahead_are_read_again(void **state)
{
	(void)state;
	watcher_close(&watcher);
	set_up("2026-01-04T03:30:00Z", "0");
	put(YESTERDAY "0320Z_mmmmmmmmmmmmmmmm.json.gz", "e-0");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_ok(&watcher, "audit");
	watcher_stop(&watcher);
	watcher.clock.base -= 2 * TICKS_PER_DAY;
	put(TODAY "0320Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch(NULL);
	watcher_await_alerts(&watcher, 2);
}

static void
new_accounts_and_regions_are_found_within_the_hour(void **state)
{
	struct alert alert;

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "audit");
	put("AWSLogs/444455556666/CloudTrail/eu-central-1/2026/01/02/"
	    "444455556666_CloudTrail_eu-central-1_20260102T0320Z_bbbbbbbbbbbbbbbb.json.gz",
		"e-new");
	watcher_await_alerts(&watcher, 2);
	assert_true(clock_now(&watcher.clock) - watcher.clock.base >= TICKS_PER_HOUR);
	watcher_stop(&watcher);
	watcher_load(&watcher, "e-new", &alert);
	assert_false(alert.watched); /* it was there before we looked */
	alert_fini(&alert);
}

static void
an_empty_bucket_is_looked_at_every_time(void **state)
{
	(void)state;
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_ok(&watcher, "audit");
	assert_non_null(strstr(watcher_health(&watcher, "audit").note, "no AWSLogs/"));
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watcher_await_alerts(&watcher, 1);
}

static void
the_first_fill_goes_on_where_a_stop_cut_it(void **state)
{
	char key[256], id[16];

	(void)state;
	for (int day = 20; day <= 29; day++) {
		snprintf(key, sizeof(key), FOLDER "2025/12/%02d/" NAME "202512%02dT0100Z_a.json.gz",
			day, day);
		snprintf(id, sizeof(id), "e-%d", day);
		put(key, id);
	}
	bucket_fault(&cloud, "GetObject", "hang", ",\"skip\":4,\"count\":1");
	watch("type=s3,name=audit,bucket=trail,first_fill=30d");
	cloud_await(&cloud, "s3", "GetObject", 5);
	watcher_stop(&watcher);
	watch(NULL);
	watcher_await_alerts(&watcher, 10);
	assert_int_equal(count_of("GetObject"), 11);
}

static void
prefixes_lead_to_the_trail(void **state)
{
	static const struct {
		const char *spec;
		int alerts;
	} cases[] = {
		{"prefix=logs", 1}, {"prefix=logs/", 1}, {"prefix=logs/AWSLogs", 1},
		{"prefix=logs/AWSLogs/", 1}, {"prefix=logs/AWSLogs/1111", 1},
		{"prefix=logs/AWSLogs/111122223333/CloudTrail/us-east-1/", 1},
		{"prefix=logs/" FOLDER "2026/01/02/", 1}, {"prefix=logs/" FOLDER "2026/01/03/", 0},
		{"prefix=logs/AWSLogs/111122223333/CloudTrail-Digest/", 0}, {"prefix=logs-o", 1},
		{"prefix=a b+%/=&c\xc3\xbc/../x", 1}, {"prefix=other/", 0},
		{"first_fill=1d", 2}, /* the nearest folders are searched, not the fourth below */
	};
	char spec[512];

	(void)state;
	put("logs/" TODAY "0300Z_m.json.gz", "e-1");
	put("logs-old/" TODAY "0300Z_m.json.gz", "e-2");
	put("a b+%/=&c\xc3\xbc/../x/" TODAY "0300Z_m.json.gz", "e-3");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(spec, sizeof(spec), "type=s3,name=audit%zu,bucket=trail,%s", i,
			cases[i].spec);
		watcher_close(&watcher);
		watcher_open(&watcher, NOW, "0");
		watch(spec);
		snprintf(spec, sizeof(spec), "audit%zu", i);
		watcher_await_ok(&watcher, spec);
		watcher_stop(&watcher);
		if (watcher_alerts(&watcher) != cases[i].alerts)
			fail_msg("%s: %lld alerts", cases[i].spec,
				(long long)watcher_alerts(&watcher));
	}
	bucket_assert_signed(&cloud);
}

static void
a_bucket_in_another_region_is_asked_there_from_then_on(void **state)
{
	static const char *const answers[] = {"header", "body", "silent", "temporary"};
	char spec[128], more[64];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(spec, sizeof(spec), "far%zu", i);
		snprintf(more, sizeof(more), ",\"elsewhere\":\"%s\"", answers[i]);
		bucket_make(&cloud, spec, "eu-central-1", more);
		bucket_put(&cloud, spec, TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
		snprintf(spec, sizeof(spec), "type=s3,name=far%zu,bucket=far%zu", i, i);
		watcher_close(&watcher);
		watcher_open(&watcher, NOW, "0");
		watch(spec);
		snprintf(spec, sizeof(spec), "far%zu", i);
		watcher_await_ok(&watcher, spec);
		assert_int_equal(watcher_health(&watcher, spec).failures, 0);
		watcher_stop(&watcher);
		assert_int_equal(watcher_alerts(&watcher), 1);
	}
	assert_int_equal(count_of("HeadBucket"), 1);
	bucket_assert_signed(&cloud);
}

static void
whoever_asks_can_pay(void **state)
{
	(void)state;
	bucket_make(&cloud, "trail", "us-east-1", ",\"requester_pays\":true");
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch_once("type=s3,name=audit,bucket=trail,request_payer=requester", "audit", 1);
	bucket_assert_signed(&cloud);
}

static void
pages_and_refused_tokens_lose_nothing(void **state)
{
	char key[256], id[16];

	(void)state;
	for (int i = 0; i < 7; i++) {
		snprintf(key, sizeof(key), TODAY "03%02dZ_mmmmmmmmmmmmmmmm.json.gz", i);
		snprintf(id, sizeof(id), "e-%d", i);
		put(key, id);
	}
	bucket_state(&cloud, "{\"max_page\":2,\"expire_tokens\":true}");
	watch_once("type=s3,name=audit,bucket=trail", "audit", 7);
	assert_int_equal(count_of("GetObject"), 7);
}

static void
a_cut_object_is_read_again_and_is_no_problem(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	bucket_fault(&cloud, "GetObject", "cut", ",\"keep\":40,\"count\":2");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_ok(&watcher, "audit");
	assert_int_equal(count_of("GetObject"), 3);
	assert_int_equal(watcher_health(&watcher, "audit").problems, 0);
	watcher_stop(&watcher);
	assert_int_equal(watcher_alerts(&watcher), 1);
	assert_said("cut after 40 bytes");
}

static void
slow_downs_cuts_and_resets_of_whole_rounds_lose_nothing(void **state)
{
	static const char *const kinds[] = {"slow-down", "cut", "html-502", "reset"};

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bucket_fault(&cloud, "ListObjectsV2", kinds[i], ",\"count\":3");
		bucket_fault(&cloud, "GetObject", kinds[i], ",\"count\":3");
	}
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "audit");
	assert_int_equal(watcher_health(&watcher, "audit").problems, 0);
	watcher_stop(&watcher);
	assert_said("audit: throttled: ");
	assert_said("SlowDown");
}

static void
an_unreadable_object_is_named_and_stepped_over_once(void **state)
{
	(void)state;
	bucket_put_text(&cloud, "trail", TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "no log at all");
	put(TODAY "0301Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_alerts(&watcher, 1);
	watcher_await_line(&watcher, "audit: s3://trail/" TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz: "
				     "byte 0: shows no form of CloudTrail log");
	put(TODAY "0302Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	watcher_await_alerts(&watcher, 2);
	watcher_stop(&watcher);
	assert_int_equal(count_of("GetObject"), 3);
}

static void
an_archived_object_is_named_and_stepped_over(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put(TODAY "0301Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	bucket_state(&cloud, "{\"archived\":\"0300Z\"}");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_ok(&watcher, "audit");
	assert_int_equal(watcher_health(&watcher, "audit").problems, 1);
	watcher_stop(&watcher);
	assert_int_equal(watcher_alerts(&watcher), 1);
	assert_said("InvalidObjectState");
}

#define NOT_THERE(path, count)                                                                     \
	",\"code\":\"NoSuchKey\",\"status\":404,\"form\":\"rest-xml\",\"count\":" count            \
	",\"path\":\"" path "\""

/* A day of the first fill is listed once only, so each is asked for twice. */
static void
an_object_that_is_not_there_is_fine_and_asked_for_while_it_is_listed(void **state)
{
	(void)state;
	put(FOLDER "2025/12/20/" NAME "20251220T0300Z_aaaaaaaaaaaaaaaa.json.gz", "e-1");
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	bucket_fault(&cloud, "GetObject", "error", NOT_THERE("1220T", "1"));
	bucket_fault(&cloud, "GetObject", "error", NOT_THERE("0102T", "2"));
	watch("type=s3,name=audit,bucket=trail,first_fill=30d");
	watcher_await_alerts(&watcher, 2);
	assert_int_equal(watcher_health(&watcher, "audit").problems, 0);
	assert_int_equal(watcher_health(&watcher, "audit").failures, 0);
}

static void
a_denied_object_fails_the_round_but_keeps_no_other_from_being_read(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-denied");
	put(TODAY "0200Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put(TODAY "0301Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	bucket_state(&cloud, "{\"denied\":\"0300Z\"}");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_alerts(&watcher, 2);
	watcher_await_line(&watcher, "AccessDenied: Access Denied; allow the IAM action "
				     "s3:GetObject; next try in 5 s");
	bucket_state(&cloud, "{\"denied\":null}");
	watcher_await_alerts(&watcher, 3);
	watcher_await_line(&watcher, "audit: ok");
}

static void
a_denial_by_kms_names_its_action(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	bucket_state(&cloud,
		"{\"denied\":\".\",\"denied_message\":\"User: arn:aws:iam::111122223333:user/"
		"keywatch is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:"
		"us-east-1:111122223333:key/1 because no identity-based policy allows it\"}");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_line(&watcher, "audit: denied: ");
	watcher_await_line(&watcher, "; allow the IAM action kms:Decrypt; next try in 5 s");
}

static void
a_denied_listing_names_its_action(void **state)
{
	(void)state;
	bucket_state(&cloud, "{\"denied_operations\":[\"ListObjectsV2\"]}");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_line(&watcher, "audit: denied: AccessDenied: Access Denied; allow the IAM "
				     "action s3:ListBucket; next try in 5 s");
}

static void
another_bucket_under_the_same_name_begins_anew(void **state)
{
	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	watch("type=s3,name=audit,bucket=trail");
	watcher_await_ok(&watcher, "audit");
	watcher_stop(&watcher);
	bucket_put(&cloud, "trail2", TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	bucket_put(&cloud, "trail2", YESTERDAY "0600Z_mmmmmmmmmmmmmmmm.json.gz", "e-3");
	watch_once("type=s3,name=audit,bucket=trail2", "audit", 3);
}

static void
a_stop_ends_an_object_that_does_not(void **state)
{
	int64_t before;

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	bucket_fault(&cloud, "GetObject", "stall", ",\"count\":-1");
	watch("type=s3,name=audit,bucket=trail");
	cloud_await(&cloud, "s3", "GetObject", 1);
	before = time_monotonic_ms();
	watcher_stop(&watcher);
	assert_true(time_monotonic_ms() - before < 2000);
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, standing, tear_down)
#define RACING(name) cmocka_unit_test_setup_teardown(name, racing, tear_down)
	const struct CMUnitTest tests[] = {
		STANDING(the_first_fill_reads_a_day_of_every_account_and_region),
		STANDING(nothing_but_exactly_cloudtrail_is_asked_for_behind_the_account),
		RACING(files_that_come_late_or_with_smaller_suffixes_are_found),
		STANDING(listings_begin_at_the_mark_less_the_overlap),
		STANDING(what_was_seen_is_remembered_and_forgotten_behind_the_overlap),
		STANDING(yesterday_stays_open_until_two),
		RACING(days_that_were_closed_while_the_clock_was_ahead_are_read_again),
		RACING(new_accounts_and_regions_are_found_within_the_hour),
		RACING(an_empty_bucket_is_looked_at_every_time),
		STANDING(the_first_fill_goes_on_where_a_stop_cut_it),
		STANDING(prefixes_lead_to_the_trail),
		STANDING(a_bucket_in_another_region_is_asked_there_from_then_on),
		STANDING(whoever_asks_can_pay),
		STANDING(pages_and_refused_tokens_lose_nothing),
		STANDING(a_cut_object_is_read_again_and_is_no_problem),
		RACING(slow_downs_cuts_and_resets_of_whole_rounds_lose_nothing),
		RACING(an_unreadable_object_is_named_and_stepped_over_once),
		STANDING(an_archived_object_is_named_and_stepped_over),
		RACING(an_object_that_is_not_there_is_fine_and_asked_for_while_it_is_listed),
		RACING(a_denied_object_fails_the_round_but_keeps_no_other_from_being_read),
		STANDING(a_denial_by_kms_names_its_action),
		STANDING(a_denied_listing_names_its_action),
		STANDING(another_bucket_under_the_same_name_begins_anew),
		STANDING(a_stop_ends_an_object_that_does_not),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
