/*
 * Reports of the mouse, as xterm sends them and others after it (XTerm Control Sequences, "Mouse
 * Tracking"): ESC [ < BUTTON ; COLUMN ; ROW M, or m for a release; or ESC [ M and three bytes, each
 * 32 more than its value. Pure.
 */
#ifndef KEYWATCH_TUI_MOUSE_H
#define KEYWATCH_TUI_MOUSE_H

#include "core/base/str.h"

enum mouse_kind { MOUSE_NOTHING, MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse {
	enum mouse_kind kind; /* MOUSE_NOTHING: other buttons, releases, motion */
	int y, x;	      /* cell, from 0 */
};

enum { MOUSE_NO_REPORT = 0, MOUSE_INCOMPLETE = -1 };

/* How many bytes the report at the front of s has, or one of the two above. */
int mouse_read(struct str s, struct mouse *mouse);

#endif
