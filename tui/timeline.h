/*
 * What happened around an alert, as rows in time order: the records of its history and the alert
 * itself, each with what ties it to the alert; and which of them are looked at. Pure. One owner.
 */
#ifndef KEYWATCH_TUI_TIMELINE_H
#define KEYWATCH_TUI_TIMELINE_H

#include "core/alert/alert.h"
#include "core/alert/facts.h"
#include "core/alert/history.h"

enum timeline_by { BY_ALL, BY_KEY, BY_ACTOR, BY_ADDRESS, BY_USER, BY_COUNT };
extern const char *const timeline_by_names[BY_COUNT]; /* "all" "key" … */

struct timeline_row {
	const struct trace *trace; /* borrows from the history, or is timeline.own */
	unsigned ties;		   /* 1 << enum timeline_by */
	bool with_key;		   /* called with the new key, or with one that came of it */
};

#define TIMELINE_NONE ((size_t)-1)

struct timeline {
	struct arena arena;	   /* owns what own and the key ids borrow */
	struct trace own;	   /* the alert's record */
	struct timeline_row *rows; /* owns; ascending by time */
	size_t count, capacity;
	size_t alert; /* the row that is the alert */
	size_t counts[BY_COUNT];
};

/* Borrows the history; NULL: only the alert is known. */
void timeline_make(
	struct timeline *timeline, const struct alert *alert, const struct history *history);
void timeline_fini(struct timeline *timeline);

/* What is looked at; all that is set must hold, but for a fact, which stands alone. */
struct timeline_filter {
	enum timeline_by by;
	int fact;	 /* only records that show it; 0: any */
	char key[64];	 /* only what was called with this one or is about it; "": any */
	size_t from, to; /* only these rows; equal: all */
};
bool timeline_shows(const struct timeline *timeline, const struct timeline_filter *filter,
	const struct fact *facts, size_t row);
/* Nothing but kinds of ties narrows it: what repeats may be shown once. */
bool timeline_is_whole(const struct timeline_filter *filter);
/* Behind the last of the shown rows from `row` on that say the same but for their time. */
size_t timeline_run_end(const struct timeline *timeline, const struct timeline_filter *filter,
	const struct fact *facts, size_t row, size_t *count);

#endif
