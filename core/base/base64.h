/* Base64 (RFC 4648, with its padding). Pure. */
#ifndef KEYWATCH_BASE_BASE64_H
#define KEYWATCH_BASE_BASE64_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/str.h"

void base64_encode(struct buf *out, struct str bytes);
/* False: it is not base64, with its padding and nothing between; out holds what was read. */
bool base64_decode(struct buf *out, struct str text);

#endif
