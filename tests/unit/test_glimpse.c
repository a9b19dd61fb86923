/* What is read of a record's bytes is what its tree says, or nothing. By hand, and on records that
 * are made and changed at random, from a seed. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/event/glimpse.h"

static const char *const some[] = {"eventID", "eventName", NULL};
static const char *const none[] = {"Records", "detail", NULL};

#define ALL ((UINT64_C(1) << 55) - 1)
#define TIME "\"eventTime\":\"2026-01-02T03:04:05Z\""

/* ---- one record ---- */

static bool
same_cell(const struct cell *a, const struct cell *b)
{
	return a->present == b->present && str_equal(a->text, b->text) &&
	       (!a->present || a->number == b->number);
}

static bool
has_any(const struct event *event, const char *const *names)
{
	for (; *names; names++)
		if (json_get(event->root, str_from(*names)))
			return true;
	return false;
}

/* Was something said of it, and only what is so? */
static bool
check(struct str raw)
{
	struct glimpse *glimpse = glimpse_new(ALL, some, none);
	const struct event *seen = glimpse_take(glimpse, raw);
	struct event whole;
	struct error err;

	if (seen) {
		assert_ok(event_parse(&whole, raw, &err), &err);
		assert_int_equal(whole.variants, 1);
		assert_true(has_any(&whole, some) && !has_any(&whole, none));
		for (size_t i = 0; i < column_count; i++)
			if (!same_cell(&seen->cells[i], &whole.cells[i]))
				fail_msg("%s of %.*s is not '%.*s'", columns[i].name, STR_ARG(raw),
					STR_ARG(seen->cells[i].text));
		event_fini(&whole);
	}
	glimpse_free(glimpse);
	return seen != NULL;
}

/* In an allocation of exactly its size, so that a read beyond it is seen. */
static bool
check_alone(struct str text)
{
	char *copy = memcpy(mem_alloc(text.len), text.data, text.len);
	bool said = check((struct str){copy, text.len});

	free(copy);
	return said;
}

static void
what_is_plain_is_read(void **state)
{
	static const char *const texts[] = {
		"{\"eventName\":\"a\"}",
		" {\t\"eventName\" : \"a\" ,\r\n\"x\" : [ ] , \"y\" : { } } ",
		"{\"eventID\":\"e\"," TIME ",\"readOnly\":true,\"managementEvent\":\"FALSE\"}",
		"{\"eventID\":\"e\",\"readOnly\":1,\"managementEvent\":\"x\",\"eventTime\":\"no\"}",
		"{\"eventID\":7,\"eventName\":null,\"errorCode\":-1.5e3,\"errorMessage\":true}",
		"{\"eventName\":\"Create\\u0041ccess\\nKey\\u0000\\ud800\",\"userAgent\":\"a\tb\"}",
		"{\"eventName\":\"\xff\xc3\xa9\x7f\",\"userAgent\":\"\xc0\x80\"}",
		"{\"eventID\":\"\",\"requestParameters\":{\"a\":[1,2.50,{\"b\":\"c "
		"d\"}],\"n\":null}}",
		"{\"eventID\":\"\",\"requestParameters\":{ \"a\" : \"\\u0041\\/\xc2\xa0\x7f\" }}",
		"{\"eventID\":\"\",\"requestParameters\":\"text\",\"responseElements\":\"a\\\"b\"}",
		"{\"eventID\":\"\",\"errorCode\":{ \"a\":1},\"errorMessage\":[\"a\", 2]}",
		"{\"eventID\":\"\",\"userIdentity\":{\"type\":\"Root\",\"sessionContext\":{"
		"\"attributes\":{\"mfaAuthenticated\":\"true\",\"creationDate\":"
		"\"2026-01-02T03:04:05Z\"},\"sessionIssuer\":{\"userName\":\"r\"}}}}",
		"{\"eventID\":\"\",\"userIdentity\":[{\"type\":\"Root\"}],\"tlsDetails\":\"x\"}",
		"{\"eventID\":\"\",\"requestParameters\":{\"ipPermissions\":{\"items\":[{"
		"\"fromPort\":22,"
		"\"ipRanges\":{\"items\":[{\"cidrIp\":\"10.0.0.0/8\"},{\"cidrIp\":\"x\"}]}},"
		"{\"fromPort\":80}]}}}",
		"{\"eventID\":\"\",\"requestParameters\":{\"ipPermissions\":{\"items\":{\"0\":{"
		"\"toPort\":1}}}}}",
		"{\"eventID\":\"\",\"x\":{\"y\":1,\"y\":2,\"Records\":[]},\"EVENTID\":\"f\",\"z\":"
		"1,\"z\":2}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!check_alone(str_from(texts[i])))
			fail_msg("nothing is said of %s", texts[i]);
}

static void
of_what_is_not_plain_nothing_is_said(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"{}",
		"[]",
		"\"eventName\"",
		"{\"eventName\":\"a\"",
		"{\"eventName\":\"a\",}",
		"{\"eventName\":\"a\"}}",
		"{\"eventName\":\"a\"} x",
		"{\"eventName\":\"a\" \"b\":1}",
		"{\"eventName\" \"a\"}",
		"{\"eventName\":a}",
		"{\"eventName\":\"a\nb\"}",
		"{\"eventName\":\"\\x\"}",
		"{\"eventName\":\"\\u00g0\"}",
		"{\"eventName\":\"a\",\"b\":01}",
		"{\"eventName\":\"a\",\"b\":[1,]}",
		"{\"eventName\":\"a\",\"b\":[1}}",
		"{\"eventName\":\"a\",\"b\":tru}",
		"{\"eventName\":\"a\",\"b\":}",
		"{\"x\":1}",
		"{\"x\":{\"eventName\":\"a\"}}", /* none of the names at its top */
		"{\"EventName\":\"a\"}",
		"{\"eventName\":\"a\",\"Records\":[]}",
		"{\"detail\":{},\"eventName\":\"a\"}",
		"{\"eventName\":\"a\",\"event\\u004eame\":\"b\"}", /* or another name in escapes */
		"{\"eventName\":\"a\",\"eventName\":\"a\"}",
		"{\"eventName\":\"a\",\"userIdentity\":{\"type\":\"a\",\"type\":\"b\"}}",
		"{\"eventName\":\"a\",\"tlsDetails\":{},\"tlsDetails\":{}}",
	};
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (check_alone(str_from(texts[i])))
			fail_msg("something is said of %s", texts[i]);
	buf_puts(&text, "{\"eventName\":\"a\",\"b\":0.");
	for (int i = 0; i < 80; i++)
		buf_putc(&text, '3'); /* not every cJSON takes it */
	buf_putc(&text, '}');
	assert_false(check_alone(buf_view(&text)));
	buf_fini(&text);
}

static void
what_is_nested_deeper_than_the_limit_is_left(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "{\"eventName\":\"a\",\"b\":");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "[");
	assert_false(check_alone(buf_view(&text)));
	buf_fini(&text);
}

static void
columns_that_are_not_asked_for_are_absent(void **state)
{
	struct glimpse *glimpse =
		glimpse_new(UINT64_C(1) << column_find(STR("EventName")), some, none);
	const struct event *seen;

	(void)state;
	seen = glimpse_take(
		glimpse, STR("{\"eventID\":\"e\",\"eventName\":\"a\",\"awsRegion\":\"r\"}"));
	assert_non_null(seen);
	for (size_t i = 0; i < column_count; i++)
		assert_int_equal(seen->cells[i].present, !strcmp(columns[i].name, "EventName"));
	/* Nothing of a record stays for the next. */
	seen = glimpse_take(glimpse, STR("{\"eventID\":\"e\"}"));
	assert_non_null(seen);
	assert_false(seen->cells[column_find(STR("EventName"))].present);
	assert_null(glimpse_take(glimpse, STR("{}")));
	glimpse_free(glimpse);
}

/* ---- at random ---- */

static uint64_t seed;

static unsigned
pick(unsigned count)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % count;
}

#define PICK(list) ((list)[pick(sizeof(list) / sizeof((list)[0]))])

static const char *const blanks[] = {"", "", "", " ", "\t", "\n "};

static void
put_key(struct buf *out)
{
	/* The columns' paths, so that values stand where they count. */
	const char *path = columns[pick((unsigned)column_count)].path;
	static const char *const others[] = {"x", "", "event\\u004eame", "Records", "EventName",
		"0", "items", "\xc3\xa9", "type", "userName"};
	unsigned skip = pick(4);
	size_t len;

	if (!path || pick(6) == 0) {
		buf_printf(out, "\"%s\"", PICK(others));
		return;
	}
	while (skip-- && strchr(path, '.'))
		path = strchr(path, '.') + 1;
	len = strcspn(path, ".");
	buf_printf(out, "\"%.*s\"", (int)len, path);
}

static void
put_value(struct buf *out, int depth)
{
	static const char *const scalars[] = {"true", "false", "null", "0", "-12.50e3", "\"\"",
		"\"a b\"", "\"true\"", "\"False\"", "\"2026-01-02T03:04:05Z\"", "\"\\u0041\\n\"",
		"\"\\ud83d\\ude00\\udc00\"", "\"\\u0000\"", "\"\xff\"", "\"\xe2\x80\xae\"",
		"\"\\\"\"", "\"a\tb\"", "1E9"};
	unsigned kind = pick(depth > 6 ? 5 : 10);

	buf_puts(out, PICK(blanks));
	if (kind < 5) {
		buf_puts(out, PICK(scalars));
	} else {
		bool object = kind < 8;

		buf_putc(out, object ? '{' : '[');
		for (unsigned n = pick(4), i = 0; i < n; i++) {
			buf_puts(out, i ? "," : "");
			if (object) {
				put_key(out);
				buf_puts(out, ":");
			}
			put_value(out, depth + 1);
		}
		buf_putc(out, object ? '}' : ']');
	}
	buf_puts(out, PICK(blanks));
}

static void
put_record(struct buf *out)
{
	buf_puts(out, pick(4) ? "{\"eventID\":\"e\"" : "{\"x\":1");
	for (unsigned n = pick(8); n; n--) {
		buf_puts(out, ",");
		put_key(out);
		buf_puts(out, ":");
		put_value(out, 0);
	}
	buf_puts(out, "}");
}

static void
damage(struct buf *text)
{
	static const char bytes[] = "\"\\{}[],: \n0tn\xff\0ux";

	for (unsigned n = 1 + pick(2); n; n--)
		text->data[pick((unsigned)text->len)] = bytes[pick(sizeof(bytes) - 1)];
}

static void
records_at_random_read_as_their_trees_do(void **state)
{
	struct buf text = {0};
	int said = 0;

	(void)state;
	for (uint64_t round = 0; round < 60000; round++) {
		seed = round;
		buf_clear(&text);
		put_record(&text);
		if (round % 3 == 0)
			damage(&text);
		said += check_alone(buf_view(&text));
	}
	assert_true(said > 10000); /* it was not all "nothing" */
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_plain_is_read),
		cmocka_unit_test(of_what_is_not_plain_nothing_is_said),
		cmocka_unit_test(what_is_nested_deeper_than_the_limit_is_left),
		cmocka_unit_test(columns_that_are_not_asked_for_are_absent),
		cmocka_unit_test(records_at_random_read_as_their_trees_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
