/* `keywatch sources`: what the store says of them, and what is configured besides. */
#include <stdio.h>

#include "core/base/health.h"
#include "core/base/json.h"
#include "core/base/timefmt.h"
#include "core/store/live.h"
#include "tests/support/stage.h"

#define FEED "type=follow,name=feed,path=/var/log/feed.ndjson"

static struct run run;
static const char *const environment[] = {"KEYWATCH_NOW=" STAGE_NOW, NULL};

#define sources(stage, ...)                                                                        \
	sources_words((stage), (const char *const[]){"sources", "--store", (stage)->store,         \
				       "--source", FEED, __VA_ARGS__, NULL})

static int
sources_words(const struct stage *stage, const char *const *words)
{
	run_fini(&run);
	run.child.environment = environment;
	stage_run_words(stage, &run, words);
	return run.status;
}

static int64_t
at(const char *time)
{
	int64_t ticks;

	assert_true(time_parse(str_from(time), &ticks));
	return ticks;
}

static void
put_problems(struct store *store)
{
	const struct problem list[] = {
		{.severity = PROBLEM_NOTE,
			.source = STR("trail"),
			.path = STR("s3://b/k"),
			.offset = PROBLEM_NO_OFFSET,
			.reason = STR("archived")},
		{.severity = PROBLEM_ERROR,
			.source = STR("trail"),
			.path = STR("s3://b/\x1b[2J"),
			.offset = 17,
			.reason = STR("cut off")},
	};
	struct error err;
	int64_t run_id;

	assert_ok(store_run_begin(store, &run_id, &err), &err);
	assert_ok(store_be_durable(store, &err), &err);
	for (size_t i = 0; i < 2; i++)
		assert_ok(store_put_problem(store, run_id, 0, &list[i], &err), &err);
}

/* As a process left it that has ended. */
static void
put_health(const struct stage *stage)
{
	const struct health list[] = {
		{.name = "api",
			.type = "cloudtrail",
			.state = HEALTH_RETRYING,
			.success_at = at("2026-01-16T23:50:00Z"),
			.position = at("2026-01-16T21:00:00.25Z"),
			.retry_at = at("2026-01-17T00:00:39.5Z"),
			.cause = "throttled",
			.error = "ThrottlingException: Rate exceeded\x1b[2J",
			.advice = "ask less often",
			.requests = 12,
			.records = 3,
			.alerts = 2,
			.problems = 1,
			.history_until = at("2026-01-16T22:00:00Z"),
			.history_left = 3,
			.skew_ms = -7 * 60000},
		{.name = "trail",
			.type = "s3",
			.state = HEALTH_OK,
			.success_at = at("2026-01-16T23:59:50Z"),
			.position = TIME_NONE,
			.retry_at = TIME_NONE,
			.note = "first fill: 2026-01-15, 3 folders of a day left",
			.history_left = 1,
			.history_error = "denied: s3://b/k: Access Denied\x1b[2J",
			.history_advice = "allow the IAM action s3:GetObject"},
	};
	struct store *store;
	struct error err;

	assert_ok(store_open(&store, stage->store, &err), &err);
	assert_ok(store_health_put(store, list, 2, &err), &err);
	put_problems(store);
	store_close(store);
}

static void
each_has_its_position_its_lag_and_what_is_wrong_with_it(void **state)
{
	put_health(*state);
	assert_int_equal(sources((const struct stage *)*state, NULL), 0);
	assert_str(buf_view(&run.out),
		"nobody fetches now\n"
		"NAME              TYPE          STATE      SUCCESS   POSITION              LAG    "
		" "
		"  REQUESTS   RECORDS   ALERTS  PROBLEMS\n"
		"api               cloudtrail    retrying   10 min    2026-01-16T21:00:00Z  2 h    "
		" "
		"        12         3        2         1\n"
		"    throttled: ThrottlingException: Rate exceeded\\u001b[2J; next try in 40 s\n"
		"    ask less often\n"
		"    history: looked until 2026-01-16T22:00:00Z, 3 questions left\n"
		"    the clock of this machine is 7 min ahead: AWS refuses requests from 5 to 15 "
		"min on; set it (timedatectl)\n"
		"trail             s3            ok         now       -                     -      "
		" "
		"         0         0        0         0\n"
		"    first fill: 2026-01-15, 3 folders of a day left\n"
		"    history: 1 question left\n"
		"    history: denied: s3://b/k: Access Denied\\u001b[2J\n"
		"    allow the IAM action s3:GetObject\n"
		"    problem: s3://b/\\u001b[2J at byte 17: cut off\n"
		"    problem: s3://b/k: archived\n"
		"feed              follow        starting   never     -                     -      "
		" "
		"         0         0        0         0\n");
}

static void
json_holds_the_same_and_null_for_what_is_not_known(void **state)
{
	const struct json *list, *first;
	struct json_doc *doc;
	struct error err;

	put_health(*state);
	assert_int_equal(sources((const struct stage *)*state, "--format", "json"), 0);
	assert_ok(json_parse(buf_view(&run.out), &doc, &err), &err);
	assert_int_equal(json_type(json_get(json_root(doc), STR("fetcher"))), JSON_NULL);
	list = json_get(json_root(doc), STR("sources"));
	assert_int_equal(json_count(list), 3);
	first = json_at(list, 0);
	assert_str(json_string(json_get(first, STR("position"))), "2026-01-16T21:00:00.25Z");
	assert_str(json_string(json_get(first, STR("nextTry"))), "2026-01-17T00:00:39.5Z");
	assert_str(json_string(json_get(first, STR("cause"))), "throttled");
	assert_str(json_number_text(json_get(first, STR("problems"))), "1");
	assert_str(json_string(json_get(json_at(list, 1), STR("note"))),
		"first fill: 2026-01-15, 3 folders of a day left");
	assert_int_equal(json_type(json_get(json_at(list, 2), STR("lastSuccess"))), JSON_NULL);
	assert_str(json_string(json_get(first, STR("historyUntil"))), "2026-01-16T22:00:00Z");
	assert_str(json_number_text(json_get(first, STR("historyLeft"))), "3");
	assert_int_equal(json_type(json_get(first, STR("historyError"))), JSON_NULL);
	assert_int_equal(json_type(json_get(json_at(list, 1), STR("historyUntil"))), JSON_NULL);
	assert_str(json_string(json_get(json_at(list, 1), STR("historyAdvice"))),
		"allow the IAM action s3:GetObject");
	assert_int_equal(json_count(json_get(first, STR("recentProblems"))), 0);
	first = json_at(json_get(json_at(list, 1), STR("recentProblems")), 0);
	assert_str(json_string(json_get(first, STR("path"))), "s3://b/\x1b[2J");
	assert_str(json_number_text(json_get(first, STR("offset"))), "17");
	assert_str(json_string(json_get(first, STR("severity"))), "error");
	json_doc_free(doc);
}

static void
words_that_make_no_sense_are_a_mistake_of_the_command_line(void **state)
{
	assert_int_equal(sources((const struct stage *)*state, "logs/"), 2);
	assert_int_equal(sources((const struct stage *)*state, "--format", "csv"), 2);
	assert_non_null(strstr(buf_cstr(&run.err), "sources: --format text or json\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(each_has_its_position_its_lag_and_what_is_wrong_with_it),
		stage_test(json_holds_the_same_and_null_for_what_is_not_known),
		stage_test(words_that_make_no_sense_are_a_mistake_of_the_command_line),
	};
	int status;

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	status = cmocka_run_group_tests(tests, NULL, NULL);
	run_fini(&run);
	return status;
}
