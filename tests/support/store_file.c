#include "tests/support/store_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/store/private.h" /* another program's view of the file */
#include "tests/support/fixture.h"
#include "tests/support/test.h"

char *
store_file_in(const char *folder, const char *name)
{
	struct buf path = {0};

	buf_printf(&path, "%s/%s", folder, name);
	return buf_take(&path);
}

bool
store_file_is_there(const char *path, const char *suffix)
{
	struct buf whole = {0};
	bool there;

	buf_printf(&whole, "%s%s", path, suffix);
	there = access(buf_cstr(&whole), F_OK) == 0;
	buf_fini(&whole);
	return there;
}

void
store_file_make(const char *path)
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
			assert_ok(store_decide(store,
					  &(struct store_decision){.id = alert.id,
						  .if_seq = 0,
						  .action = DECIDE_TAKE,
						  .actor = STR("alice"),
						  .reason = STR(""),
						  .now = 1},
					  NULL, &err),
				&err);
			assert_ok(store_begin(store, &err), &err);
		}
		alert_fini(&alert);
	}
	assert_ok(store_commit(store, &err), &err);
	store_close(store);
	assert_false(store_file_is_there(path, "-wal"));
	assert_false(store_file_is_there(path, "-shm"));
}

static void
hash_file(const char *path, char hex[HASH_HEX])
{
	size_t len;
	char *bytes = test_read(path, &len);

	hash_hex((struct str){bytes, len}, hex);
	free(bytes);
}

void
store_file_refused(const char *path, const char *words)
{
	char before[HASH_HEX], after[HASH_HEX];
	bool had_wal = store_file_is_there(path, "-wal");
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
	assert_int_equal(store_file_is_there(path, "-wal"), had_wal);
	assert_false(store_file_is_there(path, "-shm"));
	assert_false(store_file_is_there(path, "-journal"));
}

void
store_file_sql(const char *path, const char *text)
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

void
store_file_write(const char *path, long offset, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	close(fd);
}

void
store_file_age(const char *path, int version)
{
	static const char *const younger[] = {
		[1] = "DROP TABLE position; DROP TABLE lease; DROP TABLE health; DROP TABLE change;"
		      "ALTER TABLE detail DROP COLUMN arrived;"
		      "ALTER TABLE detail DROP COLUMN watched; DROP INDEX problem_source;"
		      "ALTER TABLE problem DROP COLUMN body; PRAGMA user_version=1",
		[2] = "DROP INDEX decision_statement;"
		      "ALTER TABLE decision DROP COLUMN alert_id;"
		      "ALTER TABLE decision DROP COLUMN event;"
		      "ALTER TABLE decision DROP COLUMN signer;"
		      "ALTER TABLE decision DROP COLUMN statement;"
		      "ALTER TABLE decision DROP COLUMN signature;"
		      "ALTER TABLE decision DROP COLUMN previous;"
		      "ALTER TABLE decision DROP COLUMN hash;"
		      "DELETE FROM setting WHERE name = 'store-id'; PRAGMA user_version=2",
		[3] = "ALTER TABLE input DROP COLUMN mark; ALTER TABLE input DROP COLUMN "
		      "mark_state;"
		      "ALTER TABLE input DROP COLUMN mark_values;"
		      "ALTER TABLE input DROP COLUMN mark_digests;"
		      "ALTER TABLE input DROP COLUMN mark_problems;"
		      "ALTER TABLE input DROP COLUMN mark_print; PRAGMA user_version=3",
		[4] = "DROP TRIGGER input_changed; DROP TRIGGER looked_join; DROP TABLE looked;"
		      "DROP TABLE term; DROP TABLE word; DROP TABLE trace; DROP TABLE trace_first;"
		      "ALTER TABLE change DROP COLUMN looked;"
		      "ALTER TABLE alert DROP COLUMN assessed; ALTER TABLE alert DROP COLUMN used;"
		      "ALTER TABLE alert DROP COLUMN used_elsewhere;"
		      "ALTER TABLE alert DROP COLUMN used_after;"
		      "ALTER TABLE alert DROP COLUMN rotation;"
		      "ALTER TABLE alert DROP COLUMN children;"
		      "ALTER TABLE alert DROP COLUMN first_seen; PRAGMA user_version=4",
		[5] = "DROP TABLE asked; PRAGMA user_version=5",
		[6] = "ALTER TABLE trace DROP COLUMN shared_id; DROP TABLE trace_copy; PRAGMA "
		      "user_version=6",
		[7] = "DROP TABLE ask; CREATE TABLE asked("
		      " source TEXT NOT NULL,"
		      " term INTEGER NOT NULL,"
		      " made INTEGER NOT NULL,"
		      " due INTEGER NOT NULL,"
		      " place TEXT,"
		      " since INTEGER,"
		      " until INTEGER,"
		      " part INTEGER NOT NULL DEFAULT 0,"
		      " PRIMARY KEY(term, source)) WITHOUT ROWID;"
		      "CREATE INDEX asked_due ON asked(source, due); PRAGMA user_version=7",
		[8] = "DROP TABLE survey; DROP TABLE surveyed; PRAGMA user_version=8",
		[9] = "ALTER TABLE health DROP COLUMN history_error;"
		      "ALTER TABLE health DROP COLUMN history_advice;"
		      "ALTER TABLE health DROP COLUMN history_until;"
		      "ALTER TABLE health DROP COLUMN history_left;"
		      "DROP TABLE stale; DROP TABLE term_alert;"
		      "CREATE INDEX ask_stale ON ask(alert) WHERE stale = 1;"
		      "PRAGMA user_version=9",
		[10] = "ALTER TABLE looked DROP COLUMN accounts;"
		       "ALTER TABLE surveyed DROP COLUMN accounts; PRAGMA user_version=10",
	};

	for (int at = sizeof(younger) / sizeof(younger[0]) - 1; at >= version; at--)
		store_file_sql(path, younger[at]);
}

#define TRIGGERS_OFF                                                                               \
	"DROP TRIGGER decision_no_update; DROP TRIGGER decision_no_delete;"                        \
	"DROP TRIGGER decision_no_replace;"
#define TRIGGERS_ON                                                                                \
	"CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision"                              \
	" BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END;"                            \
	"CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision"                              \
	" BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END;"                            \
	"CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision"                             \
	" WHEN EXISTS(SELECT 1 FROM decision WHERE seq = new.seq)"                                 \
	" BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END;"

void
store_file_forge(const char *path, const char *text)
{
	struct buf sql = {0};

	buf_printf(&sql, TRIGGERS_OFF "%s;" TRIGGERS_ON, text);
	store_file_sql(path, buf_cstr(&sql));
	buf_fini(&sql);
}

void
store_file_try(const char *path, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, TRIGGERS_OFF, NULL, NULL, NULL);
	while (*text) {
		sqlite3_stmt *stmt = NULL;

		if (sqlite3_prepare_v2(db, text, -1, &stmt, &text) != SQLITE_OK) {
			print_error("%s\n", sqlite3_errmsg(db));
			break;
		}
		while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
			continue;
		sqlite3_finalize(stmt);
	}
	assert_int_equal(sqlite3_exec(db, TRIGGERS_ON, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
