#include "tui/word_order.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void
word_order_fini(struct word_order *order)
{
	free(order->rank);
	free(order->sorted);
	free(order->fresh);
	free(order->spare);
	*order = (struct word_order){0};
}

static bool
before(const struct intern *words, uint32_t a, uint32_t b)
{
	return str_compare(intern_word(words, a), intern_word(words, b)) < 0;
}

static void
begin(struct word_order *o, size_t count)
{
	o->fresh_count = count - o->sorted_count;
	o->fresh = mem_array(o->fresh, o->fresh_count, sizeof(*o->fresh));
	o->spare = mem_array(o->spare, count, sizeof(*o->spare));
	for (size_t i = 0; i < o->fresh_count; i++)
		o->fresh[i] = (uint32_t)(o->sorted_count + i);
	o->width = 1;
	o->from = o->i = o->k = 0;
	o->j = 1;
}

static size_t
at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merges runs of `width` in pairs. False: there is one run. */
static bool
sort_fresh(struct word_order *o, const struct intern *words, size_t *budget)
{
	uint32_t *swap;

	while (o->width < o->fresh_count) {
		size_t middle = at_most(o->from + o->width, o->fresh_count);
		size_t end = at_most(middle + o->width, o->fresh_count);

		for (; o->k < end; o->k++) {
			bool left = o->j >= end || (o->i < middle && !before(words, o->fresh[o->j],
									     o->fresh[o->i]));

			if ((*budget)-- == 0) {
				*budget = 0;
				return true;
			}
			o->spare[o->k] = left ? o->fresh[o->i++] : o->fresh[o->j++];
		}
		if (end == o->fresh_count) {
			swap = o->fresh;
			o->fresh = o->spare;
			o->spare = swap;
			o->width *= 2;
			end = 0;
		}
		o->from = o->i = o->k = end;
		o->j = at_most(end + o->width, o->fresh_count);
	}
	return false;
}

/* Merges the two sorted arrays. False: done. */
static bool
join(struct word_order *o, const struct intern *words, size_t *budget)
{
	size_t count = o->sorted_count + o->fresh_count;

	if (!o->joining) {
		o->spare = mem_array(o->spare, count, sizeof(*o->spare));
		o->i = o->j = o->k = 0;
		o->joining = true;
	}
	for (; o->k < count; o->k++) {
		bool old =
			o->j >= o->fresh_count ||
			(o->i < o->sorted_count && before(words, o->sorted[o->i], o->fresh[o->j]));

		if ((*budget)-- == 0) {
			*budget = 0;
			return true;
		}
		o->spare[o->k] = old ? o->sorted[o->i++] : o->fresh[o->j++];
	}
	return false;
}

static void
end(struct word_order *o)
{
	uint32_t *swap = o->sorted;

	o->sorted = o->spare;
	o->spare = swap;
	o->sorted_count += o->fresh_count;
	o->fresh_count = 0;
	o->joining = false;
	o->rank = mem_array(o->rank, o->sorted_count, sizeof(*o->rank));
	for (size_t i = 0; i < o->sorted_count; i++)
		o->rank[o->sorted[i]] = (uint32_t)i;
	o->ranked = o->sorted_count;
	free(o->spare);
	free(o->fresh);
	o->spare = o->fresh = NULL;
}

bool
word_order_step(struct word_order *order, const struct intern *words, size_t budget)
{
	if (!order->fresh_count) {
		if (order->ranked == words->count)
			return true;
		begin(order, words->count);
	}
	if (!order->joining && sort_fresh(order, words, &budget))
		return false;
	if (join(order, words, &budget))
		return false;
	end(order);
	return order->ranked == words->count;
}
