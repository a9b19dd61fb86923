/*
 * What a row of the list says, as one line: what a search in the list looks at.
 */
#ifndef KEYWATCH_TUI_ROW_TEXT_H
#define KEYWATCH_TUI_ROW_TEXT_H

#include "tui/clock_text.h"
#include "tui/list.h"
#include "tui/list_column.h"

struct row_text {
	struct clock_series clock; /* of the rows before: zero at first */
	struct buf text;	   /* owns */
	/* Where in it each column stands; those that no row says, as USED, are absent. */
	struct str columns[COLUMN_COUNT]; /* valid until the next row */
};

void row_text_make(
	struct row_text *t, const struct list *list, const struct list_row *row, bool local);
void row_text_fini(struct row_text *t);

#endif
