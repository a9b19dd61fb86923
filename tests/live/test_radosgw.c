/* S3 and STS as Ceph's gateway plays them. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/source/http.h"
#include "tests/support/bucket.h"
#include "tests/support/gzip.h"
#include "tests/support/radosgw.h"
#include "tests/support/run.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

#define NOW "2026-01-02T03:30:00Z"

static struct radosgw gateway;
static struct world world;
static struct watcher watcher;
static struct http *http;

static int
start(void **state)
{
	(void)state;
	http_global_init();
	radosgw_start(&gateway);
	http = http_new(-1, NULL);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	radosgw_stop(&gateway);
	http_global_fini();
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	world_open(&world, NULL, gateway.url);
	setenv("AWS_ACCESS_KEY_ID", gateway.key, 1);
	setenv("AWS_SECRET_ACCESS_KEY", gateway.secret, 1);
	watcher_open(&watcher, NOW, "1000");
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
put(const char *bucket, const char *key, const char *id)
{
	struct buf text = {0}, body = {0};

	buf_printf(&text,
		"{\"Records\":[{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\","
		"\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"%s\"}]}",
		id);
	test_gzip(&body, buf_view(&text));
	radosgw_put(&gateway, http, bucket, key, buf_view(&body));
	buf_fini(&text);
	buf_fini(&body);
}

static void
watch(const char *spec)
{
	const char *const specs[] = {spec, NULL};

	watcher_start(&watcher, specs);
}

/* keywatch scan URL: the number of its alerts. */
static int
scan(const char *url)
{
	char endpoint[64], key[64], secret[64];
	const char *const arguments[] = {"scan", "--format", "jsonl", url, NULL};
	const char *const environment[] = {endpoint, key, secret, NULL};
	struct run run = {
		.child = {.arguments = arguments, .environment = environment, .home = world.home}};
	int lines = 0;

	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", gateway.url);
	snprintf(key, sizeof(key), "AWS_ACCESS_KEY_ID=%s", gateway.key);
	snprintf(secret, sizeof(secret), "AWS_SECRET_ACCESS_KEY=%s", gateway.secret);
	run_program(&run);
	if (run.status)
		fail_msg("status %d: %s", run.status, buf_cstr(&run.err));
	for (size_t i = 0; i < run.out.len; i++)
		lines += run.out.data[i] == '\n';
	run_fini(&run);
	return lines;
}

/* ---- tests ---- */

static void
a_trail_is_watched_as_it_grows(void **state)
{
	struct alert alert;

	(void)state;
	radosgw_put(&gateway, http, "trail", NULL, STR(""));
	put("trail", "a b+%/=&c/" TRAIL_TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put("trail", "a b+%/=&c/" TRAIL_YESTERDAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	watch("type=s3,name=audit,bucket=trail,prefix=a b+%/=&c/");
	watcher_await_alerts(&watcher, 2);
	watcher_await_ok(&watcher, "audit");
	put("trail", "a b+%/=&c/" TRAIL_TODAY "0300Z_aaaaaaaaaaaaaaaa.json.gz", "e-3");
	watcher_await_alerts(&watcher, 3);
	watcher_stop(&watcher);
	watcher_load(&watcher, "e-3", &alert);
	assert_str(alert.sources[0].path,
		"s3://trail/a b+%/=&c/" TRAIL_TODAY "0300Z_aaaaaaaaaaaaaaaa.json.gz");
	alert_fini(&alert);
}

static void
a_role_that_may_only_read_is_enough(void **state)
{
	struct buf config = {0}, credentials = {0};

	(void)state;
	radosgw_put(&gateway, http, "roles", NULL, STR(""));
	put("roles", TRAIL_TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	buf_printf(
		&config, "[profile reader]\nrole_arn = %s\nsource_profile = owner\n", gateway.role);
	buf_printf(&credentials, "[owner]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
		gateway.key, gateway.secret);
	world_files(&world, buf_cstr(&config), buf_cstr(&credentials));
	watch("type=s3,name=audit,bucket=roles,profile=reader");
	watcher_await_alerts(&watcher, 1);
	watcher_await_ok(&watcher, "audit");
	buf_fini(&config);
	buf_fini(&credentials);
}

static void
keys_of_any_characters_are_listed_and_read(void **state)
{
	static const char *const keys[] = {"//two/slashes", "dots/../and/./dots", "per%cent%20",
		"plus+sign", "a blank", "trailing ", "=&?#;,:@$!*'()", "\xc3\xbc\xe2\x82\xac",
		"line\nfeed", "<xml>&amp;\"", "tilde~minus-dot.under_", "control/\x01\x1f\x7f"};

	(void)state;
	radosgw_put(&gateway, http, "keys", NULL, STR(""));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char id[16];

		snprintf(id, sizeof(id), "e-%zu", i);
		put("keys", keys[i], id);
	}
	assert_int_equal(scan("s3://keys/"), sizeof(keys) / sizeof(keys[0]));
	/* The gateway repeats a prefix as it is, and XML has no word for control characters. */
	assert_int_equal(scan("s3://keys/control/"), 1);
	for (size_t i = 0; i + 1 < sizeof(keys) / sizeof(keys[0]); i++) {
		char url[64];

		snprintf(url, sizeof(url), "s3://keys/%s", keys[i]);
		assert_int_equal(scan(url), 1);
	}
}

static void
more_than_a_page_of_objects_is_read(void **state)
{
	enum { OBJECTS = 45 }; /* the gateway is told to list 20 at once */
	char key[32];

	(void)state;
	radosgw_put(&gateway, http, "many", NULL, STR(""));
	for (int i = 0; i < OBJECTS; i++) {
		snprintf(key, sizeof(key), "e-%02d", i);
		put("many", key, key);
	}
	assert_int_equal(scan("s3://many/"), OBJECTS);
}

static void
a_bucket_that_is_not_there_is_said(void **state)
{
	(void)state;
	watch("type=s3,name=audit,bucket=nosuch");
	watcher_await_line(&watcher, "audit: configuration: NoSuchBucket; check the bucket's name");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_trail_is_watched_as_it_grows),
		TEST(a_role_that_may_only_read_is_enough),
		TEST(keys_of_any_characters_are_listed_and_read),
		TEST(more_than_a_page_of_objects_is_read),
		TEST(a_bucket_that_is_not_there_is_said),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
