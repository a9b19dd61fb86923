#include "tui/row_index.h"

#include <stdlib.h>

#include "core/base/mem.h"

void
row_index_fini(struct row_index *index)
{
	for (size_t i = 0; i < index->size; i++)
		free(index->pages[i]);
	free(index->pages);
	*index = (struct row_index){0};
}

static size_t
find_page(const struct row_index *index, int64_t number)
{
	size_t mask = index->size - 1;
	size_t i = (size_t)((uint64_t)number * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;

	while (index->pages[i] && index->pages[i]->number != number)
		i = (i + 1) & mask;
	return i;
}

static void
grow(struct row_index *index)
{
	struct row_index larger = {.size = index->size ? index->size * 2 : 64};

	larger.count = index->count;
	larger.pages = mem_zalloc(larger.size * sizeof(struct row_page *));
	for (size_t i = 0; i < index->size; i++)
		if (index->pages[i])
			larger.pages[find_page(&larger, index->pages[i]->number)] = index->pages[i];
	free(index->pages);
	*index = larger;
}

uint32_t *
row_index_at(struct row_index *index, int64_t rowid)
{
	/* Rounded down, for negative ones too. */
	int64_t number = rowid / ROW_INDEX_PAGE - (rowid % ROW_INDEX_PAGE < 0);
	size_t i;

	if (index->count * 2 >= index->size)
		grow(index);
	i = find_page(index, number);
	if (!index->pages[i]) {
		index->pages[i] = MEM_NEW(struct row_page);
		index->pages[i]->number = number;
		index->count++;
	}
	return &index->pages[i]->slots[rowid - number * ROW_INDEX_PAGE];
}
