#include "core/base/str.h"

static int
ascii_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool
str_equal_ascii_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower((unsigned char)a.data[i]) != ascii_lower((unsigned char)b.data[i]))
			return false;
	return true;
}

bool
str_starts_with(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
		(prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}

bool
str_ends_with(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
		(suffix.len == 0 ||
			memcmp(s.data + s.len - suffix.len, suffix.data, suffix.len) == 0);
}

struct str
str_slice(struct str s, size_t from, size_t len)
{
	if (!s.data)
		return s;
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (struct str){s.data + from, len};
}

size_t
str_find(struct str s, struct str needle, size_t from)
{
	const char *hit;

	if (from > s.len)
		return (size_t)-1;
	if (needle.len == 0)
		return from;
	if (!s.data)
		return (size_t)-1;
	hit = memmem(s.data + from, s.len - from, needle.data, needle.len);
	return hit ? (size_t)(hit - s.data) : (size_t)-1;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
	while (s.len && is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len && is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

int
str_compare(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.data, b.data, n) : 0;

	if (c)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

enum { NAME_MAX_LEN = 64 };

static size_t
distance(struct str a, struct str b)
{
	size_t row[NAME_MAX_LEN + 1];

	if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t i = 0; i <= b.len; i++)
		row[i] = i;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= b.len; k++) {
			bool equal = (a.data[i - 1] | 32) == (b.data[k - 1] | 32);
			size_t best = diagonal + !equal;

			diagonal = row[k];
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[k] = best;
		}
	}
	return row[b.len];
}

struct str
str_nearest(struct str name, struct str (*get)(const void *context, size_t i), const void *context,
	size_t count)
{
	struct str best = STR_ABSENT;
	size_t least = name.len / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(name, get(context, i));

		if (d < least || (d == least && !best.data)) {
			best = get(context, i);
			least = d;
		}
	}
	return best;
}
