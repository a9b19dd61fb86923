/*
 * Over what cannot matter, at the speed of memory: the whole units of clean JSON that stand one
 * after another in a run of bytes, 64 bytes at a time. A unit that may hold one of the names is
 * given; the others are counted. Whatever is not plain — damage, another form, a unit larger than
 * the limit — is left to the splitter, which says what it is.
 *
 * Sound (performance.md): a unit in which a \u stands is given, however many backslashes stand
 * before it, so a name can hide in no escape; in one without, eventName and its value stand in the
 * clear, also in strings inside strings. Not for < > &, which many writers escape, where the names
 * have none of them: no quote, backslash or letter comes of those, however often they are decoded.
 * So `wants` is asked of such units too.
 *
 * Clean: strings end and hold no line end, no zero byte and no escape that JSON lacks, braces and
 * brackets balance and nest in a unit, each byte outside of strings is one that may follow the byte
 * before it (skim_pair.h), and strings stand where names and values may (skim_run.h). That is less
 * than the grammar: a brace where a bracket ought to close, or a number such as 01, in a record that
 * in the clear names another event, is not seen. A unit that is given is all of it JSON.
 *
 * Whether a unit is taken does not depend on where the bytes begin. Nothing is read outside of
 * them. Pure but for `give`. Any thread.
 */
#ifndef KEYWATCH_SCAN_SKIM_H
#define KEYWATCH_SCAN_SKIM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/scan/field.h"

/* A larger unit is left to the splitter, which counts its values. */
enum { SKIM_UNIT_MAX = 64 << 10 };

enum skim_answer {
	SKIM_TAKEN,
	SKIM_LEFT, /* it is odd */
	SKIM_STOP, /* taken, and no more */
};

struct skim {
	/* Values of eventName of which one makes a unit matter; borrows. count 0: all matter. They
	 * hold no character that JSON also spells by a short escape. */
	const struct str *literals;
	size_t literal_count;
	size_t max_unit; /* at most SKIM_UNIT_MAX */

	bool list;   /* units are elements of an array, parted by commas; else values at the top */
	bool behind; /* of a list: the bytes begin behind an element */
	bool may_hold; /* a unit may hold a list of records itself: such a one is left */

	/* A whole unit that may matter, or has no eventName. */
	enum skim_answer (*give)(void *context, struct str unit);
	void *context;
	/* Asked of each that has an eventName and no \u that counts, whether it matters; named: it
	 * may be one of the names. NULL: those do. */
	bool (*wants)(
		void *context, struct str unit, bool named, const struct fields *fields);
	void *wants_context;

	size_t used;	  /* up to the end of the last whole unit */
	uint64_t records; /* counted, not given; they have an eventName */
};

enum skim_end {
	SKIM_PART,    /* the rest is the beginning of a unit, or blank, and clean so far */
	SKIM_ODD,     /* behind `used` stands what the splitter must look at */
	SKIM_STOPPED, /* `give` said so */
};

enum skim_end skim(struct skim *skim, struct str bytes);

/* The ways there are of doing it, best first, ended by NULL: for tests, which ask that all agree.
 */
struct skim_engine {
	const char *name;
	bool (*works)(void); /* on this machine */
	enum skim_end (*skim)(struct skim *skim, struct str bytes);
};
extern const struct skim_engine skim_engines[];

#endif
