/*
 * Themes: role × attributes, read from INI files of one row a role:
 *
 *	[roles]
 *	accent = bright-cyan bold
 *	selected = white on blue
 *
 * A role that a file leaves out looks like `text`. Pure.
 */
#ifndef KEYWATCH_TUI_THEME_H
#define KEYWATCH_TUI_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/str.h"
#include "tui/role.h"

enum style_bits {
	STYLE_BOLD = 1,
	STYLE_DIM = 2,
	STYLE_UNDERLINE = 4,
	STYLE_REVERSE = 8,
	STYLE_ITALIC = 16,
};

enum { COLOUR_DEFAULT = -1 }; /* the terminal's own; else 0..15 */

struct style {
	short fg, bg;
	unsigned bits; /* enum style_bits */
};

struct theme {
	char name[32];
	struct style styles[ROLE_COUNT];
};

/* file is for messages: FILE:LINE: reason. */
bool theme_parse(struct theme *theme, const char *name, struct str text, const char *file,
	struct error *err);
/* No colours at all, for NO_COLOR and terminals without. */
void theme_mono(struct theme *theme);

/* "light" or "dark", from what rxvt and others put into COLORFGBG (NULL: not set). */
const char *theme_for_background(const char *colorfgbg);

/* The themes inside the binary. */
size_t theme_builtin_count(void);
const char *theme_builtin_name(size_t i);
/* Absent when there is none of that name. */
struct str theme_builtin_text(const char *name);

#endif
