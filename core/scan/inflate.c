#include "core/scan/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/mem.h"

enum state {
	BEFORE_MEMBER, /* at the start of a member */
	IN_MEMBER,
	PADDING, /* zero bytes behind a member */
	SEEKING, /* behind damage: for the next member */
};

/* How every member of gzip begins. */
static const unsigned char member_head[3] = {0x1f, 0x8b, 8};

struct inflate {
	z_stream stream;
	enum state state;
	bool any_member;
	size_t head;	   /* SEEKING: bytes of member_head that were just seen */
	bool given;	   /* the member gave something */
	const char *error; /* of the last damage */
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
	i->given = false;
	i->error = NULL;
}

static enum inflate_result
damaged(struct inflate *i, const char *reason)
{
	i->error = reason;
	i->state = SEEKING;
	i->head = 0;
	return INFLATE_DAMAGED;
}

static int
run(struct inflate *i, struct inflate_io *io)
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
	i->given |= z->avail_out < out;
	return rc;
}

static enum inflate_result
inflate_member(struct inflate *i, struct inflate_io *io)
{
	int rc = run(i, io);

	if (rc == Z_STREAM_END) {
		i->any_member = true;
		i->state = BEFORE_MEMBER;
		inflateReset(&i->stream);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		/* What only looked like a member, while one was sought, is not worth a word. */
		if (i->error && !i->given) {
			damaged(i, i->error);
			return INFLATE_OUTPUT;
		}
		return damaged(i, i->stream.msg ? i->stream.msg : "damaged gzip data");
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
	if (!io->in_len)
		return INFLATE_MORE;
	if (*io->in != member_head[0])
		return damaged(i, "bytes that are no gzip behind a gzip member");
	i->state = BEFORE_MEMBER;
	return INFLATE_OUTPUT;
}

/* Reads up to the head of a member, and that. */
static enum inflate_result
seek_member(struct inflate *i, struct inflate_io *io)
{
	struct inflate_io head = {.in = member_head, .in_len = sizeof(member_head), .out = io->out};

	while (io->in_len && i->head < sizeof(member_head)) {
		unsigned char byte = *io->in++;

		io->in_len--;
		i->head = byte == member_head[i->head] ? i->head + 1 : byte == member_head[0];
	}
	if (i->head < sizeof(member_head))
		return INFLATE_MORE;
	inflateReset(&i->stream);
	i->state = IN_MEMBER;
	i->given = false;
	run(i, &head);
	return INFLATE_OUTPUT;
}

static enum inflate_result
inflate_some(struct inflate *i, struct inflate_io *io)
{
	if (i->state == SEEKING)
		return seek_member(i, io);
	if (i->state == BEFORE_MEMBER && i->any_member && io->in_len && *io->in == 0)
		i->state = PADDING;
	if (i->state == PADDING)
		return skip_padding(i, io);
	if (io->in_len)
		i->state = IN_MEMBER;
	return inflate_member(i, io);
}

enum inflate_result
inflate_bytes(struct inflate *i, struct inflate_io *io)
{
	enum inflate_result result;

	do {
		result = inflate_some(i, io);
	} while (result == INFLATE_OUTPUT && io->out_len);
	/* Full output may hide more of it inside the inflater. */
	return io->out_len == 0 && result == INFLATE_MORE ? INFLATE_OUTPUT : result;
}

bool
inflate_is_whole(const struct inflate *i)
{
	return i->error && strstr(i->error, " check") && !strstr(i->error, "header");
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

void
inflate_library(struct buf *out)
{
	buf_printf(out, "zlib %s", zlibVersion());
}
