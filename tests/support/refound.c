#include "tests/support/refound.h"

#include "core/history/story.h"

bool
refound_want(struct watcher *w, const char *alert_id, const char *trace_id, struct error *err)
{
	const struct story_scope scope = {.state = HISTORY_NOT_LOOKED};
	const struct trace *trace = NULL;
	struct arena arena = {0};
	struct history history;
	struct alert alert;
	bool wanted;

	watcher_load(w, alert_id, &alert);
	assert_ok(story_load(&history, &arena, w->store, &alert, &scope, err), err);
	for (size_t i = 0; i < history.trace_count; i++)
		if (str_is(history.traces[i].text[TRACE_EVENT_ID], trace_id))
			trace = &history.traces[i];
	assert_non_null(trace);
	wanted = pipeline_want_record(w->pipeline, trace, err);
	arena_fini(&arena);
	alert_fini(&alert);
	return wanted;
}

struct fetched {
	enum evidence_step step;
	struct buf raw;
	struct error err;
};

static bool
has_come(struct watcher *w, void *context)
{
	struct fetched *f = context;

	f->step = pipeline_take_record(w->pipeline, &f->raw, &f->err);
	return f->step != EVIDENCE_READING;
}

void
refound_expect(struct watcher *w, enum evidence_step step, const char *part)
{
	struct fetched fetched = {0};
	const char *text;

	watcher_await(w, has_come, &fetched);
	text = fetched.step == EVIDENCE_FOUND ? buf_cstr(&fetched.raw) : fetched.err.text;
	assert_int_equal(fetched.step, step);
	if (!strstr(text, part))
		assert_string_equal(text, part);
	buf_fini(&fetched.raw);
}
