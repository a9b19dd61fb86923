/* Files the store must not touch. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/store/private.h"
#include "tests/support/store_file.h"

/* ---- files that are not ours ---- */

static void
a_file_that_is_no_database_is_named_and_left_alone(void **state)
{
	static const char *const contents[] = {"{\"Records\":[]}", "x", "SQLite format 3"};
	char *folder = test_folder();

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		char *path = test_file(folder, "notes", contents[i], strlen(contents[i]));

		store_file_refused(path, "no store of keywatch");
		free(path);
	}
	test_rmtree(folder);
}

static void
a_database_of_another_program_is_named_and_left_alone(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "foreign.db");

	(void)state;
	store_file_sql(path, "CREATE TABLE bookmark(url); INSERT INTO bookmark VALUES('x')");
	store_file_refused(path, "another program");
	store_file_sql(
		path, "PRAGMA journal_mode=WAL; PRAGMA application_id=1; PRAGMA user_version=1");
	store_file_refused(path, "another program");
	free(path);
	test_rmtree(folder);
}

static void
a_store_of_a_newer_version_is_named_and_left_alone(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");

	(void)state;
	store_file_make(path);
	store_file_sql(path, "PRAGMA user_version=99");
	store_file_refused(path, "newer keywatch");
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
		/* By a name that SQLite keeps for itself. */
		"PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES('trigger',"
		" 'sqlite_t', 'decision', 0, 'CREATE TRIGGER sqlite_t AFTER INSERT ON decision"
		" BEGIN DELETE FROM problem; END')",
		"PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES('view',"
		" 'sqlite_v', 'sqlite_v', 0, 'CREATE VIEW sqlite_v AS SELECT 1')",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");

		store_file_make(path);
		store_file_sql(path, changes[i]);
		store_file_refused(path, "not as keywatch made them");
		free(path);
		test_rmtree(folder);
	}
}

/* ---- damage ---- */

/* The row is there, and the index by which it is loaded does not know it. */
static void
a_decision_that_its_index_does_not_find_is_damage(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");

	(void)state;
	store_file_make(path);
	store_file_sql(path, "CREATE TABLE kept AS SELECT sql FROM sqlite_schema"
			     " WHERE name = 'decision_alert'; PRAGMA writable_schema=ON;"
			     "CREATE TABLE was AS SELECT rootpage FROM sqlite_schema"
			     " WHERE name = 'decision_alert';"
			     "DELETE FROM sqlite_schema WHERE name = 'decision_alert'");
	store_file_forge(path,
		"DELETE FROM decision; INSERT INTO decision(alert, at, action, actor,"
		" reason) VALUES(2, 1, 'note', 'eve', 'x')");
	store_file_sql(path, "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema SELECT 'index',"
			     " 'decision_alert', 'decision', (SELECT rootpage FROM was), sql"
			     " FROM kept");
	store_file_sql(path, "DROP TABLE was; DROP TABLE kept");
	store_file_refused(path, "damaged");
	free(path);
	test_rmtree(folder);
}

static void
a_truncated_store_is_named_and_left_alone(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	struct stat st;

	(void)state;
	store_file_make(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	store_file_refused(path, "damaged");
	for (int part = 1; part < 8; part++) {
		assert_int_equal(truncate(path, st.st_size * (8 - part) / 8 + 100), 0);
		store_file_refused(path, "damaged");
	}
	assert_int_equal(truncate(path, 50), 0);
	store_file_refused(path, "damaged");
	free(path);
	test_rmtree(folder);
}

static void
a_store_with_overwritten_pages_is_named_and_left_alone(void **state)
{
	enum { PAGE = 16384 };
	char noise[PAGE], *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	struct stat st;

	(void)state;
	memset(noise, 0xa5, sizeof(noise));
	store_file_make(path);
	assert_int_equal(stat(path, &st), 0);
	for (long page = 0; page < st.st_size / PAGE; page += 3) {
		size_t len;
		char *bytes = test_read(path, &len);

		store_file_write(path, page * PAGE, noise, page == 0 ? 64 : sizeof(noise));
		store_file_refused(path, "damaged");
		free(test_file(folder, "keywatch.db", bytes, len));
		free(bytes);
	}
	free(path);
	test_rmtree(folder);
}

static void
a_write_ahead_file_without_its_store_is_not_played_into_a_new_one(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	struct store *store;
	struct error err;

	(void)state;
	free(test_file(folder, "keywatch.db-wal", "decisions", 9));
	assert_false(store_open(&store, path, &err));
	assert_non_null(strstr(err.text, "without its store"));
	assert_false(store_file_is_there(path, ""));
	free(path);
	test_rmtree(folder);
}

/* ---- a write-ahead file that somebody left ---- */

static void
copy_file(const char *from, const char *to, size_t most)
{
	size_t len;
	char *bytes = test_read(from, &len);
	int fd = open(to, O_WRONLY | O_CREAT, 0600);

	if (len > most)
		len = most;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	free(bytes);
}

/* A copy of the store whose last change, which `text` makes, is only in its write-ahead file.
 * `from` gets the change whole. */
static void
leave_behind(const char *from, const char *to, const char *text)
{
	struct buf from_wal = {0}, to_wal = {0};
	sqlite3 *db;

	buf_printf(&from_wal, "%s-wal", from);
	buf_printf(&to_wal, "%s-wal", to);
	assert_int_equal(sqlite3_open(from, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	copy_file(from, to, SIZE_MAX);
	copy_file(buf_cstr(&from_wal), buf_cstr(&to_wal), SIZE_MAX);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	buf_fini(&from_wal);
	buf_fini(&to_wal);
}

static void
what_is_wrong_only_in_the_write_ahead_file_is_named_and_nothing_is_touched(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	char *copy = store_file_in(folder, "copy.db"), *wal = store_file_in(folder, "copy.db-wal");

	(void)state;
	store_file_make(path);
	leave_behind(path, copy, "PRAGMA user_version=99");
	store_file_refused(copy, "newer keywatch");
	store_file_write(wal, 0, "not a log at all", 16);
	store_file_refused(copy, "-wal is damaged");
	free(path);
	free(copy);
	free(wal);
	test_rmtree(folder);
}

/* The first page is new and says how long the file will be; the rest is still in the write-ahead
 * file: what another program finds while somebody closes the store. */
static void
a_store_is_no_damaged_one_while_somebody_brings_it_up_to_date(void **state)
{
	enum { PAGE = 16384 };
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	char *copy = store_file_in(folder, "copy.db");
	struct store *store;
	struct arena arena = {0};
	struct error err;

	(void)state;
	store_file_make(path);
	leave_behind(path, copy, "INSERT INTO setting VALUES('long', hex(zeroblob(100000)))");
	copy_file(path, copy, PAGE);
	assert_ok(store_open(&store, copy, &err), &err);
	assert_int_equal(store_setting_get(store, "long", &arena).len, 200000);
	store_close(store);
	arena_fini(&arena);
	free(path);
	free(copy);
	test_rmtree(folder);
}

static bool
count_row(void *context, const struct store_row *row)
{
	(void)row;
	++*(int *)context;
	return true;
}

/* As somebody whom the modes of files keep out. */
static int
read_unwritable(const char *path)
{
	struct store *store;
	struct error err;
	int rows = 0;

	if (geteuid() == 0 && seteuid(65534) != 0)
		return 1;
	if (!store_open(&store, path, &err) ||
		!store_rows(store, &(struct store_query){0}, count_row, &rows, &err) || rows != 200)
		return 2;
	if (store_setting_put(store, "a", STR("b"), &err) || !strstr(err.text, "cannot be written"))
		return 3;
	store_close(store);
	return store_file_is_there(path, "-wal") || store_file_is_there(path, "-shm") ? 4 : 0;
}

static void
a_store_that_may_only_be_read_is_read_and_nothing_is_left_beside_it(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	int status;
	pid_t child;

	(void)state;
	store_file_make(path);
	assert_int_equal(chmod(path, 0400), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(chown(folder, 65534, 65534), 0);
	}
	child = fork();
	if (child == 0)
		_exit(read_unwritable(path));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	free(path);
	test_rmtree(folder);
}

static void
links_folders_and_what_everybody_may_write_are_refused(void **state)
{
	char *folder = test_folder(), *path = store_file_in(folder, "keywatch.db");
	char *alias = store_file_in(folder, "alias.db"),
	     *open_folder = store_file_in(folder, "open");
	char *in_open = store_file_in(folder, "open/keywatch.db"),
	     *slash = store_file_in(folder, "");
	struct store *store;
	struct error err;

	(void)state;
	store_file_make(path);
	assert_int_equal(symlink("keywatch.db", alias), 0);
	assert_false(store_open(&store, alias, &err));
	assert_non_null(strstr(err.text, "symbolic link"));
	assert_int_equal(chmod(path, 0606), 0);
	store_file_refused(path, "everybody may write");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_no_database_is_named_and_left_alone),
		cmocka_unit_test(a_database_of_another_program_is_named_and_left_alone),
		cmocka_unit_test(a_store_of_a_newer_version_is_named_and_left_alone),
		cmocka_unit_test(
			a_store_with_tables_triggers_or_views_that_are_not_ours_is_refused),
		cmocka_unit_test(a_decision_that_its_index_does_not_find_is_damage),
		cmocka_unit_test(a_truncated_store_is_named_and_left_alone),
		cmocka_unit_test(a_store_with_overwritten_pages_is_named_and_left_alone),
		cmocka_unit_test(a_write_ahead_file_without_its_store_is_not_played_into_a_new_one),
		cmocka_unit_test(
			what_is_wrong_only_in_the_write_ahead_file_is_named_and_nothing_is_touched),
		cmocka_unit_test(a_store_is_no_damaged_one_while_somebody_brings_it_up_to_date),
		cmocka_unit_test(
			a_store_that_may_only_be_read_is_read_and_nothing_is_left_beside_it),
		cmocka_unit_test(links_folders_and_what_everybody_may_write_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
