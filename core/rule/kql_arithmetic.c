/* + - * / % between operands, + and - before one: a row each, and the function behind it. */
#include <math.h>

#include "core/rule/kql_function.h"

static bool
bad_arithmetic(struct kql_scope *scope, const struct expr *e)
{
	return kql_fail(scope->fault, e->at, "`%.*s` does not work between a %s and a %s%s",
		STR_ARG(e->name), kusto_type_name(e->args[0]->type),
		kusto_type_name(e->args[1]->type),
		e->args[0]->type == KUSTO_STRING ? ": strings are joined by strcat" : "");
}

/* What is left of a timespan or a datetime is said with the two types and the operator. */
static const struct {
	enum kusto_type left, right;
	const char *operators;
	enum kusto_type result;
} time_operations[] = {
	{KUSTO_TIMESPAN, KUSTO_TIMESPAN, "+-%", KUSTO_TIMESPAN},
	{KUSTO_TIMESPAN, KUSTO_TIMESPAN, "/", KUSTO_REAL},
	{KUSTO_DATETIME, KUSTO_DATETIME, "-", KUSTO_TIMESPAN},
	{KUSTO_DATETIME, KUSTO_TIMESPAN, "+-", KUSTO_DATETIME},
	{KUSTO_TIMESPAN, KUSTO_DATETIME, "+", KUSTO_DATETIME},
};

static bool
bind_times(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type a = e->args[0]->type, b = e->args[1]->type;
	char op = e->name.data[0];

	e->type = KUSTO_TIMESPAN;
	if (a == KUSTO_TIMESPAN && type_is_number(b) && (op == '*' || op == '/'))
		return true;
	if (type_is_number(a) && b == KUSTO_TIMESPAN && op == '*')
		return true;
	for (size_t i = 0; i < sizeof(time_operations) / sizeof(time_operations[0]); i++) {
		e->type = time_operations[i].result;
		if (a == time_operations[i].left && b == time_operations[i].right &&
			strchr(time_operations[i].operators, op))
			return true;
	}
	return bad_arithmetic(scope, e);
}

/* A dynamic becomes what the other side lets it be; false: nothing. */
static bool
bind_dynamic(struct kql_scope *scope, struct expr *e)
{
	struct expr **side = &e->args[e->args[0]->type == KUSTO_DYNAMIC ? 0 : 1];
	enum kusto_type other = e->args[side == &e->args[0]]->type, type = KUSTO_TIMESPAN;
	char op = e->name.data[0];

	if (type_is_number(other)) {
		*side = kql_wrap(scope, *side, "(number)", other);
		return true;
	}
	if ((other != KUSTO_DATETIME && other != KUSTO_TIMESPAN) || (op != '+' && op != '-'))
		return false;
	if (other == KUSTO_DATETIME && op == '-')
		type = KUSTO_DATETIME;
	*side = kql_wrap(scope, *side, "(convert)", type);
	return true;
}

static bool
bind_arithmetic(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type a = e->args[0]->type, b = e->args[1]->type;

	e->type = KUSTO_DYNAMIC;
	if (a == KUSTO_DYNAMIC && b == KUSTO_DYNAMIC)
		return true;
	if ((a == KUSTO_DYNAMIC || b == KUSTO_DYNAMIC) && !bind_dynamic(scope, e))
		return bad_arithmetic(scope, e);
	a = e->args[0]->type;
	b = e->args[1]->type;
	if (!type_is_number(a) || !type_is_number(b))
		return bind_times(scope, e);
	kql_common_type(a, b, &e->type);
	if (e->type == KUSTO_INT)
		e->type = KUSTO_LONG; /* ints are added as longs */
	return true;
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

static double
real_of(struct value v)
{
	return v.type == KUSTO_TIMESPAN ? (double)v.i : value_as_real(v);
}

static struct value
operate(char op, struct value a, struct value b, enum kusto_type type)
{
	if (type == KUSTO_TIMESPAN && (type_is_number(a.type) || type_is_number(b.type)))
		return span_of_real(real_operation(op, real_of(a), real_of(b)));
	if (type == KUSTO_REAL || type == KUSTO_DECIMAL)
		return (struct value){
			.type = type, .r = real_operation(op, real_of(a), real_of(b))};
	if ((op == '/' || op == '%') && b.i == 0)
		return value_null(type);
	return (struct value){.type = type, .i = integer_operation(op, a.i, b.i)};
}

/* Numbers alone are added when neither side says what the other should be. */
static struct value
operate_dynamic(const struct kql_call *c, char op)
{
	struct value a = dynamic_unwrap(c->args[0]), b = dynamic_unwrap(c->args[1]);
	enum kusto_type type;

	if (a.null || b.null || !type_is_number(a.type) || !type_is_number(b.type))
		return value_null(KUSTO_DYNAMIC);
	kql_common_type(a.type, b.type, &type);
	return value_dynamic(dynamic_of(&c->frame->arena, operate(op, a, b, type)));
}

static struct value
eval_arithmetic(const struct kql_call *c)
{
	char op = c->expr->name.data[0];

	if (c->expr->type == KUSTO_DYNAMIC)
		return operate_dynamic(c, op);
	return operate(op, c->args[0], c->args[1], c->expr->type);
}

/* A number out of a dynamic; what holds none is null. */
static struct value
eval_number(const struct kql_call *c)
{
	struct value v = dynamic_unwrap(c->args[0]);

	if (v.null || !type_is_number(v.type))
		return value_null(c->expr->type);
	return value_convert(&c->frame->arena, v, c->expr->type);
}

/* ---- signs ---- */

static struct value
eval_negate(const struct kql_call *c)
{
	struct value v = dynamic_unwrap(c->args[0]);

	if (v.null || (v.type != KUSTO_TIMESPAN && !type_is_number(v.type)))
		return value_null(c->expr->type);
	if (v.type == KUSTO_REAL || v.type == KUSTO_DECIMAL)
		v.r = -v.r;
	else
		v.i = (int64_t)(0 - (uint64_t)v.i);
	if (c->expr->type == KUSTO_DYNAMIC)
		return value_dynamic(dynamic_of(&c->frame->arena, v));
	v.type = c->expr->type;
	return v;
}

static struct value
eval_plus(const struct kql_call *c)
{
	return c->args[0];
}

static bool
bind_sign(struct kql_scope *scope, struct expr *e)
{
	e->type = e->args[0]->type == KUSTO_INT ? KUSTO_LONG : e->args[0]->type;
	return type_is_number(e->type) || e->type == KUSTO_TIMESPAN || e->type == KUSTO_DYNAMIC ||
	       kql_fail(scope->fault, e->at, "`%.*s` does not work on a %s", STR_ARG(e->name),
		       kusto_type_name(e->type));
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_INFIX("+", "aa", '*', false, eval_arithmetic, bind_arithmetic, "sum"),
	KQL_INFIX("-", "aa", '*', false, eval_arithmetic, bind_arithmetic, "difference"),
	KQL_INFIX("*", "aa", '*', false, eval_arithmetic, bind_arithmetic, "product"),
	KQL_INFIX("/", "aa", '*', false, eval_arithmetic, bind_arithmetic, "quotient; of integers an integer"),
	KQL_INFIX("%", "aa", '*', false, eval_arithmetic, bind_arithmetic, "remainder"),
	KQL_INFIX("(number)", "a", '*', false, eval_number, NULL, NULL), /* made by the binder */
	KQL_FUNCTION("-", "a", '*', eval_negate, bind_sign, "the negative"),
	KQL_FUNCTION("+", "a", '*', eval_plus, bind_sign, "the number itself"),
};
/* clang-format on */

KQL_TABLE(kql_arithmetic_operators);
