/*
 * How a worker opens an input. What comes through a pipe comes once: where it is to be looked
 * through for history as well, a copy is kept while it is read, in a file without a name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/reading.h"

/* ---- the copy ---- */

#define SPOOL_MAX (UINT64_C(16) << 30)

struct spool {
	int fd;
	uint64_t size, most;
};

/* On a disk rather than in memory, where most systems have /tmp. */
static int
open_nameless(void)
{
	const char *folder = getenv("TMPDIR");
	char path[512];
	int fd;

	if (!folder || !folder[0])
		folder = "/var/tmp";
	fd = open(folder, O_RDWR | O_CLOEXEC | O_TMPFILE, 0600);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/keywatch-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* NULL: there is nowhere to keep it. */
static struct spool *
spool_new(void)
{
	int fd = open_nameless();
	struct statvfs disk;
	struct spool *s;

	if (fd < 0)
		return NULL;
	s = MEM_NEW(struct spool);
	*s = (struct spool){.fd = fd, .most = SPOOL_MAX};
	if (fstatvfs(fd, &disk) == 0 && disk.f_bavail * disk.f_frsize / 2 < s->most)
		s->most = disk.f_bavail * disk.f_frsize / 2;
	return s;
}

void
spool_free(struct spool *s)
{
	if (!s)
		return;
	close(s->fd);
	free(s);
}

uint64_t
spool_size(const struct spool *s)
{
	return s->size;
}

static bool
spool_put(struct spool *s, const void *bytes, size_t len)
{
	const char *at = bytes;

	if (s->size + len > s->most)
		return false;
	while (len) {
		ssize_t n = write(s->fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
		s->size += (uint64_t)n;
	}
	return true;
}

static void
give_up(struct reading *r)
{
	spool_free(r->job->spool);
	r->job->spool = NULL;
	reading_take_problem(r, PROBLEM_NOTE, PROBLEM_NO_OFFSET,
		"is a pipe of which no copy can be kept (TMPDIR): it is not looked through for "
		"what other records tell");
}

void
reading_spool(struct reading *r, const void *bytes, size_t len)
{
	if (r->job->spool && !spool_put(r->job->spool, bytes, len))
		give_up(r);
}

/* ---- the input ---- */

bool
job_is_there_again(const struct job *job)
{
	return S_ISREG(job->file->mode) || job->spool;
}

static bool
is_stdin(const struct reading *r)
{
	return strcmp(r->job->file->path, "-") == 0;
}

static int
open_it(const struct reading *r)
{
	/* A pipe that nobody writes into yet is waited for where a stop is seen. */
	int wait = S_ISFIFO(r->job->file->mode) ? O_NONBLOCK : 0;

	if (r->worker->looker && r->job->spool)
		return dup(r->job->spool->fd);
	return is_stdin(r) ? dup(STDIN_FILENO)
			   : open(r->job->file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | wait);
}

/* A pass for history begins where the first one did: a descriptor that was opened before stands
 * where it was read to. */
static bool
go_back(struct reading *r, int fd)
{
	if (!r->worker->looker) {
		r->job->start = is_stdin(r) && !r->pipe ? lseek(fd, 0, SEEK_CUR) : 0;
		return r->job->start >= 0;
	}
	return (!is_stdin(r) && !r->job->spool) || lseek(fd, r->job->start, SEEK_SET) >= 0;
}

/* A pass for history tells only what was not so before. */
static void
say_unopened(struct reading *r)
{
	bool told = r->tells;
	char reason[160];

	snprintf(reason, sizeof(reason), "cannot be opened: %s", strerror(errno));
	r->tells |= !r->job->unopened;
	reading_say(r, PROBLEM_ERROR, PROBLEM_NO_OFFSET, reason);
	r->tells = told;
	r->job->unopened = r->job->unread = true;
}

static void
note_state(struct reading *r, const struct stat *st)
{
	r->pipe = !S_ISREG(st->st_mode);
	r->done.size = r->pipe ? 0 : (uint64_t)st->st_size;
	r->done.mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
	r->done.ctime_ns = st->st_ctim.tv_sec * INT64_C(1000000000) + st->st_ctim.tv_nsec;
	r->done.device = st->st_dev;
	r->done.inode = st->st_ino;
}

int
reading_open(struct reading *r)
{
	int fd = open_it(r);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		note_state(r, &st);
		if (go_back(r, fd)) {
			if (r->pipe && r->pipeline->options.history && !r->worker->looker) {
				r->job->spool = spool_new();
				if (!r->job->spool)
					give_up(r);
			}
			return fd;
		}
	}
	say_unopened(r);
	if (fd >= 0)
		close(fd);
	return -1;
}
