/* Scans where every record is given, but those that somebody lets pass. */
#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/scan/scan.h"

#define A "{\"eventID\":\"a\",\"eventName\":\"X\"}"
#define B "{\"eventID\":\"b\",\"eventName\":\"X\"}"

struct outcome {
	struct buf asked, given, problems; /* a line each */
	struct scan_summary summary;
};

static bool
passes_a(void *context, struct str raw)
{
	struct outcome *o = context;

	buf_printf(&o->asked, "%.*s\n", STR_ARG(raw));
	return str_equal(raw, STR(A));
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct outcome *o = context;

	(void)offset;
	(void)flags;
	buf_printf(&o->given, "%.*s\n", STR_ARG(raw));
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct outcome *o = context;

	(void)severity;
	buf_printf(&o->problems, "%llu %s\n", (unsigned long long)offset, reason);
}

static void
scan(struct outcome *o, const char *text, size_t literal_count)
{
	static const struct str literal = {"X", 1};
	const struct scan_sink sink = {o, take_record, take_problem};
	const struct scan_options options = {.literals = &literal,
		.literal_count = literal_count,
		.passes = passes_a,
		.passes_context = o};
	struct scanner *scanner = scanner_new(&options);

	*o = (struct outcome){0};
	scan_begin(scanner, &sink);
	scan_bytes(scanner, text, strlen(text));
	scan_end(scanner, &o->summary);
	scanner_free(scanner);
}

static void
outcome_fini(struct outcome *o)
{
	buf_fini(&o->asked);
	buf_fini(&o->given);
	buf_fini(&o->problems);
}

static void
what_passes_is_counted_and_not_given(void **state)
{
	struct outcome o;

	(void)state;
	scan(&o, A "\n" B "\n" A "\n", 0);
	assert_string_equal(buf_cstr(&o.asked), A "\n" B "\n" A "\n");
	assert_string_equal(buf_cstr(&o.given), B "\n");
	assert_int_equal(o.summary.records, 3);
	assert_int_equal(o.summary.candidates, 1);
	outcome_fini(&o);
	scan(&o, "{\"Records\":[" A "," B "," A "]}", 0);
	assert_string_equal(buf_cstr(&o.given), B "\n");
	assert_int_equal(o.summary.records, 3);
	assert_true(o.summary.shows_form);
	outcome_fini(&o);
}

/* It tells whether the bytes are in step again: that is not for others to say. */
static void
the_first_record_behind_damage_does_not_pass(void **state)
{
	struct outcome o;

	(void)state;
	scan(&o, "{\"eventID\" damage\n" A "\n" A "\n", 0);
	assert_string_equal(buf_cstr(&o.asked), A "\n");
	assert_string_equal(buf_cstr(&o.given), A "\n");
	assert_string_equal(buf_cstr(&o.problems), "0 not JSON: expected a colon at byte 11\n");
	assert_int_equal(o.summary.records, 2);
	outcome_fini(&o);
}

static void
where_literals_tell_what_matters_nothing_passes(void **state)
{
	struct outcome o;

	(void)state;
	scan(&o, A "\n" B "\n", 1);
	assert_string_equal(buf_cstr(&o.asked), "");
	assert_string_equal(buf_cstr(&o.given), A "\n" B "\n");
	outcome_fini(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes_is_counted_and_not_given),
		cmocka_unit_test(the_first_record_behind_damage_does_not_pass),
		cmocka_unit_test(where_literals_tell_what_matters_nothing_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
