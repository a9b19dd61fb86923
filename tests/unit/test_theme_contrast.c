/* Every built-in theme can be read: contrast computed as WCAG 2 does, for every role on every depth
 * of colours, and differences as eyes see them that lack a kind of cones. */
#include <math.h>
#include <stdio.h>

#include "tests/support/test.h"
#include "tui/theme.h"

/* ---- palettes ---- */

/* The sixteen, as two kinds of terminals show them; other palettes lie between or are the user's.
 */
static const uint32_t vga[] = {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa,
	0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff};

enum { XTERM, VGA, PALETTES };

/* Where a theme leaves the terminal's own colours: grounds that people have, and what stands on
 * them by default. */
struct ground {
	uint32_t bg, fg;
};
static const struct ground dark_grounds[] = {{0x000000, 0xaaaaaa}, {0x1e1e1e, 0xd4d4d4},
	{0x282a36, 0xf8f8f2}, {0x2e3440, 0xd8dee9}, {0x300a24, 0xffffff}, {0, 0}};
static const struct ground light_grounds[] = {
	{0xffffff, 0x000000}, {0xfdf6e3, 0x3b4d54}, {0xf0f0f0, 0x2b2b2b}, {0, 0}};
/* The sixteen are the user's own there: black and white are what is known. */
static const struct ground black[] = {{0x000000, 0xaaaaaa}, {0x000000, 0xe5e5e5}, {0, 0}};
static const struct ground white[] = {{0xffffff, 0x000000}, {0, 0}};

static const struct ground *
grounds_of(const struct theme *theme, enum depth depth)
{
	bool is_light = strcmp(theme->name, "light") == 0;

	if (depth < DEPTH_256)
		return is_light ? white : black;
	return is_light ? light_grounds : dark_grounds;
}

static uint32_t
shown(int colour, int palette)
{
	if (colour >= COLOUR_RGB)
		return (uint32_t)colour - COLOUR_RGB;
	return palette == VGA && colour < 16 ? vga[colour] : theme_palette(colour);
}

/* ---- contrast (WCAG 2.2, "relative luminance", "contrast ratio") ---- */

static double
linear(uint32_t rgb, int shift)
{
	double c = (rgb >> shift & 255) / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb, 16) + 0.7152 * linear(rgb, 8) + 0.0722 * linear(rgb, 0);
}

static double
contrast(uint32_t a, uint32_t b)
{
	double la = luminance(a) + 0.05, lb = luminance(b) + 0.05;

	return la > lb ? la / lb : lb / la;
}

static double
contrast_of(struct style style, enum depth depth, int palette, const struct ground *ground)
{
	int fg = style.fg;
	uint32_t front, behind;

	/* On eight colours bold makes bright ones, which is how a bright one gets there. */
	if (depth == DEPTH_8 && (style.bits & STYLE_BOLD) && fg >= 0)
		fg += 8;
	front = fg == COLOUR_DEFAULT ? ground->fg : shown(fg, palette);
	behind = style.bg == COLOUR_DEFAULT ? ground->bg : shown(style.bg, palette);
	return contrast(front, behind); /* reversing does not change it */
}

/* What only draws: nobody has to read it. */
static bool
is_text(enum role role)
{
	return role != ROLE_RULE && role != ROLE_PROGRESS_LEFT;
}

static void
assert_contrast(const struct theme *theme, enum role role, enum depth depth, double least)
{
	struct style style = theme->styles[depth][role];

	for (const struct ground *g = grounds_of(theme, depth); g->fg || g->bg; g++)
		for (int palette = 0; palette < PALETTES; palette++) {
			double ratio = contrast_of(style, depth, palette, g);

			if (ratio >= least)
				continue;
			print_error("%s: role %d, depth %d, palette %d, ground %06x: %.2f\n",
				theme->name, (int)role, (int)depth, palette, (unsigned)g->bg,
				ratio);
			fail();
		}
}

static struct theme
builtin(const char *name)
{
	struct theme theme;
	struct error err;

	assert_ok(theme_parse(&theme, name, theme_builtin_text(name), name, &err), &err);
	return theme;
}

static void
contrast_is_what_wcag_says(void **state)
{
	(void)state;
	assert_true(fabs(contrast(0x000000, 0xffffff) - 21) < 0.001);
	assert_true(fabs(contrast(0x777777, 0xffffff) - 4.478) < 0.001);
	assert_true(fabs(contrast(0xff0000, 0xffffff) - 3.998) < 0.001);
}

static void
every_text_of_every_theme_can_be_read_on_every_depth(void **state)
{
	(void)state;
	for (size_t i = 0; i < theme_builtin_count(); i++) {
		struct theme theme = builtin(theme_builtin_name(i));

		for (enum depth depth = DEPTH_8; depth < DEPTH_COUNT; depth++)
			for (enum role role = 0; role < ROLE_COUNT; role++) {
				assert_contrast(&theme, role, depth, is_text(role) ? 4.5 : 1.3);
				/* How faint that would be, nobody knows. */
				assert_false(theme.styles[depth][role].bits & STYLE_DIM);
			}
	}
}

static void
high_contrast_has_seven_to_one(void **state)
{
	struct theme theme = builtin("high-contrast");

	(void)state;
	for (enum depth depth = DEPTH_256; depth < DEPTH_COUNT; depth++)
		for (enum role role = 0; role < ROLE_COUNT; role++)
			assert_contrast(&theme, role, depth, 7);
}

/* It must be seen on grounds of all kinds, and so must marks. */
static void
what_is_selected_is_seen(void **state)
{
	static const enum role seen[] = {ROLE_SELECTED, ROLE_MATCH, ROLE_HIDDEN, ROLE_BADGE};

	(void)state;
	for (size_t i = 0; i < theme_builtin_count(); i++) {
		struct theme theme = builtin(theme_builtin_name(i));

		for (enum depth depth = DEPTH_NONE; depth < DEPTH_COUNT; depth++) {
			const struct style *styles = theme.styles[depth],
					   *text = &styles[ROLE_TEXT];

			for (size_t k = 0; k < sizeof(seen) / sizeof(seen[0]); k++)
				assert_true(styles[seen[k]].bg != text->bg ||
					    (styles[seen[k]].bits & STYLE_REVERSE));
			assert_memory_not_equal(&styles[ROLE_MARKED], text, sizeof(*text));
			assert_memory_not_equal(&styles[ROLE_SELECTED_AWAY], text, sizeof(*text));
		}
	}
}

static void
a_theme_without_colours_has_none(void **state)
{
	struct theme theme = builtin("monochrome");

	(void)state;
	for (enum depth depth = DEPTH_NONE; depth < DEPTH_COUNT; depth++)
		for (int i = 0; i < ROLE_COUNT; i++) {
			assert_int_equal(theme.styles[depth][i].fg, COLOUR_DEFAULT);
			assert_int_equal(theme.styles[depth][i].bg, COLOUR_DEFAULT);
		}
}

/* ---- other eyes ---- */

/* Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision
 * Deficiency (2009), severity 1.0: what linear light becomes. */
static const double eyes[][3][3] = {
	{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998}}, /* protanopia */
	{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881}}, /* deuteranopia */
	{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
		{0.004733, 0.691367, 0.303900}}, /* tritanopia */
};

static double
lab_f(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static double
clamped(double c)
{
	return c < 0 ? 0 : c > 1 ? 1 : c;
}

/* sRGB with its white, D65 → CIE L*a*b* */
static void
seen_by(int eye, uint32_t rgb, double lab[3])
{
	double c[3] = {linear(rgb, 16), linear(rgb, 8), linear(rgb, 0)}, s[3], x, y, z;

	for (int i = 0; i < 3; i++)
		s[i] = clamped(
			eyes[eye][i][0] * c[0] + eyes[eye][i][1] * c[1] + eyes[eye][i][2] * c[2]);
	x = lab_f((0.4124 * s[0] + 0.3576 * s[1] + 0.1805 * s[2]) / 0.9505);
	y = lab_f(0.2126 * s[0] + 0.7152 * s[1] + 0.0722 * s[2]);
	z = lab_f((0.0193 * s[0] + 0.1192 * s[1] + 0.9505 * s[2]) / 1.089);
	lab[0] = 116 * y - 16;
	lab[1] = 500 * (x - y);
	lab[2] = 200 * (y - z);
}

static double
difference(int eye, uint32_t a, uint32_t b)
{
	double p[3], q[3];

	seen_by(eye, a, p);
	seen_by(eye, b, q);
	return sqrt(pow(p[0] - q[0], 2) + pow(p[1] - q[1], 2) + pow(p[2] - q[2], 2));
}

/* A difference of 2.3 can just be seen; of 25 nobody is in doubt. */
static void
states_keep_apart_in_the_theme_for_the_colour_blind(void **state)
{
	static const enum role states[] = {ROLE_NEW, ROLE_ACTIVE, ROLE_AWAITING, ROLE_BENIGN,
		ROLE_MALICIOUS, ROLE_FALSE_POSITIVE};
	enum { STATES = sizeof(states) / sizeof(states[0]), EYES = sizeof(eyes) / sizeof(eyes[0]) };
	struct theme theme = builtin("colour-blind");

	(void)state;
	for (enum depth depth = DEPTH_256; depth < DEPTH_COUNT; depth++)
		for (int eye = 0; eye < EYES; eye++)
			for (size_t i = 0; i < STATES; i++)
				for (size_t k = 0; k < i; k++) {
					int a = theme.styles[depth][states[i]].fg;
					int b = theme.styles[depth][states[k]].fg;
					double d =
						difference(eye, shown(a, XTERM), shown(b, XTERM));

					if (d < 25)
						print_error(
							"eye %d, depth %d, roles %d and %d: %.1f\n",
							eye, (int)depth, (int)states[i],
							(int)states[k], d);
					assert_true(d >= 25);
				}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contrast_is_what_wcag_says),
		cmocka_unit_test(every_text_of_every_theme_can_be_read_on_every_depth),
		cmocka_unit_test(high_contrast_has_seven_to_one),
		cmocka_unit_test(what_is_selected_is_seen),
		cmocka_unit_test(a_theme_without_colours_has_none),
		cmocka_unit_test(states_keep_apart_in_the_theme_for_the_colour_blind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
