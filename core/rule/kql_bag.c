/*
 * Functions over bags, and over arrays as sets: a row each, and the function behind it. What
 * compares every item with every other does so by sorting: a record may hold 200,000 of them.
 */
#include <stdlib.h>

#include "core/rule/kql_function.h"

/* ---- sets ---- */

/* An item of one of several arrays, by what it is written as. */
struct member {
	struct str key;
	const struct dynamic *item;
	size_t list, at;
	bool kept;
};

static int
compare_keys(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = str_compare(x->key, y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int
compare_places(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

enum set { SET_UNION, SET_INTERSECT, SET_DIFFERENCE };

/* Equal items stand side by side, the earliest first: is it in the set? */
static bool
belongs(const struct member *run, size_t count, enum set set, size_t lists)
{
	size_t in = 1;

	if (set == SET_UNION)
		return true;
	if (run[0].list != 0)
		return false;
	for (size_t i = 1; i < count; i++)
		in += run[i].list != run[i - 1].list;
	return set == SET_INTERSECT ? in == lists : in == 1;
}

static void
choose(struct member *members, size_t count, enum set set, size_t lists)
{
	qsort(members, count, sizeof(*members), compare_keys);
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && str_equal(members[i + n].key, members[i].key); n++)
			;
		members[i].kept = belongs(members + i, n, set, lists);
	}
	qsort(members, count, sizeof(*members), compare_places);
}

static struct str
key_of(struct arena *arena, const struct dynamic *item)
{
	struct buf text = {0};
	struct str key;

	dynamic_write(&text, item);
	key = arena_str(arena, buf_view(&text));
	buf_fini(&text);
	return key;
}

/* Every argument is an array, or the set is null. */
static struct value
set_of(const struct kql_call *c, enum set set)
{
	struct dynamic *result = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, 0);
	struct member *members;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (!kql_array_arg(c, i))
			return value_null(KUSTO_DYNAMIC);
		count += kql_array_arg(c, i)->count;
	}
	members = mem_array(NULL, count + 1, sizeof(*members));
	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < kql_array_arg(c, i)->count; k++, n++) {
			const struct dynamic *item = kql_array_arg(c, i)->items[k];

			members[n] =
				(struct member){key_of(&c->frame->arena, item), item, i, n, false};
		}
	choose(members, count, set, c->count);
	for (size_t i = 0; i < count; i++)
		if (members[i].kept)
			dynamic_append(&c->frame->arena, result, members[i].item);
	free(members);
	return value_dynamic(result);
}

static struct value
eval_set_union(const struct kql_call *c)
{
	return set_of(c, SET_UNION);
}

static struct value
eval_set_intersect(const struct kql_call *c)
{
	return set_of(c, SET_INTERSECT);
}

static struct value
eval_set_difference(const struct kql_call *c)
{
	return set_of(c, SET_DIFFERENCE);
}

static bool
bind_pack(struct kql_scope *scope, struct expr *e)
{
	if (e->count % 2)
		return kql_fail(scope->fault, e->at, "%.*s() takes pairs of a key and a value",
			STR_ARG(e->name));
	for (size_t i = 0; i < e->count; i += 2)
		if (e->args[i]->type != KUSTO_STRING)
			return kql_fail(scope->fault, e->args[i]->at,
				"%.*s() takes a string as a key here, not a %s", STR_ARG(e->name),
				kusto_type_name(e->args[i]->type));
	e->shape = SHAPE_BAG;
	return true;
}

static struct value
eval_bag_pack(const struct kql_call *c)
{
	struct dynamic *bag = dynamic_make(&c->frame->arena, DYNAMIC_BAG, 0);

	for (size_t i = 0; i < c->count; i += 2)
		if (!dynamic_member(bag, kql_text(c, i)))
			dynamic_put(&c->frame->arena, bag, kql_text(c, i),
				dynamic_of(&c->frame->arena, c->args[i + 1]));
	return value_dynamic(bag);
}

/* Every column there is, by its name; bag_pack() does the rest. */
static bool
bind_pack_all(struct kql_scope *scope, struct expr *e)
{
	const struct kql_schema *schema = scope->schema;
	bool full = e->count && e->args[0]->kind == EXPR_LITERAL && e->args[0]->value.b;
	struct expr **args = arena_alloc(scope->arena, schema->count * 2 * sizeof(struct expr *));

	if (e->count && e->args[0]->kind != EXPR_LITERAL)
		return kql_fail(
			scope->fault, e->args[0]->at, "pack_all() takes true or false here");
	e->args = args;
	e->count = 0;
	for (size_t i = 0; i < schema->count; i++) {
		struct expr *name = arena_alloc(scope->arena, 2 * sizeof(*name)),
			    *column = name + 1;

		if (schema->columns[i].hidden)
			continue;
		*name = (struct expr){.kind = EXPR_LITERAL,
			.at = e->at,
			.type = KUSTO_STRING,
			.value = value_string(schema->columns[i].name)};
		*column = (struct expr){.kind = EXPR_COLUMN,
			.at = e->at,
			.name = schema->columns[i].name,
			.type = schema->columns[i].type,
			.slot = schema->columns[i].slot};
		args[e->count++] = name;
		args[e->count++] = column;
	}
	e->shape = SHAPE_BAG;
	if (full)
		e->name = STR("(full)");
	return true;
}

static bool
is_empty(struct value v)
{
	v = dynamic_unwrap(v);
	return v.null || (v.type == KUSTO_STRING && !v.s.len);
}

static struct value
eval_pack_all(const struct kql_call *c)
{
	struct dynamic *bag = dynamic_make(&c->frame->arena, DYNAMIC_BAG, 0);
	bool all = !str_is(c->expr->name, "(full)");

	for (size_t i = 0; i < c->count; i += 2)
		if (all || !is_empty(c->args[i + 1]))
			dynamic_put(&c->frame->arena, bag, kql_text(c, i),
				dynamic_of(&c->frame->arena, c->args[i + 1]));
	return value_dynamic(bag);
}

/* ---- bags ---- */

static struct value
eval_bag_keys(const struct kql_call *c)
{
	const struct dynamic *bag = kql_bag_arg(c, 0);
	struct dynamic *keys;

	if (!bag)
		return value_null(KUSTO_DYNAMIC);
	keys = dynamic_make(&c->frame->arena, DYNAMIC_ARRAY, bag->count);
	for (size_t i = 0; i < bag->count; i++)
		keys->items[i] = dynamic_of(&c->frame->arena, value_string(bag->names[i]));
	return value_dynamic(keys);
}

static struct value
eval_bag_has_key(const struct kql_call *c)
{
	const struct dynamic *bag = kql_bag_arg(c, 0);
	struct str key = kql_text(c, 1);

	if (!bag)
		return value_null(KUSTO_BOOL);
	return value_bool(str_starts_with(key, STR("$")) ? kql_json_path(bag, key) != NULL
							 : dynamic_member(bag, key) != NULL);
}

static struct dynamic *
bag_of(struct arena *arena, struct member *members, size_t count, enum set set)
{
	struct dynamic *bag = dynamic_make(arena, DYNAMIC_BAG, 0);

	choose(members, count, set, 2);
	for (size_t i = 0; i < count; i++)
		if (members[i].kept)
			dynamic_put(arena, bag, members[i].key, members[i].item);
	return bag;
}

/* Of two with one key the left one. */
static struct value
eval_bag_merge(const struct kql_call *c)
{
	struct member *members;
	size_t count = 0, n = 0;
	struct dynamic *bag;

	for (size_t i = 0; i < c->count; i++)
		count += kql_bag_arg(c, i) ? kql_bag_arg(c, i)->count : 0;
	members = mem_array(NULL, count + 1, sizeof(*members));
	for (size_t i = 0; i < c->count; i++) {
		const struct dynamic *one = kql_bag_arg(c, i);

		for (size_t k = 0; one && k < one->count; k++, n++)
			members[n] = (struct member){one->names[k], one->items[k], i, n, false};
	}
	bag = bag_of(&c->frame->arena, members, count, SET_UNION);
	free(members);
	return value_dynamic(bag);
}

static struct value
eval_bag_remove_keys(const struct kql_call *c)
{
	const struct dynamic *bag = kql_bag_arg(c, 0), *keys = kql_array_arg(c, 1);
	struct member *members;
	size_t n = 0, count;
	struct dynamic *left;

	if (!bag || !keys)
		return value_null(KUSTO_DYNAMIC);
	count = bag->count + keys->count;
	members = mem_array(NULL, count + 1, sizeof(*members));
	for (size_t i = 0; i < bag->count; i++, n++)
		members[n] = (struct member){bag->names[i], bag->items[i], 0, n, false};
	for (size_t i = 0; i < keys->count; i++, n++) {
		struct value key = value_dynamic(keys->items[i]);

		members[n] = (struct member){
			value_text(&c->frame->arena, key), keys->items[i], 1, n, false};
	}
	left = bag_of(&c->frame->arena, members, count, SET_DIFFERENCE);
	free(members);
	return value_dynamic(left);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("set_union", "d+", 'A', eval_set_union, NULL, "the items of all, each once"),
	KQL_FUNCTION("set_intersect", "d+", 'A', eval_set_intersect, NULL, "the items that all have"),
	KQL_FUNCTION("set_difference", "d+", 'A', eval_set_difference, NULL, "the items of the first that no other has"),
	KQL_NULLABLE("bag_pack", "aa+", 'd', eval_bag_pack, bind_pack, "a bag of keys, each with the value behind it"),
	KQL_NULLABLE("pack", "aa+", 'd', eval_bag_pack, bind_pack, "the same as bag_pack"),
	KQL_NULLABLE("pack_dictionary", "aa+", 'd', eval_bag_pack, bind_pack, "the same as bag_pack"),
	KQL_NULLABLE("pack_all", "|b", 'd', eval_pack_all, bind_pack_all, "a bag of all columns; true leaves out the empty ones"),
	KQL_FUNCTION("bag_keys", "o", 'A', eval_bag_keys, NULL, "the keys; null when it is no bag"),
	KQL_FUNCTION("bag_has_key", "os", 'b', eval_bag_has_key, NULL, "is the key, or a path as $.a.b, in the bag"),
	KQL_NULLABLE("bag_merge", "oo+", 'd', eval_bag_merge, NULL, "the keys of all bags; of two the left one's value"),
	KQL_FUNCTION("bag_remove_keys", "od", 'd', eval_bag_remove_keys, NULL, "the bag without the keys in the array"),
};
/* clang-format on */

KQL_TABLE(kql_bag_functions);
