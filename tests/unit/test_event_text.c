#include "tests/support/test.h"

#include "core/base/json.h"
#include "tui/event_text.h"

struct laid {
	struct event_text text;
	struct doc doc;
};

static void
lay(struct laid *laid, struct str raw)
{
	doc_clear(&laid->doc);
	event_text_build(&laid->text, &laid->doc, raw);
}

static void
forget(struct laid *laid)
{
	event_text_fini(&laid->text);
	doc_fini(&laid->doc);
}

static void
assert_lines(const struct laid *laid, const char *expected)
{
	struct buf out = {0};

	for (size_t i = 0; i < laid->doc.line_count; i++) {
		buf_str(&out, doc_line_text(&laid->doc, i));
		buf_putc(&out, '\n');
	}
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
assert_laid(const char *raw, const char *expected)
{
	struct laid laid = {0};

	lay(&laid, str_from(raw));
	assert_lines(&laid, expected);
	forget(&laid);
}

static void
members_stand_on_lines_of_their_own(void **state)
{
	(void)state;
	assert_laid("{\"a\":1,\"b\":{\"c\":[true,null]},\"d\":\"x\"}",
		"{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [\n      true,\n      null\n    ]\n  },\n"
		"  \"d\": \"x\"\n}\n");
}

static void
empty_values_stay_on_one_line(void **state)
{
	(void)state;
	assert_laid("{\"a\":{ },\"b\":[\n]}", "{\n  \"a\": {},\n  \"b\": []\n}\n");
}

static void
tokens_are_exactly_as_logged(void **state)
{
	(void)state;
	assert_laid("{ \"\\u0061\" :\t1.50e+03 , \"b\":\"\\u202e\\\"x\" }",
		"{\n  \"\\u0061\": 1.50e+03,\n  \"b\": \"\\u202e\\\"x\"\n}\n");
}

static void
both_copies_of_a_key_are_shown(void **state)
{
	(void)state;
	assert_laid("{\"a\":1,\"A\":2,\"a\":3}", "{\n  \"a\": 1,\n  \"A\": 2,\n  \"a\": 3\n}\n");
}

/* Nothing but white space may be lost or added, whatever the bytes are. */
static void
strip(struct buf *out, struct str s)
{
	struct json_lexer lexer = {.text = s};

	for (struct json_token t; (t = json_next_token(&lexer)).type != JSON_TOKEN_END;)
		buf_str(out, str_slice(s, t.offset, t.len));
}

static void
assert_nothing_lost(struct str raw)
{
	struct laid laid = {0};
	struct buf before = {0}, after = {0};

	lay(&laid, raw);
	strip(&before, raw);
	for (size_t i = 0; i < laid.doc.line_count; i++)
		strip(&after, doc_line_text(&laid.doc, i));
	assert_int_equal(before.len, after.len);
	assert_memory_equal(buf_cstr(&before), buf_cstr(&after), before.len);
	buf_fini(&before);
	buf_fini(&after);
	forget(&laid);
}

static void
broken_records_lose_nothing(void **state)
{
	static const char *const broken[] = {"", "}", "{", "[[[", "]]]{", "{\"a\"",
		"{\"a\":", "{,,}", "{\"a\" \"b\" : : 1}", "{'a':1}", "{\"a\":\"unterminated", "nul",
		"{\"a\":1}}", "\xff\xfe{", "{\"a\":[}", ",:,", "1 2 3"};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_nothing_lost(str_from(broken[i]));
}

static void
random_records_lose_nothing(void **state)
{
	static const char alphabet[] = "{}[]:,\"\"a1 tn\\\xff";
	char raw[64];
	unsigned seed = 3;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		size_t len = (seed >> 9) % sizeof(raw);

		for (size_t k = 0; k < len; k++) {
			seed = seed * 1103515245 + 12345;
			raw[k] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		assert_nothing_lost((struct str){raw, len});
	}
}

static void
a_fold_hides_what_is_inside_and_comes_back(void **state)
{
	static const char raw[] = "{\"a\":{\"b\":[1,2]},\"c\":3}";
	struct laid laid = {0};
	const struct event_line *line;

	(void)state;
	lay(&laid, STR(raw));
	line = event_text_at(&laid.text, 2); /* "b": [ */
	event_text_fold(&laid.text, line->open);
	lay(&laid, STR(raw));
	assert_lines(&laid, "{\n  \"a\": {\n    \"b\": [ ... ]\n  },\n  \"c\": 3\n}\n");
	line = event_text_at(&laid.text, 1); /* "a": { */
	event_text_fold(&laid.text, line->open);
	lay(&laid, STR(raw));
	assert_lines(&laid, "{\n  \"a\": { ... },\n  \"c\": 3\n}\n");
	event_text_fold(&laid.text, event_text_at(&laid.text, 1)->open);
	lay(&laid, STR(raw));
	assert_lines(&laid, "{\n  \"a\": {\n    \"b\": [ ... ]\n  },\n  \"c\": 3\n}\n");
	event_text_unfold_all(&laid.text);
	lay(&laid, STR(raw));
	assert_int_equal(laid.doc.line_count, 9);
	forget(&laid);
}

static void
a_line_knows_the_value_it_begins(void **state)
{
	static const char raw[] = "{\"a\":{\"b\":[1,2]},\"c\":\"x\"}";
	struct laid laid = {0};
	const struct event_line *line;

	(void)state;
	lay(&laid, STR(raw));
	line = event_text_at(&laid.text, 0);
	assert_str(str_slice(STR(raw), line->value, line->value_end - line->value), raw);
	line = event_text_at(&laid.text, 1);
	assert_str(
		str_slice(STR(raw), line->value, line->value_end - line->value), "{\"b\":[1,2]}");
	line = event_text_at(&laid.text, 3);
	assert_str(str_slice(STR(raw), line->value, line->value_end - line->value), "1");
	line = event_text_at(&laid.text, 7);
	assert_str(str_slice(STR(raw), line->value, line->value_end - line->value), "\"x\"");
	forget(&laid);
}

static void
evidence_is_found_and_shown_in_its_role(void **state)
{
	static const char raw[] = "{\"a\":{\"b\":[1,2]},\"c\":\"x\"}";
	struct laid laid = {0};
	size_t at = str_find(STR(raw), STR("\"x\""), 0), line;
	const struct doc_line *shown;

	(void)state;
	laid.text.evidence = at;
	laid.text.evidence_end = at + 3;
	lay(&laid, STR(raw));
	line = event_text_line_of(&laid.text, at);
	assert_str(doc_line_text(&laid.doc, line), "  \"c\": \"x\"");
	shown = &laid.doc.lines[line];
	assert_int_equal(laid.doc.spans[shown->span + shown->spans - 1].role, ROLE_EVIDENCE);
	forget(&laid);
}

static void
deep_nesting_does_not_walk_off_the_screen(void **state)
{
	struct laid laid = {0};
	char raw[1024];

	(void)state;
	memset(raw, '[', 512);
	memset(raw + 512, ']', 512);
	lay(&laid, (struct str){raw, sizeof(raw)});
	for (size_t i = 0; i < laid.doc.line_count; i++)
		assert_true(laid.doc.lines[i].len < 50);
	forget(&laid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_stand_on_lines_of_their_own),
		cmocka_unit_test(empty_values_stay_on_one_line),
		cmocka_unit_test(tokens_are_exactly_as_logged),
		cmocka_unit_test(both_copies_of_a_key_are_shown),
		cmocka_unit_test(broken_records_lose_nothing),
		cmocka_unit_test(random_records_lose_nothing),
		cmocka_unit_test(a_fold_hides_what_is_inside_and_comes_back),
		cmocka_unit_test(a_line_knows_the_value_it_begins),
		cmocka_unit_test(evidence_is_found_and_shown_in_its_role),
		cmocka_unit_test(deep_nesting_does_not_walk_off_the_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
