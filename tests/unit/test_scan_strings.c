/* Strings that hold records, inside strings: limits, counts, places. What is found in which form
 * stands in tests/data/scan.cases. */
#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/scan/scan.h"

#define RECORD "{\"eventID\":\"e1\",\"eventName\":\"CreateAccessKey\"}"

struct found {
	struct buf problems;
	struct buf offsets;
	struct scan_summary summary;
};

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct found *f = context;

	(void)flags;
	assert_str(raw, RECORD);
	buf_printf(&f->offsets, "%llu ", (unsigned long long)offset);
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct found *f = context;

	(void)offset;
	if (severity == PROBLEM_ERROR)
		buf_printf(&f->problems, "%s\n", reason);
}

static void
scan(struct found *f, struct str text)
{
	static const struct str literal = {"CreateAccessKey", 15};
	const struct scan_options options = {.literals = &literal, .literal_count = 1, .max_record = 4096};
	const struct scan_sink sink = {f, take_record, take_problem};
	struct scanner *scanner = scanner_new(&options);

	scan_begin(scanner, &sink);
	scan_bytes(scanner, text.data, text.len);
	scan_end(scanner, &f->summary);
	scanner_free(scanner);
}

static void
found_fini(struct found *f)
{
	buf_fini(&f->problems);
	buf_fini(&f->offsets);
}

/* text = the text as a JSON string, each of its quotes and backslashes as \u005c and so on, which
 * grows with the levels instead of doubling. */
static void
quote(struct buf *text)
{
	struct buf out = {0};

	buf_putc(&out, '"');
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '"' || text->data[i] == '\\')
			buf_printf(&out, "\\u%04x", (unsigned)text->data[i]);
		else
			buf_putc(&out, text->data[i]);
	buf_putc(&out, '"');
	buf_fini(text);
	*text = out;
}

static void
strings_inside_strings_are_searched_and_all_in_all_limited(void **state)
{
	struct buf text = {0};
	size_t level = 0;

	(void)state;
	buf_puts(&text, RECORD);
	for (bool read = true; read; level++) {
		struct found f = {0};

		scan(&f, buf_view(&text));
		read = f.offsets.len > 0;
		if (!read)
			assert_string_equal(buf_cstr(&f.problems),
				"strings inside strings: all in all larger than the limit\n");
		assert_int_equal(f.summary.problems, !read);
		found_fini(&f);
		quote(&text);
		assert_true(text.len < 4096);
	}
	assert_true(level > 5);
	buf_fini(&text);
}

static void
each_record_of_a_string_knows_its_place_and_is_counted(void **state)
{
	struct buf text = {0}, expected = {0};
	struct found f = {0};

	(void)state;
	buf_puts(&text, "{\"Records\":[{\"eventName\":\"X\"},");
	buf_puts(&text, RECORD ",\"\xc3\xa9\\ud83d\\ude00\\u0000\\n\\ud800\"," RECORD "]}");
	quote(&text);
	for (size_t at = 0;
		(at = str_find(buf_view(&text), STR("{\\u0022eventID"), at)) != (size_t)-1; at++)
		buf_printf(&expected, "%zu ", at);
	scan(&f, buf_view(&text));
	assert_str(buf_view(&f.offsets), buf_cstr(&expected));
	assert_int_equal(f.summary.records, 3);
	assert_int_equal(f.summary.candidates, 2);
	assert_int_equal(f.summary.other_values, 0);
	assert_true(f.summary.shows_form);
	found_fini(&f);
	buf_fini(&expected);
	buf_fini(&text);
}

static void
a_string_alone_is_no_form_of_log(void **state)
{
	struct found f = {0};

	(void)state;
	scan(&f, STR("\"some text\"\n"));
	assert_false(f.summary.shows_form);
	assert_int_equal(f.summary.problems, 0);
	found_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_inside_strings_are_searched_and_all_in_all_limited),
		cmocka_unit_test(each_record_of_a_string_knows_its_place_and_is_counted),
		cmocka_unit_test(a_string_alone_is_no_form_of_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
