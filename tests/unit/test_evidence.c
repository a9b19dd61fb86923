/* A record read again from where it was found. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "core/base/timefmt.h"
#include "core/history/evidence.h"
#include "tests/support/gzip.h"

#define FIRST "{\"eventVersion\":\"1\",\"eventName\":\"A\",\"eventID\":\"1\"}"
#define SECOND "{\"eventVersion\":\"1\", \"eventName\":\"B\",\"eventID\":\"2\",\"x\":\"}\\u007b\"}"
#define LOG "{\"Records\":[" FIRST "," SECOND "]}"
#define OFFSET (sizeof("{\"Records\":[" FIRST ",") - 1)

struct place {
	char *folder, *path;
	char hash[HASH_HEX];
};

static void
put(struct place *p, const void *bytes, size_t len)
{
	p->folder = test_folder();
	p->path = test_file(p->folder, "a.json", bytes, len);
	hash_hex(STR(SECOND), p->hash);
}

static void
forget(struct place *p)
{
	free(p->path);
	test_rmtree(p->folder);
}

static enum evidence_step
read_on(struct evidence *e, struct error *err)
{
	enum evidence_step step;

	while ((step = evidence_read(e, 0, err)) == EVIDENCE_READING)
		;
	return step;
}

static enum evidence_step
read_again(const struct place *p, uint64_t offset, struct buf *raw, struct error *err)
{
	const struct trace trace = {
		.path = str_from(p->path), .offset = offset, .sha256 = str_from(p->hash)};
	struct evidence *e = evidence_open(&trace);
	enum evidence_step step;

	step = read_on(e, err);
	buf_str(raw, evidence_raw(e));
	evidence_close(e);
	return step;
}

static void
assert_found(const struct place *p)
{
	struct buf raw = {0};
	struct error err;

	assert_int_equal(read_again(p, OFFSET, &raw, &err), EVIDENCE_FOUND);
	assert_string_equal(buf_cstr(&raw), SECOND);
	buf_fini(&raw);
}

static void
assert_gone(const struct place *p, uint64_t offset, const char *why)
{
	struct buf raw = {0};
	struct error err = {0};

	assert_int_equal(read_again(p, offset, &raw, &err), EVIDENCE_GONE);
	assert_int_equal(raw.len, 0);
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
	buf_fini(&raw);
}

static void
the_bytes_are_those_that_were_logged(void **state)
{
	struct place p;

	(void)state;
	put(&p, LOG, sizeof(LOG) - 1);
	assert_found(&p);
	forget(&p);
}

static void
out_of_a_gzip_as_well(void **state)
{
	struct buf zipped = {0};
	struct place p;

	(void)state;
	test_gzip(&zipped, STR(LOG));
	put(&p, zipped.data, zipped.len);
	assert_found(&p);
	buf_fini(&zipped);
	forget(&p);
}

static void
another_record_in_its_place_is_not_taken_for_it(void **state)
{
	static const char other[] = "{\"Records\":[" FIRST "," FIRST "]}";
	struct place p;

	(void)state;
	put(&p, other, sizeof(other) - 1);
	assert_gone(&p, OFFSET, "another record than was read stands at byte");
	assert_gone(&p, OFFSET + 1, "no record stands any more at byte");
	forget(&p);
}

static void
what_is_gone_is_said(void **state)
{
	struct place p;

	(void)state;
	put(&p, "", 0);
	assert_gone(&p, OFFSET, "no record stands any more");
	assert_int_equal(unlink(p.path), 0);
	assert_gone(&p, OFFSET, "No such file");
	assert_int_equal(mkfifo(p.path, 0600), 0);
	assert_gone(&p, OFFSET, "is no file that can be read again");
	assert_int_equal(unlink(p.path), 0);
	free(p.path);
	p.path = strdup("s3://bucket/AWSLogs/a.json.gz");
	assert_gone(&p, OFFSET, "is not fetched again");
	free(p.path);
	p.path = strdup("-");
	assert_gone(&p, OFFSET, "it came through standard input");
	forget(&p);
}

/* --max-record let it in. */
static void
a_record_that_is_larger_than_most_is_found(void **state)
{
	enum { LARGE = 5 << 20 };
	struct buf record = {0}, log = {0}, zipped = {0}, raw = {0};
	struct error err;
	struct place p;

	(void)state;
	buf_puts(&record, "{\"eventVersion\":\"1\",\"eventName\":\"A\",\"x\":\"");
	for (int i = 0; i < LARGE; i++)
		buf_putc(&record, (char)('a' + i % 23));
	buf_puts(&record, "\"}");
	buf_puts(&log, "[" FIRST ",");
	buf_str(&log, buf_view(&record));
	buf_putc(&log, ']');
	test_gzip(&zipped, buf_view(&log));
	put(&p, zipped.data, zipped.len);
	hash_hex(buf_view(&record), p.hash);
	assert_int_equal(read_again(&p, sizeof("[" FIRST ",") - 1, &raw, &err), EVIDENCE_FOUND);
	assert_true(str_equal(buf_view(&raw), buf_view(&record)));
	buf_fini(&record);
	buf_fini(&log);
	buf_fini(&zipped);
	buf_fini(&raw);
	forget(&p);
}

static void
where_it_is_gone_another_place_is_read(void **state)
{
	struct buf zipped = {0};
	struct place p, other;
	struct trace trace, copy;
	struct evidence *e;
	struct error err = {0};

	(void)state;
	put(&p, FIRST, sizeof(FIRST) - 1);
	test_gzip(&zipped, STR(LOG));
	put(&other, zipped.data, zipped.len);
	trace = (struct trace){
		.path = str_from(p.path), .offset = OFFSET, .sha256 = str_from(p.hash)};
	e = evidence_open(&trace);
	assert_int_equal(read_on(e, &err), EVIDENCE_GONE);
	evidence_add(e, &trace); /* nor there */
	copy = trace;
	copy.path = str_from(other.path);
	copy.offset++;
	evidence_add(e, &copy);
	assert_int_equal(read_on(e, &err), EVIDENCE_GONE);
	assert_non_null(strstr(err.text, p.path)); /* what was shown first */
	copy.offset--;
	evidence_add(e, &copy);
	assert_int_equal(read_on(e, &err), EVIDENCE_FOUND);
	assert_str(evidence_raw(e), SECOND);
	assert_str(evidence_path(e), other.path);
	assert_int_equal(evidence_offset(e), OFFSET);
	assert_int_equal(read_on(e, &err), EVIDENCE_FOUND);
	evidence_close(e);
	buf_fini(&zipped);
	forget(&p);
	forget(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_that_were_logged),
		cmocka_unit_test(out_of_a_gzip_as_well),
		cmocka_unit_test(another_record_in_its_place_is_not_taken_for_it),
		cmocka_unit_test(what_is_gone_is_said),
		cmocka_unit_test(a_record_that_is_larger_than_most_is_found),
		cmocka_unit_test(where_it_is_gone_another_place_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
