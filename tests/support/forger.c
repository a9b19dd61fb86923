#include "tests/support/forger.h"

#include <stdio.h>

#include "core/alert/chain_link.h"
#include "core/base/mem.h"
#include "core/store/private.h" /* another program's view of the file */
#include "tests/support/store_file.h"
#include "tests/support/test.h"

struct forged {
	struct decision *list;
	size_t count, capacity;
	struct arena arena;
	char store_id[ALERT_ID_SIZE];
};

static void
read_all(sqlite3 *db, struct forged *f)
{
	sqlite3_stmt *stmt;

	assert_int_equal(
		sqlite3_prepare_v2(db,
			"SELECT d.seq, d.at, d.action, d.actor, d.reason, d.undoes, d.alert,"
			" a.id, iif(a.flags >> 11 & 1, 'row ', 'record ') || t.raw_sha256,"
			" d.signer, d.statement, d.signature, d.previous, d.hash"
			" FROM decision d LEFT JOIN alert a ON a.n = d.alert"
			" LEFT JOIN detail t ON t.alert = d.alert ORDER BY d.seq",
			-1, &stmt, NULL),
		SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		MEM_GROW(f->list, f->count, f->capacity);
		load_decision(stmt, &f->arena, &f->list[f->count++]);
	}
	sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT value FROM setting WHERE name = 'store-id'",
				 -1, &stmt, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	snprintf(f->store_id, sizeof(f->store_id), "%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

static void
write_link(sqlite3 *db, const struct decision *d, const char *previous, const char *hash)
{
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(db,
				 "UPDATE decision SET previous = ?2, hash = ?3, alert_id = ?4,"
				 " event = ?5 WHERE seq = ?1",
				 -1, &stmt, NULL),
		SQLITE_OK);
	sql_bind_long(stmt, 1, d->seq);
	sql_bind_text(stmt, 2, str_from(previous));
	sql_bind_text(stmt, 3, str_from(hash));
	sql_bind_text(stmt, 4, d->alert_id);
	sql_bind_text(stmt, 5, d->event);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

static void
rechain(sqlite3 *db)
{
	char previous[HASH_HEX], hash[HASH_HEX];
	struct forged f = {0};

	read_all(db, &f);
	chain_begin(str_from(f.store_id), hash);
	for (size_t i = 0; i < f.count; i++) {
		memcpy(previous, hash, HASH_HEX);
		chain_hash(&f.list[i], str_from(previous), hash);
		write_link(db, &f.list[i], previous, hash);
	}
	free(f.list);
	arena_fini(&f.arena);
}

void
forger_rechain(const char *path)
{
	forger_sql(path, "");
}

void
forger_sql(const char *path, const char *text)
{
	sqlite3 *db;

	store_file_forge(path, text);
	store_file_sql(path, "DROP TRIGGER decision_no_update");
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	rechain(db);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	store_file_sql(path, "CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision"
			     " BEGIN SELECT RAISE(ABORT, 'decisions are append only'); END");
}

static void
insert(sqlite3 *db, const struct decision *d)
{
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(db,
				 "INSERT INTO decision(seq, alert, at, action, actor, reason,"
				 " signer, statement, signature)"
				 " VALUES(nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
				 -1, &stmt, NULL),
		SQLITE_OK);
	sql_bind_long(stmt, 1, d->seq);
	sql_bind_long(stmt, 2, d->row);
	sql_bind_long(stmt, 3, d->at);
	sql_bind_text(stmt, 4, str_from(decision_rules[d->action].name));
	sql_bind_text(stmt, 5, d->actor);
	sql_bind_text(stmt, 6, d->reason);
	sql_bind_text(stmt, 7, d->principal);
	sql_bind_text(stmt, 8, d->statement);
	sql_bind_text(stmt, 9, d->signature);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

void
forger_plant(const char *path, const struct decision *decision)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	insert(db, decision);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	forger_rechain(path);
}
