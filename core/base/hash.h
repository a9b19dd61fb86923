/* SHA-256 (libcrypto). Any thread. */
#ifndef KEYWATCH_BASE_HASH_H
#define KEYWATCH_BASE_HASH_H

#include "core/base/buf.h"
#include "core/base/str.h"

enum { HASH_HEX = 65 };

/* Lower-case hex of SHA-256, NUL-terminated. */
void hash_hex(struct str data, char hex[HASH_HEX]);

/* Appends which library is behind it: its name and version as it runs. */
void hash_library(struct buf *out);

#endif
