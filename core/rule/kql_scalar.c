/* Functions over values of any type: a row each, and the function behind it. */
#include "core/rule/kql_function.h"

static struct value
eval_not(const struct kql_call *c)
{
	return value_bool(!c->args[0].b);
}

/* ---- empty and null ---- */

static bool
is_empty(struct value v)
{
	v = dynamic_unwrap(v);
	return v.null || (v.type == KUSTO_STRING && v.s.len == 0);
}

static struct value
eval_isempty(const struct kql_call *c)
{
	return value_bool(is_empty(c->args[0]));
}

static struct value
eval_isnotempty(const struct kql_call *c)
{
	return value_bool(!is_empty(c->args[0]));
}

static struct value
eval_isnull(const struct kql_call *c)
{
	return value_bool(dynamic_unwrap(c->args[0]).null);
}

static struct value
eval_isnotnull(const struct kql_call *c)
{
	return value_bool(!dynamic_unwrap(c->args[0]).null);
}

/* ---- conversions: the row's result says to what ---- */

static struct value
eval_to(const struct kql_call *c)
{
	return value_convert(&c->frame->arena, c->args[0], c->expr->type);
}

static bool
bind_decimal(struct kql_scope *scope, struct expr *e)
{
	(void)scope;
	e->type = KUSTO_DECIMAL;
	return true;
}

static bool
bind_guid(struct kql_scope *scope, struct expr *e)
{
	(void)scope;
	e->type = KUSTO_GUID;
	return true;
}

static struct value
eval_parse_json(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct value v = c->args[0];
	struct json_doc *doc;

	if (v.type == KUSTO_DYNAMIC && !v.null && v.d->kind == DYNAMIC_SCALAR)
		v = v.d->scalar;
	if (v.type != KUSTO_STRING)
		return v.null ? value_null(KUSTO_DYNAMIC) : value_dynamic(dynamic_of(arena, v));
	if (!json_parse(v.s, &doc, NULL)) /* the text itself, as Kusto does */
		return v.s.len ? value_dynamic(dynamic_of(arena, v)) : value_null(KUSTO_DYNAMIC);
	v = value_dynamic(dynamic_from_json(arena, json_root(doc)));
	json_doc_free(doc);
	return v;
}

/* $.a.b[0] of a JSON text, as a type. */
static bool
bind_extract_json(struct kql_scope *scope, struct expr *e)
{
	e->type = KUSTO_STRING;
	if (!str_starts_with(e->args[0]->value.s, STR("$")))
		return kql_fail(scope->fault, e->args[0]->at,
			"%.*s() takes a path that begins with $, as in $.userName",
			STR_ARG(e->name));
	return e->count < 3 || kql_bind_type(scope, e->args[2], &e->type);
}

static struct value
eval_extract_json(const struct kql_call *c)
{
	struct value json = eval_parse_json(&(struct kql_call){c->frame, c->expr, c->args + 1, 1});
	const struct dynamic *d = json.null ? NULL : kql_json_path(json.d, kql_text(c, 0));

	return value_convert(&c->frame->arena, value_dynamic(d), c->expr->type);
}

/* Of a dynamic what it holds, by its documented names. */
static struct value
eval_gettype(const struct kql_call *c)
{
	struct value v = c->args[0];
	bool dynamic = v.type == KUSTO_DYNAMIC;
	const char *name;

	v = dynamic_unwrap(v);
	if (v.type == KUSTO_DYNAMIC && !v.null)
		name = v.d->kind == DYNAMIC_BAG ? "dictionary" : "array";
	else if (dynamic && v.null)
		name = "null";
	else if (dynamic && v.type == KUSTO_LONG && v.i >= INT32_MIN && v.i <= INT32_MAX)
		name = "int";
	else
		name = kusto_type_name(v.type);
	return value_string(str_from(name));
}

/* ---- columns that may be there ---- */

/* The column when there is one of that name, else what stands for it. */
static bool
bind_column_ifexists(struct kql_scope *scope, struct expr *e)
{
	const struct kql_column *column = kql_schema_find(scope->schema, e->args[0]->value.s);

	if (!column) {
		*e = *e->args[1];
		return true;
	}
	*e = (struct expr){.kind = EXPR_COLUMN,
		.at = e->at,
		.end = e->end,
		.name = column->name,
		.type = column->type,
		.shape = column->shape,
		.slot = column->slot};
	return true;
}

/* ---- choosing ---- */

static bool
common_of(struct kql_scope *scope, struct expr *e, size_t first, size_t step)
{
	e->type = e->args[first]->type;
	for (size_t i = first; i < e->count; i += step)
		if (!kql_common_type(e->type, e->args[i]->type, &e->type))
			return kql_fail(scope->fault, e->args[i]->at,
				"%.*s() cannot give both a %s and a %s", STR_ARG(e->name),
				kusto_type_name(e->type), kusto_type_name(e->args[i]->type));
	return true;
}

static struct value
as_result(const struct kql_call *c, struct value v)
{
	if (v.type == c->expr->type)
		return v;
	return v.null ? value_null(c->expr->type)
		      : value_convert(&c->frame->arena, v, c->expr->type);
}

static bool
bind_iff(struct kql_scope *scope, struct expr *e)
{
	return common_of(scope, e, 1, 1);
}

static struct value
eval_iff(const struct kql_call *c)
{
	bool yes = !c->args[0].null && c->args[0].b;

	return as_result(c, c->args[yes ? 1 : 2]);
}

static bool
bind_case(struct kql_scope *scope, struct expr *e)
{
	if (e->count % 2 == 0)
		return kql_fail(scope->fault, e->at,
			"case() takes pairs of a condition and a value, and a value for the rest");
	for (size_t i = 0; i + 1 < e->count; i += 2)
		if (e->args[i]->type != KUSTO_BOOL)
			return kql_fail(scope->fault, e->args[i]->at,
				"case() takes a bool here, not a %s",
				kusto_type_name(e->args[i]->type));
	e->type = e->args[e->count - 1]->type;
	for (size_t i = 1; i < e->count; i += 2)
		if (!kql_common_type(e->type, e->args[i]->type, &e->type))
			return kql_fail(scope->fault, e->args[i]->at,
				"case() cannot give both a %s and a %s", kusto_type_name(e->type),
				kusto_type_name(e->args[i]->type));
	return true;
}

static struct value
eval_case(const struct kql_call *c)
{
	size_t i = 0;

	while (i + 1 < c->count && (c->args[i].null || !c->args[i].b))
		i += 2;
	return as_result(c, c->args[i + 1 < c->count ? i + 1 : c->count - 1]);
}

static bool
bind_coalesce(struct kql_scope *scope, struct expr *e)
{
	for (size_t i = 1; i < e->count; i++)
		if ((e->args[i]->type == KUSTO_DYNAMIC) != (e->args[0]->type == KUSTO_DYNAMIC))
			return kql_fail(scope->fault, e->args[i]->at,
				"coalesce() cannot give both a %s and a %s: convert the dynamic",
				kusto_type_name(e->args[0]->type),
				kusto_type_name(e->args[i]->type));
	return common_of(scope, e, 0, 1);
}

static struct value
eval_coalesce(const struct kql_call *c)
{
	size_t i = 0;

	while (i + 1 < c->count && is_empty(c->args[i]))
		i++;
	return as_result(c, c->args[i]);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("not", "b", 'b', eval_not, NULL, "the opposite; of null null"),
	KQL_NULLABLE("isempty", "a", 'b', eval_isempty, NULL, "is it the empty string or null"),
	KQL_NULLABLE("isnotempty", "a", 'b', eval_isnotempty, NULL, "is it neither the empty string nor null"),
	KQL_NULLABLE("notempty", "a", 'b', eval_isnotempty, NULL, "the same as isnotempty"),
	KQL_NULLABLE("isnull", "a", 'b', eval_isnull, NULL, "is it null; a string never is"),
	KQL_NULLABLE("isnotnull", "a", 'b', eval_isnotnull, NULL, "is it not null"),
	KQL_NULLABLE("notnull", "a", 'b', eval_isnotnull, NULL, "the same as isnotnull"),
	KQL_NULLABLE("tostring", "a", 's', eval_to, NULL, "as a string; null gives \"\""),
	KQL_NULLABLE("tobool", "a", 'b', eval_to, NULL, "as a bool, or null"),
	KQL_NULLABLE("toboolean", "a", 'b', eval_to, NULL, "the same as tobool"),
	KQL_NULLABLE("toint", "a", 'i', eval_to, NULL, "as an int, or null"),
	KQL_NULLABLE("tolong", "a", 'l', eval_to, NULL, "as a long, or null"),
	KQL_NULLABLE("todouble", "a", 'r', eval_to, NULL, "as a real, or null"),
	KQL_NULLABLE("toreal", "a", 'r', eval_to, NULL, "the same as todouble"),
	KQL_NULLABLE("todatetime", "a", 't', eval_to, NULL, "as a datetime, or null"),
	KQL_NULLABLE("totimespan", "a", 'p', eval_to, NULL, "as a timespan, or null"),
	KQL_NULLABLE("totime", "a", 'p', eval_to, NULL, "the same as totimespan"),
	KQL_NULLABLE("parse_json", "u", 'd', eval_parse_json, NULL, "the tree of a JSON text; the text itself when it is none"),
	KQL_NULLABLE("todynamic", "s", 'd', eval_parse_json, NULL, "the same as parse_json"),
	KQL_NULLABLE("toobject", "s", 'd', eval_parse_json, NULL, "the same as todynamic"),
	KQL_NULLABLE("parsejson", "u", 'd', eval_parse_json, NULL, "the same as parse_json"),
	KQL_NULLABLE("todecimal", "a", '*', eval_to, bind_decimal, "as a decimal, or null"),
	KQL_NULLABLE("toguid", "u", '*', eval_to, bind_guid, "as a guid, or null"),
	KQL_FUNCTION("extract_json", "ks|y", '*', eval_extract_json, bind_extract_json, "what stands at a path such as $.a.b[0] of a JSON text, as a type"),
	KQL_FUNCTION("extractjson", "ks|y", '*', eval_extract_json, bind_extract_json, "the same as extract_json"),
	KQL_NULLABLE("gettype", "a", 's', eval_gettype, NULL, "the name of its type; of a dynamic what it holds"),
	KQL_NULLABLE("column_ifexists", "ka", '*', NULL, bind_column_ifexists, "the column of that name, or the value when there is none"),
	KQL_NULLABLE("columnifexists", "ka", '*', NULL, bind_column_ifexists, "the same as column_ifexists"),
	KQL_NULLABLE("iff", "baa", '*', eval_iff, bind_iff, "the second when the first is true, else the third"),
	KQL_NULLABLE("iif", "baa", '*', eval_iff, bind_iff, "the same as iff"),
	KQL_NULLABLE("case", "aaa+", '*', eval_case, bind_case, "the value behind the first condition that is true, else the last"),
	KQL_NULLABLE("coalesce", "aa+", '*', eval_coalesce, bind_coalesce, "the first that is neither null nor empty"),
};
/* clang-format on */

KQL_TABLE(kql_scalar_functions);
