#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/rule/kql.h"

bool
kql_fail(struct kql_fault *fault, size_t at, const char *fmt, ...)
{
	va_list args;

	fault->at = at;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return false;
}

static char
peek(const struct kql_lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.len ? l->text.data[l->at + ahead] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_start(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '$';
}

static bool
is_name(char c)
{
	return is_name_start(c) || is_digit(c);
}

static void
skip_white(struct kql_lexer *l)
{
	while (l->at < l->text.len) {
		if (peek(l, 0) == '/' && peek(l, 1) == '/')
			while (l->at < l->text.len && peek(l, 0) != '\n')
				l->at++;
		else if (strchr(" \t\r\n", peek(l, 0)))
			l->at++;
		else
			return;
	}
}

/* ---- strings ---- */

static bool
put_hex(struct kql_lexer *l, struct buf *out, int digits)
{
	uint32_t cp = 0;

	for (int i = 0; i < digits; i++, l->at++) {
		char c = peek(l, 0);

		if (is_digit(c))
			cp = cp * 16 + (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			cp = cp * 16 + (uint32_t)((c | 32) - 'a') + 10;
		else
			return kql_fail(l->fault, l->at, "a hexadecimal digit is missing");
	}
	if (cp > 0x10ffff)
		return kql_fail(l->fault, l->at - 1, "there is no such character");
	text_encode(out, cp);
	return true;
}

static bool
put_escape(struct kql_lexer *l, struct buf *out)
{
	static const char from[] = "abfnrtv0\\\"'", to[] = "\a\b\f\n\r\t\v\0\\\"'";
	char c = peek(l, 0);
	const char *found = c ? strchr(from, c) : NULL;

	if (!found && c != 'u' && c != 'U' && c != 'x')
		return kql_fail(l->fault, l->at - 1,
			"`\\%c` is no escape; write a verbatim string as @\"...\"", c);
	l->at++;
	if (c == 'u' || c == 'U' || c == 'x')
		return put_hex(l, out, c == 'u' ? 4 : c == 'U' ? 8 : 2);
	if (c == '0')
		buf_append(out, "\xc0\x80", 2);
	else
		buf_putc(out, to[found - from]);
	return true;
}

/* The quote stands at l->at. */
static bool
read_quoted(struct kql_lexer *l, bool verbatim, struct buf *out)
{
	size_t from = l->at;
	char quote = peek(l, 0);

	for (l->at++; l->at < l->text.len;) {
		char c = peek(l, 0);

		if (c == quote && verbatim && peek(l, 1) == quote) {
			buf_putc(out, quote);
			l->at += 2;
		} else if (c == quote) {
			l->at++;
			return true;
		} else if (c == '\n') {
			break;
		} else if (c == '\\' && !verbatim) {
			l->at++;
			if (!put_escape(l, out))
				return false;
		} else {
			buf_putc(out, c);
			l->at++;
		}
	}
	return kql_fail(l->fault, from, "the string has no closing %c", quote);
}

static bool
read_fenced(struct kql_lexer *l, const char *fence, struct buf *out)
{
	size_t end = str_find(l->text, str_from(fence), l->at + 3);

	if (end == (size_t)-1)
		return kql_fail(l->fault, l->at, "the string has no closing %s", fence);
	buf_str(out, str_slice(l->text, l->at + 3, end - l->at - 3));
	l->at = end + 3;
	return true;
}

static bool
read_string(struct kql_lexer *l, struct kql_token *token)
{
	struct buf out = {0};
	bool verbatim = false, ok;

	if ((peek(l, 0) | 32) == 'h') /* hidden from query logs: the same string */
		l->at++;
	if (peek(l, 0) == '@') {
		verbatim = true;
		l->at++;
	}
	if (peek(l, 0) == '`' || peek(l, 0) == '~')
		ok = read_fenced(l, peek(l, 0) == '`' ? "```" : "~~~", &out);
	else
		ok = read_quoted(l, verbatim, &out);
	token->type = TOKEN_VALUE;
	token->value = value_string(arena_str(l->arena, buf_view(&out)));
	buf_fini(&out);
	return ok;
}

static bool
at_string(const struct kql_lexer *l)
{
	size_t i = (peek(l, 0) | 32) == 'h';

	if (peek(l, i) == '@')
		i++;
	if (peek(l, i) == '"' || peek(l, i) == '\'')
		return true;
	return i == 0 && ((peek(l, 0) == '`' && peek(l, 1) == '`' && peek(l, 2) == '`') ||
				 (peek(l, 0) == '~' && peek(l, 1) == '~' && peek(l, 2) == '~'));
}

/* ---- numbers ---- */

static bool
is_hex(struct str text)
{
	return text.len > 2 && text.data[0] == '0' && (text.data[1] | 32) == 'x';
}

static bool
read_long(struct kql_lexer *l, struct kql_token *token, struct str text)
{
	char *digits = arena_cstr(l->arena, text), *end;
	bool hex = is_hex(text);
	unsigned long long value = strtoull(digits, &end, hex ? 16 : 10);

	if (*end || text.len > 19 || value > INT64_MAX)
		return kql_fail(
			l->fault, token->at, "the number %.*s does not fit a long", STR_ARG(text));
	token->value = value_long((int64_t)value);
	return true;
}

static bool
read_number(struct kql_lexer *l, struct kql_token *token)
{
	size_t from = l->at;
	struct str text;
	bool real = false;
	int64_t ticks;

	if (peek(l, 0) == '0' && (peek(l, 1) | 32) == 'x')
		l->at += 2;
	while (is_digit(peek(l, 0)) || (peek(l, 0) == '.' && is_digit(peek(l, 1)) && !real)) {
		real |= peek(l, 0) == '.';
		l->at++;
	}
	if ((peek(l, 0) | 32) == 'e' &&
		(is_digit(peek(l, 1)) || (strchr("+-", peek(l, 1)) && is_digit(peek(l, 2))))) {
		real = true;
		for (l->at += 2; is_digit(peek(l, 0)); l->at++)
			;
	}
	while (is_name(peek(l, 0)))
		l->at++;
	text = str_slice(l->text, from, l->at - from);
	token->type = TOKEN_VALUE;
	if (is_digit(text.data[text.len - 1]) || is_hex(text)) {
		if (!real)
			return read_long(l, token, text);
		token->value = value_real(strtod(arena_cstr(l->arena, text), NULL));
		return true;
	}
	if (!span_parse(text, &ticks))
		return kql_fail(
			l->fault, from, "`%.*s` is neither a number nor a timespan", STR_ARG(text));
	token->value = value_span(ticks);
	return true;
}

/* ---- typed literals: datetime(...), dynamic(...) ---- */

static const struct {
	const char *name;
	enum kusto_type type;
} literal_types[] = {
	{"datetime", KUSTO_DATETIME},
	{"date", KUSTO_DATETIME},
	{"timespan", KUSTO_TIMESPAN},
	{"time", KUSTO_TIMESPAN},
	{"bool", KUSTO_BOOL},
	{"int", KUSTO_INT},
	{"long", KUSTO_LONG},
	{"real", KUSTO_REAL},
	{"double", KUSTO_REAL},
	{"decimal", KUSTO_DECIMAL},
	{"guid", KUSTO_GUID},
	{"dynamic", KUSTO_DYNAMIC},
};

/* Index of the closing parenthesis, quotes and nesting respected. */
static size_t
closing(const struct kql_lexer *l, size_t at)
{
	size_t depth = 1;
	char quote = '\0';

	for (; at < l->text.len; at++) {
		char c = l->text.data[at];

		if (quote) {
			if (c == '\\')
				at++;
			else if (c == quote)
				quote = '\0';
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '(') {
			depth++;
		} else if (c == ')' && --depth == 0) {
			return at;
		}
	}
	return (size_t)-1;
}

static struct str
unquoted(struct str s)
{
	if (s.len >= 2 && (s.data[0] == '"' || s.data[0] == '\'') && s.data[s.len - 1] == s.data[0])
		return str_slice(s, 1, s.len - 2);
	return s;
}

static bool
typed_value(struct kql_lexer *l, enum kusto_type type, struct str inner, struct value *value)
{
	if (str_is(inner, "null")) {
		*value = value_null(type);
		return true;
	}
	if (type == KUSTO_DYNAMIC)
		return kql_read_dynamic(l->arena, inner, value);
	*value = value_convert(l->arena, value_string(arena_str(l->arena, unquoted(inner))), type);
	return !value->null;
}

/* A type's name with its parenthesis: its inside is no expression. */
static bool
read_typed(struct kql_lexer *l, struct kql_token *token, bool *typed)
{
	size_t open = l->at, close;
	struct str inner;

	*typed = false;
	if (peek(l, 0) != '(')
		return true;
	for (size_t i = 0; i < sizeof(literal_types) / sizeof(literal_types[0]); i++) {
		if (!str_is(token->text, literal_types[i].name))
			continue;
		close = closing(l, open + 1);
		if (close == (size_t)-1)
			return kql_fail(l->fault, open, "this parenthesis is never closed");
		inner = str_trim(str_slice(l->text, open + 1, close - open - 1));
		if (!typed_value(l, literal_types[i].type, inner, &token->value))
			return kql_fail(l->fault, token->at, "`%.*s` is no %s literal",
				STR_ARG(inner), literal_types[i].name);
		*typed = true;
		token->type = TOKEN_VALUE;
		l->at = close + 1;
		return true;
	}
	return true;
}

/* These three spellings, no other mixture of cases. */
static bool
is_bool(struct str text)
{
	static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_is(text, words[i]))
			return true;
	return false;
}

static bool
read_name(struct kql_lexer *l, struct kql_token *token)
{
	size_t from = l->at;
	bool typed;

	if (peek(l, 0) == '!')
		l->at++;
	while (is_name(peek(l, 0)))
		l->at++;
	token->type = TOKEN_NAME;
	token->text = str_slice(l->text, from, l->at - from);
	if (peek(l, 0) == '~' && (str_is(token->text, "in") || str_is(token->text, "!in"))) {
		l->at++;
		token->text.len++;
		return true;
	}
	if (is_bool(token->text)) {
		token->type = TOKEN_VALUE;
		token->value = value_bool((token->text.data[0] | 32) == 't');
		return true;
	}
	return read_typed(l, token, &typed);
}

static bool
read_symbol(struct kql_lexer *l, struct kql_token *token)
{
	static const char *const symbols[] = {"==", "=~", "!=", "!~", "<=", ">=", "<>", "..", "=>",
		"=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",", ";", ".",
		"|", ":", "?"};
	struct str rest = str_slice(l->text, l->at, l->text.len), hint, character;

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		if (!str_starts_with(rest, str_from(symbols[i])))
			continue;
		token->type = TOKEN_SYMBOL;
		token->text = str_from(symbols[i]);
		l->at += token->text.len;
		return true;
	}
	hint = kql_hint_of_character(l->arena, rest, &character);
	return kql_fail(l->fault, l->at, "`%.*s` has no meaning here%.*s", STR_ARG(character),
		STR_ARG(hint));
}

bool
kql_next_token(struct kql_lexer *l, struct kql_token *token)
{
	bool ok;
	char c;

	skip_white(l);
	*token = (struct kql_token){.type = TOKEN_END, .at = l->at};
	c = peek(l, 0);
	if (l->at >= l->text.len)
		ok = true;
	else if (at_string(l))
		ok = read_string(l, token);
	else if (is_digit(c))
		ok = read_number(l, token);
	else if (is_name_start(c) || (c == '!' && is_name_start(peek(l, 1))))
		ok = read_name(l, token);
	else
		ok = read_symbol(l, token);
	token->end = l->at;
	return ok;
}
