/* One followed file: what is new in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/source/follow_private.h"

/* A position now and then within a big file: it also asks whether to stop. */
enum { CHUNK = 512 << 10, SAVE_EVERY = 8 << 20, MAX_PROBLEMS = 1000 };

/* ---- the reader ---- */

static bool take_record(void *context, struct str raw, uint64_t offset, unsigned flags);
static void take_problem(
	void *context, enum problem_severity severity, uint64_t offset, const char *reason);

void
follow_reader_init(
	struct follow_reader *r, const struct source_options *options, struct source_report *report)
{
	*r = (struct follow_reader){.options = options,
		.report = report,
		.scanner = scanner_new(options->scan),
		.chunk = mem_alloc(CHUNK)};
	r->sink = (struct scan_sink){r, take_record, take_problem};
}

void
follow_reader_fini(struct follow_reader *r)
{
	scanner_free(r->scanner);
	free(r->chunk);
	free(r->problems);
	buf_fini(&r->head);
	buf_fini(&r->tail);
	*r = (struct follow_reader){0};
}

bool
follow_say(struct follow_reader *r, const char *path, uint64_t offset,
	enum problem_severity severity, const char *reason)
{
	const struct source_sink *sink = r->options->sink;
	struct source_place place = {
		.path = str_from(path), .offset = offset, .arrived = TIME_NONE};

	if (!r->stopped && !sink->problem(sink->context, &place, severity, reason, STR_ABSENT))
		r->stopped = true;
	return !r->stopped;
}

static uint64_t
in_file(const struct follow_file *f, uint64_t offset)
{
	if (offset == PROBLEM_NO_OFFSET)
		return offset;
	return offset > f->shift ? offset - f->shift : 0;
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct follow_reader *r = context;
	struct follow_file *f = r->file;
	const struct source_sink *sink = r->options->sink;
	struct source_place place = {
		.path = str_from(f->path), .offset = in_file(f, offset), .arrived = TIME_NONE};

	if (offset < r->given)
		return true;
	if (f->tentative && offset < f->shift)
		flags |= SCAN_RESYNCHRONISED; /* put together of two files */
	if (r->stopped || !sink->record(sink->context, &place, raw, flags)) {
		r->stopped = true;
		return false;
	}
	f->given = offset + 1;
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct follow_reader *r = context;
	struct follow_problem *problem;

	if (offset != PROBLEM_NO_OFFSET && offset < r->file->told)
		return;
	if (r->problem_count == MAX_PROBLEMS) {
		r->problems_left_out++;
		return;
	}
	MEM_GROW(r->problems, r->problem_count, r->problem_capacity);
	problem = &r->problems[r->problem_count++];
	problem->severity = severity;
	problem->offset = offset;
	snprintf(problem->reason, sizeof(problem->reason), "%s", reason);
}

static void
forget_problems(struct follow_reader *r)
{
	r->problem_count = 0;
	r->problems_left_out = 0;
}

static void
tell_problems(struct follow_reader *r)
{
	struct follow_file *f = r->file;
	char more[96];

	for (size_t i = 0; i < r->problem_count; i++) {
		const struct follow_problem *p = &r->problems[i];

		if (!follow_say(r, f->path, in_file(f, p->offset), p->severity, p->reason))
			return;
		if (p->offset != PROBLEM_NO_OFFSET && p->offset >= f->told)
			f->told = p->offset + 1;
	}
	if (r->problems_left_out) {
		snprintf(more, sizeof(more), "and %zu more problems in this file",
			r->problems_left_out);
		follow_say(r, f->path, PROBLEM_NO_OFFSET, PROBLEM_ERROR, more);
	}
	forget_problems(r);
}

/* settled.md 12: what to say of a file that is no log depends on how we came by it. */
static void
tell_no_form(struct follow_reader *r)
{
	struct follow_file *f = r->file;

	if (r->problem_count && !f->said_no_form) {
		f->said_no_form = true;
		if (f->given_path || f->log_name)
			follow_say(r, f->path, 0, PROBLEM_ERROR, "shows no form of CloudTrail log");
		else
			follow_say(r, f->path, PROBLEM_NO_OFFSET, PROBLEM_NOTE, "not a log");
	}
	forget_problems(r);
}

static void
tell(struct follow_reader *r, const struct scan_summary *summary, bool end)
{
	r->file->shows_form |= summary->shows_form;
	r->file->foreign |= summary->foreign != NULL;
	if (r->file->shows_form || r->file->foreign)
		tell_problems(r);
	else if (end)
		tell_no_form(r);
}

/* ---- positions ---- */

static bool
save(struct follow_reader *r)
{
	const struct source_sink *sink = r->options->sink;
	struct buf name = {0}, value = {0};

	follow_fingerprint(&r->head, &r->tail, r->file->fingerprint);
	follow_file_name(r->file, &name);
	follow_file_save(r->file, &value);
	if (!r->stopped && !sink->position(sink->context, buf_view(&name), buf_view(&value)))
		r->stopped = true;
	buf_fini(&name);
	buf_fini(&value);
	return !r->stopped;
}

/* ---- what is kept ---- */

static void
keep_samples(struct follow_reader *r, const char *bytes, size_t len)
{
	size_t room = FOLLOW_SAMPLE - r->head.len;

	buf_append(&r->head, bytes, len < room ? len : room);
	if (len > FOLLOW_SAMPLE) {
		bytes += len - FOLLOW_SAMPLE;
		len = FOLLOW_SAMPLE;
	}
	if (r->tail.len + len > FOLLOW_SAMPLE)
		buf_consume(&r->tail, r->tail.len + len - FOLLOW_SAMPLE);
	buf_append(&r->tail, bytes, len);
}

/* Bytes of the file from..from+n were given to the scanner. */
static void
advance(struct follow_reader *r, uint64_t from, size_t n)
{
	struct follow_file *f = r->file;
	uint64_t end = from + n;
	size_t fresh;

	if (end <= f->read)
		return;
	fresh = from < f->read ? (size_t)(end - f->read) : n;
	keep_samples(r, r->chunk + n - fresh, fresh);
	f->read = end;
	r->report->bytes += fresh;
}

bool
follow_file_is_partial(const struct follow_file *f)
{
	if (f->gzip || f->foreign)
		return false;
	return f->held_whole ? str_trim(buf_view(&f->held)).len > 0
			     : f->mark.offset < f->shift + f->read;
}

/* ---- reading ---- */

static ssize_t
read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
	ssize_t n;

	do
		n = pread(fd, bytes, size, (off_t)offset);
	while (n < 0 && errno == EINTR);
	return n;
}

static bool
begins_gzip(int fd)
{
	char magic[2];

	return read_at(fd, magic, 2, 0) == 2 && memcmp(magic, "\x1f\x8b", 2) == 0;
}

/* Whole, each time it grew: a gzip cannot be entered in its middle. */
static enum follow_result
read_gzip(struct follow_reader *r, bool final)
{
	struct follow_file *f = r->file;
	struct scan_summary summary;
	struct scan_mark mark;
	uint64_t at = 0;
	bool more = true;
	ssize_t n = 0;

	r->given = f->given;
	scan_begin(r->scanner, &r->sink);
	while (more && (n = read_at(f->fd, r->chunk, CHUNK, at)) > 0) {
		more = scan_bytes(r->scanner, r->chunk, (size_t)n);
		if (r->stopped || (at / SAVE_EVERY != (at + (uint64_t)n) / SAVE_EVERY && !save(r)))
			return FOLLOW_STOPPED;
		advance(r, at, (size_t)n);
		at += (uint64_t)n;
	}
	if (n < 0)
		return FOLLOW_FAILED;
	scan_pause(r->scanner, &summary, &mark);
	f->unfinished = summary.unfinished && !final;
	f->since_ms = time_monotonic_ms();
	if (f->unfinished)
		forget_problems(r);
	else
		scan_end(r->scanner, &summary);
	if (!f->unfinished)
		tell(r, &summary, true);
	r->report->records += summary.records - (f->records < summary.records ? f->records : 0);
	f->records = summary.records;
	return FOLLOW_OK;
}

/* What the scanner was given since the mark, as long as it is little. */
struct fed {
	struct buf bytes; /* owns */
	uint64_t from;
	bool whole;
};

static bool
feed(struct follow_reader *r, struct fed *fed, const char *bytes, size_t len)
{
	if (fed->bytes.len + len > FOLLOW_HELD + CHUNK) {
		buf_clear(&fed->bytes);
		fed->whole = false;
	}
	if (fed->whole)
		buf_append(&fed->bytes, bytes, len);
	return scan_bytes(r->scanner, bytes, len);
}

/* After a piece that ended at `end`: how far it is settled. */
static void
settle(struct follow_reader *r, struct scan_summary *summary, struct fed *fed, uint64_t end)
{
	struct scan_mark *mark = &r->file->mark;

	scan_pause(r->scanner, summary, mark);
	if (mark->offset == fed->from)
		return;
	if (mark->offset == end) {
		buf_clear(&fed->bytes);
		fed->whole = true;
	} else if (fed->whole) {
		buf_consume(&fed->bytes, (size_t)(mark->offset - fed->from));
	}
	fed->from = mark->offset;
}

static void
keep_held(struct follow_reader *r, struct fed *fed)
{
	struct follow_file *f = r->file;

	f->held_whole = fed->whole && fed->bytes.len <= FOLLOW_HELD;
	if (f->held_whole) {
		buf_fini(&f->held);
		f->held = fed->bytes;
		return;
	}
	buf_fini(&fed->bytes);
	if (f->mark.offset >= f->shift) {
		buf_fini(&f->held);
		return;
	}
	/* Too long to be a record that was cut by a truncation: it begins with the file. */
	follow_say(r, f->path, 0, PROBLEM_ERROR,
		"was truncated in the middle of a record, whose end never came");
	follow_file_restart(f, &(struct buf){0});
}

/* Counted once, however often the scan begins at the same mark. */
static void
count_records(struct follow_reader *r, const struct scan_summary *summary, bool moved)
{
	struct follow_file *f = r->file;

	if (summary->records > f->records)
		r->report->records += summary->records - f->records;
	f->records = moved ? 0 : summary->records;
}

static bool
feed_file(struct follow_reader *r, struct fed *fed, uint64_t at, struct scan_summary *summary)
{
	struct follow_file *f = r->file;
	bool more = true;
	ssize_t n = 0;

	while (more && (n = read_at(f->fd, r->chunk, CHUNK, at)) > 0) {
		uint64_t end = at + (uint64_t)n;

		more = feed(r, fed, r->chunk, (size_t)n);
		if (r->stopped)
			return true;
		advance(r, at, (size_t)n);
		settle(r, summary, fed, f->shift + end);
		tell(r, summary, false);
		if (at / SAVE_EVERY != end / SAVE_EVERY && f->mark.offset >= f->shift && !save(r))
			return true;
		at = end;
	}
	return n >= 0;
}

static enum follow_result
read_plain(struct follow_reader *r, bool final)
{
	struct follow_file *f = r->file;
	uint64_t began = f->mark.offset;
	uint64_t at = began < f->shift ? 0 : began - f->shift;
	struct fed fed = {.from = began, .whole = true};
	struct scan_summary summary;
	struct scan_mark mark;
	bool ok;

	r->given = f->given; /* a string may hold several records, which all begin where it does */
	scan_continue(r->scanner, &r->sink, &f->mark);
	if (began < f->shift)
		feed(r, &fed, f->held.data, (size_t)(f->shift - began));
	scan_pause(r->scanner, &summary, &mark);
	ok = feed_file(r, &fed, at, &summary);
	if (r->stopped || !ok) {
		buf_fini(&fed.bytes);
		return r->stopped ? FOLLOW_STOPPED : FOLLOW_FAILED;
	}
	count_records(r, &summary, f->mark.offset != began);
	f->unfinished = summary.unfinished && !final;
	f->since_ms = time_monotonic_ms();
	if (final)
		scan_end(r->scanner, &summary);
	tell(r, &summary, true);
	keep_held(r, &fed);
	return FOLLOW_OK;
}

static bool
is_object(struct str text)
{
	struct json_doc *doc;
	bool yes;

	if (!json_parse(text, &doc, NULL))
		return false;
	yes = json_type(json_root(doc)) == JSON_OBJECT;
	json_doc_free(doc);
	return yes;
}

/* Behind a truncation: the first line shows whether it goes on with the record that was cut. False:
 * that line is not whole yet. */
static bool
join(struct follow_reader *r, bool final)
{
	struct follow_file *f = r->file;
	ssize_t n = read_at(f->fd, r->chunk, CHUNK, 0);
	struct str line = {r->chunk, n > 0 ? (size_t)n : 0};
	struct buf joined = {0};
	size_t end = str_find(line, STR("\n"), 0);

	if (end == (size_t)-1 && line.len < CHUNK && !final)
		return false;
	line = str_slice(line, 0, end);
	buf_str(&joined, buf_view(&f->held));
	buf_str(&joined, line);
	if ((f->tentative || is_object(line) || !line.len) && !is_object(buf_view(&joined))) {
		if (!f->tentative)
			follow_say(r, f->path, 0, PROBLEM_ERROR,
				"was truncated in the middle of a record, whose end never came");
		follow_file_restart(f, &(struct buf){0});
	}
	buf_fini(&joined);
	return true;
}

/* Its end was open before a restart: it has its time to grow again. */
static bool
is_to_resume(const struct follow_file *f)
{
	return f->unfinished && !f->since_ms;
}

static enum follow_result
read_new(struct follow_reader *r, const struct stat *st, bool final)
{
	struct follow_file *f = r->file;

	if ((uint64_t)st->st_size < f->read || !follow_file_is_in(f, f->fd, &r->head, &r->tail))
		return FOLLOW_TRUNCATED;
	if (((uint64_t)st->st_size == f->read && !final && !is_to_resume(f)) || f->foreign)
		return FOLLOW_OK;
	if (f->read == 0)
		f->gzip = begins_gzip(f->fd);
	if (f->gzip)
		return read_gzip(r, final);
	if (f->read == 0 && f->shift && !join(r, final))
		return FOLLOW_OK;
	return read_plain(r, final);
}

enum follow_result
follow_file_read(struct follow_reader *r, struct follow_file *f, bool final)
{
	enum follow_result result;
	bool unfinished = f->unfinished;
	uint64_t before = f->read;
	struct stat st;

	if (fstat(f->fd, &st) != 0)
		return FOLLOW_FAILED;
	r->file = f;
	forget_problems(r);
	result = read_new(r, &st, final);
	if (result != FOLLOW_OK)
		return result;
	f->mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	if (f->read == before && f->unfinished == unfinished && !f->unsaved)
		return FOLLOW_OK;
	f->unsaved = false;
	if (!save(r))
		return FOLLOW_STOPPED;
	return r->stopped ? FOLLOW_STOPPED : FOLLOW_OK;
}
