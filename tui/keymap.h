/* Which key does what: the defaults of the action table, changed by the configuration. Pure. */
#ifndef KEYWATCH_TUI_KEYMAP_H
#define KEYWATCH_TUI_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "tui/action.h"
#include "tui/key.h"

enum { KEYMAP_MAX = 160 };

struct keymap {
	struct keymap_entry {
		uint32_t key;
		enum action action;
		bool configured;
	} entries[KEYMAP_MAX];
	size_t count;
};

void keymap_init(struct keymap *keymap);
/*
 * Binds `keys` (separated by spaces) to the action instead of its default ones; a key taken from
 * another action's defaults is no longer that one's. Refused: a word that names no key, a key the
 * configuration gave to another action before.
 */
bool keymap_bind(struct keymap *keymap, enum action action, struct str keys, struct error *err);
enum action keymap_find(const struct keymap *keymap, uint32_t key);
/* Name of the first key of an action; "" when it has none. */
void keymap_key_name(const struct keymap *keymap, enum action action, char name[KEY_NAME]);
/* All its keys, separated by spaces. */
void keymap_key_names(const struct keymap *keymap, enum action action, struct buf *out);

#endif
