/* A gzip that another thread inflates gives what it gives by itself. */
#include "tests/support/test.h"

#include <pthread.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/scan/ahead.h"
#include "core/scan/scan.h"
#include "tests/support/member.h"

enum { SEEDS = 100, LARGE = 4 << 20 };

struct fixture {
	struct ahead *ahead;
	pthread_t thread;
	struct scanner *scanner;
	struct buf told;    /* a line for everything that was given and said */
	size_t left;	    /* records until the sink says stop */
	unsigned waiting;   /* pieces that the other thread had at a time, at most */
	bool one_is_enough; /* whoever has been told something wants no more */
	uint64_t bytes_out;
	struct buf gzip, text;
};

static void *
run(void *ahead)
{
	ahead_run(ahead);
	return NULL;
}

static bool
has_enough(const void *context)
{
	const struct fixture *f = context;

	return f->one_is_enough && f->told.len;
}

static int
setup(void **state)
{
	static const struct str literal = {"CreateAccessKey", 15};
	struct fixture *f = MEM_NEW(struct fixture);
	const struct scan_options options = {.literals = &literal,
		.literal_count = 1,
		.stopped = has_enough,
		.stopped_context = f};

	f->ahead = ahead_new();
	assert_int_equal(pthread_create(&f->thread, NULL, run, f->ahead), 0);
	f->scanner = scanner_new(&options);
	f->left = SIZE_MAX;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ahead_close(f->ahead);
	pthread_join(f->thread, NULL);
	ahead_free(f->ahead);
	scanner_free(f->scanner);
	buf_fini(&f->told);
	buf_fini(&f->gzip);
	buf_fini(&f->text);
	free(f);
	return 0;
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct fixture *f = context;

	buf_printf(&f->told, "record at %llu, %u: %.*s\n", (unsigned long long)offset, flags,
		STR_ARG(raw));
	return --f->left > 0;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct fixture *f = context;

	buf_printf(&f->told, "problem %d at %llu: %s\n", (int)severity, (unsigned long long)offset,
		reason);
}

static void
tell_summary(struct fixture *f, const struct scan_summary *s)
{
	buf_printf(&f->told,
		"out %llu, %llu records, %llu candidates, %llu others, %llu problems%s%s%s%s%s\n",
		(unsigned long long)s->bytes_out, (unsigned long long)s->records,
		(unsigned long long)s->candidates, (unsigned long long)s->other_values,
		(unsigned long long)s->problems, s->gzip ? ", gzip" : "", s->empty ? ", empty" : "",
		s->shows_form ? ", a form" : "", s->stopped ? ", stopped" : "",
		s->foreign ? ", foreign" : "");
}

static bool
give(struct fixture *f, bool ahead, const char *piece, size_t len)
{
	bool more = ahead ? scan_bytes_ahead(f->scanner, f->ahead, piece, len)
			  : scan_bytes(f->scanner, piece, len);

	if (ahead_pieces(f->ahead) > f->waiting)
		f->waiting = ahead_pieces(f->ahead);
	return more;
}

/* Each piece is gone as soon as it may be. */
static void
scan(struct fixture *f, bool ahead, size_t size)
{
	const struct scan_sink sink = {f, take_record, take_problem};
	struct scan_summary summary;
	char *before = NULL;
	bool more = true;

	buf_clear(&f->told);
	scan_begin(f->scanner, &sink);
	for (size_t at = 0; at < f->gzip.len && more; at += size) {
		size_t len = size < f->gzip.len - at ? size : f->gzip.len - at;
		char *piece = memcpy(mem_alloc(len), f->gzip.data + at, len);

		more = give(f, ahead, piece, len);
		free(before);
		before = piece;
	}
	scan_end(f->scanner, &summary);
	free(before);
	f->bytes_out = summary.bytes_out;
	tell_summary(f, &summary);
}

static void
assert_same_ahead(struct fixture *f, size_t size, const char *what)
{
	char *expected;

	scan(f, false, size);
	expected = buf_take(&f->told);
	scan(f, true, size);
	if (strcmp(expected, buf_cstr(&f->told)) != 0)
		fail_msg("%s in pieces of %zu: expected\n%s\nfound\n%s", what, size, expected,
			buf_cstr(&f->told));
	free(expected);
}

/* ---- what is scanned ---- */

static void
put_records(struct buf *out, struct chance *chance, size_t len)
{
	for (unsigned n = 0; out->len < len; n++) {
		buf_printf(out, "{\"eventID\":\"%u\",\"eventName\":\"%s\",\"x\":\"", n,
			chance_below(chance, 7) ? "ListUsers" : "CreateAccessKey");
		for (uint32_t i = chance_below(chance, 300); i; i--)
			buf_putc(out, (char)('a' + chance_below(chance, 26)));
		buf_puts(out, "\"}\n");
	}
}

/* Bytes changed, a run cut out or the end cut off. */
static void
damage(struct buf *gzip, struct chance *chance)
{
	uint32_t len = (uint32_t)gzip->len, at = chance_below(chance, len);
	uint32_t cut = chance_below(chance, len - at);

	switch (chance_below(chance, 5)) {
	case 0:
		gzip->len = at;
		break;
	case 1:
		memmove(gzip->data + at, gzip->data + at + cut, gzip->len - at - cut);
		gzip->len -= cut;
		break;
	case 2:
	case 3:
		for (uint32_t i = 1 + chance_below(chance, 3); i; i--)
			gzip->data[chance_below(chance, len)] ^=
				(char)(1 << chance_below(chance, 8));
		break;
	}
}

static void
put_members(struct fixture *f, uint64_t seed, size_t len)
{
	struct chance chance = {seed * 7919 + 1};
	uint32_t members = 1 + chance_below(&chance, 3);

	buf_clear(&f->gzip);
	buf_clear(&f->text);
	put_records(&f->text, &chance, len);
	for (uint32_t i = 0; i < members; i++) { /* members end anywhere, also within a record */
		size_t from = i * f->text.len / members, to = (i + 1) * f->text.len / members;

		member_put(&f->gzip, 0, 6, 0, str_slice(buf_view(&f->text), from, to));
	}
	damage(&f->gzip, &chance);
}

/* ---- tests ---- */

static void
records_in_damaged_members_are_the_same(void **state)
{
	static const size_t sizes[] = {31, 1000, 30000};
	struct fixture *f = *state;
	char what[40];

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		snprintf(what, sizeof(what), "records %llu", (unsigned long long)seed);
		put_members(f, seed, 30000);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			assert_same_ahead(f, sizes[i], what);
	}
	assert_int_equal(f->waiting, 1);
}

static void
any_members_are_the_same(void **state)
{
	static const size_t sizes[] = {7, 300, 20000};
	struct fixture *f = *state;
	char what[40];

	for (uint64_t seed = 1000; seed < 1000 + SEEDS; seed++) {
		snprintf(what, sizeof(what), "members %llu", (unsigned long long)seed);
		buf_clear(&f->gzip);
		member_stream(&f->gzip, seed);
		for (size_t i = f->gzip.len > 3000; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			assert_same_ahead(f, sizes[i], what);
	}
}

static void
a_piece_of_many_windows_is_the_same(void **state)
{
	struct fixture *f = *state;
	size_t whole;

	for (uint64_t seed = 0; seed < 5; seed++) {
		put_members(f, seed, LARGE);
		assert_same_ahead(f, 500000, "large");
	}
	/* 64 MB out of one piece */
	buf_clear(&f->gzip);
	buf_clear(&f->text);
	buf_reserve(&f->text, 64 << 20);
	memset(f->text.data, ' ', 64 << 20);
	f->text.len = 64 << 20;
	member_put(&f->gzip, 0, 6, 0, buf_view(&f->text));
	member_put(&f->gzip, 0, 6, 0, STR("{\"eventName\":\"CreateAccessKey\"}"));
	whole = f->gzip.len;
	assert_same_ahead(f, whole / 2, "blanks");
	f->gzip.len = whole - 60;
	assert_same_ahead(f, whole / 2, "blanks that break off");
}

/* A member with a wrong checksum that ends within a record, its other half, damage, a member. */
static void
damage_is_told_where_it_is(void **state)
{
	struct fixture *f = *state;
	struct buf expected = {0};
	size_t check, block;

	member_put(&f->gzip, 0, 6, 0, STR("{\"eventName\":\"Crea"));
	check = f->gzip.len - 4; /* the last byte of the checksum */
	f->gzip.data[check - 1] ^= 1;
	member_put(&f->gzip, 0, 6, 0, STR("teAccessKey\"}"));
	block = f->gzip.len + 11;
	member_put(&f->gzip, 0, 6, 0, STR("{}"));
	f->gzip.data[block - 1] = 7;
	member_put(&f->gzip, 0, 6, 0, STR("{\"eventName\":\"CreateAccessKey\"}"));
	buf_printf(&expected,
		"problem 1 at 18: gzip broken at byte %zu of the file: incorrect data check\n"
		"record at 0, 0: {\"eventName\":\"CreateAccessKey\"}\n"
		"problem 1 at 31: gzip broken at byte %zu of the file: invalid block type\n"
		"record at 31, 0: {\"eventName\":\"CreateAccessKey\"}\n"
		"out 62, 2 records, 2 candidates, 0 others, 2 problems, gzip, a form\n",
		check, block);
	for (size_t size = 2; size < f->gzip.len; size++) {
		scan(f, size % 2, size);
		assert_str(buf_view(&f->told), buf_cstr(&expected));
		assert_same_ahead(f, size, "damage");
	}
	buf_fini(&expected);
}

static void
an_archive_in_a_gzip_is_left_at_once(void **state)
{
	struct fixture *f = *state;

	buf_reserve(&f->text, LARGE);
	memset(f->text.data, 'x', LARGE);
	memcpy(f->text.data + 257, "ustar", 6);
	f->text.len = LARGE;
	member_put(&f->gzip, MEMBER_NAME, 6, 0, buf_view(&f->text));
	for (size_t size = 10; size < 2000; size *= 3)
		assert_same_ahead(f, size, "an archive");
}

/* Whatever the other thread has done by then; and nothing of it is left for the next input. */
static void
a_stop_leaves_what_was_not_given(void **state)
{
	struct fixture *f = *state;

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct chance chance = {seed + 1};
		size_t left = 1 + chance_below(&chance, 20);
		char *expected;

		put_members(f, 4, 300000); /* whole */
		f->left = left;
		scan(f, false, 5000);
		expected = buf_take(&f->told);
		f->left = left;
		scan(f, true, 5000);
		/* How much was uncompressed by then depends on the windows. */
		assert_non_null(strstr(expected, ", stopped"));
		assert_int_equal(strstr(expected, "out ") - expected,
			strstr(buf_cstr(&f->told), "out ") - buf_cstr(&f->told));
		assert_memory_equal(
			f->told.data, expected, (size_t)(strstr(expected, "out ") - expected));
		assert_non_null(strstr(buf_cstr(&f->told), ", stopped"));
		free(expected);
		f->left = SIZE_MAX;
		put_members(f, seed, 3000);
		assert_same_ahead(f, 100, "behind a stop");
	}
}

/* Gigabytes may come of one piece: nobody waits for its end. */
static void
a_bomb_is_stopped_within_a_piece(void **state)
{
	struct fixture *f = *state;

	buf_reserve(&f->text, 64 << 20);
	memset(f->text.data, ' ', 64 << 20);
	f->text.len = 64 << 20;
	memcpy(f->text.data + (40 << 20), "{\"eventName\":\"CreateAccessKey\"}", 32);
	member_put(&f->gzip, 0, 6, 0, buf_view(&f->text));
	f->one_is_enough = true;
	for (int ahead = 0; ahead < 2; ahead++) {
		scan(f, ahead, f->gzip.len / 2);
		assert_non_null(strstr(buf_cstr(&f->told), ", stopped"));
		assert_true(f->bytes_out <= 42 << 20);
	}
	f->one_is_enough = false;
	put_members(f, 4, 3000);
	assert_same_ahead(f, 100, "behind a bomb");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			records_in_damaged_members_are_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(any_members_are_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_piece_of_many_windows_is_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_told_where_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_archive_in_a_gzip_is_left_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stop_leaves_what_was_not_given, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bomb_is_stopped_within_a_piece, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
