#include "tui/clipboard.h"

#include <stdint.h>

#include "core/base/text.h"

void
clipboard_clean(struct buf *out, struct str text)
{
	text_clean_lines(out, text);
}

/* RFC 4648, section 4. */
static void
put_base64(struct buf *out, struct str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.len; i += 3) {
		size_t n = s.len - i < 3 ? s.len - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? (unsigned char)s.data[i + k] : 0U);
		for (size_t k = 0; k < 4; k++)
			buf_putc(out, k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=');
	}
}

void
clipboard_sequence(struct buf *out, struct str text)
{
	buf_puts(out, "\033]52;c;");
	put_base64(out, text);
	buf_putc(out, '\a');
}
