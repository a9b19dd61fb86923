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

static bool
run_program(struct kql_frame *frame, const struct kql_program *program)
{
	for (size_t i = 0; i < program->action_count; i++) {
		const struct kql_action *a = &program->actions[i];
		struct value v = kql_eval(frame, a->expr);

		if (!a->is_where)
			frame->slots[a->slot - column_count] = v;
		else if (v.null || !v.b)
			return false;
	}
	return true;
}

static void
put_row(const struct kql_frame *frame, const struct kql_schema *output, struct buf *out)
{
	bool first = true;

	buf_puts(out, "= {");
	for (size_t i = 0; i < output->count; i++) {
		if (output->columns[i].hidden)
			continue;
		buf_printf(out, "%s\"%.*s\":", first ? "" : ",", STR_ARG(output->columns[i].name));
		value_write_json(out, kql_slot(frame, output->columns[i].slot));
		first = false;
	}
	buf_putc(out, '}');
}

/* Of a line that begins with a bar: the row that the query gives. */
static void
answer_query(struct fixture *f, struct str text, struct buf *out)
{
	struct arena arena = {0};
	struct kql_program program;
	struct kql_fault fault;
	struct kql_frame frame = {.event = &f->event, .now = f->now};

	text = arena_printf(&arena, "AWSCloudTrail %.*s", STR_ARG(text));
	if (!kql_compile(&program, text, &arena, &fault)) {
		buf_printf(out, "! %zu %s", fault.at + 1 - strlen("AWSCloudTrail "), fault.text);
		arena_fini(&arena);
		return;
	}
	frame.regexes = program.regexes;
	frame.matches = mem_zalloc((program.regex_count + 1) * sizeof(struct regex_match *));
	frame.slots = mem_zalloc((program.slot_count - column_count + 1) * sizeof(struct value));
	if (run_program(&frame, &program))
		put_row(&frame, &program.output, out);
	else
		buf_puts(out, "= dropped");
	free_matches(&frame, program.regex_count);
	free(frame.slots);
	kql_program_fini(&program);
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
		(expression.data[0] == '|' ? answer_query : answer)(*state, expression, &got);
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
	assert_query(state, PROJECTED " | project-keep *e*",
		"EventName:string ErrorCode:string ReadOnly:bool");
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
columns_are_reordered_whatever_their_case_and_by_their_numbers(void **state)
{
	assert_query(state,
		"AWSCloudTrail | project b10 = 1, B2 = 2, a = 3 | project-reorder * asc",
		"a:long b10:long B2:long");
	assert_query(state,
		"AWSCloudTrail | project b10 = 1, B2 = 2, a = 3 | project-reorder * granny-asc",
		"a:long B2:long b10:long");
	assert_query(state,
		"AWSCloudTrail | project b10 = 1, B2 = 2, a = 3 | project-reorder b* granny-desc",
		"b10:long B2:long a:long");
	assert_query(state, PROJECTED " | project-reorder ReadOnly, ReadOnly",
		"! 84 `ReadOnly` is named twice");
}

static void
a_quoted_name_stands_for_a_column_anywhere(void **state)
{
	assert_query(state,
		"AWSCloudTrail | project ['a b'] = strlen(['EventName']) | where ['a b'] > 1 | "
		"project-rename c = ['a b']",
		"c:long");
	assert_query(state, "['AWSCloudTrail'] | project EventName", "EventName:string");
}

static void
keywords_are_no_names_without_quotes(void **state)
{
	assert_query(state, "AWSCloudTrail | extend string = 1",
		"! 24 `string` is a keyword: as a name it is ['string']");
	assert_query(state, "AWSCloudTrail | project title = EventName | where title == 'x'",
		"! 51 `title` is a keyword: as a name it is ['title']");
	assert_query(state, "AWSCloudTrail | project title = EventName | project-away title",
		"! 58 `title` is a keyword");
	assert_query(state, "let between = 1; AWSCloudTrail", "! 5 `between` is a keyword");
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
	assert_query(state,
		"AWSCloudTrail | project strlen(EventName), tostring(ReadOnly), EventName, 1",
		"strlen_EventName:long ReadOnly:string EventName:string Column1:long");
	assert_query(state,
		"AWSCloudTrail | extend p = parse_json(RequestParameters) | project p.userName, "
		"p['a'], p[-1]",
		"p_userName:dynamic p_a:dynamic p_:dynamic");
	assert_query(state,
		"AWSCloudTrail | project parse_json(Resources)[0].ARN, split(EventName, 's')[0], "
		"strcat('a', 1)",
		"Resources_0_ARN:dynamic EventName_0:dynamic Column1:string");
	assert_query(state, "AWSCloudTrail | project ReadOnly, tostring(ReadOnly), toint(ReadOnly)",
		"ReadOnly:bool ReadOnly1:string ReadOnly2:int");
	assert_query(
		state, "AWSCloudTrail | project A = 1, A = 2", "! 32 the column `A` is made twice");
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
	assert_query(state, "AWSCloudTrail | project-away Typ",
		"! 30 unknown column `Typ`: did you mean `Type`?");
	assert_query(state, "AWSCloudTrail | project-rename A = B", "! 36 unknown column `B`");
}

static void
what_leaves_no_event_is_refused_with_the_reason(void **state)
{
	assert_query(state, "AWSCloudTrail | summarize count()",
		"! 17 `summarize` is not supported here: an alert is one event, and after it there "
		"is no event to name");
	assert_query(state, "AWSCloudTrail | mv-expand Resources",
		"! 17 `mv-expand` is not supported here");
	assert_query(state, "AWSCloudTrail | take 5", "! 17 `take` is not supported here");
	assert_query(state, "AWSCloudTrail | wher 1", "! 17 `wher` is no operator");
	assert_query(state, "print 1", "! 1 `print` is not supported here: an alert is one event");
	assert_query(
		state, "union AWSCloudTrail, AWSCloudTrail", "! 1 `union` is not supported here");
	assert_query(state, "search 'x'", "! 1 `search` is not supported here");
	assert_query(state, "AWSCloudTrail | serialize", "! 17 `serialize` is not supported here");
	assert_query(state, "AWSCloudTrail | sort by parse_json(Resources)",
		"! 25 a dynamic has no order");
}

static void
tables_are_known_by_exact_name(void **state)
{
	assert_query(state, "awscloudtrail",
		"! 1 unknown table `awscloudtrail`: the case matters, it is `AWSCloudTrail`");
	assert_query(state, "SigninLogs | where true", "! 1 unknown table `SigninLogs`");
}

/* Each names the one before twice: without a bound they would take 2^60 steps for an event. */
static void
describe_doubled_lets(struct buf *query)
{
	buf_puts(query, "let x0 = now(); ");
	for (int i = 1; i < 60; i++)
		buf_printf(query, "let x%d = iff(true, x%d, x%d); ", i, i - 1, i - 1);
	buf_puts(query, "AWSCloudTrail | extend t = x59");
}

static void
lets_are_constants(void **state)
{
	struct buf doubled = {0};

	assert_query(state,
		"let n = 1 + 1; let s = strcat('a', n); AWSCloudTrail | project X = s, Y = n",
		"X:string Y:long");
	assert_query(state, "let t = ago(1d); let u = t + 1h; AWSCloudTrail | project X = u",
		"X:datetime");
	assert_query(state,
		"let a = split('x,y', ','); let b = a[0]; AWSCloudTrail | where EventName in (a) | "
		"project X = b",
		"X:dynamic");
	assert_query(state, "let f = (x:string) { strlen(x) }; AWSCloudTrail",
		"! 5 functions of one's own are not supported here");
	assert_query(state, "let f = () { 1 }; AWSCloudTrail",
		"! 5 functions of one's own are not supported here");
	assert_query(state, "let t = AWSCloudTrail | where ReadOnly; t",
		"! 5 a `let` of a table is not supported here");
	assert_query(state, "let a = 1; let a = 2; AWSCloudTrail", "! 16 `a` is declared twice");
	describe_doubled_lets(&doubled);
	assert_query(state, buf_cstr(&doubled), "! ");
	buf_fini(&doubled);
	assert_query(state, "let f = EventName; AWSCloudTrail", "! 9 unknown column `EventName`");
}

static void
where_needs_a_bool(void **state)
{
	assert_query(state, "AWSCloudTrail | where EventName",
		"! 23 `where` needs a bool, not a string");
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
		cmocka_unit_test(columns_are_reordered_whatever_their_case_and_by_their_numbers),
		cmocka_unit_test(a_quoted_name_stands_for_a_column_anywhere),
		cmocka_unit_test(keywords_are_no_names_without_quotes),
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
