/* Functions over arrays: a row each, and the function behind it. */
#include <stdlib.h>

#include "core/rule/kql_function.h"

static struct value
eval_array_length(const struct kql_call *c)
{
	const struct dynamic *array = kql_array_arg(c, 0);

	return array ? value_long((int64_t)array->count) : value_null(KUSTO_LONG);
}

/* ---- parts of an array ---- */

static int64_t
clamp(int64_t i, int64_t low, int64_t high)
{
	return i < low ? low : i > high ? high : i;
}

/* Both ends belong to it; a negative one counts from the end, one beyond is ignored. */
static struct value
eval_array_slice(const struct kql_call *c)
{
	const struct dynamic *array = kql_array_arg(c, 0);
	int64_t count = array ? (int64_t)array->count : 0;
	int64_t from = c->args[1].i, to = c->args[2].i;
	struct dynamic *slice;

	if (!array)
		return value_null(KUSTO_DYNAMIC);
	from = clamp(from < 0 ? from + count : from, 0, count);
	to = clamp(to < 0 ? to + count : to, -1, count - 1);
	slice = dynamic_make(
		&c->frame->arena, DYNAMIC_ARRAY, to < from ? 0 : (size_t)(to - from + 1));
	for (size_t i = 0; i < slice->count; i++)
		slice->items[i] = array->items[(size_t)from + i];
	return value_dynamic(slice);
}

static struct value
eval_array_reverse(const struct kql_call *c)
{
	const struct dynamic *array = kql_array_arg(c, 0);
	struct dynamic *reversed;

	if (!array)
		return value_null(KUSTO_DYNAMIC);
	reversed = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, array->count);
	for (size_t i = 0; i < array->count; i++)
		reversed->items[array->count - 1 - i] = array->items[i];
	return value_dynamic(reversed);
}

static struct value
eval_array_concat(const struct kql_call *c)
{
	struct dynamic *all = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, 0);
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		count += kql_array_arg(c, i) ? kql_array_arg(c, i)->count : 0;
	all = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, count);
	count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct dynamic *array = kql_array_arg(c, i);

		for (size_t k = 0; array && k < array->count; k++)
			all->items[count++] = array->items[k];
	}
	return value_dynamic(all);
}

static bool
is_same(const struct kql_call *c, const struct dynamic *item, struct value wanted)
{
	struct value same = value_equal(&c->frame->arena, value_dynamic(item), wanted, false);

	return !same.null && same.b;
}

/* array_index_of(array, value, start, length, occurrence) */
static struct value
eval_array_index_of(const struct kql_call *c)
{
	const struct dynamic *array = kql_array_arg(c, 0);
	int64_t count = array ? (int64_t)array->count : 0;
	int64_t start = c->count > 2 ? c->args[2].i : 0, length = c->count > 3 ? c->args[3].i : -1;
	int64_t occurrence = c->count > 4 ? c->args[4].i : 1, end;

	if (!array || length < -1 || occurrence < 0)
		return value_null(KUSTO_LONG);
	start = clamp(start < 0 ? start + count : start, 0, count);
	end = length < 0 || length > count - start ? count : start + length;
	for (int64_t i = start; occurrence > 0 && i < end; i++)
		if (is_same(c, array->items[i], c->args[1]) && --occurrence == 0)
			return value_long(i);
	return value_long(-1);
}

static struct value
eval_set_has_element(const struct kql_call *c)
{
	const struct dynamic *array = kql_array_arg(c, 0);

	if (!array)
		return value_null(KUSTO_BOOL);
	for (size_t i = 0; i < array->count; i++)
		if (is_same(c, array->items[i], c->args[1]))
			return value_bool(true);
	return value_bool(false);
}

static struct value
eval_strcat_array(const struct kql_call *c)
{
	const struct dynamic *array = kql_array_arg(c, 0);
	struct buf out = {0};

	for (size_t i = 0; array && i < array->count; i++) {
		if (i)
			buf_str(&out, kql_text(c, 1));
		buf_str(&out, value_text(&c->frame->arena, value_dynamic(array->items[i])));
	}
	return kql_keep(c, &out);
}

/* ---- sorting ---- */

struct ranked {
	struct value value;
	const struct dynamic *item;
	size_t at;
	int rank;
	bool descending;
};

/* Numbers and times, texts, all others, and null last. */
static int
rank_of(struct value v)
{
	if (v.null)
		return 3;
	if (v.type == KUSTO_STRING || v.type == KUSTO_GUID)
		return 1;
	return v.type == KUSTO_BOOL || v.type == KUSTO_DYNAMIC ? 2 : 0;
}

static int
compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = x->rank - y->rank;

	if (!order && x->rank < 2)
		order = value_compare(x->value, y->value);
	if (x->descending && x->rank < 3 && y->rank < 3)
		order = -order;
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static struct value
sorted(const struct kql_call *c, bool descending)
{
	const struct dynamic *array = kql_array_arg(c, 0);
	struct dynamic *result;
	struct ranked *items;

	if (!array)
		return value_null(KUSTO_DYNAMIC);
	result = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, array->count);
	items = mem_array(NULL, array->count + 1, sizeof(*items));
	for (size_t i = 0; i < array->count; i++) {
		struct value v = dynamic_unwrap(value_dynamic(array->items[i]));

		items[i] = (struct ranked){v, array->items[i], i, rank_of(v), descending};
	}
	qsort(items, array->count, sizeof(*items), compare_ranked);
	for (size_t i = 0; i < array->count; i++)
		result->items[i] = items[i].item;
	free(items);
	return value_dynamic(result);
}

static struct value
eval_array_sort_asc(const struct kql_call *c)
{
	return sorted(c, false);
}

static struct value
eval_array_sort_desc(const struct kql_call *c)
{
	return sorted(c, true);
}

/* ---- making ---- */

static struct value
eval_pack_array(const struct kql_call *c)
{
	struct dynamic *array = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, c->count);

	for (size_t i = 0; i < c->count; i++)
		array->items[i] = dynamic_of(&c->frame->arena, c->args[i]);
	return value_dynamic(array);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("array_length", "d", 'l', eval_array_length, NULL, "number of items; null when it is no array"),
	KQL_FUNCTION("arraylength", "d", 'l', eval_array_length, NULL, "the same as array_length"),
	KQL_FUNCTION("array_concat", "d+", 'A', eval_array_concat, NULL, "all items in one array"),
	KQL_FUNCTION("array_index_of", "da|lli", 'l', eval_array_index_of, NULL, "position of an item, -1 without"),
	KQL_FUNCTION("array_slice", "dll", 'A', eval_array_slice, NULL, "from a position to another, both included; negative ones count from the end"),
	KQL_FUNCTION("array_reverse", "d", 'A', eval_array_reverse, NULL, "the last item first"),
	KQL_FUNCTION("array_sort_asc", "d", 'A', eval_array_sort_asc, NULL, "the least first: numbers and times, texts, others, null"),
	KQL_FUNCTION("array_sort_desc", "d", 'A', eval_array_sort_desc, NULL, "the greatest first, null last"),
	KQL_FUNCTION("set_has_element", "da", 'b', eval_set_has_element, NULL, "is the item in the array"),
	KQL_FUNCTION("strcat_array", "dx", 's', eval_strcat_array, NULL, "the items joined, with a text between"),
	KQL_NULLABLE("pack_array", "a+", 'A', eval_pack_array, NULL, "an array of the values"),
};
/* clang-format on */

KQL_TABLE(kql_array_functions);
