#include "core/alert/known.h"

#include <stdlib.h>

const struct known_key_def known_keys[KNOWN_KEYS] = {
	[KNOWN_AUTOMATION] = {"automation", "callers that make keys as a matter of course"},
	[KNOWN_SPECIAL] = {"special", "users that deserve a second look, such as break-glass ones"},
};

/* ---- reading ---- */

static struct str
key_name(const void *context, size_t i)
{
	(void)context;
	return str_from(known_keys[i].name);
}

static bool
find_key(const char *file, struct str key, int line, enum known_key *found, struct error *err)
{
	struct str near;

	for (enum known_key k = 0; k < KNOWN_KEYS; k++)
		if (str_is(key, known_keys[k].name)) {
			*found = k;
			return true;
		}
	near = str_nearest(key, key_name, NULL, KNOWN_KEYS);
	if (near.data)
		return error_set(err, ERROR_USAGE,
			"%s:%d: [known] has no key `%.*s`: did you mean `%.*s`?", file, line,
			STR_ARG(key), STR_ARG(near));
	return error_set(
		err, ERROR_USAGE, "%s:%d: [known] has the keys automation and special", file, line);
}

static void
add(struct known *known, enum known_key key, struct str glob)
{
	MEM_GROW(known->list[key].globs, known->list[key].count, known->list[key].capacity);
	known->list[key].globs[known->list[key].count++] = arena_str(&known->arena, glob);
}

bool
known_take(struct known *known, const char *file, struct str key, struct str value, int line,
	struct error *err)
{
	enum known_key which = KNOWN_AUTOMATION;

	if (!find_key(file, key, line, &which, err))
		return false;
	for (;;) {
		size_t comma = str_find(value, STR(","), 0);
		struct str glob = str_trim(str_slice(value, 0, comma));

		if (!glob.len)
			return error_set(err, ERROR_USAGE,
				"%s:%d: %.*s needs globs on ARNs or names, separated by commas",
				file, line, STR_ARG(key));
		add(known, which, glob);
		if (comma == (size_t)-1)
			return true;
		value = str_slice(value, comma + 1, value.len);
	}
}

void
known_fini(struct known *known)
{
	for (enum known_key k = 0; k < KNOWN_KEYS; k++)
		free(known->list[k].globs);
	arena_fini(&known->arena);
	*known = (struct known){0};
}

/* ---- matching ---- */

/* Behind the character at i, whatever its length in UTF-8. */
static size_t
next_character(struct str text, size_t i)
{
	do
		i++;
	while (i < text.len && ((unsigned char)text.data[i] & 0xc0) == 0x80);
	return i;
}

/* After a mismatch the last star takes one character more: no star before it needs to. */
bool
known_glob(struct str glob, struct str text)
{
	size_t g = 0, t = 0, star = (size_t)-1, from = 0;

	while (t < text.len) {
		if (g < glob.len && glob.data[g] == '*') {
			star = g++;
			from = t;
		} else if (g < glob.len && glob.data[g] == '?') {
			g++;
			t = next_character(text, t);
		} else if (g < glob.len && glob.data[g] == text.data[t]) {
			g++;
			t++;
		} else if (star != (size_t)-1) {
			g = star + 1;
			from = next_character(text, from);
			t = from;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.data[g] == '*')
		g++;
	return g == glob.len;
}

struct str
known_match(const struct known *known, enum known_key key, const struct str *texts, size_t count)
{
	for (size_t i = 0; i < known->list[key].count; i++)
		for (size_t t = 0; t < count; t++)
			if (texts[t].len && known_glob(known->list[key].globs[i], texts[t]))
				return known->list[key].globs[i];
	return STR_ABSENT;
}
