/* A record that lies in several inputs: its trace names the first, the others are kept beside it,
 * for when the first is gone. */
#include "core/store/history.h"
#include "core/store/private.h"

enum { COPIES_MAX = 3 };

/* *moved: it is that of the trace itself, which stands elsewhere by now. */
static bool
move(struct store *store, const struct copied *c, bool *moved, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TRACE_MOVE, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, c->term);
	sql_bind_long(stmt, 2, c->light);
	sql_bind_long(stmt, 3, c->time);
	sql_bind_blob(stmt, 4, c->identity);
	sql_bind_long(stmt, 5, c->input);
	sql_bind_long(stmt, 6, c->offset);
	if (c->sha256.len)
		sql_bind_blob(stmt, 7, c->sha256);
	if (!sql_run(store, stmt, err))
		return false;
	*moved = sqlite3_changes(store->db) > 0;
	return true;
}

bool
copy_put(struct store *store, const struct copied *c, struct error *err)
{
	sqlite3_stmt *stmt;
	bool moved = false;

	if (!move(store, c, &moved, err) || moved)
		return moved;
	stmt = sql_use(store, STMT_TRACE_COPY_PUT, err);
	if (!stmt)
		return false;
	sql_bind_blob(stmt, 1, c->identity);
	sql_bind_long(stmt, 2, c->input);
	sql_bind_long(stmt, 3, c->offset);
	if (c->sha256.len)
		sql_bind_blob(stmt, 4, c->sha256);
	sql_bind_long(stmt, 5, COPIES_MAX);
	return sql_run(store, stmt, err);
}

static bool
take_copy(struct store *store, sqlite3_stmt *stmt, const struct trace *trace, struct trace *copy,
	char hex[HASH_HEX], struct error *err)
{
	*copy = *trace;
	copy->offset = (uint64_t)sqlite3_column_int64(stmt, 1);
	copy->sha256 = hash_text(sql_blob(stmt, 2), hex);
	return word_input(store, sqlite3_column_int64(stmt, 0), &copy->source, &copy->path, err);
}

bool
store_trace_copies(struct store *store, const struct trace *trace, store_trace_visit *visit,
	void *context, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TRACE_COPIES, err);
	char hex[HASH_HEX];
	struct trace copy;
	bool ok = true;
	int rc;

	if (!stmt)
		return false;
	word_fresh(store);
	sql_bind_blob(stmt, 1, (struct str){(const char *)trace->identity, TRACE_IDENTITY});
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		ok = take_copy(store, stmt, trace, &copy, hex, err);
		if (!ok || !visit(context, &copy))
			break;
	}
	sqlite3_reset(stmt);
	return ok && (rc == SQLITE_ROW || rc == SQLITE_DONE);
}
