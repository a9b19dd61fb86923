#include "core/source/walk.h"

#include <dirent.h>
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

enum { MAX_LEVELS = 256 };

/* A folder being walked; the chain upwards shows loops. */
struct level {
	const struct level *above;
	dev_t device;
	ino_t inode;
	int depth;
};

struct walking {
	struct walk *walk;
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

/* ---- what was reached already ---- */

struct place {
	dev_t device;
	ino_t inode;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	return (left->inode > right->inode) - (left->inode < right->inode);
}

/* False when it was reached before. */
static bool
reach(struct walk *walk, const struct stat *st)
{
	struct place *place = MEM_NEW(struct place), **found;

	place->device = st->st_dev;
	place->inode = st->st_ino;
	found = tsearch(place, &walk->reached, compare_places);
	if (!found)
		abort();
	if (*found == place)
		return true;
	free(place);
	return false;
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
add_file(struct walk *walk, const char *path, const struct stat *st, bool given)
{
	MEM_GROW(walk->files, walk->count, walk->capacity);
	walk->files[walk->count++] = (struct walk_file){
		.path = mem_strdup(path),
		.size = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0,
		.mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec,
		.ctime_ns = st->st_ctim.tv_sec * INT64_C(1000000000) + st->st_ctim.tv_nsec,
		.device = st->st_dev,
		.inode = st->st_ino,
		.mode = st->st_mode,
		.given = given,
		.log_name = walk_is_log_name(str_from(path)),
	};
	walk->bytes += walk->files[walk->count - 1].size;
}

static void
add_special(struct walking *w, const char *path, const struct stat *st, bool given)
{
	const char *what = S_ISFIFO(st->st_mode)   ? "a FIFO"
			   : S_ISSOCK(st->st_mode) ? "a socket"
						   : "a device";
	char reason[64];

	if (given && (S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode))) {
		add_file(w->walk, path, st, true); /* asked for by name: it is read to its end */
		return;
	}
	snprintf(reason, sizeof(reason), "is %s, not read", what);
	say(w, given ? PROBLEM_ERROR : PROBLEM_NOTE, path, reason);
}

/* ---- folders ---- */

static void add_path(struct walking *w, const char *path, const struct level *above, bool given);

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

static int
not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
add_entry(struct walking *w, const char *folder, const char *name, const struct level *level)
{
	size_t len = strlen(folder);
	struct buf path = {0};

	buf_puts(&path, folder);
	if (len && folder[len - 1] != '/')
		buf_putc(&path, '/');
	buf_puts(&path, name);
	add_path(w, buf_cstr(&path), level, false);
	buf_fini(&path);
}

static void
add_folder(struct walking *w, const char *path, const struct stat *st, const struct level *above)
{
	struct level level = {above, st->st_dev, st->st_ino, above ? above->depth + 1 : 0};
	struct dirent **entries;
	int count;

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
	if (!reach(w->walk, st))
		return;
	if (w->walk->folder)
		w->walk->folder(w->walk->folder_context, path);
	count = scandir(path, &entries, not_dots, by_bytes);
	if (count < 0) {
		say_errno(w, path, "the folder cannot be read", errno);
		return;
	}
	for (int i = 0; i < count; i++) {
		add_entry(w, path, entries[i]->d_name, &level);
		free(entries[i]);
	}
	free(entries);
}

static void
add_path(struct walking *w, const char *path, const struct level *above, bool given)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		/* A link to nothing inside a folder is litter, not lost bytes. */
		if (!given && errno == ENOENT)
			say(w, PROBLEM_NOTE, path, "is a link to nothing");
		else if (!given && errno == ELOOP)
			say(w, PROBLEM_NOTE, path, "is a loop of links");
		else
			say_errno(w, path, "cannot be read", errno);
		return;
	}
	if (S_ISDIR(st.st_mode) && !given && walk_skips(path))
		say(w, PROBLEM_NOTE, path, "holds no records, stepped over");
	else if (S_ISDIR(st.st_mode))
		add_folder(w, path, &st, above);
	else if (!S_ISREG(st.st_mode))
		add_special(w, path, &st, given);
	else if (reach(w->walk, &st))
		add_file(w->walk, path, &st, given);
}

/* It can be read once; two workers would each get a part. */
static bool
holds_standard_input(const struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		if (strcmp(walk->files[i].path, "-") == 0)
			return true;
	return false;
}

void
walk_add(struct walk *walk, const char *path,
	void (*problem)(void *context, const struct problem *problem), void *context)
{
	struct walking w = {walk, problem, context};
	struct stat st = {0};

	if (strcmp(path, "-") != 0) {
		add_path(&w, path, NULL, true);
		return;
	}
	if (holds_standard_input(walk))
		return;
	if (fstat(STDIN_FILENO, &st) != 0)
		say_errno(&w, path, "cannot be read", errno);
	else if (S_ISDIR(st.st_mode))
		say(&w, PROBLEM_ERROR, path, "is a folder");
	else
		add_file(walk, path, &st, true);
}

void
walk_fini(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		free(walk->files[i].path);
	free(walk->files);
	tdestroy(walk->reached, free);
	*walk = (struct walk){0};
}
