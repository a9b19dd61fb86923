/*
 * Where things stand on a screen of some size. Pure.
 *
 *	stacked		title, list, a rule with the alert's name, one pane, status, hints
 *	wide		the list left, the entity pane and under it another right of a rule
 *	alone		the list, or one pane under its alert's name
 *	too small	one sentence
 */
#ifndef KEYWATCH_TUI_LAYOUT_H
#define KEYWATCH_TUI_LAYOUT_H

#include "tui/grid.h"

enum {
	LAYOUT_MIN_COLS = 40,
	LAYOUT_MIN_ROWS = 10,
	LAYOUT_WIDE_COLS = 140,
	LAYOUT_FULL_COLS = 160, /* from here the list shows all columns */
};

enum layout_kind { LAYOUT_TOO_SMALL, LAYOUT_STACKED, LAYOUT_WIDE, LAYOUT_ALONE };

enum pane_kind { PANE_LIST, PANE_ENTITY, PANE_EVENT, PANE_HISTORY, PANE_KEYS, PANE_COUNT };

struct layout {
	enum layout_kind kind;
	int title;			    /* row */
	struct grid_rect header;	    /* of the list's columns */
	struct grid_rect panes[PANE_COUNT]; /* bodies; rows 0: not shown */
	struct grid_rect heads[PANE_COUNT]; /* the line above a body; rows 0: none */
	int rule_x;			    /* column of the rule; -1: none */
	int status, hint;		    /* rows */
	struct grid_rect whole;		    /* title and bottom lines off: help and such */
};

/* below: which pane the stacked layout shows, and the wide one under the entity pane: there the
 * event unless it is one behind that. entity_rows: what the entity pane needs to be seen
 * whole; the wide layout gives it that as long as something is left for the pane under it.
 * LAYOUT_LOWER: that one has more to show. */
enum { LAYOUT_LOWER = -1 };
struct layout layout_for(int rows, int cols, enum pane_kind below, int entity_rows);
/* The list or one pane, and nothing beside it. */
struct layout layout_alone(int rows, int cols, enum pane_kind kind);

#endif
