/* The operators between operands: a row each, and the function behind it. */
#include <math.h>

#include "core/base/text.h"
#include "core/rule/kql.h"

/* ---- logic: settled.md 17, null is unknown ---- */

static struct value
eval_and(const struct kql_call *c)
{
	struct value a = c->args[0], b = c->args[1];

	if ((!a.null && !a.b) || (!b.null && !b.b))
		return value_bool(false);
	return a.null || b.null ? value_null(KUSTO_BOOL) : value_bool(true);
}

static struct value
eval_or(const struct kql_call *c)
{
	struct value a = c->args[0], b = c->args[1];

	if ((!a.null && a.b) || (!b.null && b.b))
		return value_bool(true);
	return a.null || b.null ? value_null(KUSTO_BOOL) : value_bool(false);
}

/* ---- comparison ---- */

static bool
are_comparable(enum kusto_type a, enum kusto_type b)
{
	return a == b || a == KUSTO_DYNAMIC || b == KUSTO_DYNAMIC ||
	       (type_is_number(a) && type_is_number(b));
}

static bool
bind_comparable(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = 1; i < e->count; i++)
		if (!are_comparable(e->args[0]->type, e->args[i]->type))
			return kql_fail(scope->fault, e->args[i]->at,
				"a %s cannot be compared with a %s",
				kusto_type_name(e->args[0]->type),
				kusto_type_name(e->args[i]->type));
	return true;
}

static bool
is_ordered(enum kusto_type type)
{
	return type_is_number(type) || type == KUSTO_DATETIME || type == KUSTO_TIMESPAN ||
	       type == KUSTO_DYNAMIC;
}

static bool
bind_ordered(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (!is_ordered(e->args[i]->type))
			return kql_fail(scope->fault, e->args[i]->at, "`%.*s` does not order a %s",
				STR_ARG(e->name), kusto_type_name(e->args[i]->type));
	for (size_t i = 0; i < 2; i++)
		if (e->args[i]->type == KUSTO_DYNAMIC && e->args[1 - i]->type != KUSTO_DYNAMIC &&
			!type_is_number(e->args[1 - i]->type))
			return kql_fail(scope->fault, e->args[i]->at,
				"`%.*s` does not order a dynamic and a %s: to%s() makes one",
				STR_ARG(e->name), kusto_type_name(e->args[1 - i]->type),
				kusto_type_name(e->args[1 - i]->type));
	return bind_comparable(scope, e);
}

static struct value
eval_equal(const struct kql_call *c)
{
	return value_equal(&c->frame->arena, c->args[0], c->args[1], false);
}

static struct value
negated(struct value v)
{
	if (!v.null)
		v.b = !v.b;
	return v;
}

static struct value
eval_not_equal(const struct kql_call *c)
{
	return negated(eval_equal(c));
}

static struct value
eval_equal_nocase(const struct kql_call *c)
{
	return value_equal(&c->frame->arena, c->args[0], c->args[1], true);
}

static struct value
eval_not_equal_nocase(const struct kql_call *c)
{
	return negated(eval_equal_nocase(c));
}

/* False when there is no order between the two. */
static bool
order(const struct kql_call *c, size_t left, size_t right, int *sign)
{
	struct value a = dynamic_unwrap(c->args[left]), b = dynamic_unwrap(c->args[right]);

	if (a.null || b.null || !is_ordered(a.type) || !is_ordered(b.type) ||
		a.type == KUSTO_DYNAMIC || b.type == KUSTO_DYNAMIC ||
		!are_comparable(a.type, b.type))
		return false;
	*sign = value_compare(a, b);
	return true;
}

#define ORDER(name, test)                                                                          \
	static struct value name(const struct kql_call *c)                                         \
	{                                                                                          \
		int sign;                                                                          \
                                                                                                   \
		return order(c, 0, 1, &sign) ? value_bool(test) : value_null(KUSTO_BOOL);          \
	}

ORDER(eval_less, sign < 0)
ORDER(eval_less_equal, sign <= 0)
ORDER(eval_greater, sign > 0)
ORDER(eval_greater_equal, sign >= 0)

/* Numbers between numbers, times between times; of a dynamic and numbers both ends are of one type.
 * A timespan above a datetime is a distance from the lower end. */
static bool
bind_between(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type value = e->args[0]->type, low = e->args[1]->type, high = e->args[2]->type;
	bool numbers = type_is_number(low) && type_is_number(high);

	if (type_is_number(value) && (numbers || (low == KUSTO_DYNAMIC && high == KUSTO_DYNAMIC)))
		return true;
	if (value == KUSTO_DYNAMIC && numbers && low == high)
		return true;
	if ((value == KUSTO_DATETIME || value == KUSTO_TIMESPAN) && low == value && high == value)
		return true;
	if (value == KUSTO_DATETIME && low == KUSTO_DATETIME && high == KUSTO_TIMESPAN)
		return true;
	return kql_fail(scope->fault, e->at, "a %s cannot be `%.*s` a %s and a %s",
		kusto_type_name(value), STR_ARG(e->name), kusto_type_name(low),
		kusto_type_name(high));
}

static struct value
eval_between(const struct kql_call *c)
{
	struct value args[3] = {c->args[0], c->args[1], c->args[2]};
	struct kql_call call = {c->frame, c->expr, args, 3};
	int low, high;

	if (args[1].type == KUSTO_DATETIME && args[2].type == KUSTO_TIMESPAN)
		args[2] = value_time(ticks_plus(args[1].i, args[2].i));
	if (!order(&call, 0, 1, &low) || !order(&call, 0, 2, &high))
		return value_null(KUSTO_BOOL);
	return value_bool(low >= 0 && high <= 0);
}

static struct value
eval_not_between(const struct kql_call *c)
{
	return negated(eval_between(c));
}

/* ---- arithmetic ---- */

static bool
bad_arithmetic(struct kql_scope *scope, const struct expr *e)
{
	return kql_fail(scope->fault, e->at, "`%.*s` does not work between a %s and a %s%s",
		STR_ARG(e->name), kusto_type_name(e->args[0]->type),
		kusto_type_name(e->args[1]->type),
		e->args[0]->type == KUSTO_STRING ? ": strings are joined by strcat" : "");
}

static bool
bind_arithmetic(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type a = e->args[0]->type, b = e->args[1]->type;
	char op = e->name.data[0];
	bool add = op == '+' || op == '-';

	if (type_is_number(a) && type_is_number(b)) {
		kql_common_type(a, b, &e->type);
		if (e->type == KUSTO_INT)
			e->type = KUSTO_LONG; /* ints are added as longs */
		return true;
	}
	e->type = KUSTO_TIMESPAN;
	if (a == KUSTO_TIMESPAN && b == KUSTO_TIMESPAN && (add || op == '%'))
		return true;
	if (a == KUSTO_TIMESPAN && type_is_number(b) && (op == '*' || op == '/'))
		return true;
	if (type_is_number(a) && b == KUSTO_TIMESPAN && op == '*')
		return true;
	if (a == KUSTO_DATETIME && b == KUSTO_DATETIME && op == '-')
		return true;
	e->type = KUSTO_DATETIME;
	if (a == KUSTO_DATETIME && b == KUSTO_TIMESPAN && add)
		return true;
	if (a == KUSTO_TIMESPAN && b == KUSTO_DATETIME && op == '+')
		return true;
	e->type = KUSTO_REAL;
	if (a == KUSTO_TIMESPAN && b == KUSTO_TIMESPAN && op == '/')
		return true;
	return bad_arithmetic(scope, e);
}

/* % is never negative in Kusto. */
static int64_t
small_remainder(int64_t rest, int64_t by)
{
	return rest >= 0 ? rest : by < 0 ? rest - by : rest + by;
}

/* Kusto's longs wrap around. */
static int64_t
integer_operation(char op, int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (op) {
	case '+':
		return (int64_t)(x + y);
	case '-':
		return (int64_t)(x - y);
	case '*':
		return (int64_t)(x * y);
	case '/':
		return b == -1 ? (int64_t)(0 - x) : a / b;
	default:
		return b == -1 ? 0 : small_remainder(a % b, b);
	}
}

static double
real_operation(char op, double a, double b)
{
	switch (op) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	case '/':
		return a / b;
	default:
		a = fmod(a, b);
		return a < 0 ? a + fabs(b) : a;
	}
}

static struct value
span_of_real(double ticks)
{
	if (!(fabs(ticks) < 9.2e18))
		return value_null(KUSTO_TIMESPAN);
	return value_span((int64_t)llround(ticks));
}

static struct value
eval_arithmetic(const struct kql_call *c)
{
	struct value a = c->args[0], b = c->args[1];
	enum kusto_type type = c->expr->type;
	char op = c->expr->name.data[0];
	bool real = type == KUSTO_REAL || type == KUSTO_DECIMAL;

	if (type == KUSTO_TIMESPAN && (type_is_number(a.type) || type_is_number(b.type))) {
		double x = a.type == KUSTO_TIMESPAN ? (double)a.i : value_as_real(a);
		double y = b.type == KUSTO_TIMESPAN ? (double)b.i : value_as_real(b);

		return span_of_real(real_operation(op, x, y));
	}
	if (real) {
		double x = a.type == KUSTO_TIMESPAN ? (double)a.i : value_as_real(a);
		double y = b.type == KUSTO_TIMESPAN ? (double)b.i : value_as_real(b);

		return (struct value){.type = type, .r = real_operation(op, x, y)};
	}
	if ((op == '/' || op == '%') && b.i == 0)
		return value_null(type);
	return (struct value){.type = type, .i = integer_operation(op, a.i, b.i)};
}

static struct value
eval_convert(const struct kql_call *c)
{
	return value_convert(&c->frame->arena, c->args[0], c->expr->type);
}

/* ---- membership ---- */

/* Of a list in one argument its items, else the argument itself. */
static struct value
item_of(struct value list, size_t i)
{
	if (list.type == KUSTO_DYNAMIC && !list.null && list.d->kind == DYNAMIC_ARRAY)
		return value_dynamic(list.d->items[i]);
	return list;
}

static size_t
item_count(struct value list)
{
	return list.type == KUSTO_DYNAMIC && !list.null && list.d->kind == DYNAMIC_ARRAY
		       ? list.d->count
		       : 1;
}

/* An `or` of equalities: null in (null) is null, as null == null is. */
static struct value
member_of(const struct kql_call *c, bool nocase)
{
	struct value answer = value_bool(false);

	for (size_t i = 1; i < c->count; i++)
		for (size_t k = 0; k < item_count(c->args[i]); k++) {
			struct value same = value_equal(
				&c->frame->arena, c->args[0], item_of(c->args[i], k), nocase);

			if (!same.null && same.b)
				return same;
			if (same.null)
				answer = same;
		}
	return answer;
}

static struct value
eval_in(const struct kql_call *c)
{
	return member_of(c, false);
}

static struct value
eval_not_in(const struct kql_call *c)
{
	return negated(member_of(c, false));
}

static struct value
eval_in_nocase(const struct kql_call *c)
{
	return member_of(c, true);
}

static struct value
eval_not_in_nocase(const struct kql_call *c)
{
	return negated(member_of(c, true));
}

/* ---- strings in strings ---- */

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

static bool
bind_texts(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = 1; i < e->count; i++)
		if (e->args[i]->type != KUSTO_STRING && e->args[i]->type != KUSTO_DYNAMIC)
			return kql_fail(scope->fault, e->args[i]->at,
				"`%.*s` takes strings, not a %s", STR_ARG(e->name),
				kusto_type_name(e->args[i]->type));
	return true;
}

static struct value
eval_matches(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	enum regex_result result = regex_find(regex, match, c->args[0].s, 0);

	/* A text that exhausts the limits is unknown, not "no". */
	return result == REGEX_LIMIT ? value_null(KUSTO_BOOL) : value_bool(result == REGEX_MATCH);
}

/* clang-format off */
#define INFIX(name, params, result, takes_null, eval, bind, help) \
	{name, params, result, takes_null, true, eval, bind, help}
#define TEXTS(name, params, what) \
	INFIX(#name, params, 'b', false, eval_##name, NULL, what), \
	INFIX("!" #name, params, 'b', false, eval_not_##name, NULL, "not: " what), \
	INFIX(#name "_cs", params, 'b', false, eval_##name##_cs, NULL, what ", case counts"), \
	INFIX("!" #name "_cs", params, 'b', false, eval_not_##name##_cs, NULL, "not: " what ", case counts")

static const struct kql_function rows[] = {
	INFIX("or", "cc", 'b', true, eval_or, NULL, "one of two is true"),
	INFIX("and", "cc", 'b', true, eval_and, NULL, "both are true"),
	INFIX("==", "aa", 'b', true, eval_equal, bind_comparable, "equal, case counts"),
	INFIX("!=", "aa", 'b', true, eval_not_equal, bind_comparable, "not equal, case counts"),
	INFIX("=~", "uu", 'b', false, eval_equal_nocase, NULL, "equal, whatever the case"),
	INFIX("!~", "uu", 'b', false, eval_not_equal_nocase, NULL, "not equal, whatever the case"),
	INFIX("<", "aa", 'b', false, eval_less, bind_ordered, "less"),
	INFIX("<=", "aa", 'b', false, eval_less_equal, bind_ordered, "less or equal"),
	INFIX(">", "aa", 'b', false, eval_greater, bind_ordered, "greater"),
	INFIX(">=", "aa", 'b', false, eval_greater_equal, bind_ordered, "greater or equal"),
	INFIX("between", "aaa", 'b', false, eval_between, bind_between, "between (low .. high), ends included"),
	INFIX("!between", "aaa", 'b', false, eval_not_between, bind_between, "not between (low .. high)"),
	INFIX("+", "aa", '*', false, eval_arithmetic, bind_arithmetic, "sum"),
	INFIX("-", "aa", '*', false, eval_arithmetic, bind_arithmetic, "difference"),
	INFIX("*", "aa", '*', false, eval_arithmetic, bind_arithmetic, "product"),
	INFIX("/", "aa", '*', false, eval_arithmetic, bind_arithmetic, "quotient; of integers an integer"),
	INFIX("%", "aa", '*', false, eval_arithmetic, bind_arithmetic, "remainder"),
	INFIX("in", "aa+", 'b', true, eval_in, bind_comparable, "one of the list, case counts"),
	INFIX("!in", "aa+", 'b', true, eval_not_in, bind_comparable, "none of the list, case counts"),
	INFIX("in~", "ua+", 'b', true, eval_in_nocase, bind_texts, "one of the list, whatever the case"),
	INFIX("!in~", "ua+", 'b', true, eval_not_in_nocase, bind_texts, "none of the list, whatever the case"),
	TEXTS(has, "us", "holds the term"),
	TEXTS(hasprefix, "us", "holds a term that begins so"),
	TEXTS(hassuffix, "us", "holds a term that ends so"),
	TEXTS(contains, "uu", "holds the text"),
	TEXTS(startswith, "uu", "begins with the text"),
	TEXTS(endswith, "uu", "ends with the text"),
	INFIX("has_any", "ua+", 'b', false, eval_has_any, bind_texts, "holds one of the terms"),
	INFIX("has_all", "ua+", 'b', false, eval_has_all, bind_texts, "holds all of the terms"),
	INFIX("matches regex", "ur", 'b', false, eval_matches, NULL, "matches the regular expression somewhere"),
	INFIX("(convert)", "a", '*', true, eval_convert, NULL, NULL), /* made by the binder */
};
/* clang-format on */

const struct kql_function_table kql_operators = {rows, sizeof(rows) / sizeof(rows[0])};
