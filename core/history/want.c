#include "core/history/want.h"

#include <stdlib.h>

#include "core/alert/address.h"
#include "core/base/mem.h"

enum { SLOTS_LEAST = 64 };

/* Beside the terms: the name of a TERM_USER, whatever its account. */
#define USER_NAME TERM_KINDS

struct entry {
	int64_t n; /* 0: the slot is free */
	uint64_t hash;
	struct term term;
};

struct want {
	struct arena arena;    /* owns the values */
	struct entry *entries; /* owns; open addressing */
	size_t slots, filled;  /* slots: a power of two */
	size_t count;	       /* of terms */
	int64_t last, odd_user; /* odd_user: the last whose name is odd; 0: none */
	bool odd, ipv6;
};

struct want *
want_new(void)
{
	struct want *w = MEM_NEW(struct want);

	w->slots = SLOTS_LEAST;
	w->entries = mem_zalloc(w->slots * sizeof(*w->entries));
	return w;
}

void
want_free(struct want *w)
{
	if (!w)
		return;
	arena_fini(&w->arena);
	free(w->entries);
	free(w);
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

uint64_t
want_hash(enum term_kind kind, struct str value)
{
	uint64_t hash = mix(value.len, (uint64_t)kind), word = 0;
	const char *at = value.data, *end = value.data + value.len;

	for (; end - at >= 8; at += 8) {
		memcpy(&word, at, 8);
		hash = mix(hash, word);
	}
	word = 0;
	if (at < end)
		memcpy(&word, at, (size_t)(end - at));
	return mix(hash, word);
}

/* Where it is, or would be. */
static struct entry *
slot_of(const struct want *w, uint64_t hash, enum term_kind kind, struct str value)
{
	size_t i = hash & (w->slots - 1);

	for (;; i = (i + 1) & (w->slots - 1)) {
		struct entry *e = &w->entries[i];

		if (!e->n || (e->hash == hash && e->term.kind == kind &&
				     str_equal(e->term.value, value)))
			return e;
	}
}

static void
grow(struct want *w)
{
	struct entry *old = w->entries;
	size_t slots = w->slots;

	w->slots *= 2;
	w->entries = mem_zalloc(w->slots * sizeof(*w->entries));
	for (size_t i = 0; i < slots; i++)
		if (old[i].n)
			*slot_of(w, old[i].hash, old[i].term.kind, old[i].term.value) = old[i];
	free(old);
}

/* Other characters that JSON spells in several ways are told by the backslash that comes; but units
 * in which < > & are escaped are gone over as well. */
static bool
is_odd(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] && strchr("\"\\<>&", value.data[i]))
			return true;
	return false;
}

/* False: it is there. */
static bool
put(struct want *w, int64_t n, enum term_kind kind, struct str value)
{
	uint64_t hash = want_hash(kind, value);
	struct entry *e;

	if (2 * (w->filled + 1) > w->slots)
		grow(w);
	e = slot_of(w, hash, kind, value);
	if (e->n)
		return false;
	*e = (struct entry){n, hash, {kind, arena_str(&w->arena, value)}};
	w->filled++;
	return true;
}

static void
put_name(struct want *w, int64_t n, struct str user)
{
	size_t slash = str_find(user, STR("/"), 0);
	struct str name = slash == (size_t)-1 ? user : str_slice(user, slash + 1, user.len);

	if (is_odd(name) && n > w->odd_user)
		w->odd_user = n;
	put(w, n, USER_NAME, name);
	slot_of(w, want_hash(USER_NAME, name), USER_NAME, name)->n = n;
}

void
want_add(struct want *w, int64_t n, const struct term *term)
{
	if (!term->value.len)
		return;
	if (n > w->last)
		w->last = n;
	if (!put(w, n, term->kind, term->value))
		return;
	if (term->kind == TERM_USER)
		put_name(w, n, term->value);
	w->count++;
	w->odd |= (term->kind == TERM_KEY || term->kind == TERM_ADDRESS) && is_odd(term->value);
	w->ipv6 |= term->kind == TERM_ADDRESS && address_has_spellings(term->value);
}

int64_t
want_user(const struct want *w, struct str name)
{
	int64_t n = slot_of(w, want_hash(USER_NAME, name), USER_NAME, name)->n;

	return n > w->odd_user ? n : w->odd_user;
}

int64_t
want_find(const struct want *w, enum term_kind kind, struct str value)
{
	return want_find_hash(w, want_hash(kind, value), kind, value);
}

int64_t
want_find_hash(const struct want *w, uint64_t hash, enum term_kind kind, struct str value)
{
	return value.len ? slot_of(w, hash, kind, value)->n : 0;
}

size_t
want_count(const struct want *w)
{
	return w->count;
}

int64_t
want_last(const struct want *w)
{
	return w->last;
}

bool
want_has_ipv6(const struct want *w)
{
	return w->ipv6;
}

bool
want_is_odd(const struct want *w)
{
	return w->odd;
}
