#include "tests/support/test.h"

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
	assert_true(theme_builtin_count() >= 2);
	for (size_t i = 0; i < theme_builtin_count(); i++) {
		const char *name = theme_builtin_name(i);
		struct str text = theme_builtin_text(name);
		struct theme theme;
		struct error err;

		assert_ok(theme_parse(&theme, name, text, name, &err), &err);
		assert_string_equal(theme.name, name);
#define X(id, word, mono) assert_int_not_equal(str_find(text, STR("\n" word " = "), 0), -1);
		ROLES(X)
#undef X
	}
}

static void
a_row_has_a_ground_and_attributes(void **state)
{
	struct theme theme;
	struct error err;

	(void)state;
	assert_ok(theme_parse(&theme, "t",
			  STR("[roles]\naccent = bright-cyan on black bold  underline\n"
			      "dim = dim\nselected = reverse white\n"),
			  "t.ini", &err),
		&err);
	assert_int_equal(theme.styles[ROLE_ACCENT].fg, 14);
	assert_int_equal(theme.styles[ROLE_ACCENT].bg, 0);
	assert_int_equal(theme.styles[ROLE_ACCENT].bits, STYLE_BOLD | STYLE_UNDERLINE);
	assert_int_equal(theme.styles[ROLE_DIM].fg, COLOUR_DEFAULT);
	assert_int_equal(theme.styles[ROLE_DIM].bits, STYLE_DIM);
	assert_int_equal(theme.styles[ROLE_SELECTED].fg, 7);
}

static void
a_role_left_out_looks_like_text(void **state)
{
	struct theme theme;
	struct error err;

	(void)state;
	assert_ok(theme_parse(&theme, "t", STR("[roles]\ntext = green\n"), "t.ini", &err), &err);
	assert_int_equal(theme.styles[ROLE_ALARM].fg, 2);
}

static void
mistakes_are_named_with_their_line(void **state)
{
	(void)state;
	assert_refused("[roles]\ntext = pink\n", "t.ini:2: `pink` is no colour");
	assert_refused("[roles]\ntext = red on\n", "t.ini:2: `on` is no colour");
	assert_refused("[roles]\n\nheadline = red\n", "t.ini:3: there is no role `headline`");
	assert_refused("[colours]\ntext = red\n", "t.ini:2: a theme has one section");
	assert_refused("[roles]\ntext\n", "t.ini:2: ");
}

static void
without_colours_the_states_still_differ(void **state)
{
	struct theme theme = {0};

	(void)state;
	theme_mono(&theme);
	for (int i = 0; i < ROLE_COUNT; i++) {
		assert_int_equal(theme.styles[i].fg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].bg, COLOUR_DEFAULT);
	}
	assert_int_not_equal(theme.styles[ROLE_SELECTED].bits, theme.styles[ROLE_TEXT].bits);
	assert_int_not_equal(theme.styles[ROLE_HIDDEN].bits, theme.styles[ROLE_TEXT].bits);
	assert_int_not_equal(theme.styles[ROLE_MATCH].bits, theme.styles[ROLE_TEXT].bits);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_builtin_theme_has_every_role),
		cmocka_unit_test(a_row_has_a_ground_and_attributes),
		cmocka_unit_test(a_role_left_out_looks_like_text),
		cmocka_unit_test(mistakes_are_named_with_their_line),
		cmocka_unit_test(without_colours_the_states_still_differ),
		cmocka_unit_test(the_ground_comes_from_colorfgbg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
