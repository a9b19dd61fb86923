/* Bytes as a gzip member. */
#ifndef KEYWATCH_TESTS_GZIP_H
#define KEYWATCH_TESTS_GZIP_H

#include "core/base/buf.h"

/* Appends one member that holds the bytes. */
void test_gzip(struct buf *out, struct str bytes);

#endif
