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

static const struct {
	const char *name;
	const char *begin, *end;
} themes[] = {
	{"dark", theme_file_dark, theme_file_dark_end},
	{"light", theme_file_light, theme_file_light_end},
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
