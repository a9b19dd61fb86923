/* The operators that look into a text: a row each, and the function behind it. */
#include "core/base/text.h"
#include "core/rule/kql_function.h"

enum place { ANYWHERE, AT_START, AT_END, TERM, TERM_START, TERM_END };

static bool
alnum_before(struct str s, size_t at)
{
	uint32_t cp;

	if (at == 0)
		return false;
	do
		at--;
	while (at && ((unsigned char)s.data[at] & 0xc0) == 0x80);
	text_decode(str_slice(s, at, s.len), &cp);
	return text_is_alnum(cp);
}

static bool
alnum_at(struct str s, size_t at)
{
	uint32_t cp;

	return text_decode(str_slice(s, at, s.len), &cp) && text_is_alnum(cp);
}

/* A term ends where letters and digits end. */
static bool
is_term(struct str s, struct str needle, size_t at, enum place place)
{
	size_t end = at + needle.len;

	if (place != TERM_END && alnum_at(needle, 0) && alnum_before(s, at))
		return false;
	return place == TERM_START || !alnum_before(needle, needle.len) || !alnum_at(s, end);
}

static bool
holds(struct str s, struct str needle, enum place place)
{
	if (place == AT_START)
		return str_starts_with(s, needle);
	if (place == AT_END)
		return str_ends_with(s, needle);
	if (!needle.len)
		return true;
	for (size_t at = str_find(s, needle, 0); at != (size_t)-1; at = str_find(s, needle, at + 1))
		if (place == ANYWHERE || is_term(s, needle, at, place))
			return true;
	return false;
}

static bool
text_holds(const struct kql_call *c, struct value needle, enum place place, bool nocase)
{
	struct str s = c->args[0].s, n = value_text(&c->frame->arena, needle);

	if (nocase) {
		s = fold_text(&c->frame->arena, s);
		n = fold_text(&c->frame->arena, n);
	}
	return holds(s, n, place);
}

#define TEXT_OPERATORS(name, place)                                                                \
	static struct value eval_##name(const struct kql_call *c)                                  \
	{                                                                                          \
		return value_bool(text_holds(c, c->args[1], place, true));                         \
	}                                                                                          \
	static struct value eval_not_##name(const struct kql_call *c)                              \
	{                                                                                          \
		return value_bool(!text_holds(c, c->args[1], place, true));                        \
	}                                                                                          \
	static struct value eval_##name##_cs(const struct kql_call *c)                             \
	{                                                                                          \
		return value_bool(text_holds(c, c->args[1], place, false));                        \
	}                                                                                          \
	static struct value eval_not_##name##_cs(const struct kql_call *c)                         \
	{                                                                                          \
		return value_bool(!text_holds(c, c->args[1], place, false));                       \
	}

TEXT_OPERATORS(contains, ANYWHERE)
TEXT_OPERATORS(startswith, AT_START)
TEXT_OPERATORS(endswith, AT_END)
TEXT_OPERATORS(has, TERM)
TEXT_OPERATORS(hasprefix, TERM_START)
TEXT_OPERATORS(hassuffix, TERM_END)

static struct value
has_some(const struct kql_call *c, bool all)
{
	for (size_t i = 1; i < c->count; i++) {
		struct value item = c->args[i];
		bool list =
			item.type == KUSTO_DYNAMIC && !item.null && item.d->kind == DYNAMIC_ARRAY;
		size_t count = list ? item.d->count : 1;

		for (size_t k = 0; k < count; k++) {
			struct value needle = list ? value_dynamic(item.d->items[k]) : item;

			if (text_holds(c, needle, TERM, true) != all)
				return value_bool(!all);
		}
	}
	return value_bool(all);
}

static struct value
eval_has_any(const struct kql_call *c)
{
	return has_some(c, false);
}

static struct value
eval_has_all(const struct kql_call *c)
{
	return has_some(c, true);
}

/* clang-format off */
#define TEXTS(name, params, what) \
	KQL_INFIX(#name, params, 'b', false, eval_##name, NULL, what), \
	KQL_INFIX("!" #name, params, 'b', false, eval_not_##name, NULL, "not: " what), \
	KQL_INFIX(#name "_cs", params, 'b', false, eval_##name##_cs, NULL, what ", case counts"), \
	KQL_INFIX("!" #name "_cs", params, 'b', false, eval_not_##name##_cs, NULL, "not: " what ", case counts")

static const struct kql_function rows[] = {
	TEXTS(has, "us", "holds the term"),
	TEXTS(hasprefix, "us", "holds a term that begins so"),
	TEXTS(hassuffix, "us", "holds a term that ends so"),
	TEXTS(contains, "uu", "holds the text"),
	TEXTS(startswith, "uu", "begins with the text"),
	TEXTS(endswith, "uu", "ends with the text"),
	KQL_INFIX("has_any", "ua+", 'b', false, eval_has_any, kql_bind_texts, "holds one of the terms"),
	KQL_INFIX("has_all", "ua+", 'b', false, eval_has_all, kql_bind_texts, "holds all of the terms"),
};
/* clang-format on */

KQL_TABLE(kql_term_operators);
