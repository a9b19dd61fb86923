/*
 * Signals around the terminal, and its restoring when the program dies. A part of term.c with a
 * file of its own; no curses here. State is static because a signal handler has no other way.
 */
#ifndef KEYWATCH_TUI_TERM_GUARD_H
#define KEYWATCH_TUI_TERM_GUARD_H

#include <termios.h>

#include "core/base/wake.h"
#include "tui/term.h"

/* Takes over TERM HUP INT TSTP CONT WINCH, and SEGV BUS ABRT FPE ILL, which restore the terminal
 * and stay visible in the exit status; and ALRM: a terminal that takes nothing holds up no end by
 * more than a second. Before curses starts: it leaves handlers that are there. */
void term_guard_begin(const struct wake *wake, int fd, const struct termios *saved);
/* The bytes that give the terminal back; at most 256. */
void term_guard_set_restore(const char *bytes, size_t len);
/* A file that is removed as well when a signal ends us; NULL: none. */
void term_guard_set_file(const char *path);
void term_guard_end(void);
/* Stops the process group as ^Z does, whatever handler we have. */
void term_guard_stop(void);

#endif
