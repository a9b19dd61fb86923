/* An object that inflates to much more than it is. */
#include "tests/support/test.h"

#include "core/base/mem.h"
#include "core/base/wake.h"
#include "core/source/http.h"
#include "core/source/s3_client.h"
#include "tests/support/bucket.h"
#include "tests/support/world.h"

static struct cloud cloud;
static struct world world;

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
	world_close(&world);
	http_global_fini();
	return 0;
}

enum { RECORDS = 20000 };
#define KEY "AWSLogs/1/CloudTrail/us-east-1/2026/01/02/a.json.gz"

struct reader {
	struct wake stop;
	size_t records;
};

/* Told to end at the first. */
static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	struct reader *r = context;

	(void)place;
	(void)raw;
	(void)flags;
	r->records++;
	wake_raise(&r->stop);
	return true;
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	(void)context;
	(void)place;
	(void)severity;
	(void)reason;
	(void)body;
	return true;
}

static void
configure(struct source_configs *configs)
{
	const struct source_defaults none = {0};
	struct error err;

	world_open(&world, NULL, cloud.url);
	setenv("AWS_ACCESS_KEY_ID", CLOUD_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", CLOUD_SECRET, 1);
	assert_ok(source_configs_add(configs, "type=s3,name=audit,bucket=trail", &err), &err);
	assert_ok(source_configs_check(configs, &none, &err), &err);
	bucket_make(&cloud, "trail", "us-east-1", "");
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"s3\",\"method\":\"put\",\"arguments\":{"
		"\"bucket\":\"trail\",\"key\":\"" KEY "\",\"repeat\":%d,\"records\":[{"
		"\"eventName\":\"CreateAccessKey\",\"eventTime\":\"2026-01-02T03:04:05Z\","
		"\"eventID\":\"e-1\",\"requestParameters\":{\"userName\":\"bob\"}}]}}",
		RECORDS);
}

static void
the_stop_ends_it_in_the_middle(void **state)
{
	struct reader reader = {.records = 0};
	const struct source_sink sink = {
		.context = &reader, .record = take_record, .problem = take_problem};
	const struct scan_options scan = {0};
	struct source_configs configs = {0};
	struct source_options options = {.sink = &sink, .scan = &scan};
	struct s3_object object = {.bucket = STR("trail"), .key = STR(KEY)};
	struct source_failure failure = {0};
	struct s3_client *client;
	struct error err;

	(void)state;
	configure(&configs);
	assert_ok(wake_open(&reader.stop, &err), &err);
	options.config = &configs.list[0];
	options.http = http_new(reader.stop.fd, NULL);
	client = s3_client_new(&options);
	assert_int_equal(s3_read_object(client, &object, &failure, &err), SOURCE_STOPPED);
	assert_true(reader.records > 0);
	assert_true(reader.records < RECORDS);
	s3_client_free(client);
	http_free(options.http);
	wake_close(&reader.stop);
	source_configs_fini(&configs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stop_ends_it_in_the_middle),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
