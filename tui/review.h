/*
 * What awaits an Account Admin, oldest first: the alerts of the list for which somebody asked for a
 * validation, or that too few have signed. One owner. UI thread.
 */
#ifndef KEYWATCH_TUI_REVIEW_H
#define KEYWATCH_TUI_REVIEW_H

#include "tui/list.h"

enum { REVIEW_MOST = 1000 }; /* entries */

struct review_entry {
	uint32_t row;
	int64_t asked_at; /* ticks; TIME_NONE: unknown */
	char *by, *note;  /* who asked, and what they noted; own */
	unsigned approvals, needed;
};

struct review {
	struct review_entry *entries; /* owns */
	size_t count;
	size_t total; /* how many await, of which the first are entries */
	bool walking; /* one after the other is looked at */
};

/* Reads of each who asked. `walking` stays. */
void review_make(struct review *review, const struct list *list, struct store *store);
void review_fini(struct review *review);
/* The oldest that awaits, but for this row; LIST_NONE: none. */
uint32_t review_oldest(const struct list *list, uint32_t but, size_t *total);

#endif
