/*
 * The list follows the store, in slices so that no key waits. It begins with one page of the newest
 * alerts and one of the oldest, so that both ends are there at once; then it fills from the highest
 * rowid down, what arrives meanwhile first. Whenever the store has changed it goes once through all
 * rows for what joined this run and what others decided.
 */
#ifndef KEYWATCH_TUI_LIST_SYNC_H
#define KEYWATCH_TUI_LIST_SYNC_H

#include "tui/list.h"

struct list_sync {
	struct store *store;	/* borrows */
	int64_t run;		/* 0: the whole store */
	const char *rule_ids;	/* JSON array, or NULL; borrows */
	bool begun;		/* both ends were read */
	int64_t last_rowid;	/* highest seen */
	int64_t fill_rowid;	/* from here up to the one above all were seen */
	int64_t sweep_rowid;	/* the sweep is here; -1: none is under way */
	uint64_t swept_version; /* of the store when the last sweep began */
	uint64_t version;	/* as last asked */
	bool complete;		/* every row was seen once */
};

void list_sync_init(struct list_sync *sync, struct store *store, int64_t run, const char *rule_ids);
/* Asks the store whether it has changed; true when it has since the last call. */
bool list_sync_check(struct list_sync *sync);
/* Reads for about budget_ms. *more: there is more to read. */
bool list_sync_slice(
	struct list_sync *sync, struct list *list, int budget_ms, bool *more, struct error *err);
/* One row again, after a decision. */
bool list_sync_row(struct list_sync *sync, struct list *list, int64_t rowid, struct error *err);

#endif
