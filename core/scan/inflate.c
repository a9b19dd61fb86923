#include "core/scan/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "core/base/mem.h"

enum state {
	BEFORE_MEMBER, /* at the start of a member */
	IN_MEMBER,
	PADDING, /* zero bytes behind a member */
};

struct inflate {
	z_stream stream;
	enum state state;
	bool any_member;
	const char *error;
};

struct inflate *
inflate_new(void)
{
	struct inflate *i = MEM_NEW(struct inflate);

	if (inflateInit2(&i->stream, 15 + 16) != Z_OK) /* gzip only */
		abort();
	return i;
}

void
inflate_free(struct inflate *i)
{
	if (!i)
		return;
	inflateEnd(&i->stream);
	free(i);
}

void
inflate_begin(struct inflate *i)
{
	inflateReset(&i->stream);
	i->state = BEFORE_MEMBER;
	i->any_member = false;
	i->error = NULL;
}

static enum inflate_result
damaged(struct inflate *i, const char *reason)
{
	i->error = reason;
	return INFLATE_DAMAGED;
}

static enum inflate_result
inflate_member(struct inflate *i, struct inflate_io *io)
{
	z_stream *z = &i->stream;
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
	if (rc == Z_STREAM_END) {
		i->any_member = true;
		i->state = BEFORE_MEMBER;
		inflateReset(z);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		return damaged(i, z->msg ? z->msg : "damaged gzip data");
	}
	return io->in_len ? INFLATE_OUTPUT : INFLATE_MORE;
}

static enum inflate_result
skip_padding(struct inflate *i, struct inflate_io *io)
{
	while (io->in_len && *io->in == 0) {
		io->in++;
		io->in_len--;
	}
	if (io->in_len)
		return damaged(i, "bytes that are no gzip behind a gzip member");
	return INFLATE_MORE;
}

enum inflate_result
inflate_bytes(struct inflate *i, struct inflate_io *io)
{
	enum inflate_result result = INFLATE_MORE;

	if (i->error)
		return INFLATE_DAMAGED;
	do {
		if (i->state == BEFORE_MEMBER && i->any_member && io->in_len && *io->in == 0)
			i->state = PADDING;
		if (i->state == PADDING)
			return skip_padding(i, io);
		if (io->in_len)
			i->state = IN_MEMBER;
		result = inflate_member(i, io);
	} while (result == INFLATE_OUTPUT && io->out_len);
	/* Full output may hide more of it inside the inflater. */
	return io->out_len == 0 && result == INFLATE_MORE ? INFLATE_OUTPUT : result;
}

bool
inflate_at_end(const struct inflate *i)
{
	return i->state != IN_MEMBER;
}

const char *
inflate_error(const struct inflate *i)
{
	return i->error;
}
