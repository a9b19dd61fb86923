/*
 * A headless command that goes on until it is ended: what it prints is taken while it runs, and
 * waited for. One thread.
 */
#ifndef KEYWATCH_TESTS_TALK_H
#define KEYWATCH_TESTS_TALK_H

#include "core/base/buf.h"
#include "tests/support/child.h"

struct talk {
	struct child child;
	int fds[2];	     /* of its output and its messages; own */
	bool deaf;	     /* its output is not read meanwhile */
	struct buf out, err; /* owns; so far */
};

void talk_start(struct talk *talk, const struct child_options *options);
/* Until its output, or its messages, hold `part`; fails the test when it ends before, or says
 * nothing for a minute. */
void talk_await_out(struct talk *talk, const char *part);
void talk_await_err(struct talk *talk, const char *part);
/* Sends the signal (0: none) and waits for the end; returns its status. Everything it printed is
 * taken; the buffers stay until talk_fini. Fails the test when it takes longer. */
int talk_end(struct talk *talk, int signal, int limit_ms);
/* Its reader goes away. */
void talk_hang_up(struct talk *talk);
void talk_fini(struct talk *talk);

#endif
