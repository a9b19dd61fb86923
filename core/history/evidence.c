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

struct evidence {
	char *path;
	uint64_t offset, done, size;
	char sha256[HASH_HEX];
	int fd;			     /* -1: not open yet */
	struct scan_options options; /* all records are wanted */
	struct scan_sink sink;
	struct scanner *scanner;
	struct buf raw;
	bool found, other; /* another record stands there */
};

struct evidence *
evidence_open(const struct trace *trace)
{
	struct evidence *e = MEM_NEW(struct evidence);
	struct buf path = {0};

	buf_str(&path, trace->path);
	buf_putc(&path, '\0');
	e->path = buf_take(&path);
	e->offset = trace->offset;
	if (trace->sha256.len == HASH_HEX - 1)
		memcpy(e->sha256, trace->sha256.data, HASH_HEX - 1);
	e->fd = -1;
	return e;
}

void
evidence_close(struct evidence *e)
{
	if (!e)
		return;
	if (e->fd >= 0)
		close(e->fd);
	scanner_free(e->scanner);
	buf_fini(&e->raw);
	free(e->path);
	free(e);
}

struct str
evidence_raw(const struct evidence *e)
{
	return buf_view(&e->raw);
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
	if (memcmp(hash, e->sha256, sizeof(hash)) != 0)
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
	if (offset != e->offset)
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
	struct stat st;

	if (strstr(e->path, "://"))
		return error_set(
			err, ERROR_NOT_FOUND, "%s is no file: it is not fetched again", e->path);
	e->fd = open(e->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (e->fd < 0 || fstat(e->fd, &st) < 0)
		return error_set(err, ERROR_NOT_FOUND, "%s: %s: the record cannot be read again",
			e->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(
			err, ERROR_NOT_FOUND, "%s is no file that can be read again", e->path);
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
		n = pread(e->fd, text.data + text.len, more, (off_t)(e->offset + text.len));
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
	e->sink = (struct scan_sink){e, take_record, pass_over};
	e->scanner = scanner_new(&e->options);
	scan_begin(e->scanner, &e->sink);
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

enum evidence_step
evidence_read(struct evidence *e, int64_t deadline_ms, struct error *err)
{
	bool more = true;

	if (e->fd < 0) {
		if (!open_file(e, err))
			return EVIDENCE_GONE;
		look_there(e);
		if (!e->found)
			begin_scan(e);
	}
	while (!e->found && more) {
		more = scan_piece(e);
		if (more && time_monotonic_ms() >= deadline_ms)
			return EVIDENCE_READING;
	}
	if (e->found)
		return EVIDENCE_FOUND;
	error_set(err, ERROR_NOT_FOUND, "%s: %s at byte %llu", e->path,
		e->other ? "another record than was read stands" : "no record stands any more",
		(unsigned long long)e->offset);
	return EVIDENCE_GONE;
}
