/*
 * Text to look at: lines of spans, each with a role; wrapped to a width into rows. The text is as
 * it came; cleaning happens when a pen writes it. Pure. One owner.
 */
#ifndef KEYWATCH_TUI_DOC_H
#define KEYWATCH_TUI_DOC_H

#include "core/base/buf.h"
#include "tui/grid.h"

struct doc_span {
	size_t end; /* offset in the line's text where it ends */
	enum role role;
};

struct doc_line {
	size_t text, len;   /* in doc.text */
	size_t span, spans; /* in doc.spans */
	int indent;	    /* columns before what is wrapped */
	size_t tag;	    /* what the line is about: the builder's to say */
	bool stop;	    /* the cursor may stand here */
};

/* A row on the screen: a part of a line. */
struct doc_row {
	size_t line, from, to; /* bytes of the line's text */
};

/* A part of a line that is shown in another role: a match. */
struct doc_mark {
	size_t line, from, to; /* bytes of the line's text */
	enum role role;
};

struct doc {
	struct buf text;
	struct doc_line *lines; /* owns, as the arrays below */
	size_t line_count, line_capacity;
	size_t head; /* that many lines at its start tell what the others are: they stay in view */
	struct doc_span *spans;
	size_t span_count, span_capacity;
	struct doc_row *rows;
	size_t row_count, row_capacity;
};

void doc_clear(struct doc *doc);
void doc_fini(struct doc *doc);

/* A new line; what is put goes to the last line. */
void doc_line(struct doc *doc, size_t tag, bool stop, int indent);
void doc_put(struct doc *doc, enum role role, struct str s);
void doc_puts(struct doc *doc, enum role role, const char *s);
void doc_printf(struct doc *doc, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The lines so far are its head. */
void doc_end_head(struct doc *doc);
void doc_spaces(struct doc *doc, int count);
/* Exactly `cols` columns: padded, or cut with an ellipsis. */
void doc_field(struct doc *doc, enum role role, struct str s, int cols, bool ascii);

struct str doc_line_text(const struct doc *doc, size_t line);
/* Breaks at spaces where a word fits a row, else anywhere between characters. */
void doc_wrap(struct doc *doc, int width, bool ascii);
/* The first row of a line. */
size_t doc_row_of(const struct doc *doc, size_t line);
/* Writes a row; the marks (ascending, of the row's line) go over the roles of the text. */
void doc_draw_row(const struct doc *doc, size_t row, struct pen *pen, const struct doc_mark *marks,
	size_t mark_count);

#endif
