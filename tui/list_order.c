#include "tui/list_order.h"

#include <stdlib.h>
#include <string.h>

enum { SORT_NUMBERS = 16 }; /* sort_number stays below */

static int
compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* High first. */
static int
severity_rank(struct str severity)
{
	static const char *const order[] = {"High", "Medium", "Low", "Informational"};
	int rank = 0;

	for (; rank < (int)(sizeof(order) / sizeof(order[0])); rank++)
		if (str_is(severity, order[rank]))
			break;
	return rank;
}

/* Which word or number a column is sorted by. */
bool
list_sorts_by_word(enum list_sort sort)
{
	return sort == SORT_ACTOR || sort == SORT_TARGET || sort == SORT_ACCOUNT || sort == SORT_IP;
}

static uint32_t
sort_word(const struct list_row *row, enum list_sort sort)
{
	switch (sort) {
	case SORT_ACTOR:
		return row->actor;
	case SORT_TARGET:
		return row->target;
	case SORT_ACCOUNT:
		return row->account;
	default:
		return row->ip;
	}
}

static int
sort_number(const struct list *list, const struct list_row *row, enum list_sort sort)
{
	switch (sort) {
	case SORT_STATUS: /* what waits for somebody comes first */
		return row->status == STATUS_CLOSED ? 4 + row->classification : row->status;
	case SORT_SEVERITY:
		return severity_rank(intern_word(&list->words, row->severity));
	case SORT_SELF:
		return row->self;
	case SORT_OUTCOME:
		return row->outcome;
	default:
		return 0;
	}
}

/* < 0: a stands before b. Newest first within equals; never 0 for two rows. */
static int
compare(const struct list *list, enum list_sort sort, uint32_t a, uint32_t b)
{
	const struct list_row *x = &list->rows[a], *y = &list->rows[b];
	int order = 0;

	if (list_sorts_by_word(sort)) {
		uint32_t v = sort_word(x, sort), w = sort_word(y, sort);

		if (v != w)
			order = str_compare(
				intern_word(&list->words, v), intern_word(&list->words, w));
	} else if (sort != SORT_TIME) {
		order = sort_number(list, x, sort) - sort_number(list, y, sort);
	}
	if (!order)
		order = -compare_numbers(x->time, y->time);
	return order ? order : -compare_numbers(x->rowid, y->rowid);
}

struct sorting {
	const struct list *list;
	enum list_sort sort;
};

static int
compare_rows(const void *a, const void *b, void *context)
{
	const struct sorting *s = context;

	return compare(s->list, s->sort, *(const uint32_t *)a, *(const uint32_t *)b);
}

void
list_sort_rows(const struct list *list, enum list_sort sort, uint32_t *rows, size_t count)
{
	struct sorting s = {list, sort};
	size_t sorted = 1;

	/* Mostly they come as they stand. */
	while (sorted < count && compare(list, sort, rows[sorted - 1], rows[sorted]) < 0)
		sorted++;
	if (sorted >= count)
		return;
	qsort_r(rows, count, sizeof(*rows), compare_rows, &s);
}

size_t
list_find_place(const struct list *list, enum list_sort sort, const uint32_t *order, size_t count,
	uint32_t row)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(list, sort, order[middle], row) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
list_merge(const struct list *list, enum list_sort sort, uint32_t *order, size_t count,
	const uint32_t *fresh, size_t fresh_count, size_t *place)
{
	size_t above = 0, was = *place;

	for (size_t left = fresh_count; left-- > 0;) {
		size_t at = list_find_place(list, sort, order, count, fresh[left]);

		memmove(order + at + left + 1, order + at, (count - at) * sizeof(*order));
		order[at + left] = fresh[left];
		count = at;
		if (at <= was)
			above++;
	}
	*place += above;
	return above;
}

uint32_t
list_sort_key(const struct list *list, enum list_sort sort, uint32_t row)
{
	const struct list_row *r = &list->rows[row];
	uint32_t word;

	if (sort == SORT_TIME)
		return 0;
	if (!list_sorts_by_word(sort))
		return (uint32_t)sort_number(list, r, sort);
	word = sort_word(r, sort);
	/* One that came since stands last until the order is made again. */
	return word < list->word_order.ranked ? list->word_order.rank[word]
					      : (uint32_t)list->word_order.ranked;
}

size_t
list_sort_keys(const struct list *list, enum list_sort sort)
{
	return list_sorts_by_word(sort) ? list->word_order.ranked + 1 : SORT_NUMBERS;
}
