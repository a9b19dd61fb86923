/* Expressions of tests/data/kql.cases, and what queries do with columns. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/timefmt.h"
#include "core/rule/kql.h"

static const char record[] =
	"{\"eventVersion\":\"1.09\",\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"e-1\","
	"\"eventName\":\"CreateAccessKey\",\"readOnly\":false,"
	"\"requestParameters\":{\"userName\":\"bob\"},"
	"\"responseElements\":{\"accessKey\":{\"status\":\"Active\"}}}";

struct fixture {
	struct event event;
	int64_t now;
};

static int
setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof(*f));

	assert_true(event_parse(&f->event, STR(record), NULL));
	assert_true(time_parse(STR("2026-02-01"), &f->now));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	event_fini(&f->event);
	free(f);
	return 0;
}

/* ---- expressions ---- */

static void
free_matches(struct kql_frame *frame, size_t count)
{
	for (size_t i = 0; i < count; i++)
		regex_match_free(frame->matches[i]);
	free(frame->matches);
	arena_fini(&frame->arena);
}

static void
put_value(struct fixture *f, struct kql_scope *scope, const struct expr *e, struct buf *out)
{
	struct kql_frame frame = {.event = &f->event, .now = f->now, .regexes = scope->regexes};

	frame.matches = mem_zalloc((scope->regex_count + 1) * sizeof(struct regex_match *));
	buf_printf(out, "= %s ", kusto_type_name(e->type));
	value_write_json(out, kql_eval(&frame, e));
	free_matches(&frame, scope->regex_count);
}

/* What a case's second line says. */
static void
answer(struct fixture *f, struct str text, struct buf *out)
{
	struct arena arena = {0};
	struct kql_schema schema = {0};
	struct kql_fault fault = {0};
	struct kql_scope scope = {.arena = &arena, .fault = &fault, .schema = &schema};
	struct expr *e;

	for (size_t i = 0; i < column_count; i++)
		kql_schema_add(&schema, str_from(columns[i].name), columns[i].type, i);
	if (kql_parse_predicate(&e, text, &arena, &fault) && kql_bind(&scope, e))
		put_value(f, &scope, e, out);
	else
		buf_printf(out, "! %zu %s", fault.at + 1, fault.text);
	for (size_t i = 0; i < scope.regex_count; i++)
		regex_free(scope.regexes[i]);
	free(scope.regexes);
	free(schema.columns);
	arena_fini(&arena);
}

/* A refusal may be written shorter than it is. */
static bool
agrees(struct str got, struct str expected)
{
	if (expected.len && expected.data[0] == '!')
		return str_starts_with(got, expected);
	return str_equal(got, expected);
}

static struct str
next_line(struct str *text)
{
	size_t end = str_find(*text, STR("\n"), 0);
	struct str line = str_slice(*text, 0, end == (size_t)-1 ? text->len : end);

	*text = str_slice(*text, end == (size_t)-1 ? text->len : end + 1, text->len);
	return line;
}

static void
every_case_gives_what_kusto_documents(void **state)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	char path[4096], *bytes;
	int cases = 0, wrong = 0;
	struct str text;
	size_t len;

	snprintf(path, sizeof(path), "%s/tests/data/kql.cases", source ? source : ".");
	bytes = test_read(path, &len);
	for (text = (struct str){bytes, len}; text.len;) {
		struct str expression = next_line(&text), expected;
		struct buf got = {0};

		if (!expression.len || expression.data[0] == '#')
			continue;
		expected = next_line(&text);
		answer(*state, expression, &got);
		cases++;
		if (!agrees(buf_view(&got), expected)) {
			wrong++;
			print_error("%.*s\n  gives    %s\n  expected %.*s\n", STR_ARG(expression),
				buf_cstr(&got), STR_ARG(expected));
		}
		buf_fini(&got);
	}
	free(bytes);
	assert_true(cases > 200);
	assert_int_equal(wrong, 0);
}

/* ---- queries ---- */

/* The output's columns, or `! COLUMN sentence`. */
static void
describe_query(const char *query, struct buf *out)
{
	struct arena arena = {0};
	struct kql_program program;
	struct kql_fault fault;
	struct str text = arena_str(&arena, str_from(query));

	if (!kql_compile(&program, text, &arena, &fault)) {
		buf_printf(out, "! %zu %s", fault.at + 1, fault.text);
		arena_fini(&arena);
		return;
	}
	for (size_t i = 0; i < program.output.count; i++)
		if (!program.output.columns[i].hidden)
			buf_printf(out, "%s%.*s:%s", out->len ? " " : "",
				STR_ARG(program.output.columns[i].name),
				kusto_type_name(program.output.columns[i].type));
	kql_program_fini(&program);
	arena_fini(&arena);
}

static void
assert_query(void **state, const char *query, const char *expected)
{
	struct buf got = {0};

	(void)state;
	describe_query(query, &got);
	if (expected[0] == '!' && str_starts_with(buf_view(&got), str_from(expected)))
		expected = buf_cstr(&got);
	assert_string_equal(buf_cstr(&got), expected);
	buf_fini(&got);
}

#define PROJECTED "AWSCloudTrail | project EventName, ErrorCode, ReadOnly"

static void
project_and_its_kin_choose_rename_and_order_columns(void **state)
{
	assert_query(state, PROJECTED, "EventName:string ErrorCode:string ReadOnly:bool");
	assert_query(state, PROJECTED " | project-away Error*", "EventName:string ReadOnly:bool");
	assert_query(state, PROJECTED " | project-keep *e*", "EventName:string ErrorCode:string ReadOnly:bool");
	assert_query(state, PROJECTED " | project-rename N = EventName",
		"N:string ErrorCode:string ReadOnly:bool");
	assert_query(state, PROJECTED " | project-reorder ReadOnly",
		"ReadOnly:bool EventName:string ErrorCode:string");
	assert_query(state, PROJECTED " | project-reorder * asc",
		"ErrorCode:string EventName:string ReadOnly:bool");
	assert_query(state, PROJECTED " | project-reorder * desc",
		"ReadOnly:bool EventName:string ErrorCode:string");
	assert_query(state, PROJECTED " | sort by EventName desc nulls last, ReadOnly",
		"EventName:string ErrorCode:string ReadOnly:bool");
}

static void
extend_replaces_a_column_and_puts_it_at_the_end(void **state)
{
	assert_query(state, PROJECTED " | extend EventName = strlen(EventName)",
		"ErrorCode:string ReadOnly:bool EventName:long");
}

static void
columns_without_a_name_get_kustos(void **state)
{
	assert_query(state, "AWSCloudTrail | project strlen(EventName), tostring(ReadOnly), EventName, 1",
		"Column1:long ReadOnly:string EventName:string Column2:long");
	assert_query(state, "AWSCloudTrail | extend p = parse_json(RequestParameters) | project p.userName, p['a']",
		"p_userName:dynamic p_a:dynamic");
}

static void
columns_of_one_extend_do_not_see_each_other(void **state)
{
	assert_query(state, "AWSCloudTrail | extend A = 1, B = A",
		"! 35 `A` is made by this same operator, whose columns do not see each other");
}

static void
what_matches_no_column_is_refused(void **state)
{
	assert_query(state, "AWSCloudTrail | project-away Nope*", "! 30 no column matches `Nope*`");
	assert_query(state, "AWSCloudTrail | project-away Typ", "! 30 unknown column `Typ`: did you mean `Type`?");
	assert_query(state, "AWSCloudTrail | project-rename A = B", "! 36 unknown column `B`");
}

static void
what_leaves_no_event_is_refused_with_the_reason(void **state)
{
	assert_query(state, "AWSCloudTrail | summarize count()",
		"! 17 `summarize` is not supported here: an alert is one event, and after it there is no event to name");
	assert_query(state, "AWSCloudTrail | mv-expand Resources", "! 17 `mv-expand` is not supported here");
	assert_query(state, "AWSCloudTrail | take 5", "! 17 `take` is not supported here");
	assert_query(state, "AWSCloudTrail | wher 1", "! 17 `wher` is no operator");
}

static void
tables_are_known_by_exact_name(void **state)
{
	assert_query(state, "awscloudtrail", "! 1 unknown table `awscloudtrail`: the case matters, it is `AWSCloudTrail`");
	assert_query(state, "SigninLogs | where true", "! 1 unknown table `SigninLogs`");
}

static void
lets_are_constants(void **state)
{
	assert_query(state, "let n = 1 + 1; let s = strcat('a', n); AWSCloudTrail | project X = s, Y = n",
		"X:string Y:long");
	assert_query(state, "let t = ago(1d); AWSCloudTrail", "! 9 a `let` is a constant here");
	assert_query(state, "let f = EventName; AWSCloudTrail", "! 9 unknown column `EventName`");
}

static void
where_needs_a_bool(void **state)
{
	assert_query(state, "AWSCloudTrail | where EventName", "! 23 `where` needs a bool, not a string");
	assert_query(state, "AWSCloudTrail | where EventName = 'x'", "! ");
}

/* ---- the eventName bound ---- */

static void
assert_bound(const char *condition, const char *expected)
{
	struct arena arena = {0};
	struct kql_program program;
	struct kql_fault fault;
	struct buf got = {0}, query = {0};

	buf_printf(&query, "AWSCloudTrail | %s", condition);
	if (!kql_compile(&program, buf_view(&query), &arena, &fault))
		fail_msg("%s: %s", condition, fault.text);
	for (size_t i = 0; i < program.literal_count; i++)
		buf_printf(&got, "%s%.*s", i ? "," : "", STR_ARG(program.literals[i]));
	assert_string_equal(buf_cstr(&got), expected);
	kql_program_fini(&program);
	arena_fini(&arena);
	buf_fini(&got);
	buf_fini(&query);
}

static void
the_bound_is_what_every_path_to_a_match_needs(void **state)
{
	(void)state;
	assert_bound("where EventName == 'A'", "A");
	assert_bound("where 'A' == EventName", "A");
	assert_bound("where EventName in ('A', 'B')", "A,B");
	assert_bound("where EventName == 'A' or EventName == 'B'", "A,B");
	assert_bound("where EventName == 'A' and isempty(ErrorCode)", "A");
	assert_bound("where isempty(ErrorCode) | where EventName == 'A'", "A");
	assert_bound("project-rename N = EventName | where N == 'A'", "A");
}

static void
a_path_without_the_name_has_no_bound(void **state)
{
	(void)state;
	assert_bound("where EventName == 'A' or isempty(ErrorCode)", "");
	assert_bound("where not(EventName == 'A')", "");
	assert_bound("where EventName != 'A'", "");
	assert_bound("where EventName =~ 'A'", "");
	assert_bound("where EventName in~ ('A')", "");
	assert_bound("where EventName startswith 'A'", "");
	assert_bound("where EventName == ErrorCode", "");
	assert_bound("where EventName == ''", "");
	assert_bound("extend EventName = tolower(EventName) | where EventName == 'a'", "");
	assert_bound("where iff(EventName == 'A', true, true)", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_gives_what_kusto_documents),
		cmocka_unit_test(project_and_its_kin_choose_rename_and_order_columns),
		cmocka_unit_test(extend_replaces_a_column_and_puts_it_at_the_end),
		cmocka_unit_test(columns_without_a_name_get_kustos),
		cmocka_unit_test(columns_of_one_extend_do_not_see_each_other),
		cmocka_unit_test(what_matches_no_column_is_refused),
		cmocka_unit_test(what_leaves_no_event_is_refused_with_the_reason),
		cmocka_unit_test(tables_are_known_by_exact_name),
		cmocka_unit_test(lets_are_constants),
		cmocka_unit_test(where_needs_a_bool),
		cmocka_unit_test(the_bound_is_what_every_path_to_a_match_needs),
		cmocka_unit_test(a_path_without_the_name_has_no_bound),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
