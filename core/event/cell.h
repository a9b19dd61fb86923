/*
 * What a node of a record says in a column of the table. Pure; only event.c, glimpse.c and tests
 * include this.
 */
#ifndef KEYWATCH_EVENT_CELL_H
#define KEYWATCH_EVENT_CELL_H

#include "core/event/event.h"

/* Of the node at the column's path; NULL: nothing stands there. Texts borrow from the node, or are
 * made in the arena. */
struct cell cell_of(struct arena *arena, const struct column *column, const struct json *node);
/* Of a string there; not in a column that holds serialised values. */
struct cell cell_of_string(const struct column *column, struct str text);
/* Strings as they are, unless `serialised`; anything else as JSON text; null is absent. */
struct cell cell_text(struct arena *arena, const struct json *node, bool serialised);

#endif
