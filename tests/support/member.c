#include "tests/support/gzip.h"
#include "tests/support/test.h"

#include <zlib.h>

#include "tests/support/member.h"

/* https://www.jstatsoft.org/v08/i14 */
static uint32_t
next(struct chance *chance)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return (uint32_t)(chance->state >> 16);
}

uint32_t
chance_below(struct chance *chance, uint32_t limit)
{
	return limit ? next(chance) % limit : 0;
}

static void
put_number(struct buf *out, uint32_t number, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_putc(out, (char)(number >> 8 * i));
}

static uint32_t
crc_of(struct str bytes)
{
	return (uint32_t)crc32_z(0, (const Bytef *)bytes.data, bytes.len);
}

void
member_header(struct buf *out, unsigned parts)
{
	size_t from = out->len;

	buf_append(out, "\x1f\x8b\x08", 3);
	put_number(out, parts, 1);
	buf_append(out, "\1\2\3\4\0\3", 6);
	if (parts & MEMBER_EXTRA)
		buf_append(out, "\6\0AB\2\0cd", 8);
	if (parts & MEMBER_NAME)
		buf_append(out, "log.json", 9);
	if (parts & MEMBER_COMMENT)
		buf_append(out, "", 1);
	if (parts & MEMBER_CHECK)
		put_number(out, crc_of(str_slice(buf_view(out), from, out->len)), 2);
}

void
member_put(struct buf *out, unsigned parts, int level, int strategy, struct str bytes)
{
	member_header(out, parts);
	test_deflate(out, bytes, -15, level, strategy);
	put_number(out, crc_of(bytes), 4);
	put_number(out, (uint32_t)bytes.len, 4);
}

static void
put_text(struct buf *out, struct chance *chance)
{
	static const char *const words[] = {"{\"eventName\":\"", "CreateAccessKey",
		"\",\"userIdentity\":{", "\"type\":\"IAMUser\"", "},", "\n", "ab"};
	size_t size = out->len + chance_below(chance, chance_below(chance, 4) ? 3000 : 200000);
	uint32_t noise = chance_below(chance, 4) * 100;

	while (out->len < size) {
		buf_puts(out, words[chance_below(chance, sizeof(words) / sizeof(words[0]))]);
		if (chance_below(chance, 300) < noise)
			buf_putc(out, (char)chance_below(chance, 256));
	}
}

static void
put_members(struct buf *out, struct chance *chance)
{
	struct buf text = {0};

	for (uint32_t left = 1 + chance_below(chance, 4); left; left--) {
		buf_clear(&text);
		put_text(&text, chance);
		member_put(out, chance_below(chance, 2) ? chance_below(chance, 32) & ~1U : 0,
			(int)chance_below(chance, 10), (int)chance_below(chance, 5),
			buf_view(&text));
		if (!chance_below(chance, 4))
			for (uint32_t zeros = chance_below(chance, 20); zeros; zeros--)
				buf_putc(out, '\0');
		if (!chance_below(chance, 8))
			for (uint32_t junk = chance_below(chance, 20); junk; junk--)
				buf_putc(out, (char)chance_below(chance, 256));
	}
	buf_fini(&text);
}

static void
damage(struct buf *out, struct chance *chance)
{
	uint32_t len = (uint32_t)out->len;
	/* Often within the header and the codes of the first block. */
	uint32_t at = chance_below(chance, len > 90 && chance_below(chance, 2) ? 90 : len);
	uint32_t size = chance_below(chance, 20);

	if (size > len - at)
		size = len - at;
	switch (chance_below(chance, 5)) {
	case 0:
		out->data[at] ^= (char)(1 << chance_below(chance, 8));
		break;
	case 1:
		out->data[at] = (char)chance_below(chance, 256);
		break;
	case 2:
		memmove(out->data + at, out->data + at + size, len - at - size);
		out->len -= size;
		break;
	case 3:
		memset(out->data + at, 0, size);
		break;
	default:
		out->len = at;
	}
}

void
member_stream(struct buf *out, uint64_t seed)
{
	struct chance chance = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};

	put_members(out, &chance);
	for (uint32_t left = chance_below(&chance, 4); left && out->len; left--)
		damage(out, &chance);
}
