/* Spans as they stand in stores: two numbers each, and one in a column beside, the lowest byte
 * first. */
#include "core/store/private.h"

enum { NUMBER_BYTES = 8 };

static void
put_number(struct buf *out, int64_t number)
{
	for (int i = 0; i < NUMBER_BYTES; i++)
		buf_putc(out, (char)((uint64_t)number >> 8 * i & 0xff));
}

static int64_t
get_number(const char *bytes)
{
	uint64_t number = 0;

	for (int i = NUMBER_BYTES - 1; i >= 0; i--)
		number = number << 8 | (unsigned char)bytes[i];
	return (int64_t)number;
}

void
spans_put(struct buf *times, struct buf *accounts, const struct trail_span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_number(times, spans[i].from);
		put_number(times, spans[i].to);
		put_number(accounts, (int64_t)spans[i].account);
	}
}

size_t
spans_stored(struct str times)
{
	return times.len / (2 * NUMBER_BYTES);
}

size_t
spans_get(struct trail_span *spans, struct str times, struct str accounts)
{
	size_t count = 0;

	for (size_t i = 0; i < spans_stored(times); i++) {
		const char *at = times.data + i * 2 * NUMBER_BYTES;
		struct trail_span span = {get_number(at), get_number(at + NUMBER_BYTES), 0};

		if (span.from > span.to || span.from == TIME_NONE)
			continue;
		if (accounts.len >= (i + 1) * NUMBER_BYTES)
			span.account = (uint64_t)get_number(accounts.data + i * NUMBER_BYTES);
		spans[count++] = span;
	}
	return count;
}
