/* One run of one of OpenSSH's tools. Any thread. */
#ifndef KEYWATCH_VALIDATION_TOOL_PRIVATE_H
#define KEYWATCH_VALIDATION_TOOL_PRIVATE_H

#include "core/base/process.h"
#include "core/validation/signature.h"

enum { TOOL_ARGUMENTS = 24, TOOL_FILES = 3, TOOL_PATH = 32 };

/* Zero but for the first two is a valid start. */
struct tool {
	const struct signature_tools *tools;
	const char *name;
	const char *arguments[TOOL_ARGUMENTS]; /* borrows */
	size_t argument_count;
	int files[TOOL_FILES];
	char paths[TOOL_FILES][TOOL_PATH];
	size_t file_count;
	bool agent;	 /* it may talk with the user's agent */
	bool foreground; /* and ask at the terminal */
	int timeout_ms;
};

/* Adds arguments up to a NULL. */
void tool_add(struct tool *tool, ...) __attribute__((sentinel));
/* Bytes that it will find under the path; that is valid as long as the tool. NULL: err. */
const char *tool_add_file(struct tool *tool, struct str content, struct error *err);
/* False as process_run, or when it is not installed. */
bool tool_run(const struct tool *tool, struct str input, struct process_result *result,
	struct error *err);
void tool_fini(struct tool *tool);

/* Its complaint without line ends and escapes; "" when it said nothing. */
void tool_complaint(const struct process_result *result, struct buf *out);
bool tool_said(const struct process_result *result, const char *words);

#endif
