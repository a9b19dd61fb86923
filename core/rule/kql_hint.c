/*
 * What a word or a symbol that stands where none can was meant to be: what other languages write, a
 * misspelt operator, quotes of a word processor.
 */
#include "core/base/text.h"
#include "core/rule/kql_parser.h"

/* As other languages have it, and what Kusto has for it. */
static const struct {
	const char *word, *hint;
} foreign[] = {
	{"&&", "write `and`"},
	{"&", "write `and`"},
	{"||", "write `or`"},
	{"=", "to compare, write `==`"},
	{"!matches", "Kusto has no `!matches regex`, write not(x matches regex y)"},
	{"AND", "write `and`"},
	{"And", "write `and`"},
	{"OR", "write `or`"},
	{"Or", "write `or`"},
	{"NOT", "write `!in`, `!has` ..., or `not(...)`"},
	{"not", "write `!in`, `!has` ..., or `not(...)`"},
	{"equals", "write `==`"},
	{"eq", "write `==`"},
	{"ne", "write `!=`"},
	{"is", "isnull(x) asks for null, isempty(x) for an empty text"},
	{"IS", "isnull(x) asks for null, isempty(x) for an empty text"},
	{"like", "write `has`, `contains`, `startswith` or `matches regex`"},
	{"LIKE", "write `has`, `contains`, `startswith` or `matches regex`"},
	{"IN", "write `in`"},
	{"regex", "write `matches regex`"},
	{"if", "iff(condition, then, else) chooses"},
};

/* The token, or two symbols that touch. */
static struct str
word_at(const struct parser *p)
{
	struct str text = str_slice(p->lexer.text, p->token.at, p->token.end - p->token.at);
	struct str rest = str_slice(p->lexer.text, p->token.at, p->lexer.text.len);

	if (str_starts_with(rest, STR("||")))
		return STR("||");
	return str_starts_with(rest, STR("&&")) ? STR("&&") : text;
}

struct str
kql_hint_of(struct arena *arena, struct str word)
{
	struct str rest = str_slice(word, 1, word.len), near;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (str_is(word, foreign[i].word))
			return arena_printf(arena, ": %s", foreign[i].hint);
	if (str_starts_with(word, STR("!")) && kql_function_find(rest, true))
		return arena_printf(arena, ": Kusto has no `%.*s`, write not(x %.*s y)",
			STR_ARG(word), STR_ARG(rest));
	near = kql_operator_nearest(word);
	if (near.data)
		return arena_printf(arena, ": did you mean `%.*s`?", STR_ARG(near));
	return STR("");
}

struct str
parser_hint(const struct parser *p)
{
	if (p->token.type != TOKEN_NAME && p->token.type != TOKEN_SYMBOL)
		return STR("");
	return kql_hint_of(p->arena, word_at(p));
}

/* Of a character that begins no token. */
struct str
kql_hint_of_character(struct arena *arena, struct str rest, struct str *character)
{
	uint32_t cp;

	*character = str_slice(rest, 0, text_decode(rest, &cp));
	if (cp == TEXT_INVALID || text_is_hidden(cp))
		*character = STR("?");
	if (cp == 0x2018 || cp == 0x2019 || cp == 0x201c || cp == 0x201d || cp == 0x201e)
		return STR(": quotes are \" or '");
	if (cp == '!')
		return STR(": not(...) negates");
	return str_starts_with(rest, STR("&&")) ? kql_hint_of(arena, STR("&&"))
						: kql_hint_of(arena, *character);
}
