/*
 * What the user configured for the screen: [screen], [keys] and [filters] of config.ini. Other
 * sections are other rooms'.
 *
 *	[screen]
 *	theme = light
 *	time = local
 *	[keys]
 *	validate = V
 *	[filters]
 *	root = UserIdentityType == "Root"
 */
#ifndef KEYWATCH_TUI_CONFIG_H
#define KEYWATCH_TUI_CONFIG_H

#include "tui/keymap.h"
#include "tui/theme.h"

struct config_filter {
	char *name, *predicate; /* own */
};

struct config {
	char *theme; /* owns; NULL: not said */
	bool local;
	struct keymap keymap;
	struct config_filter *filters; /* owns */
	size_t filter_count, filter_capacity;
};

/* Nothing configured. */
void config_init(struct config *config);
/* A row of one of these sections (config_screen of core/command/config_file.h); context is the
 * config. */
bool config_take(void *context, const char *file, struct str section, struct str key,
	struct str value, int line, struct error *err);
void config_fini(struct config *config);

/* The predicate of a configured filter; NULL when there is none of that name. */
const char *config_find_filter(const struct config *config, struct str name);

/* A theme by name: below the user's configuration, then the installed ones, then the built-in
 * ones. On false *theme is as it was. */
bool config_load_theme(struct theme *theme, const char *name, struct error *err);

/* The names of all there are: the built-in ones in their order, then others by name. */
struct theme_names {
	char (*list)[THEME_NAME]; /* owns */
	size_t count, capacity;
};
void config_list_themes(struct theme_names *names);
void theme_names_fini(struct theme_names *names);

#endif
