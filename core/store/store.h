/*
 * The SQLite store: alerts, raw bytes, sources, decisions, positions, problems. The only user of
 * SQLite. One store handle per thread; several processes may open one file (WAL).
 *
 * The detector's handle writes alerts, inputs and problems, never decisions; every other handle
 * writes decisions, never alerts.
 */
#ifndef KEYWATCH_STORE_STORE_H
#define KEYWATCH_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alert/alert.h"
#include "core/alert/assessment.h"
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/problem.h"

struct store;

/* Opens or makes (0600, its folder 0700) the file, migrates an older one. Damaged, foreign and
 * newer files are named and left untouched, byte for byte; so are symbolic links and what
 * everybody may write. path NULL: a private store in memory, without any file, that is gone when
 * its last handle closes (scan without --store); there a reader waits while a transaction is open
 * and the other way round. */
bool store_open(struct store **out, const char *path, struct error *err);
/* Another handle on the same store, for another thread. */
bool store_open_again(struct store **out, const struct store *store, struct error *err);
void store_close(struct store *store);
/* Once `hurry` says true, what another program has locked is waited for half a second more, all in
 * all, instead of ten for each step. Asked on the store's own thread; borrows. */
void store_hurry_when(struct store *store, bool (*hurry)(const void *context), const void *context);
const char *store_path(const struct store *store); /* "" for a private one */

/* ---- the detector writes ---- */

bool store_begin(struct store *store, struct error *err);
bool store_commit(struct store *store, struct error *err);
void store_rollback(struct store *store);

/* One run of a program over its inputs: the scope of the list (settled.md 14). */
bool store_run_begin(struct store *store, int64_t *run, struct error *err);

enum store_put {
	STORE_NEW,   /* a new alert */
	STORE_KNOWN, /* equal record, or the row's, known: the source was added when it was new */
	STORE_CONFLICT, /* new alert, and it and its elder are flagged `conflict` */
	STORE_FAILED,
};
/*
 * `input` is the id from store_input_begin of this handle's run; offset the record's. alert->id and
 * the conflict flag are set to what it became. Within a transaction.
 *
 * The order of puts leaves no trace, so that any number of workers gives the same: the first copy
 * (its bytes, `source`) is the first in the order in which a run's inputs were begun, and of
 * unequal records with one eventID each is named by its record (alert_identity_conflict). Only an
 * alert of an earlier run, or one already decided on, keeps what it has.
 *
 * A row of a table (FLAG_FROM_TABLE) is no record (settled.md 3). Beside a record of its eventID it
 * is known; a record that comes after it takes its place, whenever, and keeps its id, its decisions
 * and when it was first seen. Two rows are one alert when event_rows_agree, else in conflict.
 */
enum store_put store_put_alert(struct store *store, struct alert *alert, int64_t input,
	uint64_t offset, struct error *err);

/* A file (or other input) and how it was when it was read. */
struct store_input {
	struct str name;     /* source name: "file" */
	struct str path;     /* as shown */
	struct str identity; /* what it is whatever its spelling: real path, or URL */
	uint32_t order;	     /* its place among the run's inputs, from 1; 0: behind all so far */
	uint64_t size;
	int64_t mtime_ns, ctime_ns;
	uint64_t device, inode;
};
/* The first `count` places are for inputs that name theirs, whenever they are begun. */
void store_run_places(struct store *store, uint32_t count);
/* Where a text that grew is read on. */
struct store_mark {
	uint64_t offset; /* 0: nowhere, it is read whole */
	unsigned state;
	uint64_t other_values, digests, problems; /* of what stands before */
	char print[HASH_HEX];			  /* by which that is known again */
};
enum store_known {
	STORE_TO_READ,	 /* new, or another than it was */
	STORE_UNCHANGED, /* exactly as it was when it was wholly read, for this rule key */
	STORE_GROWN,	 /* the same file, and larger: perhaps only what is new has to be read */
};
/* What an unchanged input delivered and its problems count for this run from now on. rule_key: hash
 * over the rules' queries. mark is that of a grown one. */
bool store_input_look(struct store *store, int64_t run, const struct store_input *input,
	const char *rule_key, enum store_known *known, struct store_mark *mark, struct error *err);
/* Registers the input for the run and gives its id. An unchanged one is as it was, any other is
 * read anew: what it delivered before counts only when it delivers it again. */
bool store_input_begin(struct store *store, int64_t run, const struct store_input *input,
	const char *rule_key, int64_t *id, bool *unchanged, struct error *err);
/* The same for a grown one that is read from its mark on. */
bool store_input_go_on(struct store *store, int64_t run, const struct store_input *input,
	const char *rule_key, const struct store_mark *mark, int64_t *id, struct error *err);
/* The input was read to its end: remembered as begun, unless another run reads it again by now.
 * mark NULL: none. */
bool store_input_done(struct store *store, int64_t input, const char *rule_key,
	const struct store_input *as_read, const struct store_mark *mark, struct error *err);
/* The same for one that was never begun, as it delivered nothing and has no problem. */
bool store_input_empty(struct store *store, const struct store_input *as_read, const char *rule_key,
	const struct store_mark *mark, struct error *err);

bool store_put_problem(struct store *store, int64_t run, int64_t input /* 0: none */,
	const struct problem *problem, struct error *err);
/* Problems of a run, remembered inputs' included, in order of path and offset. */
typedef bool store_problem_visit(void *context, const struct problem *problem);
bool store_problems(struct store *store, int64_t run, store_problem_visit *visit, void *context,
	struct error *err);

/* Those of one input. */
bool store_input_problems(struct store *store, int64_t input, store_problem_visit *visit,
	void *context, struct error *err);

/* ---- anyone reads ---- */

/* What a list row shows, without raw bytes. Strings valid during the visit, cut at 512 bytes. The
 * rowid of an alert never changes; its id does when a conflicting record arrives. */
struct store_row {
	int64_t rowid;
	const char *id; /* alert id */
	int64_t time;
	enum alert_status status;
	enum classification classification;
	enum validation_state validation;
	int64_t last_seq;
	bool self;
	enum outcome outcome;
	uint32_t flags;
	struct str severity, actor, target, account, ip, event_id, owner, rule_id;
	struct answer answer; /* store_answer_put */
};
typedef bool store_row_visit(void *context, const struct store_row *row);

enum store_order {
	STORE_BY_TIME,	/* timeGenerated, then alertId */
	STORE_BY_ROWID, /* as they were put */
};
struct store_query {
	int64_t run;		   /* 0: the whole store; else what that run's inputs delivered */
	const char *rule_ids_json; /* JSON array of rule ids; NULL: any */
	int64_t after_rowid;	   /* only rows put later; 0: all */
	int64_t before_rowid;	   /* only rows put earlier; 0: all */
	enum store_order order;
	bool descending;
};
/* No alert has a higher one; 0: there is none. */
int64_t store_last_rowid(struct store *store);
/* Visits until the visitor returns false. */
bool store_rows(struct store *store, const struct store_query *query, store_row_visit *visit,
	void *context, struct error *err);
/* Rows for a window of a list. */
bool store_row(struct store *store, int64_t rowid, store_row_visit *visit, void *context,
	struct error *err);

/* A whole alert with raw bytes, sources, decisions, state. alert zeroed first; alert_fini frees.
 * ERROR_NOT_FOUND when there is none. */
bool store_load(struct store *store, const char *id, struct alert *alert, struct error *err);
/* The same by what never changes. */
bool store_load_row(struct store *store, int64_t rowid, struct alert *alert, struct error *err);
/* For who looks at many: without sources and decisions, unchecked against hashes, the same arena
 * used again and again. alert zeroed before the first call. The texts alone, with id, time, self,
 * outcome and flags; or the raw bytes alone, with rule and flags. */
bool store_load_texts(struct store *store, int64_t rowid, struct alert *alert, struct error *err);
bool store_load_record(struct store *store, int64_t rowid, struct alert *alert, struct error *err);
/* Between these all is read from one state, and each reading costs less. Soon to be ended:
 * meanwhile the write-ahead file cannot shrink. */
bool store_read_begin(struct store *store, struct error *err);
void store_read_end(struct store *store);
/* The same for who may be called within another one's: then nothing is begun, nor ended. */
bool store_read_join(struct store *store, bool *began, struct error *err);
void store_read_leave(struct store *store, bool began);
/* alertId, an unambiguous prefix of one, or an eventID → id. ERROR_NOT_FOUND, or ERROR_USAGE when
 * ambiguous (and says between which); the id an alert had before it came into conflict names all
 * of them. */
bool store_find(struct store *store, struct str spelled, char id[ALERT_ID_SIZE], struct error *err);

struct store_counts {
	int64_t alerts, fresh, active, closed, awaiting;
	int64_t first_time, last_time; /* of events; TIME_NONE when there is none */
};
/* Looks at every alert of the query: 0.3 s for a million, 0.7 s within a run. */
bool store_count(struct store *store, const struct store_query *query, struct store_counts *counts,
	struct error *err);

/* Changes whenever anybody committed what a list shows: alerts, their sources, decisions. */
uint64_t store_version(struct store *store);

/* ---- decisions ---- */

/*
 * Appends a decision bound to the state it was made on: when the alert's last decision is not
 * `if_seq`, nothing is written and ERROR_CONFLICT says who was first and what they decided.
 * Durable when it returns true (synchronous FULL for decisions). if_seq < 0: whatever the state.
 */
struct store_decision {
	const char *id;
	int64_t if_seq;
	enum decision_action action;
	struct str actor, reason; /* reason may be absent */
	int64_t now;
	/* What came of verifying: without it a signature counts as if it held, and one that is
	 * forged would keep everybody else from deciding. What lists show stays unverified. NULL:
	 * nobody verified. */
	const struct alert *judged;
	/* A validation that somebody signed, else NULL. It is refused when its head is no part of
	 * this chain, when the alert has a newer decision than that (signed ones aside), and the
	 * second time. Whether it is true is the caller's to verify, and every reader's. */
	const struct store_signed {
		struct str statement, signature, principal;
		int64_t sequence;    /* of the head that it names; 0: before the first */
		struct str previous; /* and its hash */
	} * signed_by;
};
bool store_decide(struct store *store, const struct store_decision *decision, int64_t *seq,
	struct error *err);
/* How many distinct principals must have signed until an alert is closed by it: 1 unless set. */
void store_set_approvals(struct store *store, unsigned approvals);

/* ---- the chain ---- */

/* 32 hex digits, made with the store. */
bool store_id(struct store *store, char id[ALERT_ID_SIZE], struct error *err);
/* The last decision and its hash (chain_link.h); 0 and what the first would stand on. */
bool store_chain_head(struct store *store, int64_t *seq, char hash[HASH_HEX], struct error *err);
/* The hash of that one, and when it was made (TIME_NONE of 0); ERROR_NOT_FOUND. */
bool store_chain_at(
	struct store *store, int64_t seq, char hash[HASH_HEX], int64_t *at, struct error *err);
/* A decision beside its alert as that is now; strings valid during the visit. An action that is
 * none is DECIDE_COUNT. */
struct store_link {
	struct decision decision;
	struct str alert_id, raw_sha256; /* absent: there is no such alert, no such record */
	bool from_table;
};
typedef bool store_link_visit(void *context, const struct store_link *link);
/* The last decision that is missing below others, or that nobody signed and that stands beside
 * another alert than it names; 0: there is none. */
int64_t store_chain_gap(struct store *store);
/* Are the decisions and the alerts found by their indexes as they stand in their tables? Else what
 * is loaded may lack what the chain has. Reads both. False: err says what differs (ERROR_STORE). */
bool store_check_indexes(struct store *store, struct error *err);
/* All, ascending. */
bool store_chain(struct store *store, store_link_visit *visit, void *context, struct error *err);

/* A name → text settings of this store (last filter, columns …). Absent when not set. */
bool store_setting_put(struct store *store, const char *name, struct str value, struct error *err);
struct str store_setting_get(struct store *store, const char *name, struct arena *arena);

/* Appends which library is behind it: its name and version as it runs. */
void store_library(struct buf *out);

#endif
