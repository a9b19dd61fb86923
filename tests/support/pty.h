/*
 * A program on a pseudo terminal, its screen kept by libvterm. Nothing here sleeps: every wait is
 * a poll for output or the program's end with a deadline, and a wait that fails shows the screen.
 *
 * Rows and columns count from 0.
 */
#ifndef KEYWATCH_TESTS_PTY_H
#define KEYWATCH_TESTS_PTY_H

#include <termios.h>

#include "core/base/buf.h"
#include "tests/support/child.h"
#include "tests/support/picture.h"

struct pty_options {
	struct child_options child;
	int rows, cols; /* 0: 24 and 80 */
	int in;		/* standard input instead of the terminal, or 0; borrows */
};

struct pty;

struct pty *pty_open(const struct pty_options *options); /* returns owned */
/* Kills it when it still runs; fails the test when a sanitizer reported anything. Takes. */
void pty_close(struct pty *pty);

void pty_send(struct pty *pty, const char *keys);
/* As a terminal does it after ?2004: between the brackets of a bracketed paste. */
void pty_paste(struct pty *pty, const char *text);
void pty_resize(struct pty *pty, int rows, int cols);
void pty_signal(struct pty *pty, int signal);
void pty_hangup(struct pty *pty); /* the line is gone */

/* Wait until it is so; the test fails after CHILD_DEADLINE_MS. */
#define pty_wait_text(pty, text) pty_wait_text_at((pty), (text), __FILE__, __LINE__)
#define pty_wait_gone(pty, text) pty_wait_gone_at((pty), (text), __FILE__, __LINE__)
#define pty_wait_row(pty, row, text) pty_wait_row_at((pty), (row), (text), __FILE__, __LINE__)
#define pty_wait_raw(pty, text) pty_wait_raw_at((pty), (text), __FILE__, __LINE__)
void pty_wait_text_at(struct pty *pty, const char *text, const char *file, int line);
void pty_wait_gone_at(struct pty *pty, const char *text, const char *file, int line);
void pty_wait_row_at(struct pty *pty, int row, const char *text, const char *file, int line);
/* In what it wrote since pty_raw_mark. */
void pty_wait_raw_at(struct pty *pty, const char *text, const char *file, int line);
/* Its exit status, or 128 + signal. */
int pty_wait_exit(struct pty *pty);
/* The same while the terminal takes nothing: at once, what it wrote stays unread. */
int pty_wait_exit_unread(struct pty *pty);
/* Waits until so many bytes are unread. */
void pty_wait_unread(struct pty *pty, int bytes);
/* True once nothing was written for so long. */
bool pty_quiet(struct pty *pty, int ms);
/* Waits until the frame being written is whole: a text may be read before what follows it. */
void pty_settle(struct pty *pty);
/* One step of waiting, for conditions of a test's own: false when the deadline passed or it has
 * ended and nothing more can come. `deadline` starts at 0. */
bool pty_step(struct pty *pty, int64_t *deadline);

/* The screen. */
bool pty_has(struct pty *pty, const char *text);
char *pty_row(struct pty *pty, int row); /* without blanks at its end; owned */
char *pty_screen(struct pty *pty);	 /* all rows, each with \n; owned */
struct pty_cell pty_cell(struct pty *pty, int row, int col);
/* The same with attributes and cursor, for picture_fini. */
void pty_picture(struct pty *pty, struct picture *picture, const char *look);
/* Where the text begins: first from the top. False when it is not there. */
bool pty_find(struct pty *pty, const char *text, int *row, int *col);
void pty_cursor(struct pty *pty, int *row, int *col, bool *visible);
bool pty_alternate(struct pty *pty); /* the alternate screen is shown */

/* Every byte it wrote to the terminal. Valid until the next wait. */
struct str pty_raw(struct pty *pty);
void pty_raw_mark(struct pty *pty);
struct str pty_raw_since(struct pty *pty); /* since the mark */
/* Fails when it wrote anything but text and sequences that terminfo has for moving, erasing and
 * colouring: no C1, no bidi override, no zero-width, no OSC, DCS, nor a question. */
void pty_assert_clean(struct pty *pty);
/* The terminal's modes now, and before the program began. */
void pty_modes(struct pty *pty, struct termios *before, struct termios *now);
pid_t pty_pid(const struct pty *pty);

#endif
