/*
 * parse and parse-where. The pattern becomes one regular expression, which the whole text must
 * match, with a named group for each column; a hidden column has all the parts, and each column
 * takes its own out of it. Strict, and so all null, where one part is not of its type; only
 * kind=relaxed lets single ones be null.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/rule/kql_compiler.h"
#include "core/rule/kql_function.h"

/* ---- the expression ---- */

/* What a type is written as where nothing else says where it ends. */
static const char *const shapes[] = {
	[KUSTO_BOOL] = "[Tt]rue|[Ff]alse|[01]",
	[KUSTO_INT] = "-?\\d+",
	[KUSTO_LONG] = "-?\\d+",
	[KUSTO_REAL] = "[-+]?\\d*\\.?\\d+(?:[eE][-+]?\\d+)?",
	[KUSTO_DECIMAL] = "[-+]?\\d*\\.?\\d+",
	[KUSTO_DATETIME] = "[-0-9/]+(?:[T ][0-9:.]+Z?)?",
	[KUSTO_TIMESPAN] = "-?[0-9:.]+[a-z]*",
	[KUSTO_STRING] = NULL,
	[KUSTO_GUID] = "[0-9a-fA-F-]{36}",
	[KUSTO_DYNAMIC] = NULL,
};

/* Numbers say themselves where they end; of the others it is said when a star stands behind, or
 * anything that is not of the type would be null alone. */
static const char *
shape_of(const struct kql_dissection *d, size_t i)
{
	bool open = i + 1 < d->count && !d->parts[i + 1].literal.data;
	bool number = type_is_number(d->parts[i].type);

	return open || (number && d->kind != DISSECT_RELAXED) ? shapes[d->parts[i].type] : NULL;
}

static void
put_quoted(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char b = (unsigned char)s.data[i];

		if (b < 0x80 && strchr("\\.+*?()|[]{}^$", b) && b)
			buf_putc(out, '\\');
		buf_putc(out, s.data[i]);
	}
}

static void
put_part(struct buf *out, const struct kql_dissection *d, size_t i)
{
	const struct kql_part *part = &d->parts[i];
	bool regex = d->kind == DISSECT_REGEX;
	bool ungreedy = d->flags.data && memchr(d->flags.data, 'U', d->flags.len);

	if (part->literal.data && regex)
		buf_printf(out, "(?:%.*s)", STR_ARG(part->literal));
	else if (part->literal.data)
		put_quoted(out, part->literal);
	else if (!part->name.data) /* as little as possible, also where U turns it round */
		buf_puts(out, regex && ungreedy ? ".*" : ".*?");
	else if (shape_of(d, i))
		buf_printf(out, "(?P<column%zu>%s)", i, shape_of(d, i));
	else
		buf_printf(out, "(?P<column%zu>%s)", i, regex ? ".*" : ".*?");
}

/* An expression that is none is refused where the part stands that is none alone. */
static void
blame_part(struct kql_scope *scope, const struct kql_dissection *d)
{
	struct kql_fault fault;
	struct kql_scope alone = {.arena = scope->arena, .fault = &fault};
	struct expr literal = {.kind = EXPR_LITERAL}, call = {0};

	for (size_t i = 0; i < d->count; i++) {
		literal.at = d->parts[i].at;
		literal.value = value_string(d->parts[i].literal);
		if (!d->parts[i].literal.data || kql_bind_regex(&alone, &call, &literal))
			continue;
		*scope->fault = fault;
		break;
	}
	for (size_t i = 0; i < alone.regex_count; i++)
		regex_free(alone.regexes[i]);
	free(alone.regexes);
}

static bool
bind_pattern(struct kql_scope *scope, const struct kql_step *step, struct expr *call)
{
	const struct kql_dissection *d = &step->dissection;
	struct expr literal = {.kind = EXPR_LITERAL, .at = step->at};
	struct buf text = {0};
	bool ok;

	if (d->kind != DISSECT_REGEX)
		buf_puts(&text, "(?s)");
	else if (d->flags.len)
		buf_printf(&text, "(?%.*s)", STR_ARG(d->flags));
	buf_puts(&text, "\\A");
	for (size_t i = 0; i < d->count; i++)
		put_part(&text, d, i);
	buf_puts(&text, "\\z");
	literal.value = value_string(buf_view(&text));
	ok = kql_bind_regex(scope, call, &literal);
	if (!ok)
		blame_part(scope, d);
	buf_fini(&text);
	return ok;
}

/* ---- the steps ---- */

static struct expr *
new_call(struct compiler *c, const char *function, size_t at, size_t count)
{
	struct expr *e = arena_alloc(c->scope.arena, sizeof(*e));

	e->kind = EXPR_CALL;
	e->at = at;
	e->function = kql_function_find(str_from(function), true);
	e->args = arena_alloc(c->scope.arena, (count + 1) * sizeof(struct expr *));
	e->count = count;
	return e;
}

static struct expr *
new_number(struct compiler *c, int64_t i)
{
	struct expr *e = arena_alloc(c->scope.arena, sizeof(*e));

	*e = (struct expr){.kind = EXPR_LITERAL, .type = KUSTO_LONG, .value = value_long(i)};
	return e;
}

enum { TYPE_BITS = 8 };

/* (dissect)(text, is it relaxed, group << 8 | type …) */
static struct expr *
dissecting(struct compiler *c, const struct kql_step *step)
{
	const struct kql_dissection *d = &step->dissection;
	struct expr *call = new_call(c, "(dissect)", step->at, d->count + 2);
	char name[32];

	call->type = KUSTO_DYNAMIC;
	call->args[0] = d->source;
	if (d->source->type != KUSTO_STRING)
		call->args[0] = kql_wrap(&c->scope, d->source, "(convert)", KUSTO_STRING);
	call->args[1] = new_number(c, d->kind == DISSECT_RELAXED);
	call->count = 2;
	if (!bind_pattern(&c->scope, step, call))
		return NULL;
	for (size_t i = 0; i < d->count; i++) {
		unsigned group;

		if (!d->parts[i].name.data)
			continue;
		snprintf(name, sizeof(name), "column%zu", i);
		group = regex_group_named(c->scope.regexes[call->regex - 1], str_from(name));
		call->args[call->count++] =
			new_number(c, (int64_t)group << TYPE_BITS | d->parts[i].type);
	}
	return call;
}

static struct expr *
hidden_column(struct compiler *c, size_t slot)
{
	struct expr *e = arena_alloc(c->scope.arena, sizeof(*e));

	*e = (struct expr){.kind = EXPR_COLUMN, .type = KUSTO_DYNAMIC, .slot = slot};
	return e;
}

static bool
add_parts(struct compiler *c, const struct kql_dissection *d, size_t parts, struct kql_schema *made)
{
	size_t slot, n = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct expr *part;

		if (!d->parts[i].name.data)
			continue;
		if (kql_schema_find(made, d->parts[i].name))
			return kql_fail(c->scope.fault, d->parts[i].at,
				"the column `%.*s` is made twice", STR_ARG(d->parts[i].name));
		part = new_call(c, "(part)", d->parts[i].at, 2);
		part->type = d->parts[i].type;
		part->args[0] = hidden_column(c, parts);
		part->args[1] = new_number(c, (int64_t)n++);
		if (!kql_new_slot(c, part->at, &slot))
			return false;
		kql_add_action(c, false, part, slot);
		kql_schema_add(made, d->parts[i].name, part->type, slot);
	}
	return true;
}

static void
add_where(struct compiler *c, size_t at, size_t parts)
{
	struct expr *there = new_call(c, "(convert)", at, 1);

	there->type = KUSTO_BOOL;
	there->function = kql_function_find(STR("isnotnull"), false);
	there->args[0] = hidden_column(c, parts);
	kql_add_action(c, true, there, 0);
}

bool
kql_compile_parse(struct compiler *c, const struct kql_step *step)
{
	const struct kql_dissection *d = &step->dissection;
	struct kql_schema made = {0};
	struct expr *call;
	size_t parts;
	bool ok;

	if (!kql_bind(&c->scope, d->source))
		return false;
	call = dissecting(c, step);
	if (!call || !kql_new_slot(c, step->at, &parts))
		return false;
	kql_add_action(c, false, call, parts);
	if (d->where)
		add_where(c, step->at, parts);
	ok = add_parts(c, d, parts, &made);
	if (ok)
		kql_extend_columns(&c->schema, &made);
	free(made.columns);
	return ok;
}

/* ---- running ---- */

static struct value
eval_dissect(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	struct arena *arena = &c->frame->arena;
	bool relaxed = c->args[1].i != 0;
	struct dynamic *parts;

	if (kql_find(c, regex, match, kql_text(c, 0), 0) != REGEX_MATCH)
		return value_null(KUSTO_DYNAMIC);
	parts = dynamic_make(arena, DYNAMIC_ARRAY, c->count - 2);
	for (size_t i = 0; i < parts->count; i++) {
		enum kusto_type type = (enum kusto_type)(c->args[2 + i].i & ((1 << TYPE_BITS) - 1));
		struct str text = regex_group(match, (unsigned)(c->args[2 + i].i >> TYPE_BITS));
		struct value v = value_convert(arena, value_string(text), type);

		if (v.null && !relaxed)
			return value_null(KUSTO_DYNAMIC);
		parts->items[i] = dynamic_of(arena, v);
	}
	return value_dynamic(parts);
}

static struct value
eval_part(const struct kql_call *c)
{
	const struct dynamic *parts = kql_array_arg(c, 0);
	struct value part;

	if (!parts)
		return value_null(c->expr->type);
	part = value_dynamic(parts->items[c->args[1].i]);
	return c->expr->type == KUSTO_DYNAMIC ? part
	       : dynamic_unwrap(part).null    ? value_null(c->expr->type)
					      : dynamic_unwrap(part);
}

/* clang-format off */
static const struct kql_function rows[] = { /* none that a query can name */
	KQL_INFIX("(dissect)", "aa+", 'd', false, eval_dissect, NULL, NULL),
	KQL_INFIX("(part)", "aa", '*', true, eval_part, NULL, NULL),
};
/* clang-format on */

KQL_TABLE(kql_dissect_functions);
