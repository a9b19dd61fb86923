/* Statements, bindings and errors: SQLite in the store's words. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/timefmt.h"
#include "core/store/private.h"

/* How long somebody else's transaction is waited for. The detector's last 50 ms; where one follows
 * the other it leaves a gap, which is a little longer than a step. */
enum { BUSY_TIMEOUT_MS = 10000, HURRY_MS = 500, BUSY_STEP_MS = 5 };

/* SQLite asks before every next try; 0 gives up. Its own handler sleeps past every gap. */
static int
wait_for_gap(void *context, int tries)
{
	(void)context;
	if (tries >= BUSY_TIMEOUT_MS / BUSY_STEP_MS)
		return 0;
	sqlite3_sleep(BUSY_STEP_MS);
	return 1;
}

void
sql_configure(sqlite3 *db)
{
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_handler(db, wait_for_gap, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

/* The same, and no longer than somebody who wants us to end would wait. */
static int
wait_for_lock(void *context, int tries)
{
	struct store *store = context;
	int64_t now = time_monotonic_ms();

	if (tries == 0)
		store->busy_ms = now;
	if (!store->hurried_ms && store->hurry(store->hurry_context))
		store->hurried_ms = now;
	if (now - store->busy_ms >= BUSY_TIMEOUT_MS ||
		(store->hurried_ms && now - store->hurried_ms >= HURRY_MS))
		return 0;
	sqlite3_sleep(tries < BUSY_STEP_MS ? tries + 1 : BUSY_STEP_MS);
	return 1;
}

void
store_hurry_when(struct store *store, bool (*hurry)(const void *context), const void *context)
{
	store->hurry = hurry;
	store->hurry_context = context;
	sqlite3_busy_handler(store->db, wait_for_lock, store);
}

/* ---- errors ---- */

static const char *
shown_path(const struct store *store)
{
	return store->path[0] ? store->path : "the private store";
}

static bool
is_out_of_space(int code, int system_errno)
{
	return (code & 0xff) == SQLITE_FULL || system_errno == ENOSPC || system_errno == EDQUOT ||
	       system_errno == EFBIG;
}

/* SQLite keeps the errno of some failures only; of a failed write it is still in errno, which is
 * zero before every step. */
static int
last_system_errno(sqlite3 *db, int code)
{
	int now = errno;
	int kept = sqlite3_system_errno(db);

	return kept == 0 && (code & 0xff) == SQLITE_IOERR ? now : kept;
}

bool
sql_fail(const struct store *store, sqlite3 *db, struct error *err)
{
	int code = sqlite3_extended_errcode(db);
	int system_errno = last_system_errno(db, code);
	const char *path = shown_path(store);

	if (is_out_of_space(code, system_errno))
		return error_set(err, ERROR_STORE,
			"%s: no space left for the store; what is not shown as saved was not "
			"saved: "
			"free space on its disk, then try again",
			path);
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		if (store->hurried_ms)
			return error_set(err, ERROR_STORE,
				"%s: another program keeps the store locked; what is not saved is "
				"found again by the next start",
				path);
		return error_set(err, ERROR_STORE,
			"%s: another program has kept the store locked for %d s; nothing was "
			"saved: "
			"end that program or wait, then try again",
			path, BUSY_TIMEOUT_MS / 1000);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return error_set(err, ERROR_STORE,
			"%s: the store cannot be written; nothing was saved: give yourself write "
			"access "
			"to the file and its folder, or name another one with --store",
			path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(err, ERROR_STORE,
			"%s: the store is damaged (%s); it is left as it is: restore a copy, or "
			"save what is "
			"readable with `sqlite3 FILE .recover`",
			path, sqlite3_errmsg(db));
	case SQLITE_CANTOPEN:
		return error_set(err, ERROR_STORE,
			"%s: the store cannot be opened (%s): check that its folder exists and can "
			"be "
			"written",
			path, system_errno ? strerror(system_errno) : sqlite3_errmsg(db));
	case SQLITE_IOERR:
		return error_set(err, ERROR_STORE,
			"%s: the disk of the store failed (%s); nothing was saved: check the disk, "
			"then "
			"try again",
			path, system_errno ? strerror(system_errno) : sqlite3_errmsg(db));
	default:
		return error_set(err, ERROR_STORE, "%s: %s", path, sqlite3_errmsg(db));
	}
}

bool
sql_exec(const struct store *store, sqlite3 *db, const char *sql, struct error *err)
{
	errno = 0;
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sql_fail(store, db, err);
	return true;
}

int64_t
sql_number(sqlite3 *db, const char *sql, int64_t otherwise)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return otherwise;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		otherwise = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return otherwise;
}

/* ---- steps ---- */

int
sql_step(struct store *store, sqlite3_stmt *stmt, struct error *err)
{
	int rc;

	errno = 0;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		return rc;
	if (rc != SQLITE_DONE)
		sql_fail(store, store->db, err);
	sqlite3_reset(stmt);
	return rc;
}

bool
sql_run(struct store *store, sqlite3_stmt *stmt, struct error *err)
{
	bool done = stmt && sql_step(store, stmt, err) == SQLITE_DONE;

	if (stmt)
		sqlite3_clear_bindings(stmt);
	return done;
}

bool
sql_run_plain(struct store *store, enum statement statement, struct error *err)
{
	return sql_run(store, sql_use(store, statement, err), err);
}

void
sql_bind_text(sqlite3_stmt *stmt, int index, struct str text)
{
	if (text.data)
		sqlite3_bind_text64(stmt, index, text.data, text.len, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(stmt, index);
}

void
sql_bind_long(sqlite3_stmt *stmt, int index, int64_t number)
{
	sqlite3_bind_int64(stmt, index, number);
}

void
sql_bind_blob(sqlite3_stmt *stmt, int index, struct str bytes)
{
	sqlite3_bind_blob64(stmt, index, bytes.data ? bytes.data : "", bytes.len, SQLITE_STATIC);
}

struct str
sql_text(sqlite3_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	if (!text)
		return STR_ABSENT;
	return (struct str){(const char *)text, (size_t)sqlite3_column_bytes(stmt, column)};
}

struct str
sql_blob(sqlite3_stmt *stmt, int column)
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	return (struct str){bytes ? bytes : "", (size_t)sqlite3_column_bytes(stmt, column)};
}

int
sql_choice(sqlite3_stmt *stmt, int column, int last)
{
	int64_t number = sqlite3_column_int64(stmt, column);

	return number >= 0 && number <= last ? (int)number : 0;
}

bool
sql_read_begin(struct store *store, bool *began, struct error *err)
{
	*began = sqlite3_get_autocommit(store->db);
	return !*began || sql_run_plain(store, STMT_BEGIN_READ, err);
}

void
sql_read_end(struct store *store, bool began)
{
	if (began)
		sql_run_plain(store, STMT_COMMIT, NULL);
}

bool
sql_write_begin(struct store *store, bool *began, struct error *err)
{
	*began = sqlite3_get_autocommit(store->db);
	return !*began || sql_run_plain(store, STMT_BEGIN, err);
}

bool
sql_write_end(struct store *store, bool began, bool ok, struct error *err)
{
	if (!began)
		return ok;
	if (ok)
		return store_commit(store, err);
	store_rollback(store);
	return false;
}
