/* Pictures as SVG, and those that man/ keeps for the README: `make screens` draws them. */
#include "tests/support/test.h"

#include <glob.h>
#include <stdio.h>

#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/svg.h"

enum { KEPT_LEAST = 3 };

/* Draws one row of ten cells in that look. */
static void
draw(struct buf *out, const char *row, const char *attributes, const char *legend, const char *look)
{
	struct picture picture;
	struct buf text = {0};

	buf_printf(&text, "10x1 %s\n%s\nattributes\n%s\nlegend\n%s", look, row, attributes, legend);
	assert_true(picture_read(&picture, buf_view(&text)));
	svg_draw(out, &picture, STR("one"));
	picture_fini(&picture);
	buf_fini(&text);
}

static void
assert_drawn(const char *row, const char *attributes, const char *legend, const char *expected)
{
	struct buf out = {0};

	draw(&out, row, attributes, legend, "dark");
	if (!strstr(buf_cstr(&out), expected))
		assert_string_equal(buf_cstr(&out), expected); /* shows both */
	buf_fini(&out);
}

static void
text_stands_at_its_cell_and_is_escaped(void **state)
{
	(void)state;
	assert_drawn("  a <&>", "", "",
		"\n<text x=\"18\" class=\"c0\" textLength=\"45\">a &lt;&amp;></text>\n</g>");
	assert_drawn("a  b", "", "",
		"<text x=\"0\" class=\"c0\">a</text>\n<text x=\"27\" class=\"c0\">b</text>");
	assert_drawn("ab", " a", "a bold\n",
		"<text x=\"0\" class=\"c0\">a</text>\n<text x=\"9\" class=\"c1\">b</text>");
}

static void
signs_are_centred_and_a_wide_one_has_two_cells(void **state)
{
	(void)state;
	assert_drawn("a\xe2\x97\x8f"
		     "b",
		"", "",
		"a</text>\n<text x=\"13.5\" class=\"c0 s\">\xe2\x97\x8f</text>\n<text x=\"18\"");
	assert_drawn("\xe4\xb8\xad"
		     "a",
		"", "", "<text x=\"9\" class=\"c0 s\">\xe4\xb8\xad</text>\n<text x=\"18\"");
}

static void
lines_and_bars_are_shapes(void **state)
{
	(void)state;
	assert_drawn("\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80", "", "",
		">\n<rect x=\"0\" y=\"-5\" width=\"27\" height=\"1\" class=\"c0\"/>\n</g>");
	assert_drawn("\xe2\x94\x82\xe2\x94\x82", "", "",
		"<rect x=\"4\" y=\"-15\" width=\"1\" height=\"20\" class=\"c0\"/>\n<rect x=\"13\"");
}

static void
colours_are_those_of_the_terminal(void **state)
{
	(void)state;
	assert_drawn("a", "a", "a fg 80 bold\n", "\n.c0{fill:#5fd7d7;font-weight:700}\n");
	assert_drawn("a", "a", "a fg #0a0b0c underline\n",
		"\n.c0{fill:#0a0b0c;text-decoration:underline}\n");
	assert_drawn("a", "aaa", "a fg 16 bg 179\n",
		"<rect x=\"0\" y=\"-15\" width=\"27\" height=\"20\" fill=\"#d7af5f\"/>\n");
	assert_drawn("a", "a", "a fg 80 reverse\n",
		"<rect x=\"0\" y=\"-15\" width=\"9\" height=\"20\" fill=\"#5fd7d7\"/>\n");
}

static void
a_light_look_has_a_light_ground(void **state)
{
	struct buf dark = {0}, light = {0};

	(void)state;
	draw(&dark, "a", "", "", "dark");
	draw(&light, "a", "", "", "light");
	assert_non_null(strstr(buf_cstr(&dark), "fill=\"#14171c\""));
	assert_non_null(strstr(buf_cstr(&light), "fill=\"#fdfdfb\""));
	buf_fini(&dark);
	buf_fini(&light);
}

static void
the_cursor_is_drawn_where_it_is_seen(void **state)
{
	struct picture picture;
	struct buf out = {0};

	(void)state;
	assert_true(
		picture_read(&picture, STR("9x1 dark, cursor 0:3\nab\nattributes\n\nlegend\n")));
	svg_draw(&out, &picture, STR("one"));
	assert_non_null(strstr(buf_cstr(&out), "<rect x=\"27\" y=\"-15\" width=\"9\" height=\"20\" "
					       "fill=\"#d3d7de\" fill-opacity"));
	buf_fini(&out);
	picture_fini(&picture);
}

/* ---- what is kept ---- */

/* man/screen-NAME.svg is the golden NAME. */
static void
assert_fresh(const char *kept)
{
	const char *name = strstr(kept, "man/screen-") + strlen("man/screen-");
	char path[256], *golden;
	struct picture picture;
	struct buf svg = {0};

	snprintf(path, sizeof(path), "tests/data/golden/%.*s.txt", (int)strcspn(name, "."), name);
	golden = test_read(child_source(path), NULL);
	assert_true(picture_read(&picture, str_from(golden)));
	svg_draw(&svg, &picture, str_slice(str_from(name), 0, strcspn(name, ".")));
	expect_file(strstr(kept, "man/screen-"), buf_view(&svg));
	buf_fini(&svg);
	picture_fini(&picture);
	free(golden);
}

/* With words for whoever does not see it. */
static void
assert_in_readme(const char *readme, const char *kept)
{
	char link[256];
	const char *shown;

	snprintf(link, sizeof(link), "](%s)", strstr(kept, "man/screen-"));
	shown = strstr(readme, link);
	if (!shown)
		fail_msg("the README does not show %s", kept);
	assert_true(shown - readme > 20 && shown[-1] != '[');
}

static void
the_kept_ones_are_drawn_from_todays_goldens_and_stand_in_the_readme(void **state)
{
	char *readme = test_read(child_source("README.md"), NULL);
	glob_t kept;

	(void)state;
	assert_int_equal(glob(child_source("man/screen-*.svg"), 0, NULL, &kept), 0);
	assert_true(kept.gl_pathc >= KEPT_LEAST);
	for (size_t i = 0; i < kept.gl_pathc; i++) {
		assert_fresh(kept.gl_pathv[i]);
		assert_in_readme(readme, kept.gl_pathv[i]);
	}
	globfree(&kept);
	free(readme);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stands_at_its_cell_and_is_escaped),
		cmocka_unit_test(signs_are_centred_and_a_wide_one_has_two_cells),
		cmocka_unit_test(lines_and_bars_are_shapes),
		cmocka_unit_test(colours_are_those_of_the_terminal),
		cmocka_unit_test(a_light_look_has_a_light_ground),
		cmocka_unit_test(the_cursor_is_drawn_where_it_is_seen),
		cmocka_unit_test(
			the_kept_ones_are_drawn_from_todays_goldens_and_stand_in_the_readme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
