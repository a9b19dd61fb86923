/*
 * The terminal: the only user of curses. Cells out, keys in, and back as it was at every end.
 *
 * Output is what terminfo defines, and ?2004 (bracketed paste); OSC 52 only when the user copies.
 * The terminal is never asked anything. There is one terminal, and one thread uses it.
 */
#ifndef KEYWATCH_TUI_TERM_H
#define KEYWATCH_TUI_TERM_H

#include "core/base/error.h"
#include "core/base/wake.h"
#include "tui/grid.h"
#include "tui/keydecode.h"
#include "tui/theme.h"

struct term;

/* A terminal that terminfo knows, that can address its cursor, with keys to read. */
bool term_usable(void);

/* wake is raised by signals; borrows until term_close. */
bool term_open(struct term **out, const struct wake *wake, struct error *err);
void term_close(struct term *term);
bool term_is_ascii(const struct term *term); /* the locale is not UTF-8 */
int term_input(const struct term *term);     /* to poll */
void term_size(const struct term *term, int *rows, int *cols);
void term_set_theme(struct term *term, const struct theme *theme);
/* Writes what differs from the frame before. */
void term_show(struct term *term, const struct grid *grid);
/* The next term_show writes everything, at the size the terminal has now. */
void term_refresh(struct term *term);

/* Reads what is there. False: the terminal has ended. */
bool term_read(struct term *term, int64_t now_ms);
struct keydecode *term_keys(struct term *term);

/* What signals asked for since the last call. */
struct term_signals {
	bool end; /* TERM, HUP, INT */
	bool resized;
	bool stop;     /* TSTP */
	bool continued;
};
struct term_signals term_take_signals(void);
/* Gives the terminal back and stops the process group; returns when it goes on. */
void term_suspend(struct term *term);
/* Somebody else may have used the terminal: takes it again. */
void term_retake(struct term *term);

/* Puts text on the clipboard of the user's terminal (OSC 52). */
void term_copy(struct term *term, struct str text);

#endif
