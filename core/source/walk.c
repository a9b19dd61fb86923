#include "core/source/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* Folders are kept open down to OPEN_LEVELS, so that what they hold is found without its path. */
enum { MAX_LEVELS = 256, OPEN_LEVELS = 32, READ_BYTES = 32 << 10 };

/* A folder being walked; the chain upwards shows loops. */
struct level {
	const struct level *above;
	dev_t device;
	ino_t inode;
	int depth;
	int fd;		  /* AT_FDCWD: too deep */
	const char *real; /* borrows from the walk; NULL: not known */
};

/* One entry of a folder, until it is walked. */
struct entry {
	size_t name;	    /* where it stands in the walk's `names` */
	unsigned char type; /* DT_… */
};

struct walking {
	struct walk *walk;
	struct buf path; /* where we are */
	/* The entries of all folders down to where we are, those of the deepest last. */
	struct buf names; /* each with its NUL */
	struct entry *entries;
	size_t count, capacity;
	char *read; /* owns; READ_BYTES of the folder that is read */
	void (*problem)(void *context, const struct problem *problem);
	void *context;
};

static void
say(struct walking *w, enum problem_severity severity, const char *path, const char *reason)
{
	struct problem problem = {.severity = severity,
		.source = STR("file"),
		.path = str_from(path),
		.offset = PROBLEM_NO_OFFSET,
		.reason = str_from(reason)};

	w->problem(w->context, &problem);
}

static void
say_errno(struct walking *w, const char *path, const char *what, int number)
{
	char reason[160];

	snprintf(reason, sizeof(reason), "%s: %s", what, strerror(number));
	say(w, PROBLEM_ERROR, path, reason);
}

/* ---- files ---- */

bool
walk_is_log_name(struct str name)
{
	static const char *const endings[] = {".json", ".jsonl", ".ndjson", ".log", ".csv", ".gz"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		struct str ending = str_from(endings[i]);

		if (name.len > ending.len &&
			str_equal_ascii_nocase(
				str_slice(name, name.len - ending.len, ending.len), ending))
			return true;
	}
	return false;
}

static void
add_file(struct walk *walk, const char *path, const char *folder, const struct stat *st, bool given)
{
	struct walk_file *file = MEM_NEW(struct walk_file);

	*file = (struct walk_file){
		.path = mem_strdup(path),
		.folder = folder,
		.size = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0,
		.mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec,
		.ctime_ns = st->st_ctim.tv_sec * INT64_C(1000000000) + st->st_ctim.tv_nsec,
		.device = st->st_dev,
		.inode = st->st_ino,
		.mode = st->st_mode,
		.place = walk->count,
		.given = given,
		.log_name = walk_is_log_name(str_from(path)),
	};
	MEM_GROW(walk->files, walk->count, walk->capacity);
	walk->files[walk->count++] = file;
	walk->bytes += file->size;
	walk->ended = walk->file && !walk->file(walk->file_context, file);
}

static void
add_special(struct walking *w, const char *path, const struct stat *st, bool given)
{
	const char *what = S_ISFIFO(st->st_mode)   ? "a FIFO"
			   : S_ISSOCK(st->st_mode) ? "a socket"
						   : "a device";
	char reason[64];

	if (given && (S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode))) {
		add_file(w->walk, path, NULL, st,
			true); /* asked for by name: it is read to its end */
		return;
	}
	snprintf(reason, sizeof(reason), "is %s, not read", what);
	say(w, given ? PROBLEM_ERROR : PROBLEM_NOTE, path, reason);
}

/* ---- folders ---- */

bool
walk_is_skipped_folder(struct str name)
{
	return str_is(name, "CloudTrail-Digest") || str_is(name, "CloudTrail-Insight");
}

bool
walk_skips(const char *path)
{
	const char *slash = strrchr(path, '/');

	return walk_is_skipped_folder(str_from(slash ? slash + 1 : path));
}

static const char *
keep_folder(struct walk *walk, char *real)
{
	if (!real)
		return NULL;
	MEM_GROW(walk->folders, walk->folder_count, walk->folder_capacity);
	walk->folders[walk->folder_count++] = real;
	return real;
}

/* That of the folder at w->path: below one that is known, and no link, it needs no look. */
static const char *
real_folder(struct walking *w, const struct level *above, const char *name, unsigned char type)
{
	struct buf real = {0};

	if (!above || !above->real || type != DT_DIR)
		return keep_folder(w->walk, realpath(buf_cstr(&w->path), NULL));
	buf_puts(&real, above->real);
	if (real.len && real.data[real.len - 1] != '/')
		buf_putc(&real, '/');
	buf_puts(&real, name);
	return keep_folder(w->walk, buf_take(&real));
}

static int
by_bytes(const void *a, const void *b, void *names)
{
	const struct entry *left = a, *right = b;

	return strcmp((char *)names + left->name, (char *)names + right->name);
}

static void
note_entry(struct walking *w, const struct dirent64 *found)
{
	const char *name = found->d_name;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	MEM_GROW(w->entries, w->count, w->capacity);
	w->entries[w->count++] = (struct entry){w->names.len, found->d_type};
	buf_append(&w->names, name, strlen(name) + 1);
}

/* Without a DIR: most folders hold little, and each would take three more calls and a buffer of its
 * own. False with errno when the folder cannot be read to its end. */
static bool
read_entries(struct walking *w, int fd)
{
	const struct dirent64 *found;
	size_t from = w->count;
	ssize_t got;

	if (!w->read)
		w->read = mem_alloc(READ_BYTES);
	while ((got = getdents64(fd, w->read, READ_BYTES)) > 0)
		for (ssize_t at = 0; at < got; at += found->d_reclen) {
			found = (const struct dirent64 *)(const void *)(w->read + at);
			note_entry(w, found);
		}
	if (got < 0 && errno != ENOENT) /* that: it was removed meanwhile */
		return false;
	if (w->count > from)
		qsort_r(w->entries + from, w->count - from, sizeof(*w->entries), by_bytes,
			w->names.data);
	return true;
}

static void add_path(struct walking *w, const struct level *above, const char *name,
	unsigned char type, bool given);

/* Those from there on. */
static void
add_entries(struct walking *w, size_t from, const struct level *level)
{
	size_t len = w->path.len, end = w->count;

	if (len && w->path.data[len - 1] != '/')
		buf_putc(&w->path, '/');
	for (size_t i = from; i < end && !w->walk->ended; i++) {
		size_t folder = w->path.len;

		buf_puts(&w->path, w->names.data + w->entries[i].name);
		add_path(w, level, w->path.data + folder, w->entries[i].type, false);
		w->path.len = folder;
	}
	w->path.len = len;
	w->path.data[len] = '\0';
}

static void
list_folder(struct walking *w, struct level *level, const char *name, unsigned char type)
{
	int at = level->above ? level->above->fd : AT_FDCWD;
	int fd = openat(
		at, at == AT_FDCWD ? buf_cstr(&w->path) : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t from = w->count, names = w->names.len;

	if (fd < 0 || !read_entries(w, fd))
		say_errno(w, buf_cstr(&w->path), "the folder cannot be read", errno);
	if (fd < 0)
		return;
	level->fd = level->depth < OPEN_LEVELS ? fd : AT_FDCWD;
	level->real = real_folder(w, level->above, name, type);
	if (level->fd == AT_FDCWD)
		close(fd);
	add_entries(w, from, level);
	if (level->fd != AT_FDCWD)
		close(fd);
	w->count = from;
	w->names.len = names;
}

static void
add_folder(struct walking *w, const struct level *above, const char *name, unsigned char type,
	const struct stat *st)
{
	const char *path = buf_cstr(&w->path);
	struct level level = {.above = above,
		.device = st->st_dev,
		.inode = st->st_ino,
		.depth = above ? above->depth + 1 : 0};

	for (; above; above = above->above) {
		if (above->device != st->st_dev || above->inode != st->st_ino)
			continue;
		say(w, PROBLEM_NOTE, path, "is a link back to a folder above, not followed");
		return;
	}
	if (level.depth > MAX_LEVELS) {
		say(w, PROBLEM_ERROR, path, "is too many folders deep");
		return;
	}
	if (!place_set_add(&w->walk->reached, st->st_dev, st->st_ino))
		return;
	if (w->walk->folder)
		w->walk->folder(w->walk->folder_context, path);
	list_folder(w, &level, name, type);
}

static void
say_not_there(struct walking *w, const char *path, bool given, int number)
{
	/* A link to nothing inside a folder is litter, not lost bytes. */
	if (!given && number == ENOENT)
		say(w, PROBLEM_NOTE, path, "is a link to nothing");
	else if (!given && number == ELOOP)
		say(w, PROBLEM_NOTE, path, "is a loop of links");
	else
		say_errno(w, path, "cannot be read", number);
}

/* What stands at w->path, of that name in the folder above. */
static void
add_path(struct walking *w, const struct level *above, const char *name, unsigned char type,
	bool given)
{
	const char *path = buf_cstr(&w->path);
	int at = above ? above->fd : AT_FDCWD;
	struct stat st;

	if (fstatat(at, at == AT_FDCWD ? path : name, &st, 0) != 0)
		say_not_there(w, path, given, errno);
	else if (S_ISDIR(st.st_mode) && !given && walk_skips(path))
		say(w, PROBLEM_NOTE, path, "holds no records, stepped over");
	else if (S_ISDIR(st.st_mode))
		add_folder(w, above, name, type, &st);
	else if (!S_ISREG(st.st_mode))
		add_special(w, path, &st, given);
	else if (place_set_add(&w->walk->reached, st.st_dev, st.st_ino))
		add_file(w->walk, path, above && type == DT_REG ? above->real : NULL, &st, given);
}

/* It can be read once; two workers would each get a part. */
static bool
holds_standard_input(const struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		if (strcmp(walk->files[i]->path, "-") == 0)
			return true;
	return false;
}

void
walk_add(struct walk *walk, const char *path,
	void (*problem)(void *context, const struct problem *problem), void *context)
{
	struct walking w = {.walk = walk, .problem = problem, .context = context};
	struct stat st = {0};

	if (strcmp(path, "-") != 0) {
		buf_puts(&w.path, path);
		add_path(&w, NULL, path, DT_UNKNOWN, true);
		buf_fini(&w.path);
		buf_fini(&w.names);
		free(w.entries);
		free(w.read);
		return;
	}
	if (holds_standard_input(walk))
		return;
	if (fstat(STDIN_FILENO, &st) != 0)
		say_errno(&w, path, "cannot be read", errno);
	else if (S_ISDIR(st.st_mode))
		say(&w, PROBLEM_ERROR, path, "is a folder");
	else
		add_file(walk, path, NULL, &st, true);
}

void
walk_real_path(const struct walk_file *file, struct buf *out)
{
	const char *slash = strrchr(file->path, '/');
	char *real = NULL;

	buf_clear(out);
	if (file->folder) {
		buf_puts(out, file->folder);
		if (out->len && out->data[out->len - 1] != '/')
			buf_putc(out, '/');
		buf_puts(out, slash ? slash + 1 : file->path);
		return;
	}
	if (strcmp(file->path, "-") != 0)
		real = realpath(file->path, NULL);
	buf_puts(out, real ? real : file->path);
	free(real);
}

void
walk_fini(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		free(walk->files[i]->path);
		free(walk->files[i]);
	}
	free(walk->files);
	for (size_t i = 0; i < walk->folder_count; i++)
		free(walk->folders[i]);
	free(walk->folders);
	place_set_fini(&walk->reached);
	*walk = (struct walk){0};
}
