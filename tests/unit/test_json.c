#include "tests/support/test.h"

#include "core/base/json.h"
#include "core/base/mem.h"

static struct json_doc *
parse(const char *text)
{
	struct json_doc *doc = NULL;
	struct error err;

	assert_ok(json_parse(str_from(text), &doc, &err), &err);
	return doc;
}

static void
assert_refused(struct str text, const char *reason)
{
	struct json_doc *doc;
	struct error err;

	assert_false(json_parse(text, &doc, &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_string_equal(err.text, reason);
}

static void
assert_rewritten(
	const char *text, void (*write)(struct buf *, const struct json *), const char *expected)
{
	struct json_doc *doc = parse(text);
	struct buf out = {0};

	write(&out, json_root(doc));
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	json_doc_free(doc);
}

static void
a_nul_escape_stays_part_of_the_string(void **state)
{
	struct json_doc *doc = parse("{\"eventName\":\"CreateAccessKey\\u0000X\"}");
	struct str name = json_string(json_get(json_root(doc), STR("eventName")));

	(void)state;
	assert_str(name, "CreateAccessKey\xc0\x80X");
	json_doc_free(doc);
}

static void
an_escaped_backslash_before_u_is_no_escape(void **state)
{
	struct json_doc *doc = parse("[\"\\\\u0000\"]");

	(void)state;
	assert_str(json_string(json_at(json_root(doc), 0)), "\\u0000");
	json_doc_free(doc);
}

static void
lone_surrogates_are_kept_and_pairs_joined(void **state)
{
	(void)state;
	assert_rewritten("[\"\\ud800\",\"a\\udc00\",\"\\ud83d\\ude00\"]", json_write,
		"[\"\\ud800\",\"a\\udc00\",\"\xf0\x9f\x98\x80\"]");
}

static void
numbers_keep_their_text(void **state)
{
	(void)state;
	assert_rewritten(
		"[9007199254740993,1.50,-0,1e3]", json_write, "[9007199254740993,1.50,-0,1e3]");
}

static void
equal_values_have_one_canonical_text(void **state)
{
	const char *expected = "{\"a\":[1,1,1000,\"A\"],\"b\":{\"x\":null,\"y\":true}}";

	(void)state;
	assert_rewritten("{\"b\":{\"y\":true,\"x\":null},\"a\":[1,1.0,1e3,\"\\u0041\"]}",
		json_write_canonical, expected);
	assert_rewritten(" { \"a\" : [ 1.0 , 1 , 1000 , \"A\" ] , \"b\" : { \"x\" : null , \"y\" : "
			 "true } } ",
		json_write_canonical, expected);
}

static void
long_integers_that_differ_in_the_last_digit_are_not_equal(void **state)
{
	(void)state;
	assert_rewritten("[9007199254740993]", json_write_canonical, "[9007199254740993]");
	assert_rewritten("[9007199254740992]", json_write_canonical, "[9007199254740992]");
}

static void
numbers_are_equal_by_their_exact_value(void **state)
{
	static const char *const pairs[][2] = {
		{"-0", "0"},
		{"-0.0e5", "0"},
		{"10000000000000000000000", "1e22"},
		{"1e22", "1e22"},
		{"0.10", "1e-1"},
		{"100E-3", "1e-1"},
		{"-12.50", "-125e-1"},
		{"1e400", "1e400"},
		{"10e400", "1e401"},
		{"0.1000000000000000055511151231257827", "1000000000000000055511151231257827e-34"},
		{"1e-9999999999999999999999", "1e-9999999999999999999999"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_rewritten(pairs[i][0], json_write_canonical, pairs[i][1]);
}

static void
names_are_found_by_exact_case_and_every_copy_is_there(void **state)
{
	struct json_doc *doc = parse("{\"EVENTNAME\":1,\"eventName\":2,\"eventName\":3}");
	const struct json *first = json_get(json_root(doc), STR("eventName"));

	(void)state;
	assert_str(json_number_text(first), "2");
	assert_str(json_number_text(json_next_duplicate(first)), "3");
	assert_null(json_next_duplicate(json_next_duplicate(first)));
	assert_null(json_get(json_root(doc), STR("eventname")));
	json_doc_free(doc);
}

static void
what_a_terminal_must_not_see_is_escaped_and_parses_back(void **state)
{
	(void)state;
	assert_rewritten("[\"\\u001b[31m\\u202e\\u0000\\u200b\\udb40\\udc41 z\xc3\xab\"]",
		json_write, "[\"\\u001b[31m\\u202e\\u0000\\u200b\\udb40\\udc41 z\xc3\xab\"]");
}

static void
bytes_that_are_no_utf8_become_the_replacement_character(void **state)
{
	(void)state;
	assert_rewritten("[\"a\xff"
			 "b\"]",
		json_write, "[\"a\\ufffdb\"]");
}

static void
a_raw_nul_byte_in_a_string_does_not_cut_it(void **state)
{
	struct json_doc *doc = NULL;
	struct error err;

	(void)state;
	assert_ok(json_parse(STR("[\"a\0b\"]"), &doc, &err), &err);
	assert_str(json_string(json_at(json_root(doc), 0)), "a\xc0\x80"
							    "b");
	json_doc_free(doc);
}

/* Strings are looked over many bytes at a time. */
static void
what_is_special_is_escaped_at_any_place_of_a_string(void **state)
{
	static const struct {
		struct str byte;
		const char *escaped;
	} special[] = {{{"\"", 1}, "\\\""}, {{"\\", 1}, "\\\\"}, {{"\x1f", 1}, "\\u001f"},
		{{"\x7f", 1}, "\\u007f"}, {{"\n", 1}, "\\n"}, {{"\xff", 1}, "\\ufffd"},
		{{"\xe2\x80\xae", 3}, "\\u202e"}, {{"\xc3\xa9", 2}, "\xc3\xa9"}, {{"~", 1}, "~"},
		{{" ", 1}, " "}};
	static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyzABCD";

	(void)state;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		for (size_t at = 0; at < sizeof(plain); at++) {
			struct buf in = {0}, out = {0}, expected = {0};

			buf_append(&in, plain, at);
			buf_str(&in, special[i].byte);
			buf_puts(&in, plain + at);
			buf_printf(&expected, "\"%.*s%s%s\"", (int)at, plain, special[i].escaped,
				plain + at);
			json_write_string(&out, buf_view(&in));
			assert_string_equal(buf_cstr(&out), buf_cstr(&expected));
			buf_fini(&in);
			buf_fini(&out);
			buf_fini(&expected);
		}
}

/* Few are sorted where they stand, many elsewhere. */
static void
members_are_sorted_however_many(void **state)
{
	(void)state;
	for (int count = 1; count <= 40; count++) {
		struct buf in = {0}, expected = {0};

		for (int i = 0; i < count; i++) {
			buf_printf(&in, "%c\"k%02d\":0", i ? ',' : '{', count - 1 - i);
			buf_printf(&expected, "%c\"k%02d\":0", i ? ',' : '{', i);
		}
		buf_putc(&in, '}');
		buf_putc(&expected, '}');
		assert_rewritten(buf_cstr(&in), json_write_canonical, buf_cstr(&expected));
		buf_fini(&in);
		buf_fini(&expected);
	}
}

static void
nul_bytes_and_escapes_stand_together_in_a_string(void **state)
{
	struct json_doc *doc = NULL;
	struct error err;

	(void)state;
	assert_ok(json_parse(STR("\"\0a\\n\0\0\\u0000b\\\\\0\""), &doc, &err), &err);
	assert_true(str_is(json_string(json_root(doc)), "\xc0\x80"
							"a\n\xc0\x80\xc0\x80\xc0\x80"
							"b\\\xc0\x80"));
	json_doc_free(doc);
}

static void
bad_syntax_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_refused(STR("{\"a\":tru}"), "not JSON at byte 5");
	assert_refused(STR("[01]"), "not JSON at byte 1");
	assert_refused(STR("[\"\\u00g0\"]"), "not JSON at byte 1");
	assert_refused(STR("[\"\\x\"]"), "not JSON at byte 1");
	assert_refused(STR("[\"a\nb\"]"), "not JSON at byte 1");
	assert_refused(STR("{} {}"), "bytes behind the JSON value");
	assert_refused(STR("[1,]"), "not JSON at byte 3");
	assert_refused(STR("{\"a\":1,}"), "not JSON at byte 7");
	assert_refused(STR("{\"a\" 1}"), "not JSON at byte 5");
	assert_refused(STR("{1:2}"), "not JSON at byte 1");
	assert_refused(STR("[1 2]"), "not JSON at byte 3");
	assert_refused(STR("[}"), "not JSON at byte 1");
	assert_refused(STR("]"), "not JSON at byte 0");
	assert_refused(STR("[1"), "not JSON: it ends too early");
	assert_refused(STR(" "), "not JSON: it ends too early");
}

static void
a_token_spells_what_it_means(void **state)
{
	(void)state;
	assert_true(json_spells(STR("\"ab\""), STR("ab")));
	assert_true(json_spells(STR("\"\\u0061b\""), STR("ab")));
	assert_true(json_spells(STR("\"\""), STR("")));
	assert_false(json_spells(STR("\"AB\""), STR("ab")));
	assert_false(json_spells(STR("\"ab\\u0000\""), STR("ab")));
	assert_false(json_spells(STR("ab"), STR("ab")));
	assert_false(json_spells(STR("\""), STR("")));
}

static void
the_members_of_an_object_come_in_their_order(void **state)
{
	struct json_lexer lexer = {STR(" { \"a\" : [1,{\"x\":2}] , \"a\":\"}\"} "), 0};
	struct json_member member;

	(void)state;
	assert_true(json_enter_object(&lexer));
	assert_true(json_next_member(&lexer, &member));
	assert_str(member.key, "\"a\"");
	assert_str(member.value, "[1,{\"x\":2}]");
	assert_int_equal(member.offset, 9);
	assert_true(json_next_member(&lexer, &member));
	assert_str(member.value, "\"}\"");
	assert_false(json_next_member(&lexer, &member));
	lexer = (struct json_lexer){STR("[1]"), 0};
	assert_false(json_enter_object(&lexer));
}

static struct str
repeated(struct buf *buf, const char *open, const char *one, size_t count, const char *close)
{
	buf_puts(buf, open);
	for (size_t i = 0; i < count; i++) {
		buf_puts(buf, one);
	}
	buf_puts(buf, close);
	return buf_view(buf);
}

static void
the_limit_of_values_is_exact(void **state)
{
	struct buf fits = {0}, over = {0};
	struct json_doc *doc = NULL;
	struct error err;

	(void)state;
	/* The array itself is a value: 199,999 elements make 200,000. */
	assert_ok(json_parse(repeated(&fits, "[", "0,", 199998, "0]"), &doc, &err), &err);
	json_doc_free(doc);
	assert_refused(repeated(&over, "[", "0,", 199999, "0]"), "more than 200000 JSON values");
	buf_fini(&fits);
	buf_fini(&over);
}

static void
the_limit_of_levels_is_exact(void **state)
{
	struct buf fits = {0}, over = {0};
	struct json_doc *doc = NULL;
	struct error err;

	(void)state;
	repeated(&fits, "", "[", 512, "");
	assert_ok(json_parse(repeated(&fits, "", "]", 512, ""), &doc, &err), &err);
	json_doc_free(doc);
	repeated(&over, "", "[", 513, "");
	assert_refused(repeated(&over, "", "]", 513, ""), "nested more than 512 levels deep");
	buf_fini(&fits);
	buf_fini(&over);
}

static void
the_writer_puts_commas_where_they_belong(void **state)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	(void)state;
	json_begin_object(&w);
	json_member_string(&w, "a", STR("x"));
	json_put_key(&w, "b");
	json_begin_array(&w);
	json_put_long(&w, -1);
	json_put_bool(&w, false);
	json_put_null(&w);
	json_end_array(&w);
	json_member_string(&w, "c", STR_ABSENT);
	json_end_object(&w);
	assert_string_equal(buf_cstr(&out), "{\"a\":\"x\",\"b\":[-1,false,null],\"c\":null}");
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nul_escape_stays_part_of_the_string),
		cmocka_unit_test(an_escaped_backslash_before_u_is_no_escape),
		cmocka_unit_test(lone_surrogates_are_kept_and_pairs_joined),
		cmocka_unit_test(numbers_keep_their_text),
		cmocka_unit_test(equal_values_have_one_canonical_text),
		cmocka_unit_test(long_integers_that_differ_in_the_last_digit_are_not_equal),
		cmocka_unit_test(numbers_are_equal_by_their_exact_value),
		cmocka_unit_test(names_are_found_by_exact_case_and_every_copy_is_there),
		cmocka_unit_test(what_a_terminal_must_not_see_is_escaped_and_parses_back),
		cmocka_unit_test(bytes_that_are_no_utf8_become_the_replacement_character),
		cmocka_unit_test(a_raw_nul_byte_in_a_string_does_not_cut_it),
		cmocka_unit_test(what_is_special_is_escaped_at_any_place_of_a_string),
		cmocka_unit_test(members_are_sorted_however_many),
		cmocka_unit_test(nul_bytes_and_escapes_stand_together_in_a_string),
		cmocka_unit_test(bad_syntax_is_refused_with_its_place),
		cmocka_unit_test(a_token_spells_what_it_means),
		cmocka_unit_test(the_members_of_an_object_come_in_their_order),
		cmocka_unit_test(the_limit_of_values_is_exact),
		cmocka_unit_test(the_limit_of_levels_is_exact),
		cmocka_unit_test(the_writer_puts_commas_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
