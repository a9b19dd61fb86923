/* Which rows of a frame are rows of the one before in another place. Pure. */
#ifndef KEYWATCH_TUI_GRID_MOVED_H
#define KEYWATCH_TUI_GRID_MOVED_H

#include "tui/grid.h"

/* Fills `moved` with the rows of `old` moved, and blank ones between them, so that what is left to
 * write for `new` is least; false when moving none is as good. Both are of one size; `moved` is
 * resized, and has the cursor of `new`. */
bool grid_moved(const struct grid *old, const struct grid *new, struct grid *moved);

#endif
