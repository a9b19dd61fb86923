#include "core/pipeline/edge.h"

#include <string.h>

#include "core/base/str.h"

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && str_is_blank(*at))
		at++;
	return at;
}

/* Back over at most so many blanks to this byte; NULL: there is another. */
static const char *
back_to(const char *at, const char *from, char c)
{
	for (int n = 0; at > from && n <= EDGE_BLANKS; n++)
		if (!str_is_blank(*--at))
			return *at == c ? at : NULL;
	return NULL;
}

/* The comma before an element, at or behind `from`. */
static const char *
find_element(const char *key, const char *from, const char *end)
{
	struct str rest = {from, (size_t)(end - from)}, name = str_from(key);
	size_t at = 0;

	while ((at = str_find(rest, name, at)) != (size_t)-1) {
		const char *brace = back_to(from + at, from, '{');
		const char *comma = brace ? back_to(brace, from, ',') : NULL;

		if (comma)
			return comma;
		at += name.len;
	}
	return NULL;
}

const char *
edge_find(const char *key, const char *from, const char *end)
{
	const char *line;

	if (key[0])
		return find_element(key, from, end);
	line = memchr(from, '\n', (size_t)(end - from));
	return line ? line + 1 : NULL;
}

void
edge_key(const char *at, const char *end, char key[EDGE_KEY])
{
	const char *quote;

	memset(key, 0, EDGE_KEY);
	at = skip_blanks(at, end);
	if (at < end && *at == '{') {
		static const char name[] = "\"Records\"";

		at = skip_blanks(at + 1, end);
		if ((size_t)(end - at) < sizeof(name) || memcmp(at, name, sizeof(name) - 1) != 0)
			return;
		at = skip_blanks(at + sizeof(name) - 1, end);
		if (at == end || *at++ != ':')
			return;
		at = skip_blanks(at, end);
	}
	if (at == end || *at++ != '[' || (at = skip_blanks(at, end)) == end || *at++ != '{' ||
		(at = skip_blanks(at, end)) == end || *at != '"')
		return;
	quote = memchr(at + 1, '"', (size_t)(end - at) - 1);
	if (quote && quote - at < EDGE_KEY - 2)
		memcpy(key, at, (size_t)(quote - at) + 1);
}
