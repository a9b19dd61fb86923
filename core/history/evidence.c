#include "core/history/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/scan/scan.h"

/* Of a gzip, so many bytes may give a thousand times as many. */
enum { PIECE = 16 << 10 };

/* A copy of the record. */
struct place {
	struct place *next;
	uint64_t offset;
	char sha256[HASH_HEX];
	char path[];
};

/* Records that an option let in, larger than most. The usual limit comes first: rows of a table
 * that wait for what their dates mean wait no longer than it (table_csv.h). */
static const size_t limits[] = {SCAN_MAX_RECORD, (size_t)64 << 20};
enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

struct evidence {
	struct place *places; /* owns */
	struct place *at;     /* the one that is looked at; NULL: none is left */
	uint64_t done, size;
	int fd;			     /* -1: not open yet */
	unsigned limit;		     /* index of the one that is tried */
	struct scan_options options; /* all records are wanted */
	struct scan_sink sink;
	struct scanner *scanner;
	struct buf raw;
	bool found, other; /* another record stands there */
	struct error err;  /* of the first place; no text: it is not read yet */
};

void
evidence_add(struct evidence *e, const struct trace *trace)
{
	struct place *place = mem_zalloc(sizeof(*place) + trace->path.len + 1), **last = &e->places;

	memcpy(place->path, trace->path.data, trace->path.len);
	place->offset = trace->offset;
	if (trace->sha256.len == HASH_HEX - 1)
		memcpy(place->sha256, trace->sha256.data, HASH_HEX - 1);
	while (*last)
		last = &(*last)->next;
	*last = place;
	if (!e->at)
		e->at = place;
}

struct evidence *
evidence_open(const struct trace *trace)
{
	struct evidence *e = MEM_NEW(struct evidence);

	e->fd = -1;
	evidence_add(e, trace);
	return e;
}

/* Ready for another place. */
static void
leave_file(struct evidence *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
	scanner_free(e->scanner);
	e->scanner = NULL;
	e->done = e->size = 0;
	e->limit = 0;
	e->other = false;
}

void
evidence_close(struct evidence *e)
{
	if (!e)
		return;
	leave_file(e);
	buf_fini(&e->raw);
	for (struct place *place = e->places, *next; place; place = next) {
		next = place->next;
		free(place);
	}
	free(e);
}

struct str
evidence_raw(const struct evidence *e)
{
	return buf_view(&e->raw);
}

struct str
evidence_path(const struct evidence *e)
{
	return str_from(e->at ? e->at->path : e->places->path);
}

uint64_t
evidence_offset(const struct evidence *e)
{
	return e->at ? e->at->offset : e->places->offset;
}

uint64_t
evidence_done(const struct evidence *e)
{
	return e->done;
}

uint64_t
evidence_size(const struct evidence *e)
{
	return e->size;
}

/* ---- is it this one? ---- */

static bool
take(struct evidence *e, struct str raw)
{
	char hash[HASH_HEX];

	hash_hex(raw, hash);
	if (memcmp(hash, e->at->sha256, sizeof(hash)) != 0)
		return false;
	buf_clear(&e->raw);
	buf_str(&e->raw, raw);
	e->found = true;
	return true;
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct evidence *e = context;

	(void)flags;
	if (offset != e->at->offset)
		return true;
	if (take(e, raw))
		return false;
	e->other = true;
	return true;
}

static void
pass_over(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	(void)context, (void)severity, (void)offset, (void)reason;
}

/* ---- where it stands ---- */

static bool
open_file(struct evidence *e, struct error *err)
{
	const char *path = e->at->path;
	struct stat st;

	if (strcmp(path, "-") == 0)
		return error_set(err, ERROR_NOT_FOUND,
			"it came through standard input: the record cannot be read again");
	if (strstr(path, "://"))
		return error_set(
			err, ERROR_NOT_FOUND, "%s is no file: it is not fetched again", path);
	e->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (e->fd < 0 || fstat(e->fd, &st) < 0)
		return error_set(err, ERROR_NOT_FOUND, "%s: %s: the record cannot be read again",
			path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(
			err, ERROR_NOT_FOUND, "%s is no file that can be read again", path);
	e->size = (uint64_t)st.st_size;
	return true;
}

/* Of the object that a text begins with; 0: it begins with none, or there is more of it. */
static size_t
object_length(struct str text)
{
	struct json_lexer lexer = {text, 0};
	struct json_token t;
	size_t depth = 0;

	do {
		t = json_next_token(&lexer);
		depth += t.type == JSON_TOKEN_OPEN_OBJECT || t.type == JSON_TOKEN_OPEN_ARRAY;
		if (t.type == JSON_TOKEN_CLOSE_OBJECT || t.type == JSON_TOKEN_CLOSE_ARRAY)
			depth--;
	} while (depth && t.type != JSON_TOKEN_END);
	return depth ? 0 : lexer.at;
}

/* Of a plain text it stands where it stood. */
static void
look_there(struct evidence *e)
{
	struct buf text = {0};
	size_t length = 0, more = PIECE;
	ssize_t n = 1;

	for (; n > 0 && !length && text.len < 2 * SCAN_MAX_RECORD; more = text.len) {
		buf_reserve(&text, more);
		n = pread(e->fd, text.data + text.len, more, (off_t)(e->at->offset + text.len));
		text.len += n > 0 ? (size_t)n : 0;
		if (!text.len || text.data[0] != '{')
			break;
		length = object_length(buf_view(&text));
	}
	if (length)
		take(e, str_slice(buf_view(&text), 0, length));
	buf_fini(&text);
}

static void
begin_scan(struct evidence *e)
{
	scanner_free(e->scanner);
	e->options.max_record = limits[e->limit];
	e->sink = (struct scan_sink){e, take_record, pass_over};
	e->scanner = scanner_new(&e->options);
	scan_begin(e->scanner, &e->sink);
	e->done = 0;
}

/* False: there is no more. */
static bool
scan_piece(struct evidence *e)
{
	char bytes[PIECE];
	struct scan_summary summary;
	ssize_t n = pread(e->fd, bytes, sizeof(bytes), (off_t)e->done);

	if (n > 0) {
		e->done += (uint64_t)n;
		if (scan_bytes(e->scanner, bytes, (size_t)n))
			return true;
	}
	scan_end(e->scanner, &summary);
	return false;
}

static bool
scan_all(struct evidence *e, int64_t deadline_ms)
{
	bool more = true;

	while (!e->found && more) {
		more = scan_piece(e);
		if (!more && !e->found && !e->other && ++e->limit < LIMITS) {
			begin_scan(e);
			more = true;
		}
		if (more && time_monotonic_ms() >= deadline_ms)
			return false;
	}
	return true;
}

/* EVIDENCE_GONE: it is not at this place. */
static enum evidence_step
read_place(struct evidence *e, int64_t deadline_ms, struct error *err)
{
	if (e->fd < 0) {
		if (!open_file(e, err))
			return EVIDENCE_GONE;
		look_there(e);
		if (!e->found)
			begin_scan(e);
	}
	if (!scan_all(e, deadline_ms))
		return EVIDENCE_READING;
	if (e->found)
		return EVIDENCE_FOUND;
	error_set(err, ERROR_NOT_FOUND, "%s: %s at byte %llu", e->at->path,
		e->other ? "another record than was read stands" : "no record stands any more",
		(unsigned long long)e->at->offset);
	return EVIDENCE_GONE;
}

enum evidence_step
evidence_read(struct evidence *e, int64_t deadline_ms, struct error *err)
{
	for (; e->at; e->at = e->at->next) {
		enum evidence_step step =
			e->found ? EVIDENCE_FOUND : read_place(e, deadline_ms, err);

		if (step != EVIDENCE_GONE)
			return step;
		if (!e->err.text[0])
			e->err = *err;
		leave_file(e);
	}
	*err = e->err;
	return EVIDENCE_GONE;
}
