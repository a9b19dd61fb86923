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
	const char *used_by;  /* the commands it belongs to, and "screen"; "" all */
	const char *help;
	bool (*take)(struct command_line *line, const char *argument, struct error *err);
	const char *choices; /* what the argument may be, for completion; NULL: anything */
};

extern const struct option_def options[];
extern const size_t option_count;

/* Does it belong to this command? NULL: the screen, or the list that stands in for it. */
bool option_belongs(const struct option_def *option, const struct command *command);

#endif
