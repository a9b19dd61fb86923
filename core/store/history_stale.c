/* Alerts whose answers are of before more was looked through. */
#include "core/store/history.h"
#include "core/store/private.h"

static bool
run_with(struct store *store, enum statement statement, int64_t n, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	return sql_run(store, stmt, err);
}

bool
store_stale_all(struct store *store, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_STALE_ALL, err);

	return stmt && sql_run(store, stmt, err);
}

static bool
run_for(struct store *store, enum statement statement, struct str source, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	return sql_run(store, stmt, err);
}

bool
store_stale_asked(struct store *store, struct str source, struct error *err)
{
	return run_for(store, STMT_STALE_ASKED, source, err);
}

bool
store_stale_source(struct store *store, struct str source, struct error *err)
{
	return run_for(store, STMT_STALE_SOURCE, source, err);
}

bool
store_stale_surveyed(struct store *store, int64_t term, struct error *err)
{
	return run_with(store, STMT_STALE_SURVEYED, term, err);
}

bool
store_stale(struct store *store, int64_t *alerts, size_t most, size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_STALE_LIST, err);
	int rc;

	*count = 0;
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, (int64_t)most);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW && *count < most)
		alerts[(*count)++] = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_stale_fresh(struct store *store, int64_t alert, struct error *err)
{
	return run_with(store, STMT_STALE_FRESH, alert, err);
}
