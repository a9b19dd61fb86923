/*
 * The screen as cells: code points and a role each. Views draw here; term.c shows it.
 *
 * Nothing reaches a cell uncleaned (text.h): a character that a terminal must not see is written
 * as its escape in the role `hidden`, a mark without a base and marks beyond what a cell holds
 * likewise. Wide characters take two cells or, at an edge, none. Pure.
 */
#ifndef KEYWATCH_TUI_GRID_H
#define KEYWATCH_TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "tui/glyph.h"
#include "tui/role.h"

enum { GRID_CELL_TEXT = 3, GRID_ESCAPE = 12 };

struct grid_cell {
	uint32_t text[GRID_CELL_TEXT]; /* a base and its marks; 0 ends them */
	uint8_t width;		       /* 1, 2, or 0: the right half of the one before */
	uint8_t role;		       /* enum role */
};

struct grid {
	struct grid_cell *cells; /* owns; rows × cols */
	int rows, cols;
	bool ascii;		/* every other character is written as its escape */
	int cursor_y, cursor_x; /* where the terminal's cursor stands; y < 0: hidden */
};

struct grid_rect {
	int y, x, rows, cols;
};

/* Blank, without a cursor. Zero the grid before its first use. */
void grid_resize(struct grid *grid, int rows, int cols);
void grid_clear(struct grid *grid);
void grid_fini(struct grid *grid);
const struct grid_cell *grid_at(const struct grid *grid, int y, int x);
/* The rows as text with trailing spaces off: what golden screens are compared with. */
void grid_dump(const struct grid *grid, struct buf *out);

/* What is shown as one: a character with its marks, or an escape. */
struct grid_unit {
	size_t bytes; /* of the source; 0 at its end */
	int width;
	bool hidden;
	uint32_t text[GRID_CELL_TEXT];
	char escape[GRID_ESCAPE]; /* not empty: this is shown instead of text */
};
struct grid_unit grid_next_unit(struct str s, bool ascii);
int grid_columns(struct str s, bool ascii);

/* A pen writes along one row, from x up to end, and clips. */
struct pen {
	struct grid *grid;
	int y, x, end;
};

struct pen pen_at(struct grid *grid, int y, int x, int cols);
int pen_left(const struct pen *pen); /* cells still free */
/* Writes what fits; false when something did not. */
bool pen_str(struct pen *pen, enum role role, struct str s);
bool pen_puts(struct pen *pen, enum role role, const char *s);
bool pen_printf(struct pen *pen, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void pen_glyph(struct pen *pen, enum role role, enum glyph glyph);
/* Repeats the glyph up to column `to`. */
void pen_run(struct pen *pen, enum role role, enum glyph glyph, int to);
/* Spaces up to column `to`. */
void pen_blank(struct pen *pen, enum role role, int to);
/* Exactly `cols` cells: padded, or cut with an ellipsis. */
void pen_field(struct pen *pen, enum role role, struct str s, int cols);

/* Gives cells of a row another role. */
void grid_paint(struct grid *grid, int y, int x, int cols, enum role role);
/* Nothing stands in the cell; false beyond the edges. */
bool grid_is_blank(const struct grid *grid, int y, int x);

#endif
