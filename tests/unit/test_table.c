/* Tables of Log Analytics in their saved forms: the exact record that a row becomes, orders of
 * dates, limits. What is found in damaged ones stands in tests/data/scan.cases. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/event/column.h"
#include "core/scan/scan.h"
#include "core/scan/table_csv.h"
#include "tests/support/gzip.h"

struct found {
	struct buf rows; /* a line each */
	struct buf problems;
	size_t stop_after; /* rows; 0: never */
	size_t count;
	struct scan_summary summary;
};

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct found *f = context;
	struct json_doc *doc;
	struct error err;

	(void)offset;
	assert_true(flags & SCAN_FROM_TABLE);
	assert_ok(json_parse(raw, &doc, &err), &err);
	json_doc_free(doc);
	buf_str(&f->rows, raw);
	buf_putc(&f->rows, '\n');
	return ++f->count != f->stop_after;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct found *f = context;

	(void)offset;
	buf_printf(&f->problems, "%s%s\n", severity == PROBLEM_NOTE ? "note: " : "", reason);
}

static void
scan(struct found *f, struct str text, size_t max_record)
{
	static const struct str literal = {"CreateAccessKey", 15};
	const struct scan_options options = {.literals = &literal, .literal_count = 1, .max_record = max_record};
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
	buf_fini(&f->rows);
	buf_fini(&f->problems);
}

static void
assert_rows(const char *text, const char *rows, const char *problems)
{
	struct found f = {0};

	scan(&f, str_from(text), 0);
	assert_str(buf_view(&f.rows), rows);
	assert_str(buf_view(&f.problems), problems);
	found_fini(&f);
}

/* ---- exactly ---- */

static void
the_cells_of_an_answer_are_copied_to_the_letter(void **state)
{
	(void)state;
	assert_rows("{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":["
		    "{\"name\":\"TimeGenerated\",\"type\":\"datetime\"},"
		    "{\"name\":\"AwsEventId\",\"type\":\"string\"},"
		    "{\"name\":\"EventName\",\"type\":\"string\"},"
		    "{\"name\":\"ReadOnly\",\"type\":\"bool\"},"
		    "{\"name\":\"Name\",\"type\":\"dynamic\"},"
		    "{\"name\":\"Na\\u006de\\\"2\",\"type\":\"dynamic\"}],\"rows\":["
		    "[\"2026-01-02T03:04:05Z\",\"e1\",\"CreateAccessKey\", false ,\"123\","
		    "\"{\\\"a\\\": [1, 2.0]}\"],"
		    "[null,\"\",\"CreateAccess\\u004bey\",null,123.50, {\"a\" : [\"]\"]} ]]}]}",
		"{\"TimeGenerated\":\"2026-01-02T03:04:05Z\",\"AwsEventId\":\"e1\","
		"\"EventName\":\"CreateAccessKey\",\"ReadOnly\":false,\"Name\":\"123\","
		"\"Name\\\"2\":\"{\\\"a\\\": [1, 2.0]}\"}\n"
		"{\"TimeGenerated\":null,\"AwsEventId\":\"\",\"EventName\":"
		"\"CreateAccess\\u004bey\","
		"\"ReadOnly\":null,\"Name\":123.50,\"Name\\\"2\":{\"a\" : [\"]\"]}}\n",
		"");
}

static void
the_texts_of_an_export_are_kept_to_the_letter(void **state)
{
	(void)state;
	assert_rows(
		"\"AwsEventId\",\"EventName\",\"UserAgent\",\"ReadOnly\",\"_BilledSize\",Name\r\n"
		"e1,CreateAccessKey,\" a\r\n\"\"b\"\"\\\t\x01\xff\xe2\x80\xae \",False,,123\r\n"
		"e2,CreateAccessKey,,,1200.5,\r\n",
		"{\"AwsEventId\":\"e1\",\"EventName\":\"CreateAccessKey\",\"UserAgent\":"
		"\" a\\u000d\\u000a\\\"b\\\"\\\\\\u0009\\u0001\xff\xe2\x80\xae "
		"\",\"ReadOnly\":\"False\","
		"\"_BilledSize\":null,\"Name\":\"123\"}\n"
		"{\"AwsEventId\":\"e2\",\"EventName\":\"CreateAccessKey\",\"UserAgent\":\"\","
		"\"ReadOnly\":null,\"_BilledSize\":\"1200.5\",\"Name\":\"\"}\n",
		"");
}

static void
a_time_of_an_export_stands_beside_its_cell(void **state)
{
	(void)state;
	assert_rows("\"TimeGenerated [UTC]\",SessionCreationDate,AwsEventId,EventName\n"
		    "\"21/04/2025, 09:45:54.250\",4/21/2025 9:45 AM,e1,CreateAccessKey\n"
		    "2025-04-21T09:45:54Z,,e2,CreateAccessKey\nsoon,,e3,CreateAccessKey\n",
		"{\"TimeGenerated\":\"2025-04-21T09:45:54.25Z\","
		"\"TimeGenerated [UTC]\":\"21/04/2025, 09:45:54.250\","
		"\"SessionCreationDate\":\"2025-04-21T09:45:00Z\","
		"\"SessionCreationDate [as exported]\":\"4/21/2025 9:45 AM\","
		"\"AwsEventId\":\"e1\",\"EventName\":\"CreateAccessKey\"}\n"
		"{\"TimeGenerated\":\"2025-04-21T09:45:54Z\",\"SessionCreationDate\":null,"
		"\"AwsEventId\":\"e2\",\"EventName\":\"CreateAccessKey\"}\n"
		"{\"TimeGenerated\":\"soon\",\"SessionCreationDate\":null,"
		"\"AwsEventId\":\"e3\",\"EventName\":\"CreateAccessKey\"}\n",
		"");
}

static void
columns_that_hold_no_text_are_those_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < column_count; i++)
		assert_int_equal(table_type_of(str_from(columns[i].name)),
			columns[i].type == KUSTO_STRING	    ? TABLE_TEXT
			: columns[i].type == KUSTO_DATETIME ? TABLE_TIME
							    : TABLE_OTHER);
	assert_int_equal(table_type_of(STR("Name")), TABLE_TEXT);
}

/* ---- the order of dates ---- */

#define ASSUMED                                                                                    \
	"note: date order assumed: the day is first in the 24-hour form, the month with AM or "    \
	"PM; "                                                                                     \
	"no value of the file proves it\n"

/* `times`, one a line, the last one in a row of another event; the times that were read. */
static void
assert_times(const char *const *times, const char *expected, const char *problems)
{
	struct buf text = {0};
	struct found f = {0};
	struct buf got = {0};
	size_t at = 0;

	buf_puts(&text, "\"TimeGenerated [UTC]\",AwsEventId,EventName\n");
	for (; *times; times++)
		buf_printf(&text, "\"%s\",e,%s\n", *times, times[1] ? "CreateAccessKey" : "Other");
	scan(&f, buf_view(&text), 0);
	while ((at = str_find(buf_view(&f.rows), STR("\"TimeGenerated\":\""), at)) != (size_t)-1) {
		at += 17;
		buf_str(&got, str_slice(buf_view(&f.rows), at, 10));
		buf_putc(&got, ' ');
	}
	assert_string_equal(buf_cstr(&got), expected);
	assert_string_equal(buf_cstr(&f.problems), problems);
	buf_fini(&got);
	buf_fini(&text);
	found_fini(&f);
}

#define TIMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
any_value_of_the_file_proves_the_order_of_all(void **state)
{
	(void)state;
	assert_times(TIMES("03/04/2025, 09:45:54", "3/4/2025, 9:45:54 AM", "04/13/2025, 01:00:00"),
		"2025-03-04 2025-03-04 ", "");
	assert_times(TIMES("03/04/2025, 09:45:54", "3/4/2025, 9:45:54 AM", "13/04/2025, 01:00:00"),
		"2025-04-03 2025-04-03 ", "");
	assert_times(TIMES("13/04/2025, 09:45:54", "3/4/2025, 9:45:54 AM", ""),
		"2025-04-13 2025-04-03 ", "");
}

static void
an_order_that_nothing_proves_is_assumed_by_the_form_and_said_once(void **state)
{
	(void)state;
	assert_times(TIMES("03/04/2025, 09:45:54", "3/4/2025, 9:45:54 AM", "3/3/2025, 01:00:00"),
		"2025-04-03 2025-03-04 ", ASSUMED);
	/* Both orders are proven: nothing is, for the others. */
	assert_times(TIMES("03/04/2025, 09:45:54", "13/04/2025, 01:00:00", "04/13/2025, 01:00:00",
			     "03/04/2025, 09:45:54", ""),
		"2025-04-03 2025-04-13 2025-04-13 2025-04-03 ", ASSUMED);
	/* What is not open needs no order. */
	assert_times(TIMES("3/3/2025, 09:45:54", "2025-04-03 01:02:03", ""),
		"2025-03-03 2025-04-03 ", "");
}

static void
rows_wait_for_a_proof_in_bounded_memory_and_one_that_comes_too_late_is_said(void **state)
{
	struct buf text = {0};
	struct found f = {0};

	(void)state;
	buf_puts(&text, "TimeGenerated,AwsEventId,EventName\n");
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "\"03/04/2025, 09:45:54\",e,CreateAccessKey\n");
	buf_puts(&text, "\"03/14/2025, 09:45:54\",e,CreateAccessKey\n");
	scan(&f, buf_view(&text), 2000);
	assert_int_equal(f.count, 101);
	assert_non_null(strstr(buf_cstr(&f.problems), ASSUMED));
	assert_non_null(strstr(buf_cstr(&f.problems), "another date order than was assumed"));
	assert_int_equal(f.summary.problems, 1);
	found_fini(&f);
	f = (struct found){0};
	scan(&f, buf_view(&text), 0);
	assert_string_equal(buf_cstr(&f.problems), "");
	assert_null(strstr(buf_cstr(&f.rows), "2025-04-03"));
	found_fini(&f);
	buf_fini(&text);
}

/* ---- cuts and damaged bytes ---- */

enum { ROWS = 6 };

/* The form's text with ROWS rows; `from` and `to` is where they stand. */
static void
put_table(struct buf *out, bool csv, size_t *from, size_t *to)
{
	buf_puts(out, csv ? "AwsEventId,Parameters,EventName\r\n"
			  : "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":["
			    "{\"name\":\"AwsEventId\"},{\"name\":\"Parameters\"},"
			    "{\"name\":\"EventName\"}],\"rows\":[");
	*from = out->len;
	for (int i = 0; i < ROWS; i++)
		if (csv)
			buf_printf(
				out, "e%d,\"{\"\"a\"\":[%d,\n2]}\",\"CreateAccessKey\"\r\n", i, i);
		else
			buf_printf(out, "%s[\"e%d\",\"{\\\"a\\\":[%d,\\n2]}\",\"CreateAccessKey\"]",
				i ? "," : "", i, i);
	*to = out->len;
	if (!csv)
		buf_puts(out, "]}],\"statistics\":{\"rows\":[[1,2,3]]}}");
}

static size_t
whole_rows(struct str text, size_t len)
{
	size_t count = 0;

	for (size_t at = 0; (at = str_find(text, STR("CreateAccessKey\""), at)) != (size_t)-1;)
		count += (at += 16) <= len;
	return count;
}

static void
a_table_cut_at_any_byte_is_named_and_gives_its_whole_rows(void **state)
{
	(void)state;
	for (int csv = 0; csv < 2; csv++) {
		struct buf text = {0};
		size_t from, to;

		put_table(&text, csv, &from, &to);
		for (size_t len = from; len < text.len; len++) {
			struct str cut = str_slice(buf_view(&text), 0, len);
			bool at_row = csv && len >= 2 && text.data[len - 2] == '\r';
			struct found f = {0};
			/* A row of an answer ends with its bracket. */
			size_t rows = csv ? whole_rows(cut, len)
					  : whole_rows(str_slice(cut, 0, len - 1), len);

			/* Nor can a last cell that is empty be told from one that was cut off. */
			at_row |= csv && (text.data[len] == '\r' || text.data[len - 1] == '\r' ||
						 str_ends_with(cut, STR("\",")));
			scan(&f, cut, 0);
			assert_int_equal(f.count, rows);
			assert_int_equal(f.summary.problems, !at_row);
			found_fini(&f);
		}
		buf_fini(&text);
	}
}

static void
behind_any_one_damaged_byte_the_next_rows_are_found(void **state)
{
	static const char bytes[] = "\"\\,:[]{}\n\rx1\0";

	(void)state;
	for (int csv = 0; csv < 2; csv++) {
		struct buf text = {0};
		size_t from, to;

		put_table(&text, csv, &from, &to);
		for (size_t at = from; at < to; at++)
			for (size_t i = 0; i < sizeof(bytes); i++) {
				struct found f = {0};
				char before = text.data[at];

				text.data[at] = bytes[i];
				scan(&f, buf_view(&text), 0);
				if (f.count + 2 < ROWS)
					print_error("%s\n%s%s", buf_cstr(&text), buf_cstr(&f.rows),
						buf_cstr(&f.problems));
				assert_true(f.count + 2 >= ROWS);
				text.data[at] = before;
				found_fini(&f);
			}
		buf_fini(&text);
	}
}

/* Whatever happens to the second of three members, the first and the third give their rows; but the
 * first line of the third is part of a row of the second when that lost its line end. */
static void
damage_in_one_gzip_member_of_an_export_costs_no_other(void **state)
{
	struct buf gzip = {0};
	size_t from, to;

	(void)state;
	test_gzip(&gzip, STR("AwsEventId,UserAgent,EventName\ne1,x,CreateAccessKey\n"));
	from = gzip.len;
	test_gzip(&gzip, STR("e2,\"y\nz\",CreateAccessKey\n"));
	to = gzip.len;
	test_gzip(&gzip, STR("e3,x,CreateAccessKey\ne4,x,CreateAccessKey\n"));
	for (size_t i = from; i < to; i++) {
		struct found f = {0};

		gzip.data[i] ^= 0x55;
		scan(&f, buf_view(&gzip), 0);
		assert_non_null(strstr(buf_cstr(&f.rows), "\"e1\""));
		assert_non_null(strstr(buf_cstr(&f.rows), "\"e4\""));
		assert_true(f.summary.problems || f.count == 4);
		gzip.data[i] ^= 0x55;
		found_fini(&f);
	}
	buf_fini(&gzip);
}

static void
a_header_that_is_lost_is_looked_for_behind_the_damage(void **state)
{
	const struct scan_options options = {.max_record = 4096};
	struct found f = {0};
	const struct table_csv_sink sink = {&f, take_record, take_problem};
	struct table_csv csv = {0};

	(void)state;
	table_csv_begin(&csv, &options, &sink);
	table_csv_bytes(&csv, "AwsEventId,Us", 13);
	table_csv_break(&csv);
	table_csv_bytes(&csv, "x,y\ne1,x\nAwsEventId\ne2\n", 23);
	table_csv_end(&csv, false);
	assert_str(buf_view(&f.rows), "{\"AwsEventId\":\"e2\"}\n");
	table_csv_fini(&csv);
	found_fini(&f);
}

/* ---- limits, stops ---- */

static void
a_row_over_the_limit_is_named_and_the_next_is_found(void **state)
{
	static const char *const forms[][3] = {
		{"AwsEventId,EventName,UserAgent\n", "e1,CreateAccessKey,\"%s\n\"\n",
			"e2,CreateAccessKey,x\n"},
		{"{\"tables\":[{\"columns\":[{\"name\":\"AwsEventId\"},{\"name\":\"EventName\"},"
		 "{\"name\":\"UserAgent\"}],\"rows\":[",
			"[\"e1\",\"CreateAccessKey\",\"%s\"],",
			"[\"e2\",\"CreateAccessKey\",\"x\"]]}]}"},
	};
	char *big = calloc(1, 5001);

	(void)state;
	memset(big, 'a', 5000);
	for (size_t i = 0; i < 2; i++) {
		struct buf text = {0};
		struct found f = {0};
		char row[6000];

		snprintf(row, sizeof(row), forms[i][1], big);
		buf_puts(&text, forms[i][0]);
		buf_puts(&text, row);
		buf_puts(&text, forms[i][2]);
		scan(&f, buf_view(&text), 4096);
		assert_int_equal(f.count, 1);
		assert_non_null(strstr(buf_cstr(&f.rows), "\"e2\""));
		assert_non_null(strstr(buf_cstr(&f.problems), "larger than the limit"));
		assert_int_equal(f.summary.problems, 1);
		found_fini(&f);
		buf_fini(&text);
	}
	free(big);
}

static void
the_sink_can_stop_it(void **state)
{
	static const char *const texts[] = {
		"AwsEventId,EventName\ne1,CreateAccessKey\ne2,CreateAccessKey\n",
		"TimeGenerated,AwsEventId,EventName\n1/2/2025,e1,CreateAccessKey\n"
		"1/2/2025,e2,CreateAccessKey\n1/13/2025,e2,CreateAccessKey\n",
		"{\"tables\":[{\"columns\":[{\"name\":\"AwsEventId\"},{\"name\":\"EventName\"}],"
		"\"rows\":[[\"e1\",\"CreateAccessKey\"],[\"e2\",\"CreateAccessKey\"]]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct found f = {.stop_after = 1};

		scan(&f, str_from(texts[i]), 0);
		assert_int_equal(f.count, 1);
		assert_true(f.summary.stopped);
		found_fini(&f);
	}
}

static void
rows_are_counted_and_show_a_form(void **state)
{
	struct found f = {0};

	(void)state;
	scan(&f, STR("AwsEventId,EventName\ne1,CreateAccessKey\ne2,Other\n"), 0);
	assert_int_equal(f.summary.records, 2);
	assert_int_equal(f.summary.candidates, 1);
	assert_true(f.summary.shows_form);
	assert_false(f.summary.empty);
	found_fini(&f);
	f = (struct found){0};
	scan(&f, STR("Computer,TimeGenerated\nx,y\n"), 0);
	assert_false(f.summary.shows_form);
	found_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cells_of_an_answer_are_copied_to_the_letter),
		cmocka_unit_test(the_texts_of_an_export_are_kept_to_the_letter),
		cmocka_unit_test(a_time_of_an_export_stands_beside_its_cell),
		cmocka_unit_test(columns_that_hold_no_text_are_those_of_the_table),
		cmocka_unit_test(any_value_of_the_file_proves_the_order_of_all),
		cmocka_unit_test(an_order_that_nothing_proves_is_assumed_by_the_form_and_said_once),
		cmocka_unit_test(
			rows_wait_for_a_proof_in_bounded_memory_and_one_that_comes_too_late_is_said),
		cmocka_unit_test(a_table_cut_at_any_byte_is_named_and_gives_its_whole_rows),
		cmocka_unit_test(behind_any_one_damaged_byte_the_next_rows_are_found),
		cmocka_unit_test(damage_in_one_gzip_member_of_an_export_costs_no_other),
		cmocka_unit_test(a_header_that_is_lost_is_looked_for_behind_the_damage),
		cmocka_unit_test(a_row_over_the_limit_is_named_and_the_next_is_found),
		cmocka_unit_test(the_sink_can_stop_it),
		cmocka_unit_test(rows_are_counted_and_show_a_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
