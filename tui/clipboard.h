/* What puts text on the clipboard of the terminal that shows us, over SSH too: OSC 52. Pure. */
#ifndef KEYWATCH_TUI_CLIPBOARD_H
#define KEYWATCH_TUI_CLIPBOARD_H

#include "core/base/buf.h"

/* Terminals drop longer ones (xterm's limit is the smallest known). */
enum { CLIPBOARD_MAX = 74994 };

/* The text as it may be copied: cleaned, line ends stay. */
void clipboard_clean(struct buf *out, struct str text);
/* The sequence for text already cleaned. */
void clipboard_sequence(struct buf *out, struct str text);

#endif
