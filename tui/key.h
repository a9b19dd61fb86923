/*
 * A key: a code point, a control character (1..26), or one of the codes below. Names are what the
 * configuration and the help say: `a`, `Ctrl-A`, `Space`, `PageDown`, `F1`. Pure.
 */
#ifndef KEYWATCH_TUI_KEY_H
#define KEYWATCH_TUI_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

enum {
	KEYCODE_NONE = 0,
	KEYCODE_TAB = 9,
	KEYCODE_ENTER = 13,
	KEYCODE_ESC = 27,
	KEYCODE_SPECIAL = 0x110000,
	KEYCODE_UP = KEYCODE_SPECIAL,
	KEYCODE_DOWN,
	KEYCODE_LEFT,
	KEYCODE_RIGHT,
	KEYCODE_PAGE_UP,
	KEYCODE_PAGE_DOWN,
	KEYCODE_HOME,
	KEYCODE_END,
	KEYCODE_INSERT,
	KEYCODE_DELETE,
	KEYCODE_BACKSPACE,
	KEYCODE_BACK_TAB,
	KEYCODE_F1,
	KEYCODE_F12 = KEYCODE_F1 + 11,
	KEYCODE_PASTE_BEGIN,
	KEYCODE_PASTE_END,
	KEYCODE_ALT = 0x40000000, /* a bit: with Alt, or Esc before it */
};

#define KEYCODE_CTRL(letter) ((letter)&0x1f)

enum { KEY_NAME = 24 };

void key_spell(uint32_t code, char name[KEY_NAME]);
/* KEYCODE_NONE when it names no key. */
uint32_t key_find(struct str name);

#endif
