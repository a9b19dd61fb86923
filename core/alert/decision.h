/*
 * What an analyst may decide (product.md), as one transition table. Pure.
 */
#ifndef KEYWATCH_ALERT_DECISION_H
#define KEYWATCH_ALERT_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/base/timefmt.h"

enum { DECISION_TEXT_MAX = 4096 }; /* bytes of a reason or note */

enum alert_status { STATUS_NEW, STATUS_ACTIVE, STATUS_CLOSED };
enum classification {
	CLASS_NONE,
	CLASS_BENIGN_POSITIVE,
	CLASS_TRUE_POSITIVE,
	CLASS_FALSE_POSITIVE,
	CLASS_UNDETERMINED,
};
enum class_reason {
	REASON_NONE,
	REASON_SUSPICIOUS_BUT_EXPECTED,
	REASON_SUSPICIOUS_ACTIVITY,
	REASON_INCORRECT_ALERT_LOGIC,
	REASON_INACCURATE_DATA,
};
enum validation_state {
	VALIDATION_NONE,
	VALIDATION_AWAITING, /* requested */
	VALIDATION_UNSIGNED, /* nobody signed, or there is no policy to judge by: solo mode */
	VALIDATION_CHECKING, /* claimed, and not verified yet: all that a store itself can say */
	VALIDATION_SIGNED,
	VALIDATION_VOID, /* signed, and no longer holds */
	VALIDATION_FORGED,
};

const char *alert_status_name(enum alert_status status); /* New Active Closed */
const char *classification_name(enum classification c);	 /* BenignPositive …; "" for none */
const char *class_reason_name(enum class_reason r);	 /* SuspiciousButExpected …; "" */
/* none awaiting unsigned signed checking no-longer-holds forged */
const char *validation_state_name(enum validation_state s);

/* The names of the actions are stored: never renumber, never rename. */
enum decision_action {
	DECIDE_TAKE,
	DECIDE_REQUEST,
	DECIDE_VALIDATE,
	DECIDE_MALICIOUS,
	DECIDE_FALSE_LOGIC,
	DECIDE_FALSE_DATA,
	DECIDE_NOTE,
	DECIDE_UNDO,
	DECIDE_COUNT,
};

/* One row of the transition table. */
struct decision_rule {
	const char *name;  /* in the store and in decisions[].action */
	const char *title; /* on the screen: "validate", "confirm malicious" … */
	unsigned from;	   /* bit set of 1 << alert_status it may be made in */
	bool assigns;	   /* whoever decides becomes the owner; else the owner stays */
	bool reason_required;
	bool closes;
	bool confirm;		  /* asks y after the reason */
	const char *confirm_word; /* typed when several marked alerts are closed at once */
	enum alert_status to;	  /* what it makes of the alert; NOTE and UNDO: see fold */
	enum classification classification;
	enum class_reason reason;
	enum validation_state validation;
};
extern const struct decision_rule decision_rules[DECIDE_COUNT];
/* DECIDE_COUNT when the name is unknown. */
enum decision_action decision_find(struct str name);

/* What came of verifying a signed validation, by whoever reads (core/validation/). */
enum verdict {
	VERDICT_CHECKING, /* not verified yet */
	VERDICT_UNSIGNED, /* there is no policy to verify it by */
	VERDICT_HOLDS,
	VERDICT_VOID, /* the signature is good, and it no longer counts: why says it */
	VERDICT_FORGED,
};

/* checking unsigned holds no-longer-holds forged */
const char *verdict_name(enum verdict verdict);

/* One append-only entry. Strings borrow from whoever loaded it. */
struct decision {
	int64_t seq; /* the store's sequence, ascending over all alerts; > 0 */
	int64_t at;  /* ticks */
	enum decision_action action;
	struct str actor;  /* OS user, from the kernel */
	struct str reason; /* text given; may be empty. For NOTE the note. */
	int64_t undoes;	   /* UNDO: the seq it takes back; else 0 */
	int64_t row;	   /* of the alert in the store */
	/* The alert's id then, and what it was: "record HEX" or "row HEX", its bytes' SHA-256.
	 * Absent in decisions that are older than the chain. */
	struct str alert_id, event;
	struct str statement, signature; /* absent: nobody signed */
	struct str previous, hash;	 /* the chain, as stored (chain_link.h); absent: older */
	enum verdict verdict;		 /* of a signed one */
	struct str principal;		 /* who signed: as claimed until it is verified */
	struct str why;			 /* it is void or forged; else absent */
};

/* The state of an alert: the fold of its decisions. */
struct alert_state {
	enum alert_status status;
	enum classification classification;
	enum class_reason reason;
	enum validation_state validation;
	struct str owner;    /* empty: nobody; borrows from the decisions */
	int64_t last_seq;    /* of the newest decision, notes included; 0: none */
	int64_t last_change; /* index of the decision an undo would take back, or -1 */
	unsigned needed;     /* approvals it was folded by */
	unsigned approvals;  /* distinct principals whose validations count now */
	int64_t validated;   /* index of the last that counts or is void or forged, or -1 */
	size_t notes;
};

/* Folds decisions in the order of seq. An undo restores the state before the newest decision that
 * is neither a note, an undo nor already undone; undoing again goes one further back. A signed
 * validation closes once so many distinct principals (`approvals`, at least 1) have signed what
 * holds; until then the alert is Active and awaiting. One that is void or forged decides nothing,
 * and an alert that would be closed by it is Active. */
struct alert_state decision_fold(
	const struct decision *decisions, size_t count, unsigned approvals);
bool decision_is_signed(const struct decision *decision);

/* The validations that hold and count now, the first of each principal; `list` has room for
 * `count`. How many they are. */
size_t decision_signers(
	const struct decision *decisions, size_t count, const struct decision **list);
/* Appends their principals as "alice, bob". */
void decision_principals(const struct decision *decisions, size_t count, struct buf *out);
/* The newest standing decision that the state's validation rests on: of `signed` one that holds, of
 * `forged` one that is. NULL: there is none. */
const struct decision *decision_behind(
	const struct decision *decisions, size_t count, const struct alert_state *state);
/* What it says: the reason given; of one that is void or forged, why it is. Absent: nothing. */
struct str decision_says(const struct decision *decision);

/*
 * May this be done now by this user? err says why not: ERROR_CONFLICT when the alert is in a state
 * that does not allow it (somebody was first, and what they decided is named), else ERROR_USAGE.
 * UNDO: only whoever decided may take it back.
 */
bool decision_allowed(const struct decision *decisions, size_t count, unsigned approvals,
	enum decision_action action, struct str actor, struct str reason, struct error *err);

/* The text alone: UTF-8 without NUL, at most DECISION_TEXT_MAX bytes, and where the table asks for
 * a reason more than white space and hidden characters. For a prompt that asks before it sends. */
bool decision_text_ok(enum decision_action action, struct str text, struct error *err);

/* When it was made, for reading: in whole seconds. */
void decision_time(const struct decision *decision, char text[TIME_TEXT]);
/* "alice decided validate at 2026-01-02T03:04:05Z: reason" (not cleaned) */
void decision_describe(struct buf *out, const struct decision *decision);

#endif
