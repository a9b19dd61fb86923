/*
 * A whole screen with its attributes, as text that can be read and compared by line:
 *
 *	80x24 dark, cursor 22:17
 *	 (the rows, trailing blanks off)
 *	attributes
 *	 (the rows again: a letter for each cell that does not look plain)
 *	legend
 *	a fg 80 bold
 *
 * Letters go by first appearance. Only what is seen counts: of a blank, its ground. Colours are
 * numbers of xterm's palette or #rrggbb; without one it is the terminal's own. A wide character
 * has two letters. Rows and columns count from 0, on the first line too.
 */
#ifndef KEYWATCH_TESTS_PICTURE_H
#define KEYWATCH_TESTS_PICTURE_H

#include <stdbool.h>

#include "core/base/buf.h"

struct pty_cell {
	char text[28]; /* "" behind a wide character, " " when empty */
	bool bold, underline, reverse, blink;
	int fg, bg; /* palette index, -1 the terminal's own, or PTY_RGB | 0xrrggbb */
};
enum { PTY_RGB = 1 << 24, PICTURE_LOOK = 16 };

struct picture {
	int rows, cols;
	char look[PICTURE_LOOK];    /* dark, light or ascii */
	int cursor_row, cursor_col; /* row < 0: hidden */
	struct pty_cell *cells;	    /* owns; rows × cols */
};

/* Blank, without a cursor. */
void picture_init(struct picture *picture, int rows, int cols, const char *look);
void picture_fini(struct picture *picture);
struct pty_cell *picture_at(const struct picture *picture, int row, int col);

void picture_write(const struct picture *picture, struct buf *out);
/* False when the text is not what picture_write writes; the picture is empty then. */
bool picture_read(struct picture *picture, struct str text);

/* Look the same, whatever stands in them. */
bool picture_same_look(const struct pty_cell *a, const struct pty_cell *b);
bool picture_is_plain(const struct pty_cell *cell);

#endif
