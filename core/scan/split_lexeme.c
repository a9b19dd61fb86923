#include "core/scan/split_lexeme.h"

#include "core/scan/split_number.h"

static enum split_step
damaged(const char **reason, const char *text)
{
	*reason = text;
	return SPLIT_DAMAGED;
}

/* What a file was not written to, or lost, reads as zeros. The string may still tell something. */
static void
say_hole(struct splitter *s)
{
	if (!s->holed && !s->searching)
		s->sink->damage(
			s->sink->context, s->base + s->at, "a run of zero bytes inside a string");
	s->holed = true;
}

static enum split_step
in_string(struct splitter *s, const char **reason)
{
	const char *p = s->window.data + s->at, *end = s->window.data + s->window.len;

	while (p < end && *p != '"' && *p != '\\' && *p != '\n' && *p)
		p++;
	s->at = (size_t)(p - s->window.data);
	if (p == end)
		return SPLIT_ON;
	if (*p == '\0') {
		say_hole(s);
		s->at++;
		return SPLIT_ON;
	}
	if (*p == '\n')
		return damaged(reason, "a line ends inside a string");
	s->at++;
	if (*p == '"')
		return SPLIT_ENDED;
	s->lexeme = SPLIT_ESCAPE;
	return SPLIT_ON;
}

static enum split_step
in_escape(struct splitter *s, const char **reason)
{
	char c = s->window.data[s->at];

	if (c == 'u') {
		s->lexeme = SPLIT_HEX;
		s->hex_left = 4;
	} else if (c && strchr("\"\\/bfnrt", c)) {
		s->lexeme = SPLIT_STRING;
	} else {
		return damaged(reason, "an escape that JSON does not have");
	}
	s->at++;
	return SPLIT_ON;
}

static enum split_step
in_hex(struct splitter *s, const char **reason)
{
	char c = s->window.data[s->at];

	if (!c || !strchr("0123456789abcdefABCDEF", c))
		return damaged(reason, "an escape that JSON does not have");
	s->at++;
	if (--s->hex_left == 0)
		s->lexeme = SPLIT_STRING;
	return SPLIT_ON;
}

static enum split_step
in_number(struct splitter *s, const char **reason)
{
	int next = split_next_number(s->number, s->window.data[s->at]);

	if (next) {
		s->number = next;
		s->at++;
		return SPLIT_ON;
	}
	if (s->number % 2 == 0)
		return SPLIT_ENDED;
	return damaged(reason, "a number that JSON does not have");
}

static enum split_step
in_literal(struct splitter *s, const char **reason)
{
	if (s->window.data[s->at] != *s->literal)
		return damaged(reason, "a word that JSON does not have");
	s->at++;
	return *++s->literal == '\0' ? SPLIT_ENDED : SPLIT_ON;
}

enum split_step
split_step_lexeme(struct splitter *s, const char **reason)
{
	switch (s->lexeme) {
	case SPLIT_STRING:
		return in_string(s, reason);
	case SPLIT_ESCAPE:
		return in_escape(s, reason);
	case SPLIT_HEX:
		return in_hex(s, reason);
	case SPLIT_NUMBER:
		return in_number(s, reason);
	case SPLIT_LITERAL:
		return in_literal(s, reason);
	case SPLIT_BETWEEN:
		break;
	}
	return SPLIT_ON;
}
