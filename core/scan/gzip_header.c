#include "core/scan/gzip_header.h"

#include <stdbool.h>
#include <stddef.h>

enum { FIXED_SIZE = 10, FLAG_CHECK = 2, FLAGS_RESERVED = 0xe0 };

/* What must be in the header for a part to be there; the parts stand in this order. */
static const unsigned char flag_of[GZIP_DONE] = {
	[GZIP_EXTRA_LENGTH] = 4,
	[GZIP_EXTRA] = 4,
	[GZIP_NAME] = 8,
	[GZIP_COMMENT] = 16,
	[GZIP_CHECK] = FLAG_CHECK,
};

/* RFC 1952, 8; four bits at a time: a header is short. */
static uint32_t
add_to_crc(uint32_t crc, unsigned char byte)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	crc = ~crc ^ byte;
	crc = crc >> 4 ^ table[crc & 15];
	crc = crc >> 4 ^ table[crc & 15];
	return ~crc;
}

void
gzip_header_begin(struct gzip_header *h)
{
	*h = (struct gzip_header){.part = GZIP_FIXED};
}

static enum gzip_header_step
end_part(struct gzip_header *h)
{
	do {
		h->part++;
	} while (h->part < GZIP_DONE && !(h->flags & flag_of[h->part]));
	h->have = 0;
	if (h->part == GZIP_EXTRA && h->extra == 0)
		return end_part(h);
	return h->part == GZIP_DONE ? GZIP_HEADER_DONE : GZIP_HEADER_MORE;
}

static const char *
check_fixed(struct gzip_header *h)
{
	if (h->have == 2 && (h->fixed[0] != 0x1f || h->fixed[1] != 0x8b))
		return "incorrect header check";
	if (h->have != 4)
		return NULL;
	h->flags = h->fixed[3];
	if (h->fixed[2] != 8)
		return "unknown compression method";
	return h->flags & FLAGS_RESERVED ? "unknown header flags set" : NULL;
}

static bool
ends_part(struct gzip_header *h, unsigned char byte, const char **problem)
{
	switch (h->part) {
	case GZIP_FIXED:
		if (h->have > 4)
			return h->have == FIXED_SIZE;
		h->fixed[h->have - 1] = byte;
		*problem = check_fixed(h);
		return false;
	case GZIP_EXTRA_LENGTH:
		h->extra |= (unsigned)byte << 8 * (h->have - 1);
		return h->have == 2;
	case GZIP_EXTRA:
		return h->have == h->extra;
	case GZIP_NAME:
	case GZIP_COMMENT:
		return byte == 0;
	case GZIP_CHECK:
		h->check[h->have - 1] = byte;
		if (h->have == 2 && (h->check[0] | h->check[1] << 8) != (int)(h->crc & 0xffff))
			*problem = "header crc mismatch";
		return h->have == 2;
	case GZIP_DONE:
		break;
	}
	return false;
}

enum gzip_header_step
gzip_header_byte(struct gzip_header *h, unsigned char byte, const char **problem)
{
	bool ends;

	*problem = NULL;
	h->have++;
	if (h->part != GZIP_CHECK)
		h->crc = add_to_crc(h->crc, byte);
	ends = ends_part(h, byte, problem);
	if (*problem)
		return GZIP_HEADER_DAMAGED;
	return ends ? end_part(h) : GZIP_HEADER_MORE;
}
