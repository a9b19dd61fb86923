/* A record as a pager gets it: the same value, with nothing that a terminal must not see. */
#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/base/json.h"
#include "tui/record_file.h"

static void
assert_text(const char *raw, const char *expected)
{
	struct buf out = {0};

	record_text(&out, str_from(raw));
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
tokens_are_as_logged_on_lines_of_their_own(void **state)
{
	(void)state;
	assert_text("{\"a\":[1.0,{}],\"b\" : \"x\\/y\",\"a\":null}",
		"{\n  \"a\": [\n    1.0,\n    {}\n  ],\n  \"b\": \"x\\/y\",\n  \"a\": null\n}\n");
}

static void
what_a_terminal_must_not_see_is_escaped_as_json_does(void **state)
{
	(void)state;
	assert_text("{\"a\":\"x\xe2\x80\xaey\",\"b\":\"\xf3\xa0\x81\x81\",\"c\":\"\x1b[31m\"}",
		"{\n  \"a\": \"x\\u202ey\",\n  \"b\": \"\\udb40\\udc41\",\n  \"c\": "
		"\"\\u001b[31m\"\n}\n");
	assert_text("{\"a\":\"\xff\"}", "{\n  \"a\": \"\\ufffd\"\n}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_as_logged_on_lines_of_their_own),
		cmocka_unit_test(what_a_terminal_must_not_see_is_escaped_as_json_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
