/*
 * A growing run of bytes, always followed by a NUL once something was written. Zero is a valid
 * start. One owner.
 */
#ifndef KEYWATCH_BASE_BUF_H
#define KEYWATCH_BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "core/base/str.h"

struct buf {
	char *data; /* owns */
	size_t len, cap;
};

void buf_reserve(struct buf *buf, size_t more); /* room for `more` bytes and the NUL */
void buf_append(struct buf *buf, const void *data, size_t len);
void buf_str(struct buf *buf, struct str s);
void buf_puts(struct buf *buf, const char *s);
static inline void
buf_putc(struct buf *buf, char c)
{
	if (buf->cap - buf->len < 2)
		buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
	buf->data[buf->len] = '\0';
}
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_count(struct buf *buf, uint64_t count); /* for people: 1,043 */
void buf_vprintf(struct buf *buf, const char *fmt, va_list args);
void buf_clear(struct buf *buf);	       /* empty, keeps the memory */
void buf_consume(struct buf *buf, size_t len); /* drops bytes at the front */
struct str buf_view(const struct buf *buf);    /* valid until the next write */
const char *buf_cstr(const struct buf *buf);   /* "" when nothing was written */
char *buf_take(struct buf *buf);	       /* gives the bytes away; buf is empty */
void buf_fini(struct buf *buf);
/* For secrets: grows without leaving a copy behind; fini that wipes first. */
void buf_append_wiping(struct buf *buf, const void *data, size_t len);
void buf_wipe(struct buf *buf);

#endif
