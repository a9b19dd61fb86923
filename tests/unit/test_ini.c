#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/ini.h"

static bool
write_down(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	(void)err;
	buf_printf(context, "%d [%.*s] %.*s=%.*s\n", line, STR_ARG(section), STR_ARG(key),
		STR_ARG(value));
	return true;
}

static void
assert_read(const char *text, const char *expected)
{
	struct buf out = {0};
	struct error err;

	assert_ok(ini_parse(str_from(text), "f.ini", write_down, &out, &err), &err);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
assert_refused(const char *text, const char *expected)
{
	struct buf out = {0};
	struct error err;

	assert_false(ini_parse(str_from(text), "f.ini", write_down, &out, &err));
	assert_string_equal(err.text, expected);
	assert_int_equal(err.kind, ERROR_USAGE);
	buf_fini(&out);
}

static void
names_keep_their_case_and_values_go_to_the_end_of_the_line(void **state)
{
	(void)state;
	assert_read("[keys]\nv = validate ; not a comment\nV=x=y # neither\n",
		"2 [keys] v=validate ; not a comment\n3 [keys] V=x=y # neither\n");
}

static void
comments_blank_lines_crlf_and_a_bom_are_no_keys(void **state)
{
	(void)state;
	assert_read("\xef\xbb\xbf# a\r\n; b\r\n\r\n[profile dev]\r\nregion = eu-central-1\r\n",
		"5 [profile dev] region=eu-central-1\n");
}

static void
indented_lines_are_nested_settings(void **state)
{
	(void)state;
	assert_read("[default]\ns3 =\n  max_concurrent_requests = 10\n\taddressing_style = "
		    "path\nregion = x\n",
		"2 [default] s3=\n3 [default] s3.max_concurrent_requests=10\n"
		"4 [default] s3.addressing_style=path\n5 [default] region=x\n");
}

static void
only_what_is_indented_deeper_than_the_key_above_is_nested(void **state)
{
	(void)state;
	assert_read("[a]\n  b = c\n  s3 =\n    x = 1\n  d = e\n  [f]\n\tg = h\n",
		"2 [a] b=c\n3 [a] s3=\n4 [a] s3.x=1\n5 [a] d=e\n7 [f] g=h\n");
	assert_refused("[a]\n  b = c\n    d\n", "f.ini:3: expected `key = value`");
}

static void
a_value_of_nine_hundred_characters_is_whole(void **state)
{
	struct buf text = {0}, expected = {0};

	(void)state;
	buf_puts(&text, "aws_session_token = ");
	buf_puts(&expected, "1 [] aws_session_token=");
	for (int i = 0; i < 900; i++) {
		buf_putc(&text, (char)('a' + i % 26));
		buf_putc(&expected, (char)('a' + i % 26));
	}
	buf_putc(&expected, '\n');
	assert_read(buf_cstr(&text), buf_cstr(&expected));
	buf_fini(&text);
	buf_fini(&expected);
}

static void
what_is_no_pair_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_refused("[a]\nx\n", "f.ini:2: expected `key = value`");
	assert_refused("[a\n", "f.ini:1: a section needs a closing ]");
	assert_refused("[a] x\n", "f.ini:1: only a comment may stand behind a section");
	assert_refused("= c\n", "f.ini:1: expected `key = value`");
}

static bool
write_section(void *context, struct str section, int line, struct error *err)
{
	(void)err;
	buf_printf(context, "%d [%.*s]\n", line, STR_ARG(section));
	return true;
}

static void
sections_are_told_as_they_begin_also_empty_and_repeated_ones(void **state)
{
	struct buf out = {0};
	struct error err;

	(void)state;
	assert_ok(ini_parse_sections(STR("[a]\n[b]\nx = 1\n[b]\n"), "f.ini", write_section,
			  write_down, &out, &err),
		&err);
	assert_string_equal(buf_cstr(&out), "1 [a]\n2 [b]\n3 [b] x=1\n4 [b]\n");
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_keep_their_case_and_values_go_to_the_end_of_the_line),
		cmocka_unit_test(comments_blank_lines_crlf_and_a_bom_are_no_keys),
		cmocka_unit_test(indented_lines_are_nested_settings),
		cmocka_unit_test(only_what_is_indented_deeper_than_the_key_above_is_nested),
		cmocka_unit_test(a_value_of_nine_hundred_characters_is_whole),
		cmocka_unit_test(sections_are_told_as_they_begin_also_empty_and_repeated_ones),
		cmocka_unit_test(what_is_no_pair_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
