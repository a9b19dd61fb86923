/*
 * All that is known of an actor, a target or an address of the selected alert: its alerts among
 * those of the list; the rest stands in the story. One owner.
 */
#ifndef KEYWATCH_TUI_CARD_H
#define KEYWATCH_TUI_CARD_H

#include "tui/list.h"

enum card_kind { CARD_ACTOR, CARD_TARGET, CARD_ADDRESS, CARD_KINDS };
extern const char *const card_titles[CARD_KINDS];
extern const int card_facts[CARD_KINDS]; /* the question whose answer names it */

/* Alerts that are looked at, and that are shown, at most. */
enum { CARD_LOOKED_MAX = 2000, CARD_ALERTS_MAX = 200 };

struct card {
	enum card_kind kind;
	uint32_t *alerts; /* owns; rows of the list, newest first */
	size_t count, capacity;
	size_t open;
	bool more; /* there may be others */
};

/* The list says names in short, so that the store is asked whether it is the same one. `row`: the
 * alert's. */
void card_make(struct card *card, enum card_kind kind, const struct list *list, uint32_t row,
	const struct alert *alert, struct store *store);
void card_fini(struct card *card);

#endif
