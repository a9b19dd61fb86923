/*
 * Looks at a file before anything opens it for writing, so that what is not ours stays untouched
 * byte for byte. Reads through SQLite's immutable mode, which takes no lock and makes no file; a
 * descriptor of our own would, when closed, drop the locks of every other handle of this process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/store/private.h"

/* Up to this size every page is read at every start. */
static const int64_t quick_check_bytes = INT64_C(32) << 20;

static bool
is_not_empty(const char *location, const char *suffix)
{
	struct buf path = {0};
	struct stat st;
	bool there;

	buf_printf(&path, "%s%s", location, suffix);
	there = stat(buf_cstr(&path), &st) == 0 && st.st_size > 0;
	buf_fini(&path);
	return there;
}

/* Sources of trust: the file is ours, root's, or shared on purpose by its group; nobody else may
 * write it. */
static bool
check_mode(const struct store *store, const struct stat *st, struct error *err)
{
	uid_t me = geteuid();

	if (S_ISLNK(st->st_mode))
		return error_set(err, ERROR_STORE,
			"%s: the store is a symbolic link; name the file itself", store->path);
	if (!S_ISREG(st->st_mode))
		return error_set(
			err, ERROR_STORE, "%s: is no file; name a file for the store", store->path);
	if (st->st_mode & S_IWOTH)
		return error_set(err, ERROR_STORE,
			"%s: everybody may write this store, so nothing in it can be believed: "
			"chmod o-w it",
			store->path);
	if (me != 0 && st->st_uid != me && st->st_uid != 0 && !(st->st_mode & S_IWGRP))
		return error_set(err, ERROR_STORE,
			"%s: the store belongs to another user and is not shared with a group: "
			"name "
			"another one with --store",
			store->path);
	return true;
}

/* A write-ahead file without its store would be replayed into the new one. */
static bool
check_orphans(const struct store *store, struct error *err)
{
	static const char *const suffixes[] = {"-wal", "-journal"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (is_not_empty(store->location, suffixes[i]))
			return error_set(err, ERROR_STORE,
				"%s%s is there without its store; it may hold decisions: bring the "
				"store back, or move that file away",
				store->path, suffixes[i]);
	return true;
}

static bool
open_immutable(const struct store *store, sqlite3 **db, struct error *err)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
	struct buf uri = {0};
	int rc;

	buf_puts(&uri, "file:");
	for (const char *p = store->location; *p; p++) {
		if (strchr(plain, *p))
			buf_putc(&uri, *p);
		else
			buf_printf(&uri, "%%%02X", (unsigned char)*p);
	}
	buf_puts(&uri, "?mode=ro&immutable=1");
	rc = sqlite3_open_v2(buf_cstr(&uri), db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	buf_fini(&uri);
	if (rc == SQLITE_OK) {
		sql_configure(*db);
		return true;
	}
	sql_fail(store, *db, err);
	sqlite3_close(*db);
	return false;
}

static bool
no_database(const struct store *store, struct error *err)
{
	return error_set(err, ERROR_STORE,
		"%s: is no store of keywatch but some other file, or the store is damaged from its "
		"first bytes on; it is left as it is: name another one with --store",
		store->path);
}

/* Whose file it is, as its first page says. */
static bool
check_owner_mark(const struct store *store, sqlite3 *db, struct error *err)
{
	int64_t application = sql_number(db, "PRAGMA application_id", -1);
	int64_t version;

	if (application == -1 && (sqlite3_errcode(db) & 0xff) == SQLITE_NOTADB)
		return error_set(err, ERROR_STORE,
			"%s: is no store of keywatch but some other file, or the store is damaged "
			"from its "
			"first bytes on; it is left as it is: name another one with --store",
			store->path);
	if (application == -1)
		return sql_fail(store, db, err);
	if (application != SCHEMA_APPLICATION_ID)
		return error_set(err, ERROR_STORE,
			"%s: is a database of another program; it is left as it is: name another "
			"one with --store",
			store->path);
	version = sql_number(db, "PRAGMA user_version", 0);
	if (version > SCHEMA_VERSION)
		return error_set(err, ERROR_STORE,
			"%s: the store was made by a newer keywatch (version %lld, this one knows "
			"%d); it is left as it is: use the newer program",
			store->path, (long long)version, SCHEMA_VERSION);
	return true;
}

static bool
is_small(sqlite3 *db)
{
	return sql_number(db, "PRAGMA page_count", 0) * sql_number(db, "PRAGMA page_size", 0) <=
	       quick_check_bytes;
}

static bool
is_intact(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	bool ok = false;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		ok = str_is(sql_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	return ok;
}

bool
check_connection(const struct store *store, sqlite3 *db, struct error *err)
{
	if (!check_owner_mark(store, db, err))
		return false;
	if (is_small(db) && !is_intact(db))
		return error_set(err, ERROR_STORE,
			"%s: the store is damaged; it is left as it is: restore a copy, or save "
			"what "
			"is readable with `sqlite3 FILE .recover`",
			store->path);
	if (!schema_is_ours(db))
		return error_set(err, ERROR_STORE,
			"%s: the tables in the store are not as keywatch made them; it is left as "
			"it "
			"is: restore a copy, or name another one with --store",
			store->path);
	return true;
}

/* While another program works on it the file alone is no whole: then only its mark is judged here,
 * and the rest on the connection that sees the write-ahead file too. */
static enum check_result
check_bytes(const struct store *store, struct error *err)
{
	enum check_result result = CHECK_LIVE;
	sqlite3 *db;

	if (!open_immutable(store, &db, err))
		return CHECK_REFUSED;
	if (!check_owner_mark(store, db, err))
		result = CHECK_REFUSED;
	else if (!is_not_empty(store->location, "-wal"))
		result = check_connection(store, db, err) ? CHECK_SOUND : CHECK_REFUSED;
	if (result == CHECK_REFUSED && is_not_empty(store->location, "-wal") &&
		check_owner_mark(store, db, NULL))
		result = CHECK_LIVE;
	sqlite3_close(db);
	return result;
}

enum check_result
check_file(const struct store *store, struct error *err)
{
	struct stat st;

	if (lstat(store->location, &st) != 0) {
		if (errno == ENOENT && check_orphans(store, err))
			return CHECK_ABSENT;
		if (errno != ENOENT)
			error_set(err, ERROR_STORE, "%s: %s", store->path, strerror(errno));
		return CHECK_REFUSED;
	}
	if (!check_mode(store, &st, err))
		return CHECK_REFUSED;
	if (st.st_size == 0)
		return check_orphans(store, err) ? CHECK_ABSENT : CHECK_REFUSED;
	/* SQLite takes what is smaller than its smallest page for an empty database. */
	if (st.st_size < 512) {
		no_database(store, err);
		return CHECK_REFUSED;
	}
	return check_bytes(store, err);
}
