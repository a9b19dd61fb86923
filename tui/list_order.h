/* How rows stand behind each other; a part of list.c with a file of its own. */
#ifndef KEYWATCH_TUI_LIST_ORDER_H
#define KEYWATCH_TUI_LIST_ORDER_H

#include "tui/list.h"

void list_sort_rows(const struct list *list, enum list_sort sort, uint32_t *rows, size_t count);
/* Merges sorted `fresh` into sorted `order` (room for both); gives how many went before `*place`
 * and moves it along. */
size_t list_merge(const struct list *list, enum list_sort sort, uint32_t *order, size_t count,
	const uint32_t *fresh, size_t fresh_count, size_t *place);
/* Sorts `order`, which stands newest first, by the column, keeping that within equals. */
void list_group(const struct list *list, enum list_sort sort, uint32_t *order, size_t count);

#endif
