/* Names → columns, calls → functions, types checked: what Microsoft's binder refuses is refused. */
#include <stdio.h>
#include <stdlib.h>

#include "core/rule/kql.h"

const struct kql_column *
kql_schema_find(const struct kql_schema *schema, struct str name)
{
	for (size_t i = 0; i < schema->count; i++)
		if (str_equal(schema->columns[i].name, name))
			return &schema->columns[i];
	return NULL;
}

void
kql_schema_add(struct kql_schema *schema, struct str name, enum kusto_type type, size_t slot)
{
	MEM_GROW(schema->columns, schema->count, schema->capacity);
	schema->columns[schema->count++] = (struct kql_column){name, type, slot, false};
}

/* ---- did you mean ---- */

enum { NAME_MAX_LEN = 64 };

static size_t
distance(struct str a, struct str b)
{
	size_t row[NAME_MAX_LEN + 1];

	if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t i = 0; i <= b.len; i++)
		row[i] = i;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= b.len; k++) {
			bool equal = (a.data[i - 1] | 32) == (b.data[k - 1] | 32);
			size_t best = diagonal + !equal;

			diagonal = row[k];
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[k] = best;
		}
	}
	return row[b.len];
}

struct str
kql_nearest(struct str name, struct str (*get)(const void *context, size_t i), const void *context,
	size_t count)
{
	struct str best = STR_ABSENT;
	size_t least = name.len / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(name, get(context, i));

		if (d < least || (d == least && !best.data)) {
			best = get(context, i);
			least = d;
		}
	}
	return best;
}

static struct str
column_name(const void *context, size_t i)
{
	return ((const struct kql_schema *)context)->columns[i].name;
}

/* ---- names ---- */

static bool
bind_let(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = scope->let_count; i > 0; i--) {
		if (!str_equal(scope->lets[i - 1].name, e->name))
			continue;
		e->kind = EXPR_LITERAL;
		e->value = scope->lets[i - 1].expr->value;
		e->type = scope->lets[i - 1].expr->type;
		return true;
	}
	return false;
}

static bool
unknown_column(struct kql_scope *scope, const struct expr *e)
{
	struct str near = kql_nearest(e->name, column_name, scope->schema, scope->schema->count);

	if (scope->siblings && kql_schema_find(scope->siblings, e->name))
		return kql_fail(scope->fault, e->at,
			"`%.*s` is made by this same operator, whose columns do not see each other",
			STR_ARG(e->name));
	if (near.data && str_equal_ascii_nocase(near, e->name))
		return kql_fail(scope->fault, e->at,
			"unknown column `%.*s`: the case matters, it is `%.*s`", STR_ARG(e->name),
			STR_ARG(near));
	if (near.data)
		return kql_fail(scope->fault, e->at, "unknown column `%.*s`: did you mean `%.*s`?",
			STR_ARG(e->name), STR_ARG(near));
	return kql_fail(scope->fault, e->at, "unknown column `%.*s`", STR_ARG(e->name));
}

static bool
bind_name(struct kql_scope *scope, struct expr *e)
{
	const struct kql_column *column = kql_schema_find(scope->schema, e->name);

	if (!column)
		return bind_let(scope, e) || unknown_column(scope, e);
	e->kind = EXPR_COLUMN;
	e->slot = column->slot;
	e->type = column->type;
	return true;
}

static bool
bind_access(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (!kql_bind(scope, e->args[i]))
			return false;
	if (e->args[0]->type != KUSTO_DYNAMIC)
		return kql_fail(scope->fault, e->at,
			"a %s has no members: parse_json() makes a dynamic of a string",
			kusto_type_name(e->args[0]->type));
	if (e->kind == EXPR_INDEX && e->args[1]->type != KUSTO_STRING &&
		!type_is_integer(e->args[1]->type) && e->args[1]->type != KUSTO_DYNAMIC)
		return kql_fail(scope->fault, e->args[1]->at, "an index is a long or a string, not a %s",
			kusto_type_name(e->args[1]->type));
	e->type = KUSTO_DYNAMIC;
	return true;
}

/* ---- calls ---- */

bool
kql_common_type(enum kusto_type a, enum kusto_type b, enum kusto_type *common)
{
	static const enum kusto_type widening[] = {
		KUSTO_DECIMAL, KUSTO_REAL, KUSTO_LONG, KUSTO_INT};

	if (a == b || a == KUSTO_DYNAMIC) {
		*common = a;
		return true;
	}
	if (b == KUSTO_DYNAMIC) {
		*common = b;
		return true;
	}
	if (!type_is_number(a) || !type_is_number(b))
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (a != widening[i] && b != widening[i])
			continue;
		*common = widening[i];
		return true;
	}
	return false;
}

static bool
is_constant_string(const struct expr *e)
{
	return e->kind == EXPR_LITERAL && e->value.type == KUSTO_STRING;
}

static bool
fits(char param, const struct expr *arg)
{
	enum kusto_type type = arg->type;

	if (param == 'y')
		return arg->kind == EXPR_TYPE;
	if (arg->kind == EXPR_TYPE)
		return false;
	if (param == 'r' || param == 'k')
		return is_constant_string(arg);
	if (param == 'a' || type == KUSTO_DYNAMIC)
		return true;
	switch (param) {
	case 's':
		return type == KUSTO_STRING;
	case 'b':
		return type == KUSTO_BOOL;
	case 'l':
		return type_is_integer(type);
	case 'n':
		return type_is_number(type);
	case 't':
		return type == KUSTO_DATETIME;
	case 'p':
		return type == KUSTO_TIMESPAN;
	case 'd':
		/* parse_json(), array_length(): only what can hold a tree */
		return false;
	default:
		return false;
	}
}

static const char *
param_name(char param)
{
	switch (param) {
	case 's':
		return "a string";
	case 'b':
		return "a bool";
	case 'l':
		return "a long";
	case 'n':
		return "a number";
	case 't':
		return "a datetime";
	case 'p':
		return "a timespan";
	case 'd':
		return "a dynamic";
	case 'y':
		return "typeof(a type)";
	default:
		return "a constant string";
	}
}

struct arity {
	size_t least, most;
	char kinds[80]; /* of each parameter; the last repeats */
};

static struct arity
arity_of(const struct kql_function *function)
{
	struct arity a = {0, 0, ""};
	bool optional = false;

	for (const char *p = function->params; *p; p++) {
		if (*p == '|') {
			optional = true;
		} else if (*p == '+') {
			a.most = SIZE_MAX;
		} else {
			a.kinds[a.most++] = *p;
			a.least += !optional;
		}
	}
	return a;
}

static bool
wrong_count(struct kql_scope *scope, const struct expr *e, const struct arity *arity)
{
	char expected[64];

	if (arity->most == SIZE_MAX)
		snprintf(expected, sizeof(expected), "%zu or more", arity->least);
	else if (arity->least == arity->most)
		snprintf(expected, sizeof(expected), "%zu", arity->least);
	else
		snprintf(expected, sizeof(expected), "%zu to %zu", arity->least, arity->most);
	return kql_fail(scope->fault, e->at, "%.*s() takes %s arguments, not %zu", STR_ARG(e->name),
		expected, e->count);
}

/* A dynamic where a scalar is wanted is converted, as Kusto does. */
static void
convert_dynamic(struct kql_scope *scope, struct expr **arg, char param)
{
	static const char kinds[] = "sblntp";
	static const enum kusto_type types[] = {KUSTO_STRING, KUSTO_BOOL, KUSTO_LONG, KUSTO_REAL,
		KUSTO_DATETIME, KUSTO_TIMESPAN};
	const char *kind = param ? strchr(kinds, param) : NULL;
	struct expr *e;

	if (!kind || (*arg)->type != KUSTO_DYNAMIC)
		return;
	e = arena_alloc(scope->arena, sizeof(*e));
	*e = (struct expr){.kind = EXPR_CALL, .at = (*arg)->at, .end = (*arg)->end,
		.type = types[kind - kinds], .count = 1};
	e->args = arena_alloc(scope->arena, sizeof(struct expr *));
	e->args[0] = *arg;
	e->function = kql_function_find(STR("(convert)"), true);
	*arg = e;
}

static bool
bind_args(struct kql_scope *scope, struct expr *e)
{
	struct arity arity = arity_of(e->function);
	size_t kinds = strlen(arity.kinds);

	if (e->count < arity.least || e->count > arity.most)
		return wrong_count(scope, e, &arity);
	for (size_t i = 0; i < e->count; i++) {
		char param = arity.kinds[i < kinds ? i : kinds - 1];

		if (e->args[i]->kind != EXPR_TYPE && !kql_bind(scope, e->args[i]))
			return false;
		if (!fits(param, e->args[i]))
			return kql_fail(scope->fault, e->args[i]->at,
				e->function->infix ? "`%.*s` takes %s here, not a %s%s"
						   : "%.*s() takes %s here, not a %s%s",
				STR_ARG(e->name), param_name(param),
				kusto_type_name(e->args[i]->type),
				param == 's' ? ": tostring() makes a string" : "");
		convert_dynamic(scope, &e->args[i], param);
	}
	return true;
}

static bool
compile_regex(struct kql_scope *scope, struct expr *e, const struct expr *pattern)
{
	struct regex *regex;
	struct error err;

	if (!regex_compile(&regex, pattern->value.s, REGEX_UTF, &err))
		return kql_fail(scope->fault, pattern->at, "bad regular expression, %s", err.text);
	MEM_GROW(scope->regexes, scope->regex_count, scope->regex_capacity);
	scope->regexes[scope->regex_count++] = regex;
	e->regex = scope->regex_count;
	return true;
}

static bool
bind_regexes(struct kql_scope *scope, struct expr *e)
{
	struct arity arity = arity_of(e->function);

	for (size_t i = 0; i < e->count && arity.kinds[i]; i++)
		if (arity.kinds[i] == 'r')
			return compile_regex(scope, e, e->args[i]);
	return true;
}

static enum kusto_type
result_type(const struct expr *e)
{
	switch (e->function->result) {
	case 's':
		return KUSTO_STRING;
	case 'b':
		return KUSTO_BOOL;
	case 'l':
		return KUSTO_LONG;
	case 'i':
		return KUSTO_INT;
	case 'r':
		return KUSTO_REAL;
	case 't':
		return KUSTO_DATETIME;
	case 'p':
		return KUSTO_TIMESPAN;
	case 'd':
		return KUSTO_DYNAMIC;
	default:
		return e->args[0]->type;
	}
}

static bool
unknown_function(struct kql_scope *scope, const struct expr *e)
{
	struct str near = kql_function_nearest(e->name);

	if (str_is(e->name, "string"))
		return kql_fail(scope->fault, e->at,
			"there is no string(): a string has no null, and tostring() converts");
	if (near.data)
		return kql_fail(scope->fault, e->at, "unknown function `%.*s`: did you mean `%.*s`?",
			STR_ARG(e->name), STR_ARG(near));
	return kql_fail(scope->fault, e->at, "unknown function `%.*s`", STR_ARG(e->name));
}

static bool
bind_call(struct kql_scope *scope, struct expr *e)
{
	e->function = kql_function_find(e->name, e->infix);
	if (!e->function)
		return unknown_function(scope, e);
	if (!bind_args(scope, e) || !bind_regexes(scope, e))
		return false;
	e->type = e->function->result == '*' ? KUSTO_STRING : result_type(e);
	if (str_is(e->name, "now") || str_is(e->name, "ago"))
		scope->uses_now = true;
	return !e->function->bind || e->function->bind(scope, e);
}

bool
kql_bind(struct kql_scope *scope, struct expr *e)
{
	switch (e->kind) {
	case EXPR_LITERAL:
	case EXPR_COLUMN:
		return true;
	case EXPR_NAME:
		return bind_name(scope, e);
	case EXPR_CALL:
		return bind_call(scope, e);
	case EXPR_MEMBER:
	case EXPR_INDEX:
		return bind_access(scope, e);
	case EXPR_TYPE:
		return kql_fail(scope->fault, e->at, "typeof() stands only where a function asks for it");
	case EXPR_WILD:
		return kql_fail(scope->fault, e->at, "`*` stands only in a list of columns");
	}
	return false;
}
