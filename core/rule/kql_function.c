/* Finding functions in the tables, and listing them. */
#include "core/rule/kql_function.h"

static const struct kql_function_table *const tables[] = {&kql_operators, &kql_arithmetic_operators,
	&kql_term_operators, &kql_string_functions, &kql_scalar_functions, &kql_time_functions,
	&kql_number_functions, &kql_address_functions, &kql_format_functions,
	&kql_pattern_functions, &kql_code_functions, &kql_array_functions, &kql_bag_functions,
	&kql_dissect_functions};

enum { TABLE_COUNT = sizeof(tables) / sizeof(tables[0]) };

const struct kql_function *
kql_function_find(struct str name, bool infix)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		for (size_t i = 0; i < tables[t]->count; i++)
			if (tables[t]->rows[i].infix == infix &&
				str_is(name, tables[t]->rows[i].name))
				return &tables[t]->rows[i];
	return NULL;
}

/* Names of the other kind, signs, and what only the binder writes are counted and not named. */
static bool
is_named(const struct kql_function *row, bool infix)
{
	char c = row->name[0] == '!' ? row->name[1] : row->name[0];

	return row->infix == infix && row->help && (c | 32) >= 'a' && (c | 32) <= 'z';
}

static struct str
row_name(const void *infix, size_t i)
{
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const struct kql_function *row = tables[t]->rows + i;

		if (i < tables[t]->count)
			return is_named(row, *(const bool *)infix) ? str_from(row->name)
								   : STR_ABSENT;
		i -= tables[t]->count;
	}
	return STR_ABSENT;
}

static struct str
nearest_row(struct str name, bool infix)
{
	size_t count = 0;

	for (size_t t = 0; t < TABLE_COUNT; t++)
		count += tables[t]->count;
	return str_nearest(name, row_name, &infix, count);
}

struct str
kql_function_nearest(struct str name)
{
	return nearest_row(name, false);
}

struct str
kql_operator_nearest(struct str name)
{
	return nearest_row(name, true);
}

void
kql_list(struct buf *out)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct kql_function *f = &tables[t]->rows[i];

			if (f->help)
				buf_printf(out, "%s\t%s\t%s\t%s\n",
					f->infix ? "operator" : "function", f->name, f->params,
					f->help);
		}
}

/* ---- types and words ---- */

bool
kql_type_named(struct str name, enum kusto_type *type)
{
	static const struct {
		const char *name;
		enum kusto_type type;
	} aliases[] = {{"double", KUSTO_REAL}, {"boolean", KUSTO_BOOL}, {"date", KUSTO_DATETIME},
		{"time", KUSTO_TIMESPAN}};

	for (enum kusto_type t = KUSTO_BOOL; t <= KUSTO_DYNAMIC; t++) {
		if (!str_is(name, kusto_type_name(t)))
			continue;
		*type = t;
		return true;
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!str_is(name, aliases[i].name))
			continue;
		*type = aliases[i].type;
		return true;
	}
	return false;
}

static struct str
type_name(const void *context, size_t i)
{
	(void)context;
	return str_from(kusto_type_name((enum kusto_type)i));
}

bool
kql_bind_type(struct kql_scope *scope, const struct expr *e, enum kusto_type *type)
{
	struct str near;

	if (kql_type_named(e->name, type))
		return true;
	near = str_nearest(e->name, type_name, NULL, KUSTO_DYNAMIC + 1);
	if (near.data)
		return kql_fail(scope->fault, e->at, "`%.*s` is no type: did you mean `%.*s`?",
			STR_ARG(e->name), STR_ARG(near));
	return kql_fail(scope->fault, e->at, "`%.*s` is no type", STR_ARG(e->name));
}

struct words {
	const char *const *list;
};

static struct str
word_name(const void *context, size_t i)
{
	return str_from(((const struct words *)context)->list[i]);
}

bool
kql_bind_word(
	struct kql_scope *scope, struct expr *e, size_t i, const char *const *words, size_t count)
{
	struct expr *arg = e->args[i];
	struct str word = arg->value.s, near;
	struct buf list = {0};

	for (size_t k = 0; k < count; k++)
		if (str_equal_ascii_nocase(word, str_from(words[k]))) {
			arg->value = value_long((int64_t)k);
			arg->type = KUSTO_LONG;
			return true;
		}
	near = str_nearest(word, word_name, &(struct words){words}, count);
	for (size_t k = 0; k < count; k++)
		buf_printf(&list, "%s%s", k ? ", " : "", words[k]);
	if (near.data)
		kql_fail(scope->fault, arg->at, "%.*s() has no `%.*s`: did you mean `%.*s`?",
			STR_ARG(e->name), STR_ARG(word), STR_ARG(near));
	else
		kql_fail(scope->fault, arg->at, "%.*s() has no `%.*s`: it takes %s",
			STR_ARG(e->name), STR_ARG(word), buf_cstr(&list));
	buf_fini(&list);
	return false;
}
