/* The operators that look into a text: a row each, and the function behind it. */
#include "core/base/text.h"
#include "core/rule/kql_function.h"

enum place { ANYWHERE, AT_START, AT_END, TERM, TERM_START, TERM_END };

/* A term ends where letters and digits end. */
static bool
is_term(struct str s, struct str needle, size_t at, enum place place)
{
	size_t end = at + needle.len;

	if (place != TERM_END && text_alnum_at(needle, 0) && text_alnum_before(s, at))
		return false;
	return place == TERM_START || !text_alnum_before(needle, needle.len) ||
	       !text_alnum_at(s, end);
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
	for (size_t i = 1; i < c->count; i++)
		for (size_t k = 0; k < kql_item_count(c->args[i]); k++)
			if (text_holds(c, kql_item(c->args[i], k), TERM, true) != all)
				return value_bool(!all);
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

/* Which of the array's items is the first that the text holds. */
static struct value
eval_has_any_index(const struct kql_call *c)
{
	for (size_t i = 0; kql_array_arg(c, 1) && i < c->args[1].d->count; i++)
		if (text_holds(c, kql_item(c->args[1], i), TERM, true))
			return value_long((int64_t)i);
	return value_long(-1);
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
	KQL_FUNCTION("has_any_index", "ud", 'l', eval_has_any_index, NULL, "position of the first term that the text holds, -1 without"),
};
/* clang-format on */

KQL_TABLE(kql_term_operators);
