/* The scan workers: take the next input, read it to its end, hand its records to the detector. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline_private.h"

enum { READ_SIZE = 512 << 10, MAX_PROBLEMS = 1000 };

/* One input being read. Problems wait until its end: only then is it known whether it is a log. */
struct reading {
	struct pipeline *pipeline;
	const struct job *job;
	struct item **problems; /* owns */
	size_t problem_count, problem_capacity, problems_left_out;
	uint64_t counted; /* bytes already in the progress */
};

static size_t
cost(const struct item *item)
{
	return sizeof(*item) + item->text.len;
}

static void
push(struct reading *r, struct item *item)
{
	item->job = r->job;
	if (queue_push(r->pipeline->queue, item, cost(item)) != QUEUE_OK)
		free(item);
}

/* A record is copied only when there is room for it: what waits would be as many as the workers. */
static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct reading *r = context;
	struct queue *queue = r->pipeline->queue;
	struct item *item;

	if (queue_reserve(queue, sizeof(*item) + raw.len) != QUEUE_OK)
		return false;
	item = item_new(ITEM_RECORD, STR_ABSENT, raw, STR_ABSENT);
	item->job = r->job;
	item->offset = offset;
	item->scan_flags = flags;
	if (queue_fill(queue, item, cost(item)) != QUEUE_OK)
		free(item);
	return !pipeline_stopped(r->pipeline);
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct reading *r = context;
	struct item *item;

	if (r->problem_count == MAX_PROBLEMS) {
		r->problems_left_out++;
		return;
	}
	item = item_new(ITEM_PROBLEM, STR_ABSENT, str_from(reason), STR_ABSENT);
	item->severity = severity;
	item->offset = offset;
	MEM_GROW(r->problems, r->problem_count, r->problem_capacity);
	r->problems[r->problem_count++] = item;
}

static void
say(struct reading *r, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct item *item = item_new(ITEM_PROBLEM, STR_ABSENT, str_from(reason), STR_ABSENT);

	item->severity = severity;
	item->offset = offset;
	push(r, item);
}

static void
forget_problems(struct reading *r)
{
	for (size_t i = 0; i < r->problem_count; i++)
		free(r->problems[i]);
	r->problem_count = 0;
	r->problems_left_out = 0;
}

/* settled.md 12: what to say of an input that is no log depends on how we came by it. */
static void
say_problems(struct reading *r, const struct scan_summary *summary)
{
	const struct walk_file *file = r->job->file;
	char more[96];

	if (!summary->shows_form && !summary->empty && !summary->foreign && !summary->stopped) {
		forget_problems(r);
		if (file->given || file->log_name)
			say(r, PROBLEM_ERROR, 0, "shows no form of CloudTrail log");
		else
			say(r, PROBLEM_NOTE, PROBLEM_NO_OFFSET, "not a log");
	}
	for (size_t i = 0; i < r->problem_count; i++)
		push(r, r->problems[i]);
	r->problem_count = 0;
	if (r->problems_left_out) {
		snprintf(more, sizeof(more), "and %zu more problems in this file",
			r->problems_left_out);
		say(r, PROBLEM_ERROR, PROBLEM_NO_OFFSET, more);
	}
}

/* ---- bytes ---- */

static void
count_bytes(struct reading *r, uint64_t bytes)
{
	struct pipeline *p = r->pipeline;

	pthread_mutex_lock(&p->lock);
	p->progress.bytes_done += bytes;
	pthread_mutex_unlock(&p->lock);
	r->counted += bytes;
	pipeline_wake(p);
}

static void
count_end(struct reading *r, const struct scan_summary *summary)
{
	struct pipeline *p = r->pipeline;

	pthread_mutex_lock(&p->lock);
	p->progress.files_done++;
	p->progress.records += summary->records;
	p->progress.bytes_out += summary->bytes_out;
	/* The total was the size when listed; what was not read of it is not awaited any more. */
	if (r->counted < r->job->file->size)
		p->progress.bytes_done += r->job->file->size - r->counted;
	else
		p->progress.bytes_total += r->counted - r->job->file->size;
	pthread_mutex_unlock(&p->lock);
}

/* A pipe may never end: wait for it or for the stop, whichever comes first. */
static ssize_t
read_some(const struct pipeline *p, int fd, bool pipe, void *buffer, size_t size)
{
	struct pollfd waits[2] = {{fd, POLLIN, 0}, {p->stop_wake.fd, POLLIN, 0}};
	ssize_t n;

	do {
		if (pipe && poll(waits, 2, -1) > 0 && waits[1].revents)
			return 0;
		n = read(fd, buffer, size);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* True when the input was read to its end. */
static bool
read_bytes(struct reading *r, int fd, struct scanner *scanner, void *buffer)
{
	bool pipe = !S_ISREG(r->job->file->mode);

	for (;;) {
		ssize_t n = read_some(r->pipeline, fd, pipe, buffer, READ_SIZE);
		char reason[160];

		if (n == 0)
			return !pipeline_stopped(r->pipeline);
		if (n < 0) {
			snprintf(reason, sizeof(reason), "cannot be read: %s", strerror(errno));
			say(r, PROBLEM_ERROR, r->counted, reason);
			return false;
		}
		count_bytes(r, (uint64_t)n);
		if (!scan_bytes(scanner, buffer, (size_t)n))
			return !pipeline_stopped(r->pipeline);
		if (pipeline_stopped(r->pipeline))
			return false;
	}
}

static int
open_input(struct reading *r, struct walk_file *as_read)
{
	const struct walk_file *file = r->job->file;
	bool standard = strcmp(file->path, "-") == 0;
	int fd = standard ? dup(STDIN_FILENO) : open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	char reason[160];

	if (fd < 0 || fstat(fd, &st) != 0) {
		snprintf(reason, sizeof(reason), "cannot be opened: %s", strerror(errno));
		say(r, PROBLEM_ERROR, PROBLEM_NO_OFFSET, reason);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*as_read = *file;
	as_read->size = (uint64_t)st.st_size;
	as_read->mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	as_read->ctime_ns = st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec;
	as_read->device = st.st_dev;
	as_read->inode = st.st_ino;
	return fd;
}

static void
read_input(struct reading *r, struct scanner *scanner, void *buffer)
{
	const struct scan_sink sink = {r, take_record, take_problem};
	struct scan_summary summary = {0};
	struct item *done = item_new(ITEM_DONE, STR_ABSENT, STR_ABSENT, STR_ABSENT);
	int fd = open_input(r, &done->as_read);

	if (fd >= 0) {
		scan_begin(scanner, &sink);
		done->whole = read_bytes(r, fd, scanner, buffer);
		scan_end(scanner, &summary);
		summary.stopped |= pipeline_stopped(r->pipeline);
		if (summary.stopped)
			forget_problems(r); /* "truncated" would be our own doing */
		say_problems(r, &summary);
		close(fd);
	}
	count_end(r, &summary);
	push(r, done);
}

void *
pipeline_read(void *argument)
{
	struct pipeline *p = argument;
	struct scan_options options = {.literals = p->literals,
		.literal_count = p->literal_count,
		.max_record = p->options.max_record};
	struct scanner *scanner = scanner_new(&options);
	void *buffer = mem_alloc(READ_SIZE);
	size_t next;

	while (!pipeline_stopped(p) && (next = atomic_fetch_add(&p->next_job, 1)) < p->job_count) {
		struct reading r = {.pipeline = p, .job = &p->jobs[next]};

		read_input(&r, scanner, buffer);
		free(r.problems);
	}
	free(buffer);
	scanner_free(scanner);
	pipeline_end_producer(p);
	return NULL;
}
