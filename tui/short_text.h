/*
 * Names in so many cells, with a sign where something is left out. Pure.
 */
#ifndef KEYWATCH_TUI_SHORT_TEXT_H
#define KEYWATCH_TUI_SHORT_TEXT_H

#include "core/base/buf.h"

/* As much of it as goes into so many. */
void short_text_put(struct buf *out, struct str s, int cols, bool ascii);
/* `Admi…/alice@corp.example`: who acted stands behind the role, which gives way first. */
void short_text_put_actor(struct buf *out, struct str label, int cols, bool ascii);

#endif
