/* Pieces of input: skimmed where they lie as far as that goes (skim.h), and looked at byte by byte
 * in the window where not. Only split*.c. */
#ifndef KEYWATCH_SCAN_SPLIT_SKIM_H
#define KEYWATCH_SCAN_SPLIT_SKIM_H

#include "core/scan/split.h"

/* Looks at all that the window holds. */
void split_run(struct splitter *s);
/* At a byte at least; then up to where it can be skimmed again. */
void split_run_odd(struct splitter *s);
/* Drops what is not needed any more from the front of the window. */
void split_forget(struct splitter *s);

#endif
