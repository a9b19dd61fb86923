/*
 * Themes: role × attributes, read from INI files of one row a role:
 *
 *	[roles]
 *	accent = cyan/80/#5fd7d7 bold
 *	selected = bright-white on blue/24/#005f87
 *
 * A colour is one of the terminal's sixteen by its name, with what stands for it where there are
 * 256 and where there are all of them; a form that is left out comes from one that is there. A role
 * without a colour, or a ground, has that of `text`; one that a file leaves out looks like it.
 *Pure.
 */
#ifndef KEYWATCH_TUI_THEME_H
#define KEYWATCH_TUI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* How many colours a terminal has. On eight a bright one is its dark one, in bold as a text's. */
enum depth { DEPTH_NONE, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_DIRECT, DEPTH_COUNT };

/* A colour: the terminal's own; a number of its palette; or, in DEPTH_DIRECT, COLOUR_RGB | rgb, and
 * of the palette only the first eight. */
enum { COLOUR_DEFAULT = -1, COLOUR_RGB = 1 << 24 };

struct style {
	int fg, bg;
	unsigned bits; /* enum style_bits */
};

enum { THEME_NAME = 32 };

struct theme {
	char name[THEME_NAME];
	struct style styles[DEPTH_COUNT][ROLE_COUNT];
};

/* file is for messages: FILE:LINE: reason. DEPTH_NONE is as the theme `monochrome` has it. */
bool theme_parse(struct theme *theme, const char *name, struct str text, const char *file,
	struct error *err);

/* "light" or "dark", from what rxvt and others put into COLORFGBG (NULL: not set). */
const char *theme_for_background(const char *colorfgbg);

/* What xterm shows for a number of its palette, as 0xrrggbb. */
uint32_t theme_palette(int colour);

/* The themes inside the binary. */
size_t theme_builtin_count(void);
const char *theme_builtin_name(size_t i);
/* Absent when there is none of that name. */
struct str theme_builtin_text(const char *name);

/* Of a terminal with so many colours. */
enum depth theme_depth(int count);

/* The role in which a blank looks the same: of it only the background is seen, and lines through
 * it.
 */
enum role theme_blank_role(const struct theme *theme, enum depth depth, enum role role);
/* The first role that looks the same: going from one to the other need not be said. */
enum role theme_alike_role(const struct theme *theme, enum depth depth, enum role role);

#endif
