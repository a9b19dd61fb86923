/* Rows of a list, counted and found. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/store/private.h"

static int64_t
number_or(sqlite3_stmt *stmt, int column, int64_t otherwise)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL
		       ? otherwise
		       : sqlite3_column_int64(stmt, column);
}

struct answer
read_answer(sqlite3_stmt *stmt, int first)
{
	return (struct answer){
		.assessed = (enum assessment_kind)sql_choice(stmt, first, ASSESSED_HARMLESS),
		.used = (enum answer_yes)sql_choice(stmt, first + 1, ANSWER_YES),
		.used_elsewhere = (enum answer_yes)sql_choice(stmt, first + 2, ANSWER_YES),
		.used_after = number_or(stmt, first + 3, 0),
		.rotation = (enum rotation_shape)sql_choice(stmt, first + 4, ROTATION_WHOLE),
		.children = number_or(stmt, first + 5, -1),
		.first_seen_actor = number_or(stmt, first + 6, TIME_NONE),
	};
}

static bool
row_visit(sqlite3_stmt *stmt, store_row_visit *visit, void *context)
{
	struct store_row row = {
		.rowid = sqlite3_column_int64(stmt, 0),
		.id = (const char *)sqlite3_column_text(stmt, 1),
		.time = number_or(stmt, 2, TIME_NONE),
		.status = (enum alert_status)sql_choice(stmt, 3, STATUS_CLOSED),
		.classification = (enum classification)sql_choice(stmt, 4, CLASS_UNDETERMINED),
		.validation = (enum validation_state)sql_choice(stmt, 5, VALIDATION_CHECKING),
		.last_seq = sqlite3_column_int64(stmt, 6),
		.self = sqlite3_column_int(stmt, 7) != 0,
		.outcome = (enum outcome)sql_choice(stmt, 8, OUTCOME_FAILED),
		.flags = (uint32_t)sqlite3_column_int64(stmt, 9),
		.severity = sql_text(stmt, 10),
		.actor = sql_text(stmt, 11),
		.target = sql_text(stmt, 12),
		.account = sql_text(stmt, 13),
		.ip = sql_text(stmt, 14),
		.event_id = sql_text(stmt, 15),
		.owner = sql_text(stmt, 16),
		.rule_id = sql_text(stmt, 17),
		.answer = read_answer(stmt, 18),
	};

	return visit(context, &row);
}

bool
store_row(struct store *store, int64_t rowid, store_row_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ROW, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, rowid);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		row_visit(stmt, visit, context);
	else if (rc == SQLITE_DONE)
		error_set(err, ERROR_NOT_FOUND, "there is no such alert any more");
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW;
}

int64_t
store_last_rowid(struct store *store)
{
	return sql_number(store->db, "SELECT max(n) FROM alert", 0);
}

/* ---- queries ---- */

/* Up to so many deliveries of a run it pays to collect its alerts first; beyond, to ask each alert
 * of the store in order, which gives the first page at once. Between two rowids few are asked. */
enum { RUN_IS_SMALL = 20000, RUN_IS_TINY = 256 };

static bool
is_small_run(struct store *store, const struct store_query *query)
{
	int limit = query->after_rowid > 0 && query->before_rowid > 0 ? RUN_IS_TINY : RUN_IS_SMALL;
	char sql[256];

	sqlite3_snprintf(sizeof(sql), sql,
		"SELECT count(*) FROM (SELECT 1 FROM run_input r JOIN alert_source s"
		" ON s.input = r.input WHERE r.run = %lld LIMIT %d)",
		(long long)query->run, limit);
	return sql_number(store->db, sql, limit) < limit;
}

static void
query_run(struct store *store, const struct store_query *query, struct buf *sql)
{
	if (query->run == 0)
		return;
	if (is_small_run(store, query))
		buf_puts(sql,
			" AND a.n IN (SELECT s.alert FROM run_input r JOIN alert_source s"
			" ON s.input = r.input AND s.generation >= r.generation WHERE r.run = ?1)");
	else
		buf_puts(sql, " AND EXISTS(SELECT 1 FROM alert_source s CROSS JOIN run_input r"
			      " ON r.input = s.input AND s.generation >= r.generation"
			      " WHERE s.alert = a.n AND r.run = ?1)");
}

static void
query_where(struct store *store, const struct store_query *query, struct buf *sql)
{
	buf_puts(sql, " FROM alert a WHERE true");
	if (query->after_rowid > 0)
		buf_puts(sql, " AND a.n > ?3");
	if (query->before_rowid > 0)
		buf_puts(sql, " AND a.n < ?4");
	query_run(store, query, sql);
	if (query->rule_ids_json)
		buf_puts(sql, " AND a.rule_id IN (SELECT value FROM json_each(?2))");
}

static void
query_order(const struct store_query *query, struct buf *sql)
{
	const char *direction = query->descending ? " DESC" : "";

	if (query->order == STORE_BY_TIME)
		buf_printf(sql, " ORDER BY a.time%s, a.id%s", direction, direction);
	else
		buf_printf(sql, " ORDER BY a.n%s", direction);
}

static sqlite3_stmt *
query_prepare(
	struct store *store, const struct store_query *query, const char *sql, struct error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
		sql_fail(store, store->db, err);
		return NULL;
	}
	sql_bind_long(stmt, 1, query->run);
	sql_bind_text(stmt, 2, str_from(query->rule_ids_json));
	if (query->after_rowid > 0)
		sql_bind_long(stmt, 3, query->after_rowid);
	if (query->before_rowid > 0)
		sql_bind_long(stmt, 4, query->before_rowid);
	return stmt;
}

bool
store_rows(struct store *store, const struct store_query *query, store_row_visit *visit,
	void *context, struct error *err)
{
	struct buf sql = {0};
	sqlite3_stmt *stmt;
	int rc;

	buf_puts(&sql, "SELECT " STORE_ROW_COLUMNS);
	query_where(store, query, &sql);
	query_order(query, &sql);
	stmt = query_prepare(store, query, buf_cstr(&sql), err);
	buf_fini(&sql);
	if (!stmt)
		return false;
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW)
		if (!row_visit(stmt, visit, context))
			break;
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_count(struct store *store, const struct store_query *query, struct store_counts *counts,
	struct error *err)
{
	struct buf sql = {0};
	sqlite3_stmt *stmt;
	int rc;

	buf_printf(&sql,
		"SELECT count(*), sum(a.status = %d), sum(a.status = %d), sum(a.status = %d),"
		" sum(a.validation = %d), min(a.time), max(a.time)",
		STATUS_NEW, STATUS_ACTIVE, STATUS_CLOSED, VALIDATION_AWAITING);
	query_where(store, query, &sql);
	stmt = query_prepare(store, query, buf_cstr(&sql), err);
	buf_fini(&sql);
	if (!stmt)
		return false;
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		bool timed = sqlite3_column_type(stmt, 5) != SQLITE_NULL;

		*counts = (struct store_counts){
			.alerts = sqlite3_column_int64(stmt, 0),
			.fresh = sqlite3_column_int64(stmt, 1),
			.active = sqlite3_column_int64(stmt, 2),
			.closed = sqlite3_column_int64(stmt, 3),
			.awaiting = sqlite3_column_int64(stmt, 4),
			.first_time = timed ? sqlite3_column_int64(stmt, 5) : TIME_NONE,
			.last_time = timed ? sqlite3_column_int64(stmt, 6) : TIME_NONE,
		};
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW;
}

/* ---- an alert by what somebody typed ---- */

enum { FOUND_SHOWN = 5 };

struct found {
	char ids[FOUND_SHOWN + 1][ALERT_ID_SIZE];
	size_t count;
};

static void
found_add(struct found *found, struct str id)
{
	for (size_t i = 0; i < found->count; i++)
		if (str_is(id, found->ids[i]))
			return;
	if (found->count <= FOUND_SHOWN)
		snprintf(found->ids[found->count++], ALERT_ID_SIZE, "%.*s", STR_ARG(id));
}

static bool
collect(struct store *store, sqlite3_stmt *stmt, struct found *found, struct error *err)
{
	int rc;

	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW)
		found_add(found, sql_text(stmt, 0));
	return rc == SQLITE_DONE;
}

static bool
collect_prefix(struct store *store, struct str prefix, struct found *found, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_FIND_ID, err);
	char end[ALERT_ID_SIZE + 1];

	if (!stmt)
		return false;
	/* Ids are hex digits, all below 'g'. */
	snprintf(end, sizeof(end), "%.*sg", STR_ARG(prefix));
	sql_bind_text(stmt, 1, prefix);
	sql_bind_text(stmt, 2, str_from(end));
	sql_bind_long(stmt, 3, FOUND_SHOWN + 1);
	return collect(store, stmt, found, err);
}

static bool
collect_conflict(struct store *store, struct str identity, struct found *found, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_FIND_CONFLICT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, identity);
	sql_bind_long(stmt, 2, FOUND_SHOWN + 1);
	return collect(store, stmt, found, err);
}

/* The eventID under every rule that has alerts. */
static bool
collect_event(struct store *store, struct str event_id, struct found *found, struct error *err)
{
	sqlite3_stmt *rules = sql_use(store, STMT_FIND_RULES, err);
	char id[ALERT_ID_SIZE];
	bool ok = true;
	int rc;

	if (!rules)
		return false;
	while (ok && (rc = sql_step(store, rules, err)) == SQLITE_ROW) {
		alert_identity(id, sql_text(rules, 0), event_id, "");
		ok = collect_prefix(store, str_from(id), found, err) &&
		     collect_conflict(store, str_from(id), found, err);
	}
	sqlite3_reset(rules);
	return ok && rc == SQLITE_DONE;
}

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!memchr("0123456789abcdef", s.data[i], 16))
			return false;
	return s.len > 0 && s.len < ALERT_ID_SIZE;
}

static bool
answer(const struct store *store, const struct found *found, char id[ALERT_ID_SIZE], struct error *err)
{
	struct buf among = {0};

	if (found->count == 1) {
		memcpy(id, found->ids[0], ALERT_ID_SIZE);
		return true;
	}
	if (found->count == 0)
		return error_set(err, ERROR_NOT_FOUND,
			"there is no alert of this id or eventID in the store %s; `keywatch PATH` and "
			"`scan --store` put alerts there",
			store_path(store));
	for (size_t i = 0; i < found->count && i < FOUND_SHOWN; i++)
		buf_printf(&among, "%s%s", i ? ", " : "", found->ids[i]);
	error_set(err, ERROR_USAGE, "names more than one alert: %s%s", buf_cstr(&among),
		found->count > FOUND_SHOWN ? " and more" : "");
	buf_fini(&among);
	return false;
}

static bool
find(struct store *store, struct str spelled, struct found *found, struct error *err)
{
	if (is_hex(spelled)) {
		if (!collect_prefix(store, spelled, found, err))
			return false;
		if (spelled.len == ALERT_ID_SIZE - 1 &&
			(found->count || !collect_conflict(store, spelled, found, err)))
			return found->count > 0;
	}
	return collect_event(store, spelled, found, err);
}

bool
store_find(struct store *store, struct str spelled, char id[ALERT_ID_SIZE], struct error *err)
{
	struct found found = {0};

	if (!spelled.len)
		return error_set(err, ERROR_USAGE, "an alert's id is empty");
	return find(store, spelled, &found, err) && answer(store, &found, id, err);
}
