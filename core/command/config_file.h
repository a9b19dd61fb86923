/*
 * The configuration file, keywatch.ini(5): found and read once, each row given to the room that
 * owns its section. A section that nobody owns, and a key outside of any, are mistakes. Main
 * thread.
 */
#ifndef KEYWATCH_COMMAND_CONFIG_FILE_H
#define KEYWATCH_COMMAND_CONFIG_FILE_H

#include "core/alert/known.h"
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/command/command.h"
#include "core/source/source_config.h"

/* Takes the rows of the screen's sections: [screen], [keys], [filters]. None, or take NULL: they
 * are not looked at. Refusals carry FILE:LINE. */
struct config_screen {
	bool (*take)(void *context, const char *file, struct str section, struct str key,
		struct str value, int line, struct error *err);
	void *context;
	struct known *known; /* takes [known]; NULL: its rows are only checked */
};

bool config_file_parse(struct str text, const char *file, struct source_configs *sources,
	const struct config_screen *screen, struct error *err);

/* --config FILE, else $XDG_CONFIG_HOME/keywatch/config.ini, else /etc/keywatch/config.ini, else
 * nothing; then --source; then --profile, --region and --endpoint-url fill in. `sources` is filled
 * also after a failure: source_configs_fini frees. */
bool config_file_load(struct source_configs *sources, const struct command_line *line,
	const struct config_screen *screen, struct error *err);

/* Only who is known, for those who watch no source; the whole file is checked. known_fini frees,
 * also after a failure. */
bool config_file_load_known(
	struct known *known, const struct command_line *line, struct error *err);

/* `rest` below the user's configuration folder; false when there is no such folder. */
bool config_file_user_path(struct buf *path, const char *rest);

/* Appends the first that is there to text and says which in path: `rest` below the user's
 * configuration folder, or the file `second`. found is false when neither is there. */
bool config_file_first(struct buf *text, struct buf *path, const char *rest, const char *second,
	bool *found, struct error *err);

#endif
