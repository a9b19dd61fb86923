#include "core/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

void
buf_reserve(struct buf *buf, size_t more)
{
	size_t need = buf->len + more + 1;

	if (need <= buf->cap)
		return;
	if (need < buf->cap * 2)
		need = buf->cap * 2;
	if (need < 64)
		need = 64;
	buf->data = mem_resize(buf->data, need);
	buf->cap = need;
}

void
buf_append(struct buf *buf, const void *data, size_t len)
{
	buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_str(struct buf *buf, struct str s)
{
	buf_append(buf, s.data, s.len);
}

void
buf_puts(struct buf *buf, const char *s)
{
	buf_append(buf, s, strlen(s));
}

void
buf_count(struct buf *buf, uint64_t count)
{
	if (count >= 1000) {
		buf_count(buf, count / 1000);
		buf_printf(buf, ",%03u", (unsigned)(count % 1000));
	} else {
		buf_printf(buf, "%u", (unsigned)count);
	}
}

void
buf_vprintf(struct buf *buf, const char *fmt, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n > 0) {
		buf_reserve(buf, (size_t)n);
		vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, again);
		buf->len += (size_t)n;
	}
	va_end(again);
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vprintf(buf, fmt, args);
	va_end(args);
}

void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void
buf_consume(struct buf *buf, size_t len)
{
	if (len == 0)
		return;
	if (len > buf->len)
		len = buf->len;
	memmove(buf->data, buf->data + len, buf->len - len + 1);
	buf->len -= len;
}

struct str
buf_view(const struct buf *buf)
{
	return (struct str){buf->data ? buf->data : "", buf->len};
}

const char *
buf_cstr(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *
buf_take(struct buf *buf)
{
	char *data = buf->data ? buf->data : mem_strdup("");

	*buf = (struct buf){0};
	return data;
}

void
buf_fini(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}

void
buf_append_wiping(struct buf *buf, const void *data, size_t len)
{
	struct buf grown = {0};

	if (buf->len + len + 1 > buf->cap) {
		buf_reserve(&grown, buf->cap * 2 > buf->len + len ? buf->cap * 2 : buf->len + len);
		buf_append(&grown, buf->data, buf->len);
		buf_wipe(buf);
		*buf = grown;
	}
	buf_append(buf, data, len);
}

void
buf_wipe(struct buf *buf)
{
	if (buf->data)
		mem_wipe(buf->data, buf->cap);
	buf_fini(buf);
}
