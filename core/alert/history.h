/*
 * What other records tell about an alert: the input of the facts that need history (facts.md, 13 to
 * 22) and of the assessment. Gathered by core/history/, held by the caller. Pure.
 */
#ifndef KEYWATCH_ALERT_HISTORY_H
#define KEYWATCH_ALERT_HISTORY_H

#include "core/event/trace.h"

enum history_state {
	HISTORY_NOT_LOOKED, /* not looked for yet */
	HISTORY_LOOKING,    /* being looked for */
	HISTORY_STOPPED,    /* by the user before its end, until it is started again */
	HISTORY_PART,	    /* stopped before its end, or some of it failed: see lacking */
	HISTORY_LOOKED,
};

/* Times that what was looked through covers: from its first event to its last, without a silence of
 * HISTORY_GAP in between. */
struct span {
	int64_t from, to;
};
/* The same of an account's trail: another one's says nothing of it. */
struct trail_span {
	int64_t from, to;
	uint64_t account; /* spans_account; 0: not recorded, so that it may be any */
};
/* Logs without a single event for so long are taken to be missing, not silent. */
#define HISTORY_GAP (24 * 60 * TICKS_PER_MINUTE)

/* A key that the story is about: the new one, and what was made or obtained with it. */
struct history_key {
	struct str id;
	size_t parent;	/* index of the key it was made with; of the first: itself */
	unsigned depth; /* 0: the new key */
	bool temporary; /* from STS */
	size_t made;	/* index of the trace that shows it; HISTORY_NONE: the alert itself */
};
#define HISTORY_NONE ((size_t)-1)

#define HISTORY_CUT_LIGHT(kinds) ((kinds) << 8)

/* Live sources tell of a call some minutes after it (sources.md §1.1): what is not there when they
 * are asked may come. */
#define HISTORY_SETTLES (15 * TICKS_PER_MINUTE)

/* What live sources were asked about an alert, by what it is about (enum term_kind): all was given
 * of these times that was there, in those places. */
struct history_asked {
	bool any;
	struct span span;
	struct str places;  /* blanks between them */
	struct str missing; /* places that were not asked, and why; absent: none */
	struct str lacking; /* what speaks against "not there", in words; absent: nothing */
};

struct history {
	enum history_state state;
	const struct trace *traces; /* ascending by time, TIME_NONE last; each record once, the
				       alert's own among them if it was found */
	size_t trace_count;
	const struct history_key *keys; /* breadth first; 0 when the call made no key */
	size_t key_count;
	const struct span *spans; /* of the alert's account; ascending, disjoint */
	size_t span_count;
	uint64_t inputs; /* files or requests that were looked through */
	uint64_t unread; /* of them: that could not be read, wholly or in part */
	struct str place; /* what a live source was looked through in; absent: files, or nothing */
	/* Of which terms there is more than is kept, so that counts are at least: 1 << enum
	 * term_kind (term.h) of the calls with a weight (trace.h), HISTORY_CUT_LIGHT of it of the
	 * others. 0: there is not. */
	unsigned cut;
	const struct history_asked *asked; /* one a kind; NULL: inputs were looked through */
	struct str lacking; /* what was not asked, in words (`regions not asked: eu-west-1`);
			       absent: nothing */
};

#endif
