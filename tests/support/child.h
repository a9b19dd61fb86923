/*
 * Starts a program under test in a world of its own: a home folder, a known terminal, no settings
 * of whoever runs the tests, sanitizer reports in files. It dies with the test program.
 */
#ifndef KEYWATCH_TESTS_CHILD_H
#define KEYWATCH_TESTS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/buf.h"

struct child_options {
	const char *program;		/* NULL: keywatch */
	const char *const *arguments;	/* without the program; ends with NULL */
	const char *const *environment; /* NAME=value over the usual ones; ends with NULL; or NULL */
	const char *home;		/* $HOME, must exist */
	const char *folder;		/* working folder; NULL: the source tree */
};

struct child {
	pid_t pid;
	int pidfd;    /* readable when it has ended */
	bool ended;
	int status;   /* once ended: exit status, or 128 + signal */
	char *logs;   /* owns: the folder of sanitizer reports */
};

/* How long any wait may last before the test fails. */
enum { CHILD_DEADLINE_MS = 60000 };

/* The program: $KEYWATCH_TEST_BUILD/keywatch, else build/asan/keywatch. Valid until the next call. */
const char *child_program(void);
/* An absolute path below the source tree. Valid until the fourth call from here. */
const char *child_source(const char *path);

/* Starts it with these descriptors as stdin, stdout and stderr (borrows). `terminal` ≥ 0 becomes
 * its controlling terminal. */
void child_start(struct child *child, const struct child_options *options, int in, int out,
	int err, int terminal);
/* Takes the status of one that has ended (pidfd is readable). */
void child_reap(struct child *child);
/* What it prints on `fd` up to the end of its first line. */
void child_read_line(int fd, struct buf *line);
/* Kills it when it still runs. Fails the test when a sanitizer reported anything. */
void child_finish(struct child *child);

#endif
