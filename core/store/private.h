/*
 * What the files of the store share; the only place that sees SQLite's types. Only core/store
 * includes this.
 */
#ifndef KEYWATCH_STORE_PRIVATE_H
#define KEYWATCH_STORE_PRIVATE_H

#include <sqlite3.h>

#include "core/store/store.h"

/* The statements kept prepared: name and text. Texts that change with a query are not here. */
enum statement {
	STMT_BEGIN,
	STMT_BEGIN_READ,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_RUN_INSERT,
	STMT_RUN_LIST,
	STMT_RUN_DELETE,
	STMT_RUN_INPUT_INSERT,
	STMT_RUN_INPUT_FIND,
	STMT_INPUT_FIND,
	STMT_INPUT_INSERT,
	STMT_INPUT_AGAIN,
	STMT_INPUT_PATH,
	STMT_INPUT_DONE,
	STMT_INPUT_EMPTY,
	STMT_PROBLEM_FORGET,
	STMT_PROBLEM_FORGET_FROM,
	STMT_PROBLEM_KEPT,
	STMT_PROBLEM_INSERT,
	STMT_PROBLEM_BOUND,
	STMT_PROBLEM_LIST,
	STMT_PROBLEM_RECENT,
	STMT_RULE_INSERT,
	STMT_ALERT_ELDER,
	STMT_ALERT_INSERT,
	STMT_ALERT_FLAG,
	STMT_ALERT_RENAME,
	STMT_ALERT_REPLACE,
	STMT_ALERT_STATE,
	STMT_DETAIL_INSERT,
	STMT_DETAIL_RAW,
	STMT_DETAIL_REPLACE,
	STMT_DETAIL_ROW,
	STMT_SOURCE_PUT,
	STMT_SOURCE_DOUBT,
	STMT_CONFLICT_FIND,
	STMT_CONFLICT_ANY,
	STMT_CONFLICT_INSERT,
	STMT_ROW,
	STMT_LOAD,
	STMT_LOAD_TEXTS,
	STMT_LOAD_RECORD,
	STMT_LOAD_TWO_SOURCES,
	STMT_LOAD_SOURCES,
	STMT_LOAD_DECISIONS,
	STMT_CHAIN,
	STMT_CHAIN_OLD,
	STMT_CHAIN_HEAD,
	STMT_STATEMENT_FIND,
	STMT_EVENT,
	STMT_FIND_ID,
	STMT_FIND_CONFLICT,
	STMT_FIND_RULES,
	STMT_ALERT_ROWID,
	STMT_DECISION_INSERT,
	STMT_SETTING_PUT,
	STMT_SETTING_GET,
	STMT_CHANGE,
	STMT_CHANGED,
	STMT_POSITION_PUT,
	STMT_POSITION_FORGET,
	STMT_POSITION_LIST,
	STMT_LEASE_GET,
	STMT_LEASE_PUT,
	STMT_LEASE_END,
	STMT_HEALTH_CLEAR,
	STMT_HEALTH_PUT,
	STMT_HEALTH_LIST,
	STMT_TERM_FIND,
	STMT_TERM_INSERT,
	STMT_TERM_LIST,
	STMT_TERM_KEPT,
	STMT_TERM_KEEP,
	STMT_WORD_FIND,
	STMT_WORD_INSERT,
	STMT_WORD,
	STMT_TRACE_INSERT,
	STMT_TRACE_MOVE,
	STMT_TRACE_COPY_PUT,
	STMT_TRACE_COPIES,
	STMT_TRACE_LAST,
	STMT_TRACE_DELETE,
	STMT_TRACE_LIST,
	STMT_TRACE_LIST_ONE,
	STMT_TRACE_PLACES,
	STMT_TRACE_FIRST,
	STMT_TRACE_FIRST_PUT,
	STMT_INPUT_NAME,
	STMT_LOOKED_PUT,
	STMT_LOOKED_TERM,
	STMT_LOOKED_RUN,
	STMT_LOOKED_ALL,
	STMT_LOOKED_CHANGED,
	STMT_ASK_PUT,
	STMT_ASK_KNOWN,
	STMT_ASK_NEXT,
	STMT_ASK_TROUBLE,
	STMT_ASKED_PUT,
	STMT_ASKED_LIST,
	STMT_STALE_ALL,
	STMT_STALE_ASKED,
	STMT_STALE_SURVEYED,
	STMT_STALE_SOURCE,
	STMT_STALE_LIST,
	STMT_STALE_FRESH,
	STMT_SURVEY_PUT,
	STMT_TERM_ALERT,
	STMT_TERM_CHILD,
	STMT_SURVEY_DUE,
	STMT_SURVEYED_PUT,
	STMT_SURVEYED_SOURCE_PUT,
	STMT_SURVEYED_SOURCE,
	STMT_SURVEYED_LIST,
	STMT_HISTORY_LEFT,
	STMT_HISTORY_UNTIL,
	STMT_ANSWER_PUT,
	STMT_COUNT,
};

struct store {
	sqlite3 *db;
	char *path;	/* as given; "" for a private one; owns */
	char *location; /* what SQLite opens: absolute path, or the URI of a private one; owns */
	sqlite3_stmt *statements[STMT_COUNT];
	bool sealed;	    /* may be read only: location is the URI of that */
	bool relaxed;	    /* synchronous=NORMAL is on: the detector's */
	bool durable;	    /* and may not be */
	bool touched;	    /* the open transaction changed what a list shows */
	unsigned approvals; /* that a fold needs */
	int64_t owner;	    /* of the lease; 0: not drawn yet */
	int64_t run;	    /* begun by this handle; 0: none */
	uint32_t places;    /* of its inputs that are taken, or kept for some */
	/* The input of the last record and where it stands in the run. */
	int64_t input, input_position, input_generation;
	/* Somebody else's transaction is waited for since then; in a hurry, since the first. */
	bool (*hurry)(const void *context);
	const void *hurry_context;
	int64_t busy_ms, hurried_ms;
	char *rule_seen; /* rule id that is surely in the table; owns */
	/* Of history; each made when first needed; owns. */
	struct words *words;
	struct kept *kept;
	struct covered *covered;
	uint32_t traced; /* how often this handle changed what traces give */
	bool roomy; /* the page cache is that of who writes history */
};

/* ---- check.c: what is there, without touching it ---- */

enum check_result {
	CHECK_REFUSED, /* err filled */
	CHECK_ABSENT,  /* no file, or an empty one */
	CHECK_SOUND,   /* a store of ours, whole */
	CHECK_LIVE,    /* a store of ours with work in its write-ahead file */
};
/* location: absolute. */
enum check_result check_file(const struct store *store, struct error *err);
/* The same questions to an open connection: damage (when the file is small enough to be read
 * whole at every start), another version's or a foreign schema. */
bool check_connection(const struct store *store, sqlite3 *db, struct error *err);

/* The file and its folder, for this user. */
bool check_may_write(const struct store *store);
/* Opens the file without a lock and without making another one; returns owned. */
char *check_immutable_uri(const struct store *store);

/* ---- create.c ---- */

/* "/a/b" → "/a", "/b" → "/", "b" → "."; returns owned. */
char *create_folder_of(const char *path);
/* Finds the absolute location of store->path, making its folder. */
bool create_location(struct store *store, struct error *err);
/* Makes the file complete under another name, then gives it its own: it is never seen half made.
 * True also when somebody else was quicker. */
bool create_file(const struct store *store, struct error *err);

/* ---- place.c ---- */

/* The name of the network file system that statfs's type is, `fuse` its type among the mounts;
 * NULL: it is none. Pure. */
const char *place_network_name(unsigned long type, const char *fuse);
bool place_is_local(const struct store *store, const char *folder, struct error *err);

/* ---- schema.c ---- */

enum {
	SCHEMA_APPLICATION_ID = 0x6b777463, /* "kwtc" */
	SCHEMA_VERSION = 11,
};

/* Brings an empty or older database to SCHEMA_VERSION in one transaction. */
bool schema_migrate(const struct store *store, sqlite3 *db, struct error *err);
/* Whether its tables, indices and triggers are exactly ours, as of its user_version. */
bool schema_is_ours(sqlite3 *db);

/* ---- problem.c ---- */

bool problem_forget(struct store *store, int64_t input, struct error *err);
/* Those that stand before the offset are kept. */
bool problem_forget_from(struct store *store, int64_t input, uint64_t offset, struct error *err);

/* ---- sql.c ---- */

/* What every connection needs: no trust in the file, foreign keys, patience. */
void sql_configure(sqlite3 *db);
/* Fills err from the connection's last error: what happened to which store, and what to do. */
bool sql_fail(const struct store *store, sqlite3 *db, struct error *err);
bool sql_exec(const struct store *store, sqlite3 *db, const char *sql, struct error *err);
/* The first column of the first row, or `otherwise`. */
int64_t sql_number(sqlite3 *db, const char *sql, int64_t otherwise);

/* The kept statement, reset and without bindings; NULL with err when it cannot be prepared. */
sqlite3_stmt *sql_use(struct store *store, enum statement statement, struct error *err);
/* Steps once. SQLITE_ROW or SQLITE_DONE; else err is filled. The statement is reset unless it gave
 * a row. */
int sql_step(struct store *store, sqlite3_stmt *stmt, struct error *err);
/* For statements that give no row. */
bool sql_run(struct store *store, sqlite3_stmt *stmt, struct error *err);
bool sql_run_plain(struct store *store, enum statement statement, struct error *err);

/* Text is bound without a copy: it must live until the statement ran. Absent is NULL. */
void sql_bind_text(sqlite3_stmt *stmt, int index, struct str text);
void sql_bind_long(sqlite3_stmt *stmt, int index, int64_t number);
void sql_bind_blob(sqlite3_stmt *stmt, int index, struct str bytes);
/* Valid until the next step; NULL is absent. */
struct str sql_text(sqlite3_stmt *stmt, int column);
struct str sql_blob(sqlite3_stmt *stmt, int column);
/* A number 0..last of an enum; anything else, which only another program can have written, is 0. */
int sql_choice(sqlite3_stmt *stmt, int column, int last);

/* A read transaction of its own unless one is open; sql_read_end ends what sql_read_begin began. */
bool sql_read_begin(struct store *store, bool *began, struct error *err);
void sql_read_end(struct store *store, bool began);
/* The same for several statements that write; `ok` false takes back what was done in it. Returns
 * whether all is well. */
bool sql_write_begin(struct store *store, bool *began, struct error *err);
bool sql_write_end(struct store *store, bool began, bool ok, struct error *err);

/* ---- program.c ---- */

/* When the process began, in clock ticks since boot (proc(5), field 22 of stat); 0: unknown. With
 * the pid it names a program even when the pid is used again. */
int64_t program_started(int64_t pid);
bool program_is_running(int64_t pid, int64_t started);
/* Of pids: in another one the same numbers are other programs. "" when unknown. */
void program_namespace(char *name, size_t size);

/* ---- read.c ---- */

/* Of `alert a`, in the order read_answer reads them. */
#define ANSWER_COLUMNS                                                                             \
	"a.assessed, a.used, a.used_elsewhere, a.used_after, a.rotation, a.children, a.first_seen"
/* Of `alert a`, in the order row_visit reads them. */
#define STORE_ROW_COLUMNS                                                                          \
	"a.n, a.id, a.time, a.status, a.classification, a.validation, a.last_seq, a.self, "        \
	"a.outcome, a.flags, a.severity, a.actor, a.target, a.account, a.ip, a.event_id, "         \
	"a.owner, "                                                                                \
	"a.rule_id, " ANSWER_COLUMNS

/* From that column on; as `struct alert` and `struct store_row` have it. */
struct answer read_answer(sqlite3_stmt *stmt, int first);

/* ---- load.c ---- */

/* The rowid of an id; ERROR_NOT_FOUND. */
bool load_find(struct store *store, const char *id, int64_t *n, struct error *err);
/* Of `decision d`, in the order load_decision reads them. */
#define DECISION_COLUMNS                                                                           \
	"d.seq, d.at, d.action, d.actor, d.reason, d.undoes, d.alert, d.alert_id, d.event, "       \
	"d.signer, d.statement, d.signature, d.previous, d.hash"
enum { DECISION_COLUMN_COUNT = 14 };
/* Strings into the arena. An unknown action is DECIDE_COUNT. */
void load_decision(sqlite3_stmt *stmt, struct arena *arena, struct decision *decision);
/* The decisions of an alert, ascending; strings in arena. The array has room for one more. */
bool load_decisions(struct store *store, int64_t alert, struct arena *arena,
	struct decision **decisions, size_t *count, struct error *err);

/* ---- history_word.c: texts that many traces share, and inputs' names ---- */

/* Its number, 0: the text is absent. Cut at WORD_MAX bytes. Within a transaction. `place`: the same
 * text mostly comes at the same one again. */
enum { WORD_MAX = TRACE_TEXT_MAX, WORD_PLACES = 16 };
bool word_put(struct store *store, unsigned place, struct str text, int64_t *n, struct error *err);
/* Valid until word_fresh. */
bool word_get(struct store *store, int64_t n, struct str *text, struct error *err);
bool word_input(
	struct store *store, int64_t input, struct str *name, struct str *path, struct error *err);
/* Before a reading: what is remembered of earlier ones may go when it is much. */
void word_fresh(struct store *store);
/* What was remembered may be gone from the store. */
void word_forget(struct store *store);

/* Terms and traces come in an order that is not theirs: before they are put. */
bool kept_room(struct store *store, struct error *err);

/* ---- history_kept.c: how many traces a term has, kept until the transaction ends ---- */

struct kept_part {
	int64_t count;
	int64_t last; /* not above that time; only when full */
	bool cut, full;
};
struct kept_term {
	int64_t term;
	struct kept_part part[2]; /* trace.light */
	bool changed;
};
/* Valid until the next. NULL: err is filled. */
struct kept_term *kept_term(struct store *store, int64_t term, struct error *err);
/* The same without keeping it, for who reads. */
bool kept_look(struct store *store, int64_t term, struct kept_term *out, struct error *err);
/* Is that part full now, and up to when? */
bool kept_last(struct store *store, struct kept_term *term, bool light, struct error *err);
/* Writes what changed, at the end of a transaction. */
bool kept_flush(struct store *store, struct error *err);
void kept_forget(struct store *store);

/* ---- history_copy.c ---- */

/* A trace that is put again. */
struct copied {
	int64_t term, time, input, offset;
	bool light;
	struct str identity, sha256; /* bytes */
};
bool copy_put(struct store *store, const struct copied *copied, struct error *err);
/* history_read.c: of 32 bytes; absent: they are not as many. */
struct str hash_text(struct str bytes, char hex[HASH_HEX]);

/* ---- span.c ---- */

/* Two columns: their times, and the accounts. */
void spans_put(
	struct buf *times, struct buf *accounts, const struct trail_span *spans, size_t count);
/* How many there are at most; spans_get returns how many it read. Accounts of before are absent. */
size_t spans_stored(struct str times);
size_t spans_get(struct trail_span *spans, struct str times, struct str accounts);

/* ---- history_looked.c ---- */

void covered_forget(struct store *store);

#endif
