/* Programs killed at any moment: what they reported as saved is there, and the rest is whole. */
#include "tests/support/test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/store/private.h" /* another program's view of the file */
#include "tests/support/fixture.h"

enum { ROUNDS = 40, BATCH = 7 };

/* What a child says on its pipe once something was reported as saved. */
struct report {
	char kind; /* 'a' alert, 'd' decision */
	char id[ALERT_ID_SIZE];
	int64_t seq;
};

struct ledger {
	struct report *reports;
	size_t count, capacity;
};

/* ---- the child ---- */

static void
say(int fd, char kind, const char *id, int64_t seq)
{
	struct report report = {.kind = kind, .seq = seq};

	memcpy(report.id, id, ALERT_ID_SIZE);
	if (write(fd, &report, sizeof(report)) != (ssize_t)sizeof(report))
		_exit(4);
}

static void
put_batch(struct store *store, int64_t input, int round, int batch, int fd)
{
	char ids[BATCH][ALERT_ID_SIZE], name[48];
	struct error err;

	if (!store_begin(store, &err))
		_exit(5);
	for (int i = 0; i < BATCH; i++) {
		struct alert alert = {0};

		snprintf(name, sizeof(name), "%d-%d-%d", round, batch, i);
		fixture_alert(&alert, name, "a", 700);
		if (store_put_alert(store, &alert, input, 0, &err) == STORE_FAILED)
			_exit(6);
		memcpy(ids[i], alert.id, ALERT_ID_SIZE);
		alert_fini(&alert);
	}
	if (!store_commit(store, &err))
		_exit(7);
	for (int i = 0; i < BATCH; i++)
		say(fd, 'a', ids[i], 0);
}

static bool
first_id(void *context, const struct store_row *row)
{
	memcpy(context, row->id, ALERT_ID_SIZE);
	return false;
}

static void
decide_something(struct store *store, int batch, int fd)
{
	static const enum decision_action actions[] = {
		DECIDE_TAKE, DECIDE_NOTE, DECIDE_MALICIOUS, DECIDE_UNDO, DECIDE_REQUEST};
	struct store_query query = {.order = STORE_BY_ROWID, .descending = true};
	char id[ALERT_ID_SIZE] = "";
	struct error err;
	int64_t seq;

	if (!store_rows(store, &query, first_id, id, &err))
		_exit(8);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (store_decide(store,
			    &(struct store_decision){.id = id,
				    .if_seq = -1,
				    .action = actions[i],
				    .actor = STR("alice"),
				    .reason = STR("because"),
				    .now = batch},
			    &seq, &err))
			say(fd, 'd', id, seq);
}

static void
work_for_ever(const char *path, int round, int fd)
{
	struct store_input input = {
		.name = STR("file"), .path = STR("a"), .identity = STR("a"), .size = 1};
	struct store *detector, *decider;
	struct error err;
	int64_t run, id;
	bool unchanged;

	if (!store_open(&detector, path, &err) || !store_open_again(&decider, detector, &err) ||
		!store_run_begin(detector, &run, &err) ||
		!store_input_begin(detector, run, &input, "key", &id, &unchanged, &err)) {
		fprintf(stderr, "%s\n", err.text);
		_exit(3);
	}
	for (int batch = 0;; batch++) {
		put_batch(detector, id, round, batch, fd);
		decide_something(decider, batch, fd);
	}
}

/* ---- the parent ---- */

/* Starts a child and kills it after it said so many things. */
static void
run_and_kill(const char *path, int round, size_t reports, struct ledger *ledger)
{
	struct report report;
	int pipe_fds[2], status;
	pid_t child;

	assert_int_equal(pipe(pipe_fds), 0);
	child = fork();
	if (child == 0) {
		close(pipe_fds[0]);
		work_for_ever(path, round, pipe_fds[1]);
	}
	close(pipe_fds[1]);
	for (size_t i = 0; i < reports; i++) {
		assert_int_equal(read(pipe_fds[0], &report, sizeof(report)), sizeof(report));
		MEM_GROW(ledger->reports, ledger->count, ledger->capacity);
		ledger->reports[ledger->count++] = report;
	}
	kill(child, SIGKILL);
	/* What it could still say before it died was saved too. */
	while (read(pipe_fds[0], &report, sizeof(report)) == (ssize_t)sizeof(report)) {
		MEM_GROW(ledger->reports, ledger->count, ledger->capacity);
		ledger->reports[ledger->count++] = report;
	}
	close(pipe_fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void
assert_intact(const char *path)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	assert_int_equal(
		sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static bool
is_decided(const struct alert *alert, int64_t seq)
{
	for (size_t i = 0; i < alert->decision_count; i++)
		if (alert->decisions[i].seq == seq)
			return true;
	return false;
}

static void
assert_saved(struct store *store, const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++) {
		const struct report *report = &ledger->reports[i];
		struct alert alert = {0};
		struct error err;

		assert_ok(store_load(store, report->id, &alert, &err), &err);
		assert_true(alert.raw.len >= 700);
		if (report->kind == 'd')
			assert_true(is_decided(&alert, report->seq));
		alert_fini(&alert);
	}
}

/* The columns of the list say what the decisions come to. */
static bool
assert_cache(void *context, const struct store_row *row)
{
	struct alert alert = {0};
	struct error err;

	assert_ok(store_load(context, row->id, &alert, &err), &err);
	assert_int_equal(row->status, alert.state.status);
	assert_int_equal(row->classification, alert.state.classification);
	assert_int_equal(row->validation, alert.state.validation);
	assert_int_equal(row->last_seq, alert.state.last_seq);
	assert_true(str_equal(row->owner, alert.state.owner));
	alert_fini(&alert);
	return true;
}

static void
nothing_that_was_saved_is_lost_by_kill_9(void **state)
{
	char *folder = test_folder(), path[512];
	struct ledger ledger = {0};
	struct store *store;
	struct error err;

	(void)state;
	snprintf(path, sizeof(path), "%s/keywatch.db", folder);
	srand(20260102);
	for (int round = 0; round < ROUNDS; round++)
		run_and_kill(path, round, (size_t)rand() % 60, &ledger);
	assert_true(ledger.count > ROUNDS);
	assert_ok(store_open(&store, path, &err), &err);
	assert_saved(store, &ledger);
	assert_ok(store_rows(store, &(struct store_query){0}, assert_cache, store, &err), &err);
	store_close(store);
	assert_intact(path);
	free(ledger.reports);
	test_rmtree(folder);
}

/* ---- killed while the store is made ---- */

static void
a_store_that_was_being_made_is_made_by_the_next(void **state)
{
	char *folder = test_folder(), path[512];
	struct store *store;
	struct error err;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int status;
		pid_t child;

		snprintf(path, sizeof(path), "%s/%d.db", folder, round);
		child = fork();
		if (child == 0) {
			/* Dies at a time of its own, somewhere in opening. */
			struct itimerval soon = {.it_value.tv_usec = 200 + round * 150};

			setitimer(ITIMER_REAL, &soon, NULL);
			for (;;) {
				if (!store_open(&store, path, &err))
					_exit(1);
				store_close(store);
			}
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_ok(store_open(&store, path, &err), &err);
		store_close(store);
		assert_intact(path);
	}
	test_rmtree(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_was_saved_is_lost_by_kill_9),
		cmocka_unit_test(a_store_that_was_being_made_is_made_by_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
