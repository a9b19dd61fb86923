/* Prints a store's alerts through a filter in a format: what scan and export share. */
#ifndef KEYWATCH_COMMAND_PRINT_H
#define KEYWATCH_COMMAND_PRINT_H

#include "core/command/command.h"
#include "core/export/export.h"
#include "core/store/store.h"
#include "core/validation/judge.h"

struct print_options {
	struct store *store;
	struct store_query query;
	const struct command_rules *rules;
	struct judge *judge; /* of the store; NULL: nothing in it was decided */
	struct export_options export_options;
};

/* count: alerts printed. A reader that goes away is no error (settled.md 12). */
bool print_alerts(const struct command_line *line, const struct print_options *options,
	size_t *count, struct error *err);

#endif
