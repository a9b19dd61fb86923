/* Behind damage: what could not be read is given up, and the next unit is sought. Only split*.c. */
#ifndef KEYWATCH_SCAN_SPLIT_SEARCH_H
#define KEYWATCH_SCAN_SPLIT_SEARCH_H

#include "core/scan/split.h"

/* Of a byte of the window in the input. */
uint64_t split_offset(const struct splitter *s, size_t index);

/* Nothing is open, and no unit is read. */
void split_to_top(struct splitter *s);

/* Goes on at a byte of the window, which is damage itself, as if nothing were known. */
void split_search_from(struct splitter *s, size_t index);
/* What was tried is none: the search goes on behind its first byte. Behind damage only the first is
 * told, until a record is found again. */
void split_give_up(struct splitter *s, uint64_t offset, const char *text);
/* Gives up because s->at stands on what JSON does not have there. */
void split_damage(struct splitter *s, const char *reason);

/* Can a record begin at s->at? It stands behind a comma, a bracket, another object or a line end,
 * never behind a colon. */
bool split_can_begin(const struct splitter *s);
/* A string that holds one stands on a line of its own, or in a list: others end objects. */
bool split_string_can_begin(const struct splitter *s);

#endif
