/* A row of the AWSCloudTrail table as a trace: by the record that its columns tell of. */
#include "core/event/event.h"
#include "core/event/trace.h"

bool
trace_read_row(struct trace *trace, struct str raw, struct arena *arena)
{
	struct buf record = {0};
	struct event event;
	struct error err;
	bool ok;

	if (!event_parse_row(&event, raw, &err))
		return false;
	json_write(&record, event.root);
	ok = trace_read(trace, arena_str(arena, buf_view(&record)), arena);
	trace->time = event.time;
	buf_fini(&record);
	event_fini(&event);
	return ok;
}
