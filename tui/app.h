/*
 * The terminal UI: one poll loop over the terminal, the wake and the clock. UI thread only.
 */
#ifndef KEYWATCH_TUI_APP_H
#define KEYWATCH_TUI_APP_H

#include "core/command/judging.h"
#include "core/pipeline/pipeline.h"
#include "core/store/store.h"
#include "tui/config.h"

struct app_options {
	struct store *store; /* the UI's own handle; borrows */
	/* What to read and to watch; without a path the whole store is shown. `wake`, `clock`
	 * and `user` are the app's to set. */
	struct pipeline_options pipeline;
	struct judging *judging;   /* of signed validations, on `store`; borrows */
	const char *theme;	   /* name, or NULL: configuration, then COLORFGBG, then dark */
	const char *filter;	   /* the first filter of the list, or NULL */
	struct config *config;	   /* borrows */
	const struct known *known; /* borrows */
	/* What to do when there is nothing to read and to watch, up to a NULL; or NULL. */
	const char *const *advice;
};

/* Whether a screen can be had: stdin (or the controlling terminal) and stdout are a terminal that
 * terminfo knows and that is not dumb. */
bool app_terminal_usable(void);

/* Runs until q, SIGTERM, SIGHUP or the end of the terminal. Returns the exit status. */
int app_run(const struct app_options *options);

#endif
