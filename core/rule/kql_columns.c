/* project-away, -keep, -rename, -reorder: columns chosen by name and by pattern. */
#include <stdlib.h>

#include "core/rule/kql_compiler.h"

/* Stars go as far as they must and are tried again one further when the rest does not fit. */
static bool
wild_match(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = (size_t)-1, resume = 0;

	while (n < name.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			resume = n;
		} else if (p < pattern.len && pattern.data[p] == name.data[n]) {
			p++;
			n++;
		} else if (star != (size_t)-1) {
			p = star + 1;
			n = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

static bool
selects(const struct kql_item *item, const struct kql_column *column)
{
	if (item->expr->kind == EXPR_WILD)
		return !column->hidden && wild_match(item->expr->name, column->name);
	return str_equal(item->expr->name, column->name);
}

/* Names must be there, and a pattern must match something. */
static bool
check_selection(struct compiler *c, const struct kql_step *step)
{
	for (size_t i = 0; i < step->count; i++) {
		struct expr *e = step->items[i].expr;
		bool any = false;

		if (e->kind == EXPR_NAME && !kql_schema_find(&c->schema, e->name))
			return kql_bind(&c->scope, e) && /* says why, with the nearest name */
			       kql_fail(c->scope.fault, e->at, "`%.*s` is no column",
				       STR_ARG(e->name));
		for (size_t k = 0; k < c->schema.count; k++)
			any |= selects(&step->items[i], &c->schema.columns[k]);
		if (!any)
			return kql_fail(c->scope.fault, e->at, "no column matches `%.*s`",
				STR_ARG(e->name));
	}
	return true;
}

bool
kql_compile_keep(struct compiler *c, const struct kql_step *step)
{
	bool away = step->kind == STEP_PROJECT_AWAY;
	size_t kept = 0;

	if (!check_selection(c, step))
		return false;
	for (size_t k = 0; k < c->schema.count; k++) {
		bool chosen = false;

		for (size_t i = 0; i < step->count; i++)
			chosen |= selects(&step->items[i], &c->schema.columns[k]);
		if (chosen == away)
			continue;
		c->schema.columns[kept] = c->schema.columns[k];
		c->schema.columns[kept++].hidden &= away; /* kept by its name: shown */
	}
	c->schema.count = kept;
	return true;
}

bool
kql_compile_rename(struct compiler *c, const struct kql_step *step)
{
	for (size_t i = 0; i < step->count; i++) {
		const struct kql_item *item = &step->items[i];
		struct kql_column *column;

		if (!item->name.data || item->expr->kind != EXPR_NAME)
			return kql_fail(
				c->scope.fault, item->at, "project-rename takes `new = old`");
		column = (struct kql_column *)(uintptr_t)kql_schema_find(
			&c->schema, item->expr->name);
		if (!column)
			return kql_bind(&c->scope, item->expr) &&
			       kql_fail(c->scope.fault, item->expr->at, "`%.*s` is no column",
				       STR_ARG(item->expr->name));
		if (kql_schema_find(&c->schema, item->name))
			return kql_fail(c->scope.fault, item->at,
				"there is a column `%.*s` already", STR_ARG(item->name));
		column->name = item->name;
	}
	return true;
}

/* How many digits stand here. */
static size_t
digits_at(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.data[at + n] >= '0' && s.data[at + n] <= '9')
		n++;
	return n;
}

static int
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

/* Names in order whatever their case; `natural` counts digits as a number. */
static int
compare_names(struct str a, struct str b, bool natural)
{
	size_t i = 0, k = 0;

	while (i < a.len && k < b.len) {
		size_t n = natural ? digits_at(a, i) : 0, m = natural ? digits_at(b, k) : 0;
		int order;

		if (n && m) {
			order = n != m ? (n > m) - (n < m) : memcmp(a.data + i, b.data + k, n);
		} else {
			order = ascii_lower(a.data[i]) - ascii_lower(b.data[k]);
			n = m = 1;
		}
		if (order)
			return order;
		i += n;
		k += m;
	}
	return (a.len - i > b.len - k) - (a.len - i < b.len - k);
}

/* Few columns: an insertion sort, which keeps the order of equals. */
static void
sort_columns(struct kql_column *list, size_t count, const struct kql_item *item)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0; k--) {
			struct kql_column left = list[k - 1];

			if (compare_names(left.name, list[k].name, item->natural) * item->order <=
				0)
				break;
			list[k - 1] = list[k];
			list[k] = left;
		}
}

static void
move_chosen(const struct kql_item *item, struct kql_schema *from, struct kql_schema *to)
{
	size_t first = to->count, kept = 0;

	for (size_t k = 0; k < from->count; k++)
		if (selects(item, &from->columns[k]))
			kql_add_column(to, &from->columns[k]);
		else
			from->columns[kept++] = from->columns[k];
	from->count = kept;
	if (item->order)
		sort_columns(to->columns + first, to->count - first, item);
}

static bool
check_named_once(struct compiler *c, const struct kql_step *step)
{
	for (size_t i = 0; i < step->count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct expr *e = step->items[i].expr, *before = step->items[k].expr;

			if (e->kind == EXPR_NAME && before->kind == EXPR_NAME &&
				str_equal(e->name, before->name))
				return kql_fail(c->scope.fault, e->at, "`%.*s` is named twice",
					STR_ARG(e->name));
		}
	return true;
}

bool
kql_compile_reorder(struct compiler *c, const struct kql_step *step)
{
	struct kql_schema ordered = {0};

	if (!check_selection(c, step) || !check_named_once(c, step))
		return false;
	for (size_t i = 0; i < step->count; i++)
		move_chosen(&step->items[i], &c->schema, &ordered);
	for (size_t k = 0; k < c->schema.count; k++)
		kql_add_column(&ordered, &c->schema.columns[k]);
	free(c->schema.columns);
	c->schema = ordered;
	return true;
}
