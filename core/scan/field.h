/*
 * Where in a unit the names stand whose values history looks for, at any depth, also in strings
 * inside strings: found by pairs of letters that little else has (sK, IP, tT, tA), on the way over the
 * unit (skim.h) or in one look of its own. Pure.
 */
#ifndef KEYWATCH_SCAN_FIELD_H
#define KEYWATCH_SCAN_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

enum field_name {
	FIELD_KEY,     /* accessKeyId */
	FIELD_ADDRESS, /* sourceIPAddress */
	FIELD_TIME,    /* eventTime */
	FIELD_ACCOUNT, /* recipientAccountId */
};

enum { FIELDS_MAX = 24 };

struct fields {
	size_t count;
	bool more; /* than are kept */
	struct field {
		enum field_name name;
		const char *behind; /* its last letter */
	} list[FIELDS_MAX];
};

/* at: the second letter of a pair; begin, end: of the bytes that may be looked at. */
void field_note(struct fields *fields, const char *at, const char *begin, const char *end);
/* All of a unit, in the order of its bytes. */
void fields_find(struct fields *fields, struct str unit);

#endif
