#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

#include "core/base/ini.h"

static const struct {
	const char *word;
	unsigned mono;
} roles[ROLE_COUNT] = {
#define X(name, word, mono) [ROLE_##name] = {word, mono},
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

struct reader {
	struct theme *theme;
	const char *file;
	bool set[ROLE_COUNT];
};

static struct str
next_word(struct str *rest)
{
	struct str word;
	size_t end;

	*rest = str_trim(*rest);
	end = str_find(*rest, STR(" "), 0);
	if (end == (size_t)-1)
		end = rest->len;
	word = str_slice(*rest, 0, end);
	*rest = str_slice(*rest, end, rest->len);
	return word;
}

static bool
find_colour(struct str word, short *colour)
{
	if (str_is(word, "default")) {
		*colour = COLOUR_DEFAULT;
		return true;
	}
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (str_is(word, colours[i])) {
			*colour = (short)i;
			return true;
		}
	return false;
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
parse_style(struct str value, struct style *style, struct str *bad)
{
	*style = (struct style){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	for (;;) {
		struct str word = next_word(&value);
		unsigned bit;

		if (str_is_empty(word))
			return true;
		*bad = word;
		if (str_is(word, "on")) {
			word = next_word(&value);
			if (word.len)
				*bad = word;
			if (!find_colour(word, &style->bg))
				return false;
		} else if (find_attribute(word, &bit)) {
			style->bits |= bit;
		} else if (!find_colour(word, &style->fg)) {
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
		if (!str_is(key, roles[i].word))
			continue;
		if (!parse_style(value, &r->theme->styles[i], &bad))
			return error_set(err, ERROR_USAGE,
				"%s:%d: `%.*s` is no colour and no attribute (colours: default, "
				"black "
				"… white, bright-black … bright-white; attributes: bold dim "
				"underline "
				"reverse italic)",
				r->file, line, STR_ARG(bad));
		r->set[i] = true;
		return true;
	}
	return error_set(
		err, ERROR_USAGE, "%s:%d: there is no role `%.*s`", r->file, line, STR_ARG(key));
}

bool
theme_parse(
	struct theme *theme, const char *name, struct str text, const char *file, struct error *err)
{
	struct reader r = {.theme = theme, .file = file};

	*theme = (struct theme){0};
	snprintf(theme->name, sizeof(theme->name), "%s", name);
	theme->styles[ROLE_TEXT] = (struct style){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	if (!ini_parse(text, file, read_row, &r, err))
		return false;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!r.set[i])
			theme->styles[i] = theme->styles[ROLE_TEXT];
	return true;
}

void
theme_mono(struct theme *theme)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		theme->styles[i] = (struct style){COLOUR_DEFAULT, COLOUR_DEFAULT, roles[i].mono};
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
