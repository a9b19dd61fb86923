/*
 * A document in a rectangle: scrolling, a cursor over its lines, search. What it shows comes from
 * a view (view.h). Pure.
 */
#ifndef KEYWATCH_TUI_PANE_H
#define KEYWATCH_TUI_PANE_H

#include "core/base/regex.h"
#include "tui/doc.h"

#define PANE_NO_MATCH ((size_t)-1)

struct pane {
	struct doc doc;
	int width;     /* it is wrapped to */
	size_t height; /* of the window */
	size_t top;    /* how many rows the text is scrolled by */
	size_t head;   /* rows of the document's head: these are not; 0 where there is no room */
	size_t cursor; /* line; only meaningful when the document has stops */
	bool has_stops;
	struct doc_mark *matches; /* owns; of the last pane_search, ascending */
	size_t match_count, match_capacity;
	size_t match; /* the current one, or PANE_NO_MATCH */
};

void pane_fini(struct pane *pane);
/* After the document was made anew: wraps it and keeps cursor and scroll where they were, or
 * begins at its top. */
void pane_laid(struct pane *pane, int width, size_t height, bool ascii, bool from_top);
void pane_resize(struct pane *pane, int width, size_t height, bool ascii);

/* By rows: the cursor goes to the next line that has a stop; without stops the text scrolls. */
void pane_move(struct pane *pane, long by);
/* The text by rows; a cursor that it would take out of the window stays at its edge. */
void pane_scroll(struct pane *pane, long by);
void pane_page(struct pane *pane, int direction);
void pane_first(struct pane *pane);
void pane_last(struct pane *pane);
/* Puts the cursor on the line and brings it into the window. */
void pane_go(struct pane *pane, size_t line);
size_t pane_rows_below(const struct pane *pane); /* that the window does not show */

/* Finds what matches in the whole document; none is current then. After pane_laid. */
enum regex_result pane_search(struct pane *pane, const struct regex *regex);
/* Goes to the next match after (step -1: before) the current one or the cursor, going round.
 * False: there is none. */
bool pane_find(struct pane *pane, int step, bool *wrapped);
void pane_forget_matches(struct pane *pane);

void pane_draw(const struct pane *pane, struct grid *grid, struct grid_rect rect, bool focused);

/* The row of the document that stands so many rows below the window's top. */
size_t pane_row_at(const struct pane *pane, size_t y);

/* Back to where it was. */
void pane_restore(struct pane *pane, size_t top, size_t cursor);

#endif
