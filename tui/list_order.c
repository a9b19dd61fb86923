#include "tui/list_order.h"

#include <stdlib.h>

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
static bool
sorts_by_word(enum list_sort sort)
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

	if (sorts_by_word(sort)) {
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

	qsort_r(rows, count, sizeof(*rows), compare_rows, &s);
}

/* The first position in order[0..count) that stands after `row`. */
static size_t
find_place(const struct list *list, enum list_sort sort, const uint32_t *order, size_t count,
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
		size_t at = find_place(list, sort, order, count, fresh[left]);

		memmove(order + at + left + 1, order + at, (count - at) * sizeof(*order));
		order[at + left] = fresh[left];
		count = at;
		if (at <= was)
			above++;
	}
	*place += above;
	return above;
}

static int
compare_words(const void *a, const void *b, void *context)
{
	const struct intern *words = context;

	return str_compare(
		intern_word(words, *(const uint32_t *)a), intern_word(words, *(const uint32_t *)b));
}

/* rank[word] for every word: its place among all words. */
static uint32_t *
rank_words(const struct list *list)
{
	size_t count = list->words.count;
	uint32_t *words = mem_array(NULL, count, sizeof(*words));
	uint32_t *rank = mem_array(NULL, count, sizeof(*rank));

	for (size_t i = 0; i < count; i++)
		words[i] = (uint32_t)i;
	qsort_r(words, count, sizeof(*words), compare_words, (void *)(uintptr_t)&list->words);
	for (size_t i = 0; i < count; i++)
		rank[words[i]] = (uint32_t)i;
	free(words);
	return rank;
}

static uint32_t
rank_of(const struct list *list, enum list_sort sort, const uint32_t *rank, uint32_t row)
{
	if (rank)
		return rank[sort_word(&list->rows[row], sort)];
	return (uint32_t)sort_number(list, &list->rows[row], sort);
}

/* Counting sort: stable, two passes; a comparison sort of a million rows would make a key wait. */
void
list_group(const struct list *list, enum list_sort sort, uint32_t *order, size_t count)
{
	uint32_t *rank = sorts_by_word(sort) ? rank_words(list) : NULL;
	size_t ranks = rank ? list->words.count : 16;
	uint32_t *starts = mem_zalloc((ranks + 1) * sizeof(*starts));
	uint32_t *sorted = mem_array(NULL, count, sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		starts[rank_of(list, sort, rank, order[i]) + 1]++;
	for (size_t i = 1; i <= ranks; i++)
		starts[i] += starts[i - 1];
	for (size_t i = 0; i < count; i++)
		sorted[starts[rank_of(list, sort, rank, order[i])]++] = order[i];
	if (count)
		memcpy(order, sorted, count * sizeof(*order));
	free(sorted);
	free(starts);
	free(rank);
}
