/*
 * A picture as an SVG of a terminal. Every run of text stands at its cell whatever font is there:
 * lines and bars are shapes, other signs are centred in their cell. The same picture gives the same
 * bytes.
 */
#ifndef KEYWATCH_TESTS_SVG_H
#define KEYWATCH_TESTS_SVG_H

#include "tests/support/picture.h"

/* name: of the golden, for its title. */
void svg_draw(struct buf *out, const struct picture *picture, struct str name);

#endif
