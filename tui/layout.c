#include "tui/layout.h"

enum { EVENT_ROWS = 4 }; /* left to the pane below when the entity pane grows */

/* All ten columns at 160 and from there a share; the panes get the rest. */
static int
list_cols(int cols)
{
	if (cols < LAYOUT_FULL_COLS)
		return 88;
	return 114 + (cols - LAYOUT_FULL_COLS) / 4;
}

/* The same share for every alert, so that panes do not jump, but for one with more to say. */
static void
lay_wide(struct layout *l, int rows, int cols, enum pane_kind lower, int entity_rows)
{
	int left = list_cols(cols), right = cols - left - 1, height = rows - 3;
	int entity = (height - 2) * 13 / 20, most = height - 2 - EVENT_ROWS;

	if (entity < entity_rows)
		entity = entity_rows;
	if (entity_rows == LAYOUT_LOWER)
		entity = (height - 2) / 3;
	if (entity > most)
		entity = most > height / 2 ? most : height / 2;

	l->rule_x = left;
	l->header = (struct grid_rect){1, 0, 1, left};
	l->panes[PANE_LIST] = (struct grid_rect){2, 0, height - 1, left};
	l->heads[PANE_ENTITY] = (struct grid_rect){1, left + 1, 1, right};
	l->panes[PANE_ENTITY] = (struct grid_rect){2, left + 1, entity, right};
	l->heads[lower] = (struct grid_rect){2 + entity, left + 1, 1, right};
	l->panes[lower] = (struct grid_rect){3 + entity, left + 1, height - 2 - entity, right};
}

static void
lay_stacked(struct layout *l, int rows, int cols, enum pane_kind below)
{
	int height = rows - 5, list = height * 2 / 5;

	if (list < 2)
		list = 2;
	l->header = (struct grid_rect){1, 0, 1, cols};
	l->panes[PANE_LIST] = (struct grid_rect){2, 0, list, cols};
	l->heads[below] = (struct grid_rect){2 + list, 0, 1, cols};
	l->panes[below] = (struct grid_rect){3 + list, 0, height - list, cols};
}

/* What all of them share. */
static struct layout
begin(int rows, int cols)
{
	struct layout l = {.rule_x = -1, .status = rows - 2, .hint = rows - 1};

	l.whole = (struct grid_rect){1, 0, rows - 3, cols};
	l.kind = rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS ? LAYOUT_TOO_SMALL
								  : LAYOUT_STACKED;
	return l;
}

struct layout
layout_alone(int rows, int cols, enum pane_kind kind)
{
	struct layout l = begin(rows, cols);

	if (l.kind == LAYOUT_TOO_SMALL)
		return l;
	l.kind = LAYOUT_ALONE;
	*(kind == PANE_LIST ? &l.header : &l.heads[kind]) = (struct grid_rect){1, 0, 1, cols};
	l.panes[kind] = (struct grid_rect){2, 0, rows - 4, cols};
	return l;
}

struct layout
layout_for(int rows, int cols, enum pane_kind below, int entity_rows)
{
	struct layout l = begin(rows, cols);

	if (l.kind == LAYOUT_TOO_SMALL)
		return l;
	if (cols < LAYOUT_WIDE_COLS) {
		lay_stacked(&l, rows, cols, below);
	} else {
		l.kind = LAYOUT_WIDE;
		lay_wide(&l, rows, cols, below > PANE_ENTITY ? below : PANE_EVENT, entity_rows);
	}
	return l;
}
