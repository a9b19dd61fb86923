/*
 * Which arrays hold units: that of "Records" or "Events", and the "rows" of the "tables" of an
 * answer of Log Analytics. What an opening bracket or brace at s->at means is asked before, what it
 * changes is done here; the stack's depth is that outside it. Only split*.c.
 */
#ifndef KEYWATCH_SCAN_SPLIT_CONTAINER_H
#define KEYWATCH_SCAN_SPLIT_CONTAINER_H

#include "core/scan/split.h"

/* {"tables":[{"rows":[ in the object that holds the tables */
enum { SPLIT_ROWS_DEPTH = 4 };

/* Does the unit stand where a container can stand: at the top or in the array there? */
bool split_may_hold_lists(const struct splitter *s);

bool split_opens_container(const struct splitter *s);
bool split_opens_rows(const struct splitter *s);
/* An element of the container, of the kind that is looked for there? */
bool split_opens_unit(const struct splitter *s, bool object);
/* The same of a string. */
bool split_opens_string(const struct splitter *s);
bool split_opens_error(const struct splitter *s);

/* The object is no record but what holds them. What calls itself an event is a record, whatever
 * list it also holds. */
void split_enter_container(struct splitter *s);
void split_enter_rows(struct splitter *s);
/* Behind damage: as if the rows had been entered by all that stands around them. */
void split_join_rows(struct splitter *s);
/* Out of the rows among the tables again, out of those into the object around. */
void split_leave_container(struct splitter *s);
/* Out of that object. */
void split_leave_holder(struct splitter *s);

#endif
