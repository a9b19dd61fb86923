/* What a look through history found in a saved log is read again, whatever its form:
 * tests/data/evidence.cases. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/history/evidence.h"
#include "tests/support/cases.h"
#include "tests/support/gzip.h"
#include "tests/support/looked.h"

enum { USES = 3 };

/* Columns of the table, and what of a use they hold; NULL: the use's own. */
static const struct {
	const char *name, *value;
} row_cells[] = {{"TimeGenerated", NULL}, {"AwsEventId", NULL}, {"EventName", "ListBuckets"},
	{"EventSource", "s3.amazonaws.com"}, {"UserIdentityType", "IAMUser"},
	{"UserIdentityArn", "arn:aws:iam::111122223333:user/svc"},
	{"UserIdentityAccessKeyId", NEW_KEY}, {"SourceIpAddress", "198.51.100.7"},
	{"UserAgent", "a \"quoted\",\\ agent"}, {"ReadOnly", "true"},
	{"RequestParameters", "{\"x\":\"1,2\"}"}, {"RecipientAccountId", "111122223333"}};
enum { COLUMNS = sizeof(row_cells) / sizeof(row_cells[0]) };

/* ---- the pieces of a case ---- */

static void
put_use(struct buf *out, int n)
{
	char id[32];
	struct call c;

	snprintf(id, sizeof(id), "use-%d", n);
	c = use(id, NEW_KEY, 600 + n);
	c.elements = ",\"userAgent\":\"a \\\"quoted\\\",\\\\ \\u00e9 \\u007b agent\"";
	put_call(out, &c);
}

static void
put_pretty(struct buf *out, int n)
{
	struct buf plain = {0};
	struct json_lexer lexer;
	struct json_token t;

	put_use(&plain, n);
	lexer = (struct json_lexer){buf_view(&plain), 0};
	while ((t = json_next_token(&lexer)).type != JSON_TOKEN_END) {
		buf_str(out, str_slice(buf_view(&plain), t.offset, t.len));
		buf_puts(out, t.type == JSON_TOKEN_COMMA ? "\n      " : " ");
	}
	buf_fini(&plain);
}

/* The inside of a JSON string. */
static void
put_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.data[i]);
	}
}

static void
put_inside(struct buf *out, int n, int depth)
{
	struct buf text = {0}, next = {0};

	put_use(&text, n);
	for (; depth > 0; depth--) {
		buf_clear(&next);
		put_escaped(&next, buf_view(&text));
		buf_clear(&text);
		buf_str(&text, buf_view(&next));
	}
	buf_str(out, buf_view(&text));
	buf_fini(&text);
	buf_fini(&next);
}

static void
put_cell(struct buf *cell, size_t column, int n, bool csv)
{
	buf_clear(cell);
	if (row_cells[column].value)
		buf_puts(cell, row_cells[column].value);
	else if (column)
		buf_printf(cell, "use-%d", n);
	else if (csv)
		buf_printf(cell, "02/01/2026, 10:0%d:00.000", n);
	else
		buf_printf(cell, "2026-01-02T10:0%d:00Z", n);
}

static void
put_csv(struct buf *out, int n)
{
	struct buf cell = {0};

	for (size_t i = 0; i < COLUMNS; i++) {
		buf_puts(out, i ? "," : "");
		if (!n) {
			buf_printf(out, "%s%s", row_cells[i].name, i ? "" : " [UTC]");
			continue;
		}
		put_cell(&cell, i, n, true);
		buf_putc(out, '"');
		for (size_t at = 0; at < cell.len; at++)
			buf_printf(out, cell.data[at] == '"' ? "\"\"" : "%c", cell.data[at]);
		buf_putc(out, '"');
	}
	buf_fini(&cell);
}

static void
put_answer(struct buf *out, int n)
{
	struct buf cell = {0};

	buf_puts(out, n ? "[" : "");
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_puts(out, i ? "," : "");
		if (n) {
			put_cell(&cell, i, n, false);
			buf_putc(out, '"');
			put_escaped(out, buf_view(&cell));
			buf_putc(out, '"');
		} else {
			buf_printf(out, "{\"name\":\"%s\",\"type\":\"%s\"}", row_cells[i].name,
				i ? "string" : "datetime");
		}
	}
	buf_puts(out, n ? "]" : "");
	buf_fini(&cell);
}

static void
put_piece(struct buf *out, char mark, int n)
{
	if (mark == '@')
		put_use(out, n);
	else if (mark == '!')
		put_pretty(out, n);
	else if (mark == ',')
		put_csv(out, n);
	else if (mark == ';')
		put_answer(out, n);
	else
		put_inside(out, n, mark == '%' ? 1 : 2);
}

/* Behind a backslash; returns how many bytes it took. */
static size_t
put_escape(struct buf *out, const char *at)
{
	static const char names[] = "nrt\\", bytes[] = "\n\r\t\\";
	const char *found = strchr(names, *at);

	if (*at == 'x') {
		char hex[3] = {at[1], at[2], '\0'};

		buf_putc(out, (char)strtol(hex, NULL, 16));
		return 3;
	}
	assert_true(found && *at);
	buf_putc(out, bytes[found - names]);
	return 1;
}

static void
put_input(struct buf *out, struct str line)
{
	for (size_t i = 0; i < line.len; i++) {
		char c = line.data[i];
		int n = i + 1 < line.len ? line.data[i + 1] - '0' : -1;

		if (c == '\\') {
			i += put_escape(out, line.data + i + 1);
		} else if (strchr("@%!$,;", c) && n >= 0 && n <= USES) {
			put_piece(out, c, n);
			i++;
		} else {
			buf_putc(out, c);
		}
	}
}

/* ---- found and read again ---- */

struct reading_again {
	struct str name;
	const char *as;
	struct buf found;
};

static bool
read_again(void *context, const struct trace *trace)
{
	struct reading_again *r = context;
	struct str id = trace->text[TRACE_EVENT_ID];
	struct evidence *e;
	enum evidence_step step;
	struct error err = {0};

	if (!str_starts_with(id, STR("use-")))
		return true;
	e = evidence_open(trace);
	while ((step = evidence_read(e, 0, &err)) == EVIDENCE_READING)
		;
	if (step != EVIDENCE_FOUND)
		fail_msg("%.*s, %s: %.*s: %s", STR_ARG(r->name), r->as, STR_ARG(id), err.text);
	assert_true(str_find(evidence_raw(e), id, 0) != (size_t)-1);
	evidence_close(e);
	buf_printf(&r->found, "%s%c", r->found.len ? " " : "", id.data[4]);
	return true;
}

static void
look_and_read_again(struct reading_again *r, struct str bytes, struct str found)
{
	const struct term key = {TERM_KEY, STR(NEW_KEY)};
	struct fixture *f;
	void *state;
	int64_t term;
	struct error err;
	bool cut;

	looked_setup(&state);
	f = state;
	put_calls(f, "a.json", &creation, 1);
	put_file(f, "b.log", bytes);
	run(f);
	assert_ok(store_term_find(f->store, &key, &term, &err), &err);
	assert_ok(store_traces(f->store, term, INT64_MIN, INT64_MAX, 99, read_again, r, &cut, &err),
		&err);
	if (!str_equal(buf_view(&r->found), found))
		fail_msg("%.*s, %s: found are %s, not %.*s", STR_ARG(r->name), r->as,
			buf_cstr(&r->found), STR_ARG(found));
	buf_fini(&r->found);
	looked_teardown(&state);
}

static void
check(struct str name, struct str line, struct str key, struct str found)
{
	struct buf text = {0}, zipped = {0};
	struct str all;

	assert_true(str_is(key, "found"));
	put_input(&text, line);
	all = buf_view(&text);
	look_and_read_again(&(struct reading_again){.name = name, .as = "plain"}, all, found);
	test_gzip(&zipped, all);
	look_and_read_again(
		&(struct reading_again){.name = name, .as = "gzip"}, buf_view(&zipped), found);
	buf_clear(&zipped);
	test_gzip(&zipped, str_slice(all, 0, all.len / 2));
	test_gzip(&zipped, str_slice(all, all.len / 2, all.len));
	look_and_read_again(&(struct reading_again){.name = name, .as = "two members"},
		buf_view(&zipped), found);
	buf_fini(&text);
	buf_fini(&zipped);
}

static void
a_record_of_every_form_is_read_again(void **state)
{
	(void)state;
	assert_true(cases_run("evidence.cases", check) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_of_every_form_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
