/*
 * A borrowed run of bytes with a length.
 *
 * Strings of a record are UTF-8 with two additions that no valid UTF-8 holds, so that they stay
 * one C string: a NUL escape (\u0000) is the bytes C0 80, a lone surrogate escape (\ud800) its
 * three-byte form (ED A0 80). Lengths are bytes; "characters" are code points.
 */
#ifndef KEYWATCH_BASE_STR_H
#define KEYWATCH_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *data; /* NULL: absent, which is not the same as empty */
	size_t len;
};

/* A literal; also in constant tables. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_ABSENT ((struct str){NULL, 0})

/* For printf("%.*s"). */
#define STR_ARG(s) (int)(s).len, (s).data ? (s).data : ""

static inline struct str
str_from(const char *cstr)
{
	return (struct str){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool
str_is_empty(struct str s)
{
	return s.len == 0;
}

/* Absent and empty are equal here; ask data when it matters. */
static inline bool
str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool
str_is(struct str a, const char *cstr)
{
	return str_equal(a, str_from(cstr));
}

/* White space of JSON. */
static inline bool
str_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool str_equal_ascii_nocase(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
struct str str_slice(struct str s, size_t from, size_t len); /* clamps */
/* Offset of needle at or after from, or (size_t)-1. */
size_t str_find(struct str s, struct str needle, size_t from);
/* ASCII white space off both ends. */
struct str str_trim(struct str s);
int str_compare(struct str a, struct str b); /* ordinal, like memcmp */
/* The nearest of `count` names, for "did you mean"; absent when none is near. Case does not count.
 */
struct str str_nearest(struct str name, struct str (*get)(const void *context, size_t i),
	const void *context, size_t count);

#endif
