/* Handles, transactions, settings. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/store/private.h"

/* ---- open and close ---- */

static struct store *
store_new(const char *path)
{
	struct store *store = MEM_NEW(struct store);

	store->path = mem_strdup(path);
	store->approvals = 1;
	return store;
}

void
store_set_approvals(struct store *store, unsigned approvals)
{
	store->approvals = approvals;
}

/* Memory shared under a name nobody can guess; no file is made. */
static void
make_private_location(struct store *store)
{
	unsigned char random[16];
	struct buf uri = {0};

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		abort();
	buf_puts(&uri, "file:/keywatch-");
	for (size_t i = 0; i < sizeof(random); i++)
		buf_printf(&uri, "%02x", random[i]);
	buf_puts(&uri, "?vfs=memdb");
	store->location = buf_take(&uri);
}

static bool
is_private(const struct store *store)
{
	return store->path[0] == '\0';
}

static bool
connect(struct store *store, struct error *err)
{
	static const char durable[] = "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000;"
				      "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-4000";
	/* What is in memory anyhow is not kept there twice. */
	static const char private[] = "PRAGMA cache_size=-500";
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	sqlite3_int64 no_limit = INT64_MAX;

	if (store->sealed)
		flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
	else if (is_private(store))
		flags |= SQLITE_OPEN_URI | SQLITE_OPEN_CREATE;
	else
		flags |= SQLITE_OPEN_NOFOLLOW;
	if (sqlite3_open_v2(store->location, &store->db, flags, NULL) != SQLITE_OK)
		return sql_fail(store, store->db, err);
	sql_configure(store->db);
	if (is_private(store))
		sqlite3_file_control(store->db, "main", SQLITE_FCNTL_SIZE_LIMIT, &no_limit);
	return sql_exec(store, store->db, is_private(store) ? private : durable, err) &&
	       sql_exec(
		       store, store->db, "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=OFF", err);
}

/* A store with work in its write-ahead file is judged through it; what is refused is not brought
 * up to date by closing it. */
static bool
judge_live(struct store *store, struct error *err)
{
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (!check_connection(store, store->db, err))
		return false;
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	return true;
}

/* Read as it stands, and nothing is left beside it: SQLite would make files that keep others, or
 * ourselves later, from writing. */
static void
seal(struct store *store)
{
	char *uri = check_immutable_uri(store);

	free(store->location);
	store->location = uri;
	store->sealed = true;
}

static bool
open_file(struct store *store, struct error *err)
{
	enum check_result found;

	if (!create_location(store, err))
		return false;
	found = check_file(store, err);
	if (found == CHECK_ABSENT)
		found = create_file(store, err) ? check_file(store, err) : CHECK_REFUSED;
	if (found == CHECK_SOUND && !check_may_write(store))
		seal(store);
	if (found == CHECK_REFUSED || !connect(store, err))
		return false;
	return found != CHECK_LIVE || judge_live(store, err);
}

static bool
open_private(struct store *store, struct error *err)
{
	make_private_location(store);
	return connect(store, err);
}

bool
store_open(struct store **out, const char *path, struct error *err)
{
	struct store *store = store_new(path ? path : "");
	bool ok;

	ok = path ? open_file(store, err) : open_private(store, err);
	if (ok && sql_number(store->db, "PRAGMA user_version", 0) < SCHEMA_VERSION)
		ok = schema_migrate(store, store->db, err);
	if (!ok) {
		store_close(store);
		return false;
	}
	*out = store;
	return true;
}

bool
store_open_again(struct store **out, const struct store *store, struct error *err)
{
	struct store *again = store_new(store->path);

	again->location = mem_strdup(store->location);
	again->sealed = store->sealed;
	again->approvals = store->approvals;
	if (!connect(again, err)) {
		store_close(again);
		return false;
	}
	*out = again;
	return true;
}

void
store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	kept_forget(store);
	word_forget(store);
	covered_forget(store);
	free(store->rule_seen);
	free(store->location);
	free(store->path);
	free(store);
}

const char *
store_path(const struct store *store)
{
	return store->path;
}

/* ---- transactions ---- */

bool
store_begin(struct store *store, struct error *err)
{
	/* What a scan finds is found again by reading again; only decisions must survive a power
	 * cut at any price. */
	if (!store->relaxed && !store->durable && !is_private(store)) {
		if (!sql_exec(store, store->db, "PRAGMA synchronous=NORMAL", err))
			return false;
		store->relaxed = true;
	}
	return sql_run_plain(store, STMT_BEGIN, err);
}

bool
store_commit(struct store *store, struct error *err)
{
	if (!kept_flush(store, err) ||
		(store->touched && !sql_run_plain(store, STMT_CHANGE, err)) ||
		!sql_run_plain(store, STMT_COMMIT, err)) {
		store_rollback(store);
		return false;
	}
	store->touched = false;
	return true;
}

void
store_rollback(struct store *store)
{
	if (!sqlite3_get_autocommit(store->db))
		sql_run_plain(store, STMT_ROLLBACK, NULL);
	store->touched = false;
	store->traced++;
	/* What was cached of the rows may be gone. */
	store->input = 0;
	free(store->rule_seen);
	store->rule_seen = NULL;
	kept_forget(store);
	word_forget(store);
	covered_forget(store);
}

uint64_t
store_version(struct store *store)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_CHANGED, NULL);
	uint64_t version = 0;

	if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		version = (uint64_t)sqlite3_column_int64(stmt, 0);
	if (stmt)
		sqlite3_reset(stmt);
	return version;
}

/* ---- settings ---- */

bool
store_setting_put(struct store *store, const char *name, struct str value, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SETTING_PUT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(name));
	sql_bind_text(stmt, 2, value.data ? value : STR(""));
	return sql_run(store, stmt, err);
}

struct str
store_setting_get(struct store *store, const char *name, struct arena *arena)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SETTING_GET, NULL);
	struct str value = STR_ABSENT;

	if (!stmt)
		return value;
	sql_bind_text(stmt, 1, str_from(name));
	if (sqlite3_step(stmt) == SQLITE_ROW)
		value = arena_str(arena, sql_text(stmt, 0));
	sqlite3_reset(stmt);
	return value;
}

void
store_library(struct buf *out)
{
	buf_printf(out, "SQLite %s", sqlite3_libversion());
}
