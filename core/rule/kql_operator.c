/* Logic, comparison and membership: a row each, and the function behind it. */
#include "core/rule/kql_function.h"

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

/* What makes the two comparable. */
static const char *
comparing(enum kusto_type a, enum kusto_type b)
{
	if (a == KUSTO_DATETIME || b == KUSTO_DATETIME)
		return ": a time is written datetime(2026-01-31)";
	if (a == KUSTO_STRING || b == KUSTO_STRING)
		return ": tostring() makes a string";
	return "";
}

static bool
bind_comparable(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type a = e->args[0]->type;

	for (size_t i = 1; i < e->count; i++) {
		enum kusto_type b = e->args[i]->type;

		if (!are_comparable(a, b))
			return kql_fail(scope->fault, e->args[i]->at,
				"a %s cannot be compared with a %s%s", kusto_type_name(a),
				kusto_type_name(b), comparing(a, b));
	}
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
			return kql_fail(scope->fault, e->args[i]->at,
				"`%.*s` does not order a %s%s", STR_ARG(e->name),
				kusto_type_name(e->args[i]->type),
				e->args[1 - i]->type == KUSTO_DATETIME
					? comparing(KUSTO_DATETIME, KUSTO_STRING)
					: "");
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

static struct value
eval_convert(const struct kql_call *c)
{
	return value_convert(&c->frame->arena, c->args[0], c->expr->type);
}

/* ---- membership ---- */

/* An `or` of equalities: null in (null) is null, as null == null is. */
static struct value
member_of(const struct kql_call *c, bool nocase)
{
	struct value answer = value_bool(false);

	for (size_t i = 1; i < c->count; i++)
		for (size_t k = 0; k < kql_item_count(c->args[i]); k++) {
			struct value same = value_equal(
				&c->frame->arena, c->args[0], kql_item(c->args[i], k), nocase);

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

bool
kql_bind_texts(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = 1; i < e->count; i++)
		if (e->args[i]->type != KUSTO_STRING && e->args[i]->type != KUSTO_DYNAMIC)
			return kql_fail(scope->fault, e->args[i]->at,
				"`%.*s` takes strings, not a %s", STR_ARG(e->name),
				kusto_type_name(e->args[i]->type));
	return true;
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_INFIX("or", "cc", 'b', true, eval_or, NULL, "one of two is true"),
	KQL_INFIX("and", "cc", 'b', true, eval_and, NULL, "both are true"),
	KQL_INFIX("==", "aa", 'b', true, eval_equal, bind_comparable, "equal, case counts"),
	KQL_INFIX("!=", "aa", 'b', true, eval_not_equal, bind_comparable, "not equal, case counts"),
	KQL_INFIX("=~", "uu", 'b', false, eval_equal_nocase, NULL, "equal, whatever the case"),
	KQL_INFIX("!~", "uu", 'b', false, eval_not_equal_nocase, NULL, "not equal, whatever the case"),
	KQL_INFIX("<", "aa", 'b', false, eval_less, bind_ordered, "less"),
	KQL_INFIX("<=", "aa", 'b', false, eval_less_equal, bind_ordered, "less or equal"),
	KQL_INFIX(">", "aa", 'b', false, eval_greater, bind_ordered, "greater"),
	KQL_INFIX(">=", "aa", 'b', false, eval_greater_equal, bind_ordered, "greater or equal"),
	KQL_INFIX("between", "aaa", 'b', false, eval_between, bind_between, "between (low .. high), ends included"),
	KQL_INFIX("!between", "aaa", 'b', false, eval_not_between, bind_between, "not between (low .. high)"),
	KQL_INFIX("in", "aa+", 'b', true, eval_in, bind_comparable, "one of the list, case counts"),
	KQL_INFIX("!in", "aa+", 'b', true, eval_not_in, bind_comparable, "none of the list, case counts"),
	KQL_INFIX("in~", "ua+", 'b', true, eval_in_nocase, kql_bind_texts, "one of the list, whatever the case"),
	KQL_INFIX("!in~", "ua+", 'b', true, eval_not_in_nocase, kql_bind_texts, "none of the list, whatever the case"),
	KQL_INFIX("(convert)", "a", '*', true, eval_convert, NULL, NULL), /* made by the binder */
};
/* clang-format on */

KQL_TABLE(kql_operators);
