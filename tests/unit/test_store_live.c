/* What the store keeps for live sources, and how it becomes of an older one. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "core/store/live.h"
#include "tests/support/scene.h"
#include "tests/support/store_file.h"

/* ---- positions ---- */

static void
take_position(void *context, struct str name, struct str value)
{
	buf_printf(context, "%.*s=%.*s ", STR_ARG(name), STR_ARG(value));
}

static void
assert_positions(struct store *store, const char *source, const char *expected)
{
	struct buf text = {0};
	struct error err;

	assert_ok(store_positions(store, str_from(source), take_position, &text, &err), &err);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

static void
put_position(struct scene *s, const char *source, const char *name, struct str value)
{
	struct error err;

	assert_ok(
		store_position_put(s->store, str_from(source), str_from(name), value, &err), &err);
}

static void
positions_are_kept_by_source_and_forgotten_by_name(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	put_position(&s, "prod", "until", STR("5"));
	put_position(&s, "prod", "seen/b", STR("1"));
	put_position(&s, "prod", "until", STR("6"));
	put_position(&s, "audit", "until", STR("7"));
	scene_reopen(&s);
	assert_positions(s.store, "prod", "seen/b=1 until=6 ");
	put_position(&s, "prod", "seen/b", STR_ABSENT);
	assert_positions(s.store, "prod", "until=6 ");
	assert_positions(s.store, "audit", "until=7 ");
	assert_positions(s.store, "none", "");
	scene_close(&s);
}

static void
a_position_is_committed_with_the_alerts_before_it_or_not_at_all(void **state)
{
	struct scene s;
	struct error err;

	(void)state;
	scene_open(&s);
	assert_ok(store_begin(s.store, &err), &err);
	put_position(&s, "prod", "until", STR("5"));
	store_rollback(s.store);
	assert_positions(s.store, "prod", "");
	assert_ok(store_begin(s.store, &err), &err);
	put_position(&s, "prod", "until", STR("5"));
	assert_ok(store_commit(s.store, &err), &err);
	assert_positions(s.store, "prod", "until=5 ");
	scene_close(&s);
}

static void
positions_beats_and_health_do_not_move_the_version(void **state)
{
	struct scene s;
	struct store_lease lease;
	struct health health = {.name = "prod"};
	struct error err;
	uint64_t before;

	(void)state;
	scene_open(&s);
	before = store_version(s.store);
	put_position(&s, "prod", "until", STR("5"));
	assert_ok(store_lease(s.store, "alice", &lease, &err), &err);
	assert_ok(store_health_put(s.store, &health, 1, &err), &err);
	assert_int_equal(store_version(s.store), before);
	scene_put(&s, "e-1", "a", NULL);
	assert_int_not_equal(store_version(s.store), before);
	before = store_version(s.store);
	scene_put(&s, "e-1", "a", NULL); /* delivered once more: nothing is new */
	assert_int_equal(store_version(s.store), before);
	scene_close(&s);
}

/* ---- the lease ---- */

static void
assert_lease(struct store *store, const char *user, bool ours, const char *holder)
{
	struct store_lease lease;
	struct error err;

	assert_ok(store_lease(store, user, &lease, &err), &err);
	assert_int_equal(lease.ours, ours);
	assert_string_equal(lease.user, holder);
}

/* Looking does not take it. */
static void
assert_holder(struct store *store, const char *user)
{
	struct store_lease lease;
	struct error err;

	assert_ok(store_lease_holder(store, &lease, &err), &err);
	assert_string_equal(lease.user, user);
	assert_int_equal(lease.pid, user[0] ? getpid() : 0);
}

static void
one_handle_has_the_lease_until_it_ends_it(void **state)
{
	struct scene s;
	struct store *other;
	struct error err;

	(void)state;
	scene_open(&s);
	assert_ok(store_open_again(&other, s.store, &err), &err);
	assert_lease(s.store, "alice", true, "alice");
	assert_lease(other, "bob", false, "alice");
	assert_lease(s.store, "alice", true, "alice");
	assert_ok(store_lease_end(other, &err), &err); /* not its to end */
	assert_lease(other, "bob", false, "alice");
	assert_holder(other, "alice");
	assert_ok(store_lease_end(s.store, &err), &err);
	assert_holder(other, "");
	assert_lease(other, "bob", true, "bob");
	assert_lease(s.store, "alice", false, "bob");
	store_close(other);
	scene_close(&s);
}

static void
the_lease_of_a_program_that_is_gone_is_free(void **state)
{
	struct scene s;
	int status;
	pid_t pid;

	(void)state;
	scene_open(&s);
	pid = fork();
	if (pid == 0) {
		struct store *mine;
		struct store_lease lease;

		if (!store_open(&mine, s.path, NULL) || !store_lease(mine, "carol", &lease, NULL))
			_exit(1);
		_exit(0); /* without a word */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_lease(s.store, "alice", true, "alice");
	scene_close(&s);
}

static void
a_holder_that_has_stopped_beating_loses_the_lease(void **state)
{
	struct scene s;
	struct store *other;
	struct error err;
	char sql[96];

	(void)state;
	scene_open(&s);
	assert_ok(store_open_again(&other, s.store, &err), &err);
	assert_lease(s.store, "alice", true, "alice");
	snprintf(sql, sizeof(sql), "UPDATE lease SET beat = %lld",
		(long long)time_monotonic_ms() - STORE_LEASE_LOST_MS + 2000);
	store_file_sql(s.path, sql);
	assert_lease(other, "bob", false, "alice");
	snprintf(sql, sizeof(sql), "UPDATE lease SET beat = %lld",
		(long long)time_monotonic_ms() - STORE_LEASE_LOST_MS - 1);
	store_file_sql(s.path, sql);
	assert_lease(other, "bob", true, "bob");
	assert_lease(s.store, "alice", false, "bob");
	store_close(other);
	scene_close(&s);
}

/* ---- health ---- */

static void
health_comes_back_as_it_was_put(void **state)
{
	struct health put[2] = {{.name = "prod",
					.type = "cloudtrail",
					.state = HEALTH_OK,
					.success_at = 11,
					.retry_at = TIME_NONE,
					.requests = 12,
					.bytes = 13,
					.records = 14,
					.alerts = 15,
					.problems = 16,
					.failures = 17,
					.position = 18,
					.skew_ms = -19,
					.done = 20,
					.total = 21,
					.history_until = 22,
					.history_left = 23},
		{.name = "audit",
			.state = HEALTH_RETRYING,
			.cause = "throttled",
			.error = "Rate exceeded",
			.advice = "wait",
			.note = "page 3",
			.history_error = "denied: Access Denied",
			.history_advice = "allow it"}};
	struct health *got;
	struct scene s;
	struct error err;
	size_t count;

	(void)state;
	scene_open(&s);
	assert_ok(store_health_put(s.store, put, 2, &err), &err);
	assert_ok(store_health_put(s.store, put, 2, &err), &err); /* instead of, not beside */
	assert_ok(store_health_get(s.store, &got, &count, &err), &err);
	assert_int_equal(count, 2);
	assert_memory_equal(got, put, sizeof(put));
	free(got);
	scene_close(&s);
}

/* ---- problems of a source ---- */

static bool
take_reason(void *context, const struct problem *problem)
{
	buf_printf(context, "%.*s ", STR_ARG(problem->reason));
	return true;
}

static void
assert_recent(struct store *store, const char *source, unsigned most, const char *expected)
{
	struct buf reasons = {0};
	struct error err;

	assert_ok(store_recent_problems(store, str_from(source), most, take_reason, &reasons, &err),
		&err);
	assert_string_equal(buf_cstr(&reasons), expected);
	buf_fini(&reasons);
}

static void
recent_problems_of_a_source_are_the_newest_of_whatever_run(void **state)
{
	static const char *const reasons[] = {"a", "b", "c"};
	struct scene s;
	struct error err;

	(void)state;
	scene_open(&s);
	for (size_t i = 0; i < 3; i++) {
		const struct problem problem = {.severity = PROBLEM_ERROR,
			.source = i == 1 ? STR("audit") : STR("prod"),
			.path = str_from(reasons[i]),
			.offset = PROBLEM_NO_OFFSET,
			.reason = str_from(reasons[i])};

		int64_t input = scene_begin_input(&s, reasons[i], "key", NULL);

		assert_ok(store_begin(s.store, &err), &err);
		assert_ok(store_put_problem(s.store, s.run, input, &problem, &err), &err);
		assert_ok(store_commit(s.store, &err), &err);
		scene_begin_run(&s);
	}
	assert_recent(s.store, "prod", 9, "c a ");
	assert_recent(s.store, "prod", 1, "c ");
	assert_recent(s.store, "audit", 9, "b ");
	assert_recent(s.store, "other", 9, "");
	scene_close(&s);
}

/* ---- since when ---- */

static void
assert_since(struct store *store, const char *source, int64_t expected)
{
	struct error err;
	int64_t since;

	assert_ok(store_since(store, str_from(source), &since, &err), &err);
	assert_int_equal(since, expected);
}

static void
the_first_time_a_source_is_watched_is_kept(void **state)
{
	struct scene s;
	struct error err;

	(void)state;
	scene_open(&s);
	assert_since(s.store, "prod", TIME_NONE);
	assert_ok(store_begin(s.store, &err), &err);
	assert_ok(store_since_put(s.store, STR("prod"), FIXTURE_TIME, &err), &err);
	assert_ok(store_since_put(s.store, STR("prod"), FIXTURE_TIME + 1, &err), &err);
	assert_ok(store_since_put(s.store, STR("prod 2"), FIXTURE_TIME + 2, &err), &err);
	assert_ok(store_commit(s.store, &err), &err);
	assert_since(s.store, "prod", FIXTURE_TIME);
	assert_since(s.store, "prod 2", FIXTURE_TIME + 2);
	scene_close(&s);
}

/* ---- older stores ---- */

static void
a_store_of_the_first_version_is_brought_up_to_date_with_all_it_holds(void **state)
{
	struct scene s;
	struct alert alert = {0};
	char id[ALERT_ID_SIZE];

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	store_close(s.store);
	store_file_age(s.path, 1);
	s.store = NULL;
	scene_reopen(&s);
	scene_load(&s, id, &alert);
	assert_str(alert.text[ALERT_EVENT_ID], "e-1");
	assert_true(alert.arrived == TIME_NONE);
	alert_fini(&alert);
	put_position(&s, "prod", "until", STR("5"));
	scene_close(&s);
}

static void
an_alert_remembers_when_it_arrived_and_whether_it_was_watched(void **state)
{
	struct scene s;
	struct alert alert = {0};
	char id[ALERT_ID_SIZE];

	(void)state;
	scene_open(&s);
	fixture_alert(&alert, "e-1", "a", 1500);
	alert.arrived = 4711;
	alert.watched = true;
	assert_int_equal(scene_put_alert(&s, &alert, s.input, 0), STORE_NEW);
	memcpy(id, alert.id, sizeof(id));
	alert_fini(&alert);
	alert = (struct alert){0};
	scene_load(&s, id, &alert);
	assert_int_equal(alert.arrived, 4711);
	assert_true(alert.watched);
	alert_fini(&alert);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_are_kept_by_source_and_forgotten_by_name),
		cmocka_unit_test(a_position_is_committed_with_the_alerts_before_it_or_not_at_all),
		cmocka_unit_test(positions_beats_and_health_do_not_move_the_version),
		cmocka_unit_test(one_handle_has_the_lease_until_it_ends_it),
		cmocka_unit_test(the_lease_of_a_program_that_is_gone_is_free),
		cmocka_unit_test(a_holder_that_has_stopped_beating_loses_the_lease),
		cmocka_unit_test(health_comes_back_as_it_was_put),
		cmocka_unit_test(
			a_store_of_the_first_version_is_brought_up_to_date_with_all_it_holds),
		cmocka_unit_test(recent_problems_of_a_source_are_the_newest_of_whatever_run),
		cmocka_unit_test(the_first_time_a_source_is_watched_is_kept),
		cmocka_unit_test(an_alert_remembers_when_it_arrived_and_whether_it_was_watched),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
