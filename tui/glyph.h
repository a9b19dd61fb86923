/* The signs of the screen, each with what stands for it where the locale is not UTF-8. */
#ifndef KEYWATCH_TUI_GLYPH_H
#define KEYWATCH_TUI_GLYPH_H

#include <stdbool.h>

/* clang-format off */
#define GLYPHS(X)                     \
	X(ELLIPSIS, "…", "~")         \
	X(RULE, "─", "-")             \
	X(RULE_DOWN, "│", "|")        \
	X(RULE_CROSS, "├", "+")       \
	X(BAR, "▎", ">")              \
	X(MARK, "▪", "*")             \
	X(ARROW, "→", ">")            \
	X(DOT, "·", "-")              \
	X(DASH, "–", "-")             \
	X(JUMP, "⏎", "<")             \
	X(UP, "↑", "^")               \
	X(DOWN, "↓", "v")             \
	X(FOLDED, "▸", "+")           \
	X(OPEN, "▾", " ")             \
	X(NEW, "●", "o")              \
	X(ACTIVE, "◐", "~")           \
	X(AWAITING, "◆", "?")         \
	X(BENIGN, "✓", "+")           \
	X(CHECKING, "?", "?")         \
	X(VOID, "!", "!")             \
	X(MALICIOUS, "✗", "x")        \
	X(FALSE_POSITIVE, "○", ".")   \
	X(ARRIVED, "+", "+")          \
	X(SOURCE_OK, "●", "o")        \
	X(SOURCE_STARTING, "◌", ".")  \
	X(SOURCE_FAILING, "◌", "!")   \
	X(SOURCE_ENDED, "○", "-")     \
	X(TREE, "├", "|")             \
	X(TREE_LAST, "└", "`")        \
	X(LIFE_BEFORE, "‹", "<")      \
	X(LIFE_MADE, "●", "o")        \
	X(LIFE_IDLE, "─", "-")        \
	X(LIFE_USED, "▪", "=")        \
	X(LIFE_OFF, "┤", "]")         \
	X(LIFE_RESTS, "·", ".")       \
	X(LIFE_ON, "├", "[")          \
	X(LIFE_GONE, "✗", "x")        \
	X(LIFE_ON_END, "→", ">")      \
	X(PROGRESS, "━", "=")         \
	X(PROGRESS_LEFT, "─", "-")

enum glyph {
#define X(name, utf8, ascii) GLYPH_##name,
	GLYPHS(X)
#undef X
	GLYPH_COUNT
};
/* clang-format on */

const char *glyph_text(enum glyph glyph, bool ascii);

#endif
