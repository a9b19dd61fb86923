/* Safe files: nobody but root and the store's owner can have written them, or change them now. */
#include "core/validation/policy_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

void
policy_put_quoted(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+@:,%";

	if (*word && word[strspn(word, plain)] == '\0') {
		buf_puts(out, word);
		return;
	}
	buf_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *word);
	}
	buf_putc(out, '\'');
}

/* ---- judging ---- */

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "FILE: its folder /srv " or "FILE: ", then why, then the command with its operand. */
static bool
refuse(const struct policy_facts *facts, const char *file, const char *why, const char *command,
	const char *behind, struct error *err)
{
	struct buf mend = {0};

	buf_puts(&mend, command);
	policy_put_quoted(&mend, facts->path);
	buf_puts(&mend, behind);
	error_set(err, ERROR_USAGE, "%s: %s%s%s%s: %s", file, facts->way ? "its folder " : "",
		facts->way ? facts->path : "", facts->way ? " " : "", why, buf_cstr(&mend));
	buf_fini(&mend);
	return false;
}

/* A folder that is meant to be everybody's or somebody's stays so: the file moves. */
static bool
refuse_place(const struct policy_facts *facts, const char *file, const char *why, struct error *err)
{
	struct buf mend = {0};

	buf_puts(&mend, "install -D -m 644 ");
	policy_put_quoted(&mend, file);
	buf_puts(&mend, " /etc/keywatch/");
	policy_put_quoted(&mend, base_of(file));
	error_set(err, ERROR_USAGE, "%s: its folder %s %s: %s", file, facts->path, why,
		buf_cstr(&mend));
	buf_fini(&mend);
	return false;
}

static bool
judge_writers(const struct policy_facts *facts, const char *file, struct error *err)
{
	char why[160];

	if (!(facts->mode & (S_IWGRP | S_IWOTH)))
		return true;
	snprintf(why, sizeof(why), "may be written by %s (mode %04o)",
		facts->mode & S_IWOTH ? "everybody" : "its group", (unsigned)facts->mode & 07777);
	if (facts->way && facts->mode & S_ISVTX) {
		snprintf(why, sizeof(why),
			"may be written by %s (mode %04o; the sticky bit does not help)",
			facts->mode & S_IWOTH ? "everybody" : "its group",
			(unsigned)facts->mode & 07777);
		return refuse_place(facts, file, why, err);
	}
	return refuse(facts, file, why, "chmod go-w ", "", err);
}

static const char *
kind_name(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

static bool
judge_file(const struct policy_facts *facts, const char *file, struct error *err)
{
	char why[96];

	if (!S_ISREG(facts->mode))
		return error_set(err, ERROR_USAGE, "%s: is %s, no file: name a file instead", file,
			kind_name(facts->mode));
	if (facts->links > 1) {
		struct buf behind = {0};

		snprintf(why, sizeof(why),
			"has %lu names (hard links), and the others may lie anywhere",
			(unsigned long)facts->links);
		buf_puts(&behind, " /etc/keywatch/new && mv /etc/keywatch/new ");
		policy_put_quoted(&behind, facts->path);
		refuse(facts, file, why, "cp -p ", buf_cstr(&behind), err);
		buf_fini(&behind);
		return false;
	}
	return true;
}

bool
policy_judge(const struct policy_place *place, const struct policy_facts *facts, const char *file,
	struct error *err)
{
	char why[96];

	if (!facts->way && !judge_file(facts, file, err))
		return false;
	if (facts->way && place->has_folder && facts->device == place->device &&
		facts->inode == place->inode)
		return refuse_place(facts, file, "is the store's", err);
	if (facts->owner != 0 && facts->owner != place->owner) {
		snprintf(why, sizeof(why), "belongs to uid %lu, neither root nor the store's owner",
			(unsigned long)facts->owner);
		return facts->way ? refuse_place(facts, file, why, err)
				  : refuse(facts, file, why, "chown root ", "", err);
	}
	return judge_writers(facts, file, err);
}

/* The folder of a path, as text. */
static char *
folder_of(const char *path)
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
policy_place_of(struct policy_place *place, const char *store_path, struct error *err)
{
	struct stat st;
	char *folder;

	*place = (struct policy_place){.owner = geteuid()};
	if (!store_path || !*store_path)
		return true;
	if (lstat(store_path, &st) == 0) {
		if (S_ISLNK(st.st_mode))
			return error_set(err, ERROR_USAGE,
				"%s: the store is a symbolic link; name the file itself",
				store_path);
		place->owner = st.st_uid;
	}
	folder = folder_of(store_path);
	if (stat(folder, &st) == 0) {
		place->has_folder = true;
		place->device = st.st_dev;
		place->inode = st.st_ino;
	}
	free(folder);
	return true;
}

/* ---- going there ---- */

struct walk {
	const struct policy_place *place;
	const char *file; /* as asked for */
	struct buf here;  /* the folder behind fd, without a slash at its end */
	struct buf rest;  /* what is still to go */
	int fd;		  /* O_PATH */
	int links;
	bool refused; /* and err says the first reason */
	struct error *err;
};

static struct policy_facts
facts_of(const struct stat *st, const char *path)
{
	return (struct policy_facts){.path = *path ? path : "/",
		.way = S_ISDIR(st->st_mode),
		.mode = st->st_mode,
		.owner = st->st_uid,
		.links = st->st_nlink,
		.device = st->st_dev,
		.inode = st->st_ino};
}

static bool
is_judged(const struct walk *w)
{
	const char *top = w->place->top;
	size_t len = top ? strlen(top) : 0;

	return !top || (w->here.len >= len && memcmp(w->here.data, top, len) == 0 &&
			       (w->here.len == len || w->here.data[len] == '/'));
}

/* Goes on after a refusal: a file that is not there at all is no unsafe one. */
static void
judge_here(struct walk *w, const struct stat *st)
{
	struct policy_facts facts = facts_of(st, buf_cstr(&w->here));

	bool odd = !S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode);

	if (!w->refused && (odd || is_judged(w)))
		w->refused = !policy_judge(w->place, &facts, w->file, w->err);
}

/* What the system refused; `mend` lets others read or pass what `here` is. */
static enum policy_found
cannot(struct walk *w, int code, const char *mend)
{
	struct buf command = {0};

	if (code == EACCES) {
		buf_printf(&command, ": %s", mend);
		policy_put_quoted(&command, w->here.len ? buf_cstr(&w->here) : "/");
	}
	if (!w->refused)
		error_set(w->err, ERROR_USAGE, "%s: %s%s", w->file, strerror(code),
			buf_cstr(&command));
	buf_fini(&command);
	w->refused = true;
	return POLICY_UNSAFE;
}

static void
enter(struct walk *w, int fd)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd;
}

static bool
enter_root(struct walk *w)
{
	struct stat st;

	enter(w, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	buf_clear(&w->here);
	if (w->fd < 0 || fstat(w->fd, &st) != 0)
		return false;
	judge_here(w, &st);
	return true;
}

/* The next name of the rest, or NULL at its end; owned. */
static char *
next_name(struct walk *w)
{
	struct buf name = {0};
	size_t skip = strspn(buf_cstr(&w->rest), "/");
	size_t len = strcspn(buf_cstr(&w->rest) + skip, "/");

	if (len == 0)
		return NULL;
	buf_append(&name, w->rest.data + skip, len);
	buf_consume(&w->rest, skip + len);
	return buf_take(&name);
}

static bool
follow(struct walk *w, int link)
{
	struct buf rest = {0};
	char target[PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target));

	if (n <= 0 || n == (ssize_t)sizeof(target) || ++w->links > LINKS_MAX) {
		errno = n < 0 ? errno : ELOOP;
		return false;
	}
	buf_append(&rest, target, (size_t)n);
	buf_str(&rest, buf_view(&w->rest));
	buf_fini(&w->rest);
	w->rest = rest;
	return target[0] != '/' || enter_root(w);
}

static bool
go_up(struct walk *w)
{
	int fd = openat(w->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *slash = w->here.len ? strrchr(w->here.data, '/') : NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	if (slash)
		w->here.len = (size_t)(slash - w->here.data);
	if (w->here.data)
		w->here.data[w->here.len] = '\0';
	enter(w, fd);
	judge_here(w, &st);
	return true;
}

static enum policy_found
read_all(struct walk *w, int fd, size_t max, struct policy_file *file)
{
	struct buf bytes = {0};
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0 && bytes.len <= max)
		buf_append(&bytes, chunk, (size_t)n);
	if (n < 0 || bytes.len > max) {
		int code = n < 0 ? errno : EFBIG;

		buf_fini(&bytes);
		if (code != EFBIG)
			return cannot(w, code, "chmod a+r ");
		error_set(w->err, ERROR_USAGE, "%s: is larger than %zu bytes", w->file, max);
		return POLICY_UNSAFE;
	}
	buf_reserve(&bytes, 0);
	file->content.len = bytes.len;
	file->content.data = buf_take(&bytes);
	file->path = buf_take(&w->here);
	return POLICY_FOUND;
}

/* `seen` is what stood there before it was opened for reading; opening a device would act on it. */
static enum policy_found
read_file(struct walk *w, const char *name, const struct stat *seen, size_t max,
	struct policy_file *file)
{
	struct stat st;
	enum policy_found found;
	int fd;

	buf_printf(&w->here, "/%s", name);
	judge_here(w, seen);
	if (w->refused)
		return POLICY_UNSAFE;
	fd = openat(w->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		found = cannot(w, errno, "chmod a+r ");
	} else {
		judge_here(w, &st);
		found = w->refused ? POLICY_UNSAFE : read_all(w, fd, max, file);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

enum step { STEP_ON, STEP_FILE, STEP_FAILED };

/* One name further. STEP_FILE: it is no folder, and st says what. */
static enum step
step(struct walk *w, const char *name, struct stat *st)
{
	enum step result = STEP_ON;
	int fd;

	if (strcmp(name, ".") == 0)
		return STEP_ON;
	if (strcmp(name, "..") == 0)
		return go_up(w) ? STEP_ON : STEP_FAILED;
	fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return STEP_FAILED;
	if (fstat(fd, st) != 0) {
		result = STEP_FAILED;
	} else if (S_ISLNK(st->st_mode)) {
		result = follow(w, fd) ? STEP_ON : STEP_FAILED;
	} else if (S_ISDIR(st->st_mode)) {
		buf_printf(&w->here, "/%s", name);
		enter(w, fd);
		judge_here(w, st);
		return STEP_ON;
	} else {
		result = STEP_FILE;
	}
	close(fd);
	return result;
}

static enum policy_found
walk_to(struct walk *w, size_t max, struct policy_file *file)
{
	char *name;

	if (!enter_root(w))
		return cannot(w, errno, "chmod a+x ");
	while ((name = next_name(w))) {
		enum policy_found found = POLICY_UNSAFE;
		struct stat st = {0};
		enum step result = step(w, name, &st);
		int code = errno;

		if (result == STEP_FILE && w->rest.len == 0)
			found = read_file(w, name, &st, max, file);
		else if (result == STEP_FILE)
			found = cannot(w, ENOTDIR, "");
		else if (result == STEP_FAILED)
			found = code == ENOENT && !w->links ? POLICY_ABSENT
							    : cannot(w, code, "chmod a+x ");
		free(name);
		if (result != STEP_ON)
			return found;
	}
	if (!w->refused)
		error_set(w->err, ERROR_USAGE, "%s: is a folder, no file: name a file instead",
			w->file);
	return POLICY_UNSAFE;
}

enum policy_found
policy_file_read(const struct policy_place *place, const char *path, size_t max,
	struct policy_file *file, struct error *err)
{
	struct error scratch;
	struct walk w = {.place = place, .file = path, .fd = -1, .err = err ? err : &scratch};
	enum policy_found found;

	if (*path != '/') {
		error_set(err, ERROR_USAGE, "%s: is relative: a path begins with /", path);
		return POLICY_UNSAFE;
	}
	buf_puts(&w.rest, path);
	found = walk_to(&w, max, file);
	enter(&w, -1);
	buf_fini(&w.here);
	buf_fini(&w.rest);
	return found;
}

void
policy_file_fini(struct policy_file *file)
{
	free(file->path);
	free((char *)(uintptr_t)file->content.data);
	*file = (struct policy_file){0};
}
