/* What live sources are asked for each alert, and of which times they were. */
#include <stdio.h>

#include "core/store/history.h"
#include "core/store/private.h"

bool
store_ask_alert(struct store *store, const char *id, int64_t *alert, struct error *err)
{
	*alert = 0;
	return load_find(store, id, alert, err) || err->kind == ERROR_NOT_FOUND;
}

static sqlite3_stmt *
use(struct store *store, enum statement statement, const struct store_ask_id *id, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);

	if (!stmt)
		return NULL;
	sql_bind_text(stmt, 1, id->source);
	sql_bind_long(stmt, 2, id->alert);
	sql_bind_long(stmt, 3, id->term);
	return stmt;
}

bool
store_ask_put(struct store *store, const struct store_ask_id *id, int64_t parent, int64_t made,
	struct error *err)
{
	sqlite3_stmt *stmt = use(store, STMT_ASK_PUT, id, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 4, parent);
	sql_bind_long(stmt, 5, made);
	sql_bind_long(stmt, 6, INT64_MIN);
	sql_bind_long(stmt, 7, STORE_ASK_CHILDREN);
	return sql_run(store, stmt, err);
}

bool
store_ask_known(struct store *store, const struct store_ask_id *id, bool *known, struct error *err)
{
	sqlite3_stmt *stmt = use(store, STMT_ASK_KNOWN, id, err);
	int rc;

	if (!stmt)
		return false;
	rc = sql_step(store, stmt, err);
	*known = rc == SQLITE_ROW;
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static void
take_next(sqlite3_stmt *stmt, struct store_ask *ask)
{
	int64_t kind = sqlite3_column_int64(stmt, 2);
	struct str value = sql_text(stmt, 3), places = sql_text(stmt, 6);

	ask->alert = sqlite3_column_int64(stmt, 0);
	ask->term = sqlite3_column_int64(stmt, 1);
	ask->kind = (enum term_kind)kind;
	ask->made = sqlite3_column_int64(stmt, 4);
	ask->until = sqlite3_column_type(stmt, 5) == SQLITE_NULL ? TIME_NONE
								 : sqlite3_column_int64(stmt, 5);
	snprintf(ask->value, sizeof(ask->value), "%.*s", STR_ARG(value));
	snprintf(ask->places, sizeof(ask->places), "%.*s", STR_ARG(places));
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
	if (rc == SQLITE_ROW)
		take_next(stmt, ask);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_asked_put(struct store *store, const struct store_ask_id *id, const struct store_asked *asked,
	int64_t due, struct error *err)
{
	sqlite3_stmt *stmt = use(store, STMT_ASKED_PUT, id, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 4, asked->places);
	sql_bind_text(stmt, 5, asked->missing);
	sql_bind_long(stmt, 6, asked->anew);
	sql_bind_long(stmt, 7, asked->span.from);
	sql_bind_long(stmt, 8, asked->span.to);
	sql_bind_long(stmt, 9, due);
	sql_bind_long(stmt, 10, asked->part);
	return sql_run(store, stmt, err);
}

bool
store_ask_trouble(
	struct store *store, const struct store_ask_id *id, const char *trouble, struct error *err)
{
	sqlite3_stmt *stmt = use(store, STMT_ASK_TROUBLE, id, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 4, str_from(trouble));
	return sql_run(store, stmt, err);
}

static struct store_asked
asked_of(sqlite3_stmt *stmt)
{
	int64_t kind = sqlite3_column_int64(stmt, 1);
	struct store_asked asked = {.source = sql_text(stmt, 0),
		.kind = (enum term_kind)kind,
		.child = sqlite3_column_int64(stmt, 2) != 0};

	if (sqlite3_column_type(stmt, 3) != SQLITE_NULL) {
		asked.places = sql_text(stmt, 3);
		asked.missing = sql_text(stmt, 4);
		asked.span.from = sqlite3_column_int64(stmt, 5);
		asked.span.to = sqlite3_column_int64(stmt, 6);
		asked.part = sqlite3_column_int64(stmt, 7) != 0;
	}
	if (sqlite3_column_type(stmt, 8) != SQLITE_NULL)
		asked.trouble = sql_text(stmt, 8);
	return asked;
}

bool
store_asked(struct store *store, int64_t alert, store_asked_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ASKED_LIST, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, alert);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		struct store_asked asked = asked_of(stmt);

		if (!visit(context, &asked))
			break;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}
