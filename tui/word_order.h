/*
 * The words of a list in alphabetical order, made in steps: sorting a million addresses must not
 * make a key wait. What was sorted stays so; new words are merged in. Pure.
 */
#ifndef KEYWATCH_TUI_WORD_ORDER_H
#define KEYWATCH_TUI_WORD_ORDER_H

#include "tui/intern.h"

struct word_order {
	uint32_t *rank; /* of each word among the first `ranked`; owns, as the arrays below */
	size_t ranked;
	uint32_t *sorted, *fresh, *spare;
	size_t sorted_count, fresh_count;
	size_t width, from; /* fresh is in sorted runs of `width`; the pair at `from` is merged */
	size_t i, j, k;	    /* of its halves and what comes of them */
	bool joining;	    /* of sorted and fresh */
};

void word_order_fini(struct word_order *order);
/* About `budget` comparisons towards ranking all words there are now; true when it is done. */
bool word_order_step(struct word_order *order, const struct intern *words, size_t budget);

#endif
