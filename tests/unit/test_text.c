#include "tests/support/test.h"

#include "core/base/text.h"

static void
assert_cleaned(struct str in, const char *expected, bool escaped)
{
	struct buf out = {0};

	assert_int_equal(text_clean(&out, in), escaped);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
plain_text_passes(void **state)
{
	(void)state;
	assert_cleaned(STR("svc-backup zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac"),
		"svc-backup zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac", false);
}

static void
controls_are_shown_escaped(void **state)
{
	(void)state;
	assert_cleaned(STR("\x1b]0;x\x07"), "\\u001b]0;x\\u0007", true);
	assert_cleaned(STR("a\nb\tc\r"), "a\\nb\\tc\\r", true);
	assert_cleaned(STR("\x7f"), "\\u007f", true);
	assert_cleaned(STR("\xc2\x9b"
			   "31m"),
		"\\u009b31m", true);
	assert_cleaned(STR("\xc0\x80"), "\\u0000", true);
}

static void
invisible_and_reordering_characters_are_shown_escaped(void **state)
{
	(void)state;
	assert_cleaned(STR("\xe2\x80\xae"), "\\u202e", true);	      /* right-to-left override */
	assert_cleaned(STR("\xe2\x81\xa6"), "\\u2066", true);	      /* isolate */
	assert_cleaned(STR("\xe2\x80\x8b"), "\\u200b", true);	      /* zero width space */
	assert_cleaned(STR("\xef\xb8\x8f"), "\\ufe0f", true);	      /* variation selector */
	assert_cleaned(STR("\xe2\x80\xa8"), "\\u2028", true);	      /* line separator */
	assert_cleaned(STR("\xf3\xa0\x81\x81"), "\\U000e0041", true); /* tag */
	assert_cleaned(STR("\xe3\x85\xa4"), "\\u3164", true);	      /* Hangul filler */
	assert_cleaned(STR("\xee\x80\x80"), "\\ue000", true);	      /* private use */
	assert_cleaned(STR("\xcd\x8f"), "\\u034f", true);	      /* grapheme joiner */
	assert_cleaned(STR("\xcd\xb8"), "\\u0378", true);	      /* unassigned */
}

static void
bytes_that_are_no_utf8_are_shown_as_bytes(void **state)
{
	(void)state;
	assert_cleaned(STR("a\xff"
			   "b"),
		"a\\xffb", true);
	assert_cleaned(STR("\xc0\xaf"), "\\xc0\\xaf", true);  /* overlong */
	assert_cleaned(STR("\xe2\x80"), "\\xe2\\x80", true);  /* cut */
	assert_cleaned(STR("\xed\xa0\x80"), "\\ud800", true); /* lone surrogate */
}

static void
printable_ascii_ends_where_something_else_stands(void **state)
{
	static const char others[] = {'\0', '\x1f', '\x7f', '\x80', '\xff'};
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(others); i++)
		for (size_t at = 0; at <= sizeof(text); at++) {
			memset(text, at % 2 ? ' ' : '~', sizeof(text));
			if (at < sizeof(text))
				text[at] = others[i];
			assert_int_equal(
				text_printable_ascii((struct str){text, sizeof(text)}), at);
		}
}

static void
newlines_stay_in_texts_of_lines(void **state)
{
	struct buf out = {0};

	(void)state;
	assert_true(text_clean_lines(&out, STR("a\nb\x1b")));
	assert_string_equal(buf_cstr(&out), "a\nb\\u001b");
	buf_fini(&out);
}

static void
length_counts_code_points_and_offset_finds_them(void **state)
{
	struct str s = STR("a\xc3\xab\xf0\x9f\x98\x80\xff");

	(void)state;
	assert_int_equal(text_length(s), 4);
	assert_int_equal(text_offset(s, 2), 3);
	assert_int_equal(text_offset(s, 9), s.len);
}

static void
a_text_is_cut_between_characters_where_it_has_any(void **state)
{
	struct str s = STR("ab\xf0\x9f\x98\x80");

	(void)state;
	assert_int_equal(text_cut(s, 9).len, 6);
	assert_int_equal(text_cut(s, 6).len, 6);
	assert_int_equal(text_cut(s, 5).len, 2);
	assert_int_equal(text_cut(s, 2).len, 2);
	assert_int_equal(text_cut(STR("\x80\x80\x80\x80\x80\x80\x80"), 6).len, 2);
}

static void
columns_count_cells_as_they_will_be_drawn(void **state)
{
	(void)state;
	assert_int_equal(text_columns(STR("ab")), 2);
	assert_int_equal(text_columns(STR("\xe6\x97\xa5")), 2);
	assert_int_equal(text_columns(STR("e\xcc\x81")), 1);
	assert_int_equal(text_columns(STR("\x1b")), 6);
}

static void
every_byte_comes_out_printable(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;
		struct buf out = {0};

		text_clean(&out, (struct str){&byte, 1});
		for (size_t k = 0; k < out.len; k++)
			assert_true(out.data[k] >= 0x20 && out.data[k] < 0x7f);
		buf_fini(&out);
	}
}

/* Wherever it stands, and whatever letter stands around it. */
static void
what_is_hidden_is_seen_at_any_place(void **state)
{
	static const uint32_t seen[] = {' ', '~', 'a', 0xe4, 0x20ac, 0x1f511};
	static const uint32_t hidden[] = {0, 0x1f, 0x7f, '\n', 0x9b, 0x202e, 0xe0041};

	(void)state;
	for (size_t before = 0; before < 20; before++)
		for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
			for (size_t n = 0; n < sizeof(seen) / sizeof(seen[0]); n++) {
				struct buf text = {0};

				for (size_t at = 0; at < 20; at++)
					text_encode(&text, seen[at % 3 ? n : 0]);
				assert_false(text_has_hidden(buf_view(&text)));
				buf_clear(&text);
				for (size_t at = 0; at < 20; at++)
					text_encode(&text, at == before ? hidden[i] : seen[n]);
				assert_true(text_has_hidden(buf_view(&text)));
				buf_fini(&text);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_passes),
		cmocka_unit_test(controls_are_shown_escaped),
		cmocka_unit_test(invisible_and_reordering_characters_are_shown_escaped),
		cmocka_unit_test(bytes_that_are_no_utf8_are_shown_as_bytes),
		cmocka_unit_test(printable_ascii_ends_where_something_else_stands),
		cmocka_unit_test(newlines_stay_in_texts_of_lines),
		cmocka_unit_test(length_counts_code_points_and_offset_finds_them),
		cmocka_unit_test(a_text_is_cut_between_characters_where_it_has_any),
		cmocka_unit_test(columns_count_cells_as_they_will_be_drawn),
		cmocka_unit_test(every_byte_comes_out_printable),
		cmocka_unit_test(what_is_hidden_is_seen_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
