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
	VALIDATION_UNSIGNED, /* solo mode */
};

const char *alert_status_name(enum alert_status status);	   /* New Active Closed */
const char *classification_name(enum classification c);	   /* BenignPositive …; "" for none */
const char *class_reason_name(enum class_reason r);	   /* SuspiciousButExpected …; "" */
const char *validation_state_name(enum validation_state s); /* none awaiting unsigned */

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
	const char *name;	/* in the store and in decisions[].action */
	const char *title;	/* on the screen: "validate", "confirm malicious" … */
	unsigned from;		/* bit set of 1 << alert_status it may be made in */
	bool assigns;		/* whoever decides becomes the owner; else the owner stays */
	bool reason_required;
	bool closes;
	bool confirm; /* asks y after the reason */
	const char *confirm_word; /* typed when several marked alerts are closed at once */
	enum alert_status to;	   /* what it makes of the alert; NOTE and UNDO: see fold */
	enum classification classification;
	enum class_reason reason;
	enum validation_state validation;
};
extern const struct decision_rule decision_rules[DECIDE_COUNT];
/* DECIDE_COUNT when the name is unknown. */
enum decision_action decision_find(struct str name);

/* One append-only entry. Strings borrow from whoever loaded it. */
struct decision {
	int64_t seq; /* the store's sequence, ascending over all alerts; > 0 */
	int64_t at;  /* ticks */
	enum decision_action action;
	struct str actor;  /* OS user, from the kernel */
	struct str reason; /* text given; may be empty. For NOTE the note. */
	int64_t undoes;	   /* UNDO: the seq it takes back; else 0 */
};

/* The state of an alert: the fold of its decisions. */
struct alert_state {
	enum alert_status status;
	enum classification classification;
	enum class_reason reason;
	enum validation_state validation;
	struct str owner;	/* empty: nobody; borrows from the decisions */
	int64_t last_seq;	/* of the newest decision, notes included; 0: none */
	int64_t last_change;	/* index of the decision an undo would take back, or -1 */
	size_t notes;
};

/* Folds decisions in the order of seq. An undo restores the state before the newest decision that
 * is neither a note, an undo nor already undone; undoing again goes one further back. */
struct alert_state decision_fold(const struct decision *decisions, size_t count);

/*
 * May this be done now by this user? err says why not: ERROR_CONFLICT when the alert is in a state
 * that does not allow it (somebody was first, and what they decided is named), else ERROR_USAGE.
 * UNDO: only whoever decided may take it back.
 */
bool decision_allowed(const struct decision *decisions, size_t count, enum decision_action action,
	struct str actor, struct str reason, struct error *err);

/* The text alone: UTF-8 without NUL, at most DECISION_TEXT_MAX bytes, and where the table asks for
 * a reason more than white space and hidden characters. For a prompt that asks before it sends. */
bool decision_text_ok(enum decision_action action, struct str text, struct error *err);

/* When it was made, for reading: in whole seconds. */
void decision_time(const struct decision *decision, char text[TIME_TEXT]);
/* "alice decided validate at 2026-01-02T03:04:05Z: reason" (not cleaned) */
void decision_describe(struct buf *out, const struct decision *decision);

#endif
