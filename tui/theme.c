#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

#include "core/base/ini.h"

static const char *const roles[ROLE_COUNT] = {
#define X(name, word) [ROLE_##name] = word,
	ROLES(X)
#undef X
};

static const char *const colours[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan",
	"white", "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
	"bright-magenta", "bright-cyan", "bright-white"};

static const struct {
	const char *word;
	unsigned bit;
} attributes[] = {
	{"bold", STYLE_BOLD},
	{"dim", STYLE_DIM},
	{"underline", STYLE_UNDERLINE},
	{"reverse", STYLE_REVERSE},
	{"italic", STYLE_ITALIC},
};

enum { NOT_SAID = -2 };

/* A colour as a file gives it: in one to three forms. */
struct forms {
	int named;   /* COLOUR_DEFAULT, 0 to 15 */
	int indexed; /* 0 to 255 */
	int rgb;     /* COLOUR_RGB | rgb */
};

struct row {
	struct forms fg, bg;
	unsigned bits;
};

struct reader {
	const char *file;
	struct row rows[ROLE_COUNT];
	bool set[ROLE_COUNT];
};

static const struct forms no_colour = {NOT_SAID, NOT_SAID, NOT_SAID};

/* ---- colours ---- */

uint32_t
theme_palette(int colour)
{
	static const uint32_t first[] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
		0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff,
		0x00ffff, 0xffffff};
	static const uint32_t steps[] = {0, 95, 135, 175, 215, 255};
	uint32_t n = (uint32_t)colour;

	if (n < 16)
		return first[n];
	if (n >= 232)
		return (8 + 10 * (n - 232)) * 0x010101U;
	n -= 16;
	return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

static int
distance(uint32_t a, uint32_t b)
{
	int sum = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);

		sum += d * d;
	}
	return sum;
}

/* The number in [from, to) whose colour comes nearest. */
static int
nearest(uint32_t rgb, int from, int to)
{
	int best = from;

	for (int n = from; n < to; n++)
		if (distance(theme_palette(n), rgb) < distance(theme_palette(best), rgb))
			best = n;
	return best;
}

static int
of_sixteen(const struct forms *f)
{
	if (f->named != NOT_SAID)
		return f->named;
	if (f->indexed != NOT_SAID)
		return nearest(theme_palette(f->indexed), 0, 16);
	return nearest((uint32_t)f->rgb & 0xffffff, 0, 16);
}

static int
of_256(const struct forms *f)
{
	if (f->indexed != NOT_SAID)
		return f->indexed;
	return f->rgb != NOT_SAID ? nearest((uint32_t)f->rgb & 0xffffff, 16, 256) : f->named;
}

/* What stands for a colour on a terminal; *bits gets what helps to show it. */
static int
resolve(const struct forms *f, enum depth depth, unsigned *bits)
{
	int colour;

	switch (depth) {
	case DEPTH_8:
		colour = of_sixteen(f);
		if (colour >= 8)
			*bits |= STYLE_BOLD;
		return colour >= 8 ? colour - 8 : colour;
	case DEPTH_16:
		return of_sixteen(f);
	case DEPTH_256:
		return of_256(f);
	default:
		colour = f->rgb != NOT_SAID ? f->rgb : of_256(f);
		return colour >= 8 && colour < 256 ? COLOUR_RGB | (int)theme_palette(colour)
						   : colour;
	}
}

/* ---- reading ---- */

static struct str
next_word(struct str *rest, char end)
{
	struct str word;
	size_t at = 0;

	*rest = str_trim(*rest);
	while (at < rest->len && rest->data[at] != end)
		at++;
	word = str_slice(*rest, 0, at);
	*rest = str_slice(*rest, at + (at < rest->len), rest->len);
	return word;
}

/* A number of digits only, up to max; -1 when it is none. */
static int
read_number(struct str s, int base, int max)
{
	int n = 0;

	for (size_t i = 0; i < s.len; i++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, s.data[i] | 0x20);

		if (!at || !*at || at - digits >= base)
			return -1;
		n = n * base + (int)(at - digits);
		if (n > max)
			return -1;
	}
	return s.len ? n : -1;
}

static bool
find_name(struct str word, int *named)
{
	if (str_is(word, "default")) {
		*named = COLOUR_DEFAULT;
		return true;
	}
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (str_is(word, colours[i])) {
			*named = (int)i;
			return true;
		}
	return false;
}

/* One of the three forms, which must not be there yet. */
static bool
read_form(struct str word, struct forms *forms)
{
	int named, number;

	if (find_name(word, &named)) {
		if (forms->named != NOT_SAID)
			return false;
		forms->named = named;
		return true;
	}
	if (word.len == 7 && word.data[0] == '#') {
		number = read_number(str_slice(word, 1, 7), 16, 0xffffff);
		if (number < 0 || forms->rgb != NOT_SAID)
			return false;
		forms->rgb = COLOUR_RGB | number;
		return true;
	}
	number = read_number(word, 10, 255);
	if (number < 0 || forms->indexed != NOT_SAID)
		return false;
	forms->indexed = number;
	return true;
}

static bool
read_colour(struct str word, struct forms *forms)
{
	bool ok = word.len > 0;

	*forms = no_colour;
	while (ok && word.len)
		ok = read_form(next_word(&word, '/'), forms);
	return ok;
}

static bool
find_attribute(struct str word, unsigned *bit)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (str_is(word, attributes[i].word)) {
			*bit = attributes[i].bit;
			return true;
		}
	return false;
}

/* FG [on BG] [attribute …], in any order but for `on BG`. False: *bad names the word. */
static bool
read_style(struct str value, struct row *row, struct str *bad)
{
	*row = (struct row){no_colour, no_colour, 0};
	for (;;) {
		struct str word = next_word(&value, ' ');
		unsigned bit;

		if (str_is_empty(word))
			return true;
		*bad = word;
		if (str_is(word, "on")) {
			word = next_word(&value, ' ');
			if (word.len)
				*bad = word;
			if (!read_colour(word, &row->bg))
				return false;
		} else if (find_attribute(word, &bit)) {
			row->bits |= bit;
		} else if (!read_colour(word, &row->fg)) {
			return false;
		}
	}
}

static bool
read_row(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	struct reader *r = context;
	struct str bad = STR("");

	if (!str_is(section, "roles"))
		return error_set(
			err, ERROR_USAGE, "%s:%d: a theme has one section, [roles]", r->file, line);
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (!str_is(key, roles[i]))
			continue;
		if (!read_style(value, &r->rows[i], &bad))
			return error_set(err, ERROR_USAGE,
				"%s:%d: `%.*s` is no colour and no attribute (colours: default, "
				"black … white, bright-black … bright-white, 0 … 255, #rrggbb, or "
				"several of these with a / between them; attributes: bold dim "
				"underline reverse italic)",
				r->file, line, STR_ARG(bad));
		r->set[i] = true;
		return true;
	}
	return error_set(
		err, ERROR_USAGE, "%s:%d: there is no role `%.*s`", r->file, line, STR_ARG(key));
}

static struct style
look(const struct reader *r, size_t role, enum depth depth)
{
	const struct row *text = &r->rows[ROLE_TEXT], *row = r->set[role] ? &r->rows[role] : text;
	const struct forms *fg = &row->fg, *bg = &row->bg,
			   terminals = {COLOUR_DEFAULT, NOT_SAID, NOT_SAID};
	struct style style = {.bits = row->bits};
	unsigned ignored = 0;

	if (memcmp(fg, &no_colour, sizeof(*fg)) == 0)
		fg = &text->fg;
	if (memcmp(bg, &no_colour, sizeof(*bg)) == 0)
		bg = &text->bg;
	if (memcmp(fg, &no_colour, sizeof(*fg)) == 0)
		fg = &terminals;
	if (memcmp(bg, &no_colour, sizeof(*bg)) == 0)
		bg = &terminals;
	style.fg = resolve(fg, depth, &style.bits);
	style.bg = resolve(bg, depth, &ignored);
	return style;
}

static bool
read_theme(struct theme *theme, struct str text, const char *file, enum depth from, enum depth to,
	struct error *err)
{
	struct reader r = {.file = file, .rows[ROLE_TEXT] = {no_colour, no_colour, 0}};

	if (!ini_parse(text, file, read_row, &r, err))
		return false;
	for (enum depth depth = from; depth <= to; depth++)
		for (size_t i = 0; i < ROLE_COUNT; i++)
			theme->styles[depth][i] = look(&r, i, depth);
	return true;
}

bool
theme_parse(
	struct theme *theme, const char *name, struct str text, const char *file, struct error *err)
{
	static const char plain[] = "monochrome";

	*theme = (struct theme){0};
	snprintf(theme->name, sizeof(theme->name), "%s", name);
	return read_theme(theme, theme_builtin_text(plain), plain, DEPTH_NONE, DEPTH_NONE, err) &&
	       read_theme(theme, text, file, DEPTH_8, DEPTH_COUNT - 1, err);
}

const char *
theme_for_background(const char *colorfgbg)
{
	const char *last = colorfgbg ? strrchr(colorfgbg, ';') : NULL;

	/* FG;BG or FG;default;BG: 7 and 9 to 15 are light grounds, as vim reads it. */
	if (!last || last[1] < '0' || last[1] > '9')
		return "dark";
	if (last[2] == '\0')
		return last[1] == '7' || last[1] == '9' ? "light" : "dark";
	return last[1] == '1' && last[2] >= '0' && last[2] <= '5' && !last[3] ? "light" : "dark";
}

enum depth
theme_depth(int count)
{
	if (count >= COLOUR_RGB)
		return DEPTH_DIRECT;
	if (count >= 256)
		return DEPTH_256;
	if (count >= 16)
		return DEPTH_16;
	return count >= 8 ? DEPTH_8 : DEPTH_NONE;
}

enum role
theme_blank_role(const struct theme *theme, enum depth depth, enum role role)
{
	const struct style *style = &theme->styles[depth][role];
	const struct style *text = &theme->styles[depth][ROLE_TEXT];

	if (style->bg != text->bg || style->bits & (STYLE_UNDERLINE | STYLE_REVERSE))
		return role;
	return text->bits & (STYLE_UNDERLINE | STYLE_REVERSE) ? role : ROLE_TEXT;
}

enum role
theme_alike_role(const struct theme *theme, enum depth depth, enum role role)
{
	const struct style *styles = theme->styles[depth], *style = &styles[role];
	enum role alike = ROLE_TEXT;

	while (styles[alike].fg != style->fg || styles[alike].bg != style->bg ||
		styles[alike].bits != style->bits)
		alike++;
	return alike;
}
