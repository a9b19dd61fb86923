#include "tests/support/watcher.h"

#include <poll.h>
#include <stdio.h>

#include "core/alert/facts.h"

void
watcher_open(struct watcher *w, const char *now, const char *rate)
{
	struct error err;

	*w = (struct watcher){.folder = test_folder()};
	snprintf(w->db, sizeof(w->db), "%s/k.db", w->folder);
	assert_ok(store_open(&w->store, w->db, &err), &err);
	assert_ok(wake_open(&w->wake, &err), &err);
	assert_ok(clock_init(&w->clock, now, rate, &err), &err);
	w->rule = rule_builtin();
}

void
watcher_close(struct watcher *w)
{
	watcher_stop(w);
	source_configs_fini(&w->configs);
	store_close(w->store);
	rule_free(w->rule);
	wake_close(&w->wake);
	buf_fini(&w->lines);
	test_rmtree(w->folder);
}

void
watcher_start(struct watcher *w, const char *const *specs)
{
	struct pipeline_options options = {.rules = &w->rule,
		.rule_count = 1,
		.clock = &w->clock,
		.user = "alice",
		.wake = &w->wake};
	const struct source_defaults none = {0};
	struct error err;

	if (specs) {
		source_configs_fini(&w->configs);
		w->configs = (struct source_configs){0};
	}
	for (; specs && *specs; specs++)
		assert_ok(source_configs_add(&w->configs, *specs, &err), &err);
	if (specs)
		assert_ok(source_configs_check(&w->configs, &none, &err), &err);
	options.sources = w->configs.list;
	options.source_count = w->configs.count;
	assert_ok(pipeline_start(&w->pipeline, &options, w->store, &err), &err);
}

static void
take_lines(struct watcher *w)
{
	char *line;

	while (w->pipeline && pipeline_take_line(w->pipeline, &line)) {
		buf_printf(&w->lines, "%s\n", line);
		free(line);
	}
}

void
watcher_stop(struct watcher *w)
{
	if (!w->pipeline)
		return;
	pipeline_stop(w->pipeline);
	pipeline_wait(w->pipeline);
	take_lines(w);
	pipeline_free(w->pipeline);
	w->pipeline = NULL;
}

void
watcher_await(struct watcher *w, watcher_reached *reached, void *context)
{
	struct pollfd fd = {.fd = w->wake.fd, .events = POLLIN};

	for (;;) {
		take_lines(w);
		if (reached(w, context))
			return;
		if (poll(&fd, 1, 60000) != 1)
			fail_msg(
				"nothing happened for a minute; it said:\n%s", buf_cstr(&w->lines));
		wake_clear(&w->wake);
	}
}

int64_t
watcher_alerts(struct watcher *w)
{
	struct store_counts counts;
	struct error err;

	assert_ok(store_count(w->store, &(struct store_query){0}, &counts, &err), &err);
	return counts.alerts;
}

static bool
has_alerts(struct watcher *w, void *context)
{
	return watcher_alerts(w) >= *(int64_t *)context;
}

void
watcher_await_alerts(struct watcher *w, int64_t count)
{
	watcher_await(w, has_alerts, &count);
	assert_int_equal(watcher_alerts(w), count);
}

struct health
watcher_health(struct watcher *w, const char *name)
{
	struct pipeline_live live;
	struct health found = {0};

	pipeline_get_live(w->pipeline, &live);
	for (size_t i = 0; i < live.count; i++)
		if (strcmp(live.list[i].name, name) == 0)
			found = live.list[i];
	pipeline_live_fini(&live);
	return found;
}

static bool
is_ok(struct watcher *w, void *context)
{
	return watcher_health(w, context).state == HEALTH_OK;
}

void
watcher_await_ok(struct watcher *w, const char *name)
{
	watcher_await(w, is_ok, (void *)name);
}

static bool
has_said(struct watcher *w, void *context)
{
	return strstr(buf_cstr(&w->lines), context) != NULL;
}

void
watcher_await_line(struct watcher *w, const char *part)
{
	watcher_await(w, has_said, (void *)part);
}

void
watcher_load(struct watcher *w, const char *event_id, struct alert *alert)
{
	char id[ALERT_ID_SIZE];
	struct error err;

	*alert = (struct alert){0};
	assert_ok(store_find(w->store, str_from(event_id), id, &err), &err);
	assert_ok(store_load(w->store, id, alert, &err), &err);
}

static bool
has_answers(struct watcher *w, void *context)
{
	struct pipeline_progress progress;

	pipeline_get_progress(w->pipeline, &progress);
	return progress.history.asked >= *(uint64_t *)context;
}

void
watcher_await_answers(struct watcher *w, uint64_t count)
{
	watcher_await(w, has_answers, &count);
}

static bool
note_answer(void *context, const struct store_row *row)
{
	*(struct answer *)context = row->answer;
	return false;
}

enum answer_yes
watcher_used_in_list(struct watcher *w)
{
	const struct store_query query = {0};
	struct answer answer = {.used = ANSWER_UNKNOWN};
	struct error err;

	assert_ok(store_rows(w->store, &query, note_answer, &answer, &err), &err);
	return answer.used;
}

void
watcher_fact(struct watcher *w, const char *event_id, int number, const struct health *health,
	char text[1000])
{
	const struct story_scope scope = {.state = HISTORY_LOOKED};
	struct fact_ledger ledger = {.sources = health, .source_count = health != NULL};
	struct fact facts[FACT_COUNT];
	struct arena arena = {0};
	struct history history;
	struct alert alert;
	struct error err;

	watcher_load(w, event_id, &alert);
	assert_ok(story_load(&history, &arena, w->store, &alert, &scope, &err), &err);
	ledger.history = &history;
	facts_of_alert(facts, &arena, &alert, NULL, &ledger);
	text[0] = '\0';
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (facts[i].number == number)
			snprintf(text, 1000, "%s%.*s",
				facts[i].known ? "" : "unknown: ", STR_ARG(facts[i].value));
	arena_fini(&arena);
	alert_fini(&alert);
}

void
watcher_assert_fact(struct watcher *w, const char *event_id, int number, const char *part)
{
	char text[1000];

	watcher_fact(w, event_id, number, NULL, text);
	if (!strstr(text, part))
		assert_string_equal(text, part);
}
