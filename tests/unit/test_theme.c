#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/text.h"
#include "tui/glyph.h"
#include "tui/shown_role.h"
#include "tui/theme.h"

static void
assert_refused(const char *text, const char *expected)
{
	struct theme theme;
	struct error err;

	assert_false(theme_parse(&theme, "t", str_from(text), "t.ini", &err));
	assert_non_null(strstr(err.text, expected));
}

static void
every_builtin_theme_has_every_role(void **state)
{
	(void)state;
	assert_true(theme_builtin_count() == 5);
	for (size_t i = 0; i < theme_builtin_count(); i++) {
		const char *name = theme_builtin_name(i);
		struct str text = theme_builtin_text(name);
		struct theme theme;
		struct error err;

		assert_ok(theme_parse(&theme, name, text, name, &err), &err);
		assert_string_equal(theme.name, name);
#define X(id, word) assert_int_not_equal(str_find(text, STR("\n" word " = "), 0), -1);
		ROLES(X)
#undef X
	}
}

static void
a_row_has_a_ground_and_attributes(void **state)
{
	struct theme theme;
	const struct style *styles = theme.styles[DEPTH_16];
	struct error err;

	(void)state;
	assert_ok(theme_parse(&theme, "t",
			  STR("[roles]\naccent = bright-cyan on black bold  underline\n"
			      "dim = dim\nselected = reverse white\n"),
			  "t.ini", &err),
		&err);
	assert_int_equal(styles[ROLE_ACCENT].fg, 14);
	assert_int_equal(styles[ROLE_ACCENT].bg, 0);
	assert_int_equal(styles[ROLE_ACCENT].bits, STYLE_BOLD | STYLE_UNDERLINE);
	assert_int_equal(styles[ROLE_DIM].fg, COLOUR_DEFAULT);
	assert_int_equal(styles[ROLE_DIM].bits, STYLE_DIM);
	assert_int_equal(styles[ROLE_SELECTED].fg, 7);
}

/* What one colour is on the four depths that have any. */
static void
assert_colours(const char *colour, int of_8, int of_16, int of_256, int direct)
{
	const int expected[DEPTH_COUNT] = {0, of_8, of_16, of_256, direct};
	struct theme theme;
	struct error err;
	char text[64];

	snprintf(text, sizeof(text), "[roles]\ndim = %s on %s\n", colour, colour);
	assert_ok(theme_parse(&theme, "t", str_from(text), "t.ini", &err), &err);
	for (enum depth depth = DEPTH_8; depth < DEPTH_COUNT; depth++) {
		const struct style *dim = &theme.styles[depth][ROLE_DIM];

		assert_int_equal(dim->fg, expected[depth]);
		assert_int_equal(dim->bg, expected[depth]);
		assert_int_equal(dim->bits,
			depth == DEPTH_8 && theme.styles[DEPTH_16][ROLE_DIM].fg >= 8 ? STYLE_BOLD
										     : 0);
	}
}

static void
each_depth_takes_its_own_form_or_the_nearest(void **state)
{
	(void)state;
	assert_colours("cyan/80/#5fd7d7", 6, 6, 80, COLOUR_RGB | 0x5fd7d7);
	assert_colours("#5fd7d7/80/bright-cyan", 6, 14, 80, COLOUR_RGB | 0x5fd7d7);
	assert_colours("bright-red", 1, 9, 9, COLOUR_RGB | 0xff0000);
	assert_colours("green", 2, 2, 2, 2);
	assert_colours("202", 1, 9, 202, COLOUR_RGB | 0xff5f00);
	assert_colours("#FE0001", 1, 9, 196, COLOUR_RGB | 0xfe0001);
	assert_colours("#9d9d9f", 0, 8, 247, COLOUR_RGB | 0x9d9d9f);
	assert_colours("default", -1, -1, -1, -1);
	assert_colours("default/237", -1, -1, 237, COLOUR_RGB | 0x3a3a3a);
}

static void
a_role_without_a_colour_has_that_of_text(void **state)
{
	struct theme theme;
	struct error err;

	(void)state;
	assert_ok(theme_parse(&theme, "t",
			  STR("[roles]\ndim = underline\nnew = red\nbadge = on cyan\n"
			      "hint = default on default\ntext = white on black bold\n"),
			  "t.ini", &err),
		&err);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_DIM].fg, 7);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_DIM].bg, 0);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_DIM].bits, STYLE_UNDERLINE);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_NEW].fg, 1);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_NEW].bg, 0);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_BADGE].fg, 7);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_BADGE].bg, 6);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_HINT].fg, COLOUR_DEFAULT);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_HINT].bg, COLOUR_DEFAULT);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_CLOSED].bits, STYLE_BOLD);
}

static void
a_role_left_out_looks_like_text(void **state)
{
	struct theme theme;
	struct error err;

	(void)state;
	assert_ok(theme_parse(&theme, "t", STR("[roles]\ntext = green\n"), "t.ini", &err), &err);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_ALARM].fg, 2);
}

static void
mistakes_are_named_with_their_line(void **state)
{
	(void)state;
	assert_refused("[roles]\ntext = pink\n", "t.ini:2: `pink` is no colour");
	assert_refused("[roles]\ntext = red/blue\n", "t.ini:2: `red/blue` is no colour");
	assert_refused("[roles]\ntext = red/256\n", "t.ini:2: `red/256` is no colour");
	assert_refused("[roles]\ntext = red//#ff0000\n", "t.ini:2: `red//#ff0000` is no colour");
	assert_refused("[roles]\ntext = #ff000\n", "t.ini:2: `#ff000` is no colour");
	assert_refused("[roles]\ntext = #ff000g\n", "t.ini:2: `#ff000g` is no colour");
	assert_refused("[roles]\ntext = 1x\n", "t.ini:2: `1x` is no colour");
	assert_refused("[roles]\ntext = red on\n", "t.ini:2: `on` is no colour");
	assert_refused("[roles]\n\nheadline = red\n", "t.ini:3: there is no role `headline`");
	assert_refused("[colours]\ntext = red\n", "t.ini:2: a theme has one section");
	assert_refused("[roles]\ntext\n", "t.ini:2: ");
}

static void
without_colours_every_theme_is_the_plain_one(void **state)
{
	struct theme plain, dark;
	struct error err;

	(void)state;
	assert_ok(theme_parse(&plain, "m", theme_builtin_text("monochrome"), "m", &err), &err);
	assert_ok(theme_parse(&dark, "d", theme_builtin_text("dark"), "d", &err), &err);
	assert_memory_equal(
		dark.styles[DEPTH_NONE], plain.styles[DEPTH_16], sizeof(plain.styles[0]));
}

/* By its sign a state is known on every terminal. */
static void
every_state_has_a_sign_of_its_own(void **state)
{
	static const enum glyph signs[] = {GLYPH_NEW, GLYPH_ACTIVE, GLYPH_AWAITING, GLYPH_BENIGN,
		GLYPH_MALICIOUS, GLYPH_FALSE_POSITIVE};

	(void)state;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(
				glyph_text(signs[i], false), glyph_text(signs[k], false));
			assert_string_not_equal(
				glyph_text(signs[i], true), glyph_text(signs[k], true));
		}
}

/* One column each, and in ASCII where nothing else can be shown. */
static void
every_sign_has_its_form_in_ascii(void **state)
{
	(void)state;
	for (enum glyph glyph = 0; glyph < GLYPH_COUNT; glyph++) {
		const char *ascii = glyph_text(glyph, true);

		assert_int_equal(text_columns(str_from(glyph_text(glyph, false))), 1);
		assert_int_equal(strlen(ascii), 1);
		assert_true(ascii[0] >= 0x20 && ascii[0] < 0x7f);
	}
}

static void
the_ground_comes_from_colorfgbg(void **state)
{
	(void)state;
	assert_string_equal(theme_for_background(NULL), "dark");
	assert_string_equal(theme_for_background(""), "dark");
	assert_string_equal(theme_for_background("15;0"), "dark");
	assert_string_equal(theme_for_background("0;15"), "light");
	assert_string_equal(theme_for_background("0;default;7"), "light");
	assert_string_equal(theme_for_background("12;8"), "dark");
	assert_string_equal(theme_for_background("0;default"), "dark");
	assert_string_equal(theme_for_background("0;99"), "dark");
}

/* The roles in which the cells of "a b  c d" go to the terminal, b in dim and c in hint. */
static void
roles_that_look_the_same_are_the_same(void **state)
{
	static const enum role expected[] = {ROLE_TEXT, ROLE_TEXT, ROLE_DIM, ROLE_TEXT, ROLE_TEXT,
		ROLE_DIM, ROLE_DIM, ROLE_SELECTED, ROLE_SELECTED};
	struct grid grid = {0};
	struct shown_roles roles;
	struct theme theme;
	struct pen pen;
	struct error err;

	(void)state;
	assert_ok(theme_parse(&theme, "dark", theme_builtin_text("dark"), "dark", &err), &err);
	shown_roles_init(&roles, &theme, DEPTH_256);
	grid_resize(&grid, 1, 9);
	pen = pen_at(&grid, 0, 0, 9);
	pen_puts(&pen, ROLE_TEXT, "a");
	pen_puts(&pen, ROLE_DIM, " b ");
	pen_puts(&pen, ROLE_HINT, " c");
	pen_puts(&pen, ROLE_TEXT, " ");
	pen_puts(&pen, ROLE_SELECTED, "d ");
	for (int x = 0; x < 9; x++)
		assert_int_equal(shown_role(&roles, &grid, 0, x), expected[x]);
	grid_fini(&grid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_builtin_theme_has_every_role),
		cmocka_unit_test(a_row_has_a_ground_and_attributes),
		cmocka_unit_test(each_depth_takes_its_own_form_or_the_nearest),
		cmocka_unit_test(a_role_without_a_colour_has_that_of_text),
		cmocka_unit_test(a_role_left_out_looks_like_text),
		cmocka_unit_test(mistakes_are_named_with_their_line),
		cmocka_unit_test(without_colours_every_theme_is_the_plain_one),
		cmocka_unit_test(every_state_has_a_sign_of_its_own),
		cmocka_unit_test(every_sign_has_its_form_in_ascii),
		cmocka_unit_test(the_ground_comes_from_colorfgbg),
		cmocka_unit_test(roles_that_look_the_same_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
