/* Names → columns, calls → functions, types checked: what Microsoft's binder refuses is refused. */
#include <stdio.h>
#include <stdlib.h>

#include "core/rule/kql_function.h"
#include "core/rule/rule.h"

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
	schema->columns[schema->count++] =
		(struct kql_column){.name = name, .type = type, .slot = slot};
}

/* ---- did you mean ---- */

static struct str
column_name(const void *context, size_t i)
{
	return ((const struct kql_schema *)context)->columns[i].name;
}

/* ---- names ---- */

static enum kql_shape
value_shape(struct value v)
{
	if (v.type != KUSTO_DYNAMIC || v.null)
		return SHAPE_ANY;
	return v.d->kind == DYNAMIC_ARRAY ? SHAPE_ARRAY
	       : v.d->kind == DYNAMIC_BAG ? SHAPE_BAG
					  : SHAPE_VALUE;
}

static bool
bind_let(struct kql_scope *scope, struct expr *e)
{
	size_t at, end;

	for (size_t i = scope->let_count; i > 0; i--) {
		if (!str_equal(scope->lets[i - 1].name, e->name))
			continue;
		at = e->at;
		end = e->end;
		*e = *scope->lets[i - 1].expr; /* bound expressions may be shared */
		e->at = at;
		e->end = end;
		return true;
	}
	return false;
}

/* What people call it, as on the screen, and where the log says it. */
static const struct {
	const char *word, *hint;
} elsewhere[] = {
	{"account", "the log says it in RecipientAccountId"},
	{"actor", "who called is in UserIdentityArn, UserIdentityUserName and UserIdentityType"},
	{"ip", "the log says it in SourceIpAddress"},
	{"outcome", "where the call failed ErrorCode is not empty, as \"AccessDenied\""},
	{"self", "UserIdentityUserName is the caller's, RequestParameters has the user's name"},
	{"status", "what was decided is no column: keys and commands of the list filter by it"},
	{"target", "the user is in RequestParameters, as parse_json(RequestParameters).userName"},
	{"time", "when it happened is TimeGenerated"},
};

static const char *
hint_elsewhere(struct str name)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (str_equal_ascii_nocase(name, str_from(elsewhere[i].word)))
			return elsewhere[i].hint;
	for (size_t i = 0; i < RULE_ANSWERS; i++)
		if (str_is(name, rule_answers[i].name))
			return "a filter has it, and no rule: it tells of other records";
	return NULL;
}

static bool
unknown_column(struct kql_scope *scope, const struct expr *e)
{
	struct str near = str_nearest(e->name, column_name, scope->schema, scope->schema->count);
	const char *hint = hint_elsewhere(e->name);

	if (str_equal_ascii_nocase(e->name, STR("null")) && !near.data)
		return kql_fail(scope->fault, e->at,
			"there is no null to write: isnull(x) asks for it, long(null) is one");
	if (str_starts_with(e->name, STR("!")))
		return kql_fail(scope->fault, e->at, "`!` negates operators alone: write not(%.*s)",
			STR_ARG(str_slice(e->name, 1, e->name.len)));
	if (scope->siblings && kql_schema_find(scope->siblings, e->name))
		return kql_fail(scope->fault, e->at,
			"`%.*s` is made by this same operator, whose columns do not see each other",
			STR_ARG(e->name));
	if (near.data && str_equal_ascii_nocase(near, e->name))
		return kql_fail(scope->fault, e->at,
			"unknown column `%.*s`: the case matters, it is `%.*s`", STR_ARG(e->name),
			STR_ARG(near));
	if (hint)
		return kql_fail(
			scope->fault, e->at, "unknown column `%.*s`: %s", STR_ARG(e->name), hint);
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
	e->shape = column->shape;
	return true;
}

static bool
check_index(struct kql_scope *scope, const struct expr *object, const struct expr *index)
{
	static const char *const kinds[] = {
		[SHAPE_ANY] = "is a long or a string",
		[SHAPE_VALUE] = "is a long or a string",
		[SHAPE_ARRAY] = "of an array is a long",
		[SHAPE_BAG] = "of a bag is a string",
	};
	bool open = object->shape == SHAPE_ANY || object->shape == SHAPE_VALUE;

	if (type_is_integer(index->type) && object->shape != SHAPE_BAG)
		return true;
	if (index->type == KUSTO_STRING && object->shape != SHAPE_ARRAY)
		return true;
	if (index->type == KUSTO_DYNAMIC && open)
		return true;
	return kql_fail(scope->fault, index->at, "an index %s, not a %s", kinds[object->shape],
		kusto_type_name(index->type));
}

/* What is inside is known of a literal, and of split(), which makes strings. */
static enum kql_shape
access_shape(const struct expr *e)
{
	const struct expr *object = e->args[0];
	struct value key;

	if (object->kind != EXPR_LITERAL || object->value.null)
		return object->shape == SHAPE_ARRAY ? SHAPE_VALUE : SHAPE_ANY;
	if (e->kind == EXPR_MEMBER)
		return value_shape(value_dynamic(dynamic_member(object->value.d, e->name)));
	key = e->args[1]->value;
	if (e->args[1]->kind != EXPR_LITERAL || key.null)
		return SHAPE_ANY;
	return value_shape(
		value_dynamic(key.type == KUSTO_STRING ? dynamic_member(object->value.d, key.s)
						       : dynamic_item(object->value.d, key.i)));
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
	e->type = KUSTO_DYNAMIC;
	e->shape = access_shape(e);
	return e->kind == EXPR_MEMBER || check_index(scope, e->args[0], e->args[1]);
}

/* ---- calls ---- */

bool
kql_common_type(enum kusto_type a, enum kusto_type b, enum kusto_type *common)
{
	static const enum kusto_type widening[] = {
		KUSTO_DECIMAL, KUSTO_REAL, KUSTO_LONG, KUSTO_INT};

	if (a == b || b == KUSTO_DYNAMIC) {
		*common = a;
		return true;
	}
	if (a == KUSTO_DYNAMIC) {
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
fits_type(char param, enum kusto_type type, enum kql_shape shape)
{
	switch (param) {
	case 's':
	case 'q':
		return type == KUSTO_STRING || (type == KUSTO_DYNAMIC && shape == SHAPE_ANY);
	case 'u':
		return type == KUSTO_STRING || type == KUSTO_DYNAMIC;
	case 'b':
		return type == KUSTO_BOOL;
	case 'c':
		return type == KUSTO_BOOL || type == KUSTO_DYNAMIC;
	case 'l':
	case 'i':
		return type_is_integer(type);
	case 'n':
		return type_is_number(type);
	case 't':
		return type == KUSTO_DATETIME;
	case 'p':
		return type == KUSTO_TIMESPAN;
	case 'd':
		return type == KUSTO_DYNAMIC && shape != SHAPE_BAG;
	case 'o':
		return type == KUSTO_DYNAMIC && shape != SHAPE_ARRAY;
	case 'h':
		return type != KUSTO_DYNAMIC;
	default: /* x, a */
		return true;
	}
}

static bool
fits(char param, const struct expr *arg)
{
	if (param == 'y' || arg->kind == EXPR_TYPE)
		return param == 'y' && arg->kind == EXPR_TYPE;
	if (param == 'r' || param == 'k')
		return is_constant_string(arg);
	if (param == 'i' && arg->kind != EXPR_LITERAL)
		return false;
	return fits_type(param, arg->type, arg->shape);
}

/* What a parameter is called in a refusal, and what makes one of something else. */
static const struct param {
	char letter;
	const char *name, *advice;
} param_kinds[] = {
	{'s', "a string", ": tostring() makes a string"},
	{'u', "a string", ": tostring() makes a string"},
	{'q', "a string", ": tostring() makes a string"},
	{'b', "a bool", ": tobool() makes a bool"},
	{'c', "a bool", ""},
	{'l', "a long", ": tolong() makes a long"},
	{'i', "a constant long", ""},
	{'n', "a number", ": todouble() makes a number"},
	{'t', "a datetime", ": todatetime() makes a datetime"},
	{'p', "a timespan", ": totimespan() makes a timespan"},
	{'d', "a dynamic array", ""},
	{'o', "a dynamic bag", ""},
	{'h', "a value that is not dynamic", ": tostring() makes a string"},
	{'y', "typeof(a type)", ""},
	{'k', "a constant string", ""},
	{'r', "a constant string", ""},
	{'a', "a value", ""},
	{'x', "a value", ""},
};

static bool
wrong_type(struct kql_scope *scope, const struct expr *e, const struct expr *arg, char letter)
{
	const struct param *param = param_kinds;
	bool open = arg->type == KUSTO_DYNAMIC || arg->type == KUSTO_STRING;

	while (param->letter != letter)
		param++;
	open |= strchr("suq", letter) != NULL;
	if (arg->kind == EXPR_TYPE)
		return kql_fail(scope->fault, arg->at, "`%.*s` takes %s here, not a type",
			STR_ARG(e->name), param->name);
	return kql_fail(scope->fault, arg->at,
		e->function->infix ? "`%.*s` takes %s here, not a %s%s"
				   : "%.*s() takes %s here, not a %s%s",
		STR_ARG(e->name), param->name, kusto_type_name(arg->type),
		open ? param->advice : "");
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

struct expr *
kql_wrap(struct kql_scope *scope, struct expr *arg, const char *function, enum kusto_type type)
{
	struct expr *e = arena_alloc(scope->arena, sizeof(*e));

	*e = (struct expr){
		.kind = EXPR_CALL, .at = arg->at, .end = arg->end, .type = type, .count = 1};
	e->args = arena_alloc(scope->arena, sizeof(struct expr *));
	e->args[0] = arg;
	e->function = kql_function_find(str_from(function), true);
	return e;
}

/* What is no string where a text is wanted is written out, and a dynamic bool is taken out. */
static void
convert_arg(struct kql_scope *scope, struct expr **arg, char param)
{
	enum kusto_type type = param == 'c' ? KUSTO_BOOL : KUSTO_STRING;

	if (param && strchr("sqxuc", param) && (*arg)->type != type)
		*arg = kql_wrap(scope, *arg, "(convert)", type);
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
			return wrong_type(scope, e, e->args[i], param);
		convert_arg(scope, &e->args[i], param);
	}
	return true;
}

bool
kql_bind_regex(struct kql_scope *scope, struct expr *e, const struct expr *pattern)
{
	struct regex *regex;
	struct error err;
	struct buf translated = {0};
	const char *why;
	size_t column;
	bool ok;

	if (!kql_translate_regex(&translated, pattern->value.s, &column, &why)) {
		buf_fini(&translated);
		return kql_fail(scope->fault, pattern->at, "bad regular expression, column %zu: %s",
			column, why);
	}
	ok = regex_compile(&regex, buf_view(&translated), REGEX_UTF | REGEX_UNICODE, &err);
	buf_fini(&translated);
	if (!ok)
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
		if (arity.kinds[i] == 'r' ||
			(arity.kinds[i] == 'q' && is_constant_string(e->args[i])))
			return kql_bind_regex(scope, e, e->args[i]);
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
	default: /* d, A */
		return KUSTO_DYNAMIC;
	}
}

static bool
unknown_function(struct kql_scope *scope, const struct expr *e)
{
	struct str near = kql_function_nearest(e->name);
	const char *absent = kql_function_absent(e->name);

	if (absent)
		return kql_fail(scope->fault, e->at, "%.*s() is not supported here: %s",
			STR_ARG(e->name), absent);
	if (near.data && str_equal_ascii_nocase(near, e->name))
		return kql_fail(scope->fault, e->at,
			"unknown function `%.*s`: the case matters, it is `%.*s`", STR_ARG(e->name),
			STR_ARG(near));
	if (str_is(e->name, "string"))
		return kql_fail(scope->fault, e->at,
			"there is no string(): a string has no null, and tostring() converts");
	if (near.data)
		return kql_fail(scope->fault, e->at,
			"unknown function `%.*s`: did you mean `%.*s`?", STR_ARG(e->name),
			STR_ARG(near));
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
	e->shape = e->function->result == 'A' ? SHAPE_ARRAY : SHAPE_ANY;
	if (str_is(e->name, "now") || str_is(e->name, "ago"))
		scope->uses_now = true;
	return !e->function->bind || e->function->bind(scope, e);
}

bool
kql_bind(struct kql_scope *scope, struct expr *e)
{
	switch (e->kind) {
	case EXPR_LITERAL:
		e->shape = value_shape(e->value);
		return true;
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
		return kql_fail(
			scope->fault, e->at, "typeof() stands only where a function asks for it");
	case EXPR_WILD:
		return kql_fail(scope->fault, e->at, "`*` stands only in a list of columns");
	}
	return false;
}
