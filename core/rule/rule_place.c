/*
 * From a byte of the query to its place in the file. YAML folds lines, takes indentation away and
 * has escapes, but keeps every visible character and their order: so they are counted in both.
 */
#include "core/base/text.h"
#include "core/rule/rule_private.h"

struct source {
	struct str text;
	size_t at;
	enum rule_style style;
};

static char
peek(const struct source *s, size_t ahead)
{
	return s->at + ahead < s->text.len ? s->text.data[s->at + ahead] : '\0';
}

/* Bytes of a character as it is written here. */
static size_t
written(const struct source *s)
{
	static const char kinds[] = "xuU";
	static const size_t lengths[] = {4, 6, 10};
	const char *kind;
	uint32_t cp;

	if (s->style == STYLE_SINGLE && peek(s, 0) == '\'' && peek(s, 1) == '\'')
		return 2;
	if (s->style == STYLE_DOUBLE && peek(s, 0) == '\\') {
		kind = peek(s, 1) ? strchr(kinds, peek(s, 1)) : NULL;
		return kind ? lengths[kind - kinds] : 2;
	}
	return text_decode(str_slice(s->text, s->at, s->text.len), &cp);
}

/* Is what is written here white space, or nothing at all? */
static bool
writes_blank(const struct source *s)
{
	char c = peek(s, 1);

	if (s->style != STYLE_DOUBLE || peek(s, 0) != '\\')
		return str_is_blank(peek(s, 0));
	return str_is_blank(c) || c == 'n' || c == 't' || c == 'r';
}

static size_t
count_visible(struct str text)
{
	size_t count = 0;
	uint32_t cp;

	for (size_t i = 0; i < text.len;) {
		size_t n = text_decode(str_slice(text, i, text.len), &cp);

		count += !str_is_blank(text.data[i]);
		i += n ? n : 1;
	}
	return count;
}

/* The byte of a line and a column. */
static size_t
byte_of(struct str text, size_t line, size_t col)
{
	size_t at = 0;

	for (; line > 1; line--) {
		size_t end = str_find(text, STR("\n"), at);

		if (end == (size_t)-1)
			break;
		at = end + 1;
	}
	return at + text_offset(str_slice(text, at, text.len), col - 1);
}

void
rule_line_and_column(struct str text, size_t at, size_t *line, size_t *col)
{
	struct str before = str_slice(text, 0, at);
	size_t end;

	for (*line = 1; (end = str_find(before, STR("\n"), 0)) != (size_t)-1; ++*line)
		before = str_slice(before, end + 1, before.len);
	if (*line == 1 && str_starts_with(before, STR("\xef\xbb\xbf")))
		before = str_slice(before, 3, before.len);
	*col = text_length(before) + 1;
}

/* To the first character of the text itself. */
static void
skip_opening(struct source *s)
{
	if (s->style == STYLE_SINGLE || s->style == STYLE_DOUBLE)
		s->at++;
	while (s->style == STYLE_BLOCK && s->at < s->text.len && s->text.data[s->at++] != '\n')
		;
}

void
rule_place_of(const struct rule *rule, struct str yaml, size_t at, size_t *line, size_t *col)
{
	struct source s = {
		yaml, byte_of(yaml, rule->place.line, rule->place.col), rule->place.style};
	size_t visible = count_visible(str_slice(rule->query, 0, at));
	bool blank = at >= rule->query.len || str_is_blank(rule->query.data[at]);
	size_t behind;

	skip_opening(&s);
	behind = s.at;
	while (s.at < yaml.len && (visible > 0 || (!blank && writes_blank(&s)))) {
		size_t n = written(&s);

		if (!writes_blank(&s)) {
			visible--;
			behind = s.at + n;
		}
		s.at += n ? n : 1;
	}
	rule_line_and_column(yaml, blank ? behind : s.at, line, col);
}
