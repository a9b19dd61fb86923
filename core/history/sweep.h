/*
 * One look at the fields of a unit (scan.h): does it hold a key id or an address that is wanted,
 * and when did it happen? Sound as the pre-filter is: a unit without a \u escape but those of < > &,
 * in which no name of a wanted call stands, matters to history only by the value of an `accessKeyId`,
 * by that of a `userName` beside one that lasts, or by that of `sourceIPAddress`, which stand in the
 * clear, also in strings inside strings. One thread.
 */
#ifndef KEYWATCH_HISTORY_SWEEP_H
#define KEYWATCH_HISTORY_SWEEP_H

#include "core/history/keyset.h"
#include "core/history/spans.h"
#include "core/history/want.h"
#include "core/scan/field.h"

struct sweep {
	const struct want *want; /* borrows */
	int64_t after;		 /* only terms of a higher number */
	struct spans spans;	 /* owns; of the times of what is not wanted */
	char account[12];	 /* the last, and its number */
	uint64_t number;
	struct keyset keys;	 /* owns; what key ids stand in that; words NULL: not asked */
};

enum sweep_answer {
	SWEEP_NO,
	SWEEP_YES,
	/* As a call from an address or by a user, of which the first counts (term.h), where what the
	 * record says of itself is what was found; else: yes. */
	SWEEP_FIRST,
};
struct sweep_found {
	const char *address, *key; /* in the unit: the first byte of the only one; NULL: none */
	/* In whose trail it stands: the last, since CloudTrail writes it near the end, and what a
	 * call was asked may hold others. */
	struct str account;
};
/* fields: all of the unit. The time of one that may be wanted is noted by who reads it: by
 * sweep_note, where it is not. */
enum sweep_answer sweep_wants(struct sweep *sweep, struct str unit, const struct fields *fields,
	struct sweep_found *found);
void sweep_note(struct sweep *sweep, const struct sweep_found *found, int64_t time);

#endif
