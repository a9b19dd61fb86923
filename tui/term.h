/*
 * The terminal: the only user of curses. Cells out, keys in, and back as it was at every end.
 *
 * Output is what terminfo defines, and ?2004 (bracketed paste); OSC 52 only when the user copies,
 * OSC 2 only when the user wants a title and terminfo says that the terminal takes it (XT).
 * The terminal is never asked anything. There is one terminal, and one thread uses it.
 */
#ifndef KEYWATCH_TUI_TERM_H
#define KEYWATCH_TUI_TERM_H

#include "core/base/error.h"
#include "core/base/wake.h"
#include "tui/grid.h"
#include "tui/keydecode.h"
#include "tui/theme.h"

struct terminal;

/* A terminal that terminfo knows, that can address its cursor, with keys to read. */
bool term_usable(void);
/* terminfo knows a terminal of that name. */
bool term_known(const char *name);
/* Appends which library is behind it: its name and version as it runs. */
void term_library(struct buf *out);
/* The locale is not UTF-8: only ASCII can be shown. */
bool term_locale_is_ascii(void);

/* wake is raised by signals; borrows until term_close. */
bool term_open(struct terminal **out, const struct wake *wake, struct error *err);
void term_close(struct terminal *term);
int term_input(const struct terminal *term); /* to poll */
void term_size(const struct terminal *term, int *rows, int *cols);
void term_set_theme(struct terminal *term, const struct theme *theme);
/* Writes what differs from the frame before. */
void term_show(struct terminal *term, const struct grid *grid);
/* The next term_show writes everything, at the size the terminal has now. */
void term_refresh(struct terminal *term);

/* Reads what is there. False: the terminal has ended. */
bool term_read(struct terminal *term, int64_t now_ms);
struct keydecode *term_keys(struct terminal *term);

/* What signals asked for since the last call. */
struct term_signals {
	bool end; /* TERM, HUP, INT */
	bool resized;
	bool stop; /* TSTP */
	bool continued;
};
struct term_signals term_take_signals(void);
/* Gives the terminal back until term_retake: another program uses it. */
void term_lend(struct terminal *term);
/* Gives the terminal back and stops the process group; returns when it goes on. */
void term_suspend(struct terminal *term);
/* Somebody else may have used the terminal: takes it again. */
void term_retake(struct terminal *term);

/* Has the mouse reported, where terminfo says how; given back with the terminal. */
void term_take_mouse(struct terminal *term);
void term_bell(struct terminal *term);
/* ASCII; where the terminal has a title. It is given back with the terminal. */
void term_set_title(struct terminal *term, const char *title);

/* Puts text on the clipboard of the user's terminal: OSC 52, or through tmux inside it. */
void term_copy(struct terminal *term, struct str text);

#endif
