/*
 * The header of a gzip member (RFC 1952, 2.3), byte by byte. Pure.
 */
#ifndef KEYWATCH_SCAN_GZIP_HEADER_H
#define KEYWATCH_SCAN_GZIP_HEADER_H

#include <stdint.h>

/* How every member begins. */
#define GZIP_MAGIC "\x1f\x8b\x08"

enum gzip_part {
	GZIP_FIXED,
	GZIP_EXTRA_LENGTH,
	GZIP_EXTRA,
	GZIP_NAME,
	GZIP_COMMENT,
	GZIP_CHECK,
	GZIP_DONE,
};

struct gzip_header {
	enum gzip_part part;
	unsigned have;	/* bytes of the part */
	unsigned extra; /* how many that part has */
	unsigned char flags, fixed[4], check[2];
	uint32_t crc; /* of the bytes before the check */
};

enum gzip_header_step {
	GZIP_HEADER_MORE,
	GZIP_HEADER_DONE,
	GZIP_HEADER_DAMAGED,
};

void gzip_header_begin(struct gzip_header *header);
/* problem is set when it is damaged; static. */
enum gzip_header_step gzip_header_byte(
	struct gzip_header *header, unsigned char byte, const char **problem);

#endif
