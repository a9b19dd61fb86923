/* keywatch scan s3://…: a bucket read once, as a command. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "tests/support/bucket.h"
#include "tests/support/run.h"

static struct cloud cloud;
static char *home;
static char endpoint[64];

#define TODAY TRAIL_TODAY
#define YESTERDAY TRAIL_YESTERDAY

static int
start(void **state)
{
	(void)state;
	cloud_start(&cloud);
	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", cloud.url);
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
set_up(void **state)
{
	(void)state;
	home = test_folder();
	cloud_reset(&cloud);
	bucket_make(&cloud, "trail", "us-east-1", "");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	test_rmtree(home);
	return 0;
}

static const char *const keys[] = {
	"AWS_ACCESS_KEY_ID=" CLOUD_KEY, "AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET, endpoint, NULL};

static void
put(const char *key, const char *id)
{
	bucket_put(&cloud, "trail", key, id);
}

static void
assert_run_in(const char *const *environment, const char *const *arguments, int status, int alerts,
	const char *err_part)
{
	struct run run = {
		.child = {.arguments = arguments, .environment = environment, .home = home}};
	int lines = 0;

	run_program(&run);
	for (size_t i = 0; i < run.out.len; i++)
		lines += run.out.data[i] == '\n';
	if (run.status != status || lines != alerts ||
		(err_part && !strstr(buf_cstr(&run.err), err_part)))
		fail_msg("status %d, %d lines: %s\n%s", run.status, lines, buf_cstr(&run.err),
			buf_cstr(&run.out));
	run_fini(&run);
}

/* With the cloud's keys and address in the environment. */
static void
assert_run(const char *const *arguments, int status, int alerts, const char *err_part)
{
	assert_run_in(keys, arguments, status, alerts, err_part);
}

static void
a_one_off_reads_every_log_below_a_prefix(void **state)
{
	const char *const all[] = {"scan", "--format", "jsonl", "s3://trail/", NULL};
	const char *const below[] = {"scan", "--format", "jsonl", "s3://trail/AWSLogs/", NULL};
	const char *const one[] = {
		"--format", "jsonl", "s3://trail/" TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", NULL};
	const char *const odd[] = {
		"--format", "jsonl", "s3://trail//odd/../+%20 \xc3\xbc=&?#", NULL};

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz.copy", "e-copy");
	put(YESTERDAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	put("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/x.json.gz", "e-digest");
	put("/odd/../+%20 \xc3\xbc=&?#", "e-3");
	bucket_put_text(&cloud, "trail", "copied/log.txt", "");
	bucket_put_text(&cloud, "trail", "copied/", "");
	bucket_put_text(&cloud, "trail", "copied/readme", "hello");
	assert_run(all, 0, 4, "not a log");
	assert_run(below, 0, 3, "CloudTrail-Digest/: holds no records, stepped over");
	assert_run(one, 0, 1, NULL);
	assert_run(odd, 0, 1, NULL);
	bucket_assert_signed(&cloud);
}

static void
a_one_off_names_what_it_cannot_read(void **state)
{
	const char *const all[] = {"scan", "--format", "jsonl", "s3://trail/", NULL};
	const char *const none[] = {"scan", "--format", "jsonl", "s3://trail/nothing", NULL};
	const char *const bad[] = {"scan", "--format", "jsonl", "s3:///x", NULL};

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	bucket_put_text(&cloud, "trail", "broken.json", "{\\\"Records\\\":[{\\\"eventName\\\":");
	assert_run(all, 3, 1, "s3://trail/broken.json: byte ");
	assert_run(none, 3, 0, "s3://trail/nothing: no object's key begins so");
	assert_run(bad, 2, 0, "expected s3://BUCKET/PREFIX");
	bucket_state(&cloud, "{\"denied\":\"broken\"}");
	assert_run(all, 3, 1, "allow the IAM action s3:GetObject");
}

static void
a_one_off_whose_every_read_is_refused_ends_with_69(void **state)
{
	const char *const all[] = {"scan", "--format", "jsonl", "s3://trail/", NULL};
	const char *const other[] = {"scan", "--format", "jsonl", "s3://nosuch/", NULL};

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	bucket_state(&cloud, "{\"denied\":\".\"}");
	assert_run(all, 69, 0, "allow the IAM action s3:GetObject");
	assert_run(other, 69, 0, "s3://nosuch/: NoSuchBucket");
	bucket_state(&cloud, "{\"denied_operations\":[\"ListObjectsV2\"]}");
	assert_run(all, 69, 0,
		"s3://trail/: AccessDenied: Access Denied; allow the IAM action "
		"s3:ListBucket");
}

static void
a_one_off_takes_profile_region_and_endpoint_from_the_command_line(void **state)
{
	const char *arguments[] = {"scan", "--format", "jsonl", "--profile", "audit", "--region",
		"eu-central-1", "--endpoint-url", cloud.url, "s3://far/", NULL};
	const char *const alone[] = {NULL};
	char folder[256];

	(void)state;
	bucket_make(&cloud, "far", "eu-central-1", "");
	bucket_put(&cloud, "far", TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	static const char credentials[] = "[audit]\naws_access_key_id=" CLOUD_KEY
					  "\naws_secret_access_key=" CLOUD_SECRET "\n";

	snprintf(folder, sizeof(folder), "%s/.aws", home);
	assert_int_equal(mkdir(folder, 0700), 0);
	free(test_file(folder, "credentials", credentials, strlen(credentials)));
	assert_run_in(alone, arguments, 0, 1, NULL);
	assert_int_equal(cloud_count(&cloud, "s3", NULL), 2);
	bucket_assert_signed(&cloud);
}

static void
a_one_off_goes_on_after_throttles_and_cuts(void **state)
{
	const char *const all[] = {"scan", "--format", "jsonl", "s3://trail/", NULL};

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	put(TODAY "0301Z_mmmmmmmmmmmmmmmm.json.gz", "e-2");
	bucket_fault(&cloud, "GetObject", "slow-down", ",\"count\":3,\"skip\":1");
	bucket_fault(&cloud, "ListObjectsV2", "reset", ",\"count\":2");
	assert_run(all, 0, 2, NULL);
}

/* Of a proxy that asks to sign in. */
static void
a_one_off_does_not_take_a_page_of_html_for_the_object(void **state)
{
	const char *const all[] = {"scan", "--format", "jsonl", "s3://trail/", NULL};

	(void)state;
	put(TODAY "0300Z_mmmmmmmmmmmmmmmm.json.gz", "e-1");
	bucket_fault(&cloud, "GetObject", "status",
		",\"status\":200,\"content_type\":\"text/html\",\"body\":\"<html>Sign in</html>\","
		"\"count\":2");
	assert_run(all, 0, 1, NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_one_off_reads_every_log_below_a_prefix),
		TEST(a_one_off_names_what_it_cannot_read),
		TEST(a_one_off_whose_every_read_is_refused_ends_with_69),
		TEST(a_one_off_takes_profile_region_and_endpoint_from_the_command_line),
		TEST(a_one_off_goes_on_after_throttles_and_cuts),
		TEST(a_one_off_does_not_take_a_page_of_html_for_the_object),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
