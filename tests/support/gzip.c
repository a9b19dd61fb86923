#include "tests/support/test.h"

#include <zlib.h>

#include "tests/support/gzip.h"

void
test_deflate(struct buf *out, struct str bytes, int window_bits, int level, int strategy)
{
	size_t bound = bytes.len + bytes.len / 8 + 256;
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, window_bits, 8, strategy), Z_OK);
	buf_reserve(out, bound);
	z.next_in = (Bytef *)(uintptr_t)bytes.data;
	z.avail_in = (uInt)bytes.len;
	z.next_out = (Bytef *)out->data + out->len;
	z.avail_out = (uInt)bound;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += bound - z.avail_out;
	deflateEnd(&z);
}

void
test_gzip(struct buf *out, struct str bytes)
{
	test_deflate(out, bytes, 15 + 16, 6, Z_DEFAULT_STRATEGY);
}
