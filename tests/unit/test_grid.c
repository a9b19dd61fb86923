#include "tests/support/test.h"

#include "tui/grid.h"

/* One row of `cols` cells after `text` was put with a pen. */
static void
put(struct grid *grid, int cols, struct str text)
{
	struct pen pen;

	grid_resize(grid, 1, cols);
	pen = pen_at(grid, 0, 0, cols);
	pen_str(&pen, ROLE_TEXT, text);
}

static void
assert_row(struct grid *grid, const char *expected)
{
	struct buf out = {0};

	grid_dump(grid, &out);
	assert_true(out.len > 0);
	out.data[out.len - 1] = '\0';
	assert_string_equal(out.data, expected);
	buf_fini(&out);
	grid_fini(grid);
}

static void
hidden_characters_are_shown_as_escapes_in_their_own_role(void **state)
{
	struct grid grid = {0};

	(void)state;
	put(&grid, 40,
		STR("a\033[31m\xe2\x80\xae"
		    "b\xff"));
	assert_int_equal(grid_at(&grid, 0, 0)->role, ROLE_TEXT);
	assert_int_equal(grid_at(&grid, 0, 1)->role, ROLE_HIDDEN);
	assert_int_equal(grid_at(&grid, 0, 7)->role, ROLE_TEXT);
	assert_row(&grid, "a\\u001b[31m\\u202eb\\xff");
}

static void
no_cell_ever_holds_what_a_terminal_must_not_see(void **state)
{
	struct grid grid = {0};
	char bytes[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + i / 3);
	put(&grid, 400, (struct str){bytes, sizeof(bytes)});
	for (int x = 0; x < 400; x++) {
		const struct grid_cell *cell = grid_at(&grid, 0, x);

		assert_true(cell->width == 0 || cell->text[0] >= 0x20);
		assert_true(cell->text[0] < 0x7f || cell->text[0] > 0x9f);
	}
	grid_fini(&grid);
}

static void
wide_characters_take_two_cells_or_none_at_the_edge(void **state)
{
	struct grid grid = {0};

	(void)state;
	put(&grid, 4, STR("a\xe6\xbc\xa2\xe5\xad\x97"));
	assert_int_equal(grid_at(&grid, 0, 1)->width, 2);
	assert_int_equal(grid_at(&grid, 0, 2)->width, 0);
	assert_row(&grid, "a\xe6\xbc\xa2");
}

static void
writing_over_half_a_wide_character_takes_the_other_half_away(void **state)
{
	struct grid grid = {0};
	struct pen pen;

	(void)state;
	put(&grid, 6, STR("\xe6\xbc\xa2\xe5\xad\x97"));
	pen = pen_at(&grid, 0, 1, 2);
	pen_puts(&pen, ROLE_TEXT, "xy");
	assert_row(&grid, " xy");
}

static void
marks_stay_on_their_base_and_those_beyond_a_cell_are_shown(void **state)
{
	struct grid grid = {0};

	(void)state;
	put(&grid, 30, STR("e\xcc\x81|o\xcc\x81\xcc\x81\xcc\x81|"));
	assert_int_equal(grid_at(&grid, 0, 0)->text[1], 0x301);
	assert_row(&grid, "e\xcc\x81|o\xcc\x81\xcc\x81\\u0301|");
}

static void
a_mark_without_a_base_cannot_reach_the_cell_before(void **state)
{
	struct grid grid = {0};

	(void)state;
	put(&grid, 30, STR("\xcc\x81x"));
	assert_row(&grid, "\\u0301x");
}

static void
without_utf8_everything_else_is_an_escape(void **state)
{
	struct grid grid = {.ascii = true};
	struct pen pen;

	(void)state;
	put(&grid, 30, STR("zo\xc3\xab \xf0\x9f\x94\x91"));
	pen = pen_at(&grid, 0, 20, 3);
	pen_glyph(&pen, ROLE_TEXT, GLYPH_ARROW);
	assert_row(&grid, "zo\\u00eb \\U0001f511 >");
}

static void
a_field_is_padded_or_cut_with_an_ellipsis(void **state)
{
	struct grid grid = {0};
	struct pen pen;

	(void)state;
	grid_resize(&grid, 1, 16);
	pen = pen_at(&grid, 0, 0, 16);
	pen_field(&pen, ROLE_TEXT, STR("abcdef"), 5);
	pen_field(&pen, ROLE_TEXT, STR("xy"), 4);
	pen_puts(&pen, ROLE_TEXT, "|");
	assert_row(&grid, "abcd\xe2\x80\xa6xy  |");
}

static void
a_pen_never_leaves_its_cells(void **state)
{
	struct grid grid = {0};
	struct pen pen;

	(void)state;
	grid_resize(&grid, 2, 10);
	pen = pen_at(&grid, 0, 4, 3);
	assert_false(pen_puts(&pen, ROLE_TEXT, "abcdef"));
	pen = pen_at(&grid, 5, 0, 10);
	assert_false(pen_puts(&pen, ROLE_TEXT, "x"));
	pen = pen_at(&grid, 1, 8, 10);
	assert_false(pen_puts(&pen, ROLE_TEXT, "xyz"));
	assert_row(&grid, "    abc\n        xy");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hidden_characters_are_shown_as_escapes_in_their_own_role),
		cmocka_unit_test(no_cell_ever_holds_what_a_terminal_must_not_see),
		cmocka_unit_test(wide_characters_take_two_cells_or_none_at_the_edge),
		cmocka_unit_test(writing_over_half_a_wide_character_takes_the_other_half_away),
		cmocka_unit_test(marks_stay_on_their_base_and_those_beyond_a_cell_are_shown),
		cmocka_unit_test(a_mark_without_a_base_cannot_reach_the_cell_before),
		cmocka_unit_test(without_utf8_everything_else_is_an_escape),
		cmocka_unit_test(a_field_is_padded_or_cut_with_an_ellipsis),
		cmocka_unit_test(a_pen_never_leaves_its_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
