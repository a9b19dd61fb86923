/* The keys that were made with the new key: question 22. */
#include <stdlib.h>

#include "core/alert/facts_private.h"

enum { CHILDREN_SAID = 3 };

struct child {
	struct str id;
	const struct trace *made; /* NULL: not kept */
	unsigned depth;
};

static int64_t
made_at(const struct child *child)
{
	return child->made && child->made->time != TIME_NONE ? child->made->time : INT64_MAX;
}

static int
compare_children(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->depth != y->depth)
		return x->depth > y->depth ? 1 : -1;
	if (made_at(x) != made_at(y))
		return made_at(x) > made_at(y) ? 1 : -1;
	return str_compare(x->id, y->id);
}

static size_t
collect(const struct reading *r, struct child **list)
{
	const struct history *h = r->history;
	size_t count = 0;

	*list = arena_alloc(r->arena, (h->key_count + 1) * sizeof(**list));
	for (size_t i = 1; i < h->key_count; i++)
		if (!h->keys[i].temporary)
			(*list)[count++] = (struct child){h->keys[i].id,
				h->keys[i].made < h->trace_count
					? reading_told(r, &h->traces[h->keys[i].made])
					: NULL,
				r->depths[i]};
	qsort(*list, count, sizeof(**list), compare_children);
	return count;
}

/* Root is no user with a name. */
static struct str
user_of(const struct child *child)
{
	const struct trace *made = child->made;

	if (!made || made->text[TRACE_USER].len)
		return made ? made->text[TRACE_USER] : STR_ABSENT;
	return str_is(made->text[TRACE_TYPE], "Root") ? STR("root") : STR_ABSENT;
}

static void
put_child(struct asking *a, const struct child *child)
{
	json_begin_object(&a->writer);
	fact_member(a, "accessKeyId", child->id);
	fact_member(a, "user", user_of(child));
	fact_member_time(a, "at", child->made ? child->made->time : TIME_NONE);
	fact_member_long(a, "depth", child->depth);
	json_end_object(&a->writer);
	fact_show(a, child->made);
}

static void
say_children(struct asking *a, const struct child *list, size_t count)
{
	buf_printf(&a->text, "%zu %s made with it: ", count, count == 1 ? "key" : "keys");
	for (size_t i = 0; i < count && i < CHILDREN_SAID; i++) {
		buf_printf(&a->text, "%s%.*s", i ? ", " : "", STR_ARG(list[i].id));
		if (user_of(&list[i]).len)
			buf_printf(&a->text, " for %.*s", STR_ARG(user_of(&list[i])));
	}
	if (count > CHILDREN_SAID)
		buf_printf(&a->text, " and %zu more", count - CHILDREN_SAID);
	if (list[count - 1].depth > 1)
		buf_printf(&a->text, ", %u deep", list[count - 1].depth);
}

void
fact_children(struct asking *a)
{
	struct looked looked = reading_looked_tree(a->reading);
	struct child *list;
	size_t count;

	if (!fact_has_key(a))
		return;
	count = collect(a->reading, &list);
	json_begin_array(&a->writer);
	for (size_t i = 0; i < count; i++)
		put_child(a, &list[i]);
	json_end_array(&a->writer);
	if (count) {
		say_children(a, list, count);
		fact_put_found(a, &looked);
		a->fact->alarming = true;
	} else if (fact_may_deny(a, &looked)) {
		buf_puts(&a->text, "no key was made with it");
		fact_put_until(a, &looked);
	}
}
