/*
 * What history is looked for by: the key, the user, the actor, the address and the agent of an
 * alert. A trace is kept under each term that is looked for. Pure.
 */
#ifndef KEYWATCH_ALERT_TERM_H
#define KEYWATCH_ALERT_TERM_H

#include "core/alert/alert.h"
#include "core/event/trace.h"

/* Numbers stand in stores: the list only grows. */
enum term_kind {
	TERM_KEY,   /* a key id: what was called with it, and what was done to it */
	TERM_USER,  /* `account/name`: what was done to an IAM user, and the first call with each of
		       their lasting keys; of root without a name */
	TERM_ACTOR, /* trace.ACTOR: its calls with a weight (trace.h) */
	TERM_ADDRESS, /* an IP address (address_spell): the first call of each actor, and calls with
			 a weight */
	TERM_AGENT,   /* a user agent: the keys that were made with it */
	TERM_CALL,    /* a call's name: each that was made, where live sources were asked for it */
	TERM_KINDS,
};
extern const char *const term_kind_names[TERM_KINDS]; /* "key" "user" … */

struct term {
	enum term_kind kind;
	struct str value;
};

/* What a trace can be kept under: at most this many. */
enum { TERMS_MAX = 7 };

/* The terms of an alert, which the alert and the arena hold. Returns how many. */
size_t terms_of_alert(const struct alert *alert, struct arena *arena, struct term terms[TERMS_MAX]);

struct term_use {
	struct term term;
	/* Only the first with the same one counts: TRACE_ACTOR, of TERM_ADDRESS without a weight;
	 * TRACE_KEY, of TERM_USER; TRACE_EVENT_ID: each. */
	enum trace_text first_of;
};
size_t terms_of_trace(
	const struct trace *trace, struct arena *arena, struct term_use uses[TERMS_MAX]);

/* The alert's record as a trace, without where it stands. Texts borrow from the alert. */
void trace_of_alert(struct trace *trace, const struct alert *alert, struct arena *arena);
/* The user that the alert is about; absent: root, which has no name, or not recorded. */
struct str term_user_of_alert(const struct alert *alert, const struct trace *trace);

#endif
