#include "core/scan/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/scan/gzip_header.h"
#include "core/scan/inflate_engine.h"

/* Up to that many bytes of a member that is not at its end with its piece are kept, so that the
 * exact library can have a look at them. Most files are one piece and keep nothing. */
enum { KEPT_MAX = 512 << 10 };

enum { TRAILER_SIZE = 8, MAGIC_SIZE = sizeof(GZIP_MAGIC) - 1 };

enum state {
	BEFORE_MEMBER, /* at the start of a member */
	IN_HEADER,
	IN_DATA,
	IN_TRAILER,
	PADDING, /* zero bytes behind a member */
	SEEKING, /* behind damage: for the next member */
};

struct worker {
	const struct inflate_engine *engine; /* NULL: there is none */
	void *state;			     /* owns; NULL: not needed yet */
};

struct inflate {
	struct worker fast, exact;
	const struct worker *now; /* of the two, for this member */
	enum state state;
	bool any_member;
	bool given;	   /* the member gave something, since one was sought */
	bool whole;	   /* the last damage left out nothing */
	const char *error; /* of the last damage */

	struct gzip_header header;
	size_t magic; /* SEEKING: bytes of GZIP_MAGIC that were just seen */
	unsigned char trailer[TRAILER_SIZE];
	size_t trailer_len;
	uint64_t size; /* of what the member gave */
	uint32_t crc;

	/* Input that is looked at, or may be, after its piece is gone. */
	struct buf kept;  /* owns */
	size_t kept_at;	  /* what stands from here on comes before io->in */
	size_t kept_from; /* IN_DATA and keeping: where the member's data begins */
	bool keeping;
	const unsigned char *piece;  /* keeping: what is not in `kept` begins here … */
	const unsigned char *resume; /* … and is still there when io->in is; NULL: a new piece */
};

static void
worker_begin(struct worker *worker)
{
	if (!worker->state)
		worker->state = worker->engine->new ();
	worker->engine->begin(worker->state);
}

struct inflate *
inflate_new_on(const struct inflate_engine *fast, const struct inflate_engine *exact)
{
	struct inflate *i = MEM_NEW(struct inflate);

	i->fast.engine = fast;
	i->exact.engine = exact;
	return i;
}

struct inflate *
inflate_new(void)
{
#ifdef KEYWATCH_ISAL
	return inflate_new_on(&inflate_isal, &inflate_zlib);
#else
	return inflate_new_on(&inflate_zlib, NULL);
#endif
}

void
inflate_free(struct inflate *i)
{
	if (!i)
		return;
	if (i->fast.state)
		i->fast.engine->free(i->fast.state);
	if (i->exact.state)
		i->exact.engine->free(i->exact.state);
	buf_fini(&i->kept);
	free(i);
}

static void
forget_kept(struct inflate *i)
{
	buf_clear(&i->kept);
	i->kept_at = i->kept_from = 0;
}

void
inflate_begin(struct inflate *i)
{
	forget_kept(i);
	i->state = BEFORE_MEMBER;
	i->any_member = i->given = i->whole = i->keeping = false;
	i->error = NULL;
	i->resume = NULL;
}

size_t
inflate_held(const struct inflate *i)
{
	return i->kept.len - i->kept_at;
}

/* ---- input: what is held, then what comes ---- */

static bool
has_input(const struct inflate *i, const struct inflate_io *io)
{
	return inflate_held(i) || io->in_len;
}

static enum inflate_result
go_on(const struct inflate *i, const struct inflate_io *io)
{
	return has_input(i, io) ? INFLATE_OUTPUT : INFLATE_MORE;
}

static unsigned char
next_byte(struct inflate *i, struct inflate_io *io)
{
	if (inflate_held(i))
		return (unsigned char)i->kept.data[i->kept_at++];
	io->in_len--;
	return *io->in++;
}

static unsigned char
peek_byte(const struct inflate *i, const struct inflate_io *io)
{
	return inflate_held(i) ? (unsigned char)i->kept.data[i->kept_at] : *io->in;
}

/* ---- damage ---- */

static void
begin_seeking(struct inflate *i)
{
	i->keeping = false;
	i->state = SEEKING;
	i->magic = 0;
}

static enum inflate_result
damaged(struct inflate *i, const char *reason)
{
	begin_seeking(i);
	i->error = reason;
	i->whole = false;
	return INFLATE_DAMAGED;
}

/* What only looked like one, while one was sought, is not worth a word. */
static enum inflate_result
damaged_member(struct inflate *i, const char *reason)
{
	if (!i->error || i->given)
		return damaged(i, reason);
	begin_seeking(i);
	return INFLATE_OUTPUT;
}

/* ---- what the exact library says ---- */

/* Keeps the piece as far as it was read. */
static bool
keep(struct inflate *i, const unsigned char *end)
{
	size_t more = (size_t)(end - i->piece);

	if (i->kept.len - i->kept_from + more > KEPT_MAX)
		return false;
	i->kept_at += more;
	buf_str(&i->kept, (struct str){(const char *)i->piece, more});
	i->piece = end;
	return true;
}

/* It gives as much of the member as was given already, and stands behind that. DAMAGED: it sees
 * damage before. */
static enum engine_step
catch_up(struct inflate *i)
{
	unsigned char scratch[4096];
	struct inflate_io io = {.in = (unsigned char *)i->kept.data + i->kept_from,
		.in_len = i->kept.len - i->kept_from};
	enum engine_step step = ENGINE_ON;

	worker_begin(&i->exact);
	for (uint64_t left = i->size; left && step == ENGINE_ON;) {
		size_t room = left < sizeof(scratch) ? (size_t)left : sizeof(scratch);

		io.out = scratch;
		io.out_len = room;
		step = i->exact.engine->run(i->exact.state, &io);
		left -= room - io.out_len;
		if (io.out_len == room)
			break;
	}
	i->kept_at = i->kept.len - io.in_len;
	return step;
}

/* Hands the member over to it, when what was read of it is still there. */
static bool
ask_exact(struct inflate *i, const struct inflate_io *io)
{
	if (!i->keeping || !keep(i, io->in))
		return false;
	i->keeping = false;
	i->now = &i->exact;
	return true;
}

/* ---- the parts of a member ---- */

static void
begin_data(struct inflate *i, const struct inflate_io *io)
{
	i->state = IN_DATA;
	i->size = 0;
	i->crc = 0;
	i->now = &i->fast;
	worker_begin(&i->fast);
	if (!inflate_held(i))
		forget_kept(i);
	i->kept_from = i->kept_at;
	i->keeping = i->exact.engine != NULL;
	i->piece = io->in;
}

static enum inflate_result
read_header(struct inflate *i, struct inflate_io *io)
{
	const char *problem;

	while (has_input(i, io)) {
		switch (gzip_header_byte(&i->header, next_byte(i, io), &problem)) {
		case GZIP_HEADER_MORE:
			break;
		case GZIP_HEADER_DONE:
			begin_data(i, io);
			return INFLATE_OUTPUT;
		case GZIP_HEADER_DAMAGED:
			return damaged_member(i, problem);
		}
	}
	return INFLATE_MORE;
}

static enum engine_step
run_on_held(struct inflate *i, struct inflate_io *io)
{
	struct inflate_io held = {.in = (unsigned char *)i->kept.data + i->kept_at,
		.in_len = inflate_held(i),
		.out = io->out,
		.out_len = io->out_len};
	enum engine_step step = i->now->engine->run(i->now->state, &held);

	i->kept_at = i->kept.len - held.in_len;
	io->out = held.out;
	io->out_len = held.out_len;
	return step;
}

static enum engine_step
run(struct inflate *i, struct inflate_io *io)
{
	if (inflate_held(i))
		return run_on_held(i, io);
	return i->now->engine->run(i->now->state, io);
}

static void
account(struct inflate *i, const unsigned char *out, size_t given)
{
	i->given |= given > 0;
	i->size += given;
	i->crc = i->now->engine->crc(i->crc, out, given);
}

/* What the library read beyond the end is read again, where it stands. */
static void
take_back(struct inflate *i, struct inflate_io *io, bool held)
{
	struct str rest = i->now->engine->rest(i->now->state);
	size_t here = 0;

	if (!held && !i->keeping) {
		forget_kept(i);
		buf_str(&i->kept, rest);
		return;
	}
	if (!held)
		here = (size_t)(io->in - i->piece);
	if (here > rest.len)
		here = rest.len;
	io->in -= here;
	io->in_len += here;
	i->kept_at -= rest.len - here;
}

static enum inflate_result
end_data(struct inflate *i, struct inflate_io *io, bool held)
{
	take_back(i, io, held);
	i->state = IN_TRAILER;
	i->trailer_len = 0;
	return go_on(i, io);
}

static enum inflate_result
read_on_exactly(struct inflate *i, struct inflate_io *io)
{
	if (catch_up(i) == ENGINE_DAMAGED)
		return damaged_member(i, i->now->engine->error(i->now->state));
	return go_on(i, io);
}

static enum inflate_result
read_data(struct inflate *i, struct inflate_io *io)
{
	const struct inflate_io before = *io;
	bool held = inflate_held(i) > 0;
	enum engine_step step = run(i, io);

	if (step == ENGINE_DAMAGED && ask_exact(i, io)) {
		io->out = before.out; /* what was given with the damage is not trusted */
		io->out_len = before.out_len;
		return read_on_exactly(i, io);
	}
	account(i, before.out, before.out_len - io->out_len);
	if (step == ENGINE_ON)
		return go_on(i, io);
	if (step == ENGINE_END)
		return end_data(i, io, held);
	i->keeping = false;
	if (io->out_len == 0) /* there may be more of it */
		return INFLATE_OUTPUT;
	take_back(i, io, held);
	return damaged_member(i, i->now->engine->error(i->now->state));
}

static uint32_t
trailer_number(const struct inflate *i, size_t at)
{
	const unsigned char *b = i->trailer + at;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static const char *
trailer_problem(const struct inflate *i)
{
	if (i->trailer_len == 4 && trailer_number(i, 0) != i->crc)
		return "incorrect data check";
	if (i->trailer_len == TRAILER_SIZE && trailer_number(i, 4) != (uint32_t)i->size)
		return "incorrect length check";
	return NULL;
}

/* Where codes are damaged the fast library may have come through, with other bytes. */
static enum inflate_result
fail_check(struct inflate *i, const struct inflate_io *io, const char *problem)
{
	enum inflate_result result;

	if (ask_exact(i, io)) {
		size_t at = i->kept_at;

		if (catch_up(i) == ENGINE_DAMAGED)
			return damaged_member(i, i->now->engine->error(i->now->state));
		i->kept_at = at;
	}
	result = damaged_member(i, problem);
	i->whole = true;
	return result;
}

static enum inflate_result
read_trailer(struct inflate *i, struct inflate_io *io)
{
	const char *problem = NULL;

	while (!problem && i->trailer_len < TRAILER_SIZE && has_input(i, io)) {
		i->trailer[i->trailer_len++] = next_byte(i, io);
		problem = trailer_problem(i);
	}
	if (problem)
		return fail_check(i, io, problem);
	if (i->trailer_len == TRAILER_SIZE) {
		i->any_member = true;
		i->keeping = false;
		i->state = BEFORE_MEMBER;
	}
	return go_on(i, io);
}

/* ---- between members ---- */

static enum inflate_result
begin_member(struct inflate *i, struct inflate_io *io)
{
	if (!has_input(i, io))
		return INFLATE_MORE;
	i->state = i->any_member && peek_byte(i, io) == 0 ? PADDING : IN_HEADER;
	gzip_header_begin(&i->header);
	return INFLATE_OUTPUT;
}

static enum inflate_result
skip_padding(struct inflate *i, struct inflate_io *io)
{
	while (has_input(i, io) && peek_byte(i, io) == 0)
		next_byte(i, io);
	if (!has_input(i, io))
		return INFLATE_MORE;
	if (peek_byte(i, io) != (unsigned char)GZIP_MAGIC[0])
		return damaged(i, "bytes that are no gzip behind a gzip member");
	i->state = BEFORE_MEMBER;
	return INFLATE_OUTPUT;
}

/* Reads up to the head of a member, and that. */
static enum inflate_result
seek_member(struct inflate *i, struct inflate_io *io)
{
	static const unsigned char magic[] = GZIP_MAGIC;
	const char *problem;

	while (has_input(i, io) && i->magic < MAGIC_SIZE) {
		unsigned char byte = next_byte(i, io);

		i->magic = byte == magic[i->magic] ? i->magic + 1 : byte == magic[0];
	}
	if (i->magic < MAGIC_SIZE)
		return INFLATE_MORE;
	i->state = IN_HEADER;
	i->given = false;
	gzip_header_begin(&i->header);
	for (size_t n = 0; n < MAGIC_SIZE; n++)
		gzip_header_byte(&i->header, magic[n], &problem);
	return INFLATE_OUTPUT;
}

/* ---- the whole ---- */

static enum inflate_result (*const steps[])(struct inflate *i, struct inflate_io *io) = {
	[BEFORE_MEMBER] = begin_member,
	[IN_HEADER] = read_header,
	[IN_DATA] = read_data,
	[IN_TRAILER] = read_trailer,
	[PADDING] = skip_padding,
	[SEEKING] = seek_member,
};

/* Whether what is not kept of the member still stands where it stood. */
static void
enter_piece(struct inflate *i, const struct inflate_io *io)
{
	if (!i->resume)
		i->piece = io->in;
	else if (i->resume != io->in)
		i->keeping = false;
}

static void
leave_piece(struct inflate *i, const struct inflate_io *io, enum inflate_result result)
{
	i->resume = result == INFLATE_MORE ? NULL : io->in;
	if (result != INFLATE_MORE || !i->keeping || keep(i, io->in))
		return;
	i->keeping = false;
	forget_kept(i);
}

enum inflate_result
inflate_bytes(struct inflate *i, struct inflate_io *io)
{
	enum inflate_result result;

	enter_piece(i, io);
	do {
		result = steps[i->state](i, io);
	} while (result == INFLATE_OUTPUT && io->out_len);
	/* Full output may hide more of it inside the inflater. */
	if (io->out_len == 0 && result == INFLATE_MORE)
		result = INFLATE_OUTPUT;
	leave_piece(i, io, result);
	return result;
}

enum inflate_result
inflate_end(struct inflate *i, struct inflate_io *io)
{
	enter_piece(i, io);
	if (i->state == IN_DATA && i->now == &i->fast) {
		if (!ask_exact(i, io))
			return INFLATE_MORE;
		if (read_on_exactly(i, io) == INFLATE_DAMAGED)
			return INFLATE_DAMAGED;
	}
	return inflate_bytes(i, io);
}

bool
inflate_is_whole(const struct inflate *i)
{
	return i->whole;
}

bool
inflate_at_end(const struct inflate *i)
{
	return i->state == BEFORE_MEMBER || i->state == PADDING || i->state == SEEKING;
}

const char *
inflate_error(const struct inflate *i)
{
	return i->error;
}

void
inflate_library(struct buf *out)
{
#ifdef KEYWATCH_ISAL
	inflate_isal.library(out);
	buf_puts(out, ", ");
#endif
	inflate_zlib.library(out);
}
