/* A record that lies in several inputs. */
#include <stdio.h>

#include "tests/support/test.h"
#include "tests/support/trace.h"

static bool
note_copy(void *context, const struct trace *copy)
{
	buf_printf(context, "%.*s@%llu %.4s ", STR_ARG(copy->path),
		(unsigned long long)copy->offset, copy->sha256.data);
	return true;
}

static void
assert_copies(struct scene *s, const struct trace *trace, const char *expected)
{
	struct buf text = {0};
	struct error err;

	assert_ok(store_trace_copies(s->store, trace, note_copy, &text, &err), &err);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

static void
where_else_a_record_stands_is_remembered_and_where_it_moves_to(void **state)
{
	struct arena arena = {0};
	struct trace trace = trace_of_words(&arena, "GetObject id=e1 key=k at=5");
	const struct term address = {TERM_ADDRESS, STR("192.0.2.1")};
	int64_t term, first_only, inputs[5];
	struct scene s;
	struct error err;
	bool fresh;

	(void)state;
	scene_open(&s);
	term = trace_term(&s, TERM_KEY, "k");
	trace_identity(&trace, trace.identity);
	trace.sha256 = STR("aaaa456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	for (int i = 0; i < 5; i++) {
		char path[32];

		snprintf(path, sizeof(path), "logs/%d.json", i);
		inputs[i] = scene_begin_input(&s, path, "key", NULL);
		trace.offset = (uint64_t)i;
		assert_int_equal(trace_put(&s, term, &trace, inputs[i]), i == 0);
	}
	assert_copies(&s, &trace, "logs/1.json@1 aaaa logs/2.json@2 aaaa logs/3.json@3 aaaa ");
	trace.offset = 100; /* of what is the trace's own, and of a copy */
	trace.sha256 = STR("bbbb456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_false(trace_put(&s, term, &trace, inputs[0]));
	assert_false(trace_put(&s, term, &trace, inputs[2]));
	assert_copies(&s, &trace, "logs/1.json@1 aaaa logs/2.json@100 bbbb logs/3.json@3 aaaa ");

	trace = trace_of_words(&arena, "GetObject id=e2 ip=192.0.2.1 actor=x at=5");
	trace_identity(&trace, trace.identity);
	trace.sha256 = STR("cccc456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	first_only = trace_term(&s, address.kind, "192.0.2.1");
	assert_ok(store_trace_put_first(
			  s.store, first_only, &trace, TRACE_ACTOR, inputs[0], &fresh, &err),
		&err);
	assert_true(fresh);
	assert_ok(store_trace_put_first(
			  s.store, first_only, &trace, TRACE_ACTOR, inputs[1], &fresh, &err),
		&err);
	assert_false(fresh);
	assert_copies(&s, &trace, "logs/1.json@0 cccc ");
	arena_fini(&arena);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_else_a_record_stands_is_remembered_and_where_it_moves_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
