/* Any text is a query, a predicate or refused with a place inside it; what compiles runs. */
#include <stdint.h>
#include <stdlib.h>

#include "core/rule/kql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char record[] =
	"{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"e\",\"eventName\":\"CreateAccessKey\","
	"\"userIdentity\":{\"principalId\":\"AROAX:a@b\"},\"sourceIPAddress\":\"10.0.0.1\","
	"\"requestParameters\":{\"userName\":\"zo\xc3\xab\"},\"userAgent\":\"\\u0000\\ud800 x\"}";

static void
run(const struct kql_program *p, struct event *event)
{
	struct kql_frame frame = {.event = event, .regexes = p->regexes};
	struct buf out = {0};

	frame.matches = mem_zalloc((p->regex_count + 1) * sizeof(struct regex_match *));
	frame.slots = mem_zalloc((p->slot_count - column_count + 1) * sizeof(struct value));
	for (size_t i = 0; i < p->action_count; i++) {
		struct value v = kql_eval(&frame, p->actions[i].expr);

		if (v.type != p->actions[i].expr->type)
			abort(); /* a value is of the type that was bound */
		if (!p->actions[i].is_where)
			frame.slots[p->actions[i].slot - column_count] = v;
		value_write_json(&out, v);
	}
	for (size_t i = 0; i < p->regex_count; i++)
		regex_match_free(frame.matches[i]);
	free(frame.matches);
	free(frame.slots);
	arena_fini(&frame.arena);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct kql_fault fault = {0};
	struct kql_program program;
	struct event event;
	struct str text = arena_str(&arena, (struct str){(const char *)data, size});

	if (!event_parse(&event, STR(record), NULL))
		abort();
	if (kql_compile(&program, text, &arena, &fault)) {
		run(&program, &event);
		kql_program_fini(&program);
	} else if (fault.at > size || !fault.text[0]) {
		abort();
	}
	event_fini(&event);
	arena_fini(&arena);
	return 0;
}
