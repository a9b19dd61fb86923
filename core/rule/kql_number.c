/* Functions over numbers, and over times as numbers: a row each, and the function behind it. */
#include <inttypes.h>
#include <math.h>

#include "core/rule/kql_function.h"

/* Ticks from 0001-01-01, where Kusto's bins begin, to 1970. */
#define EPOCH INT64_C(621355968000000000)

/* An int's result is a long. */
static bool
bind_same(struct kql_scope *scope, struct expr *e)
{
	(void)scope;
	e->type = e->args[0]->type == KUSTO_INT ? KUSTO_LONG : e->args[0]->type;
	return true;
}

static struct value
value_typed_real(const struct kql_call *c, double r)
{
	return (struct value){.type = c->expr->type, .r = r};
}

static bool
is_real(struct value v)
{
	return v.type == KUSTO_REAL || v.type == KUSTO_DECIMAL;
}

/* ---- bins ---- */

static bool
bind_bin(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type a = e->args[0]->type, b = e->args[1]->type;

	e->type = a;
	if ((a == KUSTO_DATETIME || a == KUSTO_TIMESPAN) && b == KUSTO_TIMESPAN)
		return true;
	if (type_is_number(a) && type_is_number(b)) {
		kql_common_type(a, b, &e->type);
		if (e->type == KUSTO_INT)
			e->type = KUSTO_LONG;
		return true;
	}
	return kql_fail(scope->fault, e->args[1]->at, "%.*s() cannot divide a %s by a %s",
		STR_ARG(e->name), kusto_type_name(a), kusto_type_name(b));
}

static int64_t
floor_to(int64_t value, int64_t size)
{
	int64_t rest = value % size;

	return ticks_plus(value, -(rest < 0 ? rest + size : rest));
}

static struct value
eval_bin(const struct kql_call *c)
{
	struct value v = c->args[0], size = c->args[1];

	if (c->expr->type == KUSTO_REAL || c->expr->type == KUSTO_DECIMAL) {
		double step = value_as_real(size);

		return step > 0 ? (struct value){.type = c->expr->type,
					  .r = floor(value_as_real(v) / step) * step}
				: value_null(c->expr->type);
	}
	if (size.i <= 0)
		return value_null(c->expr->type);
	if (v.type == KUSTO_DATETIME)
		v.i = ticks_plus(floor_to(ticks_plus(v.i, EPOCH), size.i), -EPOCH);
	else
		v.i = floor_to(v.i, size.i);
	v.type = c->expr->type;
	return v;
}

/* Bins of which one begins at the third argument. */
static bool
bind_bin_at(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type value = e->args[0]->type, fixed = e->args[2]->type;

	if (value != fixed && !(type_is_number(value) && type_is_number(fixed)))
		return kql_fail(scope->fault, e->args[2]->at,
			"%.*s() cannot begin a bin of a %s at a %s", STR_ARG(e->name),
			kusto_type_name(value), kusto_type_name(fixed));
	if (!bind_bin(scope, e))
		return false;
	if (type_is_number(value))
		kql_common_type(e->type, fixed, &e->type);
	return true;
}

static struct value
eval_bin_at(const struct kql_call *c)
{
	struct value v = c->args[0], size = c->args[1], fixed = c->args[2];
	double step = value_as_real(size), from = value_as_real(fixed);

	if (c->expr->type == KUSTO_REAL || c->expr->type == KUSTO_DECIMAL) {
		if (!(step > 0))
			return value_null(c->expr->type);
		return value_typed_real(c, floor((value_as_real(v) - from) / step) * step + from);
	}
	if (size.i <= 0)
		return value_null(c->expr->type);
	v.i = ticks_plus(
		floor_to(ticks_plus(v.i, (int64_t)(0 - (uint64_t)fixed.i)), size.i), fixed.i);
	v.type = c->expr->type;
	return v;
}

/* ---- rounding ---- */

static bool
bind_abs(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type type = e->args[0]->type;

	if (type_is_number(type) || type == KUSTO_TIMESPAN)
		return bind_same(scope, e);
	return kql_fail(scope->fault, e->args[0]->at,
		"%.*s() takes a number or a timespan here, not a %s", STR_ARG(e->name),
		kusto_type_name(type));
}

static struct value
eval_abs(const struct kql_call *c)
{
	struct value v = c->args[0];

	if (is_real(v))
		v.r = fabs(v.r);
	else if (v.i < 0)
		v.i = (int64_t)(0 - (uint64_t)v.i);
	v.type = c->expr->type;
	return v;
}

/* Half away from zero; a negative precision rounds to tens, hundreds ... */
static struct value
eval_round(const struct kql_call *c)
{
	struct value v = c->args[0];
	int64_t digits = c->count > 1 ? c->args[1].i : 0;
	double scale, r;

	if (digits > 15 || (digits >= 0 && !is_real(v)))
		digits = is_real(v) ? 15 : 0;
	if (digits < -18)
		digits = -19;
	scale = pow(10, (double)(digits < 0 ? -digits : digits));
	r = value_as_real(v);
	if (digits || is_real(v))
		r = digits < 0 ? round(r / scale) * scale : round(r * scale) / scale;
	if (is_real(v))
		return value_typed_real(c, isfinite(r) ? r : v.r);
	if (digits)
		v.i = fabs(r) < 9.2e18 ? (int64_t)r : 0;
	v.type = c->expr->type;
	return v;
}

static struct value
eval_ceiling(const struct kql_call *c)
{
	struct value v = c->args[0];

	if (is_real(v))
		v.r = ceil(v.r);
	v.type = c->expr->type;
	return v;
}

static struct value
eval_sign(const struct kql_call *c)
{
	double r = value_as_real(c->args[0]);

	return value_real((r > 0) - (r < 0));
}

/* ---- greatest and least ---- */

static bool
bind_extreme(struct kql_scope *scope, struct expr *e)
{
	e->type = e->args[0]->type;
	for (size_t i = 0; i < e->count; i++) {
		enum kusto_type type = e->args[i]->type;

		if (type == KUSTO_DYNAMIC || type == KUSTO_GUID)
			return kql_fail(scope->fault, e->args[i]->at,
				"%.*s() does not order a %s: convert it", STR_ARG(e->name),
				kusto_type_name(type));
		if (!kql_common_type(e->type, type, &e->type))
			return kql_fail(scope->fault, e->args[i]->at,
				"%.*s() cannot compare a %s with a %s", STR_ARG(e->name),
				kusto_type_name(e->type), kusto_type_name(type));
	}
	return true;
}

/* Null only when all are. */
static struct value
extreme(const struct kql_call *c, int sign)
{
	struct value best = value_null(c->expr->type);
	bool any = false;

	for (size_t i = 0; i < c->count; i++) {
		struct value v = c->args[i];

		if (v.null || (any && value_compare(v, best) * sign <= 0))
			continue;
		best = v;
		any = true;
	}
	return !any || best.type == c->expr->type
		       ? best
		       : value_convert(&c->frame->arena, best, c->expr->type);
}

static struct value
eval_max_of(const struct kql_call *c)
{
	return extreme(c, 1);
}

static struct value
eval_min_of(const struct kql_call *c)
{
	return extreme(c, -1);
}

/* ---- powers ---- */

static struct value
eval_pow(const struct kql_call *c)
{
	return value_real(pow(value_as_real(c->args[0]), value_as_real(c->args[1])));
}

#define OF_REAL(name, function)                                                                    \
	static struct value eval_##name(const struct kql_call *c)                                  \
	{                                                                                          \
		return value_real(function(value_as_real(c->args[0])));                            \
	}

OF_REAL(sqrt, sqrt)
OF_REAL(exp, exp)
OF_REAL(log, log)
OF_REAL(log2, log2)
OF_REAL(log10, log10)

#define IS_REAL(name, function)                                                                    \
	static struct value eval_##name(const struct kql_call *c)                                  \
	{                                                                                          \
		return value_bool(function(value_as_real(c->args[0])));                            \
	}

IS_REAL(isnan, isnan)
IS_REAL(isinf, isinf)
IS_REAL(isfinite, isfinite)

/* ---- bits ---- */

#define OF_BITS(name, operation)                                                                   \
	static struct value eval_##name(const struct kql_call *c)                                  \
	{                                                                                          \
		uint64_t a = (uint64_t)c->args[0].i, b = (uint64_t)c->args[c->count - 1].i;        \
                                                                                                   \
		(void)b;                                                                           \
		return value_long((int64_t)(operation));                                           \
	}

OF_BITS(binary_and, a &b)
OF_BITS(binary_or, a | b)
OF_BITS(binary_xor, a ^ b)
OF_BITS(binary_not, ~a)
OF_BITS(binary_shift_left, a << (b % 64))
OF_BITS(binary_shift_right, a >> (b % 64))

static struct value
eval_tohex(const struct kql_call *c)
{
	int64_t width = c->count > 1 ? c->args[1].i : 0;
	struct arena *arena = &c->frame->arena;
	struct value v = c->args[0];
	int digits = width < 0 ? 0 : width > 16 ? 16 : (int)width;

	if (v.type == KUSTO_INT)
		return value_string(arena_printf(arena, "%0*" PRIx32, digits, (uint32_t)v.i));
	return value_string(arena_printf(arena, "%0*" PRIx64, digits, (uint64_t)v.i));
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("bin", "aa", '*', eval_bin, bind_bin, "rounded down to a multiple"),
	KQL_FUNCTION("floor", "aa", '*', eval_bin, bind_bin, "the same as bin"),
	KQL_FUNCTION("bin_at", "aaa", '*', eval_bin_at, bind_bin_at, "rounded down to a multiple counted from the third"),
	KQL_FUNCTION("round", "n|i", '*', eval_round, bind_same, "rounded to as many digits, 0 unless given"),
	KQL_FUNCTION("ceiling", "n", '*', eval_ceiling, bind_same, "rounded up"),
	KQL_FUNCTION("abs", "a", '*', eval_abs, bind_abs, "without its sign"),
	KQL_FUNCTION("sign", "n", 'r', eval_sign, NULL, "-1, 0 or 1"),
	KQL_NULLABLE("max_of", "aa+", '*', eval_max_of, bind_extreme, "the greatest that is not null"),
	KQL_NULLABLE("min_of", "aa+", '*', eval_min_of, bind_extreme, "the least that is not null"),
	KQL_FUNCTION("pow", "nn", 'r', eval_pow, NULL, "the first to the power of the second"),
	KQL_FUNCTION("sqrt", "n", 'r', eval_sqrt, NULL, "the square root"),
	KQL_FUNCTION("exp", "n", 'r', eval_exp, NULL, "e to that power"),
	KQL_FUNCTION("log", "n", 'r', eval_log, NULL, "the natural logarithm"),
	KQL_FUNCTION("log2", "n", 'r', eval_log2, NULL, "the logarithm of base 2"),
	KQL_FUNCTION("log10", "n", 'r', eval_log10, NULL, "the logarithm of base 10"),
	KQL_FUNCTION("isnan", "n", 'b', eval_isnan, NULL, "is it no number"),
	KQL_FUNCTION("isinf", "n", 'b', eval_isinf, NULL, "is it infinite"),
	KQL_FUNCTION("isfinite", "n", 'b', eval_isfinite, NULL, "is it a number and finite"),
	KQL_FUNCTION("binary_and", "ll", 'l', eval_binary_and, NULL, "the bits that both have"),
	KQL_FUNCTION("binary_or", "ll", 'l', eval_binary_or, NULL, "the bits that one of them has"),
	KQL_FUNCTION("binary_xor", "ll", 'l', eval_binary_xor, NULL, "the bits that only one of them has"),
	KQL_FUNCTION("binary_not", "l", 'l', eval_binary_not, NULL, "the bits that it has not"),
	KQL_FUNCTION("binary_shift_left", "ll", 'l', eval_binary_shift_left, NULL, "its bits moved up"),
	KQL_FUNCTION("binary_shift_right", "ll", 'l', eval_binary_shift_right, NULL, "its bits moved down"),
	KQL_FUNCTION("tohex", "l|l", 's', eval_tohex, NULL, "in hexadecimal, with zeros to a length"),
};
/* clang-format on */

KQL_TABLE(kql_number_functions);
