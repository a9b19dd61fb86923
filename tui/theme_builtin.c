/* The theme files, inside the binary: the program works from anywhere. */
#include "tui/theme.h"

#define EMBED(symbol, file)                                                                        \
	__asm__(".pushsection .rodata\n"                                                           \
		".global " #symbol "\n" #symbol ":\n"                                              \
		".incbin \"" file "\"\n"                                                           \
		".global " #symbol "_end\n" #symbol "_end:\n"                                      \
		".byte 0\n"                                                                        \
		".popsection\n");                                                                  \
	extern const char symbol[], symbol##_end[]

EMBED(theme_file_dark, "themes/dark.ini");
EMBED(theme_file_light, "themes/light.ini");
EMBED(theme_file_high_contrast, "themes/high-contrast.ini");
EMBED(theme_file_colour_blind, "themes/colour-blind.ini");
EMBED(theme_file_monochrome, "themes/monochrome.ini");

/* In the order in which `t` goes through them. */
static const struct {
	const char *name;
	const char *begin, *end;
} themes[] = {
	{"dark", theme_file_dark, theme_file_dark_end},
	{"light", theme_file_light, theme_file_light_end},
	{"high-contrast", theme_file_high_contrast, theme_file_high_contrast_end},
	{"colour-blind", theme_file_colour_blind, theme_file_colour_blind_end},
	{"monochrome", theme_file_monochrome, theme_file_monochrome_end},
};

size_t
theme_builtin_count(void)
{
	return sizeof(themes) / sizeof(themes[0]);
}

const char *
theme_builtin_name(size_t i)
{
	return themes[i].name;
}

struct str
theme_builtin_text(const char *name)
{
	for (size_t i = 0; i < theme_builtin_count(); i++)
		if (strcmp(name, themes[i].name) == 0)
			return (struct str){
				themes[i].begin, (size_t)(themes[i].end - themes[i].begin)};
	return STR_ABSENT;
}
