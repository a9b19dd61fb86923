/* What a pass for history goes over holds nothing that is wanted: where the trace of a record, read
 * out of any bytes that are JSON, has a wanted key or address, the sweep over the bytes says so,
 * unless an escape could hide it. All ways of the sweep agree. The first line of the input is what
 * is wanted, the rest the record. */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/history/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct place {
	struct str unit;
	uint64_t sum;
};

static bool
add_place(void *context, const char *at)
{
	struct place *place = context;

	place->sum = place->sum * 31 + (uint64_t)(at - place->unit.data);
	return false;
}

static void
check_ways(struct str unit)
{
	uint64_t expected = 0;

	for (const struct sweep_engine *e = sweep_engines; e->name; e++) {
		struct place place = {unit, 7};

		if (!e->works())
			continue;
		e->find(unit, add_place, &place);
		if (e != sweep_engines && place.sum != expected)
			abort();
		expected = place.sum;
	}
}

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
	bool wanted = sweep_wants(&sweep, unit);
	struct arena arena = {0};
	struct trace trace;

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
	check_ways(unit);
	check_unit(want, unit);
	want_free(want);
	return 0;
}
