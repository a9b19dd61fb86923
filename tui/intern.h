/* Words kept once each and known by a number: a list of a million rows has few different ones.
 * Number 0 is the empty word. One owner. */
#ifndef KEYWATCH_TUI_INTERN_H
#define KEYWATCH_TUI_INTERN_H

#include <stdint.h>

#include "core/base/mem.h"
#include "core/base/str.h"

struct intern {
	struct arena arena; /* owns the bytes */
	struct str *words;  /* owns */
	size_t count, capacity;
	uint32_t *slots; /* owns; hash → number + 1, 0 is free */
	size_t slot_count;
};

void intern_init(struct intern *intern);
void intern_fini(struct intern *intern);
uint32_t intern_put(struct intern *intern, struct str word);
struct str intern_word(const struct intern *intern, uint32_t number);

#endif
