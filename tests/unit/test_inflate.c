/* gzip in pieces of any size, whole, damaged and broken off, through each library. */
#include "tests/support/test.h"

#include <stdio.h>
#include <zlib.h>

#include "core/base/mem.h"
#include "core/scan/inflate_engine.h"
#include "tests/support/member.h"

/* Among these are damaged codes of which ISA-L never meets the gap. */
enum { FIRST = 1000, LAST = 1250, SMALL = 3000 };

/* What an inflater gives, and what it says where. */
struct told {
	struct buf bytes, events;
	bool codes; /* damage of a block's codes was among it */
};

static void
told_clear(struct told *t)
{
	buf_clear(&t->bytes);
	buf_clear(&t->events);
	t->codes = false;
}

static void
told_fini(struct told *t)
{
	buf_fini(&t->bytes);
	buf_fini(&t->events);
}

/* Pieces and windows are at most that large; 0: all at once. */
struct measure {
	uint32_t piece, room;
};

static const struct measure measures[] = {{0, 0}, {700, 300}, {4, 10}, {1, 1}, {0, 1}, {1, 4096}};
enum { MEASURES = sizeof(measures) / sizeof(measures[0]) };

static uint32_t
some(struct chance *chance, uint32_t most, size_t all)
{
	return most ? 1 + chance_below(chance, most) : (uint32_t)all;
}

typedef enum inflate_result inflate_step(struct inflate *inflate, struct inflate_io *io);

/* Into an allocation of exactly that size, so that a write beyond it is seen. */
static enum inflate_result
tell_window(struct told *t, struct inflate *inflate, struct inflate_io *io, inflate_step *step,
	size_t room, size_t behind)
{
	size_t before = io->in_len;
	enum inflate_result result;

	io->out = mem_alloc(room);
	io->out_len = room;
	result = step(inflate, io);
	buf_append(&t->bytes, io->out - (room - io->out_len), room - io->out_len);
	free(io->out - (room - io->out_len));
	if (result == INFLATE_DAMAGED) {
		buf_printf(&t->events, "%zu %s%s\n", behind - io->in_len - inflate_held(inflate),
			inflate_error(inflate), inflate_is_whole(inflate) ? ", all of it" : "");
		t->codes |= strstr(inflate_error(inflate), " set") != NULL;
	} else if (result == INFLATE_OUTPUT) {
		assert_true(io->in_len < before || io->out_len < room);
	}
	return result;
}

static void
tell(struct told *t, struct inflate *inflate, struct str stream, const struct measure *measure)
{
	struct chance chance = {stream.len + 1};
	bool end = false;

	told_clear(t);
	inflate_begin(inflate);
	for (size_t at = 0; !end;) {
		size_t size = some(&chance, measure->piece, stream.len);
		unsigned char *piece;
		struct inflate_io io;

		end = at == stream.len;
		if (size > stream.len - at)
			size = stream.len - at;
		io.in = piece = memcpy(mem_alloc(size), stream.data + at, size);
		io.in_len = size;
		at += size;
		while (tell_window(t, inflate, &io, end ? inflate_end : inflate_bytes,
			       some(&chance, measure->room, 256 << 10), at) != INFLATE_MORE)
			;
		free(piece);
	}
	buf_puts(&t->events, inflate_at_end(inflate) ? "at end" : "broken off");
}

/* ---- headers ---- */

static void
a_header_is_read_in_pieces_whatever_stands_in_it(void **state)
{
	struct inflate *inflate = inflate_new();
	struct told t = {0};

	(void)state;
	for (unsigned parts = 0; parts < 32; parts++)
		for (size_t i = 0; i < MEASURES; i++) {
			struct buf gzip = {0};

			member_put(&gzip, parts, 6, 0, STR("one"));
			member_put(&gzip, parts, 0, 0, STR(""));
			member_put(&gzip, parts, 6, 0, STR("two"));
			tell(&t, inflate, buf_view(&gzip), &measures[i]);
			assert_str(buf_view(&t.events), "at end");
			assert_str(buf_view(&t.bytes), "onetwo");
			buf_fini(&gzip);
		}
	told_fini(&t);
	inflate_free(inflate);
}

/* At which byte what is said of a member when this byte of it is flipped. */
static const struct {
	unsigned parts;
	size_t at;
	char flip;
	const char *events;
} flipped[] = {
	{0, 0, 1, "2 incorrect header check\nat end"},
	{0, 1, 1, "2 incorrect header check\nat end"},
	{0, 2, 1, "4 unknown compression method\nat end"},
	{0, 3, 32, "4 unknown header flags set\nat end"},
	{0, 4, 1, "at end"}, /* the time */
	{MEMBER_CHECK, 4, 1, "12 header crc mismatch\nat end"},
	{MEMBER_CHECK | MEMBER_EXTRA | MEMBER_NAME | MEMBER_COMMENT, 15, 1,
		"30 header crc mismatch\nat end"},
	{MEMBER_CHECK, 10, 1, "12 header crc mismatch\nat end"},
	{MEMBER_CHECK, 11, 1, "12 header crc mismatch\nat end"},
	{0, 10, 4, "11 invalid block type\nat end"},
	{0, 15, 1, "19 incorrect data check, all of it\nat end"},
	{0, 18, 1, "19 incorrect data check, all of it\nat end"},
	{0, 19, 1, "23 incorrect length check, all of it\nat end"},
	{0, 22, 1, "23 incorrect length check, all of it\nat end"},
};

static void
what_is_wrong_with_a_member_is_said_where_it_is(void **state)
{
	struct inflate *inflate = inflate_new();
	struct told t = {0};

	(void)state;
	for (size_t n = 0; n < sizeof(flipped) / sizeof(flipped[0]); n++)
		for (size_t i = 0; i < MEASURES; i++) {
			struct buf gzip = {0};

			member_put(&gzip, flipped[n].parts, 6, 0, STR("one"));
			gzip.data[flipped[n].at] ^= flipped[n].flip;
			tell(&t, inflate, buf_view(&gzip), &measures[i]);
			assert_str(buf_view(&t.events), flipped[n].events);
			buf_fini(&gzip);
		}
	told_fini(&t);
	inflate_free(inflate);
}

/* ---- beside zlib itself ---- */

/* What zlib makes of the first member by itself. */
static void
tell_by_zlib(struct told *t, struct str stream)
{
	static unsigned char window[256 << 10];
	z_stream z = {0};
	int rc;

	told_clear(t);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)stream.data;
	z.avail_in = (uInt)stream.len;
	do {
		z.next_out = window;
		z.avail_out = sizeof(window);
		rc = inflate(&z, Z_NO_FLUSH);
		buf_append(&t->bytes, window, sizeof(window) - z.avail_out);
	} while (rc == Z_OK && (z.avail_in || !z.avail_out));
	if (rc == Z_DATA_ERROR)
		buf_printf(&t->events, "%zu %s", stream.len - z.avail_in, z.msg);
	else if (rc != Z_STREAM_END && stream.len)
		buf_puts(&t->events, "broken off");
	inflateEnd(&z);
}

static void
assert_begins(const struct buf *whole, const struct buf *begin, uint64_t seed)
{
	if (str_starts_with(buf_view(whole), buf_view(begin)))
		return;
	fail_msg("stream %llu: expected %s\nfound %s", (unsigned long long)seed, buf_cstr(begin),
		buf_cstr(whole));
}

static void
a_member_is_what_zlib_says_it_is(void **state)
{
	struct inflate *inflate = inflate_new_on(&inflate_zlib, NULL);
	struct told ours = {0}, zlibs = {0};
	struct buf stream = {0};

	(void)state;
	for (uint64_t seed = FIRST; seed <= LAST; seed++) {
		buf_clear(&stream);
		member_stream(&stream, seed);
		tell_by_zlib(&zlibs, buf_view(&stream));
		tell(&ours, inflate, buf_view(&stream), &measures[seed % 2]);
		assert_begins(&ours.bytes, &zlibs.bytes, seed);
		assert_begins(&ours.events, &zlibs.events, seed);
	}
	buf_fini(&stream);
	told_fini(&ours);
	told_fini(&zlibs);
	inflate_free(inflate);
}

/* ---- the libraries beside each other ---- */

/* Where codes are damaged ISA-L may have given something before it says so; and it reads what zlib
 * refuses to, when nothing falls into the gap: the checksum says that it is right. */
static bool
agree_on_codes(const struct told *found, const struct told *expected)
{
	return found->bytes.len >= expected->bytes.len &&
	       str_ends_with(buf_view(&expected->events), buf_view(&found->events));
}

static void
assert_same(const struct told *found, const struct told *expected, bool same_library, uint64_t seed,
	size_t measure)
{
	if (str_equal(buf_view(&found->bytes), buf_view(&expected->bytes)) &&
		str_equal(buf_view(&found->events), buf_view(&expected->events)))
		return;
	if (!same_library && expected->codes && agree_on_codes(found, expected))
		return;
	fail_msg("stream %llu in measure %zu: expected %zu bytes and\n%s\nfound %zu and\n%s",
		(unsigned long long)seed, measure, expected->bytes.len, buf_cstr(&expected->events),
		found->bytes.len, buf_cstr(&found->events));
}

static void
the_library_and_the_pieces_change_nothing(void **state)
{
	struct inflate *zlib = inflate_new_on(&inflate_zlib, NULL), *ours = inflate_new();
	struct told expected = {0}, found = {0};
	struct buf stream = {0};

	(void)state;
	for (uint64_t seed = FIRST; seed <= LAST; seed++) {
		buf_clear(&stream);
		member_stream(&stream, seed);
		tell(&expected, zlib, buf_view(&stream), &measures[0]);
		for (size_t i = 0; i < (stream.len < SMALL ? MEASURES : 2); i++) {
			tell(&found, ours, buf_view(&stream), &measures[i]);
			assert_same(&found, &expected, false, seed, i);
			tell(&found, zlib, buf_view(&stream), &measures[i]);
			assert_same(&found, &expected, true, seed, i);
		}
	}
	buf_fini(&stream);
	told_fini(&expected);
	told_fini(&found);
	inflate_free(zlib);
	inflate_free(ours);
}

/* ---- too much of a member for a second look ---- */

static void
put_long_member(struct buf *text, struct buf *gzip)
{
	struct chance chance = {1};

	while (text->len < 2 << 20)
		buf_putc(text, (char)('0' + chance_below(&chance, 60)));
	member_put(gzip, 0, 6, 0, buf_view(text));
	assert_true(gzip->len > 1 << 20);
}

static size_t
common(const struct buf *a, const struct buf *b)
{
	size_t n = 0;

	while (n < a->len && n < b->len && a->data[n] == b->data[n])
		n++;
	return n;
}

/* zlib alone, ours, and a long member for both. */
struct pair {
	struct inflate *zlib, *ours;
	struct told expected, found;
	struct buf text, gzip;
};

static void
pair_init(struct pair *p)
{
	*p = (struct pair){.zlib = inflate_new_on(&inflate_zlib, NULL), .ours = inflate_new()};
	put_long_member(&p->text, &p->gzip);
}

static void
pair_fini(struct pair *p)
{
	buf_fini(&p->text);
	buf_fini(&p->gzip);
	told_fini(&p->expected);
	told_fini(&p->found);
	inflate_free(p->zlib);
	inflate_free(p->ours);
}

static void
of_a_long_member_that_breaks_off_nearly_all_is_given(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	for (size_t cut = 1; cut < 20; cut += 3) {
		struct str begin = str_slice(buf_view(&p.gzip), 0, p.gzip.len - cut * 20001);

		tell(&p.expected, p.zlib, begin, &measures[0]);
		tell(&p.found, p.ours, begin, &(struct measure){300 << 10, 256 << 10});
		assert_str(buf_view(&p.found.events), "broken off");
		assert_true(common(&p.found.bytes, &p.text) == p.found.bytes.len);
		assert_true(p.found.bytes.len <= p.expected.bytes.len);
		assert_true(p.found.bytes.len + 3 > p.expected.bytes.len);
	}
	pair_fini(&p);
}

static void
of_a_long_member_all_is_given_that_stands_before_damage(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	for (size_t at = p.gzip.len - 20001; at > 900 << 10; at -= 60001) {
		char *bytes = p.gzip.data + at, kept[60];

		memcpy(kept, bytes, sizeof(kept));
		memset(bytes, 0xff, sizeof(kept));
		tell(&p.expected, p.zlib, buf_view(&p.gzip), &measures[0]);
		tell(&p.found, p.ours, buf_view(&p.gzip), &(struct measure){300 << 10, 1000});
		assert_true(common(&p.found.bytes, &p.expected.bytes) + 3 > p.expected.bytes.len);
		assert_int_equal(strchr(buf_cstr(&p.found.events), '\n') != NULL, true);
		memcpy(bytes, kept, sizeof(kept));
	}
	pair_fini(&p);
}

/* Its input may be gone between two calls, against what is asked for: then there is no second look,
 * and nothing else either. */
static void
input_that_moved_is_not_looked_at_again(void **state)
{
	struct inflate *inflate = inflate_new();
	unsigned char window[16];
	enum inflate_result result = INFLATE_OUTPUT;
	struct buf gzip = {0};
	struct inflate_io io;

	(void)state;
	member_put(&gzip, 0, 6, 0, STR("one and one and one and another one and then the end"));
	gzip.data[gzip.len - 1] ^= 1;
	inflate_begin(inflate);
	for (size_t at = 0; result == INFLATE_OUTPUT; at = gzip.len - io.in_len) {
		unsigned char *copy =
			memcpy(mem_alloc(gzip.len - at), gzip.data + at, gzip.len - at);

		io = (struct inflate_io){copy, gzip.len - at, window, sizeof(window)};
		result = inflate_bytes(inflate, &io);
		free(copy);
	}
	assert_int_equal(result, INFLATE_DAMAGED);
	assert_string_equal(inflate_error(inflate), "incorrect length check");
	buf_fini(&gzip);
	inflate_free(inflate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_read_in_pieces_whatever_stands_in_it),
		cmocka_unit_test(what_is_wrong_with_a_member_is_said_where_it_is),
		cmocka_unit_test(a_member_is_what_zlib_says_it_is),
		cmocka_unit_test(the_library_and_the_pieces_change_nothing),
		cmocka_unit_test(of_a_long_member_that_breaks_off_nearly_all_is_given),
		cmocka_unit_test(of_a_long_member_all_is_given_that_stands_before_damage),
		cmocka_unit_test(input_that_moved_is_not_looked_at_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
