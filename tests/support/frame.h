/* A drawn grid as the picture that a terminal of 256 colours would show, for screens that are
 * played inside a test. */
#ifndef KEYWATCH_TESTS_FRAME_H
#define KEYWATCH_TESTS_FRAME_H

#include "tests/support/picture.h"
#include "tui/grid.h"
#include "tui/theme.h"

/* For picture_fini. */
void frame_picture(struct picture *picture, const struct grid *grid, const struct theme *theme,
	const char *look);

#endif
