#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/base/wake.h"
#include "core/source/aws.h"
#include "core/source/http_private.h"
#include "tests/support/cloud.h"

static struct cloud cloud;
static struct http *http;
static const struct aws_keys keys = {.access_key_id = (char *)CLOUD_KEY,
	.secret_access_key = (char *)CLOUD_SECRET,
	.expires = TIME_NONE};

static const char *const form[] = {"Content-Type: application/x-www-form-urlencoded", NULL};

/* GetCallerIdentity, signed. */
static struct http_request
whoami(const char *url)
{
	return (struct http_request){.method = "POST",
		.url = url,
		.headers = form,
		.keys = &keys,
		.body = STR("Action=GetCallerIdentity&Version=2011-06-15"),
		.region = "eu-central-1",
		.service = "sts"};
}

static enum http_result
ask(const struct http_request *request, struct http_response *response, struct error *err)
{
	*err = (struct error){0};
	return http_do(http, request, response, err);
}

static void
a_signed_request_is_accepted(void **state)
{
	struct http_request request = whoami(cloud.url);
	struct http_response response;
	struct error err;
	char *signature;

	(void)state;
	assert_int_equal(ask(&request, &response, &err), HTTP_ANSWERED);
	assert_int_equal(response.status, 200);
	assert_non_null(strstr(buf_cstr(&response.body), "user/keywatch"));
	signature = cloud_last(&cloud, "sts", NULL, "signature");
	assert_string_equal(signature, "ok");
	free(signature);
	http_response_fini(&response);
}

static int
start(void **state)
{
	(void)state;
	http_global_init();
	cloud_start(&cloud);
	http = http_new(-1, cloud.ca);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	cloud_stop(&cloud);
	http_global_fini();
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	cloud_reset(&cloud);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signed_request_is_accepted),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
