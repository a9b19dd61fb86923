/*
 * The console of Linux has 256 or 512 characters; those of code page 437 are always among them, and
 * what it lacks it shows as one and the same blot. There our signs are their ASCII forms. Pure.
 */
#ifndef KEYWATCH_TUI_CONSOLE_H
#define KEYWATCH_TUI_CONSOLE_H

#include "tui/glyph.h"

#include <stdint.h>

struct console {
	uint32_t lacks[GLYPH_COUNT]; /* code points; 0: it has that sign */
};

/* name: of the terminal; NULL: none. */
void console_init(struct console *console, const char *name);
/* What stands for a character. */
uint32_t console_character(const struct console *console, uint32_t cp);

#endif
