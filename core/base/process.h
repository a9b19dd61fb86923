/*
 * The one place that starts programs: an argument vector, and for those that work unseen a time
 * limit and bounded output. Any thread; waits for the program.
 */
#ifndef KEYWATCH_BASE_PROCESS_H
#define KEYWATCH_BASE_PROCESS_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/error.h"

enum { PROCESS_PASSED_MAX = 8 };

struct process {
	const char *const
		*argv; /* NULL-terminated; argv[0] with a slash is a path, else looked up */
	const char *const *environment; /* NULL-terminated; NULL: ours */
	struct str input;		/* its standard input */
	int timeout_ms;
	size_t max_output; /* of each stream; more is an error; 0: 1 MiB */
	int interrupt_fd;  /* kills the program when it becomes readable; 0: none */
	const int *passed; /* descriptors that it finds as 3, 4, …; it inherits no others */
	size_t passed_count;
	/* It may ask whoever sits at our terminal (/dev/tty): a Ctrl-C is its own until it has
	 * ended. Main thread only. */
	bool foreground;
};

struct process_result {
	int status;		   /* exit status, or 128 + signal */
	struct buf output, errors; /* owns; process_result_fini frees */
};

/* False when it could not be started, did not end in time (it is killed), was interrupted or said
 * too much. A
 * program that ran and failed is true with its status. */
bool process_run(const struct process *process, struct process_result *result, struct error *err);
/* Lends it our terminal: its streams are ours, and a Ctrl-C is its own until it has ended. False
 * when it could not be started. */
bool process_lend(const char *const *argv, int *status, struct error *err);
/* Wipes: a program may have printed a secret. */
void process_result_fini(struct process_result *result);

#endif
