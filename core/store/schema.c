/*
 * The tables, and how older ones become them. A migration is never changed once a program with it
 * was used; a new one is a new row. Numbers in the columns self, outcome, flags, status,
 * classification, reason, validation, kind, assessed, used, used_elsewhere and rotation are those
 * of the enums, which therefore only grow.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/store/private.h"

static const char *const migrations[SCHEMA_VERSION] = {
	/* What a list shows stands in `alert`, small and together; what only one alert's panes
	 * show, and the raw bytes, in `detail`. */
	"CREATE TABLE alert("
	" n INTEGER PRIMARY KEY,"
	" id TEXT NOT NULL," /* 32 hex digits */
	" time INTEGER,"     /* TimeGenerated: 100 ns since 1970 */
	" rule_id TEXT NOT NULL,"
	" event_id TEXT,"
	" severity TEXT,"
	" actor TEXT NOT NULL," /* its label */
	" target TEXT,"
	" account TEXT,"
	" ip TEXT,"
	" self INTEGER NOT NULL,"
	" outcome INTEGER NOT NULL,"
	" flags INTEGER NOT NULL,"
	/* A cache of the fold of the decisions, written with them. */
	" status INTEGER NOT NULL DEFAULT 0,"
	" classification INTEGER NOT NULL DEFAULT 0,"
	" reason INTEGER NOT NULL DEFAULT 0,"
	" validation INTEGER NOT NULL DEFAULT 0,"
	" last_seq INTEGER NOT NULL DEFAULT 0,"
	" owner TEXT);"
	"CREATE UNIQUE INDEX alert_id ON alert(id);"
	"CREATE INDEX alert_time ON alert(time, id);"

	"CREATE TABLE detail("
	" alert INTEGER PRIMARY KEY REFERENCES alert(n),"
	" record_hash TEXT NOT NULL," /* equal for equal JSON values */
	" position INTEGER NOT NULL," /* of the raw copy: run_input.n */
	" offset INTEGER NOT NULL,"   /* and where it begins */
	" rule_id TEXT, rule_name TEXT, rule_version TEXT, severity TEXT, tactics TEXT,"
	" techniques TEXT, event_id TEXT, account_name TEXT, account_upn TEXT, ip_address TEXT,"
	" actor_type TEXT, actor_arn TEXT, actor_user TEXT, actor_principal TEXT,"
	" actor_account TEXT, actor_key TEXT, actor_invoked_by TEXT, actor_session TEXT,"
	" actor_issuer TEXT, target_user TEXT, key_id TEXT, key_status TEXT, key_date TEXT,"
	" error_code TEXT, error_message TEXT, region TEXT, recipient TEXT, source_ip TEXT,"
	" user_agent TEXT, raw_sha256 TEXT, row TEXT,"
	" raw BLOB NOT NULL);" /* exactly the bytes logged */

	/* Unequal records of one eventID: the identity that names neither of them alone. */
	"CREATE TABLE conflict("
	" identity TEXT NOT NULL,"
	" alert INTEGER NOT NULL REFERENCES alert(n),"
	" PRIMARY KEY(identity, alert)) WITHOUT ROWID;"
	/* Every rule that has an alert: an eventID is found by its identity under each. */
	"CREATE TABLE rule(id TEXT PRIMARY KEY) WITHOUT ROWID;"

	/* A file (or another input) under one set of rules, and how it was when it was last read to
	 * its end. Each new reading is a generation. */
	"CREATE TABLE input("
	" n INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL,"
	" identity TEXT NOT NULL,"
	" rule_key TEXT NOT NULL,"
	" path TEXT NOT NULL,"
	" generation INTEGER NOT NULL,"
	" done INTEGER NOT NULL,"
	" size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, device INTEGER, inode INTEGER,"
	" UNIQUE(name, identity, rule_key));"
	"CREATE TABLE alert_source("
	" alert INTEGER NOT NULL REFERENCES alert(n),"
	" input INTEGER NOT NULL REFERENCES input(n),"
	" offset INTEGER NOT NULL,"
	" generation INTEGER NOT NULL," /* of the last reading that delivered it */
	" position INTEGER NOT NULL,"	/* run_input.n of the first */
	" PRIMARY KEY(alert, input, offset)) WITHOUT ROWID;"
	"CREATE INDEX alert_source_input ON alert_source(input);"

	/* A program's run and its inputs in their order. */
	"CREATE TABLE run("
	" n INTEGER PRIMARY KEY,"
	" started INTEGER NOT NULL,"
	" pid INTEGER NOT NULL,"
	" pid_started INTEGER NOT NULL);" /* field 22 of /proc/PID/stat */
	"CREATE TABLE run_input("
	" n INTEGER PRIMARY KEY AUTOINCREMENT," /* an order over all runs, never reused */
	" run INTEGER NOT NULL REFERENCES run(n) ON DELETE CASCADE,"
	" input INTEGER NOT NULL REFERENCES input(n),"
	" generation INTEGER NOT NULL,"
	" UNIQUE(run, input));"
	"CREATE TABLE problem("
	" n INTEGER PRIMARY KEY,"
	" run INTEGER REFERENCES run(n) ON DELETE CASCADE," /* of no input */
	" input INTEGER REFERENCES input(n),"
	" severity INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" path TEXT NOT NULL,"
	" offset INTEGER,"
	" reason TEXT NOT NULL);"
	"CREATE INDEX problem_input ON problem(input, offset);"
	"CREATE INDEX problem_run ON problem(run);"

	/* Append only. Deleting a row would let its seq come again, so nothing deletes. */
	"CREATE TABLE decision("
	" seq INTEGER PRIMARY KEY,"
	" alert INTEGER NOT NULL REFERENCES alert(n),"
	" at INTEGER NOT NULL," /* 100 ns since 1970 */
	" action TEXT NOT NULL,"
	" actor TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" undoes INTEGER REFERENCES decision(seq));"
	"CREATE INDEX decision_alert ON decision(alert);"
	"CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision"
	" BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END;"
	"CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision"
	" BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END;"
	"CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision"
	" WHEN EXISTS(SELECT 1 FROM decision WHERE seq = new.seq)"
	" BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END;"

	"CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",

	/* Live sources: how far each was read, who reads, how they are. */
	"CREATE TABLE position("
	" source TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" value TEXT NOT NULL,"
	" PRIMARY KEY(source, name)) WITHOUT ROWID;"
	"CREATE TABLE lease("
	" n INTEGER PRIMARY KEY CHECK(n = 1),"
	" pid INTEGER NOT NULL,"
	" pid_started INTEGER NOT NULL,"
	" namespace TEXT NOT NULL," /* of the pid */
	" owner INTEGER NOT NULL,"  /* a random number: two handles of one process */
	" user TEXT NOT NULL,"
	" beat INTEGER NOT NULL);" /* ms of the monotonic clock */
	"CREATE TABLE health("
	" n INTEGER PRIMARY KEY," /* the order they are shown in */
	" name TEXT, type TEXT, cause TEXT, error TEXT, advice TEXT, note TEXT,"
	" state INTEGER, success_at INTEGER, retry_at INTEGER, requests INTEGER,"
	" bytes INTEGER, records INTEGER, alerts INTEGER, problems INTEGER,"
	" failures INTEGER, position INTEGER, skew_ms INTEGER, done INTEGER,"
	" total INTEGER);"
	/* Goes up with every change of an alert, a decision or a setting: what a list follows.
	 * Positions, beats and health leave it alone. */
	"CREATE TABLE change(n INTEGER NOT NULL);"
	"INSERT INTO change(n) VALUES(1);"
	"ALTER TABLE detail ADD COLUMN arrived INTEGER;" /* ticks; NULL: read from a saved log */
	"ALTER TABLE detail ADD COLUMN watched INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE problem ADD COLUMN body BLOB;" /* poison, unchanged */
	"CREATE INDEX problem_source ON problem(source, n);",

	/* The chain of decisions, and what was signed (chain_link.h). Older decisions stay as they
	 * are: the first that is chained names the last of them. */
	"ALTER TABLE decision ADD COLUMN alert_id TEXT;" /* as it was then */
	"ALTER TABLE decision ADD COLUMN event TEXT;"
	"ALTER TABLE decision ADD COLUMN signer TEXT;" /* a claim: verifying says who it was */
	"ALTER TABLE decision ADD COLUMN statement TEXT;"
	"ALTER TABLE decision ADD COLUMN signature TEXT;"
	"ALTER TABLE decision ADD COLUMN previous TEXT;"
	"ALTER TABLE decision ADD COLUMN hash TEXT;"
	"CREATE UNIQUE INDEX decision_statement ON decision(statement)"
	" WHERE statement IS NOT NULL;"
	"INSERT INTO setting VALUES('store-id', lower(hex(randomblob(16))));",

	/* Where an input that has grown is read on (store_mark); NULL: it is read whole. */
	"ALTER TABLE input ADD COLUMN mark INTEGER;"
	"ALTER TABLE input ADD COLUMN mark_state INTEGER;"
	"ALTER TABLE input ADD COLUMN mark_values INTEGER;"
	"ALTER TABLE input ADD COLUMN mark_digests INTEGER;"
	"ALTER TABLE input ADD COLUMN mark_problems INTEGER;"
	"ALTER TABLE input ADD COLUMN mark_print TEXT;",

	/* What other records tell about alerts. */
	"CREATE TABLE term("
	" n INTEGER PRIMARY KEY," /* in the order in which they were added */
	" kind INTEGER NOT NULL,"
	" value TEXT NOT NULL,"
	/* Its traces, with a weight and without: how many are kept, and whether there were more. */
	" heavy INTEGER NOT NULL DEFAULT 0,"
	" light INTEGER NOT NULL DEFAULT 0,"
	" heavy_cut INTEGER NOT NULL DEFAULT 0,"
	" light_cut INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE(kind, value));"
	/* The same few names and addresses stand in most traces. */
	"CREATE TABLE word("
	" n INTEGER PRIMARY KEY,"
	" value TEXT NOT NULL UNIQUE);"
	/* From event_id to what: a text, or the n of a word. Without references: there are millions
	 * of rows, and neither terms nor words nor inputs are ever deleted. */
	"CREATE TABLE trace("
	" term INTEGER NOT NULL,"
	" light INTEGER NOT NULL," /* 0: a call with a weight (trace.h) */
	" time INTEGER NOT NULL,"  /* the highest number: unreadable */
	" identity BLOB NOT NULL,"
	" event_id, name, service, type, actor, actor_user, key, ip, region, agent, error,"
	" account, user, subject, what,"
	" input INTEGER NOT NULL,"
	" offset INTEGER NOT NULL,"
	" sha256 BLOB,"
	" PRIMARY KEY(term, light, time, identity)) WITHOUT ROWID;"
	/* Where only the first trace of each actor, or key, is kept: which that is. */
	"CREATE TABLE trace_first("
	" term INTEGER NOT NULL,"
	" actor INTEGER NOT NULL," /* word.n; 0: none */
	" light INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" identity BLOB NOT NULL,"
	" PRIMARY KEY(term, actor)) WITHOUT ROWID;"
	"CREATE TABLE looked("
	" input INTEGER PRIMARY KEY REFERENCES input(n),"
	" term INTEGER NOT NULL,"
	" unread INTEGER NOT NULL,"
	" spans BLOB NOT NULL);" /* pairs of numbers of 64 bits, low byte first */
	/* Goes up with all that coverage is made of. */
	"ALTER TABLE change ADD COLUMN looked INTEGER NOT NULL DEFAULT 1;"
	"CREATE TRIGGER input_changed AFTER UPDATE OF generation, size, mtime_ns, ctime_ns ON input"
	" WHEN old.generation <> new.generation OR old.size IS NOT new.size"
	" OR old.mtime_ns IS NOT new.mtime_ns OR old.ctime_ns IS NOT new.ctime_ns"
	" BEGIN DELETE FROM looked WHERE input = new.n; END;"
	"CREATE TRIGGER looked_insert AFTER INSERT ON looked"
	" BEGIN UPDATE change SET looked = looked + 1; END;"
	"CREATE TRIGGER looked_update AFTER UPDATE ON looked"
	" BEGIN UPDATE change SET looked = looked + 1; END;"
	"CREATE TRIGGER looked_delete AFTER DELETE ON looked"
	" BEGIN UPDATE change SET looked = looked + 1; END;"
	"CREATE TRIGGER looked_join AFTER INSERT ON run_input"
	" BEGIN UPDATE change SET looked = looked + 1; END;"
	/* The answers that lists show (assessment.h). */
	"ALTER TABLE alert ADD COLUMN assessed INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE alert ADD COLUMN used INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE alert ADD COLUMN used_elsewhere INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE alert ADD COLUMN used_after INTEGER;"
	"ALTER TABLE alert ADD COLUMN rotation INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE alert ADD COLUMN children INTEGER;"
	"ALTER TABLE alert ADD COLUMN first_seen INTEGER;",
	/* Keys that a live source is asked for, and when it was (store_asked). */
	"CREATE TABLE asked("
	" source TEXT NOT NULL," /* its name */
	" term INTEGER NOT NULL,"
	" made INTEGER NOT NULL," /* the key */
	" due INTEGER NOT NULL,"  /* not before then */
	" place TEXT,"		  /* where it was asked; NULL: not yet */
	" since INTEGER,"	  /* of which times */
	" until INTEGER,"
	" part INTEGER NOT NULL DEFAULT 0," /* some of it was not given, or not readable */
	" PRIMARY KEY(term, source)) WITHOUT ROWID;"
	"CREATE INDEX asked_due ON asked(source, due);",

	/* As event_id. */
	"ALTER TABLE trace ADD COLUMN shared_id;"
	/* Where a trace's record stands as well. */
	"CREATE TABLE trace_copy("
	" identity BLOB NOT NULL,"
	" input INTEGER NOT NULL,"
	" offset INTEGER NOT NULL,"
	" sha256 BLOB,"
	" PRIMARY KEY(identity, input)) WITHOUT ROWID;",
	/* What a live source is asked for each alert, and what came of it (store_asked). */
	"DROP TABLE asked;"
	"CREATE TABLE ask("
	" source TEXT NOT NULL,"   /* its name */
	" alert INTEGER NOT NULL," /* alert.n; 0: of all */
	" term INTEGER NOT NULL,"
	" parent INTEGER NOT NULL," /* of a key that was made with another one: that term */
	" made INTEGER NOT NULL,"   /* when what it is about began */
	" due INTEGER NOT NULL,"    /* not before then */
	" places TEXT,"		    /* where it was asked; NULL: not yet */
	" missing TEXT,"	    /* and where not, and why */
	" since INTEGER,"	    /* all was given of these times */
	" until INTEGER,"
	" part INTEGER NOT NULL DEFAULT 0,"  /* some could not be read */
	" trouble TEXT,"		     /* why it was not answered when it was asked last */
	" stale INTEGER NOT NULL DEFAULT 0," /* the alert's answer is of before */
	" PRIMARY KEY(alert, term, source)) WITHOUT ROWID;"
	"CREATE INDEX ask_due ON ask(source, due);"
	"CREATE INDEX ask_stale ON ask(alert) WHERE stale = 1;",
	/* Terms that a source is looked through for, and how far it was (store_survey). */
	"CREATE TABLE survey("
	" source TEXT NOT NULL," /* its name */
	" term INTEGER NOT NULL,"
	" first INTEGER NOT NULL," /* from then on */
	" last INTEGER NOT NULL,"  /* what it is about last was then */
	" due INTEGER NOT NULL,"   /* not before then */
	" since INTEGER,"	   /* it was looked through so far */
	" until INTEGER,"
	" PRIMARY KEY(term, source)) WITHOUT ROWID;"
	"CREATE INDEX survey_due ON survey(source, due);"
	"CREATE TABLE surveyed("
	" source TEXT PRIMARY KEY,"
	" place TEXT,"	 /* what was looked through */
	" trouble TEXT," /* what of it was not given the last time, and why */
	" spans BLOB"	 /* of which times it has records */
	") WITHOUT ROWID;",
	/* Alerts whose answers are of before; what ask.stale said until now. */
	"CREATE TABLE stale(alert INTEGER PRIMARY KEY);" /* alert.n */
	"INSERT INTO stale(alert) SELECT DISTINCT alert FROM ask WHERE stale = 1;"
	"DROP INDEX ask_stale;"
	/* Which alerts ask for the terms that sources are looked through for. */
	"CREATE TABLE term_alert("
	" term INTEGER NOT NULL,"
	" alert INTEGER NOT NULL," /* alert.n */
	" PRIMARY KEY(term, alert)) WITHOUT ROWID;"
	/* How the history of a source is. */
	"ALTER TABLE health ADD COLUMN history_error TEXT;"
	"ALTER TABLE health ADD COLUMN history_advice TEXT;"
	"ALTER TABLE health ADD COLUMN history_until INTEGER;"
	"ALTER TABLE health ADD COLUMN history_left INTEGER;",
	/* In whose trails the spans are: a number each; NULL: it may be any. */
	"ALTER TABLE looked ADD COLUMN accounts BLOB;"
	"ALTER TABLE surveyed ADD COLUMN accounts BLOB;",
};

/* ---- all at once ---- */

static void
put_at(struct buf *text, size_t at, const char *before, struct str more)
{
	struct buf whole = {0};

	buf_append(&whole, text->data, at);
	buf_puts(&whole, before);
	buf_str(&whole, more);
	buf_str(&whole, str_slice(buf_view(text), at, text->len));
	buf_fini(text);
	*text = whole;
}

/* at: behind the bracket that opens the columns. Where one more goes, as SQLite does it: behind the
 * last, before what holds for several. */
static size_t
end_of_columns(struct str text, size_t at)
{
	for (int depth = 0; depth >= 0 && at < text.len; at++) {
		struct str rest = str_slice(text, at, text.len);

		if (depth == 0 && (str_starts_with(rest, STR(", UNIQUE(")) ||
					  str_starts_with(rest, STR(", PRIMARY KEY("))))
			return at;
		depth += (text.data[at] == '(') - (text.data[at] == ')');
	}
	return at - 1;
}

/* added: TABLE ADD COLUMN what. */
static void
add_column(struct buf *text, struct str added)
{
	static const struct str between = {" ADD COLUMN ", 12};
	size_t name = str_find(added, between, 0), at;
	struct buf create = {0};

	buf_printf(&create, "CREATE TABLE %.*s(", (int)name, added.data);
	at = str_find(buf_view(text), buf_view(&create), 0) + create.len;
	put_at(text, end_of_columns(buf_view(text), at), ", ",
		str_slice(added, name + between.len, added.len));
	buf_fini(&create);
}

/* What the migrations make of an empty database, without the columns that are added later: for each
 * of those SQLite reads the whole schema again, which takes most of the time that a start takes. */
static void
newest(struct buf *text)
{
	static const struct str alter = {"ALTER TABLE ", 12};

	for (size_t i = 0; i < SCHEMA_VERSION; i++) {
		struct str rest = str_from(migrations[i]);

		while (rest.len) {
			size_t at = str_find(rest, alter, 0), end;

			if (at == (size_t)-1) {
				buf_str(text, rest);
				break;
			}
			buf_str(text, str_slice(rest, 0, at));
			rest = str_slice(rest, at + alter.len, rest.len);
			end = str_find(rest, STR(";"), 0);
			add_column(text, str_slice(rest, 0, end));
			rest = str_slice(rest, end + 1, rest.len);
		}
	}
}

static bool
make_newest(const struct store *store, sqlite3 *db, struct error *err)
{
	struct buf text = {0};
	bool ok;

	newest(&text);
	ok = sql_exec(store, db, buf_cstr(&text), err);
	buf_fini(&text);
	return ok;
}

static bool
apply_from(const struct store *store, sqlite3 *db, int64_t version, struct error *err)
{
	char mark[96];

	if (version == 0 && !make_newest(store, db, err))
		return false;
	for (; version && version < SCHEMA_VERSION; version++)
		if (!sql_exec(store, db, migrations[version], err))
			return false;
	sqlite3_snprintf(sizeof(mark), mark, "PRAGMA application_id=%d; PRAGMA user_version=%d",
		SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
	return sql_exec(store, db, mark, err);
}

bool
schema_migrate(const struct store *store, sqlite3 *db, struct error *err)
{
	if (!sql_exec(store, db, "BEGIN IMMEDIATE", err))
		return false;
	/* Asked inside: another program may just have done it. */
	if (!apply_from(store, db, sql_number(db, "PRAGMA user_version", 0), err) ||
		!sql_exec(store, db, "COMMIT", err)) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return false;
	}
	return true;
}

/* ---- exactly ours ---- */

/* What SQLite makes by itself: the indexes of constraints, which have no text, and its own tables.
 * The name alone excuses nothing: who writes the schema's own table may call a trigger so. */
#define MADE_BY_SQLITE                                                                             \
	"(type = 'index' AND name LIKE 'sqlite\\_autoindex\\_%' ESCAPE '\\' AND sql IS NULL)"      \
	" OR (type = 'table' AND name IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4'))"

static bool
schema_text(sqlite3 *db, struct buf *out)
{
	sqlite3_stmt *stmt;
	bool ok;

	if (sqlite3_prepare_v2(db,
		    "SELECT type, name, tbl_name, sql FROM sqlite_schema"
		    " WHERE NOT (" MADE_BY_SQLITE ") ORDER BY type, name",
		    -1, &stmt, NULL) != SQLITE_OK)
		return false;
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (int i = 0; i < 4; i++) {
			buf_str(out, sql_text(stmt, i));
			buf_putc(out, '\0');
		}
	ok = sqlite3_finalize(stmt) == SQLITE_OK;
	return ok;
}

/* What the migrations up to that version make of an empty database. */
static bool
expected_text(int64_t version, struct buf *out)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open(":memory:", &db) == SQLITE_OK;

	for (int64_t i = 0; ok && i < version; i++)
		ok = sqlite3_exec(db, migrations[i], NULL, NULL, NULL) == SQLITE_OK;
	ok = ok && schema_text(db, out);
	sqlite3_close(db);
	return ok;
}

bool
schema_is_ours(sqlite3 *db)
{
	int64_t version = sql_number(db, "PRAGMA user_version", 0);
	struct buf found = {0}, expected = {0};
	bool same;

	if (version < 1 || version > SCHEMA_VERSION)
		return false;
	same = schema_text(db, &found) && expected_text(version, &expected) &&
	       str_equal(buf_view(&found), buf_view(&expected));
	buf_fini(&found);
	buf_fini(&expected);
	return same;
}
