/*
 * What the files of functions and operators share: how a row is written, and how a result is kept.
 * A file has one subject and one table; kql_function.c finds and lists over all of them.
 */
#ifndef KEYWATCH_RULE_KQL_FUNCTION_H
#define KEYWATCH_RULE_KQL_FUNCTION_H

#include "core/rule/kql.h"

/* clang-format off */
#define KQL_INFIX(name, params, result, takes_null, eval, bind, help) \
	{name, params, result, takes_null, true, eval, bind, help}
/* A null argument gives null. */
#define KQL_FUNCTION(name, params, result, eval, bind, help) \
	{name, params, result, false, false, eval, bind, help}
/* It is called with nulls too. */
#define KQL_NULLABLE(name, params, result, eval, bind, help) \
	{name, params, result, true, false, eval, bind, help}
/* clang-format on */

struct kql_function_table {
	const struct kql_function *rows;
	size_t count;
};

#define KQL_TABLE(name)                                                                            \
	const struct kql_function_table name = {rows, sizeof(rows) / sizeof(rows[0])}

extern const struct kql_function_table kql_operators, kql_arithmetic_operators, kql_term_operators,
	kql_string_functions, kql_scalar_functions, kql_time_functions, kql_number_functions,
	kql_address_functions, kql_format_functions, kql_pattern_functions, kql_code_functions,
	kql_array_functions, kql_bag_functions, kql_dissect_functions;

/* ---- evaluating ---- */

static inline struct str
kql_text(const struct kql_call *c, size_t i)
{
	return c->args[i].s;
}

/* What was built is copied into the arena of the evaluation. */
static inline struct value
kql_keep(const struct kql_call *c, struct buf *out)
{
	struct value v = value_string(arena_str(&c->frame->arena, buf_view(out)));

	buf_fini(out);
	return v;
}

/* Of an array its items, else the value itself: what in (…) and its like list. */
static inline size_t
kql_item_count(struct value list)
{
	bool array = list.type == KUSTO_DYNAMIC && !list.null && list.d->kind == DYNAMIC_ARRAY;

	return array ? list.d->count : 1;
}

static inline struct value
kql_item(struct value list, size_t i)
{
	bool array = list.type == KUSTO_DYNAMIC && !list.null && list.d->kind == DYNAMIC_ARRAY;

	return array ? value_dynamic(list.d->items[i]) : list;
}

/* The argument as an array or a bag; NULL: it is none. */
static inline const struct dynamic *
kql_array_arg(const struct kql_call *c, size_t i)
{
	struct value v = c->args[i];

	return !v.null && v.d->kind == DYNAMIC_ARRAY ? v.d : NULL;
}

static inline const struct dynamic *
kql_bag_arg(const struct kql_call *c, size_t i)
{
	struct value v = c->args[i];

	return !v.null && v.d->kind == DYNAMIC_BAG ? v.d : NULL;
}

/* The part of the source that is searched, and where it begins. */
struct kql_span {
	struct str text;
	int64_t start; /* code points before it */
	int64_t occurrence;
};

/* False: the arguments of indexof() or indexof_regex() are out of their range, the answer is null.
 */
bool kql_search_span(const struct kql_call *c, struct kql_span *span, bool from_end);
struct value kql_position(const struct kql_span *span, size_t byte);

/* A regular expression that is used: the query's own, or one that an argument spells. */
struct kql_pattern {
	struct regex *regex;
	struct regex_match *match;
	bool own;
};

/* False: the argument spells none. kql_find counts what it gives up. */
bool kql_pattern_open(struct kql_pattern *pattern, const struct kql_call *c, size_t arg);
void kql_pattern_close(struct kql_pattern *pattern);
enum regex_result kql_find(const struct kql_call *c, struct regex *regex, struct regex_match *match,
	struct str subject, size_t from);

/* What stands at a JSONPath; NULL: nothing, or it is no path. */
const struct dynamic *kql_json_path(const struct dynamic *d, struct str path);

/* ---- binding ---- */

/* Compiles the constant pattern into the program; the call knows it from then on. */
bool kql_bind_regex(struct kql_scope *scope, struct expr *e, const struct expr *pattern);

/* Why a function of Kusto's is not among them; NULL: it is none of Kusto's either. */
const char *kql_function_absent(struct str name);
/* All arguments behind the first are strings or dynamics. */
bool kql_bind_texts(struct kql_scope *scope, struct expr *e);
/* The constant argument is one of these words, whatever its case; it becomes the word's number. */
bool kql_bind_word(
	struct kql_scope *scope, struct expr *e, size_t i, const char *const *words, size_t count);
/* The type that typeof(…) or `name: type` names. */
bool kql_bind_type(struct kql_scope *scope, const struct expr *e, enum kusto_type *type);
bool kql_type_named(struct str name, enum kusto_type *type);
/* A call of a function that no query can name, (convert) or (number), around a bound argument. */
struct expr *kql_wrap(
	struct kql_scope *scope, struct expr *arg, const char *function, enum kusto_type type);

#endif
