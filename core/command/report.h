/* The store as a report for people who were not there: `keywatch export --format md`. */
#ifndef KEYWATCH_COMMAND_REPORT_H
#define KEYWATCH_COMMAND_REPORT_H

#include "core/command/judging.h"
#include "core/command/print.h"

/* Of one state of the store, whatever is written to it meanwhile. A reader that goes away is no
 * error (settled.md 12). */
bool report_print(const struct command_line *line, const struct print_options *options,
	const struct judging *judging, struct error *err);

#endif
