/* The fast way over units: all ways of it agree, nothing that matters is gone over, what is JSON is
 * not odd. On records that are changed at random, from a seed. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/scan/skim.h"
#include "tests/support/member.h"

#define WANTED "CreateAccessKey"

static struct chance chance;

static unsigned
pick(unsigned count)
{
	return chance_below(&chance, count);
}

/* ---- what one skim finds, as text ---- */

struct found {
	struct str bytes;
	struct buf text;
};

static enum skim_answer
give(void *context, struct str unit)
{
	struct found *f = context;

	buf_printf(&f->text, "%zu+%zu ", (size_t)(unit.data - f->bytes.data), unit.len);
	return SKIM_TAKEN;
}

/* What is found on the way over a unit is what one look at it finds. */
static bool
wants_fields(void *context, struct str unit, bool named, const struct fields *fields)
{
	struct found *f = context;
	struct fields expected;

	fields_find(&expected, unit);
	assert_int_equal(fields->count, expected.count);
	assert_int_equal(fields->more, expected.more);
	for (size_t i = 0; i < expected.count; i++) {
		assert_int_equal(fields->list[i].name, expected.list[i].name);
		assert_ptr_equal(fields->list[i].behind, expected.list[i].behind);
		buf_printf(&f->text, "field %zu ",
			(size_t)(expected.list[i].behind - f->bytes.data));
	}
	return named || expected.count % 2;
}

enum looking { LOOK_BY_NAME, LOOK_AT_EVERY, LOOK_AT_FIELDS, LOOKINGS };

static size_t
run(const struct skim_engine *engine, struct found *f, bool list, enum looking looking)
{
	static const struct str literals[] = {{"CreateLoginProfile", 18}, {WANTED, 15}};
	struct skim s = {.literals = literals,
		.literal_count = looking == LOOK_AT_EVERY ? 0 : 2,
		.max_unit = 4096,
		.list = list,
		.may_hold = !list,
		.give = give,
		.context = f,
		.wants = looking == LOOK_AT_FIELDS ? wants_fields : NULL,
		.wants_context = f};
	enum skim_end end = engine->skim(&s, f->bytes);

	buf_printf(&f->text, "end %d used %zu records %llu", end, s.used,
		(unsigned long long)s.records);
	return s.used;
}

/* ---- bytes ---- */

static void
put_string(struct buf *out)
{
	static const char *const words[] = {"eventName", "CreateAccessKey", "a b,c:{}[]", "\\\"",
		"\\\\", "\\u0041", "\\u003c", "\xc3\xa9", "eventN", "ame", "CloudTrailEvent", "",
		"Records", "t", "x", "accessKeyId", "sourceIPAddress", "eventTime", "sKIPtT"};

	buf_putc(out, '"');
	for (unsigned n = pick(4); n; n--)
		buf_puts(out, words[pick(sizeof(words) / sizeof(words[0]))]);
	buf_putc(out, '"');
}

static void put_object(struct buf *out, int depth, const char *blank);

/* Of strings alone, or without one: others are odd. */
static void
put_list(struct buf *out, int depth, const char *blank)
{
	bool strings = pick(2);

	buf_putc(out, '[');
	for (unsigned n = pick(6), i = 0; i < n; i++) {
		buf_puts(out, i ? "," : "");
		if (strings)
			put_string(out);
		else if (pick(2))
			put_object(out, depth + 1, blank);
		else
			buf_puts(out, pick(2) ? "null" : "[]");
	}
	buf_putc(out, ']');
}

static void
put_value(struct buf *out, int depth, const char *blank)
{
	static const char *const scalars[] = {"true", "false", "null", "0", "-12.5e3", "17", "1E9"};
	unsigned kind = pick(depth > 3 ? 6 : 9);

	if (kind < 4) {
		put_string(out);
	} else if (kind < 6) {
		buf_puts(out, scalars[pick(sizeof(scalars) / sizeof(scalars[0]))]);
	} else if (kind < 8) {
		put_object(out, depth + 1, blank);
	} else {
		put_list(out, depth, blank);
	}
}

static void
put_object(struct buf *out, int depth, const char *blank)
{
	static const char *const names[] = {"\"eventName\":\"ListUsers\"",
		"\"eventName\":\"" WANTED "\"", "\"eventName\":\"" WANTED "s\"",
		"\"event\\u004eame\":\"" WANTED "\"", "\"x\":1"};

	buf_puts(out, "{");
	buf_puts(out, names[depth ? 4 : pick(40) ? 0 : pick(5)]);
	for (unsigned n = pick(9); n; n--) {
		buf_printf(out, ",%s", blank);
		put_string(out);
		buf_printf(out, ":%s", blank);
		put_value(out, depth, blank);
	}
	buf_puts(out, "}");
}

static void
damage(struct buf *text)
{
	static const char bytes[] = "\"\\{}[],: \n\t\x1c\0"
				    "0tN\xffx";

	for (unsigned n = pick(3); n && text->len > 2; n--) {
		size_t at = pick((unsigned)text->len), len = pick(40);

		if (pick(2)) {
			text->data[at] = bytes[pick(sizeof(bytes) - 1)];
		} else {
			len = len < text->len - at ? len : text->len - at;
			memmove(text->data + at, text->data + at + len, text->len - at - len);
			text->len -= len;
		}
	}
}

/* ---- what must hold ---- */

static bool
names_wanted(struct str unit)
{
	struct json_doc *doc;
	bool wanted = false;

	if (!json_parse(unit, &doc, NULL))
		return false;
	for (const struct json *n = json_get(json_root(doc), STR("eventName")); n;
		n = json_next_duplicate(n))
		wanted |= str_is(json_string(n), WANTED);
	json_doc_free(doc);
	return wanted;
}

static bool
is_given(const struct found *f, struct str unit)
{
	char mark[64];

	snprintf(mark, sizeof(mark), "%zu+%zu ", (size_t)(unit.data - f->bytes.data), unit.len);
	return str_find(buf_view(&f->text), str_from(mark), 0) != (size_t)-1;
}

/* Every line that is in reach. */
static void
check_lines(const struct found *f, size_t used, bool whole)
{
	for (size_t at = 0, end; at < f->bytes.len; at = end + 1) {
		struct str line;

		end = str_find(f->bytes, STR("\n"), at);
		end = end == (size_t)-1 ? f->bytes.len : end;
		line = str_slice(f->bytes, at, end - at);
		if (end <= used && names_wanted(line))
			assert_true(is_given(f, line));
		/* A list of records in it is for others to look at. */
		if (whole && at <= used && end > used && json_check(line, NULL) && line.len &&
			str_find(line, STR("Records"), 0) == (size_t)-1 &&
			str_find(line, STR("\\u"), 0) == (size_t)-1)
			fail_msg("odd: %.*s", STR_ARG(line));
	}
}

static void
try(struct str text, bool list, bool whole)
{
	/* A fresh allocation of exactly this size, so that a read beyond it is seen. */
	char *copy = mem_alloc(text.len);
	struct found first = {.bytes = {copy, text.len}};

	memcpy(copy, text.data, text.len);
	for (enum looking looking = LOOK_BY_NAME; looking < LOOKINGS; looking++) {
		buf_clear(&first.text);
		for (const struct skim_engine *e = skim_engines; e->name; e++) {
			struct found f = {.bytes = first.bytes};
			size_t used;

			if (!e->works())
				continue;
			used = run(e, &f, list, looking);
			if (!first.text.len)
				buf_str(&first.text, buf_view(&f.text));
			if (!str_equal(buf_view(&first.text), buf_view(&f.text)))
				fail_msg("%s, seed %llu: %s\nbut %s\nof %.*s", e->name,
					(unsigned long long)chance.state, buf_cstr(&f.text),
					buf_cstr(&first.text), STR_ARG(text));
			if (!list)
				check_lines(&f, used, whole && looking == LOOK_BY_NAME);
			buf_fini(&f.text);
		}
	}
	buf_fini(&first.text);
	free(copy);
}

static void
try_many(bool list, const char *blank)
{
	struct buf text = {0};

	for (uint64_t round = 0; round < 1500; round++) {
		bool whole = round % 2;

		chance.state = round + 1;
		buf_clear(&text);
		for (unsigned n = 1 + pick(5); n; n--) {
			put_object(&text, 0, blank);
			buf_putc(&text, list ? ',' : '\n');
		}
		if (!whole)
			damage(&text);
		try(buf_view(&text), list, whole);
	}
	buf_fini(&text);
}

static void
lines_of_records_and_damage(void **state)
{
	(void)state;
	try_many(false, "");
}

static void
elements_of_a_list_and_damage(void **state)
{
	(void)state;
	try_many(true, "");
}

static void
records_with_blanks_and_damage(void **state)
{
	(void)state;
	try_many(false, " ");
	try_many(true, "\t ");
}

/* Behind the first block, 64 blocks are gone over at once. */
enum { RUN = 64 + 64 * 64, SHIFTS = 200 };

static void
put_long_records(struct buf *text, unsigned shift)
{
	static const char filler[] =
		"aws-cli/2.13.5 {Python},[3.11.4]:Linux t N eventNames, lE and so on "
		"up to the length of what real ones carry in their parameters";

	buf_printf(text, "{\"eventName\":\"a\",\"x\":\"%*s\"}\n", (int)shift, "");
	while (text->len < 2 * RUN + 500)
		buf_printf(text, /* a blank now and then: looked at closely, and sound */
			"{\"eventName\":\"%s\",\"a\":{\"agent\":\"%s\",\"n\":[1,%s{\"b\":null}]},"
			"\"%.*s\":\"%s\"}\n",
			pick(3) ? "ListUsers" : WANTED, filler, pick(4) ? "" : " ", (int)pick(70),
			filler, filler);
}

static void
strings_that_cross_the_end_of_a_run(void **state)
{
	static const char odd[] = "\"\\\n{}\x1c\0"
				  "t";
	struct buf text = {0};

	(void)state;
	for (unsigned shift = 0; shift < SHIFTS; shift++) {
		chance.state = shift + 1;
		buf_clear(&text);
		put_long_records(&text, shift);
		try(buf_view(&text), false, true);
		for (int i = 0; i < 8; i++) {
			char *at = text.data + RUN - 100 + pick(110), was = *at;

			*at = odd[pick(sizeof(odd) - 1)];
			try(buf_view(&text), false, false);
			*at = was;
		}
	}
	buf_fini(&text);
}

static const struct skim_engine *
best(void)
{
	const struct skim_engine *e = skim_engines;

	while (!e->works())
		e++;
	return e;
}

/* What each is, and what is used of it. */
static void
forms_and_damage_by_hand(void **state)
{
	static const struct {
		const char *text, *found;
	} cases[] = {
		{"{\"eventName\":\"a\"}", "end 0 used 17 records 1"},
		{"{\"eventName\":\"a\"}{\"eventName\":\"b\"}\n", "end 0 used 34 records 2"},
		{"{\"eventName\" : \"CreateAccessKey\"}", "0+33 end 0 used 33 records 0"},
		{"{\"a\":{\"eventName\":\"CreateAccessKey\"}}", "0+37 end 0 used 37 records 0"},
		{"{\"x\":\"{\\\"eventName\\\":\\\"CreateAccessKey\\\"}\"}",
			"0+43 end 0 used 43 records 0"},
		{"{\"eventName\":\"a\",\"CloudTrailEvent\":\"b\"}", "0+39 end 0 used 39 records 0"},
		{"{\"eventName\":\"a\",\"b\":\"\\u0041\"}", "0+30 end 0 used 30 records 0"},
		{"{\"eventName\":\"a\",\"b\":\"\\\\u0041\"}", "0+31 end 0 used 31 records 0"},
		{"{\"eventName\":\"a\",\"b\":\"\\\\\\\\u0041\"}", "0+33 end 0 used 33 records 0"},
		{"{\"eventName\":\"a\\u003c\\u003E\\\\u0026\"}", "end 0 used 36 records 1"},
		{"{\"eventName\":\"a\\u0027\"}", "0+23 end 0 used 23 records 0"},
		{"{\"eventName\":\"a\\u0036\"}", "0+23 end 0 used 23 records 0"},
		{"{\"eventName\":\"a\\u013c\"}", "0+23 end 0 used 23 records 0"},
		{"{\"eventName\":\"a\\u003", "end 0 used 0 records 0"},
		{"{\"eventName\":\"CreateAccessKey\",\"b\":\"\\u003c\"}",
			"0+44 end 0 used 44 records 0"},
		{"{\"eventName\":\"a\",\"b\":\"\\\\\"}", "end 0 used 26 records 1"},
		{"{\"x\":1}", "0+7 end 0 used 7 records 0"},
		{"{\"eventName\":\"a\",\"Records\":[]}", "end 1 used 0 records 0"},
		{"{\"Records\":[]}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"Records\" : []}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"x\":{\"Records\":[]}}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":tru}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\"\"b\":1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\" \"b\":1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":1 2}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":[1}}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\n\"}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\\q\"}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\\u00g0\"}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\"}]", "end 1 used 17 records 1"},
		{"{\"eventName\":\"a\"},{\"eventName\":\"b\"}", "end 1 used 17 records 1"},
		{"{\"eventName\":\"a\":1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\" : {}}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":[\"c\":1]}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\",\"c\":1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\"}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":1,\"c\"}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":{\"c\"}}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":{\"c\",\"d\":1}}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":[\"c\",\"d\",\"e\",{\"f\":\"g\"}]}",
			"end 0 used 45 records 1"},
		{"{\"eventName\":\"a\",{\"b\":1}}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":[1,\"c\"]}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\":{},\"c\",\"d\":1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b\", \"c\" : 1}", "end 1 used 0 records 0"},
		{"{\"eventName\":\"a\",\"b", "end 0 used 0 records 0"},
		{"[]", "end 1 used 0 records 0"},
		{"\"{}\"", "end 1 used 0 records 0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct found f = {.bytes = str_from(cases[i].text)};

		run(best(), &f, false, LOOK_BY_NAME);
		assert_string_equal(buf_cstr(&f.text), cases[i].found);
		buf_fini(&f.text);
		try(str_from(cases[i].text), false, false);
	}
}

static void
names_with_markup_are_found_however_spelled(void **state)
{
	static const struct str literals[] = {{"x", 1}, {"a<b", 3}};
	struct found f = {.bytes = STR("{\"eventName\":\"a\\u003cb\"}")};
	struct skim s = {.literals = literals,
		.literal_count = 2,
		.max_unit = 4096,
		.give = give,
		.context = &f};

	(void)state;
	best()->skim(&s, f.bytes);
	assert_string_equal(buf_cstr(&f.text), "0+24 ");
	buf_fini(&f.text);
}

/* The first, and as many as are told of. */
static void
units_with_many_fields_say_that_there_are_more(void **state)
{
	struct buf text = {0};

	(void)state;
	for (unsigned count = FIELDS_MAX - 1; count < FIELDS_MAX + 3; count++) {
		buf_clear(&text);
		buf_puts(&text, "{\"eventName\":\"a\"");
		for (unsigned i = 0; i < count; i++)
			buf_printf(&text, ",\"%s\":\"AKIA\"", i % 2 ? "eventTime" : "accessKeyId");
		buf_puts(&text, "}\n");
		try(buf_view(&text), false, true);
	}
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_records_and_damage),
		cmocka_unit_test(elements_of_a_list_and_damage),
		cmocka_unit_test(records_with_blanks_and_damage),
		cmocka_unit_test(strings_that_cross_the_end_of_a_run),
		cmocka_unit_test(forms_and_damage_by_hand),
		cmocka_unit_test(names_with_markup_are_found_however_spelled),
		cmocka_unit_test(units_with_many_fields_say_that_there_are_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
