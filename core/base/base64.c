#include "core/base/base64.h"

#include <stdint.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < have ? (unsigned char)bytes.data[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_putc(out, k <= have ? digits[bits >> (18 - 6 * k) & 63] : '=');
	}
}

bool
base64_decode(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	size_t have = 0, padding = 0;

	if (text.len % 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char *found = text.data[i] ? strchr(digits, text.data[i]) : NULL;

		if (text.data[i] == '=' && i + 2 >= text.len)
			padding++;
		else if (!found || padding)
			return false;
		bits = bits << 6 | (found ? (uint32_t)(found - digits) : 0);
		if (++have % 4)
			continue;
		for (size_t k = 0; k < 3 - padding; k++)
			buf_putc(out, (char)(bits >> (16 - 8 * k)));
	}
	return true;
}
