/* The texts of HTTP: percent-encoding and headers. */
#include <strings.h>

#include "core/source/http_private.h"

void
http_encode(struct buf *out, struct str text, bool slash)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		bool letter = ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');

		if (letter || c == '-' || c == '.' || c == '_' || c == '~' || (slash && c == '/')) {
			buf_putc(out, (char)c);
			continue;
		}
		buf_putc(out, '%');
		buf_putc(out, digits[c >> 4]);
		buf_putc(out, digits[c & 15]);
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is no %XX stays as it is. */
void
http_decode(struct buf *out, struct str text, bool plus)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = -1, low = -1;

		if (text.data[i] == '%' && i + 2 < text.len) {
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			buf_putc(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_putc(out, plus && text.data[i] == '+' ? ' ' : text.data[i]);
		}
	}
}

struct str
http_header(const struct http_response *response, const char *name)
{
	struct str rest = buf_view(&response->headers), wanted = str_from(name);

	while (rest.len) {
		size_t end = str_find(rest, STR("\n"), 0);
		struct str line = str_slice(rest, 0, end == (size_t)-1 ? rest.len : end);
		size_t colon = str_find(line, STR(":"), 0);

		rest = str_slice(rest, line.len + (end != (size_t)-1), rest.len);
		if (colon != (size_t)-1 &&
			str_equal_ascii_nocase(str_trim(str_slice(line, 0, colon)), wanted))
			return str_trim(str_slice(line, colon + 1, line.len));
	}
	return STR_ABSENT;
}

void
http_response_fini(struct http_response *response)
{
	buf_wipe(&response->body);
	buf_wipe(&response->headers);
}

bool
http_line_is_fine(const char *line)
{
	const char *value = strchr(line, ':');

	return value && value[1 + strspn(value + 1, " ")] && !strpbrk(line, "\r\n");
}

bool
http_names_clash(const char *a, const char *b)
{
	size_t length_a = strcspn(a, ":"), length_b = strcspn(b, ":");

	return strncasecmp(a, b, length_a < length_b ? length_a : length_b) == 0;
}
