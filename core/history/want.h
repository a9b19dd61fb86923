/*
 * The terms that a pass looks for, by their values. Made by one thread, read by any once it is
 * whole.
 */
#ifndef KEYWATCH_HISTORY_WANT_H
#define KEYWATCH_HISTORY_WANT_H

#include <stdint.h>

#include "core/alert/term.h"

struct want;

struct want *want_new(void);
void want_free(struct want *want);
/* Copies; n > 0 is its number (store_term). One that is there stays as it is. */
void want_add(struct want *want, int64_t n, const struct term *term);
/* Its number; 0: it is not wanted. */
int64_t want_find(const struct want *want, enum term_kind kind, struct str value);
/* The same, where the hash is known. */
uint64_t want_hash(enum term_kind kind, struct str value);
int64_t want_find_hash(
	const struct want *want, uint64_t hash, enum term_kind kind, struct str value);
/* The same of users by that name, in any account; the number is the highest. Root's is empty; of
 * those that want_is_odd would be about any may be one. */
int64_t want_user(const struct want *want, struct str name);
size_t want_count(const struct want *want);
int64_t want_last(const struct want *want);  /* the highest number; 0: there are none */
bool want_has_ipv6(const struct want *want); /* among the addresses */
/* Does a value hold what JSON does not write plainly in every string? Then its bytes cannot be
 * looked for. */
bool want_is_odd(const struct want *want);

#endif
