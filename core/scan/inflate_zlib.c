/* zlib: what is installed everywhere. It gives every byte that a damaged stream still holds. */
#include <stdlib.h>
#include <zlib.h>

#include "core/base/mem.h"
#include "core/scan/inflate_engine.h"

static void *
zlib_new(void)
{
	z_stream *z = MEM_NEW(z_stream);

	if (inflateInit2(z, -15) != Z_OK) /* deflate only */
		abort();
	return z;
}

static void
zlib_free(void *state)
{
	inflateEnd(state);
	free(state);
}

static void
zlib_begin(void *state)
{
	inflateReset(state);
}

static enum engine_step
zlib_run(void *state, struct inflate_io *io)
{
	z_stream *z = state;
	size_t in = io->in_len < UINT32_MAX ? io->in_len : UINT32_MAX;
	size_t out = io->out_len < UINT32_MAX ? io->out_len : UINT32_MAX;
	int rc;

	z->next_in = (z_const Bytef *)(uintptr_t)io->in;
	z->avail_in = (uInt)in;
	z->next_out = io->out;
	z->avail_out = (uInt)out;
	rc = inflate(z, Z_NO_FLUSH);
	io->in += in - z->avail_in;
	io->in_len -= in - z->avail_in;
	io->out += out - z->avail_out;
	io->out_len -= out - z->avail_out;
	if (rc == Z_STREAM_END)
		return ENGINE_END;
	return rc == Z_OK || rc == Z_BUF_ERROR ? ENGINE_ON : ENGINE_DAMAGED;
}

/* It takes a byte only when it needs it. */
static struct str
zlib_rest(const void *state)
{
	(void)state;
	return STR("");
}

static const char *
zlib_error(const void *state)
{
	const z_stream *z = state;

	return z->msg ? z->msg : "damaged deflate data";
}

static uint32_t
zlib_crc(uint32_t crc, const void *data, size_t len)
{
	return (uint32_t)crc32_z(crc, data, len);
}

static void
zlib_library(struct buf *out)
{
	buf_printf(out, "zlib %s", zlibVersion());
}

const struct inflate_engine inflate_zlib = {
	.new = zlib_new,
	.free = zlib_free,
	.begin = zlib_begin,
	.run = zlib_run,
	.rest = zlib_rest,
	.error = zlib_error,
	.crc = zlib_crc,
	.library = zlib_library,
};
