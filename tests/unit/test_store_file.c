/* Files the store must not touch, and disks that refuse it. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/store/private.h" /* another program's view of the file */
#include "tests/support/fixture.h"

static char *
path_in(const char *folder, const char *name)
{
	struct buf path = {0};

	buf_printf(&path, "%s/%s", folder, name);
	return buf_take(&path);
}

static bool
is_there(const char *path, const char *suffix)
{
	struct buf whole = {0};
	bool there;

	buf_printf(&whole, "%s%s", path, suffix);
	there = access(buf_cstr(&whole), F_OK) == 0;
	buf_fini(&whole);
	return there;
}

/* A store with one decided alert, closed. */
static void
make_store(const char *path)
{
	struct store_input input = {
		.name = STR("file"), .path = STR("a"), .identity = STR("a"), .size = 1};
	struct alert alert = {0};
	struct store *store;
	struct error err;
	int64_t run, id;
	bool unchanged;

	assert_ok(store_open(&store, path, &err), &err);
	assert_ok(store_run_begin(store, &run, &err), &err);
	assert_ok(store_begin(store, &err), &err);
	assert_ok(store_input_begin(store, run, &input, "key", &id, &unchanged, &err), &err);
	for (int i = 0; i < 200; i++) {
		char name[16];

		snprintf(name, sizeof(name), "e-%d", i);
		alert = (struct alert){0};
		fixture_alert(&alert, name, "a", 1500);
		assert_int_equal(store_put_alert(store, &alert, id, 0, &err), STORE_NEW);
		if (i == 0) {
			assert_ok(store_commit(store, &err), &err);
			assert_ok(store_decide(store, alert.id, 0, DECIDE_TAKE, STR("alice"),
					  STR(""), 1, NULL, &err),
				&err);
			assert_ok(store_begin(store, &err), &err);
		}
		alert_fini(&alert);
	}
	assert_ok(store_commit(store, &err), &err);
	store_close(store);
	assert_false(is_there(path, "-wal"));
	assert_false(is_there(path, "-shm"));
}

static void
hash_file(const char *path, char hex[HASH_HEX])
{
	size_t len;
	char *bytes = test_read(path, &len);

	hash_hex((struct str){bytes, len}, hex);
	free(bytes);
}

/* The file is refused with these words in the reason, and left as it was, with nothing beside. */
static void
assert_refused(const char *path, const char *words)
{
	char before[HASH_HEX], after[HASH_HEX];
	struct stat st_before, st_after;
	struct store *store;
	struct error err;

	hash_file(path, before);
	assert_int_equal(stat(path, &st_before), 0);
	assert_false(store_open(&store, path, &err));
	assert_int_equal(err.kind, ERROR_STORE);
	if (!strstr(err.text, words) || !strstr(err.text, path))
		print_error("\"%s\" does not hold \"%s\" or the path\n", err.text, words);
	assert_non_null(strstr(err.text, words));
	assert_non_null(strstr(err.text, path));
	hash_file(path, after);
	assert_string_equal(before, after);
	assert_int_equal(stat(path, &st_after), 0);
	assert_int_equal(st_before.st_mtim.tv_nsec, st_after.st_mtim.tv_nsec);
	assert_false(is_there(path, "-wal"));
	assert_false(is_there(path, "-shm"));
	assert_false(is_there(path, "-journal"));
}

/* What another program does to the file. */
static void
sql(const char *path, const char *text)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, text, NULL, NULL, &message);
	if (message)
		print_error("%s\n", message);
	assert_null(message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
write_at(const char *path, long offset, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	close(fd);
}

/* ---- files that are not ours ---- */

static void
a_file_that_is_no_database_is_named_and_left_alone(void **state)
{
	static const char *const contents[] = {"{\"Records\":[]}", "x", "SQLite format 3"};
	char *folder = test_folder();

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		char *path = test_file(folder, "notes", contents[i], strlen(contents[i]));

		assert_refused(path, "no store of keywatch");
		free(path);
	}
	test_rmtree(folder);
}

static void
a_database_of_another_program_is_named_and_left_alone(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "foreign.db");

	(void)state;
	sql(path, "CREATE TABLE bookmark(url); INSERT INTO bookmark VALUES('x')");
	assert_refused(path, "another program");
	sql(path, "PRAGMA journal_mode=WAL; PRAGMA application_id=1; PRAGMA user_version=1");
	assert_refused(path, "another program");
	free(path);
	test_rmtree(folder);
}

static void
a_store_of_a_newer_version_is_named_and_left_alone(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");

	(void)state;
	make_store(path);
	sql(path, "PRAGMA user_version=99");
	assert_refused(path, "newer keywatch");
	free(path);
	test_rmtree(folder);
}

static void
a_store_with_tables_triggers_or_views_that_are_not_ours_is_refused(void **state)
{
	static const char *const changes[] = {
		"CREATE VIEW decision_view AS SELECT * FROM decision",
		"CREATE TRIGGER t AFTER INSERT ON decision BEGIN DELETE FROM problem; END",
		"DROP TRIGGER decision_no_delete",
		"DROP INDEX alert_time",
		"ALTER TABLE alert ADD COLUMN extra TEXT",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		char *folder = test_folder(), *path = path_in(folder, "keywatch.db");

		make_store(path);
		sql(path, changes[i]);
		assert_refused(path, "not as keywatch made them");
		free(path);
		test_rmtree(folder);
	}
}

/* ---- damage ---- */

static void
a_truncated_store_is_named_and_left_alone(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	struct stat st;

	(void)state;
	make_store(path);
	assert_int_equal(stat(path, &st), 0);
	for (int part = 1; part < 8; part++) {
		assert_int_equal(truncate(path, st.st_size * (8 - part) / 8 + 100), 0);
		assert_refused(path, "damaged");
	}
	assert_int_equal(truncate(path, 50), 0);
	assert_refused(path, "damaged");
	free(path);
	test_rmtree(folder);
}

static void
a_store_with_overwritten_pages_is_named_and_left_alone(void **state)
{
	enum { PAGE = 16384 };
	char noise[PAGE], *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	struct stat st;

	(void)state;
	memset(noise, 0xa5, sizeof(noise));
	make_store(path);
	assert_int_equal(stat(path, &st), 0);
	for (long page = 0; page < st.st_size / PAGE; page += 3) {
		size_t len;
		char *bytes = test_read(path, &len);

		write_at(path, page * PAGE, noise, page == 0 ? 64 : sizeof(noise));
		assert_refused(path, "damaged");
		free(test_file(folder, "keywatch.db", bytes, len));
		free(bytes);
	}
	free(path);
	test_rmtree(folder);
}

static void
a_write_ahead_file_without_its_store_is_not_played_into_a_new_one(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	struct store *store;
	struct error err;

	(void)state;
	free(test_file(folder, "keywatch.db-wal", "decisions", 9));
	assert_false(store_open(&store, path, &err));
	assert_non_null(strstr(err.text, "without its store"));
	assert_false(is_there(path, ""));
	free(path);
	test_rmtree(folder);
}

/* ---- modes and places ---- */

static void
a_new_store_is_private_and_so_is_its_new_folder(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "a/b/keywatch.db");
	char *inner = path_in(folder, "a/b");
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
	make_store(path);
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
		char *folder = test_folder(), *path = path_in(folder, names[i]);

		make_store(path);
		assert_true(is_there(path, ""));
		free(path);
		test_rmtree(folder);
	}
}

static void
links_folders_and_what_everybody_may_write_are_refused(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	char *alias = path_in(folder, "alias.db"), *open_folder = path_in(folder, "open");
	char *in_open = path_in(folder, "open/keywatch.db"), *slash = path_in(folder, "");
	struct store *store;
	struct error err;

	(void)state;
	make_store(path);
	assert_int_equal(symlink("keywatch.db", alias), 0);
	assert_false(store_open(&store, alias, &err));
	assert_non_null(strstr(err.text, "symbolic link"));
	assert_int_equal(chmod(path, 0606), 0);
	assert_refused(path, "everybody may write");
	assert_int_equal(mkdir(open_folder, 0700), 0);
	assert_int_equal(chmod(open_folder, 0777), 0);
	assert_false(store_open(&store, in_open, &err));
	assert_non_null(strstr(err.text, "everybody may write the folder"));
	assert_false(store_open(&store, open_folder, &err));
	assert_false(store_open(&store, slash, &err));
	assert_false(store_open(&store, "", &err));
	free(path);
	free(alias);
	free(open_folder);
	free(in_open);
	free(slash);
	test_rmtree(folder);
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
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	struct store_counts counts;
	struct store *store;
	struct error err;
	int status;
	pid_t child;

	(void)state;
	make_store(path);
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
	char *folder = test_folder(), *path = path_in(folder, "file/keywatch.db");
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
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	struct store *store;
	sqlite3_stmt *stmt;
	struct error err;
	sqlite3 *db;

	(void)state;
	make_store(path);
	assert_ok(store_open(&store, path, &err), &err);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT id FROM alert", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_ok(store_decide(store, (const char *)sqlite3_column_text(stmt, 0), -1, DECIDE_NOTE,
			  STR("bob"), STR("text"), 1, NULL, &err),
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
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	sqlite3 *db;

	(void)state;
	make_store(path);
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
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db"), id[ALERT_ID_SIZE];
	struct alert alert = {0};
	struct buf names = {0};
	struct store *store;
	struct error err;

	(void)state;
	make_store(path);
	sql(path, "UPDATE alert SET status = 99, classification = -1, validation = 1 << 40,"
		  " outcome = 'x' WHERE n = 1;"
		  "UPDATE detail SET row = '{\"a\":\"' || char(27) || '\"}'");
	assert_ok(store_open(&store, path, &err), &err);
	assert_ok(store_row(store, 1, see_names, &names, &err), &err);
	assert_string_equal(buf_cstr(&names), "Newnonesuccess");
	assert_ok(store_find(store, STR("e-0"), id, &err), &err);
	assert_false(store_load(store, id, &alert, &err));
	assert_int_equal(err.kind, ERROR_STORE);
	store_close(store);
	buf_fini(&names);
	free(path);
	test_rmtree(folder);
}

/* A second start of the same store in one process must not drop the first one's locks. */
static void
opening_a_store_twice_in_one_process_keeps_both_whole(void **state)
{
	char *folder = test_folder(), *path = path_in(folder, "keywatch.db");
	struct store *first, *second;
	struct error err;
	int status;
	pid_t child;

	(void)state;
	make_store(path);
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
	assert_true(is_there(path, "-wal"));
	assert_ok(store_setting_put(first, "a", STR("2"), &err), &err);
	store_close(first);
	free(path);
	test_rmtree(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_no_database_is_named_and_left_alone),
		cmocka_unit_test(a_database_of_another_program_is_named_and_left_alone),
		cmocka_unit_test(a_store_of_a_newer_version_is_named_and_left_alone),
		cmocka_unit_test(
			a_store_with_tables_triggers_or_views_that_are_not_ours_is_refused),
		cmocka_unit_test(a_truncated_store_is_named_and_left_alone),
		cmocka_unit_test(a_store_with_overwritten_pages_is_named_and_left_alone),
		cmocka_unit_test(a_write_ahead_file_without_its_store_is_not_played_into_a_new_one),
		cmocka_unit_test(a_new_store_is_private_and_so_is_its_new_folder),
		cmocka_unit_test(an_empty_file_becomes_a_store),
		cmocka_unit_test(odd_names_are_just_names),
		cmocka_unit_test(links_folders_and_what_everybody_may_write_are_refused),
		cmocka_unit_test(a_full_disk_is_named_and_loses_nothing_that_was_saved),
		cmocka_unit_test(a_folder_that_is_a_file_is_an_error),
		cmocka_unit_test(a_reader_of_another_program_does_not_stop_a_writer),
		cmocka_unit_test(decisions_cannot_be_changed_deleted_or_replaced_in_the_file),
		cmocka_unit_test(numbers_and_rows_that_another_program_wrote_are_not_believed),
		cmocka_unit_test(opening_a_store_twice_in_one_process_keeps_both_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
