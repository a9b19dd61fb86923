/*
 * Which row of the list a rowid has. Rowids are dense, so they stand in pages of neighbours, and
 * only the pages are hashed: growing moves a sixty-fourth, and no key ever waits for it. Pure.
 */
#ifndef KEYWATCH_TUI_ROW_INDEX_H
#define KEYWATCH_TUI_ROW_INDEX_H

#include <stddef.h>
#include <stdint.h>

enum { ROW_INDEX_PAGE = 64 };

struct row_page {
	int64_t number;
	uint32_t slots[ROW_INDEX_PAGE]; /* row + 1, 0 is free */
};

struct row_index {
	struct row_page **pages; /* owns; open addressing */
	size_t size, count;
};

void row_index_fini(struct row_index *index);
/* Where the rowid's row + 1 stands, 0 when it has none yet. Valid until the next call. */
uint32_t *row_index_at(struct row_index *index, int64_t rowid);

#endif
