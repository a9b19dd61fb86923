#include "core/base/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* What a byte may begin, between strings. */
enum { OTHER, WHITE, QUOTE, NUMBER, PUNCTUATION };

#define AS(type) (PUNCTUATION + (type))
static const unsigned char begins[256] = {
	[' '] = WHITE,
	['\t'] = WHITE,
	['\n'] = WHITE,
	['\r'] = WHITE,
	['"'] = QUOTE,
	['-'] = NUMBER,
	['0' ... '9'] = NUMBER,
	['{'] = AS(JSON_TOKEN_OPEN_OBJECT),
	['}'] = AS(JSON_TOKEN_CLOSE_OBJECT),
	['['] = AS(JSON_TOKEN_OPEN_ARRAY),
	[']'] = AS(JSON_TOKEN_CLOSE_ARRAY),
	[':'] = AS(JSON_TOKEN_COLON),
	[','] = AS(JSON_TOKEN_COMMA),
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Bytes of the escape whose backslash is p[0]; 0: JSON has none such. */
static size_t
escape_length(const char *p, size_t len)
{
	if (len < 2)
		return 0;
	if (p[1] == '"' || p[1] == '\\')
		return 2;
	if (p[1] != 'u')
		return p[1] && strchr("/bfnrt", p[1]) ? 2 : 0;
	for (size_t i = 2; i < 6; i++)
		if (i >= len || !is_hex(p[i]))
			return 0;
	return 6;
}

/* The next byte of a string that is not just itself: its end, an escape, a control character. */
static inline size_t
find_special(const char *p, size_t len, size_t i)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1f);

	for (; i + 16 <= len; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i ends =
			_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape));
		__m128i below = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes);
		int found = _mm_movemask_epi8(_mm_or_si128(ends, below));

		if (found)
			return i + (size_t)__builtin_ctz((unsigned)found);
	}
#endif
	while (i < len && p[i] != '"' && p[i] != '\\' && (unsigned char)p[i] > 0x1f)
		i++;
	return i;
}

/* 0 when it does not end on its line, or holds an escape that JSON does not have. Other control
 * characters are let through: a tab in a user agent must not hide a record. */
static inline size_t
string_length(const char *p, size_t len, bool *plain)
{
	*plain = true;
	for (size_t i = find_special(p, len, 1); i < len; i = find_special(p, len, i)) {
		size_t step = 1;

		if (p[i] == '"')
			return i + 1;
		*plain = false;
		if (p[i] == '\\')
			step = escape_length(p + i, len - i);
		if (p[i] == '\n' || !step)
			return 0;
		i += step;
	}
	return 0;
}

size_t
json_string_length(struct str text, bool *plain)
{
	*plain = false;
	return text.len && text.data[0] == '"' ? string_length(text.data, text.len, plain) : 0;
}

static bool
is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

size_t
json_plain_length(struct str s)
{
	size_t n = 0;

#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
	const __m128i blank = _mm_set1_epi8(' '), last = _mm_set1_epi8(0x7e);

	for (; n + 16 <= s.len; n += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(s.data + n));
		__m128i special =
			_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape));
		/* Signed: what is not ASCII is below a blank. */
		__m128i outside =
			_mm_or_si128(_mm_cmplt_epi8(bytes, blank), _mm_cmpgt_epi8(bytes, last));
		int found = _mm_movemask_epi8(_mm_or_si128(special, outside));

		if (found)
			return n + (size_t)__builtin_ctz((unsigned)found);
	}
#endif
	while (n < s.len && is_plain(s.data[n]))
		n++;
	return n;
}

static size_t
digits(const char *p, size_t len, size_t i)
{
	while (i < len && is_digit(p[i]))
		i++;
	return i;
}

/* Length of a number as RFC 8259 spells it; 0 when it is none. */
static size_t
number_length(const char *p, size_t len)
{
	size_t i = p[0] == '-', from = i;

	i = digits(p, len, i);
	if (i == from || (p[from] == '0' && i - from > 1))
		return 0;
	if (i < len && p[i] == '.') {
		from = i + 1;
		i = digits(p, len, from);
		if (i == from)
			return 0;
	}
	if (i < len && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		if (i < len && (p[i] == '+' || p[i] == '-'))
			i++;
		from = i;
		i = digits(p, len, from);
		if (i == from)
			return 0;
	}
	return i;
}

static size_t
literal_length(const char *p, size_t len)
{
	static const struct str words[] = {
		{"true", 4},
		{"false", 5},
		{"null", 4},
	};

	for (size_t i = 0; i < 3; i++)
		if (str_starts_with((struct str){p, len}, words[i]))
			return words[i].len;
	return 0;
}

struct json_token
json_next_token(struct json_lexer *lexer)
{
	struct json_token token = {JSON_TOKEN_END, 0, 0};
	const char *p = lexer->text.data + lexer->at, *end = lexer->text.data + lexer->text.len;
	unsigned class = WHITE;
	bool plain;

	while (p < end && (class = begins[(unsigned char)*p]) == WHITE)
		p++;
	token.offset = lexer->at = (size_t)(p - lexer->text.data);
	if (p == end)
		return token;
	if (class >= PUNCTUATION) {
		token.type = class - PUNCTUATION;
		token.len = 1;
	} else if (class == QUOTE) {
		token.len = string_length(p, (size_t)(end - p), &plain);
		token.type = token.len ? JSON_TOKEN_STRING : JSON_TOKEN_BAD;
		if (!token.len)
			token.len = (size_t)(end - p);
	} else {
		token.len = class == NUMBER ? number_length(p, (size_t)(end - p))
					    : literal_length(p, (size_t)(end - p));
		token.type = !token.len		? JSON_TOKEN_BAD
			     : class == NUMBER ? JSON_TOKEN_NUMBER
					       : JSON_TOKEN_LITERAL;
		token.len += !token.len;
	}
	lexer->at += token.len;
	return token;
}

/* Strings and punctuation one after another, which most of a value is. */
bool
json_skip_nested(struct json_lexer *lexer)
{
	const char *text = lexer->text.data, *p = text + lexer->at, *end = text + lexer->text.len;
	size_t depth = 1, len;
	bool plain;

	while (p < end) {
		unsigned class = begins[(unsigned char)*p];

		if (class == QUOTE) {
			len = string_length(p, (size_t)(end - p), &plain);
		} else if (class == NUMBER) {
			len = number_length(p, (size_t)(end - p));
		} else if (class == OTHER) {
			len = literal_length(p, (size_t)(end - p));
		} else {
			depth += class == AS(JSON_TOKEN_OPEN_OBJECT) ||
				 class == AS(JSON_TOKEN_OPEN_ARRAY);
			depth -= class == AS(JSON_TOKEN_CLOSE_OBJECT) ||
				 class == AS(JSON_TOKEN_CLOSE_ARRAY);
			len = 1;
		}
		p += len;
		if (!len || !depth)
			break;
	}
	lexer->at = (size_t)(p - text);
	return !depth;
}
