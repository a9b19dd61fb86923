/*
 * A unit → the records it is or holds, when they may matter: the sound pre-filter, strings that
 * hold records, envelopes, and the decoded top-level eventName that decides. One thread.
 */
#ifndef KEYWATCH_SCAN_CANDIDATE_H
#define KEYWATCH_SCAN_CANDIDATE_H

#include "core/scan/scan.h"

enum candidate_kind {
	CANDIDATE_RECORD, /* a CloudTrail record, or something that holds one */
	CANDIDATE_DIGEST, /* a digest file's object */
	CANDIDATE_OTHER,  /* JSON, but no record */
};

struct candidate_verdict {
	enum candidate_kind kind;
	size_t records; /* that were seen; 0 with CANDIDATE_RECORD: one that was not looked into */
	size_t given;	/* of them, to the sink */
	bool go_on;	/* the sink wants more */
	char problem[160]; /* what could not be read of it, and why; "": nothing */
};

/* Has every literal one spelling, but for \u escapes? */
bool candidate_is_plain(const struct scan_options *options);

/* Judges one unit, an object or a string, which is JSON within the limits. `exact`: also find out
 * what it is when nothing in it may matter (behind damage, where the answer says whether the bytes
 * are in step again), or where literals are not plain. */
struct candidate_verdict candidate_judge(const struct scan_options *options,
	const struct scan_sink *sink, struct str raw, uint64_t offset, unsigned flags, bool exact);

#endif
