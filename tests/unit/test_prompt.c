#include "tests/support/test.h"

#include "core/base/mem.h"
#include "tui/key.h"
#include "tui/prompt.h"

static void
open_with(struct prompt *prompt, const char *text)
{
	prompt_open(prompt, PROMPT_REASON, "reason: ", "help");
	line_edit_set(&prompt->edit, str_from(text));
}

/* Presses the keys (names separated by spaces, `|` shows the cursor in the result). */
static void
assert_edited(const char *text, const char *keys, const char *expected)
{
	struct prompt prompt = {0};
	struct buf shown = {0};
	char *words = mem_strdup(keys), *rest = words, *word;

	open_with(&prompt, text);
	while ((word = strsep(&rest, " "))) {
		bool alt = strncmp(word, "Alt-", 4) == 0;
		uint32_t key = key_find(str_from(word + (alt ? 4 : 0)));

		assert_int_not_equal(key, KEYCODE_NONE);
		assert_int_equal(
			prompt_key(&prompt, alt ? key | KEYCODE_ALT : key), PROMPT_GOES_ON);
	}
	buf_str(&shown, str_slice(prompt_text(&prompt), 0, prompt.edit.at));
	buf_putc(&shown, '|');
	buf_str(&shown, str_slice(prompt_text(&prompt), prompt.edit.at, SIZE_MAX));
	assert_string_equal(buf_cstr(&shown), expected);
	buf_fini(&shown);
	free(words);
	prompt_fini(&prompt);
}

static void
it_edits_as_readline_does(void **state)
{
	(void)state;
	assert_edited("one two", "Ctrl-A", "|one two");
	assert_edited("one two", "Ctrl-A x", "x|one two");
	assert_edited("one two", "Ctrl-A Ctrl-E !", "one two!|");
	assert_edited("one two", "Ctrl-W", "one |");
	assert_edited("one two ", "Ctrl-W", "one |");
	assert_edited("one two", "Ctrl-U", "|");
	assert_edited("one two", "Left Left Left Ctrl-U", "|two");
	assert_edited("one two", "Ctrl-A Ctrl-F Ctrl-K", "o|");
	assert_edited("one two", "Ctrl-W Ctrl-A Ctrl-Y", "two|one ");
	assert_edited("one two", "Alt-b", "one |two");
	assert_edited("one two", "Alt-b Alt-b Alt-f", "one| two");
	assert_edited("one two", "Ctrl-A Alt-d", "| two");
	assert_edited("one", "Ctrl-A Delete", "|ne");
	assert_edited("one", "Ctrl-A Ctrl-D Ctrl-D Ctrl-D Ctrl-D", "|");
	assert_edited("one", "Backspace Backspace", "o|");
	assert_edited("", "Backspace Delete Left Right Ctrl-W Ctrl-U Ctrl-K Alt-b Alt-f", "|");
}

static void
characters_are_edited_whole(void **state)
{
	(void)state;
	assert_edited("zo\xc3\xab", "Backspace", "zo|");
	assert_edited("e\xcc\x81x", "Left Backspace", "|x");
	assert_edited("a\xe6\xbc\xa2", "Left \xc3\xab", "a\xc3\xab|\xe6\xbc\xa2");
}

static void
enter_sends_and_escape_leaves(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	open_with(&prompt, "x");
	assert_int_equal(prompt_key(&prompt, KEYCODE_ENTER), PROMPT_SENT);
	assert_int_equal(prompt_key(&prompt, KEYCODE_ESC), PROMPT_LEFT);
	assert_int_equal(prompt_key(&prompt, KEYCODE_CTRL('C')), PROMPT_LEFT);
	assert_int_equal(prompt_key(&prompt, KEYCODE_TAB), PROMPT_COMPLETE);
	prompt_fini(&prompt);
}

static void
pasted_text_fills_one_line_and_never_sends_it(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	open_with(&prompt, "a ");
	prompt_paste(&prompt, STR("first\r\nsecond\tthird\x1b[31m\n"));
	assert_str(prompt_text(&prompt), "a first second third [31m");
	assert_int_equal(prompt.kind, PROMPT_REASON);
	prompt_fini(&prompt);
}

static void
pasted_text_answers_no_question_of_one_key(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	prompt_open(&prompt, PROMPT_CHOICE, "sure? y ", "");
	prompt_paste(&prompt, STR("y"));
	assert_str(prompt_text(&prompt), "");
	assert_int_equal(prompt_key(&prompt, 'y'), PROMPT_CHOSEN);
	prompt_fini(&prompt);
}

static void
a_line_has_an_end(void **state)
{
	struct prompt prompt = {0};
	char *text = mem_alloc(3 * LINE_EDIT_MAX);

	(void)state;
	memset(text, 'x', 3 * LINE_EDIT_MAX);
	open_with(&prompt, "");
	prompt_paste(&prompt, (struct str){text, 3 * LINE_EDIT_MAX});
	assert_int_equal(prompt_text(&prompt).len, LINE_EDIT_MAX);
	assert_int_equal(prompt_key(&prompt, 'y'), PROMPT_GOES_ON);
	assert_int_equal(prompt_text(&prompt).len, LINE_EDIT_MAX);
	free(text);
	prompt_fini(&prompt);
}

static void
up_and_down_recall_what_was_sent(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	prompt_remember(&prompt, PROMPT_REASON, STR("first"));
	prompt_remember(&prompt, PROMPT_REASON, STR("second"));
	prompt_remember(&prompt, PROMPT_REASON, STR("second"));
	prompt_remember(&prompt, PROMPT_SEARCH, STR("other"));
	open_with(&prompt, "");
	prompt_key(&prompt, KEYCODE_UP);
	assert_str(prompt_text(&prompt), "second");
	prompt_key(&prompt, KEYCODE_UP);
	prompt_key(&prompt, KEYCODE_UP);
	assert_str(prompt_text(&prompt), "first");
	prompt_key(&prompt, KEYCODE_DOWN);
	prompt_key(&prompt, KEYCODE_DOWN);
	assert_str(prompt_text(&prompt), "");
	prompt_fini(&prompt);
}

static void
draw(const struct prompt *prompt, int cols, struct buf *out)
{
	struct grid grid = {0};

	grid_resize(&grid, 3, cols);
	prompt_draw(prompt, &grid);
	grid_dump(&grid, out);
	buf_printf(out, "%d,%d\n", grid.cursor_y, grid.cursor_x);
	grid_fini(&grid);
}

static void
assert_drawn(const struct prompt *prompt, int cols, const char *expected)
{
	struct buf out = {0};

	draw(prompt, cols, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
it_stands_in_the_bottom_lines_with_what_it_is_about(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	open_with(&prompt, "agreed");
	buf_puts(&prompt.context, "validate  a > b");
	assert_drawn(&prompt, 24,
		"\xe2\x94\x80 validate  a > b \xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2"
		"\x94\x80\xe2\x94\x80\n"
		" reason: agreed\n"
		" help\n"
		"1,15\n");
	prompt_fini(&prompt);
}

static void
a_caret_stands_under_what_is_wrong(void **state)
{
	struct prompt prompt = {0};
	struct buf out = {0};

	(void)state;
	prompt_open(&prompt, PROMPT_FILTER, "filter: ", "");
	line_edit_set(&prompt.edit, STR("a == Foo"));
	prompt_set_located_error(&prompt, "1:6: no column `Foo`\na == Foo\n     ^");
	draw(&prompt, 60, &out);
	assert_non_null(
		strstr(buf_cstr(&out), "\n filter: a == Foo\n              ^ no column `Foo`\n"));
	buf_clear(&out);
	draw(&prompt, 30, &out);
	assert_non_null(strstr(buf_cstr(&out), " no column `Foo` \xe2\x94\x80"));
	assert_non_null(strstr(buf_cstr(&out), "\n filter: a == Foo\n              ^\n"));
	buf_clear(&out);
	prompt_set_located_error(&prompt, "no place");
	draw(&prompt, 60, &out);
	assert_non_null(strstr(buf_cstr(&out), "\n no place\n"));
	buf_clear(&out);
	prompt_set_located_error(&prompt, "column 3: no sense");
	draw(&prompt, 60, &out);
	assert_non_null(strstr(buf_cstr(&out), "\n filter: a == Foo\n           ^ no sense\n"));
	buf_fini(&out);
	prompt_fini(&prompt);
}

static void
a_long_line_scrolls_under_its_window(void **state)
{
	struct prompt prompt = {0};
	struct buf out = {0};

	(void)state;
	open_with(&prompt, "0123456789abcdefghijklmnopqrstuvwxyz");
	draw(&prompt, 24, &out);
	assert_non_null(strstr(buf_cstr(&out), "\n reason: mnopqrstuvwxyz\n"));
	buf_clear(&out);
	prompt_set_located_error(&prompt, "1:11: bad"); /* also where the cursor is not */
	draw(&prompt, 24, &out);
	assert_non_null(strstr(buf_cstr(&out), "\n reason: 456789abcdefghi\n"));
	assert_non_null(strstr(buf_cstr(&out), "\n               ^ bad\n"));
	buf_fini(&out);
	prompt_fini(&prompt);
}

static void
what_was_written_comes_back_behind_the_history(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	prompt_remember(&prompt, PROMPT_FILTER, STR("before"));
	prompt_open(&prompt, PROMPT_FILTER, "filter: ", "");
	line_edit_set(&prompt.edit, STR("half a"));
	prompt_key(&prompt, KEYCODE_UP);
	assert_str(prompt_text(&prompt), "before");
	prompt_key(&prompt, KEYCODE_DOWN);
	assert_str(prompt_text(&prompt), "half a");
	prompt_fini(&prompt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_edits_as_readline_does),
		cmocka_unit_test(characters_are_edited_whole),
		cmocka_unit_test(enter_sends_and_escape_leaves),
		cmocka_unit_test(pasted_text_fills_one_line_and_never_sends_it),
		cmocka_unit_test(pasted_text_answers_no_question_of_one_key),
		cmocka_unit_test(a_line_has_an_end),
		cmocka_unit_test(up_and_down_recall_what_was_sent),
		cmocka_unit_test(it_stands_in_the_bottom_lines_with_what_it_is_about),
		cmocka_unit_test(a_caret_stands_under_what_is_wrong),
		cmocka_unit_test(a_long_line_scrolls_under_its_window),
		cmocka_unit_test(what_was_written_comes_back_behind_the_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
