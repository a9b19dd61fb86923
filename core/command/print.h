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

/* Calls for each alert that the filter lets through, judged, until the visitor returns false, which
 * fills err. The rowid never changes. */
typedef bool print_visit(
	void *context, int64_t rowid, const struct alert *alert, struct error *err);
bool print_each(const struct command_line *line, const struct print_options *options,
	print_visit *visit, void *context, struct error *err);

/* What is to be printed, as it grows. */
struct print_out {
	struct buf text; /* the caller's to free */
	bool reader_gone;
};
/* Writes it to standard output once it is worth it, or `all`. False without err when the reader is
 * gone. */
bool print_flush(struct print_out *out, bool all, struct error *err);

/* count: alerts printed. A reader that goes away is no error (settled.md 12). */
bool print_alerts(const struct command_line *line, const struct print_options *options,
	size_t *count, struct error *err);

#endif
