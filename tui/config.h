/*
 * What the user configured for the screen: [screen], [keys] and [filters] of config.ini. Other
 * sections are other rooms'.
 *
 *	[screen]
 *	theme = light
 *	time = local
 *	bell = other-success
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

/* The keys of [screen]: id, name, what it may be, help. The first of several words holds unless
 * another one is given. */
/* clang-format off */
#define CONFIG_KEYS(X)                                                                              \
	X(THEME, "theme", "NAME", "the colours: a theme of ours, or one of yours; unless given, "  \
		"dark or light as COLORFGBG says")                                                 \
	X(TIME, "time", "utc | local", "the zone in which times are shown")                        \
	X(MOUSE, "mouse", "off | on", "a click selects, and the wheel scrolls what is under it; "  \
		"the terminal's own selection then needs Shift")                                   \
	X(BELL, "bell", "off | new | other-success", "rings for each new alert that arrives, or "  \
		"only for a key that was made for another user than the caller; at most once a second") \
	X(TITLE, "title", "off | on", "how many alerts arrived since the last key, in the "        \
		"terminal's title")

enum config_key {
#define X(id, name, values, help) CONFIG_##id,
	CONFIG_KEYS(X)
#undef X
	CONFIG_KEY_COUNT
};
/* clang-format on */

struct config_key_def {
	const char *name, *values, *help;
};
extern const struct config_key_def config_keys[CONFIG_KEY_COUNT];

enum config_bell { BELL_OFF, BELL_NEW, BELL_OTHER_SUCCESS };

struct config {
	char *theme; /* owns; NULL: not said */
	bool local, mouse, title;
	enum config_bell bell;
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
