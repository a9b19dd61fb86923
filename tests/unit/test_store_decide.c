/* Decisions, races for them, and several handles. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "tests/support/scene.h"

/* ---- decisions ---- */

static bool
decide(struct store *store, const char *id, int64_t if_seq, enum decision_action action,
	const char *actor, struct error *err)
{
	return store_decide(store,
		&(struct store_decision){.id = id,
			.if_seq = if_seq,
			.action = action,
			.actor = str_from(actor),
			.reason = STR("because"),
			.now = FIXTURE_TIME},
		NULL, err);
}

static bool
see_state(void *context, const struct store_row *row)
{
	buf_printf(context, "%s/%s/%s/%.*s/%lld", alert_status_name(row->status),
		classification_name(row->classification), validation_state_name(row->validation),
		STR_ARG(row->owner), (long long)row->last_seq);
	return true;
}

static void
assert_state(struct store *store, const char *expected)
{
	struct buf out = {0};
	struct error err;

	assert_ok(store_row(store, 1, see_state, &out, &err), &err);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
a_decision_is_there_after_a_restart_with_who_when_and_why(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE];
	struct alert got;
	struct error err;
	int64_t seq;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_ok(store_decide(s.store,
			  &(struct store_decision){.id = id,
				  .if_seq = 0,
				  .action = DECIDE_VALIDATE,
				  .actor = STR("alice"),
				  .reason = STR("change 123 \xc3\xa4"),
				  .now = FIXTURE_TIME},
			  &seq, &err),
		&err);
	assert_int_equal(seq, 1);
	scene_reopen(&s);
	scene_load(&s, id, &got);
	assert_int_equal(got.decision_count, 1);
	assert_int_equal(got.decisions[0].seq, 1);
	assert_int_equal(got.decisions[0].at, FIXTURE_TIME);
	assert_int_equal(got.decisions[0].action, DECIDE_VALIDATE);
	assert_str(got.decisions[0].actor, "alice");
	assert_str(got.decisions[0].reason, "change 123 \xc3\xa4");
	assert_int_equal(got.state.status, STATUS_CLOSED);
	assert_int_equal(got.state.validation, VALIDATION_UNSIGNED);
	alert_fini(&got);
	assert_state(s.store, "Closed/BenignPositive/unsigned//1");
	scene_close(&s);
}

static void
the_row_of_a_list_follows_every_decision(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_ok(decide(s.store, id, 0, DECIDE_TAKE, "alice", &err), &err);
	assert_state(s.store, "Active//none/alice/1");
	assert_ok(decide(s.store, id, 1, DECIDE_REQUEST, "alice", &err), &err);
	assert_state(s.store, "Active//awaiting/alice/2");
	assert_ok(decide(s.store, id, 2, DECIDE_NOTE, "bob", &err), &err);
	assert_state(s.store, "Active//awaiting/alice/3");
	assert_ok(decide(s.store, id, 3, DECIDE_MALICIOUS, "bob", &err), &err);
	assert_state(s.store, "Closed/TruePositive/none/alice/4");
	assert_ok(decide(s.store, id, 4, DECIDE_UNDO, "bob", &err), &err);
	assert_state(s.store, "Active//awaiting/alice/5");
	assert_ok(decide(s.store, id, -1, DECIDE_UNDO, "alice", &err), &err);
	assert_ok(decide(s.store, id, -1, DECIDE_UNDO, "alice", &err), &err);
	assert_state(s.store, "New//none//7");
	scene_close(&s);
}

static void
of_two_handles_one_wins_and_the_other_learns_who(void **state)
{
	struct scene s;
	struct store *other;
	char id[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_ok(store_open_again(&other, s.store, &err), &err);
	assert_ok(decide(s.store, id, 0, DECIDE_TAKE, "alice", &err), &err);
	assert_false(decide(other, id, 0, DECIDE_MALICIOUS, "bob", &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_non_null(strstr(err.text, "alice decided take"));
	assert_state(s.store, "Active//none/alice/1");
	assert_ok(decide(other, id, 1, DECIDE_MALICIOUS, "bob", &err), &err);
	assert_false(decide(other, "no such id", 0, DECIDE_TAKE, "bob", &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_false(decide(other, id, 77, DECIDE_NOTE, "bob", &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	store_close(other);
	scene_close(&s);
}

static void
processes_that_race_leave_exactly_one_winner(void **state)
{
	enum { RACERS = 4, ROUNDS = 10 };
	struct scene s;
	struct error err;

	(void)state;
	scene_open(&s);
	for (int round = 0; round < ROUNDS; round++) {
		char id[ALERT_ID_SIZE], name[16];
		int wins = 0;
		pid_t children[RACERS];

		snprintf(name, sizeof(name), "e-%d", round);
		scene_put(&s, name, "a", id);
		store_close(s.store); /* no handle crosses a fork */
		for (int i = 0; i < RACERS; i++) {
			children[i] = fork();
			if (children[i] == 0) {
				bool won;

				if (!store_open(&s.store, s.path, &err))
					_exit(3);
				won = decide(s.store, id, 0, DECIDE_TAKE, "racer", &err);
				store_close(s.store);
				_exit(won ? 0 : err.kind == ERROR_CONFLICT ? 1 : 2);
			}
		}
		for (int i = 0; i < RACERS; i++) {
			int status;

			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
			wins += WEXITSTATUS(status) == 0;
		}
		assert_int_equal(wins, 1);
		assert_ok(store_open(&s.store, s.path, &err), &err);
		scene_begin_run(&s);
	}
	scene_close(&s);
}

static void
the_version_moves_when_anybody_commits(void **state)
{
	struct scene s;
	struct store *other;
	char id[ALERT_ID_SIZE];
	struct error err;
	uint64_t before;

	(void)state;
	scene_open(&s);
	assert_ok(store_open_again(&other, s.store, &err), &err);
	before = store_version(other);
	assert_int_equal(store_version(other), before);
	scene_put(&s, "e-1", "a", id);
	assert_int_not_equal(store_version(other), before);
	before = store_version(other);
	assert_ok(decide(other, id, 0, DECIDE_TAKE, "alice", &err), &err);
	assert_int_not_equal(store_version(other), before);
	store_close(other);
	scene_close(&s);
}

static void
settings_are_kept(void **state)
{
	struct scene s;
	struct arena arena = {0};
	struct error err;

	(void)state;
	scene_open(&s);
	assert_str(store_setting_get(s.store, "filter", &arena), NULL);
	assert_ok(store_setting_put(s.store, "filter", STR("a == \"b\""), &err), &err);
	assert_ok(store_setting_put(s.store, "filter", STR(""), &err), &err);
	scene_reopen(&s);
	assert_str(store_setting_get(s.store, "filter", &arena), "");
	arena_fini(&arena);
	scene_close(&s);
}

/* ---- the private store ---- */

static void
a_private_store_is_shared_by_its_handles_and_gone_with_the_last(void **state)
{
	struct scene s = {0};
	struct store *other;
	struct store_counts counts;
	struct error err;
	char id[ALERT_ID_SIZE];
	uint64_t before;

	(void)state;
	assert_ok(store_open(&s.store, NULL, &err), &err);
	assert_string_equal(store_path(s.store), "");
	assert_ok(store_open_again(&other, s.store, &err), &err);
	scene_begin_run(&s);
	before = store_version(other);
	scene_put(&s, "e-1", "a", id);
	assert_int_not_equal(store_version(other), before);
	assert_ok(decide(other, id, 0, DECIDE_TAKE, "alice", &err), &err);
	store_close(s.store);
	assert_ok(store_count(other, &(struct store_query){0}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 1);
	assert_int_equal(counts.active, 1);
	store_close(other);
	assert_ok(store_open(&s.store, NULL, &err), &err);
	assert_ok(store_count(s.store, &(struct store_query){0}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 0);
	store_close(s.store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decision_is_there_after_a_restart_with_who_when_and_why),
		cmocka_unit_test(the_row_of_a_list_follows_every_decision),
		cmocka_unit_test(of_two_handles_one_wins_and_the_other_learns_who),
		cmocka_unit_test(processes_that_race_leave_exactly_one_winner),
		cmocka_unit_test(the_version_moves_when_anybody_commits),
		cmocka_unit_test(settings_are_kept),
		cmocka_unit_test(a_private_store_is_shared_by_its_handles_and_gone_with_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
