#include "tui/keymap.h"

/* The next word of *rest, absent at its end. */
static struct str
next_word(struct str *rest)
{
	struct str word;
	size_t end;

	*rest = str_trim(*rest);
	if (!rest->len)
		return STR_ABSENT;
	end = str_find(*rest, STR(" "), 0);
	word = str_slice(*rest, 0, end);
	*rest = end == (size_t)-1 ? STR("") : str_slice(*rest, end, rest->len);
	return word;
}

static void
add(struct keymap *keymap, uint32_t key, enum action action, bool configured)
{
	if (keymap->count < KEYMAP_MAX)
		keymap->entries[keymap->count++] = (struct keymap_entry){key, action, configured};
}

void
keymap_init(struct keymap *keymap)
{
	*keymap = (struct keymap){0};
	for (enum action a = 0; a < ACTION_COUNT; a++) {
		struct str rest = str_from(actions[a].keys), word;

		while ((word = next_word(&rest)).data)
			add(keymap, key_find(word), a, false);
	}
}

/* Takes away what holds the key, or, with KEYCODE_NONE, all of the action's. */
static void
drop(struct keymap *keymap, uint32_t key, enum action action)
{
	size_t kept = 0;

	for (size_t i = 0; i < keymap->count; i++) {
		const struct keymap_entry *e = &keymap->entries[i];

		if (key == KEYCODE_NONE ? e->action != action : e->key != key)
			keymap->entries[kept++] = *e;
	}
	keymap->count = kept;
}

bool
keymap_bind(struct keymap *keymap, enum action action, struct str keys, struct error *err)
{
	struct str rest = keys, word;

	drop(keymap, KEYCODE_NONE, action);
	while ((word = next_word(&rest)).data) {
		uint32_t key = key_find(word);

		if (key == KEYCODE_NONE)
			return error_set(err, ERROR_USAGE,
				"`%.*s` names no key (a, Ctrl-A, Space, Tab, Enter, Esc, PageDown, "
				"F1 …)",
				STR_ARG(word));
		for (size_t i = 0; i < keymap->count; i++)
			if (keymap->entries[i].key == key && keymap->entries[i].configured)
				return error_set(err, ERROR_USAGE,
					"`%.*s` is given to `%s` already", STR_ARG(word),
					actions[keymap->entries[i].action].name);
		drop(keymap, key, ACTION_NONE);
		add(keymap, key, action, true);
	}
	return true;
}

enum action
keymap_find(const struct keymap *keymap, uint32_t key)
{
	for (size_t i = 0; i < keymap->count; i++)
		if (keymap->entries[i].key == key)
			return keymap->entries[i].action;
	return ACTION_NONE;
}

void
keymap_key_name(const struct keymap *keymap, enum action action, char name[KEY_NAME])
{
	name[0] = '\0';
	for (size_t i = 0; i < keymap->count; i++)
		if (keymap->entries[i].action == action) {
			key_spell(keymap->entries[i].key, name);
			return;
		}
}

void
keymap_key_names(const struct keymap *keymap, enum action action, struct buf *out)
{
	const char *space = "";

	for (size_t i = 0; i < keymap->count; i++) {
		char name[KEY_NAME];

		if (keymap->entries[i].action != action)
			continue;
		key_spell(keymap->entries[i].key, name);
		buf_printf(out, "%s%s", space, name);
		space = " ";
	}
}
