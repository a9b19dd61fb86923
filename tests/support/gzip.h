/* Bytes as a gzip member. */
#ifndef KEYWATCH_TESTS_GZIP_H
#define KEYWATCH_TESTS_GZIP_H

#include "core/base/buf.h"

/* Appends one member that holds the bytes. */
void test_gzip(struct buf *out, struct str bytes);
/* Appends what zlib's deflate makes of them; window_bits: also which wrapping (zlib.h). */
void test_deflate(struct buf *out, struct str bytes, int window_bits, int level, int strategy);

#endif
