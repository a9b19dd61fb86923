/* New stores, disks that refuse, and what other programs do to a store in use. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/store/private.h"
#include "tests/support/fixture.h"
#include "tests/support/store_file.h"

/* ---- modes and places ---- */

static void
a_new_store_is_private_and_so_is_its_new_folder(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "a/b/keywatch.db");
	char *inner = store_file_in(folder, "a/b");
	struct store *store;
	struct stat st;
	struct error err;

	(void)state;
	umask(0);
	assert_ok(store_open(&store, path, &err), &err);
	umask(022);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(inner, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	store_close(store);
	free(inner);
	free(path);
	test_rmtree(folder);
}

static void
an_empty_file_becomes_a_store(void **state)
{
	char *folder = test_folder(), *path = test_file(folder, "keywatch.db", "", 0);

	(void)state;
	store_file_make(path);
	free(path);
	test_rmtree(folder);
}

static void
odd_names_are_just_names(void **state)
{
	static const char *const names[] = {"a b?mode=ro#x%41.db", "file:x?immutable=1", "-wal",
		"\xff\xfe", "'; DROP TABLE alert"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *folder = test_folder(), *path = store_file_in(folder, names[i]);

		store_file_make(path);
		assert_true(store_file_is_there(path, ""));
		free(path);
		test_rmtree(folder);
	}
}

/* ---- disks that refuse ---- */

/* Runs in a child whose files may not grow beyond what the store has now and a little. */
static int
fill_until_refused(const char *path)
{
	struct store_input input = {
		.name = STR("file"), .path = STR("b"), .identity = STR("b"), .size = 1};
	struct rlimit limit;
	struct alert alert = {0};
	struct store *store;
	struct stat st;
	struct error err = {0};
	int64_t run, id;
	bool unchanged, failed = false;

	signal(SIGXFSZ, SIG_IGN);
	stat(path, &st);
	limit.rlim_cur = limit.rlim_max = (rlim_t)st.st_size + 100000;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (!store_open(&store, path, &err) || !store_run_begin(store, &run, &err) ||
		!store_input_begin(store, run, &input, "key", &id, &unchanged, &err))
		return 10;
	for (int i = 0; i < 10000 && !failed; i++) {
		char name[24];

		snprintf(name, sizeof(name), "full-%d", i);
		alert = (struct alert){0};
		fixture_alert(&alert, name, "a", 3000);
		failed = !store_begin(store, &err) ||
			 store_put_alert(store, &alert, id, 0, &err) == STORE_FAILED ||
			 !store_commit(store, &err);
		if (failed)
			store_rollback(store);
		alert_fini(&alert);
	}
	if (!failed || !strstr(err.text, "no space left"))
		return 11;
	store_close(store);
	return 0;
}

static void
a_full_disk_is_named_and_loses_nothing_that_was_saved(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	struct store_counts counts;
	struct store *store;
	struct error err;
	int status;
	pid_t child;

	(void)state;
	store_file_make(path);
	child = fork();
	if (child == 0)
		_exit(fill_until_refused(path));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_ok(store_open(&store, path, &err), &err);
	assert_ok(store_count(store, &(struct store_query){0}, &counts, &err), &err);
	assert_true(counts.alerts >= 200);
	assert_int_equal(counts.active, 1);
	store_close(store);
	free(path);
	test_rmtree(folder);
}

static void
a_folder_that_is_a_file_is_an_error(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "file/keywatch.db");
	struct store *store;
	struct error err;

	(void)state;
	free(test_file(folder, "file", "x", 1));
	assert_false(store_open(&store, path, &err));
	assert_int_equal(err.kind, ERROR_STORE);
	free(path);
	test_rmtree(folder);
}

/* ---- others at work ---- */

static void
a_reader_of_another_program_does_not_stop_a_writer(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	struct store *store;
	sqlite3_stmt *stmt;
	struct error err;
	sqlite3 *db;

	(void)state;
	store_file_make(path);
	assert_ok(store_open(&store, path, &err), &err);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT id FROM alert", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_ok(store_decide(store,
			  &(struct store_decision){.id = (const char *)sqlite3_column_text(stmt, 0),
				  .if_seq = -1,
				  .action = DECIDE_NOTE,
				  .actor = STR("bob"),
				  .reason = STR("text"),
				  .now = 1},
			  NULL, &err),
		&err);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	store_close(store);
	free(path);
	test_rmtree(folder);
}

static void
decisions_cannot_be_changed_deleted_or_replaced_in_the_file(void **state)
{
	static const char *const attempts[] = {"UPDATE decision SET actor = 'mallory'",
		"DELETE FROM decision", "REPLACE INTO decision SELECT * FROM decision"};
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	sqlite3 *db;

	(void)state;
	store_file_make(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		assert_int_equal(
			sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
		assert_string_equal(sqlite3_errmsg(db), "decisions are append only");
	}
	sqlite3_close(db);
	free(path);
	test_rmtree(folder);
}

static bool
see_names(void *context, const struct store_row *row)
{
	buf_printf(context, "%s%s%s%s", alert_status_name(row->status),
		classification_name(row->classification), validation_state_name(row->validation),
		outcome_name(row->outcome));
	return true;
}

static void
numbers_and_rows_that_another_program_wrote_are_not_believed(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db"),
	     id[ALERT_ID_SIZE];
	struct alert alert = {0};
	struct buf names = {0};
	struct store *store;
	struct error err;

	(void)state;
	store_file_make(path);
	store_file_sql(path,
		"UPDATE alert SET status = 99, classification = -1, validation = 1 << 40,"
		" outcome = 'x' WHERE n = 1;"
		"UPDATE detail SET row = '{\"a\":\"' || char(27) || '\"}' WHERE alert = 1;"
		"UPDATE detail SET raw = CAST('{}' AS BLOB) WHERE alert = 2");
	assert_ok(store_open(&store, path, &err), &err);
	assert_ok(store_row(store, 1, see_names, &names, &err), &err);
	assert_string_equal(buf_cstr(&names), "Newnonesuccess");
	assert_ok(store_find(store, STR("e-0"), id, &err), &err);
	assert_false(store_load(store, id, &alert, &err));
	assert_non_null(strstr(err.text, "row is not as keywatch wrote it"));
	assert_false(store_load_row(store, 2, &alert, &err));
	assert_non_null(strstr(err.text, "does not have the hash"));
	assert_ok(store_load_row(store, 3, &alert, &err), &err);
	assert_str(alert.text[ALERT_EVENT_ID], "e-2");
	alert_fini(&alert);
	store_close(store);
	buf_fini(&names);
	free(path);
	test_rmtree(folder);
}

/* A second start of the same store in one process must not drop the first one's locks. */
static void
opening_a_store_twice_in_one_process_keeps_both_whole(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	struct store *first, *second;
	struct error err;
	int status;
	pid_t child;

	(void)state;
	store_file_make(path);
	assert_ok(store_open(&first, path, &err), &err);
	assert_int_not_equal(store_version(first), UINT64_MAX);
	assert_ok(store_setting_put(first, "a", STR("1"), &err), &err);
	assert_ok(store_open(&second, path, &err), &err);
	store_close(second);
	/* If our locks were gone, the other program would believe to be the last and remove the
	 * write-ahead file under us. */
	child = fork();
	if (child == 0) {
		if (!store_open(&second, path, &err))
			_exit(1);
		store_close(second);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(store_file_is_there(path, "-wal"));
	assert_ok(store_setting_put(first, "a", STR("2"), &err), &err);
	store_close(first);
	free(path);
	test_rmtree(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_store_is_private_and_so_is_its_new_folder),
		cmocka_unit_test(an_empty_file_becomes_a_store),
		cmocka_unit_test(odd_names_are_just_names),
		cmocka_unit_test(a_full_disk_is_named_and_loses_nothing_that_was_saved),
		cmocka_unit_test(a_folder_that_is_a_file_is_an_error),
		cmocka_unit_test(a_reader_of_another_program_does_not_stop_a_writer),
		cmocka_unit_test(decisions_cannot_be_changed_deleted_or_replaced_in_the_file),
		cmocka_unit_test(numbers_and_rows_that_another_program_wrote_are_not_believed),
		cmocka_unit_test(opening_a_store_twice_in_one_process_keeps_both_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
