/* What a pass for history goes over holds nothing that is wanted: where the trace of a record, read
 * out of any bytes that are JSON, has a wanted key or address, the sweep over the bytes says so,
 * unless an escape could hide it; and that it counts only once, where it is no key. Who called is
 * read as in the whole record. The first line of the input is what is wanted, the rest the record.
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/history/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum sweep_answer
least_of(const struct trace *trace, const struct want *want)
{
	if (want_find(want, TERM_KEY, trace->text[TRACE_KEY]) ||
		want_find(want, TERM_KEY, trace->text[TRACE_SUBJECT]))
		return SWEEP_YES;
	return want_find(want, TERM_ADDRESS, trace->text[TRACE_IP]) ? SWEEP_FIRST : SWEEP_NO;
}

static void
check_caller(const struct trace *whole, struct str unit, struct arena *arena)
{
	static const enum trace_text same[] = {
		TRACE_ACTOR, TRACE_ACTOR_USER, TRACE_TYPE, TRACE_KEY, TRACE_IP};
	struct trace caller;

	if (!trace_read_caller(&caller, unit, arena) || caller.time != whole->time)
		abort();
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!str_equal(caller.text[same[i]], whole->text[same[i]]))
			abort();
}

static void
check_unit(const struct want *want, struct str unit)
{
	struct sweep sweep = {.want = want};
	struct arena arena = {0};
	struct fields fields;
	struct sweep_found found;
	enum sweep_answer says, least;
	struct trace trace;

	fields_find(&fields, unit);
	says = sweep_wants(&sweep, unit, &fields, &found);
	if (json_check(unit, NULL) && trace_read(&trace, unit, &arena)) {
		least = least_of(&trace, want);
		if (str_find(unit, STR("\\u"), 0) == (size_t)-1 &&
			(least == SWEEP_YES ? says != SWEEP_YES : least && !says))
			abort();
		check_caller(&trace, unit, &arena);
	}
	spans_fini(&sweep.spans);
	arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = {(const char *)data, size}, unit;
	size_t line = str_find(all, STR("\n"), 0);
	struct want *want = want_new();
	struct term term = {TERM_KEY, str_slice(all, 0, line)};

	unit = str_slice(all, line == (size_t)-1 ? 0 : line + 1, size);
	want_add(want, 1, &term);
	term.kind = TERM_ADDRESS;
	want_add(want, 2, &term);
	check_unit(want, unit);
	want_free(want);
	return 0;
}
