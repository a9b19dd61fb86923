/* What a scan takes of memory, whatever the input. A program of its own: peaks only grow. */
#include "tests/support/test.h"

#include <sys/resource.h>

#include "core/scan/scan.h"
#include "tests/support/gzip.h"

#define RECORD "{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}"

enum { LIMIT_KIB = 64 << 10 };

/* One scan, fed as its input is made, so that only the scanner could keep it. */
struct feeding {
	struct scanner *scanner;
	struct scan_sink sink;
	struct scan_summary summary;
	long peak_kib;
};

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	(void)context;
	(void)offset;
	(void)flags;
	assert_str(raw, RECORD);
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	(void)context;
	(void)offset;
	if (severity == PROBLEM_ERROR)
		assert_string_equal(reason, "the record is larger than the limit");
}

static long
peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
begin(struct feeding *f)
{
	static const struct str literal = {"CreateAccessKey", 15};
	static const struct scan_options options = {.literals = &literal, .literal_count = 1};

	*f = (struct feeding){
		.scanner = scanner_new(&options), .sink = {f, take_record, take_problem}};
	f->peak_kib = peak_kib();
	scan_begin(f->scanner, &f->sink);
}

static void
feed(struct feeding *f, struct str text)
{
	assert_true(scan_bytes(f->scanner, text.data, text.len));
}

static void
end(struct feeding *f)
{
	scan_end(f->scanner, &f->summary);
	scanner_free(f->scanner);
	assert_true(peak_kib() - f->peak_kib < LIMIT_KIB);
}

/* 300 MB of x between two texts, then a record. */
static struct scan_summary
feed_300_mb(const char *before, const char *behind)
{
	static char piece[1 << 20];
	struct feeding f;

	memset(piece, 'x', sizeof(piece));
	begin(&f);
	feed(&f, str_from(before));
	for (int i = 0; i < 300; i++)
		feed(&f, (struct str){piece, sizeof(piece)});
	feed(&f, str_from(behind));
	feed(&f, STR(RECORD));
	end(&f);
	assert_int_equal(f.summary.candidates, 1);
	return f.summary;
}

static void
a_record_of_300_mb_costs_no_memory(void **state)
{
	(void)state;
	assert_int_equal(feed_300_mb("{\"a\":\"", "\"}").problems, 1);
}

static void
a_name_of_300_mb_costs_no_memory(void **state)
{
	(void)state;
	assert_int_equal(feed_300_mb("{\"", "\":1}").problems, 1);
	assert_int_equal(feed_300_mb("{\"Records\":[],\"", "\":1}").problems, 0);
}

/* As a tree each of these would take 15 MB. */
static void
records_of_many_values_cost_no_trees(void **state)
{
	struct feeding f;
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "{\"eventName\":\"\\u0044eleteAccessKey\",\"x\":[0");
	for (int i = 1; i < 199000; i++)
		buf_puts(&text, ",0");
	buf_puts(&text, "]}\n");
	begin(&f);
	for (int i = 0; i < 20; i++)
		feed(&f, buf_view(&text));
	end(&f);
	assert_int_equal(f.summary.records, 20);
	assert_int_equal(f.summary.candidates, 0);
	buf_fini(&text);
}

static void
a_bomb_costs_time_not_memory(void **state)
{
	struct buf blanks = {0}, gzip = {0};
	struct feeding f;

	(void)state;
	buf_reserve(&blanks, 64 << 20);
	memset(blanks.data, ' ', 64 << 20);
	blanks.len = 64 << 20;
	test_gzip(&gzip, buf_view(&blanks));
	buf_fini(&blanks);
	test_gzip(&gzip, STR(RECORD));
	begin(&f);
	feed(&f, buf_view(&gzip));
	end(&f);
	assert_int_equal(f.summary.candidates, 1);
	assert_true(f.summary.bytes_out > 64 << 20);
	buf_fini(&gzip);
}

/* What tells the format at once is not gathered first. */
static void
a_piece_of_100_mb_is_not_copied(void **state)
{
	struct buf piece = {0};
	struct feeding f;

	(void)state;
	buf_reserve(&piece, 100 << 20);
	memset(piece.data, '\n', 100 << 20);
	piece.len = 100 << 20;
	memcpy(piece.data, RECORD, sizeof(RECORD) - 1);
	begin(&f);
	feed(&f, buf_view(&piece));
	end(&f);
	assert_int_equal(f.summary.candidates, 1);
	buf_fini(&piece);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_of_300_mb_costs_no_memory),
		cmocka_unit_test(a_name_of_300_mb_costs_no_memory),
		cmocka_unit_test(records_of_many_values_cost_no_trees),
		/* Last, as they are made in memory. */
		cmocka_unit_test(a_bomb_costs_time_not_memory),
		cmocka_unit_test(a_piece_of_100_mb_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
