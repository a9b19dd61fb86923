/*
 * One line of text being written, edited as readline does: Ctrl-A/E/B/F, Alt-B/F, Ctrl-W/U/K,
 * Alt-D, Ctrl-Y, arrows, Home, End, Backspace, Delete. Pure.
 */
#ifndef KEYWATCH_TUI_LINE_EDIT_H
#define KEYWATCH_TUI_LINE_EDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

enum { LINE_EDIT_MAX = 4096 };

struct line_edit {
	struct buf text;
	struct buf killed; /* what Ctrl-Y gives back */
	size_t at;	   /* byte offset of the cursor, at a code point */
};

void line_edit_fini(struct line_edit *edit);
void line_edit_set(struct line_edit *edit, struct str text); /* cursor at its end */
/* False when the key is not one of editing. */
bool line_edit_key(struct line_edit *edit, uint32_t key);
/* Pasted text: line ends and other controls become spaces, so it stays one line. */
void line_edit_paste(struct line_edit *edit, struct str text);

#endif
