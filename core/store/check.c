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

char *
check_immutable_uri(const struct store *store)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
	struct buf uri = {0};

	buf_puts(&uri, "file:");
	for (const char *p = store->location; *p; p++) {
		if (strchr(plain, *p))
			buf_putc(&uri, *p);
		else
			buf_printf(&uri, "%%%02X", (unsigned char)*p);
	}
	buf_puts(&uri, "?mode=ro&immutable=1");
	return buf_take(&uri);
}

static bool
open_for_check(
	const struct store *store, const char *location, int flags, sqlite3 **db, struct error *err)
{
	if (sqlite3_open_v2(location, db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
		sql_configure(*db);
		return true;
	}
	sql_fail(store, *db, err);
	sqlite3_close(*db);
	return false;
}

static bool
open_immutable(const struct store *store, sqlite3 **db, struct error *err)
{
	char *uri = check_immutable_uri(store);
	bool ok = open_for_check(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, db, err);

	free(uri);
	return ok;
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
		return no_database(store, err);
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
is_ok(sqlite3 *db, const char *pragma)
{
	sqlite3_stmt *stmt;
	bool ok = false;

	if (sqlite3_prepare_v2(db, pragma, -1, &stmt, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		ok = str_is(sql_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	return ok;
}

/* A decision that its index does not find is one that nobody sees. */
static bool
is_intact(sqlite3 *db)
{
	return is_ok(db, "PRAGMA quick_check(1)") && is_ok(db, "PRAGMA integrity_check(decision)");
}

static bool
damaged(const struct store *store, struct error *err)
{
	return error_set(err, ERROR_STORE,
		"%s: the store is damaged; it is left as it is: restore a copy, or save what is "
		"readable with `sqlite3 FILE .recover`",
		store->path);
}

bool
check_connection(const struct store *store, sqlite3 *db, struct error *err)
{
	if (!check_owner_mark(store, db, err))
		return false;
	if (is_small(db) && !is_intact(db))
		return damaged(store, err);
	if (!schema_is_ours(db))
		return error_set(err, ERROR_STORE,
			"%s: the tables in the store are not as keywatch made them; it is left as "
			"it "
			"is: restore a copy, or name another one with --store",
			store->path);
	return true;
}

/* SQLite fills up a last page that was cut. */
static bool
is_long_enough(sqlite3 *db, const struct stat *st)
{
	return sql_number(db, "PRAGMA page_count", 0) * sql_number(db, "PRAGMA page_size", 0) <=
	       st->st_size;
}

/* Somebody works on it, or did since `st`: what was read without a lock may be of two states. */
static bool
is_in_use(const struct store *store, const struct stat *st)
{
	struct stat now;

	return is_not_empty(store->location, "-wal") || lstat(store->location, &now) != 0 ||
	       now.st_ino != st->st_ino || now.st_size != st->st_size ||
	       now.st_mtim.tv_sec != st->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != st->st_mtim.tv_nsec;
}

static bool
is_whole(const struct store *store, sqlite3 *db, const struct stat *st, struct error *err)
{
	return check_connection(store, db, err) && (is_long_enough(db, st) || damaged(store, err));
}

/* While another program works on it the file alone is no whole: then only its mark is judged here,
 * if it can be, and the rest on the connection that sees the write-ahead file too. */
static enum check_result
check_bytes(const struct store *store, const struct stat *st, struct error *err)
{
	bool at_rest = !is_not_empty(store->location, "-wal");
	enum check_result result = CHECK_REFUSED;
	bool marked, torn;
	sqlite3 *db;

	if (!open_immutable(store, &db, err))
		return CHECK_REFUSED;
	marked = check_owner_mark(store, db, err);
	torn = !marked && (sqlite3_errcode(db) & 0xff) == SQLITE_CORRUPT;
	if (marked && at_rest && is_whole(store, db, st, err))
		result = CHECK_SOUND;
	else if ((marked || torn) && (!at_rest || is_in_use(store, st)))
		result = CHECK_LIVE;
	sqlite3_close(db);
	return result;
}

/* ---- left behind: a write-ahead file, and nobody who uses it ---- */

/* A crash leaves a write-ahead file short or without its beginning, never with another one. */
static bool
check_wal_mark(const struct store *store, struct error *err)
{
	static const unsigned char marks[][4] = {
		{0x37, 0x7f, 0x06, 0x82}, {0x37, 0x7f, 0x06, 0x83}, {0}};
	unsigned char mark[4] = {0};
	struct buf path = {0};
	bool ok = false;
	int fd;

	buf_printf(&path, "%s-wal", store->location);
	fd = open(buf_cstr(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	buf_fini(&path);
	if (fd < 0)
		return true; /* just gone, or SQLite will say why it cannot be read */
	ok = read(fd, mark, sizeof(mark)) < 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		ok |= memcmp(mark, marks[i], sizeof(mark)) == 0;
	close(fd);
	if (ok)
		return true;
	return error_set(err, ERROR_STORE,
		"%s-wal is damaged; it may hold decisions: restore a copy of it, or move it away "
		"to go on without what it holds",
		store->path);
}

/* In exclusive mode SQLite keeps the index of the write-ahead file in memory, so that what is
 * refused gets no -shm file beside it. */
static enum check_result
check_alone(const struct store *store, struct error *err)
{
	enum check_result result = CHECK_LIVE;
	sqlite3 *db;

	if (!open_for_check(
		    store, store->location, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, &db, err))
		return CHECK_REFUSED;
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_busy_timeout(db, 0);
	sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL);
	sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
	if ((sqlite3_errcode(db) & 0xff) != SQLITE_BUSY)
		result = check_connection(store, db, err) ? CHECK_SOUND : CHECK_REFUSED;
	sqlite3_close(db);
	return result;
}

bool
check_may_write(const struct store *store)
{
	char *folder = create_folder_of(store->location);
	bool may = faccessat(AT_FDCWD, store->location, W_OK, AT_EACCESS) == 0 &&
		   faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) == 0;

	free(folder);
	return may;
}

static enum check_result
check_left_behind(const struct store *store, struct error *err)
{
	if (!check_may_write(store)) {
		error_set(err, ERROR_STORE,
			"%s: what was saved last stands in its -wal file, and the store cannot be "
			"written: copy both to a folder of yours and name the copy with --store",
			store->path);
		return CHECK_REFUSED;
	}
	return check_wal_mark(store, err) ? check_alone(store, err) : CHECK_REFUSED;
}

enum check_result
check_file(const struct store *store, struct error *err)
{
	enum check_result result;
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
	result = check_bytes(store, &st, err);
	if (result == CHECK_LIVE && !is_not_empty(store->location, "-shm"))
		result = check_left_behind(store, err);
	return result;
}
