/* What is remembered of a followed file: as a position, and from one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/follow_private.h"

struct follow_file *
follow_file_new(const char *path, const struct stat *st)
{
	struct follow_file *f = MEM_NEW(struct follow_file);

	f->path = mem_strdup(path);
	f->device = st->st_dev;
	f->inode = st->st_ino;
	f->fd = -1;
	f->held_whole = true;
	return f;
}

void
follow_file_free(struct follow_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	buf_fini(&f->held);
	free(f->path);
	free(f);
}

bool
follow_file_open(struct follow_file *f)
{
	struct stat st;
	int fd;

	if (f->fd >= 0)
		return true;
	fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_dev == f->device &&
		st.st_ino == f->inode) {
		f->fd = fd;
		return true;
	}
	close(fd);
	errno = 0;
	return false;
}

/* ---- the same content elsewhere ---- */

static bool
read_whole(int fd, char *bytes, size_t len, uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, bytes + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void
follow_fingerprint(const struct buf *head, const struct buf *tail, char hex[HASH_HEX])
{
	struct buf both = {0};

	buf_str(&both, buf_view(head));
	buf_str(&both, buf_view(tail));
	hash_hex(buf_view(&both), hex);
	buf_fini(&both);
}

static bool
sample(int fd, struct buf *out, size_t len, uint64_t offset)
{
	buf_clear(out);
	buf_reserve(out, len);
	if (!read_whole(fd, out->data, len, offset))
		return false;
	out->len = len;
	return true;
}

bool
follow_file_is_in(const struct follow_file *f, int fd, struct buf *head, struct buf *tail)
{
	size_t len = f->read < FOLLOW_SAMPLE ? (size_t)f->read : FOLLOW_SAMPLE;
	struct buf own_head = {0}, own_tail = {0};
	char hex[HASH_HEX];
	bool same;

	head = head ? head : &own_head;
	tail = tail ? tail : &own_tail;
	same = sample(fd, head, len, 0) && sample(fd, tail, len, f->read - len);
	if (same) {
		follow_fingerprint(head, tail, hex);
		same = f->read == 0 || strcmp(hex, f->fingerprint) == 0;
	}
	buf_fini(&own_head);
	buf_fini(&own_tail);
	return same;
}

bool
follow_file_begins_like(const struct follow_file *f, const char *path, uint64_t size)
{
	size_t len = size < FOLLOW_SAMPLE ? (size_t)size : FOLLOW_SAMPLE;
	struct buf ours = {0}, theirs = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool same = fd >= 0 && f->fd >= 0;

	for (int end = 0; same && end < 2; end++) {
		uint64_t from = end ? size - len : 0;

		same = sample(fd, &ours, len, from) && sample(f->fd, &theirs, len, from) &&
		       str_equal(buf_view(&ours), buf_view(&theirs));
	}
	if (fd >= 0)
		close(fd);
	buf_fini(&ours);
	buf_fini(&theirs);
	return same;
}

static void
copy_buf(struct buf *to, const struct buf *from)
{
	buf_clear(to);
	buf_str(to, buf_view(from));
}

void
follow_file_inherit(struct follow_file *f, const struct follow_file *from)
{
	f->unsaved = true;
	f->tentative = from->tentative;
	f->read = from->read;
	f->shift = from->shift;
	f->mark = from->mark;
	f->given = from->given;
	f->told = from->told;
	f->records = from->records;
	f->held_whole = from->held_whole;
	f->gzip = from->gzip;
	f->unfinished = from->unfinished;
	f->shows_form = from->shows_form;
	f->said_no_form = from->said_no_form;
	f->foreign = from->foreign;
	memcpy(f->fingerprint, from->fingerprint, sizeof(f->fingerprint));
	copy_buf(&f->held, &from->held);
}

void
follow_file_restart(struct follow_file *f, struct buf *carry)
{
	static const struct follow_file fresh = {.held_whole = true};

	follow_file_inherit(f, &fresh);
	buf_fini(&f->held);
	f->held = *carry;
	f->shift = carry->len;
	f->mtime_ns = 0;
	*carry = (struct buf){0};
}

/* ---- positions ---- */

enum { GZIP = 1, UNFINISHED = 2, SHOWS_FORM = 4, SAID_NO_FORM = 8, FOREIGN = 16, TENTATIVE = 32 };

void
follow_file_name(const struct follow_file *f, struct buf *name)
{
	buf_printf(name, "%ju:%ju", (uintmax_t)f->device, (uintmax_t)f->inode);
}

static unsigned
flags_of(const struct follow_file *f)
{
	return (f->gzip ? GZIP : 0u) | (f->unfinished ? UNFINISHED : 0u) |
	       (f->shows_form ? SHOWS_FORM : 0u) | (f->said_no_form ? SAID_NO_FORM : 0u) |
	       (f->foreign ? FOREIGN : 0u) | (f->tentative ? TENTATIVE : 0u);
}

/* Words; then what stands before the first byte, in hexadecimal; then the path to the end. */
void
follow_file_save(const struct follow_file *f, struct buf *value)
{
	uint64_t carry = f->mark.offset < f->shift ? f->shift - f->mark.offset : 0;

	buf_printf(value,
		"1 %" PRIu64 " %" PRId64 " %s %" PRIu64 " %" PRIu64 " %u %" PRIu64 " %" PRIu64
		" %u ",
		f->read, f->mtime_ns, *f->fingerprint ? f->fingerprint : "0", f->shift,
		f->mark.offset, f->mark.state, f->given, f->told, flags_of(f));
	for (uint64_t i = 0; i < carry; i++)
		buf_printf(value, "%02x", (unsigned char)f->held.data[i]);
	buf_printf(value, "- %s", f->path);
}

struct str
follow_position_path(struct str value)
{
	size_t at = str_find(value, STR("- "), 0);

	return at == (size_t)-1 ? STR_ABSENT : str_slice(value, at + 2, value.len);
}

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
load_carry(struct follow_file *f, const char **at)
{
	const char *c = *at;

	for (; *c != '-'; c += 2) {
		if (nibble(c[0]) < 0 || nibble(c[1]) < 0)
			return false;
		buf_putc(&f->held, (char)(nibble(c[0]) << 4 | nibble(c[1])));
	}
	*at = c + 2;
	return c[1] == ' ';
}

static bool
makes_sense(const struct follow_file *f)
{
	uint64_t carry = f->mark.offset < f->shift ? f->shift - f->mark.offset : 0;

	return f->held.len == carry && f->mark.offset <= f->shift + f->read && carry <= FOLLOW_HELD;
}

bool
follow_file_load(struct follow_file *f, struct str value)
{
	struct buf text = {0};
	const char *at;
	unsigned flags;
	int used = 0;
	bool ok;

	buf_str(&text, value);
	at = buf_cstr(&text);
	ok = sscanf(at,
		     "1 %" SCNu64 " %" SCNd64 " %64[0-9a-f] %" SCNu64 " %" SCNu64 " %u %" SCNu64
		     " %" SCNu64 " %u %n",
		     &f->read, &f->mtime_ns, f->fingerprint, &f->shift, &f->mark.offset,
		     &f->mark.state, &f->given, &f->told, &flags, &used) == 9 &&
	     used > 0;
	at += used;
	ok = ok && load_carry(f, &at) && makes_sense(f);
	if (ok) {
		f->gzip = flags & GZIP;
		f->unfinished = flags & UNFINISHED;
		f->shows_form = flags & SHOWS_FORM;
		f->said_no_form = flags & SAID_NO_FORM;
		f->foreign = flags & FOREIGN;
		f->tentative = flags & TENTATIVE;
	}
	buf_fini(&text);
	return ok;
}

void
follow_file_recall(struct follow_file *f)
{
	uint64_t from = f->mark.offset < f->shift ? 0 : f->mark.offset - f->shift;
	size_t len = (size_t)(f->read - from);
	char *bytes;

	f->held_whole = !f->gzip && !f->foreign && f->held.len + (f->read - from) <= FOLLOW_HELD;
	if (!f->held_whole)
		return;
	bytes = mem_alloc(len + 1);
	f->held_whole = read_whole(f->fd, bytes, len, from);
	if (f->held_whole)
		buf_append(&f->held, bytes, len);
	free(bytes);
}
