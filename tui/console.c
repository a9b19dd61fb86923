#include "tui/console.h"

#include <string.h>

#include "core/base/text.h"

static const char has[] = "\u2500\u2502\u2192\u00b7\u2191\u2193\u251c\u25cb";

void
console_init(struct console *console, const char *name)
{
	*console = (struct console){0};
	if (!name || strncmp(name, "linux", 5) != 0)
		return;
	for (enum glyph glyph = 0; glyph < GLYPH_COUNT; glyph++)
		if (!strstr(has, glyph_text(glyph, false)))
			text_decode(str_from(glyph_text(glyph, false)), &console->lacks[glyph]);
}

uint32_t
console_character(const struct console *console, uint32_t cp)
{
	for (enum glyph glyph = 0; cp >= 0x80 && glyph < GLYPH_COUNT; glyph++)
		if (console->lacks[glyph] == cp)
			return (uint32_t)glyph_text(glyph, true)[0];
	return cp;
}
