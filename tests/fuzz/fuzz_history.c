/* What a pass for history goes over holds nothing that is wanted: where the trace of a record, read
 * out of any bytes that are JSON, has a wanted key or address, the sweep over the bytes says so,
 * unless an escape could hide it. The first line of the input is what
 * is wanted, the rest the record. */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/history/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
has_wanted(const struct trace *trace, const struct want *want)
{
	return want_find(want, TERM_KEY, trace->text[TRACE_KEY]) ||
	       want_find(want, TERM_KEY, trace->text[TRACE_SUBJECT]) ||
	       want_find(want, TERM_ADDRESS, trace->text[TRACE_IP]);
}

static void
check_unit(const struct want *want, struct str unit)
{
	struct sweep sweep = {.want = want};
	struct arena arena = {0};
	struct fields fields;
	bool wanted;
	struct trace trace;

	fields_find(&fields, unit);
	wanted = sweep_wants(&sweep, unit, &fields);
	if (trace_read(&trace, unit, &arena) && json_check(unit, NULL) &&
		str_find(unit, STR("\\u"), 0) == (size_t)-1 && has_wanted(&trace, want) && !wanted)
		abort();
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
