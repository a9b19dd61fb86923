/*
 * The chain of a store's decisions, walked from its beginning: what is altered, missing, reordered
 * or duplicated in it, and what no longer is what was decided on (chain_link.h,
 * keywatch-validation(5)). A tail that was cut off, or an older copy of the whole store, is a chain
 * without fault: only a head kept elsewhere shows it.
 */
#ifndef KEYWATCH_VALIDATION_CHAIN_H
#define KEYWATCH_VALIDATION_CHAIN_H

#include "core/base/hash.h"
#include "core/store/store.h"

enum chain_fault_kind {
	CHAIN_ALTERED,
	CHAIN_MISSING,
	CHAIN_REORDERED,
	CHAIN_DUPLICATED,
	CHAIN_UNCHAINED, /* without a hash behind one that has it */
	CHAIN_EVENT,	 /* the alert is another now, or gone */
};
const char *chain_fault_name(enum chain_fault_kind kind);

struct chain_fault {
	enum chain_fault_kind kind;
	int64_t seq;
	struct str alert_id; /* as the decision names it, else as the alert is now; may be absent */
	const char *reason;
};
/* Strings are valid during the call. */
typedef void chain_fault_report(void *context, const struct chain_fault *fault);

struct chain_summary {
	int64_t decisions, chained; /* all; those that hold a hash */
	int64_t faults;
	int64_t last_seq;
	char head[HASH_HEX]; /* of the last */
	bool met_anchor;     /* the head asked for was met */
};

/* Walks all; false: the store could not be read to the end. anchor: 64 hex digits, or NULL. */
bool chain_walk(struct store *store, const char *anchor, chain_fault_report *report, void *context,
	struct chain_summary *summary, struct error *err);

#endif
