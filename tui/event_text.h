/*
 * A record laid out for reading: its tokens exactly as logged, only the white space between them
 * is new. Objects and arrays fold. Pure.
 */
#ifndef KEYWATCH_TUI_EVENT_TEXT_H
#define KEYWATCH_TUI_EVENT_TEXT_H

#include "tui/doc.h"

/* What a line of the document is about; its number is the line's tag. */
struct event_line {
	size_t value, value_end; /* bytes of the record: the value that begins here */
	size_t open; /* offset of the { or [ that the line opens or stands in; or NONE */
};

#define EVENT_TEXT_NONE ((size_t)-1)

struct event_text {
	struct event_line *lines; /* owns */
	size_t count, capacity;
	size_t *folds; /* owns; offsets of folded { and [ */
	size_t fold_count, fold_capacity;
	size_t evidence, evidence_end; /* bytes shown as evidence; equal: none */
	size_t first;		       /* line of the document where they begin */
};

void event_text_fini(struct event_text *text);
/* Forgets folds and evidence: another record. */
void event_text_reset(struct event_text *text);
void event_text_build(struct event_text *text, struct doc *doc, struct str raw);
/* What a line of the document is about; NULL: not the record. */
const struct event_line *event_text_at(const struct event_text *text, size_t doc_line);
/* Folds or unfolds what begins at this { or [. */
void event_text_fold(struct event_text *text, size_t open);
void event_text_unfold_all(struct event_text *text);
/* The document's line (after building) that shows this byte of the record. */
size_t event_text_line_of(const struct event_text *text, size_t offset);

#endif
