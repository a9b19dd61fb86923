/* A new store appears whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/store/private.h"

static bool
system_fail(const struct store *store, const char *doing, struct error *err)
{
	return error_set(
		err, ERROR_STORE, "%s: cannot %s: %s", store->path, doing, strerror(errno));
}

/* Every missing folder of it, 0700 whatever the umask. */
static bool
make_folders(const struct store *store, char *folder, struct error *err)
{
	for (char *p = folder + 1;; p++) {
		char c = *p;
		bool made;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		made = mkdir(folder, 0700) == 0;
		if (!made && errno != EEXIST && access(folder, F_OK) != 0)
			return system_fail(store, "make its folder", err);
		if (made && chmod(folder, 0700) != 0)
			return system_fail(store, "keep its folder private", err);
		*p = c;
		if (c == '\0')
			return true;
	}
}

/* In a folder that others may write they can put another file in its place. */
static bool
check_folder(const struct store *store, const char *folder, struct error *err)
{
	struct stat st;

	if (stat(folder, &st) != 0)
		return system_fail(store, "look at its folder", err);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERROR_STORE, "%s: %s is no folder", store->path, folder);
	if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
		return error_set(err, ERROR_STORE,
			"%s: everybody may write the folder of this store, so nothing in it can be "
			"believed: chmod o-w it, or name another one with --store",
			store->path);
	return true;
}

char *
create_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf folder = {0};

	if (!slash)
		buf_puts(&folder, ".");
	else
		buf_append(&folder, path, slash == path ? 1 : (size_t)(slash - path));
	return buf_take(&folder);
}

bool
create_location(struct store *store, struct error *err)
{
	const char *slash = strrchr(store->path, '/');
	const char *base = slash ? slash + 1 : store->path;
	char *folder, real[PATH_MAX];
	struct buf location = {0};
	bool ok;

	if (base[0] == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return error_set(err, ERROR_STORE, "\"%s\" is no file; name a file for the store",
			store->path);
	folder = create_folder_of(store->path);
	ok = make_folders(store, folder, err);
	if (ok && !realpath(folder, real))
		ok = system_fail(store, "find its folder", err);
	ok = ok && check_folder(store, real, err) && place_is_local(store, real, err);
	if (ok) {
		buf_printf(&location, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base);
		store->location = buf_take(&location);
	}
	free(folder);
	return ok;
}

/* ---- the file ---- */

static bool
fill(const struct store *store, const char *path, struct error *err)
{
	sqlite3 *db = NULL;
	bool ok;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK) {
		sql_fail(store, db, err);
		sqlite3_close(db);
		return false;
	}
	sql_configure(db);
	/* Rows of 4 KB fit badly into pages of 4 KB: 16 KB take alerts 1.4 times as fast. Closing
	 * in WAL mode leaves one file, and its first page already bears our mark. */
	ok = sql_exec(store, db, "PRAGMA page_size=16384; PRAGMA synchronous=FULL", err) &&
	     schema_migrate(store, db, err) && sql_exec(store, db, "PRAGMA journal_mode=WAL", err);
	if (sqlite3_close(db) != SQLITE_OK && ok)
		ok = error_set(err, ERROR_STORE, "%s: cannot be closed", store->path);
	return ok;
}

static void
sync_folder(const char *location)
{
	char *folder = create_folder_of(location);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

/* An empty file is somebody's wish for a store: it is replaced while it is locked, so that two of
 * us do not both do it. */
static bool
take_place(const struct store *store, const char *made, struct error *err)
{
	struct stat mine, there;
	int fd;
	bool ok = true;

	if (link(made, store->location) == 0)
		return true;
	if (errno != EEXIST)
		return system_fail(store, "make the store", err);
	/* Closing a descriptor of a store in use would drop our own handles' locks. */
	if (lstat(store->location, &there) == 0 && there.st_size > 0)
		return true;
	fd = open(store->location, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return system_fail(store, "open the store", err);
	flock(fd, LOCK_EX);
	if (fstat(fd, &mine) == 0 && stat(store->location, &there) == 0 &&
		mine.st_ino == there.st_ino && mine.st_dev == there.st_dev && mine.st_size == 0 &&
		rename(made, store->location) != 0)
		ok = system_fail(store, "make the store", err);
	close(fd);
	return ok;
}

bool
create_file(const struct store *store, struct error *err)
{
	struct buf made = {0};
	bool ok;
	int fd;

	buf_printf(&made, "%s.new-XXXXXX", store->location);
	fd = mkostemp(made.data, O_CLOEXEC); /* 0600 */
	if (fd < 0) {
		system_fail(store, "make the store", err);
		buf_fini(&made);
		return false;
	}
	close(fd);
	ok = fill(store, buf_cstr(&made), err) && take_place(store, buf_cstr(&made), err);
	unlink(buf_cstr(&made));
	sync_folder(store->location);
	buf_fini(&made);
	return ok;
}
