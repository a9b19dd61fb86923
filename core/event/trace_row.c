/* A row of the AWSCloudTrail table as a trace: by the record that its columns tell of. */
#include "core/event/event.h"
#include "core/event/trace.h"

/* By which columns traces are found: without one of them nothing can be said not to be there. */
static bool
lacks_columns(const struct json *row)
{
	static const char *const needed[] = {"EventName", "EventSource", "UserIdentityType",
		"UserIdentityArn", "UserIdentityUserName", "UserIdentityAccessKeyId",
		"SourceIpAddress", "UserAgent", "RequestParameters", "ResponseElements"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!json_get(row, str_from(needed[i])))
			return true;
	return !json_get(row, STR("RecipientAccountId")) &&
	       !json_get(row, STR("UserIdentityAccountId"));
}

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
	trace->part = lacks_columns(json_root(event.row_doc));
	buf_fini(&record);
	event_fini(&event);
	return ok;
}
