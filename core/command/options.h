/*
 * The options of the command line, one row each. Private to core/command.
 */
#ifndef KEYWATCH_COMMAND_OPTIONS_H
#define KEYWATCH_COMMAND_OPTIONS_H

#include "core/command/command.h"

/* An option: its row says everything about it. `take` reads its argument into the line. */
struct option_def {
	const char *name;
	const char *argument; /* NULL: none; "[X]": optional */
	const char *used_by;  /* commands, for the manual; "" everywhere */
	const char *help;
	bool (*take)(struct command_line *line, const char *argument, struct error *err);
};

extern const struct option_def options[];
extern const size_t option_count;

#endif
