/* The fast way through units that cannot matter (skim.h). Only split*.c. */
#ifndef KEYWATCH_SCAN_SPLIT_SKIM_H
#define KEYWATCH_SCAN_SPLIT_SKIM_H

#include "core/scan/split.h"

/* What is looked at in the slow way is taken in pieces of this size. */
enum { SPLIT_PIECE = 4096 };

/* Goes over the whole units that a settled splitter finds in `bytes`, of which the first has this
 * offset; *used: up to the end of the last one. True: what follows is odd, or larger than a unit
 * may be that is skimmed; false: it is the beginning of one. */
bool split_skim(struct splitter *s, struct str bytes, uint64_t offset, size_t *used);

#endif
