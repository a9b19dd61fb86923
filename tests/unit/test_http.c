#include "tests/support/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "core/base/buf.h"
#include "core/source/http_private.h"

static void
assert_encodes(struct str text, bool slash, const char *expected)
{
	struct buf out = {0}, back = {0};

	http_encode(&out, text, slash);
	assert_string_equal(buf_cstr(&out), expected);
	http_decode(&back, buf_view(&out), true);
	assert_true(str_equal(buf_view(&back), text));
	buf_fini(&out);
	buf_fini(&back);
}

static void
all_but_the_unreserved_is_percent_encoded_in_upper_case(void **state)
{
	(void)state;
	assert_encodes(STR("aZ09-._~"), false, "aZ09-._~");
	assert_encodes(STR("a/b c+d=e&\xc3\xa4*"), false, "a%2Fb%20c%2Bd%3De%26%C3%A4%2A");
	assert_encodes(STR("a/b//../c%2F"), true, "a/b//../c%252F");
}

static void
what_is_no_escape_is_left_as_it_is(void **state)
{
	struct buf out = {0};

	(void)state;
	http_decode(&out, STR("a+b%2bc%zz%4"), true);
	assert_string_equal(buf_cstr(&out), "a b+c%zz%4");
	buf_clear(&out);
	http_decode(&out, STR("a+b%e4"), false);
	assert_string_equal(buf_cstr(&out), "a+b\xe4");
	buf_fini(&out);
}

static void
headers_are_found_in_any_case_and_the_first_holds(void **state)
{
	struct http_response response = {0};

	(void)state;
	buf_puts(&response.headers,
		"HTTP/1.1 200 OK\r\nX-A:  b c \r\nx-a: second\r\nEmpty:\r\nX-AB: 1");
	assert_str(http_header(&response, "x-A"), "b c");
	assert_str(http_header(&response, "x-ab"), "1");
	assert_str(http_header(&response, "empty"), "");
	assert_str(http_header(&response, "x"), NULL);
	http_response_fini(&response);
}

static void
endpoints_are_https_or_on_this_machine(void **state)
{
	static const char *const fine[] = {"https://s3.example", "https://10.0.0.1:8443/path",
		"http://localhost:4566", "http://127.0.0.1", "http://127.9.9.9:1",
		"http://[::1]:80/", "http://bucket.LOCALHOST:9000"};
	static const char *const wrong[] = {"http://localhost.example", "http://10.0.0.1",
		"http://169.254.169.254", "http://[fe80::1]", "http://notlocalhost",
		"http://127.0.0.1.example", "ftp://localhost", "file:///etc/passwd", "",
		"https://user:word@host", "http://127.0.0.1@evil.example", "https://host/?a=b",
		"localhost:80"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		assert_ok(http_endpoint_allowed(fine[i], &err), &err);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (http_endpoint_allowed(wrong[i], &err))
			print_error("%s is allowed\n", wrong[i]);
		assert_false(http_endpoint_allowed(wrong[i], &err));
		assert_null(strstr(err.text, "word"));
	}
}

static void
only_metadata_addresses_count_as_metadata(void **state)
{
	(void)state;
	assert_true(http_host_is_metadata("169.254.169.254"));
	assert_true(http_host_is_metadata("169.254.170.2"));
	assert_true(http_host_is_metadata("169.254.170.23"));
	assert_true(http_host_is_metadata("[fd00:ec2::254]"));
	assert_true(http_host_is_metadata("[fd00:0ec2:0:0::23]"));
	assert_false(http_host_is_metadata("169.254.169.253"));
	assert_false(http_host_is_metadata("metadata.example"));
	assert_false(http_host_is_metadata("127.0.0.1"));
}

static bool
is_allowed(const char *address, bool metadata)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
		return http_peer_allowed((const struct sockaddr *)&v4, metadata);
	assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
	return http_peer_allowed((const struct sockaddr *)&v6, metadata);
}

static void
a_name_that_resolves_elsewhere_is_no_way_around(void **state)
{
	(void)state;
	assert_true(is_allowed("127.0.0.1", false));
	assert_true(is_allowed("::1", false));
	assert_false(is_allowed("192.0.2.1", false));
	assert_false(is_allowed("::ffff:192.0.2.1", false));
	assert_false(is_allowed("169.254.169.254", false));
	assert_true(is_allowed("169.254.169.254", true));
	assert_true(is_allowed("fd00:ec2::254", true));
}

static void
a_header_is_one_line_with_a_value(void **state)
{
	(void)state;
	assert_true(http_line_is_fine("A: b"));
	assert_false(http_line_is_fine("A:"));
	assert_false(http_line_is_fine("A: "));
	assert_false(http_line_is_fine("A;"));
	assert_false(http_line_is_fine("A: b\r\nC: d"));
	assert_false(http_line_is_fine("A: b\n"));
	assert_true(http_names_clash("Accept: a", "accept-encoding: b"));
	assert_false(http_names_clash("Content-Type: a", "X-Amz-Target: b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_but_the_unreserved_is_percent_encoded_in_upper_case),
		cmocka_unit_test(what_is_no_escape_is_left_as_it_is),
		cmocka_unit_test(headers_are_found_in_any_case_and_the_first_holds),
		cmocka_unit_test(endpoints_are_https_or_on_this_machine),
		cmocka_unit_test(only_metadata_addresses_count_as_metadata),
		cmocka_unit_test(a_name_that_resolves_elsewhere_is_no_way_around),
		cmocka_unit_test(a_header_is_one_line_with_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
