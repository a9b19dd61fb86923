/*
 * The terminal UI: one poll loop over the terminal, the wake and the clock. UI thread only.
 */
#ifndef KEYWATCH_TUI_APP_H
#define KEYWATCH_TUI_APP_H

#include "core/pipeline.h"
#include "core/source/source_config.h"
#include "core/store/store.h"
#include "tui/config.h"

struct app_options {
	struct store *store; /* the UI's own handle; borrows */
	/* What to read; path_count 0: nothing is read and the whole store is shown. `wake` is the
	 * app's to set. */
	struct pipeline_options pipeline;
	const char *theme;  /* name, or NULL: configuration, then COLORFGBG, then dark */
	const char *filter; /* the first filter of the list, or NULL */
	struct config *config;		      /* borrows */
	const struct source_configs *sources; /* those configured and of --source; borrows */
};

/* Whether a screen can be had: stdin (or the controlling terminal) and stdout are a terminal that
 * terminfo knows and that is not dumb. */
bool app_terminal_usable(void);

/* Runs until q, SIGTERM, SIGHUP or the end of the terminal. Returns the exit status. */
int app_run(const struct app_options *options);

#endif
