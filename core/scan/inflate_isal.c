/*
 * ISA-L: twice as fast as zlib. It reads ahead by up to 8 bytes and decodes several literals at
 * once, so that of a stream that breaks off the last few may be missing; it takes codes as
 * damaged only where they are used.
 */
#include <isa-l.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/scan/inflate_engine.h"

enum { AHEAD = 8, PIECE_MAX = 1 << 30 };

struct isal {
	struct inflate_state state;
	int failed;		     /* its error; what it had decoded may not be given yet */
	unsigned char before[AHEAD]; /* the last bytes of earlier calls */
	size_t before_len;
	size_t rest; /* of them */
};

static const struct {
	int code;
	const char *text;
} errors[] = {
	{ISAL_INVALID_BLOCK, "invalid block"},
	{ISAL_INVALID_SYMBOL, "invalid code"},
	{ISAL_INVALID_LOOKBACK, "invalid distance too far back"},
};

static void *
isal_new(void)
{
	struct isal *isal = MEM_NEW(struct isal);

	isal_inflate_init(&isal->state);
	isal->state.crc_flag = ISAL_DEFLATE;
	return isal;
}

static void
isal_begin(void *engine)
{
	struct isal *isal = engine;

	isal_inflate_reset(&isal->state);
	isal->failed = 0;
	isal->before_len = isal->rest = 0;
}

/* It fills a buffer of its own first; on damage what did not fit is left there. */
static void
give_left(struct isal *isal, struct inflate_io *io)
{
	struct inflate_state *s = &isal->state;
	size_t left = (size_t)(s->tmp_out_valid - s->tmp_out_processed);
	size_t now = left < io->out_len ? left : io->out_len;

	memcpy(io->out, s->tmp_out_buffer + s->tmp_out_processed, now);
	s->tmp_out_processed += (int32_t)now;
	io->out += now;
	io->out_len -= now;
}

/* The bytes used of a piece, where some of those that were read ahead may be none of the stream's.
 * Newer versions step back by themselves, also before the piece. */
static void
step_back(struct isal *isal, struct inflate_io *io)
{
	const struct inflate_state *s = &isal->state;
	ptrdiff_t used = s->next_in - io->in;

	if (s->read_in_length > 0)
		used -= s->read_in_length / 8;
	isal->rest = used < 0 ? (size_t)-used : 0;
	if (isal->rest > isal->before_len)
		isal->rest = isal->before_len;
	if (used > 0) {
		io->in += used;
		io->in_len -= (size_t)used;
	}
}

static void
remember_last(struct isal *isal, const unsigned char *in, size_t len)
{
	size_t now = len < AHEAD ? len : AHEAD;
	size_t kept = isal->before_len < AHEAD - now ? isal->before_len : AHEAD - now;

	memmove(isal->before, isal->before + isal->before_len - kept, kept);
	memcpy(isal->before + kept, in + len - now, now);
	isal->before_len = kept + now;
}

static void
use(struct isal *isal, struct inflate_io *io)
{
	size_t used = (size_t)(isal->state.next_in - io->in);

	remember_last(isal, io->in, used);
	io->in += used;
	io->in_len -= used;
}

static enum engine_step
isal_run(void *engine, struct inflate_io *io)
{
	struct isal *isal = engine;
	struct inflate_state *s = &isal->state;
	size_t out = io->out_len < PIECE_MAX ? io->out_len : PIECE_MAX;
	int rc;

	if (!isal->failed) {
		s->next_in = (uint8_t *)(uintptr_t)io->in;
		s->avail_in = (uint32_t)(io->in_len < PIECE_MAX ? io->in_len : PIECE_MAX);
		s->next_out = io->out;
		s->avail_out = (uint32_t)out;
		rc = isal_inflate(s);
		io->out += out - s->avail_out;
		io->out_len -= out - s->avail_out;
		if (rc == ISAL_DECOMP_OK && s->block_state == ISAL_BLOCK_FINISH) {
			step_back(isal, io);
			return ENGINE_END;
		}
		if (rc == ISAL_DECOMP_OK) {
			use(isal, io);
			return ENGINE_ON;
		}
		isal->failed = rc;
		step_back(isal, io);
	}
	give_left(isal, io);
	return ENGINE_DAMAGED;
}

static struct str
isal_rest(const void *engine)
{
	const struct isal *isal = engine;

	return (struct str){(const char *)isal->before + isal->before_len - isal->rest, isal->rest};
}

static const char *
isal_error(const void *engine)
{
	const struct isal *isal = engine;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == isal->failed)
			return errors[i].text;
	return "damaged deflate data";
}

static uint32_t
isal_crc(uint32_t crc, const void *data, size_t len)
{
	return crc32_gzip_refl(crc, data, len);
}

static void
isal_library(struct buf *out)
{
	buf_printf(
		out, "ISA-L %d.%d.%d", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
}

const struct inflate_engine inflate_isal = {
	.new = isal_new,
	.free = free,
	.begin = isal_begin,
	.run = isal_run,
	.rest = isal_rest,
	.error = isal_error,
	.crc = isal_crc,
	.library = isal_library,
};
