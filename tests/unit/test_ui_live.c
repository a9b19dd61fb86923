/* The screen over live sources, which are played: each does in every round what its plan says. */
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/source.h"
#include "core/store/live.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/frame.h"
#include "tests/support/played.h"
#include "tests/support/store_file.h"
#include "tui/ui.h"

#define NOW "2026-01-02T03:12:05Z"
#define AT(text) at_time(text)

static int64_t
at_time(const char *text)
{
	int64_t ticks;

	assert_true(time_parse(str_from(text), &ticks));
	return ticks;
}

/* ---- the stage ---- */

struct stage {
	char *folder;
	char db[256];
	struct store *store;
	struct rule *rule;
	struct clock clock;
	struct wake wake;
	struct source_config configs[PLAYED_MOST];
	size_t count;
	struct pipeline *pipeline;
	struct config config;
	struct ui ui;
	bool shown;
};

static int
setup(void **state)
{
	struct stage *s = MEM_NEW(struct stage);
	struct error err;

	played_begin();
	s->folder = test_folder();
	snprintf(s->db, sizeof(s->db), "%s/k.db", s->folder);
	assert_ok(store_open(&s->store, s->db, &err), &err);
	assert_ok(wake_open(&s->wake, &err), &err);
	assert_ok(clock_init(&s->clock, NOW, "0", &err), &err);
	s->rule = rule_builtin();
	config_init(&s->config);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	if (s->shown)
		ui_fini(&s->ui);
	played_release();
	pipeline_free(s->pipeline);
	played_end();
	store_close(s->store);
	rule_free(s->rule);
	wake_close(&s->wake);
	config_fini(&s->config);
	for (size_t i = 0; i < s->count; i++)
		free(s->configs[i].name);
	test_rmtree(s->folder);
	free(s);
	return 0;
}

static struct pipeline *
start_pipeline(struct stage *s, const char *user)
{
	const struct pipeline_options options = {.rules = &s->rule,
		.rule_count = 1,
		.sources = s->configs,
		.source_count = s->count,
		.clock = &s->clock,
		.user = user,
		.wake = &s->wake};
	struct pipeline *pipeline;
	struct error err;

	assert_ok(pipeline_start(&pipeline, &options, s->store, &err), &err);
	return pipeline;
}

static void
configure(struct stage *s)
{
	for (; s->count < PLAYED_MOST && played[s->count].name; s->count++)
		s->configs[s->count] =
			(struct source_config){.name = mem_strdup(played[s->count].name),
				.ops = played_ops(&played[s->count])};
}

static void
show(struct stage *s, const char *theme, bool ascii)
{
	static const char *const advice[] = {"Nothing to watch.", "Do this.", NULL};
	const struct ui_options options = {.store = s->store,
		.rules = &s->rule,
		.rule_count = 1,
		.pipeline = s->pipeline,
		.source_count = s->count,
		.advice = advice,
		.config = &s->config,
		.clock = &s->clock,
		.theme = theme,
		.ascii = ascii,
		.user = "alice"};
	struct error err;

	assert_ok(ui_init(&s->ui, &options, &err), &err);
	s->shown = true;
}

static void
start(struct stage *s)
{
	configure(s);
	s->pipeline = start_pipeline(s, "alice");
	show(s, "dark", false);
}

/* Until a frame shows it, or no longer does; woken by the pipeline, asked as the loop of app.c
 * does. */
static void
wait_for_frame(struct stage *s, int rows, int cols, const char *text, bool there)
{
	struct pollfd fd = {.fd = s->wake.fd, .events = POLLIN};
	int64_t deadline = time_monotonic_ms() + CHILD_DEADLINE_MS;
	struct buf frame = {0};

	for (bool more;;) {
		ui_follow_store(&s->ui, &more);
		ui_load(&s->ui, rows, cols);
		ui_draw(&s->ui);
		buf_clear(&frame);
		grid_dump(&s->ui.grid, &frame);
		if ((strstr(buf_cstr(&frame), text) != NULL) == there)
			break;
		if (time_monotonic_ms() > deadline)
			fail_msg("%s: %s\n%s", text, there ? "missing" : "there", buf_cstr(&frame));
		poll(&fd, 1, 1000);
		wake_clear(&s->wake);
	}
	buf_fini(&frame);
}

#define wait_frame(s, text) wait_for_frame((s), 24, 80, (text), true)

static void
assert_row(const struct stage *s, int row, const char *expected)
{
	struct buf frame = {0};
	struct str rest;

	grid_dump(&s->ui.grid, &frame);
	rest = buf_view(&frame);
	for (; row > 0; row--)
		rest = str_slice(rest, str_find(rest, STR("\n"), 0) + 1, rest.len);
	assert_str(str_slice(rest, 0, str_find(rest, STR("\n"), 0)), expected);
	buf_fini(&frame);
}

static void
press(struct stage *s, const char *keys)
{
	for (; *keys; keys++)
		ui_key(&s->ui, (unsigned char)*keys);
}

static const struct {
	const char *name, *theme;
	bool ascii;
} looks[] = {{"dark", "dark", false}, {"light", "light", false}, {"ascii", "dark", true}};

static void
golden_at(struct stage *s, const char *view, const char *look, int rows, int cols)
{
	char name[128];
	struct picture picture;
	struct buf out = {0};

	ui_load(&s->ui, rows, cols);
	ui_draw(&s->ui);
	frame_picture(&picture, &s->ui.grid, &s->ui.theme, look);
	picture_write(&picture, &out);
	picture_fini(&picture);
	snprintf(name, sizeof(name), "tests/data/golden/%s-%dx%d-%s.txt", view, cols, rows, look);
	expect_file(name, buf_view(&out));
	buf_fini(&out);
}

/* A screen of its own for each look, over what plays. */
static void
golden(struct stage *s, const char *keys, const char *view)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		ui_fini(&s->ui);
		show(s, looks[i].theme, looks[i].ascii);
		wait_for_frame(s, 50, 200, "1 alert", true);
		press(s, keys);
		golden_at(s, view, looks[i].name, 24, 80);
		golden_at(s, view, looks[i].name, 40, 140);
		golden_at(s, view, looks[i].name, 50, 200);
	}
}

/* One that is well, one that is throttled, one that may not, one that fills. */
static void
plan_four(void)
{
	played[0] = (struct played){.name = "prod",
		.type = "cloudtrail",
		.record = "e-1",
		.report = {.requests = 3,
			.records = 12,
			.bytes = 12345,
			.position = AT("2026-01-02T03:11:58Z")}};
	played[1] = (struct played){.name = "audit",
		.type = "s3",
		.cause = CAUSE_THROTTLED,
		.error = "SlowDown: Please reduce your request rate",
		.advice = "others read the same prefix: raise poll_interval",
		.problem = "not JSON",
		.report = {.requests = 18,
			.records = 340,
			.position = AT("2026-01-02T02:58:00Z"),
			.skew_ms = 7 * 60000 + 12345}};
	played[2] = (struct played){.name = "trail-queue",
		.type = "sqs",
		.cause = CAUSE_DENIED,
		.error = "AccessDenied: User: arn:aws:iam::111122223333:user/watcher is not "
			 "authorized to perform: sqs:ReceiveMessage",
		.advice = "allow the IAM action sqs:ReceiveMessage",
		.report = {.requests = 1, .position = TIME_NONE}};
	played[3] = (struct played){.name = "sentinel",
		.type = "loganalytics",
		.hangs = true,
		.report = {.requests = 4,
			.records = 70,
			.position = TIME_NONE,
			.done = 40,
			.total = 800,
			.note = "first fill: until 2026-01-01"}};
}

/* ---- tests ---- */

static void
wait_for_four(struct stage *s)
{
	wait_for_frame(s, 50, 200, "prod \xe2\x97\x8f now", true);
	wait_for_frame(s, 50, 200, "audit \xe2\x97\x8c throttled", true);
	wait_for_frame(s, 50, 200, "trail-queue \xe2\x97\x8c denied", true);
	wait_for_frame(s, 50, 200, "sentinel \xe2\x97\x8c filling", true);
	wait_for_frame(s, 50, 200, "1 problem ", true);
	wait_for_frame(s, 50, 200, "1 alert", true);
}

static void
golden_title_and_list(void **state)
{
	struct stage *s = *state;

	plan_four();
	start(s);
	wait_for_four(s);
	golden(s, "", "live");
}

static void
golden_sources(void **state)
{
	struct stage *s = *state;

	plan_four();
	start(s);
	wait_for_four(s);
	golden(s, "S", "sources");
}

static void
the_title_says_more_where_there_is_room_and_counts_what_there_is_not(void **state)
{
	struct stage *s = *state;

	plan_four();
	start(s);
	wait_for_four(s);
	wait_for_frame(s, 24, 120, "prod", true);
	assert_row(s, 0,
		" keywatch  audit \xe2\x97\x8c throttled  trail-queue \xe2\x97\x8c denied  "
		"prod \xe2\x97\x8f now  +1        p 1 problem  clock skew  clock set  03:12 UTC");
	wait_for_frame(s, 24, 80, "denied", false);
	assert_row(s, 0,
		" keywatch  audit \xe2\x97\x8c throttled  +3  "
		"p 1 problem  clock skew  clock set  03:12 UTC");
}

static void
on_the_smallest_screen_the_source_that_fails_is_named(void **state)
{
	struct stage *s = *state;

	plan_four();
	played[1].problem = NULL;
	played[1].report.skew_ms = 0;
	start(s);
	wait_for_frame(s, 10, 40, "trail-queue", false);
	wait_for_frame(s, 10, 40, "throttled", true);
	assert_row(s, 0, " aud\xe2\x80\xa6 \xe2\x97\x8c throttled  clock set  03:12 UTC");
}

static void
what_merely_goes_on_draws_nothing(void **state)
{
	struct stage *s = *state;
	struct pollfd fd = {.fd = s->wake.fd, .events = POLLIN};
	unsigned from;

	played[0] = (struct played){
		.name = "prod", .next_ms = 1, .report = {.position = AT("2026-01-02T03:11:58Z")}};
	start(s);
	wait_frame(s, "prod \xe2\x97\x8f now");
	wait_frame(s, "looked from");
	from = played_rounds();
	while (played_rounds() < from + 50) {
		bool more;

		assert_int_equal(ui_follow_store(&s->ui, &more), 0);
		poll(&fd, 1, 1000);
		wake_clear(&s->wake);
	}
}

static void
the_view_of_sources_is_brought_up_to_date_once_a_minute(void **state)
{
	struct stage *s = *state;
	char requests[32];

	played[0] =
		(struct played){.name = "prod", .next_ms = 1, .report = {.position = TIME_NONE}};
	start(s);
	wait_frame(s, "prod \xe2\x97\x8f now");
	press(s, "S");
	wait_frame(s, " request");
	snprintf(requests, sizeof(requests), " %llu request",
		(unsigned long long)s->ui.live.list[0].requests);
	while (played_rounds() < s->ui.live.list[0].requests + 10)
		poll(NULL, 0, 1);
	wait_frame(s, requests);
	ui_minute(&s->ui);
	wait_for_frame(s, 24, 80, requests, false);
}

static void
a_first_fill_shows_how_far_it_is_and_never_claims_to_read(void **state)
{
	struct stage *s = *state;

	played[0] = (struct played){.name = "audit",
		.hangs = true,
		.report = {.position = TIME_NONE, .done = 200, .total = 800}};
	start(s);
	wait_frame(s, "audit: 200 of 800 objects");
	assert_false(ui_is_reading(&s->ui));
	wait_frame(s, "watching audit: nothing is known yet");
}

static void
without_alerts_it_says_what_was_looked_at(void **state)
{
	struct stage *s = *state;

	played[0] =
		(struct played){.name = "prod", .report = {.position = AT("2026-01-02T03:11:58Z")}};
	played[1] = (struct played){.name = "table", .report = {.position = TIME_NONE}};
	start(s);
	wait_frame(s, "watching prod, table: no access key was created so far");
	wait_frame(s, "looked from 2026-01-01 03:12 to 2026-01-02 03:11 UTC");
}

static void
what_is_watched_from_now_on_claims_no_past(void **state)
{
	struct stage *s = *state;

	played[0] =
		(struct played){.name = "queue", .type = "sqs", .report = {.position = TIME_NONE}};
	played[1] =
		(struct played){.name = "prod", .report = {.position = AT("2026-01-02T03:11:58Z")}};
	start(s);
	wait_frame(s, "looked until 2026-01-02 03:11 UTC");
}

static void
a_source_that_was_never_reached_claims_nothing(void **state)
{
	struct stage *s = *state;

	played[0] = (struct played){.name = "prod",
		.error = "Could not resolve host",
		.advice = "",
		.report = {.position = TIME_NONE}};
	start(s);
	wait_frame(s, "prod \xe2\x97\x8c network, retry 5m, nothing yet");
	wait_frame(s, "watching prod: nothing is known yet");
	wait_frame(s, "S sources");
}

static void
with_nothing_at_hand_the_list_says_what_to_do(void **state)
{
	struct stage *s = *state;

	show(s, "dark", false);
	wait_frame(s, "Nothing to watch.");
	wait_frame(s, "Do this.");
	press(s, "S");
	wait_frame(s, "\xe2\x94\x80 sources ");
	wait_frame(s, "Do this.");
}

static void
the_process_that_fetches_is_named_with_its_sources(void **state)
{
	struct stage *s = *state;
	struct pipeline *first;
	char fetched[64];

	played[0] = (struct played){.name = "prod",
		.record = "e-1",
		.problem = "not JSON",
		.report = {.requests = 3, .position = AT("2026-01-02T03:11:58Z")}};
	configure(s);
	first = start_pipeline(s, "alice");
	s->pipeline = first;
	show(s, "dark", false);
	wait_frame(s, "prod \xe2\x97\x8f now");
	ui_fini(&s->ui);
	s->pipeline = start_pipeline(s, "bob");
	show(s, "dark", false);
	snprintf(fetched, sizeof(fetched), "fetched by pid %lld (alice)  prod \xe2\x97\x8f now",
		(long long)getpid());
	wait_frame(s, fetched);
	wait_frame(s, "1 alert");
	press(s, "S");
	wait_frame(s, "this one takes over when that one ends");
	wait_frame(s, "problem  queue/1 at byte 12: not JSON");
	pipeline_free(first);
	wait_for_frame(s, 24, 80, "etched by", false);
}

/* As the process that fetches says it. */
static void
how_the_history_of_a_source_is_stands_in_the_view_of_sources(void **state)
{
	const struct health list[] = {{.name = "prod",
					      .type = "cloudtrail",
					      .state = HEALTH_RETRYING,
					      .success_at = TIME_NONE,
					      .retry_at = TIME_NONE,
					      .position = TIME_NONE,
					      .cause = "network",
					      .history_until = AT("2026-01-02T03:00:00Z"),
					      .history_left = 12},
		{.name = "audit",
			.type = "s3",
			.state = HEALTH_OK,
			.success_at = AT("2026-01-02T03:12:00Z"),
			.retry_at = TIME_NONE,
			.position = TIME_NONE,
			.history_until = AT("2026-01-02T02:00:00Z"),
			.history_error = "denied: s3://trail/k: AccessDenied: Access Denied",
			.history_advice = "allow the IAM action s3:GetObject"}};
	struct stage *s = *state;
	struct store_lease lease;
	struct store *other;
	struct error err;

	assert_ok(store_open(&other, s->db, &err), &err);
	assert_ok(store_lease(other, "bob", &lease, &err), &err);
	assert_ok(store_health_put(other, list, 2, &err), &err);
	played[0] = (struct played){.name = "prod", .report = {.position = TIME_NONE}};
	start(s);
	wait_frame(s, "(bob)");
	press(s, "S");
	wait_frame(s, "history  looked until 2026-01-02 03:00 \xc2\xb7 12 questions left, paused");
	wait_frame(s, "history  looked until 2026-01-02 02:00");
	wait_frame(s, "            denied: s3://trail/k: AccessDenied: Access Denied");
	wait_frame(s, "do       allow the IAM action s3:GetObject");
	store_close(other);
}

static void
a_store_that_refuses_is_said_until_it_does_not(void **state)
{
	struct stage *s = *state;

	store_file_sql(s->db, "CREATE TRIGGER refuse BEFORE INSERT ON detail"
			      " BEGIN SELECT RAISE(ABORT, 'no room'); END");
	played[0] =
		(struct played){.name = "prod", .record = "e-1", .report = {.position = TIME_NONE}};
	start(s);
	wait_frame(s, "the store refuses, tried every second:");
	wait_frame(s, "no room");
	wait_frame(s, "p store fails");
	store_file_sql(s->db, "DROP TRIGGER refuse");
	wait_for_frame(s, 24, 80, "the store refuses", false);
	wait_frame(s, "1 alert ");
	wait_for_frame(s, 24, 80, "store fails", false);
}

static void
what_comes_later_stands_out_until_a_key_is_pressed(void **state)
{
	struct stage *s = *state;

	played[0] =
		(struct played){.name = "prod", .record = "e-1", .report = {.position = TIME_NONE}};
	configure(s);
	s->pipeline = start_pipeline(s, "alice");
	show(s, "dark", false);
	wait_frame(s, "1 of 1");
	assert_false(s->ui.list.rows[0].arrived);
	press(s, "L"); /* follow is off */
	pipeline_free(s->pipeline);
	ui_fini(&s->ui);
	played[0].record = "e-2";
	s->pipeline = start_pipeline(s, "alice");
	show(s, "dark", false);
	wait_frame(s, "1 alert");
	wait_frame(s, "2 alerts");
	wait_frame(s, "+\xe2\x97\x8f 2026-01-02 03:04:05");
	press(s, "j");
	wait_for_frame(s, 24, 80, "+\xe2\x97\x8f", false);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(golden_title_and_list),
		TEST(golden_sources),
		TEST(the_title_says_more_where_there_is_room_and_counts_what_there_is_not),
		TEST(on_the_smallest_screen_the_source_that_fails_is_named),
		TEST(what_merely_goes_on_draws_nothing),
		TEST(the_view_of_sources_is_brought_up_to_date_once_a_minute),
		TEST(a_first_fill_shows_how_far_it_is_and_never_claims_to_read),
		TEST(without_alerts_it_says_what_was_looked_at),
		TEST(what_is_watched_from_now_on_claims_no_past),
		TEST(a_source_that_was_never_reached_claims_nothing),
		TEST(with_nothing_at_hand_the_list_says_what_to_do),
		TEST(the_process_that_fetches_is_named_with_its_sources),
		TEST(how_the_history_of_a_source_is_stands_in_the_view_of_sources),
		TEST(a_store_that_refuses_is_said_until_it_does_not),
		TEST(what_comes_later_stands_out_until_a_key_is_pressed),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
