/* Live sources through the pipeline, played by a source that follows a script. */
#include "tests/support/test.h"

#include <poll.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/pipeline/pipeline.h"
#include "core/source/source.h"
#include "core/store/live.h"

enum { FOREVER_MS = 1000000000, STEPS = 8 }; /* eleven days of event time */

struct stage;
typedef enum source_result step(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err);

/* A store and one or two pipelines over it. The script is fixed before they start. */
struct stage {
	char *folder;
	char db[256];
	struct store *store;
	struct rule *rule;
	struct clock clock;
	struct source_config config;
	struct wake wake;
	struct pipeline *pipeline;
	step *steps[STEPS];
};

/* Script and notes of the played source: read and written by its thread, and by the test after
 * the end. */
static step *const *script;
static atomic_uint rounds, committed_token, committed_alerts;
static const char *store_of_script;

struct player {
	struct source source;
	unsigned round;
};

static bool
player_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct player *player = MEM_NEW(struct player);

	(void)err;
	player->source.options = *options;
	*out = &player->source;
	return true;
}

static enum source_result
player_poll(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct player *player = (struct player *)source;
	step *next = script[player->round < STEPS ? player->round : STEPS - 1];

	*next_ms = FOREVER_MS;
	player->round++;
	atomic_fetch_add(&rounds, 1);
	return next ? next(source, next_ms, failure, err) : SOURCE_OK;
}

static enum source_result
player_committed(
	struct source *source, uint64_t token, struct source_failure *failure, struct error *err)
{
	struct store_counts counts = {0};
	struct store *store;

	(void)source;
	(void)failure;
	if (!store_open(&store, store_of_script, err))
		return SOURCE_FAILED;
	if (store_count(store, &(struct store_query){0}, &counts, err))
		atomic_store(&committed_alerts, (unsigned)counts.alerts);
	store_close(store);
	atomic_store(&committed_token, (unsigned)token);
	return SOURCE_OK;
}

static void
player_report(const struct source *source, struct source_report *report)
{
	(void)source;
	report->requests = atomic_load(&rounds);
}

static void
player_close(struct source *source)
{
	free(source);
}

static const struct source_ops player_ops = {
	.type = "player",
	.poll_interval_ms = 1000,
	.open = player_open,
	.poll = player_poll,
	.committed = player_committed,
	.report = player_report,
	.close = player_close,
};

/* ---- what it may do in a round ---- */

static void
give_record(struct source *source, const char *id, const char *path)
{
	const struct source_place place = {
		.path = str_from(path), .offset = 4, .arrived = TIME_NONE};
	char record[256];

	snprintf(record, sizeof(record),
		"{\"eventName\":\"CreateAccessKey\",\"eventTime\":\"2026-01-02T03:04:05Z\","
		"\"eventID\":\"%s\"}",
		id);
	source->options.sink->record(source->options.sink->context, &place, str_from(record), 0);
}

static void
give_position(struct source *source, const char *value)
{
	source->options.sink->position(
		source->options.sink->context, STR("until"), str_from(value));
}

static enum source_result
give_one(struct source *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	(void)next_ms;
	(void)failure;
	(void)err;
	give_record(s, "e-1", "queue/1");
	give_position(s, "one");
	return SOURCE_OK;
}

static enum source_result
give_one_and_come_back(
	struct source *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	*next_ms = 0;
	return give_one(s, next_ms, failure, err);
}

static enum source_result
give_another(struct source *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	(void)next_ms;
	(void)failure;
	(void)err;
	give_record(s, "e-2", "queue/2");
	give_record(s, "e-1", "queue/2");
	return SOURCE_OK;
}

static enum source_result
give_with_barrier(
	struct source *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	give_one(s, next_ms, failure, err);
	s->options.sink->barrier(s->options.sink->context, 7);
	return SOURCE_OK;
}

static enum source_result
be_throttled(struct source *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	(void)s;
	(void)next_ms;
	failure->cause = CAUSE_THROTTLED;
	snprintf(failure->advice, sizeof(failure->advice), "others share the quota");
	error_set(err, ERROR_INPUT, "Rate exceeded\nprod: ok");
	return SOURCE_FAILED;
}

static enum source_result
give_back_position(
	struct source *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct str was = s->options.position(s->options.position_context, STR("until"));
	char id[64];

	(void)next_ms;
	(void)failure;
	(void)err;
	snprintf(id, sizeof(id), "from-%.*s", STR_ARG(was));
	give_record(s, id, "queue/3");
	return SOURCE_OK;
}

/* ---- the stage ---- */

static int
setup(void **state)
{
	struct stage *s = MEM_NEW(struct stage);
	struct error err;

	s->folder = test_folder();
	snprintf(s->db, sizeof(s->db), "%s/k.db", s->folder);
	assert_ok(store_open(&s->store, s->db, &err), &err);
	assert_ok(wake_open(&s->wake, &err), &err);
	/* Fast enough that no pause is felt. */
	assert_ok(clock_init(&s->clock, "2026-01-02T03:10:05Z", "1000", &err), &err);
	s->rule = rule_builtin();
	s->config = (struct source_config){.name = mem_strdup("prod"), .ops = &player_ops};
	script = s->steps;
	store_of_script = s->db;
	atomic_store(&rounds, 0);
	atomic_store(&committed_token, 0);
	atomic_store(&committed_alerts, 0);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	pipeline_free(s->pipeline);
	store_close(s->store);
	rule_free(s->rule);
	wake_close(&s->wake);
	free(s->config.name);
	test_rmtree(s->folder);
	free(s);
	return 0;
}

static struct pipeline *
start(struct stage *s, const char *user)
{
	struct pipeline_options options = {.rules = &s->rule,
		.rule_count = 1,
		.sources = &s->config,
		.source_count = 1,
		.clock = &s->clock,
		.user = user,
		.wake = &s->wake};
	struct pipeline *pipeline;
	struct error err;

	assert_ok(pipeline_start(&pipeline, &options, s->store, &err), &err);
	return pipeline;
}

/* Woken by the pipeline; a minute is a failure, not a pace. */
static void
wait_until(struct stage *s, bool (*reached)(struct stage *s))
{
	struct pollfd fd = {.fd = s->wake.fd, .events = POLLIN};

	while (!reached(s)) {
		assert_int_equal(poll(&fd, 1, 60000), 1);
		wake_clear(&s->wake);
	}
}

static bool
is_healthy(struct stage *s)
{
	struct pipeline_live live;
	bool healthy;

	pipeline_get_live(s->pipeline, &live);
	healthy = live.count == 1 && live.list[0].state == HEALTH_OK;
	pipeline_live_fini(&live);
	return healthy;
}

static uint64_t
alerts_of(struct stage *s)
{
	struct pipeline_progress progress;

	pipeline_get_progress(s->pipeline, &progress);
	return progress.alerts_new;
}

static bool
has_one_alert(struct stage *s)
{
	return alerts_of(s) == 1 && is_healthy(s);
}

static bool
has_two_alerts(struct stage *s)
{
	return alerts_of(s) == 2 && is_healthy(s);
}

static void
stop(struct stage *s)
{
	pipeline_stop(s->pipeline);
	pipeline_wait(s->pipeline);
}

static void
load(struct stage *s, const char *event_id, struct alert *alert)
{
	char id[ALERT_ID_SIZE];
	struct error err;

	*alert = (struct alert){0};
	assert_ok(store_find(s->store, str_from(event_id), id, &err), &err);
	assert_ok(store_load(s->store, id, alert, &err), &err);
}

static void
take_value(void *context, struct str name, struct str value)
{
	buf_printf(context, "%.*s=%.*s ", STR_ARG(name), STR_ARG(value));
}

static void
assert_positions(struct stage *s, const char *expected)
{
	struct buf text = {0};
	struct error err;

	assert_ok(store_positions(s->store, STR("prod"), take_value, &text, &err), &err);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

static void
assert_lines(struct stage *s, const char *expected)
{
	struct buf text = {0};
	char *line;

	while (pipeline_take_line(s->pipeline, &line)) {
		buf_printf(&text, "%s\n", line);
		free(line);
	}
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

/* ---- tests ---- */

static void
what_a_source_gives_stands_in_the_store_with_its_position(void **state)
{
	struct stage *s = *state;
	struct alert alert;

	s->steps[0] = give_one;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	stop(s);
	load(s, "e-1", &alert);
	assert_int_equal(alert.source_count, 1);
	assert_str(alert.sources[0].name, "prod");
	assert_str(alert.sources[0].path, "queue/1");
	assert_int_equal(alert.sources[0].offset, 4);
	assert_true(alert.arrived > alert.time);
	assert_false(alert.watched); /* found at the start */
	alert_fini(&alert);
	assert_positions(s, "until=one ");
	assert_lines(s, "prod: ok\n");
}

static void
what_comes_while_the_source_is_watched_is_marked_so_and_names_every_delivery(void **state)
{
	struct stage *s = *state;
	struct alert alert;

	s->steps[0] = give_one_and_come_back;
	s->steps[1] = give_another;
	s->pipeline = start(s, "alice");
	wait_until(s, has_two_alerts);
	stop(s);
	load(s, "e-2", &alert);
	assert_true(alert.watched);
	alert_fini(&alert);
	load(s, "e-1", &alert);
	assert_false(alert.watched);
	assert_int_equal(alert.source_count, 2);
	assert_str(alert.sources[1].path, "queue/2");
	alert_fini(&alert);
}

static void
a_source_is_told_only_what_is_committed(void **state)
{
	struct stage *s = *state;

	s->steps[0] = give_with_barrier;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	while (atomic_load(&committed_token) == 0) {
		struct pollfd fd = {.fd = s->wake.fd, .events = POLLIN};

		assert_int_equal(poll(&fd, 1, 60000), 1);
		wake_clear(&s->wake);
	}
	assert_int_equal(atomic_load(&committed_token), 7);
	assert_int_equal(atomic_load(&committed_alerts), 1);
}

static void
a_round_that_fails_is_said_and_tried_again(void **state)
{
	struct stage *s = *state;
	struct pipeline_live live;

	s->steps[0] = be_throttled;
	s->steps[1] = be_throttled;
	s->steps[2] = give_one;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	pipeline_get_live(s->pipeline, &live);
	assert_int_equal(live.list[0].failures, 2);
	assert_string_equal(live.list[0].error, "");
	assert_true(live.ours);
	pipeline_live_fini(&live);
	assert_lines(s, "prod: throttled: Rate exceeded\\nprod: ok; others share the quota; next "
			"try in 5 s\n"
			"prod: throttled: Rate exceeded\\nprod: ok; others share the quota; next "
			"try in 10 s\n"
			"prod: ok\n");
}

static void
a_start_begins_where_the_last_one_committed(void **state)
{
	struct stage *s = *state;
	struct alert alert;

	s->steps[0] = give_one;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	pipeline_free(s->pipeline);
	s->steps[0] = give_back_position;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	stop(s);
	load(s, "from-one", &alert);
	alert_fini(&alert);
}

static void
run_sql(const struct stage *s, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static bool
has_failed(struct stage *s)
{
	struct pipeline_progress progress;

	pipeline_get_progress(s->pipeline, &progress);
	return progress.failed;
}

static void
a_store_that_refuses_is_tried_until_it_does_not_and_nothing_is_lost(void **state)
{
	struct stage *s = *state;
	struct alert alert;

	run_sql(s, "CREATE TRIGGER refuse BEFORE INSERT ON detail"
		   " BEGIN SELECT RAISE(ABORT, 'no'); END");
	s->steps[0] = give_with_barrier;
	s->steps[1] = give_another;
	s->pipeline = start(s, "alice");
	wait_until(s, has_failed);
	assert_int_equal(atomic_load(&committed_token), 0);
	assert_positions(s, "");
	run_sql(s, "DROP TRIGGER refuse");
	wait_until(s, has_two_alerts);
	assert_false(has_failed(s));
	stop(s);
	load(s, "e-1", &alert);
	assert_int_equal(alert.source_count, 2);
	alert_fini(&alert);
	assert_positions(s, "until=one ");
}

static struct pipeline *second;

static bool
second_sees_the_first(struct stage *s)
{
	struct pipeline_live live;
	bool sees;

	(void)s;
	pipeline_get_live(second, &live);
	sees = !live.ours && live.count == 1 && live.list[0].state == HEALTH_OK &&
	       strcmp(live.user, "alice") == 0;
	pipeline_live_fini(&live);
	return sees;
}

static bool
second_fetches(struct stage *s)
{
	struct pipeline_live live;
	bool fetches;

	(void)s;
	pipeline_get_live(second, &live);
	fetches = live.ours && live.count == 1 && live.list[0].state == HEALTH_OK;
	pipeline_live_fini(&live);
	return fetches;
}

static void
one_process_fetches_and_another_takes_over_when_it_ends(void **state)
{
	struct stage *s = *state;

	s->steps[0] = give_one;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	second = start(s, "bob");
	wait_until(s, second_sees_the_first);
	assert_int_equal(atomic_load(&rounds), 1);
	pipeline_free(s->pipeline);
	s->pipeline = second;
	wait_until(s, second_fetches);
	assert_int_equal(atomic_load(&rounds), 2);
}

static void
a_stop_does_not_wait_for_a_pause(void **state)
{
	struct stage *s = *state;
	int64_t before;

	assert_ok(clock_init(&s->clock, "2026-01-02T03:10:05Z", "0", NULL), NULL);
	s->steps[0] = give_one; /* and then nothing for an hour */
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
	before = time_monotonic_ms();
	stop(s);
	assert_true(time_monotonic_ms() - before < 2000);
}

static void
now_in_a_rule_is_when_the_event_arrived(void **state)
{
	static const char yaml[] =
		"id: 11111111-2222-3333-4444-555555555555\nname: n\nseverity: Low\n"
		"query: AWSCloudTrail | where TimeGenerated > ago(10m)\n";
	struct stage *s = *state;
	struct error err;

	rule_free(s->rule);
	assert_ok(rule_load_text(&s->rule, str_from(yaml), "rule.yaml", &err), &err);
	/* The event is of 03:04:05; at 03:10:05, when the clock begins, it is six minutes old. */
	s->steps[0] = give_one;
	s->pipeline = start(s, "alice");
	wait_until(s, has_one_alert);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_a_source_gives_stands_in_the_store_with_its_position),
		TEST(what_comes_while_the_source_is_watched_is_marked_so_and_names_every_delivery),
		TEST(a_source_is_told_only_what_is_committed),
		TEST(a_round_that_fails_is_said_and_tried_again),
		TEST(a_start_begins_where_the_last_one_committed),
		TEST(a_store_that_refuses_is_tried_until_it_does_not_and_nothing_is_lost),
		TEST(one_process_fetches_and_another_takes_over_when_it_ends),
		TEST(a_stop_does_not_wait_for_a_pause),
		TEST(now_in_a_rule_is_when_the_event_arrived),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
