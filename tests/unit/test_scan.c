/* Scans of tests/data/scan.cases in every container and piece size, damage, limits, formats. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/scan/scan.h"
#include "tests/support/gzip.h"

/* What a scan gave, as text: "e1 e3! 57 reason". */
struct outcome {
	struct str input; /* uncompressed; absent: offsets are not checked */
	struct buf text;     /* the records, then the problems */
	struct buf problems; /* while scanning */
	struct scan_summary summary;
	size_t records;
};

/* The offset is the record's first byte: what stands there is what was given. */
static void
check_offset(const struct outcome *o, struct str raw, uint64_t offset, unsigned flags)
{
	if (!o->input.data)
		return;
	assert_true(offset < o->input.len);
	if (flags & SCAN_FROM_TABLE) {
		assert_true(o->input.data[offset] == '[' || o->input.data[offset - 1] == '\n');
		return;
	}
	assert_true(o->input.data[offset] == '{');
	if (!(flags & SCAN_DECODED))
		assert_true(str_equal(str_slice(o->input, offset, raw.len), raw));
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct outcome *o = context;
	struct json_doc *doc;
	struct str id;

	check_offset(o, raw, offset, flags);
	assert_true(json_parse(raw, &doc, NULL));
	id = json_string(json_get(json_root(doc),
		flags & SCAN_FROM_TABLE ? STR("AwsEventId") : STR("eventID")));
	buf_printf(&o->text, "%s%.*s%s", o->text.len ? " " : "", STR_ARG(id),
		flags & SCAN_RESYNCHRONISED ? "!" : "");
	json_doc_free(doc);
	o->records++;
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct outcome *o = context;

	if (severity == PROBLEM_NOTE)
		buf_printf(&o->problems, " - %s", reason);
	else
		buf_printf(&o->problems, " %llu %s", (unsigned long long)offset, reason);
}

static void
end_scan(struct outcome *o, struct scanner *scanner)
{
	scan_end(scanner, &o->summary);
	buf_str(&o->text, str_slice(buf_view(&o->problems), !o->text.len, o->problems.len));
	buf_fini(&o->problems);
}

static struct scanner *
new_scanner(void)
{
	static const struct str literal = {"CreateAccessKey", 15};
	const struct scan_options options = {.literals = &literal, .literal_count = 1};

	return scanner_new(&options);
}

/* Everything in pieces of this size. */
static void
scan_pieces(struct outcome *o, struct str bytes, size_t piece)
{
	const struct scan_sink sink = {o, take_record, take_problem};
	struct scanner *scanner = new_scanner();

	scan_begin(scanner, &sink);
	for (size_t i = 0; i < bytes.len; i += piece) {
		/* A fresh allocation of exactly this size, so that a read beyond it is seen. */
		size_t n = piece < bytes.len - i ? piece : bytes.len - i;
		char *copy = mem_alloc(n);
		bool more;

		memcpy(copy, bytes.data + i, n);
		more = scan_bytes(scanner, copy, n);
		free(copy);
		if (!more)
			break;
	}
	end_scan(o, scanner);
	scanner_free(scanner);
}

static void
outcome_fini(struct outcome *o)
{
	buf_fini(&o->text);
}

/* ---- the data file ---- */

#define HIT "{\"eventID\":\"e%c\",\"eventName\":\"CreateAccessKey\"}"
#define MISS "{\"eventID\":\"m%c\",\"eventName\":\"ListUsers\"}"
#define QUOTED_HIT "{\\\"eventID\\\":\\\"e%c\\\",\\\"eventName\\\":\\\"CreateAccessKey\\\"}"

static int
hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static void
put_input(struct buf *out, struct str text)
{
	static const char from[] = "nrt0\\", to[] = "\n\r\t\0\\";

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i], next = i + 1 < text.len ? text.data[i + 1] : '\0';
		bool digit = next >= '1' && next <= '9';

		if (c == '@' && digit)
			buf_printf(out, HIT, text.data[++i]);
		else if (c == '&' && digit)
			buf_printf(out, MISS, text.data[++i]);
		else if (c == '%' && digit)
			buf_printf(out, QUOTED_HIT, text.data[++i]);
		else if (c == '\\' && next == 'x') {
			buf_putc(out, (char)(hex(text.data[i + 2]) * 16 + hex(text.data[i + 3])));
			i += 3;
		} else if (c == '\\' && next && strchr(from, next))
			buf_append(out, &to[strchr(from, text.data[++i]) - from], 1);
		else
			buf_putc(out, c);
	}
}

static bool
same(struct str input, struct str bytes, size_t piece, struct str expected, const char *how)
{
	struct outcome o = {.input = input};
	bool equal;

	scan_pieces(&o, bytes, piece);
	equal = str_equal(buf_view(&o.text), expected);
	if (!equal)
		print_error("%s in pieces of %zu\n  gives    %s\n  expected %.*s\n", how, piece,
			buf_cstr(&o.text), STR_ARG(expected));
	outcome_fini(&o);
	return equal;
}

static int
try_case(const char *name, struct str input, struct str expected)
{
	struct buf one = {0}, two = {0};
	int wrong = 0;

	test_gzip(&one, input);
	test_gzip(&two, str_slice(input, 0, input.len / 3));
	test_gzip(&two, str_slice(input, input.len / 3, input.len));
	buf_append(&two, "\0\0\0\0\0", 5);
	wrong += !same(input, input, input.len + 1, expected, name);
	for (size_t piece = 1; piece <= 7 && !wrong; piece++) {
		wrong += !same(input, input, piece, expected, name);
		wrong += !same(input, buf_view(&one), piece, expected, "gzip");
		wrong += !same(input, buf_view(&two), piece, expected, "two members and padding");
	}
	buf_fini(&one);
	buf_fini(&two);
	return wrong;
}

static void
every_case_is_found_in_every_container_and_piece(void **state)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	char path[4096], *bytes, *text, *line, *name = NULL;
	struct buf input = {0};
	int cases = 0, wrong = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/scan.cases", source ? source : ".");
	text = bytes = test_read(path, NULL);
	while ((line = strsep(&text, "\n"))) {
		if (line[0] == '#') {
			name = line + 2;
		} else if (line[0] == '<') {
			buf_clear(&input);
			put_input(&input, str_from(line[1] ? line + 2 : ""));
		} else if (line[0] == '>') {
			wrong += try_case(name, buf_view(&input), str_from(line[1] ? line + 2 : "")) != 0;
			cases++;
		}
	}
	free(bytes);
	buf_fini(&input);
	assert_true(cases > 40);
	assert_int_equal(wrong, 0);
}

/* ---- truncation and flipped bits ---- */

static void
put_records(struct buf *out, int count)
{
	buf_puts(out, "{\"Records\":[");
	for (int i = 0; i < count; i++)
		buf_printf(out, "%s{\"eventID\":\"e%d\",\"a\":\"}{\\\"\",\"eventName\":\"%s\"}",
			i ? "," : "", i, i % 2 ? "ListUsers" : "CreateAccessKey");
	buf_puts(out, "]}");
}

/* Records that end within the first `len` bytes. */
static size_t
whole_hits(struct str text, size_t len)
{
	size_t count = 0;

	for (size_t at = 0; (at = str_find(text, STR("\"CreateAccessKey\"}"), at)) != (size_t)-1;) {
		at += 18;
		count += at <= len;
	}
	return count;
}

static void
a_log_cut_at_any_byte_is_named_and_gives_what_was_whole(void **state)
{
	struct buf text = {0};

	(void)state;
	put_records(&text, 9);
	for (size_t len = 1; len < text.len; len++) {
		struct outcome o = {.input = buf_view(&text)};

		scan_pieces(&o, str_slice(buf_view(&text), 0, len), 64);
		assert_int_equal(o.records, whole_hits(buf_view(&text), len));
		assert_int_equal(o.summary.problems, 1);
		outcome_fini(&o);
	}
	buf_fini(&text);
}

static void
a_gzip_cut_at_any_byte_is_named(void **state)
{
	struct buf text = {0}, gzip = {0};

	(void)state;
	put_records(&text, 60);
	test_gzip(&gzip, buf_view(&text));
	for (size_t len = 2; len < gzip.len; len++) {
		struct outcome o = {.input = buf_view(&text)};

		scan_pieces(&o, str_slice(buf_view(&gzip), 0, len), 50);
		assert_int_equal(o.summary.problems, 1);
		assert_int_equal(o.records, whole_hits(buf_view(&text), o.summary.bytes_out));
		outcome_fini(&o);
	}
	buf_fini(&text);
	buf_fini(&gzip);
}

static void
a_gzip_with_any_byte_damaged_is_named_or_gives_the_same(void **state)
{
	struct buf text = {0}, gzip = {0};

	(void)state;
	put_records(&text, 30);
	test_gzip(&gzip, buf_view(&text));
	for (size_t i = 0; i < gzip.len; i++) {
		struct outcome o = {0};

		gzip.data[i] ^= 0x55;
		scan_pieces(&o, buf_view(&gzip), 50);
		/* Time, flags and system of the header change nothing. */
		if (!o.summary.problems)
			assert_true(i >= 4 && i < 10 && o.records == 15);
		gzip.data[i] ^= 0x55;
		outcome_fini(&o);
	}
	buf_fini(&text);
	buf_fini(&gzip);
}

/* Whatever happens to the second of three members, the first and the third give their records. */
static void
damage_in_one_gzip_member_costs_no_other(void **state)
{
	struct buf gzip = {0};
	size_t from, to;

	(void)state;
	test_gzip(&gzip, STR("{\"eventID\":\"e1\",\"eventName\":\"CreateAccessKey\"}\n"));
	from = gzip.len;
	test_gzip(&gzip, STR("{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}\n"));
	to = gzip.len;
	test_gzip(&gzip, STR("{\"eventID\":\"e3\",\"eventName\":\"CreateAccessKey\"}\n"));
	for (size_t i = from; i < to; i++) {
		struct outcome o = {0};

		gzip.data[i] ^= 0x55;
		scan_pieces(&o, buf_view(&gzip), 7);
		assert_true(strncmp(buf_cstr(&o.text), "e1", 2) == 0);
		assert_non_null(strstr(buf_cstr(&o.text), " e3"));
		assert_true(o.summary.problems || strcmp(buf_cstr(&o.text), "e1 e2 e3") == 0);
		gzip.data[i] ^= 0x55;
		outcome_fini(&o);
	}
	buf_fini(&gzip);
}

static void
a_gzip_member_behind_zero_padding_is_read(void **state)
{
	struct outcome o = {0};
	struct buf gzip = {0};

	(void)state;
	test_gzip(&gzip, STR("{\"eventID\":\"e1\",\"eventName\":\"CreateAccessKey\"}\n"));
	buf_append(&gzip, "\0\0\0\0", 4);
	test_gzip(&gzip, STR("{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}\n"));
	buf_append(&gzip, "\0\0\0\0", 4);
	scan_pieces(&o, buf_view(&gzip), 5);
	assert_string_equal(buf_cstr(&o.text), "e1 e2");
	outcome_fini(&o);
	buf_fini(&gzip);
}

/* One byte of one record changed: the records around it are found. */
static void
damage_in_one_record_costs_no_other(void **state)
{
	struct buf text = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		buf_printf(&text, "{\"eventID\":\"e%d\",\"x\":[1,{\"y\":\"z\"}],\"eventName\":\"CreateAccessKey\"}\n", i);
	for (size_t at = 2 * text.len / 5; at < 3 * text.len / 5; at++)
		for (const char *c = "\"{}[],:\\\nx\x01"; *c; c++) {
			struct outcome o = {0};
			char before = text.data[at];

			text.data[at] = *c;
			scan_pieces(&o, buf_view(&text), 100);
			assert_non_null(strstr(buf_cstr(&o.text), "e0 e1"));
			assert_non_null(strstr(buf_cstr(&o.text), "e3"));
			assert_non_null(strstr(buf_cstr(&o.text), "e4"));
			text.data[at] = before;
			outcome_fini(&o);
		}
	buf_fini(&text);
}

/* ---- limits ---- */

static void
assert_limited(const struct buf *text, const char *expected)
{
	struct outcome o = {0};

	scan_pieces(&o, buf_view(text), 70000);
	assert_string_equal(buf_cstr(&o.text), expected);
	outcome_fini(&o);
}

/* A record of exactly n JSON values, and one behind it. */
static void
put_values(struct buf *text, int n)
{
	buf_clear(text);
	buf_puts(text, "{\"eventID\":\"e1\",\"eventName\":\"CreateAccessKey\",\"x\":[0");
	for (int i = 5; i < n; i++)
		buf_puts(text, ",0");
	buf_puts(text, "]}\n{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}\n");
}

static void
a_record_of_too_many_values_is_stepped_over(void **state)
{
	struct buf text = {0};

	(void)state;
	put_values(&text, 200000);
	assert_limited(&text, "e1 e2");
	put_values(&text, 200001);
	assert_limited(&text, "e2 0 the record has more than 200000 JSON values");
	buf_fini(&text);
}

static void
put_levels(struct buf *text, int n)
{
	buf_clear(text);
	buf_puts(text, "{\"eventID\":\"e1\",\"eventName\":\"CreateAccessKey\",\"x\":");
	for (int i = 1; i < n; i++)
		buf_putc(text, '[');
	for (int i = 1; i < n; i++)
		buf_putc(text, ']');
	buf_puts(text, "}\n{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}\n");
}

static void
a_record_nested_too_deeply_is_stepped_over(void **state)
{
	struct buf text = {0};

	(void)state;
	put_levels(&text, 512);
	assert_limited(&text, "e1 e2");
	put_levels(&text, 513);
	assert_limited(&text, "e2 0 the record is nested more than 512 levels deep");
	put_levels(&text, 20000);
	assert_limited(&text, "e2 0 the record is nested more than 512 levels deep");
	buf_fini(&text);
}

static void
a_record_of_more_than_the_limit_is_stepped_over(void **state)
{
	struct buf text = {0};
	size_t pad = SCAN_MAX_RECORD - strlen("{\"eventName\":\"CreateAccessKey\",\"x\":\"\",\"eventID\":\"e1\"}");

	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		buf_clear(&text);
		buf_puts(&text, "{\"eventName\":\"CreateAccessKey\",\"x\":\"");
		for (size_t i = 0; i < pad + extra; i++)
			buf_putc(&text, 'x');
		buf_puts(&text, "\",\"eventID\":\"e1\"}\n{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}\n");
		assert_limited(&text,
			extra ? "e2 0 the record is larger than the limit" : "e1 e2");
	}
	buf_fini(&text);
}

/* ---- formats that are none ---- */

static void
assert_foreign(struct str bytes, const char *name)
{
	struct outcome o = {0};

	scan_pieces(&o, bytes, 5);
	assert_non_null(o.summary.foreign);
	assert_string_equal(o.summary.foreign, name);
	assert_int_equal(o.summary.problems, 1);
	assert_non_null(strstr(buf_cstr(&o.text), "not a log: "));
	outcome_fini(&o);
}

static void
archives_and_tables_are_named_as_what_they_are(void **state)
{
	struct buf tar = {0}, gzip = {0};

	(void)state;
	assert_foreign(STR("PK\x03\x04rest"), "zip");
	assert_foreign(STR("\x28\xb5\x2f\xfdrest"), "zstd");
	assert_foreign(STR("PAR1rest"), "Parquet");
	assert_foreign(STR("BZh9rest"), "bzip2");
	assert_foreign(STR("\xfd" "7zXZ\0rest"), "xz");
	assert_foreign(STR("\xff\xfe{\0\"\0"), "UTF-16");
	assert_foreign(STR("{\0\"\0"), "UTF-16");
	buf_puts(&tar, "name");
	while (tar.len < 257)
		buf_putc(&tar, '\0');
	buf_puts(&tar, "ustar");
	buf_str(&tar, STR("\0" "00"));
	while (tar.len < 1024)
		buf_putc(&tar, '\0');
	assert_foreign(buf_view(&tar), "tar");
	test_gzip(&gzip, buf_view(&tar));
	assert_foreign(buf_view(&gzip), "tar");
	buf_fini(&tar);
	buf_fini(&gzip);
}

static void
without_a_literal_every_record_is_given(void **state)
{
	struct outcome o = {0};
	const struct scan_sink sink = {&o, take_record, take_problem};
	const struct scan_options options = {0};
	struct scanner *scanner = scanner_new(&options);
	static const char text[] = "{\"Records\":[{\"eventID\":\"a\",\"eventName\":\"X\"},{\"eventID\":\"b\"}]}";

	(void)state;
	scan_begin(scanner, &sink);
	scan_bytes(scanner, text, sizeof(text) - 1);
	end_scan(&o, scanner);
	assert_string_equal(buf_cstr(&o.text), "a b");
	assert_int_equal(o.summary.records, 2);
	scanner_free(scanner);
	outcome_fini(&o);
}

/* A literal that JSON may spell in other ways is found in each of them. */
static void
literals_with_characters_that_json_escapes_are_found(void **state)
{
	static const struct str literal = {"a/b\"\n\xc3\xab", 7};
	const struct scan_options options = {.literals = &literal, .literal_count = 1};
	static const char text[] = "{\"eventID\":\"1\",\"eventName\":\"a\\/b\\\"\\n\xc3\xab\"}"
				   "{\"eventID\":\"2\",\"eventName\":\"a/b\\u0022\\u000a\\u00eb\"}";
	struct outcome o = {0};
	const struct scan_sink sink = {&o, take_record, take_problem};
	struct scanner *scanner = scanner_new(&options);

	(void)state;
	scan_begin(scanner, &sink);
	scan_bytes(scanner, text, sizeof(text) - 1);
	end_scan(&o, scanner);
	assert_string_equal(buf_cstr(&o.text), "1 2");
	scanner_free(scanner);
	outcome_fini(&o);
}

static void
a_scanner_is_fresh_for_the_next_input(void **state)
{
	struct scanner *scanner = new_scanner();
	struct outcome first = {0}, second = {0};
	const struct scan_sink one = {&first, take_record, take_problem};
	const struct scan_sink two = {&second, take_record, take_problem};

	(void)state;
	scan_begin(scanner, &one);
	scan_bytes(scanner, "{\"Records\":[{\"a\":\"", 18);
	end_scan(&first, scanner);
	scan_begin(scanner, &two);
	scan_bytes(scanner, "{\"eventID\":\"e2\",\"eventName\":\"CreateAccessKey\"}", 46);
	end_scan(&second, scanner);
	assert_string_equal(buf_cstr(&second.text), "e2");
	assert_int_equal(second.summary.problems, 0);
	scanner_free(scanner);
	outcome_fini(&first);
	outcome_fini(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_found_in_every_container_and_piece),
		cmocka_unit_test(a_log_cut_at_any_byte_is_named_and_gives_what_was_whole),
		cmocka_unit_test(a_gzip_cut_at_any_byte_is_named),
		cmocka_unit_test(a_gzip_with_any_byte_damaged_is_named_or_gives_the_same),
		cmocka_unit_test(damage_in_one_gzip_member_costs_no_other),
		cmocka_unit_test(a_gzip_member_behind_zero_padding_is_read),
		cmocka_unit_test(damage_in_one_record_costs_no_other),
		cmocka_unit_test(a_record_of_too_many_values_is_stepped_over),
		cmocka_unit_test(a_record_nested_too_deeply_is_stepped_over),
		cmocka_unit_test(a_record_of_more_than_the_limit_is_stepped_over),
		cmocka_unit_test(archives_and_tables_are_named_as_what_they_are),
		cmocka_unit_test(without_a_literal_every_record_is_given),
		cmocka_unit_test(literals_with_characters_that_json_escapes_are_found),
		cmocka_unit_test(a_scanner_is_fresh_for_the_next_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
