/*
 * How many alerts when: the loaded ones by hours, days or 30 days, and by what became of them.
 * Pure. One owner.
 */
#ifndef KEYWATCH_TUI_ACTIVITY_H
#define KEYWATCH_TUI_ACTIVITY_H

#include "tui/list.h"

enum activity_state {
	ACTIVITY_NEW,
	ACTIVITY_ACTIVE,
	ACTIVITY_BENIGN,
	ACTIVITY_MALICIOUS,
	ACTIVITY_FALSE,
	ACTIVITY_STATES
};

struct activity_bar {
	int64_t from; /* ticks, UTC */
	size_t count[ACTIVITY_STATES], total;
};

struct activity {
	const char *unit;	   /* "hour" "day" "30 days" */
	int64_t span;		   /* ticks of a bar */
	struct activity_bar *bars; /* owns; newest first, none left out between first and last */
	size_t count, highest;	   /* of the largest bar */
	size_t untimed;		   /* alerts without a time, in no bar */
};

void activity_make(struct activity *activity, const struct list *list);
void activity_fini(struct activity *activity);

#endif
