/* The unit that is being read: kept in the window until it ends, or over a limit and then only
 * followed. Only split*.c. */
#ifndef KEYWATCH_SCAN_SPLIT_UNIT_H
#define KEYWATCH_SCAN_SPLIT_UNIT_H

#include "core/scan/split.h"

/* At s->at, whose byte is its first. */
void split_begin_unit(struct splitter *s);
/* A value in it: limits that only a parsed record would cost. */
void split_count_value(struct splitter *s);
/* Over a limit. */
void split_drop_unit(struct splitter *s, const char *limit);
/* Gives it to the sink; s->at stands behind its last byte. */
void split_end_unit(struct splitter *s);
/* What was read of it; absent when there is none or it is not kept. */
struct str split_unit_so_far(const struct splitter *s);

#endif
