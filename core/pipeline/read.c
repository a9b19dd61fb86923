/* The scan workers: take the next input, read it to its end, hand its records to the detector. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/reading.h"

enum {
	MAX_PROBLEMS = 1000,
	TRACES_BYTES = 64 << 10, /* that are given on together */
	AHEAD_MIN = 4 << 20,	 /* what must be left of a file for a second thread to pay */
	SMALL_FILE = 1 << 20,	 /* what is done already does not wait for one that is larger */
};

static size_t
cost(const struct item *item)
{
	return sizeof(*item) + item->text.len + item->more_bytes +
	       item->done_count * sizeof(*item->done);
}

static void
push(struct reading *r, struct item *item)
{
	item->job = r->job;
	if (item->kind == ITEM_PROBLEM && !r->tells) {
		r->job->unread |= item->severity == PROBLEM_ERROR;
		free(item);
		return;
	}
	if (queue_push(r->pipeline->queue, item, cost(item)) != QUEUE_OK)
		free(item);
}

struct item *
reading_record(struct worker *w, struct job *job, struct str raw, uint64_t offset, unsigned flags)
{
	struct item *item = w->looker ? looker_take(w->looker, raw, offset, flags)
				      : item_new(ITEM_RECORD, STR_ABSENT, raw, STR_ABSENT);

	if (!item)
		return NULL;
	item->job = job;
	item->offset = offset;
	item->scan_flags = flags;
	return item;
}

static bool
push_reserved(struct reading *r, struct item *item)
{
	if (queue_fill(r->pipeline->queue, item, cost(item)) != QUEUE_OK)
		item_free(item);
	return !pipeline_stopped(r->pipeline);
}

/* Many at once, of many files: the detector is not woken for each. */
static bool
give_traces(struct worker *w)
{
	struct item *traces = w->traces;

	w->traces = NULL;
	if (!traces || queue_push(w->pipeline->queue, traces, cost(traces)) == QUEUE_OK)
		return true;
	item_free(traces);
	return false;
}

static bool
take_trace(struct worker *w, struct item *item)
{
	if (!item)
		return true;
	if (w->traces) {
		w->last_trace->more = item;
		w->traces->more_bytes += sizeof(*item) + item->text.len;
	} else {
		w->traces = item;
	}
	w->last_trace = item;
	return w->traces->more_bytes < TRACES_BYTES ||
	       (give_traces(w) && !pipeline_stopped(w->pipeline));
}

/* A record is copied only when there is room for it: what waits would be as many as the workers. */
bool
reading_take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct reading *r = context;
	struct worker *w = r->worker;

	if (w->looker)
		return take_trace(w, reading_record(w, r->job, raw, offset, flags));
	if (queue_reserve(r->pipeline->queue, sizeof(struct item) + raw.len) != QUEUE_OK)
		return false;
	return push_reserved(r, reading_record(w, r->job, raw, offset, flags));
}

void
reading_begin(struct worker *w, const struct job *job)
{
	if (w->looker)
		looker_begin(w->looker, job);
}

void
reading_end(struct worker *w, struct job *job)
{
	if (w->looker)
		looker_end(w->looker, job);
}

/* ---- problems ---- */

struct item *
reading_problem(enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct item *item = item_new(ITEM_PROBLEM, STR_ABSENT, str_from(reason), STR_ABSENT);

	item->severity = severity;
	item->offset = offset;
	return item;
}

/* Of the part that is not read again. */
static uint64_t
problems_before(const struct reading *r)
{
	return r->job->goes_on ? r->job->mark->problems : 0;
}

static void
keep_problem(struct reading *r, struct item *item)
{
	if (r->problem_count + problems_before(r) >= MAX_PROBLEMS) {
		r->problems_left_out++;
		free(item);
		return;
	}
	MEM_GROW(r->problems, r->problem_count, r->problem_capacity);
	r->problems[r->problem_count++] = item;
}

void
reading_take_problem(
	void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	keep_problem(context, reading_problem(severity, offset, reason));
}

bool
reading_give(struct reading *r, struct item *item)
{
	if (item->kind == ITEM_PROBLEM) {
		keep_problem(r, item);
		return true;
	}
	if (queue_reserve(r->pipeline->queue, cost(item)) == QUEUE_OK)
		return push_reserved(r, item);
	item_free(item);
	return false;
}

void
reading_say(struct reading *r, enum problem_severity severity, uint64_t offset, const char *reason)
{
	push(r, reading_problem(severity, offset, reason));
}

void
reading_say_failed(struct reading *r, uint64_t at)
{
	char reason[160];

	snprintf(reason, sizeof(reason), "cannot be read: %s", strerror(errno));
	reading_say(r, PROBLEM_ERROR, at, reason);
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
			reading_say(r, PROBLEM_ERROR, 0, "shows no form of CloudTrail log");
		else
			reading_say(r, PROBLEM_NOTE, PROBLEM_NO_OFFSET, "not a log");
	}
	for (size_t i = 0; i < r->problem_count; i++)
		push(r, r->problems[i]);
	r->problem_count = 0;
	if (r->problems_left_out) {
		snprintf(more, sizeof(more), "and %zu more problems in this file",
			r->problems_left_out);
		reading_say(r, PROBLEM_ERROR, PROBLEM_NO_OFFSET, more);
	}
}

/* ---- what is told of many files at once ---- */

static void
push_done(struct worker *w)
{
	struct item *item;

	give_traces(w);
	if (!w->done_count)
		return;
	item = item_new_done(w->done, w->done_count);
	w->done_count = 0;
	if (queue_push(w->pipeline->queue, item, cost(item)) != QUEUE_OK)
		free(item);
}

/* Behind the other items of the job. */
static void
note_done(struct reading *r)
{
	struct worker *w = r->worker;

	if (!r->pipeline->options.remember && !w->looker)
		return;
	r->done.job = r->job;
	w->done[w->done_count++] = r->done;
	if (w->done_count == DONE_BATCH)
		push_done(w);
}

/* ---- bytes ---- */

static bool
is_gzip(const unsigned char *bytes, ssize_t n)
{
	return n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static void
count_bytes(struct reading *r, ssize_t n)
{
	struct worker *w = r->worker;

	if (!r->counted && !r->from)
		tally_kind(&w->tally, is_gzip(w->buffer, n) ? ESTIMATE_PACKED : ESTIMATE_PLAIN);
	r->counted += (uint64_t)n;
	tally_bytes(&w->tally, (uint64_t)n, scan_given(w->scanner));
}

/* A pipe may never end: wait for it or for the stop, whichever comes first; then false. */
static bool
wait_for_pipe(struct worker *w, int fd)
{
	struct pollfd waits[2] = {{fd, POLLIN, 0}, {w->pipeline->stop_wake.fd, POLLIN, 0}};

	push_done(w);
	tally_tell(&w->tally);
	return poll(waits, 2, -1) <= 0 || !waits[1].revents;
}

static ssize_t
read_some(struct worker *w, int fd, bool pipe)
{
	ssize_t n;

	do {
		if (pipe && !wait_for_pipe(w, fd))
			return 0;
		n = read(fd, w->buffer, READ_SIZE);
	} while (n < 0 && (errno == EINTR || (pipe && errno == EAGAIN)));
	return n;
}

/* A file gives less than was asked for at its end alone: then it need not be asked again. */
static bool
is_end(const struct reading *r, ssize_t n)
{
	return n == 0 || (n < READ_SIZE && r->done.size && r->from + r->counted == r->done.size);
}

/* Looked for with every piece: cores get free as other inputs end. */
static struct ahead *
call_helper(const struct reading *r)
{
	struct helper *helper = &r->worker->helper;

	if (helper->helping)
		return helper->ahead;
	if (r->done.size < r->from + r->counted + AHEAD_MIN)
		return NULL;
	return helper_call(helper);
}

/* A piece must stay until the next one was taken. */
static bool
scan_piece(const struct reading *r, size_t len)
{
	struct worker *w = r->worker;
	struct ahead *ahead = call_helper(r);
	void *piece = w->buffer;

	tally_helped(&w->tally, ahead != NULL);
	w->buffer = w->other_buffer;
	w->other_buffer = piece;
	return ahead ? scan_bytes_ahead(w->scanner, ahead, piece, len)
		     : scan_bytes(w->scanner, piece, len);
}

bool
reading_rest(struct reading *r, int fd)
{
	ssize_t n;

	do {
		n = read_some(r->worker, fd, r->pipe);
		if (n < 0) {
			reading_say_failed(r, r->from + r->counted);
			return false;
		}
		count_bytes(r, n);
		reading_spool(r, r->worker->buffer, (size_t)n);
		if (n && !scan_piece(r, (size_t)n))
			break;
	} while (!is_end(r, n) && !pipeline_stopped(r->pipeline));
	return !pipeline_stopped(r->pipeline);
}

/* Behind problems that were left out it cannot be read on. */
void
reading_note_mark(struct reading *r, const struct scanner *scanner, int fd)
{
	struct store_mark *mark = &r->done.mark;

	if (r->worker->looker || !r->pipeline->options.remember || !r->done.whole ||
		r->problems_left_out || !mark_of(mark, scanner, fd))
		return;
	mark->problems = problems_before(r);
	for (size_t i = 0; i < r->problem_count; i++)
		mark->problems += r->problems[i]->offset < mark->offset;
}

/* From its mark when it has one, and what stands before that is as it was. */
static void
find_mark(struct reading *r, int fd)
{
	const struct store_mark *mark = r->job->mark;

	if (!mark)
		return;
	if (r->done.size >= mark->offset && mark_fits(fd, mark) &&
		lseek(fd, (off_t)mark->offset, SEEK_SET) >= 0) {
		r->job->goes_on = true;
		r->from = mark->offset;
	} else {
		tally_more(&r->worker->tally, mark->offset);
	}
}

static void
read_one(struct reading *r, int fd, struct scan_summary *summary)
{
	const struct scan_sink sink = {r, reading_take_record, reading_take_problem};
	struct scanner *scanner = r->worker->scanner;

	if (r->job->goes_on)
		mark_go_on(scanner, &sink, r->job->mark);
	else
		scan_begin(scanner, &sink);
	r->done.whole = reading_rest(r, fd);
	reading_note_mark(r, scanner, fd);
	scan_end(scanner, summary);
	reading_end(r->worker, r->job);
	helper_rest(&r->worker->helper);
	tally_helped(&r->worker->tally, false);
}

static void
read_input(struct reading *r)
{
	struct scan_summary summary = {0};
	int fd = reading_open(r);

	if (fd >= 0) {
		find_mark(r, fd);
		if (!r->job->goes_on && cut_may_pay(r, fd)) {
			cut_read(r, fd, &summary);
		} else {
			cut_decided(r);
			read_one(r, fd, &summary);
		}
		if (r->problems_left_out)
			r->done.mark.offset = 0;
		summary.stopped |= pipeline_stopped(r->pipeline);
		if (summary.stopped)
			forget_problems(r); /* "truncated" would be our own doing */
		say_problems(r, &summary);
		close(fd);
	}
	tally_file_end(&r->worker->tally, summary.records, summary.bytes_out);
	note_done(r);
}

static void
take_job(struct worker *w, struct job *job, bool undecided)
{
	struct reading r = {.worker = w,
		.pipeline = w->pipeline,
		.job = job,
		.undecided = undecided,
		.tells = !w->looker};

	tally_file(&w->tally, job);
	if (job->file->size > SMALL_FILE)
		push_done(w);
	reading_begin(w, job);
	read_input(&r);
	cut_decided(&r);
	free(r.problems);
}

void *
pipeline_read(void *argument)
{
	struct pipeline *p = argument;
	struct sieve *sieve = p->want ? NULL : sieve_new(p);
	struct looker *looker = p->want ? looker_new(p->want) : NULL;
	struct scan_options options = {.literals = p->literals,
		.literal_count = p->literal_count,
		.max_record = p->options.max_record,
		.passes = sieve ? sieve_passes : NULL,
		.passes_context = sieve,
		.wants = looker ? looker_wants : NULL,
		.wants_context = looker,
		.stopped = pipeline_is_stopping,
		.stopped_context = p};
	struct worker w = {.pipeline = p,
		.looker = looker,
		.buffer = mem_pages(READ_SIZE),
		.other_buffer = mem_pages(READ_SIZE),
		.helper.pipeline = p};
	bool undecided;
	struct job *job;

	if (looker)
		options.literal_count = looker_literals(looker, &options.literals);
	w.scanner = scanner_new(&options);
	tally_begin(&w.tally, p);
	while ((job = cut_next_job(&w, &undecided)))
		take_job(&w, job, undecided);
	push_done(&w);
	tally_end(&w.tally);
	helper_fini(&w.helper);
	free(w.buffer);
	free(w.other_buffer);
	scanner_free(w.scanner);
	sieve_free(sieve);
	looker_free(looker);
	atomic_fetch_add(&p->idle_cores, 1);
	pipeline_end_producer(p);
	return NULL;
}
