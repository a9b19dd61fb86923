#include "tui/glyph.h"

static const char *const glyphs[GLYPH_COUNT][2] = {
#define X(name, utf8, ascii) [GLYPH_##name] = {utf8, ascii},
	GLYPHS(X)
#undef X
};

const char *
glyph_text(enum glyph glyph, bool ascii)
{
	return glyphs[glyph][ascii];
}
