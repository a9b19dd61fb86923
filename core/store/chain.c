/* The chain of decisions as it is kept. */
#include "core/alert/chain_link.h"
#include "core/base/mem.h"
#include "core/store/private.h"

bool
store_id(struct store *store, char id[ALERT_ID_SIZE], struct error *err)
{
	struct arena arena = {0};
	struct str text = store_setting_get(store, "store-id", &arena);
	bool ok = text.len == ALERT_ID_SIZE - 1;

	if (ok) {
		memcpy(id, text.data, text.len);
		id[text.len] = '\0';
	} else {
		error_set(err, ERROR_STORE, "%s: the store is damaged: it has lost its own id",
			store->path);
	}
	arena_fini(&arena);
	return ok;
}

/* Of decisions that are older than the chain: made from what they say. */
static bool
hash_old(struct store *store, int64_t seq, char hash[HASH_HEX], struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_CHAIN_OLD, err);
	struct arena arena = {0};
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, seq);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		struct decision decision;
		char previous[HASH_HEX];

		arena_reset(&arena);
		load_decision(stmt, &arena, &decision);
		memcpy(previous, hash, HASH_HEX);
		chain_hash(&decision, str_from(previous), hash);
	}
	sqlite3_reset(stmt);
	arena_fini(&arena);
	return rc == SQLITE_DONE;
}

/* seq < 0: the last. */
static bool
find(struct store *store, int64_t *seq, char hash[HASH_HEX], int64_t *at, struct error *err)
{
	sqlite3_stmt *stmt;
	char id[ALERT_ID_SIZE];
	bool last = *seq < 0, kept = false;
	int rc;

	if (!store_id(store, id, err))
		return false;
	chain_begin(str_from(id), hash);
	*at = TIME_NONE;
	if (*seq == 0)
		return true;
	stmt = sql_use(store, STMT_CHAIN_HEAD, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, *seq);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		struct str text = sql_text(stmt, 1);

		*seq = sqlite3_column_int64(stmt, 0);
		*at = sqlite3_column_int64(stmt, 2);
		kept = text.len == HASH_HEX - 1;
		if (kept)
			memcpy(hash, text.data, HASH_HEX - 1);
	} else if (rc == SQLITE_DONE && last) {
		*seq = 0;
	} else if (rc == SQLITE_DONE) {
		error_set(err, ERROR_NOT_FOUND, "there is no decision %lld in the store",
			(long long)*seq);
	}
	sqlite3_reset(stmt);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE && last;
	return kept || hash_old(store, *seq, hash, err);
}

bool
store_chain_head(struct store *store, int64_t *seq, char hash[HASH_HEX], struct error *err)
{
	int64_t at;

	*seq = -1;
	return find(store, seq, hash, &at, err);
}

bool
store_chain_at(
	struct store *store, int64_t seq, char hash[HASH_HEX], int64_t *at, struct error *err)
{
	if (seq < 0)
		return error_set(err, ERROR_NOT_FOUND, "there is no decision %lld", (long long)seq);
	return find(store, &seq, hash, at, err);
}

int64_t
store_chain_gap(struct store *store)
{
	int64_t missing = 0, moved;

	if (sql_number(store->db, "SELECT max(seq) <> count(*) FROM decision", 0))
		missing = sql_number(store->db,
			"SELECT d.seq - 1 FROM decision d WHERE d.seq > 1 AND NOT EXISTS"
			" (SELECT 1 FROM decision WHERE seq = d.seq - 1) ORDER BY d.seq DESC"
			" LIMIT 1",
			0);
	moved = sql_number(store->db,
		"SELECT d.seq FROM decision d LEFT JOIN alert a ON a.n = d.alert"
		" WHERE d.alert_id <> ifnull(a.id, '') AND d.statement IS NULL"
		" ORDER BY d.seq DESC LIMIT 1",
		0);
	return missing > moved ? missing : moved;
}

static bool
check_table(struct store *store, const char *pragma, struct error *err)
{
	sqlite3_stmt *stmt;
	bool ok = false;

	if (sqlite3_prepare_v2(store->db, pragma, -1, &stmt, NULL) != SQLITE_OK)
		return sql_fail(store, store->db, err);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		ok = str_is(sql_text(stmt, 0), "ok") ||
		     error_set(err, ERROR_STORE, "%.200s",
			     (const char *)sqlite3_column_text(stmt, 0));
	else
		sql_fail(store, store->db, err);
	sqlite3_finalize(stmt);
	return ok;
}

bool
store_check_indexes(struct store *store, struct error *err)
{
	return check_table(store, "PRAGMA integrity_check(decision)", err) &&
	       check_table(store, "PRAGMA integrity_check(alert)", err);
}

bool
store_chain(struct store *store, store_link_visit *visit, void *context, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_CHAIN, err);
	struct arena arena = {0};
	bool more = true;
	int rc = SQLITE_DONE;

	if (!stmt)
		return false;
	while (more && (rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		struct store_link link = {0};

		arena_reset(&arena);
		load_decision(stmt, &arena, &link.decision);
		link.alert_id = sql_text(stmt, DECISION_COLUMN_COUNT);
		link.from_table = sqlite3_column_int64(stmt, DECISION_COLUMN_COUNT + 1) &
				  1U << FLAG_FROM_TABLE;
		link.raw_sha256 = sql_text(stmt, DECISION_COLUMN_COUNT + 2);
		more = visit(context, &link);
	}
	sqlite3_reset(stmt);
	arena_fini(&arena);
	return !more || rc == SQLITE_DONE;
}
