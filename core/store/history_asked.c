/* Which keys live sources are asked for, and of which times they were. */
#include <stdio.h>

#include "core/store/history.h"
#include "core/store/private.h"

bool
store_ask_put(struct store *store, struct str source, int64_t term, int64_t made, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ASK_PUT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_long(stmt, 2, term);
	sql_bind_long(stmt, 3, made);
	sql_bind_long(stmt, 4, INT64_MIN);
	return sql_run(store, stmt, err);
}

bool
store_ask_next(struct store *store, struct str source, int64_t now, struct store_ask *ask,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ASK_NEXT, err);
	int rc;

	ask->term = 0;
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_long(stmt, 2, now);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		struct str key = sql_text(stmt, 1);

		ask->term = sqlite3_column_int64(stmt, 0);
		ask->made = sqlite3_column_int64(stmt, 2);
		ask->until = sqlite3_column_type(stmt, 3) == SQLITE_NULL
				     ? TIME_NONE
				     : sqlite3_column_int64(stmt, 3);
		snprintf(ask->key, sizeof(ask->key), "%.*s", STR_ARG(key));
	}
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_asked_put(struct store *store, int64_t term, const struct store_asked *asked, int64_t due,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ASKED_PUT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, asked->source);
	sql_bind_long(stmt, 2, term);
	sql_bind_text(stmt, 3, asked->place);
	sql_bind_long(stmt, 4, asked->span.from);
	sql_bind_long(stmt, 5, asked->span.to);
	sql_bind_long(stmt, 6, due);
	sql_bind_long(stmt, 7, asked->part);
	return sql_run(store, stmt, err);
}

bool
store_asked(struct store *store, int64_t term, store_asked_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ASKED_LIST, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		struct store_asked asked = {.source = sql_text(stmt, 0)};

		if (sqlite3_column_type(stmt, 1) != SQLITE_NULL) {
			asked.place = sql_text(stmt, 1);
			asked.span.from = sqlite3_column_int64(stmt, 2);
			asked.span.to = sqlite3_column_int64(stmt, 3);
			asked.part = sqlite3_column_int64(stmt, 4) != 0;
		}
		if (!visit(context, &asked))
			break;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}
