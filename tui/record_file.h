/*
 * A record for a pager or an editor of the user's: as JSON, from a private file that goes when the
 * program returns. UI thread; waits for the program, so the terminal must be given back before.
 */
#ifndef KEYWATCH_TUI_RECORD_FILE_H
#define KEYWATCH_TUI_RECORD_FILE_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* Its tokens as logged, laid out anew; what a terminal must not see is written as \u within
 * strings, so that it parses to the same value. */
void record_text(struct buf *out, struct str raw);
/* Shows it in $PAGER, else $EDITOR, else less. False: err says why not. */
bool record_show(struct str raw, struct error *err);

#endif
