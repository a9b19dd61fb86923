#include "tests/support/test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/base/wake.h"
#include "core/source/aws.h"
#include "core/source/http_private.h"
#include "tests/support/cloud.h"

static struct cloud cloud;
static struct http *http;
static struct wake stopping;
static struct http_response response;
static struct error err;

static struct aws_keys keys = {
	.access_key_id = (char *)CLOUD_KEY,
	.secret_access_key = (char *)CLOUD_SECRET,
	.expires = TIME_NONE,
};

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
ask(const struct http_request *request)
{
	http_response_fini(&response);
	err = (struct error){0};
	return http_do(http, request, &response, &err);
}

static enum http_result
ask_at(int port, const char *scheme, const char *host)
{
	struct http_request request;
	char url[128];

	snprintf(url, sizeof(url), "%s://%s:%d/", scheme, host, port);
	request = whoami(url);
	return ask(&request);
}

static void
assert_last(const char *what, const char *expected)
{
	char *value = cloud_last(&cloud, NULL, NULL, what);

	assert_non_null(value);
	assert_string_equal(value, expected);
	free(value);
}

static void
assert_error(const char *part)
{
	if (!strstr(err.text, part))
		assert_string_equal(err.text, part); /* shows both */
}

/* ---- signatures ---- */

static void
signed_requests_are_accepted_with_and_without_a_token(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal(response.status, 200);
	assert_last("signature", "ok");
	cloud_tell(&cloud, "{\"op\":\"keys\",\"add\":[{\"id\":\"ASIA1\",\"secret\":\"s:/+=\","
			   "\"token\":\"t/o+k=en\"}]}");
	request.keys = &(struct aws_keys){.access_key_id = (char *)"ASIA1",
		.secret_access_key = (char *)"s:/+=",
		.session_token = (char *)"t/o+k=en"};
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_last("signature", "ok");
	assert_last("headers.x-amz-security-token", "t/o+k=en");
}

static void
a_handle_remembers_nothing_of_the_request_before(void **state)
{
	struct http_request get = {
		.method = "GET", .keys = &keys, .region = "eu-central-1", .service = "s3"};
	struct http_request request = whoami(cloud.url);
	char url[128], *header;

	(void)state;
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	snprintf(url, sizeof(url), "%s/_echo/a%%3Db%%20c//d/../e%%2B~?list-type=2&prefix=x%%2F",
		cloud.url);
	get.url = url;
	assert_int_equal(ask(&get), HTTP_ANSWERED);
	assert_last("signature", "ok");
	assert_last("path", "/_echo/a%3Db%20c//d/../e%2B~");
	assert_last("query", "list-type=2&prefix=x%2F");
	assert_last("body", "");
	assert_last("headers.x-amz-content-sha256",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	get.keys = NULL;
	assert_int_equal(ask(&get), HTTP_ANSWERED);
	header = cloud_last(&cloud, NULL, NULL, "headers.authorization");
	assert_null(header);
}

static void
bodies_of_every_method_are_signed(void **state)
{
	static const char *const json[] = {"Content-Type: application/x-amz-json-1.1",
		"X-Amz-Target: CloudTrail_20131101.LookupEvents", NULL};
	static const char *const methods[] = {"POST", "PUT", "POST", "HEAD", "GET", "POST"};
	struct http_request request = {
		.keys = &keys, .region = "us-east-1", .service = "cloudtrail", .headers = json};
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "%s/_echo", cloud.url);
	request.url = url;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		request.method = methods[i];
		request.body = i < 2 ? STR("{\"a\":\"\xc3\xa4\"}") : STR_ABSENT;
		assert_int_equal(ask(&request), HTTP_ANSWERED);
		assert_int_equal(response.status, 200);
		assert_last("signature", "ok");
		assert_last("method", methods[i]);
		assert_last("body", i < 2 ? "{\"a\":\"\xc3\xa4\"}" : "");
	}
}

static void
connections_are_kept(void **state)
{
	struct http_request request = whoami(cloud.url);
	char *first, *second;

	(void)state;
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	first = cloud_last(&cloud, NULL, NULL, "connection");
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	second = cloud_last(&cloud, NULL, NULL, "connection");
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void
a_header_with_a_line_end_is_not_sent(void **state)
{
	const char *const headers[] = {"X-A: b\r\nX-Evil: 1", NULL};
	struct http_request request = {.method = "GET", .url = cloud.url, .headers = headers};

	(void)state;
	assert_int_equal(ask(&request), HTTP_FAILED);
	assert_error("the header X-A has no fit value");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

/* ---- where to ---- */

static void
tls_is_verified_and_ipv6_works(void **state)
{
	(void)state;
	assert_int_equal(ask_at(cloud.https, "https", "localhost"), HTTP_ANSWERED);
	assert_int_equal(response.status, 200);
	assert_int_equal(ask_at(cloud.https_wrong_name, "https", "localhost"), HTTP_FAILED);
	assert_error("ca_bundle names the file of another authority");
	assert_int_equal(ask_at(cloud.https_unknown_ca, "https", "localhost"), HTTP_FAILED);
	assert_error("ca_bundle names the file of another authority");
	if (cloud.http6)
		assert_int_equal(ask_at(cloud.http6, "http", "[::1]"), HTTP_ANSWERED);
	assert_int_equal(cloud_count(&cloud, NULL, NULL), cloud.http6 ? 2 : 1);
}

static void
aws_ca_bundle_is_for_aws_only(void **state)
{
	struct http *before = http;
	struct http_request plain = {.method = "GET", .url = cloud.https_url};

	(void)state;
	setenv("AWS_CA_BUNDLE", cloud.ca, 1);
	http = http_new(-1, NULL);
	assert_int_equal(ask_at(cloud.https, "https", "localhost"), HTTP_ANSWERED);
	assert_int_equal(ask(&plain), HTTP_FAILED);
	unsetenv("AWS_CA_BUNDLE");
	assert_int_equal(ask_at(cloud.https, "https", "localhost"), HTTP_FAILED);
	http_free(http);
	http = before;
}

static void
a_redirect_is_an_answer_and_is_not_followed(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"redirect\",\"status\":307,"
		"\"location\":\"%s/elsewhere\"}",
		cloud.https_url);
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal(response.status, 307);
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 1);
}

static void
plain_http_goes_around_proxies_and_https_through_them(void **state)
{
	char proxy[64];

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", cloud.http);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("https_proxy", proxy, 1);
	assert_int_equal(ask_at(cloud.http, "http", "127.0.0.1"), HTTP_ANSWERED);
	assert_last("path", "/");
	/* The fake is no proxy: that it was asked to CONNECT is enough. */
	assert_int_equal(ask_at(cloud.https, "https", "localhost"), HTTP_FAILED);
	assert_error("501");
	unsetenv("http_proxy");
	unsetenv("https_proxy");
}

/* ---- answers that are none ---- */

static void
cut_answers_are_failures(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	cloud_fault(&cloud, NULL, "cut", 1);
	assert_int_equal(ask(&request), HTTP_FAILED);
	assert_error("cut off");
	assert_null(response.body.data);
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"cut\",\"chunked\":true}");
	assert_int_equal(ask(&request), HTTP_FAILED);
	cloud_fault(&cloud, NULL, "reset", 1);
	assert_int_equal(ask(&request), HTTP_FAILED);
	cloud_fault(&cloud, NULL, "garbage", 1);
	assert_int_equal(ask(&request), HTTP_FAILED);
	cloud_fault(&cloud, NULL, "chunked", 1);
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_non_null(strstr(buf_cstr(&response.body), "user/keywatch"));
}

static void
silence_ends_at_its_limits(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	request.first_byte_ms = 100;
	cloud_fault(&cloud, NULL, "hang", 1);
	assert_int_equal(ask(&request), HTTP_FAILED);
	assert_error("no answer in time");
	request.first_byte_ms = 0;
	request.idle_ms = 100;
	cloud_fault(&cloud, NULL, "stall", 1);
	assert_int_equal(ask(&request), HTTP_FAILED);
	assert_error("the answer stalled");
	request.idle_ms = 5000;
	cloud_fault(&cloud, NULL, "slow", 1); /* slow is not silent */
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal(response.status, 200);
}

static void
an_answer_has_a_size(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	request.max_body = 100;
	assert_int_equal(ask(&request), HTTP_FAILED);
	assert_error("the answer is too long");
	request.max_body = 0;
	cloud_fault(&cloud, NULL, "gzip", 1); /* nobody unpacks it on the way */
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal((unsigned char)response.body.data[0], 0x1f);
}

static void
what_the_server_says_of_time_is_read(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"headers\",\"headers\":{"
			   "\"Date\":\"Fri, 02 Jan 2026 03:04:05 GMT\",\"Retry-After\":\"7\"}}");
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal(response.date / TICKS_PER_SECOND, 1767323045);
	assert_int_equal(response.retry_after_ms, 7000);
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"headers\",\"headers\":{"
			   "\"x-amz-retry-after\":\"250\"}}");
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal(response.retry_after_ms, 250);
}

/* ---- the sink ---- */

static bool
take(void *context, const void *data, size_t len)
{
	buf_append(context, data, len);
	return ((struct buf *)context)->len < 100000;
}

static void
a_sink_takes_good_bodies_and_only_those(void **state)
{
	struct http_request request = whoami(cloud.url);
	struct buf taken = {0};

	(void)state;
	request.sink = take;
	request.context = &taken;
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_non_null(strstr(buf_cstr(&taken), "user/keywatch"));
	assert_int_equal(response.body.len, 0);
	buf_clear(&taken);
	cloud_fault(&cloud, NULL, "html-502", 1);
	assert_int_equal(ask(&request), HTTP_ANSWERED);
	assert_int_equal(taken.len, 0);
	assert_non_null(strstr(buf_cstr(&response.body), "502 Bad Gateway"));
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"status\",\"status\":200,\"body\":\"%0200000d\"}", 1);
	assert_int_equal(ask(&request), HTTP_FAILED);
	assert_error("its reader stopped");
	buf_fini(&taken);
}

/* ---- ends ---- */

static void
a_stop_ends_a_request_and_what_would_follow(void **state)
{
	struct http_request request = whoami(cloud.url);

	(void)state;
	wake_raise(&stopping);
	assert_int_equal(ask(&request), HTTP_INTERRUPTED);
	assert_int_equal(
		http_try(http, &request, NULL, NULL, NULL, &response, &err), HTTP_INTERRUPTED);
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

/* The child raises the wake once the request hangs: it shares the descriptor. */
static pid_t
raise_when_it_hangs(const struct wake *wake)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	cloud_await(&cloud, "sts", NULL, 1);
	wake_raise(wake);
	_exit(0);
}

static void
a_stop_ends_a_long_poll_at_once(void **state)
{
	struct http_request request = whoami(cloud.url);
	int64_t before = time_monotonic_ms();
	pid_t pid;

	(void)state;
	cloud_fault(&cloud, NULL, "hang", 1);
	pid = raise_when_it_hangs(&stopping);
	assert_int_equal(ask(&request), HTTP_INTERRUPTED);
	assert_true(time_monotonic_ms() - before < 10000); /* the first-byte limit is 30 s */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* ---- tries ---- */

static void
count(void *context, const char *what)
{
	buf_printf(context, "%s;", strstr(what, "cut off") ? "cut" : what);
}

static enum http_result
try(const struct http_request *request, struct buf *said)
{
	http_response_fini(&response);
	buf_clear(said);
	return http_try(http, request, aws_again, count, said, &response, &err);
}

static void
passing_troubles_are_tried_three_times(void **state)
{
	struct http_request request = whoami(cloud.url);
	struct buf said = {0};

	(void)state;
	cloud_fault(&cloud, NULL, "cut", 1);
	cloud_fault(&cloud, NULL, "html-502", 1);
	assert_int_equal(try(&request, &said), HTTP_ANSWERED);
	assert_int_equal(response.status, 200);
	assert_string_equal(buf_cstr(&said), "cut;HTTP 502;");
	cloud_fault(&cloud, NULL, "throttle", 1);
	cloud_fault(&cloud, NULL, "throttle-header", 1);
	cloud_fault(&cloud, NULL, "slow-down", 1);
	assert_int_equal(try(&request, &said), HTTP_ANSWERED);
	assert_int_equal(response.status, 503);
	assert_string_equal(buf_cstr(&said), "HTTP 400;HTTP 400;");
	buf_fini(&said);
}

static void
what_another_try_cannot_help_is_not_tried_again(void **state)
{
	struct http_request request = whoami(cloud.url);
	struct buf said = {0}, taken = {0};
	char url[64];

	(void)state;
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"error\",\"code\":\"AccessDenied\"}");
	assert_int_equal(try(&request, &said), HTTP_ANSWERED);
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"throttle-429\",\"retry_after\":60}");
	assert_int_equal(try(&request, &said), HTTP_ANSWERED);
	assert_int_equal(response.retry_after_ms, 60000);
	request.sink = take;
	request.context = &taken;
	cloud_fault(&cloud, NULL, "cut", 1); /* its first half was taken */
	assert_int_equal(try(&request, &said), HTTP_FAILED);
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 3);
	snprintf(url, sizeof(url), "https://localhost:%d/", cloud.https_unknown_ca);
	request.url = url;
	assert_int_equal(try(&request, &said), HTTP_FAILED);
	assert_string_equal(buf_cstr(&said), "");
	buf_fini(&said);
	buf_fini(&taken);
}

static int
start(void **state)
{
	(void)state;
	http_global_init();
	assert_ok(wake_open(&stopping, &err), &err);
	cloud_start(&cloud);
	http = http_new(stopping.fd, cloud.ca);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_response_fini(&response);
	http_free(http);
	cloud_stop(&cloud);
	wake_close(&stopping);
	http_global_fini();
	return 0;
}

static int
forget(void **state)
{
	static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "AWS_CA_BUNDLE"};

	(void)state;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++)
		unsetenv(proxies[i]);
	wake_clear(&stopping);
	cloud_reset(&cloud);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signed_requests_are_accepted_with_and_without_a_token),
		TEST(a_handle_remembers_nothing_of_the_request_before),
		TEST(bodies_of_every_method_are_signed),
		TEST(connections_are_kept),
		TEST(a_header_with_a_line_end_is_not_sent),
		TEST(tls_is_verified_and_ipv6_works),
		TEST(aws_ca_bundle_is_for_aws_only),
		TEST(a_redirect_is_an_answer_and_is_not_followed),
		TEST(plain_http_goes_around_proxies_and_https_through_them),
		TEST(cut_answers_are_failures),
		TEST(silence_ends_at_its_limits),
		TEST(an_answer_has_a_size),
		TEST(what_the_server_says_of_time_is_read),
		TEST(a_sink_takes_good_bodies_and_only_those),
		TEST(a_stop_ends_a_request_and_what_would_follow),
		TEST(a_stop_ends_a_long_poll_at_once),
		TEST(passing_troubles_are_tried_three_times),
		TEST(what_another_try_cannot_help_is_not_tried_again),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
