/* + - * / % between operands: a row each, and the function behind it. */
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

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_INFIX("+", "aa", '*', false, eval_arithmetic, bind_arithmetic, "sum"),
	KQL_INFIX("-", "aa", '*', false, eval_arithmetic, bind_arithmetic, "difference"),
	KQL_INFIX("*", "aa", '*', false, eval_arithmetic, bind_arithmetic, "product"),
	KQL_INFIX("/", "aa", '*', false, eval_arithmetic, bind_arithmetic, "quotient; of integers an integer"),
	KQL_INFIX("%", "aa", '*', false, eval_arithmetic, bind_arithmetic, "remainder"),
};
/* clang-format on */

KQL_TABLE(kql_arithmetic_operators);
