/* One alert whole. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/store/private.h"

static bool
damaged(const struct store *store, const char *what, struct error *err)
{
	return error_set(err, ERROR_STORE, "%s: the store is damaged: %s", store->path, what);
}

/* Absent where the column is NULL. */
static struct str
kept(sqlite3_stmt *stmt, int column, struct arena *arena)
{
	struct str text = sql_text(stmt, column);

	return text.data ? arena_str(arena, text) : STR_ABSENT;
}

void
load_decision(sqlite3_stmt *stmt, struct arena *arena, struct decision *decision)
{
	*decision = (struct decision){
		.seq = sqlite3_column_int64(stmt, 0),
		.at = sqlite3_column_int64(stmt, 1),
		.action = decision_find(sql_text(stmt, 2)),
		.actor = arena_str(arena, sql_text(stmt, 3)),
		.reason = arena_str(arena, sql_text(stmt, 4)),
		.undoes = sqlite3_column_int64(stmt, 5),
		.row = sqlite3_column_int64(stmt, 6),
		.alert_id = kept(stmt, 7, arena),
		.event = kept(stmt, 8, arena),
		.principal = kept(stmt, 9, arena),
		.statement = kept(stmt, 10, arena),
		.signature = kept(stmt, 11, arena),
		.previous = kept(stmt, 12, arena),
		.hash = kept(stmt, 13, arena),
	};
}

bool
load_decisions(struct store *store, int64_t alert, struct arena *arena, struct decision **decisions,
	size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LOAD_DECISIONS, err);
	struct decision *list = NULL;
	size_t capacity = 0;
	bool ok = true;
	int rc;

	*count = 0;
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, alert);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW && ok) {
		MEM_GROW(list, *count, capacity);
		load_decision(stmt, arena, &list[*count]);
		if (list[(*count)++].action == DECIDE_COUNT)
			ok = damaged(store, "a decision of an unknown kind", err);
	}
	sqlite3_reset(stmt);
	*decisions = arena_alloc(arena, (*count + 1) * sizeof(**decisions));
	if (*count)
		memcpy(*decisions, list, *count * sizeof(**decisions));
	free(list);
	return ok && rc == SQLITE_DONE;
}

static bool
take_sources(struct store *store, enum statement statement, int64_t n, struct alert *alert,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);
	struct alert_source *list = NULL;
	size_t capacity = 0;
	int rc;

	alert->source_count = 0;
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		MEM_GROW(list, alert->source_count, capacity);
		list[alert->source_count++] = (struct alert_source){
			.name = arena_str(&alert->arena, sql_text(stmt, 0)),
			.path = arena_str(&alert->arena, sql_text(stmt, 1)),
			.offset = (uint64_t)sqlite3_column_int64(stmt, 2),
		};
	}
	alert->sources =
		arena_alloc(&alert->arena, (alert->source_count + 1) * sizeof(*alert->sources));
	if (alert->source_count)
		memcpy(alert->sources, list, alert->source_count * sizeof(*list));
	free(list);
	return rc == SQLITE_DONE;
}

/* Most have one, and need no grouping and sorting, which cost more than all else of loading. */
static bool
load_sources(struct store *store, int64_t n, struct alert *alert, struct error *err)
{
	return take_sources(store, STMT_LOAD_TWO_SOURCES, n, alert, err) &&
	       (alert->source_count < 2 || take_sources(store, STMT_LOAD_SOURCES, n, alert, err));
}

bool
load_find(struct store *store, const char *id, int64_t *n, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ALERT_ROWID, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(id));
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		*n = sqlite3_column_int64(stmt, 0);
	else if (rc == SQLITE_DONE)
		error_set(err, ERROR_NOT_FOUND, "there is no alert %s in the store", id);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW;
}

static void
read_alert(sqlite3_stmt *stmt, struct alert *alert)
{
	struct arena *arena = &alert->arena;
	struct str id = sql_text(stmt, 0);

	memcpy(alert->id, id.data, id.len < ALERT_ID_SIZE ? id.len : ALERT_ID_SIZE - 1);
	alert->time = sqlite3_column_type(stmt, 1) == SQLITE_NULL ? TIME_NONE
								  : sqlite3_column_int64(stmt, 1);
	alert->arrived = TIME_NONE;
	alert->self = sqlite3_column_int(stmt, 2) != 0;
	alert->outcome = (enum outcome)sql_choice(stmt, 3, OUTCOME_FAILED);
	alert->flags = (uint32_t)sqlite3_column_int64(stmt, 4);
	if (sql_text(stmt, 5).len == HASH_HEX - 1)
		memcpy(alert->record_hash, sql_text(stmt, 5).data, HASH_HEX - 1);
	alert->raw = arena_str(arena, sql_blob(stmt, 6));
	for (int i = 0; i < ALERT_TEXT_COUNT; i++)
		alert->text[i] = arena_str(arena, sql_text(stmt, i + 7));
	if (sqlite3_column_type(stmt, ALERT_TEXT_COUNT + 7) != SQLITE_NULL)
		alert->arrived = sqlite3_column_int64(stmt, ALERT_TEXT_COUNT + 7);
	alert->watched = sqlite3_column_int(stmt, ALERT_TEXT_COUNT + 8) != 0;
	alert->answer = read_answer(stmt, ALERT_TEXT_COUNT + 9);
	alert->answered = true;
}

/* These are printed as the JSON they are; we wrote them without anything a terminal must not see,
 * another program that may write the file need not. */
static bool
check_json(const struct store *store, const struct alert *alert, struct error *err)
{
	static const enum alert_text texts[] = {ALERT_ROW, ALERT_TACTICS, ALERT_TECHNIQUES};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (text_has_hidden(alert->text[texts[i]]))
			return damaged(store, "an alert's row is not as keywatch wrote it", err);
	return true;
}

/* What an analyst reads and decides on is what was logged, or it is said that it is not. */
static bool
check_raw(const struct store *store, const struct alert *alert, struct error *err)
{
	char hex[HASH_HEX];

	hash_hex(alert->raw, hex);
	return str_is(alert->text[ALERT_RAW_SHA256], hex) ||
	       damaged(store, "an alert's record does not have the hash that was kept", err);
}

static bool
load(struct store *store, int64_t n, struct alert *alert, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LOAD, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_DONE)
		return error_set(err, ERROR_NOT_FOUND, "there is no such alert any more");
	if (rc != SQLITE_ROW)
		return false;
	read_alert(stmt, alert);
	sqlite3_reset(stmt);
	if (!check_json(store, alert, err) || !check_raw(store, alert, err) ||
		!load_sources(store, n, alert, err) ||
		!load_decisions(
			store, n, &alert->arena, &alert->decisions, &alert->decision_count, err))
		return false;
	alert->state = decision_fold(alert->decisions, alert->decision_count, store->approvals);
	return true;
}

/* By id, unless that is NULL. */
static bool
load_in_one_state(
	struct store *store, const char *id, int64_t n, struct alert *alert, struct error *err)
{
	bool began, ok;

	if (!sql_read_begin(store, &began, err))
		return false;
	ok = (!id || load_find(store, id, &n, err)) && load(store, n, alert, err);
	sql_read_end(store, began);
	if (!ok)
		alert_fini(alert);
	return ok;
}

static void
read_record(sqlite3_stmt *stmt, struct alert *alert)
{
	struct arena arena = alert->arena;

	*alert = (struct alert){.arena = arena,
		.flags = (uint32_t)sqlite3_column_int64(stmt, 0),
		.answered = true,
		.answer = read_answer(stmt, 3)};
	alert->text[ALERT_RULE_ID] = arena_str(&alert->arena, sql_text(stmt, 1));
	alert->raw = arena_str(&alert->arena, sql_blob(stmt, 2));
}

static bool
load_lean(struct store *store, enum statement statement, int64_t rowid,
	void (*take)(sqlite3_stmt *stmt, struct alert *alert), struct alert *alert,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);
	int rc;

	if (!stmt)
		return false;
	arena_reset(&alert->arena);
	sql_bind_long(stmt, 1, rowid);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		take(stmt, alert);
	else if (rc == SQLITE_DONE)
		error_set(err, ERROR_NOT_FOUND, "there is no such alert any more");
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW;
}

bool
store_load_texts(struct store *store, int64_t rowid, struct alert *alert, struct error *err)
{
	return load_lean(store, STMT_LOAD_TEXTS, rowid, read_alert, alert, err);
}

bool
store_load_record(struct store *store, int64_t rowid, struct alert *alert, struct error *err)
{
	return load_lean(store, STMT_LOAD_RECORD, rowid, read_record, alert, err);
}

bool
store_read_begin(struct store *store, struct error *err)
{
	bool began;

	return sql_read_begin(store, &began, err);
}

void
store_read_end(struct store *store)
{
	sql_read_end(store, true);
}

bool
store_read_join(struct store *store, bool *began, struct error *err)
{
	return sql_read_begin(store, began, err);
}

void
store_read_leave(struct store *store, bool began)
{
	sql_read_end(store, began);
}

bool
store_load(struct store *store, const char *id, struct alert *alert, struct error *err)
{
	return load_in_one_state(store, id, 0, alert, err);
}

bool
store_load_row(struct store *store, int64_t rowid, struct alert *alert, struct error *err)
{
	return load_in_one_state(store, NULL, rowid, alert, err);
}
