/*
 * Kusto's regular expressions are those of Rust's regex crate; PCRE2 runs them. What both write the
 * same and mean differently is written anew or refused, so that a pattern means what it does there.
 */
#include "core/rule/kql.h"

struct walk {
	struct str pattern;
	size_t at;
	struct buf *out;
	const char *why; /* set when refused */
};

static char
peek(const struct walk *w, size_t ahead)
{
	return w->at + ahead < w->pattern.len ? w->pattern.data[w->at + ahead] : '\0';
}

static bool
refuse(struct walk *w, const char *why)
{
	w->why = why;
	return false;
}

static void
copy(struct walk *w, size_t count)
{
	buf_append(w->out, w->pattern.data + w->at, count);
	w->at += count;
}

static bool
is_alnum(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

/* \u007F \u{7F} \U0000007F \U{7F} → \x{…}; \x stands as it is. */
static bool
walk_code_point(struct walk *w)
{
	size_t digits = peek(w, 1) == 'u' ? 4 : 8, n = 0;

	if (peek(w, 2) == '{') {
		buf_puts(w->out, "\\x");
		w->at += 2;
		while (w->at < w->pattern.len && w->pattern.data[w->at - 1] != '}')
			copy(w, 1);
		return true;
	}
	while (n < digits && is_alnum(peek(w, 2 + n)))
		n++;
	if (n < digits)
		return refuse(w, "an escape of a character has too few digits");
	buf_puts(w->out, "\\x{");
	w->at += 2;
	copy(w, digits);
	buf_putc(w->out, '}');
	return true;
}

static bool
walk_escape(struct walk *w)
{
	char c = peek(w, 1);

	if (c == 'u' || c == 'U')
		return walk_code_point(w);
	if (c == '<' || c == '>' || (c == 'b' && peek(w, 2) == '{'))
		return refuse(w, "the start and the end of a word are not supported here: use \\b");
	if (c >= '0' && c <= '9')
		return refuse(w, "Kusto has no backreferences");
	if (is_alnum(c) && !strchr("aftnrvxAzbBdDsSwWpP", c))
		return refuse(w, "Kusto has no such escape");
	if (c == 'v') { /* one character there, a class in PCRE2 */
		buf_puts(w->out, "\\x0b");
		w->at += 2;
		return true;
	}
	copy(w, w->at + 1 < w->pattern.len ? 2 : 1);
	if (strchr("pPx", c) && peek(w, 0) == '{') /* no repetition */
		while (w->at < w->pattern.len && w->pattern.data[w->at - 1] != '}')
			copy(w, 1);
	return true;
}

/* ---- classes ---- */

/* These are ASCII there, also where \d and \w are not. */
static const struct {
	const char *name, *ascii;
} classes[] = {
	{"alnum", "0-9A-Za-z"},
	{"alpha", "A-Za-z"},
	{"ascii", "\\x00-\\x7f"},
	{"blank", "\\t "},
	{"cntrl", "\\x00-\\x1f\\x7f"},
	{"digit", "0-9"},
	{"graph", "!-~"},
	{"lower", "a-z"},
	{"print", " -~"},
	{"punct", "!-\\/:-@\\[-`{-~"},
	{"space", "\\t\\n\\x0b\\f\\r "},
	{"upper", "A-Z"},
	{"word", "0-9A-Za-z_"},
	{"xdigit", "0-9A-Fa-f"},
};

/* [:alpha:] within a class; [:^alpha:] has no other spelling in PCRE2. */
static bool
walk_named_class(struct walk *w)
{
	struct str rest = str_slice(w->pattern, w->at + 2, w->pattern.len);
	size_t end = str_find(rest, STR(":]"), 0);

	if (str_starts_with(rest, STR("^")))
		return refuse(w, "a negated named class is not supported here");
	for (size_t i = 0; end != (size_t)-1 && i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!str_is(str_slice(rest, 0, end), classes[i].name))
			continue;
		buf_puts(w->out, classes[i].ascii);
		w->at += 2 + end + 2;
		return true;
	}
	return refuse(w, "a class within a class is not supported here: write \\[");
}

static bool
walk_class(struct walk *w)
{
	copy(w, peek(w, 1) == '^' ? 2 : 1);
	if (peek(w, 0) == ']')
		copy(w, 1);
	while (w->at < w->pattern.len && peek(w, 0) != ']') {
		char c = peek(w, 0);

		if (c == '\\' ? !walk_escape(w) : c == '[' ? !walk_named_class(w) : false)
			return false;
		if (c == '\\' || c == '[')
			continue;
		if ((c == '&' || c == '~' || c == '-') && peek(w, 1) == c)
			return refuse(w, "&&, -- and ~~ of classes are not supported here");
		copy(w, 1);
	}
	if (w->at < w->pattern.len)
		copy(w, 1);
	return true;
}

/* ---- groups and repetitions ---- */

/* (?: (?<name> (?P<name> (?flags) (?flags: and no other. */
static bool
walk_group(struct walk *w)
{
	size_t n = 2;

	if (peek(w, 1) == '*')
		return refuse(w, "Kusto has no verbs (*…)");
	if (peek(w, 1) != '?') {
		copy(w, 1);
		return true;
	}
	if (peek(w, 2) == '<' ? peek(w, 3) == '=' || peek(w, 3) == '!'
			      : peek(w, 2) == '=' || peek(w, 2) == '!')
		return refuse(w, "Kusto has no look-around");
	if (peek(w, 2) == 'P' && peek(w, 3) == '<')
		n = 3;
	while (peek(w, n) && strchr("imsUx-", peek(w, n)))
		n++;
	if (!peek(w, n) || !strchr(n == 3 && peek(w, 2) == 'P' ? "<"
				   : n == 2		       ? "<:"
							       : ":)",
				   peek(w, n)))
		return refuse(w, "no such group is supported here");
	copy(w, n);
	return true;
}

static bool
walk_repetition(struct walk *w)
{
	size_t n = 1;

	if (peek(w, 0) == '{') {
		while (peek(w, n) && strchr("0123456789,", peek(w, n)))
			n++;
		if (n == 1 || peek(w, n) != '}')
			return refuse(w, "a { that repeats nothing is written \\{");
		n++;
	}
	copy(w, n);
	if (peek(w, 0) == '?')
		copy(w, 1);
	if (peek(w, 0) && strchr("*+?{", peek(w, 0)))
		return refuse(w, "a repetition of a repetition needs a group");
	return true;
}

static bool
walk_one(struct walk *w)
{
	switch (peek(w, 0)) {
	case '\\':
		return walk_escape(w);
	case '[':
		return walk_class(w);
	case '(':
		return walk_group(w);
	case '*':
	case '+':
	case '?':
	case '{':
		return walk_repetition(w);
	default:
		copy(w, 1);
		return true;
	}
}

bool
kql_translate_regex(struct buf *out, struct str pattern, size_t *column, const char **why)
{
	struct walk w = {.pattern = pattern, .out = out};

	while (w.at < pattern.len) {
		if (walk_one(&w))
			continue;
		*column = w.at + 1;
		*why = w.why;
		return false;
	}
	return true;
}
