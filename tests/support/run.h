/* Runs a headless command: arguments and input in; output, messages and status out. */
#ifndef KEYWATCH_TESTS_RUN_H
#define KEYWATCH_TESTS_RUN_H

#include "core/base/buf.h"
#include "tests/support/child.h"

struct run {
	struct child_options child;
	const char *input; /* what stands on standard input; NULL: nothing */
	size_t input_len;
	size_t close_out_after; /* > 0: the reader of its output goes away after so many bytes */
	/* Filled: */
	struct buf out, err; /* owns */
	int status;	     /* exit status, or 128 + signal */
};

void run_program(struct run *run);
void run_fini(struct run *run);

#endif
