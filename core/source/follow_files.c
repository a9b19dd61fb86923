/* The files that are followed: known by device and inode, wherever they are renamed to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/follow_private.h"

enum { UNFINISHED_MS = 30000 }; /* by the clock's pace */

/* ---- what was said ---- */

static int
compare_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool
follow_say_once(
	struct follow *s, const char *path, enum problem_severity severity, const char *reason)
{
	struct buf text = {0};
	char *key, **found;

	buf_printf(&text, "%s\n%s", path, reason);
	key = buf_take(&text);
	found = tsearch(key, &s->said, compare_text);
	if (!found)
		abort();
	if (*found == key)
		return follow_say(&s->reader, path, PROBLEM_NO_OFFSET, severity, reason);
	free(key);
	return !s->reader.stopped;
}

void
follow_say_errno(struct follow *s, const char *path, int number)
{
	char reason[160];

	snprintf(reason, sizeof(reason), "cannot be read: %s", strerror(number));
	follow_say_once(s, path, PROBLEM_ERROR, reason);
}

/* ---- the files ---- */

static int
compare_files(const void *a, const void *b)
{
	const struct follow_file *left = a, *right = b;

	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	return (left->inode > right->inode) - (left->inode < right->inode);
}

struct follow_file *
follow_find(const struct follow *s, dev_t device, ino_t inode)
{
	const struct follow_file key = {.device = device, .inode = inode};
	struct follow_file **found = tfind(&key, &s->by_inode, compare_files);

	return found ? *found : NULL;
}

struct follow_file *
follow_add(struct follow *s, const char *path, const struct stat *st)
{
	struct follow_file *f = follow_file_new(path, st);

	if (!tsearch(f, &s->by_inode, compare_files))
		abort();
	MEM_GROW(s->files, s->count, s->capacity);
	s->files[s->count++] = f;
	return f;
}

void
follow_remove(struct follow *s, size_t index)
{
	struct follow_file *f = s->files[index];

	for (size_t i = 0; i < FOLLOW_OPEN; i++)
		if (s->open[i] == f)
			s->open[i] = NULL;
	tdelete(f, &s->by_inode, compare_files);
	s->files[index] = s->files[--s->count];
	follow_file_free(f);
}

/* The ones that changed last stay open: so their rest can be read when they are renamed or removed.
 */
static bool
open_file(struct follow *s, struct follow_file *f)
{
	struct follow_file **slot;

	if (f->fd >= 0)
		return true;
	if (!follow_file_open(f))
		return false;
	slot = &s->open[s->next_open++ % FOLLOW_OPEN];
	if (*slot) {
		close((*slot)->fd);
		(*slot)->fd = -1;
	}
	*slot = f;
	return true;
}

bool
follow_forget(struct follow *s, struct str name)
{
	const struct source_sink *sink = s->source.options.sink;

	if (!s->reader.stopped && !sink->position(sink->context, name, STR_ABSENT))
		s->reader.stopped = true;
	return !s->reader.stopped;
}

/* ---- what stands beside it ---- */

static int64_t
mtime_of(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

bool
follow_each_sibling(const char *path, follow_sibling *visit, void *context)
{
	const char *base = strrchr(path, '/'), *name = base ? base + 1 : path;
	struct str folder = {path, (size_t)(name - path)};
	struct buf at = {0};
	struct dirent **entries;
	bool more = true;
	int count;

	buf_str(&at, folder);
	count = scandir(at.len ? buf_cstr(&at) : ".", &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *entry = entries[i]->d_name;
		struct stat st;

		buf_clear(&at);
		buf_str(&at, folder);
		buf_puts(&at, entry);
		if (more && strncmp(entry, name, strlen(name)) == 0 && strcmp(entry, name) != 0 &&
			stat(buf_cstr(&at), &st) == 0 && S_ISREG(st.st_mode))
			more = visit(context, buf_cstr(&at), &st);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	buf_fini(&at);
	return more;
}

static bool
visit_known(void *context, const char *path, const struct stat *st)
{
	struct follow *s = context;

	if (!follow_find(s, st->st_dev, st->st_ino) &&
		!follow_position_of(s, st->st_dev, st->st_ino).data)
		return true;
	return follow_visit(s, path, st, false, false);
}

bool
follow_visit_known(struct follow *s, const char *path)
{
	return follow_each_sibling(path, visit_known, s);
}

/* ---- copies ---- */

struct copy_search {
	struct follow *s;
	const struct follow_file *of;
	struct follow_file *found;
};

static bool
try_copy(void *context, const char *path, const struct stat *st)
{
	struct copy_search *c = context;
	bool same;
	int fd;

	if ((uint64_t)st->st_size < c->of->read ||
		(st->st_dev == c->of->device && st->st_ino == c->of->inode))
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return true;
	same = follow_file_is_in(c->of, fd, NULL, NULL);
	close(fd);
	if (!same)
		return true;
	c->found = follow_find(c->s, st->st_dev, st->st_ino);
	if (!c->found) {
		c->found = follow_add(c->s, path, st);
		follow_file_inherit(c->found, c->of);
	}
	return false;
}

/* Its unfinished record goes on at the beginning of f, which begins anew. */
static void
hand_over(struct follow *s, struct follow_file *from, struct follow_file *f)
{
	struct buf carry = {0};

	if (follow_file_is_partial(from) && from->held_whole)
		buf_str(&carry, buf_view(&from->held));
	else if (follow_file_is_partial(from))
		follow_say(&s->reader, f->path, from->mark.offset, PROBLEM_ERROR,
			"was truncated in the middle of a record, whose end never came");
	from->moved_on = true;
	follow_file_restart(f, &carry);
}

/* What was read of f does not stand in it any more. If a copy was made before (copytruncate), its
 * rest is read there. False: stopping. */
static bool
begin_anew(struct follow *s, struct follow_file *f)
{
	struct copy_search c = {s, f, NULL};

	if (f->read)
		follow_each_sibling(s->folder ? f->path : s->path, try_copy, &c);
	if (!c.found || !open_file(s, c.found)) {
		hand_over(s, f, f);
		f->moved_on = false;
		return !s->reader.stopped;
	}
	if (!c.found->held_whole)
		follow_file_recall(c.found);
	if (follow_file_read(&s->reader, c.found, false) == FOLLOW_STOPPED)
		return false;
	c.found->generation = s->generation;
	hand_over(s, c.found, f);
	f->tentative = false;
	return !s->reader.stopped;
}

/* ---- strangers ---- */

struct beside {
	struct follow *s;
	int64_t until_ns;
	struct sibling {
		char *path; /* owns */
		struct stat st;
	} * list; /* owns */
	size_t count, capacity;
};

static bool
note_sibling(void *context, const char *path, const struct stat *st)
{
	struct beside *beside = context;
	bool known = follow_find(beside->s, st->st_dev, st->st_ino);

	if (mtime_of(st) > beside->until_ns || (!known && mtime_of(st) < beside->s->since_ns))
		return true;
	MEM_GROW(beside->list, beside->count, beside->capacity);
	beside->list[beside->count++] = (struct sibling){mem_strdup(path), *st};
	return true;
}

static int
by_mtime(const void *a, const void *b)
{
	int64_t left = mtime_of(&((const struct sibling *)a)->st);
	int64_t right = mtime_of(&((const struct sibling *)b)->st);

	return (left > right) - (left < right);
}

/* Tries whether the unfinished record of one goes on in the other, whose first line must prove it.
 */
static void
offer(struct follow_file *from, struct follow_file *f)
{
	struct buf carry = {0};

	if (!follow_file_is_partial(from) || !from->held_whole)
		return;
	buf_str(&carry, buf_view(&from->held));
	follow_file_restart(f, &carry);
	f->tentative = true;
}

/* A copy of what was read of `file`; or what stood in it in between, between two truncations; or a
 * file that was renamed. `before` is the one that changed last before it, or NULL. */
static bool
visit_stranger(struct follow *s, const struct sibling *sibling, struct follow_file *file,
	struct follow_file *before)
{
	struct follow_file *f = follow_add(s, sibling->path, &sibling->st);
	bool waits = !file->read && file->shift;

	s->strangers = true;
	f->generation = s->generation;
	if (!open_file(s, f)) {
		follow_say_errno(s, f->path, errno);
		return !s->reader.stopped;
	}
	if (file->read && follow_file_is_in(file, f->fd, NULL, NULL)) {
		follow_file_inherit(f, file);
		f->moved_on = true;
	} else if (waits || before) {
		offer(waits ? file : before, f);
	}
	if (follow_file_read(&s->reader, f, false) == FOLLOW_STOPPED)
		return false;
	if (waits && f->shift) /* it went on here */
		follow_file_restart(file, &(struct buf){0});
	return !s->reader.stopped;
}

static bool
visit_in_order(struct follow *s, const struct beside *beside, struct follow_file *file)
{
	struct follow_file *before = NULL;
	int64_t moment = 0;

	for (size_t i = 0; i < beside->count; i++) {
		const struct sibling *sibling = &beside->list[i];
		uint64_t size = (uint64_t)sibling->st.st_size;
		struct follow_file *f = follow_find(s, sibling->st.st_dev, sibling->st.st_ino);

		if (f == file)
			continue;
		/* A copy that is being made, before the truncation. */
		if (!f && size < file->read && follow_file_begins_like(file, sibling->path, size))
			continue;
		if (!f && !visit_stranger(s, sibling, file, before))
			return false;
		f = follow_find(s, sibling->st.st_dev, sibling->st.st_ino);
		/* Of those of the same moment the one that is cut is what can go on. */
		if (!before || follow_file_is_partial(f) || mtime_of(&sibling->st) > moment)
			before = f;
		moment = mtime_of(&sibling->st);
	}
	if (before && !file->read && !file->shift) {
		offer(before, file);
		before->moved_on |= file->shift > 0;
	}
	return true;
}

bool
follow_visit_strangers(struct follow *s, struct follow_file *file, int64_t until_ns)
{
	struct beside beside = {.s = s, .until_ns = until_ns};
	bool ok;

	if (s->since_ns)
		follow_each_sibling(s->path, note_sibling, &beside);
	if (beside.count)
		qsort(beside.list, beside.count, sizeof(*beside.list), by_mtime);
	ok = visit_in_order(s, &beside, file);
	for (size_t i = 0; i < beside.count; i++)
		free(beside.list[i].path);
	free(beside.list);
	return ok;
}

/* ---- reading one ---- */

static bool
is_due(const struct follow *s, const struct follow_file *f, uint64_t size)
{
	uint64_t partial = f->shift + f->read - f->mark.offset, fresh = size - f->read;

	if (s->closed || size < f->read)
		return true;
	if (f->gzip)
		return false;
	/* Something long that comes in small pieces is not read again for each of them. */
	return partial < (1 << 20) || fresh >= partial / 4;
}

/* False: stopping. */
bool
follow_read(struct follow *s, struct follow_file *f)
{
	enum follow_result result;
	struct stat st;

	if (f->fd < 0 || fstat(f->fd, &st) != 0 || !is_due(s, f, (uint64_t)st.st_size))
		return true;
	result = follow_file_read(&s->reader, f, s->source.options.once);
	if (result == FOLLOW_TRUNCATED) {
		if (!begin_anew(s, f) ||
			(!s->folder && !follow_visit_strangers(s, f, mtime_of(&st))))
			return false;
		result = follow_file_read(&s->reader, f, s->source.options.once);
	}
	if (result == FOLLOW_FAILED)
		follow_say_errno(s, f->path, errno);
	return result != FOLLOW_STOPPED && !s->reader.stopped;
}

/* Known from before we were started. */
static void
recall(struct follow_file *f, struct str value)
{
	if (!follow_file_load(f, value))
		follow_file_restart(f, &(struct buf){0});
	else if (follow_file_is_in(f, f->fd, NULL, NULL))
		follow_file_recall(f);
	else /* what is held of it may stand in a copy */
		f->held_whole = f->mark.offset == f->shift + f->read;
	f->since_ms = time_monotonic_ms();
}

struct str
follow_position_of(const struct follow *s, dev_t device, ino_t inode)
{
	const struct follow_file key = {.device = device, .inode = inode};
	const struct source_options *o = &s->source.options;
	struct str value;
	struct buf name = {0};

	follow_file_name(&key, &name);
	value = o->position ? o->position(o->position_context, buf_view(&name)) : STR_ABSENT;
	buf_fini(&name);
	return value;
}

static void
cannot_open(struct follow *s, const char *path)
{
	if (errno && errno != ENOENT)
		follow_say_errno(s, path, errno);
}

struct follow_file *
follow_recall(struct follow *s, const char *path, const struct stat *st)
{
	struct follow_file *f = follow_find(s, st->st_dev, st->st_ino);
	struct str value = f ? STR_ABSENT : follow_position_of(s, st->st_dev, st->st_ino);

	if (!f && !value.data)
		return NULL;
	if (!f)
		f = follow_add(s, path, st);
	if (!open_file(s, f)) {
		if (value.data)
			follow_remove(s, s->count - 1);
		cannot_open(s, path);
		return NULL;
	}
	if (value.data)
		recall(f, value);
	return f;
}

/* A regular file was found at that path. False: stopping. */
bool
follow_visit(struct follow *s, const char *path, const struct stat *st, bool given, bool log_name)
{
	struct follow_file *f = follow_find(s, st->st_dev, st->st_ino);
	bool known = f != NULL;

	if (!f)
		f = follow_recall(s, path, st);
	if (!f)
		f = follow_add(s, path, st);
	if (strcmp(f->path, path) != 0) {
		free(f->path);
		f->path = mem_strdup(path);
		f->unsaved = true;
	}
	f->generation = s->generation;
	f->given_path |= given;
	f->log_name |= log_name;
	if (known && (uint64_t)st->st_size == f->read && mtime_of(st) == f->mtime_ns &&
		!f->unsaved && !s->source.options.once)
		return true;
	if (open_file(s, f))
		return follow_read(s, f);
	cannot_open(s, path);
	if (!known)
		follow_remove(s, s->count - 1); /* its position is asked for again */
	return !s->reader.stopped;
}

/* ---- those that are gone ---- */

/* Nothing will come any more. */
static bool
finish(struct follow *s, size_t index, const char *reason)
{
	struct follow_file *f = s->files[index];
	struct buf name = {0};
	bool ok = true;

	if (reason && follow_file_is_partial(f) && !f->moved_on)
		ok = follow_say(&s->reader, f->path,
			f->mark.offset > f->shift ? f->mark.offset - f->shift : 0, PROBLEM_ERROR,
			reason);
	follow_file_name(f, &name);
	ok = ok && follow_forget(s, buf_view(&name));
	buf_fini(&name);
	follow_remove(s, index);
	return ok;
}

static bool
is_over(const struct follow *s, const struct follow_file *f, bool whole)
{
	struct stat st;

	if (f->fd >= 0)
		return fstat(f->fd, &st) == 0 && st.st_nlink == 0;
	return whole && f->generation != s->generation;
}

bool
follow_finish_gone(struct follow *s, bool whole)
{
	int64_t patience = clock_real_ms(s->reader.options->clock, UNFINISHED_MS);
	int64_t now = time_monotonic_ms();

	for (size_t i = s->count; i-- > 0;) {
		struct follow_file *f = s->files[i];

		if (is_over(s, f, whole)) {
			if (!finish(s, i, "was removed before its last record was finished"))
				return false;
		} else if (f->unfinished && now - f->since_ms >= patience && open_file(s, f)) {
			if (follow_file_read(&s->reader, f, true) == FOLLOW_STOPPED)
				return false;
		}
	}
	return true;
}
