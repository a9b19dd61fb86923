#include "core/base/text.h"

#include <stdio.h>
#include <utf8proc.h>

/* Hidden though their category says letter or mark (settled.md 13). */
static const struct {
	uint32_t first, last;
} hidden_ranges[] = {
	{0x034f, 0x034f},
	{0x115f, 0x1160},
	{0x17b4, 0x17b5},
	{0x3164, 0x3164},
	{0xfe00, 0xfe0f},
	{0xffa0, 0xffa0},
	{0xe0000, 0xe0fff},
};

static size_t
decode_extra(const unsigned char *p, size_t len, uint32_t *cp)
{
	if (len >= 2 && p[0] == 0xc0 && p[1] == 0x80) {
		*cp = 0;
		return 2;
	}
	if (len >= 3 && p[0] == 0xed && p[1] >= 0xa0 && p[1] <= 0xbf && (p[2] & 0xc0) == 0x80) {
		*cp = 0xd000U | (uint32_t)(p[1] & 0x3f) << 6 | (uint32_t)(p[2] & 0x3f);
		return 3;
	}
	*cp = TEXT_INVALID;
	return 1;
}

size_t
text_decode(struct str s, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s.data;
	utf8proc_int32_t code;
	utf8proc_ssize_t n;

	if (s.len == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	n = utf8proc_iterate(p, s.len > 4 ? 4 : (utf8proc_ssize_t)s.len, &code);
	if (n <= 0)
		return decode_extra(p, s.len, cp);
	*cp = (uint32_t)code;
	return (size_t)n;
}

void
text_encode(struct buf *out, uint32_t cp)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n;

	if (cp == 0) {
		buf_append(out, "\xc0\x80", 2);
		return;
	}
	n = utf8proc_encode_char((utf8proc_int32_t)cp, bytes);
	buf_append(out, bytes, (size_t)(n > 0 ? n : 0));
}

bool
text_is_hidden(uint32_t cp)
{
	if (cp < 0x80)
		return cp < 0x20 || cp == 0x7f;
	if (cp > 0x10ffff)
		return true;
	for (size_t i = 0; i < sizeof(hidden_ranges) / sizeof(hidden_ranges[0]); i++)
		if (cp >= hidden_ranges[i].first && cp <= hidden_ranges[i].last)
			return true;
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return false;
	}
}

int
text_width(uint32_t cp)
{
	if (cp < 0x80)
		return 1;
	return utf8proc_charwidth((utf8proc_int32_t)cp);
}

void
text_escape(struct buf *out, uint32_t cp, unsigned char byte)
{
	if (cp == TEXT_INVALID)
		buf_printf(out, "\\x%02x", byte);
	else if (cp == '\n')
		buf_puts(out, "\\n");
	else if (cp == '\t')
		buf_puts(out, "\\t");
	else if (cp == '\r')
		buf_puts(out, "\\r");
	else if (cp > 0xffff)
		buf_printf(out, "\\U%08x", cp);
	else
		buf_printf(out, "\\u%04x", cp);
}

bool
text_is_alnum(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z');
	if (cp > 0x10ffff)
		return false;
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

struct str
text_cut(struct str s, size_t most)
{
	size_t len = most;

	if (s.len <= most)
		return s;
	while (len + 4 > most && len && ((unsigned char)s.data[len] & 0xc0) == 0x80)
		len--;
	return str_slice(s, 0, len);
}

bool
text_alnum_before(struct str s, size_t at)
{
	uint32_t cp;

	if (at == 0)
		return false;
	do
		at--;
	while (at && ((unsigned char)s.data[at] & 0xc0) == 0x80);
	text_decode(str_slice(s, at, s.len), &cp);
	return text_is_alnum(cp);
}

bool
text_alnum_at(struct str s, size_t at)
{
	uint32_t cp;

	return text_decode(str_slice(s, at, s.len), &cp) && text_is_alnum(cp);
}

uint32_t
text_lower(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	return cp > 0x10ffff ? cp : (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
}

uint32_t
text_upper(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
	if (cp == 0xdf) /* ß has no single capital in Unicode's table; the library makes one up */
		return cp;
	return cp > 0x10ffff ? cp : (uint32_t)utf8proc_toupper((utf8proc_int32_t)cp);
}

size_t
text_printable_ascii(struct str s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t i = 0;

	for (; s.len - i >= 8; i += 8) {
		uint64_t eight, odd;

		memcpy(&eight, s.data + i, 8);
		odd = eight | (eight - ones * 0x20) | (eight + ones); /* < 0x20, 0x7f */
		if (odd & ones * 0x80)
			break;
	}
	while (i < s.len && s.data[i] >= ' ' && s.data[i] < 0x7f)
		i++;
	return i;
}

static bool
clean(struct buf *out, struct str s, bool keep_newline)
{
	bool escaped = false;
	size_t i = 0;

	while (i < s.len) {
		size_t plain = i, n;
		uint32_t cp;

		i += text_printable_ascii((struct str){s.data + i, s.len - i});
		buf_append(out, s.data + plain, i - plain);
		if (i == s.len)
			break;
		n = text_decode((struct str){s.data + i, s.len - i}, &cp);
		if (!text_is_hidden(cp) || (keep_newline && cp == '\n')) {
			buf_append(out, s.data + i, n);
		} else {
			text_escape(out, cp, (unsigned char)s.data[i]);
			escaped = true;
		}
		i += n;
	}
	return escaped;
}

bool
text_clean(struct buf *out, struct str s)
{
	return clean(out, s, false);
}

bool
text_clean_lines(struct buf *out, struct str s)
{
	return clean(out, s, true);
}

bool
text_has_hidden(struct str s)
{
	uint32_t cp;

	for (size_t i = text_printable_ascii(s); i < s.len;) {
		i += text_decode((struct str){s.data + i, s.len - i}, &cp);
		if (text_is_hidden(cp))
			return true;
	}
	return false;
}

bool
text_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.data;
	size_t i = text_printable_ascii(s);

	while (i < s.len) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n;

		if (p[i] < 0x80) {
			i++;
			continue;
		}
		n = utf8proc_iterate(p + i, s.len - i > 4 ? 4 : (utf8proc_ssize_t)(s.len - i), &cp);
		if (n <= 0)
			return false;
		i += (size_t)n;
	}
	return true;
}

size_t
text_length(struct str s)
{
	size_t count = 0;
	uint32_t cp;

	for (size_t i = 0; i < s.len; count++)
		i += text_decode((struct str){s.data + i, s.len - i}, &cp);
	return count;
}

size_t
text_offset(struct str s, size_t n)
{
	size_t i = 0;
	uint32_t cp;

	while (n-- && i < s.len)
		i += text_decode((struct str){s.data + i, s.len - i}, &cp);
	return i;
}

int
text_columns(struct str s)
{
	struct buf escape = {0};
	int columns = 0;
	uint32_t cp;

	for (size_t i = 0; i < s.len;) {
		size_t n = text_decode((struct str){s.data + i, s.len - i}, &cp);

		if (text_is_hidden(cp)) {
			buf_clear(&escape);
			text_escape(&escape, cp, (unsigned char)s.data[i]);
			columns += (int)escape.len;
		} else {
			columns += text_width(cp);
		}
		i += n;
	}
	buf_fini(&escape);
	return columns;
}

void
text_print(FILE *file, struct str s)
{
	struct buf out = {0};

	text_clean_lines(&out, s);
	fwrite(buf_cstr(&out), 1, out.len, file);
	buf_fini(&out);
}

void
text_library(struct buf *out)
{
	buf_printf(out, "utf8proc %s", utf8proc_version());
}
