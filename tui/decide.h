/*
 * A decision on its way: which alerts, what, why, and whether it is meant. Nothing here asks or
 * draws; ui_decide.c does, and this applies it in slices.
 */
#ifndef KEYWATCH_TUI_DECIDE_H
#define KEYWATCH_TUI_DECIDE_H

#include "core/store/store.h"
#include "tui/signing.h"
#include "tui/view.h"

/* Bound to the alert's identity and to the state it was shown in. */
struct decide_target {
	uint32_t row; /* number in the list */
	int64_t rowid;
	int64_t seq;
	char id[ALERT_ID_SIZE];
	char *name; /* owns; "actor → target" */
};

struct decide {
	bool applying;
	enum decision_action action;
	struct buf reason;
	struct decide_target *targets; /* owns */
	size_t count, capacity;
	size_t next; /* to be applied */
	struct view_report report;
	const struct signing *signing; /* a text for each target; NULL: nobody signs; borrows */
	struct judge *judge;	       /* takes what was signed in; borrows */
};

void decide_fini(struct decide *decide);
/* Forgets the one before. */
void decide_begin(struct decide *decide, enum decision_action action);
/* id "": looked up in the store when it is applied. name is copied, target->name not used. */
void decide_add(struct decide *decide, const struct decide_target *target, struct str name);
/* It is not to be applied: said in the report. */
void decide_refuse(struct decide *decide, const struct decide_target *target, const char *why);
/* Only the first so many are to be applied. */
void decide_keep(struct decide *decide, size_t count);
void decide_apply(struct decide *decide);
/* Applies one: done says whether it was done or refused. NULL when there is none left. */
const struct decide_target *decide_step(
	struct decide *decide, struct store *store, struct str user, int64_t now, bool *done);

#endif
