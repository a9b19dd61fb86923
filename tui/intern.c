#include "tui/intern.h"

#include <stdlib.h>

static uint64_t
hash(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.data[i]) * UINT64_C(1099511628211);
	return h ^ h >> 32;
}

/* The slot that holds the word, or the free one where it belongs. */
static size_t
find_slot(const struct intern *intern, struct str word)
{
	size_t mask = intern->slot_count - 1, i = (size_t)hash(word) & mask;

	while (intern->slots[i] && !str_equal(intern->words[intern->slots[i] - 1], word))
		i = (i + 1) & mask;
	return i;
}

static void
grow(struct intern *intern)
{
	intern->slot_count = intern->slot_count ? intern->slot_count * 2 : 256;
	free(intern->slots);
	intern->slots = mem_zalloc(intern->slot_count * sizeof(*intern->slots));
	for (size_t n = 0; n < intern->count; n++)
		intern->slots[find_slot(intern, intern->words[n])] = (uint32_t)n + 1;
}

void
intern_init(struct intern *intern)
{
	*intern = (struct intern){0};
	grow(intern);
	intern_put(intern, STR(""));
}

void
intern_fini(struct intern *intern)
{
	arena_fini(&intern->arena);
	free(intern->words);
	free(intern->slots);
	*intern = (struct intern){0};
}

uint32_t
intern_put(struct intern *intern, struct str word)
{
	size_t slot;

	if (!word.data)
		word = STR("");
	slot = find_slot(intern, word);
	if (intern->slots[slot])
		return intern->slots[slot] - 1;
	MEM_GROW(intern->words, intern->count, intern->capacity);
	intern->words[intern->count++] = arena_str(&intern->arena, word);
	intern->slots[slot] = (uint32_t)intern->count;
	if (intern->count * 2 > intern->slot_count)
		grow(intern);
	return (uint32_t)intern->count - 1;
}

struct str
intern_word(const struct intern *intern, uint32_t number)
{
	return intern->words[number];
}
