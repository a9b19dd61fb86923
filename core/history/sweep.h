/*
 * One look over the bytes of a unit (scan.h): does it hold a key id or an address that is wanted,
 * and when did it happen? Sound as the pre-filter is: a unit without a \u escape, in which no name
 * of a wanted call stands, matters to history only by the value of an `accessKeyId` or of
 * `sourceIPAddress`, which stand in the clear, also in strings inside strings. One thread.
 */
#ifndef KEYWATCH_HISTORY_SWEEP_H
#define KEYWATCH_HISTORY_SWEEP_H

#include "core/history/keyset.h"
#include "core/history/spans.h"
#include "core/history/want.h"

struct sweep {
	const struct want *want; /* borrows */
	int64_t after;		 /* only terms of a higher number */
	struct spans spans;	 /* owns; of the times of what is not wanted */
	struct keyset keys;	 /* owns; what key ids stand in that; words NULL: not asked */
};

/* A unit that is wanted is given, and who gets it sees its time. */
bool sweep_wants(struct sweep *sweep, struct str unit);

/* The ways there are of finding where one of three pairs of bytes ends, best first: for tests.
 * True: `visit` said so. */
struct looking;
typedef bool sweep_visit(void *context, const char *at);
struct sweep_engine {
	const char *name; /* NULL: the end */
	bool (*works)(void);
	bool (*find)(struct str bytes, sweep_visit *visit, void *context);
	bool (*look)(struct looking *looking); /* sweep.c's own: the same, into the unit */
};
extern const struct sweep_engine sweep_engines[];

#endif
