/* Rules that run in a workspace: rows, requests, limits, refusals. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "tests/support/workspace.h"

/* ---- rows ---- */

static void
a_row_of_the_rule_s_result_is_an_alert_with_the_ingestion_time(void **state)
{
	struct alert alert;
	int64_t arrived;

	(void)state;
	workspace_add(
		&ws, "e-1", "2026-01-02T03:04:05Z", "{\"Name\":\"123\",\"UserName\":\"true\"}");
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 1);
	watcher_await_ok(&ws.watcher, "law");
	watcher_load(&ws.watcher, "e-1", &alert);
	assert_true(time_parse(STR("2026-01-02T03:20:00.1234567Z"), &arrived));
	assert_true(alert.arrived == arrived);
	assert_true(alert.watched); /* exact, at the first fill already */
	assert_true(alert.flags & 1U << FLAG_FROM_TABLE);
	assert_str(alert.sources[0].path, "loganalytics:" WORKSPACE_ID);
	assert_str(alert.text[ALERT_ACCOUNT_NAME], "123");
	assert_str(alert.text[ALERT_TARGET_USER], "bob");
	assert_non_null(
		strstr(alert.text[ALERT_ROW].data, "\"UserName\":\"true\",\"Name\":\"123\""));
	assert_null(strstr(alert.raw.data, "keywatch_"));
	alert_fini(&alert);
}

static void
columns_that_were_projected_away_do_not_hide_the_alert(void **state)
{
	struct alert alert;

	(void)state;
	workspace_use_rule(&ws,
		"AWSCloudTrail | where EventName == 'CreateAccessKey' and UserIdentityType == "
		"'Root' | project AwsEventId, Who = UserIdentityArn, SourceIpAddress");
	workspace_set(&ws, "{\"plain\":true}");
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z",
		"{\"AwsEventId\":\"e-1\",\"Who\":\"arn:x\",\"SourceIpAddress\":\"198.51.100.7\"}");
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 1);
	watcher_load(&ws.watcher, "e-1", &alert);
	assert_str(alert.text[ALERT_ROW],
		"{\"AwsEventId\":\"e-1\",\"Who\":\"arn:x\",\"SourceIpAddress\":\"198.51.100.7\"}");
	assert_str(alert.text[ALERT_IP_ADDRESS], "198.51.100.7");
	alert_fini(&alert);
}

static void
a_rule_whose_result_lacks_the_event_s_id_is_said_not_asked(void **state)
{
	(void)state;
	workspace_use_rule(&ws, "AWSCloudTrail | project SourceIpAddress");
	workspace_watch(&ws, "");
	watcher_await_line(&ws.watcher,
		"law: configuration: no rule can run here: the result of Ours "
		"has no AwsEventId; keep "
		"AwsEventId in the result of the rule's query");
	assert_int_equal(cloud_count(&ws.cloud, "azure", "query"), 0);
}

/* ---- the request ---- */

static void
the_request_holds_the_rule_as_written_and_the_time_asked_for(void **state)
{
	(void)state;
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(&ws, "query", "path", "/v1/workspaces/" WORKSPACE_ID "/query");
	workspace_assert_last(&ws, "query", "headers.content-type", "application/json");
	workspace_assert_last(&ws, "query", "headers.prefer", "wait=180");
	workspace_assert_last(&ws, "query", "headers.authorization", "Bearer eyJ");
	workspace_assert_last(&ws, "query", "body",
		"| where EventName == \\\"CreateAccessKey\\\" \\n| project-away SourceSystem,");
	workspace_assert_last(&ws, "query", "body", "tostring(pack_all())");
	workspace_assert_last(&ws, "query", "body", "keywatch_arrived = ingestion_time()");
	workspace_assert_last(
		&ws, "query", "body", "\"timespan\":\"2026-01-01T03:30:00Z/2026-01-02T03:30:00Z\"");
	workspace_assert_last(&ws, "token", "body",
		"grant_type=client_credentials&client_id=" WORKSPACE_CLIENT
		"&scope=https%3A%2F%2Fapi.loganalytics.io%2F.default&client_secret=azure%2B");
}

static void
a_start_asks_from_where_the_last_one_ended_less_the_overlap(void **state)
{
	(void)state;
	workspace_watch(&ws, ",overlap=10m,first_fill=2d");
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(
		&ws, "query", "body", "\"2025-12-31T03:30:00Z/2026-01-02T03:30:00Z\"");
	watcher_stop(&ws.watcher);
	watcher_start(&ws.watcher, NULL);
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(
		&ws, "query", "body", "\"2026-01-02T03:20:00Z/2026-01-02T03:30:00Z\"");
}

static void
another_query_begins_with_a_first_fill(void **state)
{
	(void)state;
	workspace_watch(&ws, ",overlap=10m");
	watcher_await_ok(&ws.watcher, "law");
	watcher_stop(&ws.watcher);
	workspace_use_rule(&ws, "AWSCloudTrail | project AwsEventId, SourceIpAddress");
	watcher_start(&ws.watcher, NULL);
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(
		&ws, "query", "body", "\"2026-01-01T03:30:00Z/2026-01-02T03:30:00Z\"");
}

static void
what_is_ingested_later_than_the_overlap_is_found_by_the_hourly_sweep(void **state)
{
	(void)state;
	workspace_watch(&ws, ",overlap=1m");
	watcher_await_ok(&ws.watcher, "law");
	workspace_add(&ws, "e-late", "2026-01-01T12:00:00Z", "{}");
	watcher_await_alerts(&ws.watcher, 1);
}

static void
what_was_kept_while_the_clock_was_ahead_is_asked_for_again(void **state)
{
	(void)state;
	ws.watcher.clock.base += 2 * TICKS_PER_DAY;
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	watcher_stop(&ws.watcher);
	ws.watcher.clock.base -= 2 * TICKS_PER_DAY;
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z", "{}");
	watcher_start(&ws.watcher, NULL);
	watcher_await_alerts(&ws.watcher, 1);
}

/* ---- limits ---- */

static void
more_rows_than_the_service_gives_are_asked_for_in_halves_until_all_are_there(void **state)
{
	char id[16], time[32];

	(void)state;
	workspace_set(&ws, "{\"max_rows\":3}");
	for (int i = 0; i < 16; i++) {
		snprintf(id, sizeof(id), "e-%d", i);
		snprintf(time, sizeof(time), "2026-01-02T02:%02d:00Z", i * 3);
		workspace_add(&ws, id, time, "{}");
	}
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 16);
	watcher_await_ok(&ws.watcher, "law");
	assert_int_equal(watcher_health(&ws.watcher, "law").problems, 0);
	assert_int_equal(watcher_health(&ws.watcher, "law").failures, 0);
	watcher_stop(&ws.watcher);
	assert_non_null(strstr(buf_cstr(&ws.watcher.lines), "more rows than one answer may hold"));
}

static void
an_answer_larger_than_we_take_is_asked_for_in_halves(void **state)
{
	(void)state;
	workspace_set(&ws, "{\"pad\":11534336}"); /* 11 MiB: two fit, three do not */
	workspace_add(&ws, "e-1", "2026-01-01T05:00:00Z", "{}");
	workspace_add(&ws, "e-2", "2026-01-01T15:00:00Z", "{}");
	workspace_add(&ws, "e-3", "2026-01-01T22:00:00Z", "{}");
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 3);
	watcher_await_ok(&ws.watcher, "law");
	assert_int_equal(watcher_health(&ws.watcher, "law").failures, 0);
	assert_int_equal(cloud_count(&ws.cloud, "azure", "query"), 3);
}

static void
rows_of_one_second_that_are_still_too_many_are_named_and_stepped_over(void **state)
{
	(void)state;
	workspace_set(&ws, "{\"max_rows\":1}");
	workspace_add(&ws, "e-1", "2026-01-02T02:00:00Z", "{}");
	workspace_add(&ws, "e-2", "2026-01-02T02:00:00Z", "{}");
	workspace_add(&ws, "e-3", "2026-01-02T02:30:00Z", "{}");
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 2);
	watcher_await_ok(&ws.watcher, "law");
	assert_true(watcher_health(&ws.watcher, "law").problems >= 1);
	watcher_stop(&ws.watcher);
	assert_non_null(
		strstr(buf_cstr(&ws.watcher.lines), "than the service gives: some are missing"));
}

static void
a_partial_answer_gives_its_rows_and_says_so_and_is_asked_for_again(void **state)
{
	(void)state;
	workspace_set(&ws,
		"{\"answer\":{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":["
		"{\"name\":\"TimeGenerated\",\"type\":\"datetime\"},"
		"{\"name\":\"AwsEventId\",\"type\":\"string\"},"
		"{\"name\":\"Name\",\"type\":\"dynamic\"}],\"rows\":["
		"[\"2026-01-02T03:04:05Z\",\"e-1\",\"123\"]]}],"
		"\"error\":{\"code\":\"PartialError\",\"message\":\"Some errors.\",\"details\":["
		"{\"code\":\"EngineError\",\"message\":\"A shard was away.\"}]}}}");
	workspace_watch(&ws, "");
	watcher_await_alerts(&ws.watcher, 1);
	watcher_await_line(&ws.watcher,
		"law: answer: the answer is partial, rows are missing: PartialError: Some errors.: "
		"EngineError: A shard was away.; next try");
	workspace_set(&ws, "{\"answer\":null}");
	workspace_add(&ws, "e-2", "2026-01-02T03:04:06Z", "{}"); /* was missing */
	watcher_await_alerts(&ws.watcher, 2);
	watcher_await_ok(&ws.watcher, "law");
}

/* ---- answers without rows ---- */

static void
a_workspace_without_data_is_said_and_its_past_is_not_taken_as_known(void **state)
{
	(void)state;
	workspace_fault(&ws, "\"kind\":\"status\",\"status\":204");
	workspace_watch(&ws, ",overlap=1m");
	watcher_await_line(&ws.watcher, "the workspace has no data (HTTP 204)");
	workspace_add(&ws, "e-1", "2026-01-01T12:00:00Z", "{}");
	watcher_await_alerts(&ws.watcher, 1);
	assert_int_equal(watcher_health(&ws.watcher, "law").failures, 0);
}

static void
an_empty_answer_is_not_taken_for_no_rows(void **state)
{
	(void)state;
	workspace_fault(&ws, "\"kind\":\"status\",\"status\":200");
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z", "{}");
	workspace_watch(&ws, "");
	watcher_await_line(
		&ws.watcher, "law: answer: the answer is empty, which is not the same as no rows");
	watcher_await_alerts(&ws.watcher, 1);
}

static void
html_with_200_and_cut_answers_lose_nothing(void **state)
{
	(void)state;
	workspace_fault(
		&ws, "\"kind\":\"status\",\"status\":200,\"body\":\"<html>Sign in</html>\"");
	workspace_fault(&ws, "\"kind\":\"cut\",\"count\":3");
	workspace_fault(&ws,
		"\"kind\":\"status\",\"status\":200,\"body\":\"{\\\"tables\\\":[{\\\"columns"
		"\\\":[{\\\"name\\\":\\\"AwsEventId\\\"}],\\\"rows\\\":[[\\\"e-0\"");
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z", "{}");
	workspace_watch(&ws, "");
	watcher_await_line(
		&ws.watcher, "law: answer: the answer is not one of a Log Analytics query");
	watcher_await_alerts(&ws.watcher, 1);
	watcher_await_ok(&ws.watcher, "law");
	assert_int_equal(watcher_health(&ws.watcher, "law").failures, 3);
}

static void
an_answer_that_tells_no_events_is_said(void **state)
{
	(void)state;
	workspace_set(&ws, "{\"answer\":{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":["
			   "{\"name\":\"Name\",\"type\":\"string\"}],\"rows\":[[\"x\"]]}]}}");
	workspace_watch(&ws, "");
	watcher_await_line(
		&ws.watcher, "law: answer: the answer has no column AwsEventId to tell events by");
}

/* ---- refusals ---- */

static void
a_semantic_error_is_shown_as_the_service_says_it(void **state)
{
	(void)state;
	workspace_set(&ws,
		"{\"semantic\":[\"CreateAccessKey\",\"'where' operator: Failed to resolve table or "
		"column expression named 'AWSCloudTrail'\"]}");
	workspace_watch(&ws, "");
	watcher_await_line(&ws.watcher,
		"law: configuration: BadArgumentError: The request had some invalid properties: "
		"SemanticError: A semantic error occurred.: SEM0100: 'where' operator: Failed to "
		"resolve table or column expression named 'AWSCloudTrail'; the workspace has no "
		"table "
		"AWSCloudTrail: connect Sentinel's data connector for Amazon Web Services; next "
		"try");
}

static void
a_denial_names_the_role_and_who_needs_it(void **state)
{
	(void)state;
	workspace_set(&ws, "{\"denied\":true}");
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z", "{}");
	workspace_watch(&ws, "");
	watcher_await_line(&ws.watcher,
		"law: denied: InsufficientAccessError: The provided credentials have insufficient "
		"access to perform the requested operation; give client " WORKSPACE_CLIENT
		" (secret) the Azure role Log Analytics Reader on the workspace " WORKSPACE_ID);
	workspace_set(&ws, "{\"denied\":false}");
	watcher_await_alerts(&ws.watcher, 1);
}

static void
a_throttle_is_respected_and_a_timeout_asks_for_half(void **state)
{
	char *body;

	(void)state;
	workspace_fault(&ws, "\"kind\":\"throttle-429\",\"retry_after\":7");
	workspace_fault(&ws,
		"\"kind\":\"status\",\"status\":504,\"count\":3,\"body\":{\"error\":{\"code\":"
		"\"GatewayTimeout\",\"message\":\"took too long\"}}");
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z", "{}");
	workspace_watch(&ws, "");
	watcher_await_line(
		&ws.watcher, "law: throttled: TooManyRequests: slow down; next try in 7 s");
	watcher_await_line(&ws.watcher,
		"law: network: GatewayTimeout: took too long; the query took "
		"too long: the next asks for half the time");
	cloud_await(&ws.cloud, "azure", "query", 5);
	watcher_await_alerts(&ws.watcher, 1);
	body = cloud_last(&ws.cloud, "azure", "query", "body");
	assert_non_null(body);
	free(body);
}

static void
a_refused_token_is_replaced_once_without_a_failure(void **state)
{
	(void)state;
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	cloud_tell(&ws.cloud, "{\"op\":\"call\",\"service\":\"azure\",\"method\":\"revoke\"}");
	workspace_add(&ws, "e-1", "2026-01-02T03:04:05Z", "{}");
	watcher_await_alerts(&ws.watcher, 1);
	assert_int_equal(watcher_health(&ws.watcher, "law").failures, 0);
	/* And what the alert is about is looked for with one of its own. */
	cloud_await(&ws.cloud, "azure", "token", 3);
	assert_int_equal(cloud_count(&ws.cloud, "azure", "token"), 3);
}

static void
a_token_of_another_cloud_is_explained(void **state)
{
	(void)state;
	workspace_set(&ws, "{\"audience\":\"https://api.loganalytics.us\"}");
	workspace_watch(&ws, "");
	watcher_await_line(&ws.watcher, "law: denied: InvalidAuthenticationTokenAudience: ");
	watcher_await_line(&ws.watcher, "authority_host and endpoint_url must belong together");
}

static void
a_stop_ends_a_query_that_is_not_answered(void **state)
{
	int64_t before;

	(void)state;
	workspace_fault(&ws, "\"kind\":\"hang\",\"count\":-1");
	workspace_watch(&ws, "");
	cloud_await(&ws.cloud, "azure", "query", 1);
	before = time_monotonic_ms();
	watcher_stop(&ws.watcher);
	assert_true(time_monotonic_ms() - before < 2000);
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, workspace_standing, workspace_close)
#define RACING(name) cmocka_unit_test_setup_teardown(name, workspace_racing, workspace_close)
	const struct CMUnitTest tests[] = {
		STANDING(a_row_of_the_rule_s_result_is_an_alert_with_the_ingestion_time),
		STANDING(columns_that_were_projected_away_do_not_hide_the_alert),
		STANDING(a_rule_whose_result_lacks_the_event_s_id_is_said_not_asked),
		STANDING(the_request_holds_the_rule_as_written_and_the_time_asked_for),
		STANDING(a_start_asks_from_where_the_last_one_ended_less_the_overlap),
		STANDING(another_query_begins_with_a_first_fill),
		RACING(what_is_ingested_later_than_the_overlap_is_found_by_the_hourly_sweep),
		STANDING(what_was_kept_while_the_clock_was_ahead_is_asked_for_again),
		RACING(more_rows_than_the_service_gives_are_asked_for_in_halves_until_all_are_there),
		STANDING(an_answer_larger_than_we_take_is_asked_for_in_halves),
		RACING(rows_of_one_second_that_are_still_too_many_are_named_and_stepped_over),
		RACING(a_partial_answer_gives_its_rows_and_says_so_and_is_asked_for_again),
		RACING(a_workspace_without_data_is_said_and_its_past_is_not_taken_as_known),
		RACING(an_empty_answer_is_not_taken_for_no_rows),
		RACING(html_with_200_and_cut_answers_lose_nothing),
		STANDING(an_answer_that_tells_no_events_is_said),
		STANDING(a_semantic_error_is_shown_as_the_service_says_it),
		RACING(a_denial_names_the_role_and_who_needs_it),
		RACING(a_throttle_is_respected_and_a_timeout_asks_for_half),
		RACING(a_refused_token_is_replaced_once_without_a_failure),
		STANDING(a_token_of_another_cloud_is_explained),
		STANDING(a_stop_ends_a_query_that_is_not_answered),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, workspace_start, workspace_stop);
}
