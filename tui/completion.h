/*
 * What Tab makes of a beginning: as far as all words that begin so agree, else their list. Pure but
 * for files.
 */
#ifndef KEYWATCH_TUI_COMPLETION_H
#define KEYWATCH_TUI_COMPLETION_H

#include "tui/prompt.h"

struct completion {
	struct str typed;  /* borrows; the beginning */
	struct buf common; /* owns, as names; what they agree in */
	struct buf names;  /* of the first ones, for the help line */
	size_t count;
};

void completion_begin(struct completion *completion, struct str typed);
/* Counts when it begins so. */
void completion_add(struct completion *completion, struct str word);
void completion_add_nocase(struct completion *completion, struct str word); /* in any case */
/* File names; a folder with a slash behind it. */
void completion_add_files(struct completion *completion);
/* In place of what was typed, which ends where `rest` begins; or into the help line. Frees. */
void completion_end(
	struct completion *completion, struct prompt *prompt, struct str before, struct str rest);

#endif
