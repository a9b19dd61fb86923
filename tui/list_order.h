/* How rows stand behind each other; a part of list.c with a file of its own. */
#ifndef KEYWATCH_TUI_LIST_ORDER_H
#define KEYWATCH_TUI_LIST_ORDER_H

#include "tui/list.h"

void list_sort_rows(const struct list *list, enum list_sort sort, uint32_t *rows, size_t count);
/* Merges sorted `fresh` into sorted `order` (room for both); gives how many went before `*place`
 * and moves it along. */
size_t list_merge(const struct list *list, enum list_sort sort, uint32_t *order, size_t count,
	const uint32_t *fresh, size_t fresh_count, size_t *place);
/* The first position in order[0..count) that stands after `row`. */
size_t list_find_place(const struct list *list, enum list_sort sort, const uint32_t *order,
	size_t count, uint32_t row);

/* For a counting sort: rows of a smaller key stand first; needs list->word_order where it sorts by
 * words. */
bool list_sorts_by_word(enum list_sort sort);
uint32_t list_sort_key(const struct list *list, enum list_sort sort, uint32_t row);
size_t list_sort_keys(const struct list *list, enum list_sort sort); /* how many there are */

#endif
