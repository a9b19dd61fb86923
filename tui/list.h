/*
 * The alerts of the list: compact rows, their order under the current sort and filters, marks, the
 * selection. Rows are never removed, so a row's number is its identity here; the selection is such
 * a number and moves only by list_select and its kin, or with `follow`. Pure.
 */
#ifndef KEYWATCH_TUI_LIST_H
#define KEYWATCH_TUI_LIST_H

#include "core/store/store.h"
#include "tui/intern.h"
#include "tui/row_index.h"
#include "tui/word_order.h"

#define LIST_NONE UINT32_MAX

enum list_match { MATCH_UNKNOWN, MATCH_YES, MATCH_NO }; /* against the KQL filter */

struct list_row {
	int64_t rowid, time;
	int64_t last_seq; /* as known now */
	int64_t seen_seq; /* as it was when the row was last drawn */
	uint32_t severity, actor, target, account, ip, owner; /* numbers of list.words */
	uint32_t rule;					      /* its id's */
	uint32_t flags;
	uint8_t status, classification, validation, outcome;
	uint32_t validators; /* the words of who signed what holds; of judged rows */
	uint8_t approvals, needed;
	uint8_t assessed, used; /* enum assessment_kind, answer_yes */
	bool used_elsewhere;
	int32_t used_after; /* seconds */
	uint32_t answers;   /* differs where any answer does */
	bool judged; /* status and validation are a verdict on last_seq, not the store's claim */
	bool self, marked;
	bool arrived; /* as news, and not looked at since */
};

enum list_sort {
	SORT_TIME,
	SORT_STATUS,
	SORT_SEVERITY,
	SORT_ACTOR,
	SORT_TARGET,
	SORT_SELF,
	SORT_ACCOUNT,
	SORT_IP,
	SORT_OUTCOME,
	SORT_COUNT,
};
const char *list_sort_name(enum list_sort sort);

enum list_show { SHOW_ALL, SHOW_OPEN, SHOW_AWAITING, SHOW_CLOSED, SHOW_COUNT };
const char *list_show_name(enum list_show show); /* "all" "open" … */

struct list_counts {
	size_t total, fresh, active, closed, awaiting;
	int64_t first_time, last_time; /* TIME_NONE: none */
};

/*
 * A large order made anew in steps: the old one is shown, and whatever comes waits, until it is
 * there. Memory for it: 12 bytes a row, given back afterwards.
 */
struct list_build {
	enum { BUILD_NONE, BUILD_RANK, BUILD_CHOOSE, BUILD_PLACE } stage;
	uint32_t *from; /* by_time as it was, then of it what is shown; owns, as the others */
	uint32_t *keys; /* where each of these belongs */
	uint32_t *to, *starts;
	size_t settled; /* when it began */
	size_t at, count;
};

struct list {
	struct intern words;
	struct list_row *rows; /* owns, as the arrays below; in the order they came */
	size_t count, capacity;
	struct row_index index;
	uint8_t *match;	   /* of each row: enum list_match */
	bool *placed;	   /* each row: it stands in the order */
	uint32_t *by_time; /* the first `settled` rows, newest first */
	uint32_t *order;   /* what is shown */
	size_t settled, shown;
	uint32_t *matched; /* found to match, not yet in the order */
	size_t matched_count, matched_capacity;
	size_t known_to_filter; /* rows that were there when it was set */

	enum list_sort sort;
	enum list_show show;
	bool filtered;	   /* a KQL filter is on: only MATCH_YES is shown */
	bool stale;	   /* order no longer fits: it is to be made anew */
	bool leave_hidden; /* then: a hidden selected row gives its place to the next shown one */
	struct list_build build;
	struct word_order word_order;

	uint32_t selected; /* row, or LIST_NONE */
	size_t position;   /* of it in order */
	size_t top;	   /* first position in the window */
	size_t height;	   /* of the window */
	bool follow;
	bool top_until_moved; /* a filter dropped the selected row: the newest match is selected */
	size_t marks, marks_shown;
	bool news;	      /* what is put anew from now on has arrived just now */
	size_t arrived_above; /* since the selection last moved */
	struct list_counts counts;
	uint32_t *unjudged; /* rows whose validation is a claim, to be judged; owns */
	size_t unjudged_count, unjudged_capacity;
	bool asks;	    /* the filter reads answers */
	uint32_t *answered; /* rows whose answers changed under such a filter; owns */
	size_t answered_count, answered_capacity;
};

void list_init(struct list *list);
void list_fini(struct list *list);

/* Adds a row, or brings a known one up to date. Shown only after list_settle. Gives its number. */
uint32_t list_put(struct list *list, const struct store_row *row);
/* What a verdict made of the alert, unless a newer decision is known by now. */
void list_set_judged(
	struct list *list, int64_t rowid, const struct alert_state *state, struct str validators);
/* The next row that only claims a validation; LIST_NONE: there is none. Each is given once. */
uint32_t list_take_unjudged(struct list *list);
/* The next row that the filter is to judge again, for it asks what was answered anew; LIST_NONE:
 * there is none. */
uint32_t list_take_answered(struct list *list);
/* Puts what arrived into its places. Neither the selection nor its line on the screen moves. What
 * takes long goes on in list_step. */
void list_settle(struct list *list);
bool list_is_building(const struct list *list);
/* Goes on with a large order; a fraction of a millisecond. */
void list_step(struct list *list);

const struct list_row *list_selected(const struct list *list); /* NULL: none */
uint32_t list_at(const struct list *list, size_t position);    /* LIST_NONE beyond the end */
struct str list_word(const struct list *list, uint32_t number);

void list_set_height(struct list *list, size_t height);
/* Selects, scrolls it into the window, ends follow. What it leaves and no filter shows, goes. */
void list_select(struct list *list, size_t position);
/* That alert, where it is shown. */
void list_select_row(struct list *list, uint32_t row);
void list_move(struct list *list, long by);
/* The next row (step 1) or the previous one (-1) that is not closed; false when there is none. */
bool list_select_undecided(struct list *list, int step);
/* Following is of the newest: it sorts by time. */
void list_set_follow(struct list *list, bool follow);

/* These keep the selected row if it is still shown, else select the next one that is; follow ends.
 */
void list_set_sort(struct list *list, enum list_sort sort);
void list_set_show(struct list *list, enum list_show show);
/* Every row's match becomes unknown but for the selected one's, which the caller knows. */
void list_set_filtered(struct list *list, bool filtered, bool selected_matches);
/* Shown after list_settle. */
void list_set_match(struct list *list, uint32_t row, bool match);

void list_mark(struct list *list, uint32_t row, bool marked);
/* Marks every shown row; or, when there are marks, takes all away. */
void list_mark_all(struct list *list);
size_t list_marks_hidden(const struct list *list); /* marked, and not shown now */
/* Somebody looks at the window: what stands in it is no news any more. */
void list_looked(struct list *list);
/* The row was drawn as it is now. */
void list_saw(struct list *list, uint32_t row);

#endif
