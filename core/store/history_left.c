/* How far a source is with all that is looked for in its history. */
#include "core/store/private.h"
#include "core/store/survey.h"

static bool
number(struct store *store, sqlite3_stmt *stmt, int64_t *out, struct error *err)
{
	int rc = sql_step(store, stmt, err);

	*out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW;
}

bool
store_history_left(
	struct store *store, struct str source, int64_t now, uint64_t *left, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_HISTORY_LEFT, err);
	int64_t count;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_long(stmt, 2, now);
	if (!number(store, stmt, &count, err))
		return false;
	*left = (uint64_t)count;
	return true;
}

bool
store_history_until(struct store *store, struct str source, int64_t *until, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_HISTORY_UNTIL, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	return number(store, stmt, until, err);
}
