/* Spans as they stand in stores: two numbers each, the lowest byte first. */
#include "core/store/private.h"

static void
put_number(struct buf *out, int64_t number)
{
	for (int i = 0; i < 8; i++)
		buf_putc(out, (char)((uint64_t)number >> 8 * i & 0xff));
}

static int64_t
get_number(const char *bytes)
{
	uint64_t number = 0;

	for (int i = 7; i >= 0; i--)
		number = number << 8 | (unsigned char)bytes[i];
	return (int64_t)number;
}

void
span_put(struct buf *out, const struct span *span)
{
	put_number(out, span->from);
	put_number(out, span->to);
}

struct span
span_get(const char *bytes)
{
	return (struct span){get_number(bytes), get_number(bytes + 8)};
}
