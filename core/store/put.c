/* An alert is put: new, known, or in conflict (settled.md 3). */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/store/private.h"

/* The alert that has an id already. */
struct elder {
	int64_t n;	     /* 0: none */
	char hash[HASH_HEX]; /* of its record */
	uint32_t flags;
	bool decided, equal;
	bool of_this_run;
	int64_t position;
	uint64_t offset;
};

static bool
find_elder(struct store *store, const char *id, const struct alert *alert, struct elder *elder,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ALERT_ELDER, err);
	int rc;

	*elder = (struct elder){0};
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(id));
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		elder->n = sqlite3_column_int64(stmt, 0);
		elder->flags = (uint32_t)sqlite3_column_int64(stmt, 1);
		elder->decided = sqlite3_column_int64(stmt, 2) != 0;
		snprintf(elder->hash, sizeof(elder->hash), "%.*s", STR_ARG(sql_text(stmt, 3)));
		elder->equal = strcmp(elder->hash, alert->record_hash) == 0;
		elder->position = sqlite3_column_int64(stmt, 4);
		elder->offset = (uint64_t)sqlite3_column_int64(stmt, 5);
		elder->of_this_run = sqlite3_column_int64(stmt, 6) == store->run;
		sqlite3_reset(stmt);
	}
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* Which run and reading the input belongs to, kept for the next record of the same input. */
static bool
select_input(struct store *store, int64_t input, struct error *err)
{
	sqlite3_stmt *stmt;
	int rc;

	if (store->input == input && input != 0)
		return true;
	stmt = sql_use(store, STMT_RUN_INPUT_FIND, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, store->run);
	sql_bind_long(stmt, 2, input);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_DONE)
		return error_set(err, ERROR_STORE,
			"%s: an alert came from an input that was not begun", store->path);
	if (rc != SQLITE_ROW)
		return false;
	store->input = input;
	store->input_position = sqlite3_column_int64(stmt, 0);
	store->input_generation = sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return true;
}

/* ---- writing ---- */

static bool
set_flags(struct store *store, int64_t n, uint32_t flags, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ALERT_FLAG, err);

	if (!stmt)
		return false;
	store->touched = true;
	sql_bind_long(stmt, 1, n);
	sql_bind_long(stmt, 2, flags);
	return sql_run(store, stmt, err);
}

static bool
put_source(struct store *store, int64_t n, uint64_t offset, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SOURCE_PUT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	sql_bind_long(stmt, 2, store->input);
	sql_bind_long(stmt, 3, (int64_t)offset);
	sql_bind_long(stmt, 4, store->input_generation);
	sql_bind_long(stmt, 5, store->input_position);
	if (!sql_run(store, stmt, err))
		return false;
	store->touched |= sqlite3_changes(store->db) > 0;
	return true;
}

static bool
put_rule(struct store *store, struct str id, struct error *err)
{
	sqlite3_stmt *stmt;

	if (store->rule_seen && str_is(id, store->rule_seen))
		return true;
	stmt = sql_use(store, STMT_RULE_INSERT, err);
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, id);
	if (!sql_run(store, stmt, err))
		return false;
	free(store->rule_seen);
	store->rule_seen = mem_zalloc(id.len + 1);
	memcpy(store->rule_seen, id.data, id.len);
	return true;
}

/* STMT_DETAIL_INSERT or STMT_DETAIL_REPLACE. */
static void
bind_detail(const struct store *store, sqlite3_stmt *stmt, const struct alert *alert, int64_t n,
	uint64_t offset)
{
	sql_bind_long(stmt, 1, n);
	sql_bind_text(stmt, 2, str_from(alert->record_hash));
	sql_bind_long(stmt, 3, store->input_position);
	sql_bind_long(stmt, 4, (int64_t)offset);
	sql_bind_blob(stmt, 5, alert->raw);
	for (int i = 0; i < ALERT_TEXT_COUNT; i++)
		sql_bind_text(stmt, i + 6, alert->text[i]);
}

static bool
insert_detail(struct store *store, const struct alert *alert, int64_t n, uint64_t offset,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_DETAIL_INSERT, err);

	if (!stmt)
		return false;
	bind_detail(store, stmt, alert, n, offset);
	if (alert->arrived != TIME_NONE)
		sql_bind_long(stmt, ALERT_TEXT_COUNT + 6, alert->arrived);
	sql_bind_long(stmt, ALERT_TEXT_COUNT + 7, alert->watched);
	return sql_run(store, stmt, err);
}

/* A list shows the beginning of a name; a hostile one of megabytes stays in `detail`. */
static struct str
for_list(struct str text)
{
	return text_cut(text, 512);
}

/* STMT_ALERT_INSERT or STMT_ALERT_REPLACE. */
static bool
write_alert(struct store *store, enum statement statement, const struct alert *alert,
	uint32_t flags, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);
	const struct str *text = alert->text;
	struct arena scratch = {0};
	bool ok;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(alert->id));
	if (alert->time != TIME_NONE)
		sql_bind_long(stmt, 2, alert->time);
	sql_bind_text(stmt, 3, text[ALERT_RULE_ID].data ? text[ALERT_RULE_ID] : STR(""));
	sql_bind_text(stmt, 4, for_list(text[ALERT_EVENT_ID]));
	sql_bind_text(stmt, 5, for_list(text[ALERT_SEVERITY]));
	sql_bind_text(stmt, 6, for_list(alert_actor_label(&scratch, alert)));
	sql_bind_text(stmt, 7, for_list(text[ALERT_TARGET_USER]));
	sql_bind_text(stmt, 8,
		for_list(text[ALERT_RECIPIENT].len ? text[ALERT_RECIPIENT]
						   : text[ALERT_ACTOR_ACCOUNT]));
	sql_bind_text(stmt, 9, for_list(text[ALERT_SOURCE_IP]));
	sql_bind_long(stmt, 10, alert->self);
	sql_bind_long(stmt, 11, alert->outcome);
	sql_bind_long(stmt, 12, flags);
	ok = sql_run(store, stmt, err);
	arena_fini(&scratch);
	return ok;
}

static bool
insert_alert(struct store *store, const struct alert *alert, int64_t *n, struct error *err)
{
	bool ok = write_alert(store, STMT_ALERT_INSERT, alert, alert->flags, err);

	*n = sqlite3_last_insert_rowid(store->db);
	return ok;
}

static bool
insert_whole(struct store *store, const struct alert *alert, uint64_t offset, int64_t *n,
	struct error *err)
{
	return put_rule(store, alert->text[ALERT_RULE_ID], err) &&
	       insert_alert(store, alert, n, err) && insert_detail(store, alert, *n, offset, err) &&
	       put_source(store, *n, offset, err);
}

/* ---- known ---- */

/*
 * Of equal records the first copy is kept: the first in the order the inputs were given in, not in
 * which the workers happened to reach it, so that any number of workers gives the same. After a
 * decision, or in a later run, it stays whatever comes.
 */
static bool
is_earlier_copy(const struct store *store, const struct elder *elder, uint64_t offset)
{
	if (!elder->of_this_run || elder->decided)
		return false;
	if (store->input_position != elder->position)
		return store->input_position < elder->position;
	return offset < elder->offset;
}

/* The row goes with its bytes: a dynamic column spells objects as they were logged. */
static bool
replace_raw(struct store *store, const struct alert *alert, const struct elder *elder,
	uint64_t offset, struct error *err)
{
	const uint32_t conflict = 1U << FLAG_CONFLICT;
	sqlite3_stmt *stmt = sql_use(store, STMT_DETAIL_RAW, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, elder->n);
	sql_bind_long(stmt, 2, store->input_position);
	sql_bind_long(stmt, 3, (int64_t)offset);
	sql_bind_blob(stmt, 4, alert->raw);
	sql_bind_text(stmt, 5, alert->text[ALERT_RAW_SHA256]);
	sql_bind_text(stmt, 6, alert->text[ALERT_ROW]);
	return sql_run(store, stmt, err) &&
	       set_flags(store, elder->n, alert->flags | (elder->flags & conflict), err);
}

/* ---- rows of a table (settled.md 3) ---- */

static bool
is_row(uint32_t flags)
{
	return flags >> FLAG_FROM_TABLE & 1;
}

/* The record that the elder's row was made of: all of it is taken, but the id and what was decided
 * on it, and when it was first seen, stay. */
static bool
replace_row(struct store *store, const struct alert *alert, const struct elder *elder,
	uint64_t offset, struct error *err)
{
	const uint32_t conflict = 1U << FLAG_CONFLICT;
	sqlite3_stmt *stmt;

	if (!write_alert(store, STMT_ALERT_REPLACE, alert, alert->flags | (elder->flags & conflict),
		    err))
		return false;
	stmt = sql_use(store, STMT_DETAIL_REPLACE, err);
	if (!stmt)
		return false;
	bind_detail(store, stmt, alert, elder->n, offset);
	return sql_run(store, stmt, err);
}

static bool
rows_agree(struct str a, struct str b)
{
	struct event left, right;
	bool agree;

	if (!event_parse_row(&left, a, NULL))
		return false;
	if (!event_parse_row(&right, b, NULL)) {
		event_fini(&left);
		return false;
	}
	agree = event_rows_agree(&left, &right);
	event_fini(&left);
	event_fini(&right);
	return agree;
}

/* Of one eventID. A row and a record always are: a row is no record that could contradict. Rows are
 * when nothing that both tell differs: one may be a projection, or exported in another form. */
static bool
is_same_event(struct store *store, const struct alert *alert, const struct elder *elder, bool *same,
	struct error *err)
{
	sqlite3_stmt *stmt;
	int rc;

	*same = elder->equal || is_row(elder->flags) != is_row(alert->flags);
	if (!elder->n || *same || !is_row(alert->flags))
		return true;
	stmt = sql_use(store, STMT_DETAIL_ROW, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, elder->n);
	rc = sql_step(store, stmt, err);
	*same = rc == SQLITE_ROW && rows_agree(sql_blob(stmt, 0), alert->raw);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool
put_known(struct store *store, const struct alert *alert, const struct elder *elder,
	uint64_t offset, struct error *err)
{
	bool ok = true;

	if (is_row(elder->flags) && !is_row(alert->flags))
		ok = replace_row(store, alert, elder, offset, err);
	else if (is_row(elder->flags) == is_row(alert->flags) &&
		 is_earlier_copy(store, elder, offset))
		ok = elder->equal ? replace_raw(store, alert, elder, offset, err)
				  : replace_row(store, alert, elder, offset, err);
	return ok && put_source(store, elder->n, offset, err);
}

/* ---- conflict ---- */

static bool
note_conflict(struct store *store, const char *identity, int64_t n, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_CONFLICT_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(identity));
	sql_bind_long(stmt, 2, n);
	return sql_run(store, stmt, err);
}

static bool
is_contested(struct store *store, const char *identity, bool *is, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_CONFLICT_ANY, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(identity));
	rc = sql_step(store, stmt, err);
	*is = rc == SQLITE_ROW;
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* id: of the first of those in conflict, "" when there are none: to sort them is not begun for
 * every alert. */
static bool
find_contested(struct store *store, const char *identity, char id[ALERT_ID_SIZE], struct error *err)
{
	sqlite3_stmt *stmt;
	bool any;
	int rc;

	id[0] = '\0';
	if (!is_contested(store, identity, &any, err))
		return false;
	if (!any)
		return true;
	stmt = sql_use(store, STMT_CONFLICT_FIND, err);
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, str_from(identity));
	sql_bind_long(stmt, 2, 1U << FLAG_FROM_TABLE);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		snprintf(id, ALERT_ID_SIZE, "%.*s", STR_ARG(sql_text(stmt, 0)));
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool
rename_elder(struct store *store, const struct alert *alert, const struct elder *elder,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ALERT_RENAME, err);
	char id[ALERT_ID_SIZE];

	if (!stmt)
		return false;
	alert_identity_conflict(
		id, alert->text[ALERT_RULE_ID], alert->text[ALERT_EVENT_ID], elder->hash);
	sql_bind_long(stmt, 1, elder->n);
	sql_bind_text(stmt, 2, str_from(id));
	return sql_run(store, stmt, err);
}

/*
 * The elder keeps its id when somebody may already know it by that: it was decided on, or it is of
 * an earlier run. Else both are named by their record, so that the order in which they came leaves
 * no trace.
 */
static bool
flag_elder(struct store *store, const struct alert *alert, const struct elder *elder,
	struct error *err)
{
	if (!set_flags(store, elder->n, elder->flags | 1U << FLAG_CONFLICT, err) ||
		!note_conflict(store, alert->id, elder->n, err))
		return false;
	if (elder->decided || !elder->of_this_run)
		return true;
	return rename_elder(store, alert, elder, err);
}

/* `elder` bears the plain identity, if any does still; the newcomer gets the id of its record. */
static enum store_put
put_conflict(struct store *store, struct alert *alert, const struct elder *elder, uint64_t offset,
	struct error *err)
{
	char identity[ALERT_ID_SIZE];
	struct elder twin;
	int64_t n;

	if (elder->n && !flag_elder(store, alert, elder, err))
		return STORE_FAILED;
	memcpy(identity, alert->id, sizeof(identity));
	alert_identity_conflict(alert->id, alert->text[ALERT_RULE_ID], alert->text[ALERT_EVENT_ID],
		alert->record_hash);
	alert->flags |= 1U << FLAG_CONFLICT;
	if (!find_elder(store, alert->id, alert, &twin, err))
		return STORE_FAILED;
	if (twin.n)
		return put_known(store, alert, &twin, offset, err) ? STORE_KNOWN : STORE_FAILED;
	if (!insert_whole(store, alert, offset, &n, err) || !note_conflict(store, identity, n, err))
		return STORE_FAILED;
	return STORE_CONFLICT;
}

/* A row says nothing against the records that contest its eventID: the first of them has it. */
static enum store_put
put_row_in_conflict(struct store *store, struct alert *alert, const char *id, uint64_t offset,
	struct error *err)
{
	struct elder elder;

	if (!find_elder(store, id, alert, &elder, err))
		return STORE_FAILED;
	if (is_row(elder.flags))
		return put_conflict(store, alert, &(struct elder){0}, offset, err);
	memcpy(alert->id, id, ALERT_ID_SIZE);
	alert->flags |= 1U << FLAG_CONFLICT;
	return put_known(store, alert, &elder, offset, err) ? STORE_KNOWN : STORE_FAILED;
}

enum store_put
store_put_alert(
	struct store *store, struct alert *alert, int64_t input, uint64_t offset, struct error *err)
{
	char contested[ALERT_ID_SIZE];
	struct elder elder;
	bool same;
	int64_t n;

	if (!select_input(store, input, err) || !find_elder(store, alert->id, alert, &elder, err) ||
		!is_same_event(store, alert, &elder, &same, err))
		return STORE_FAILED;
	if (elder.n && same)
		return put_known(store, alert, &elder, offset, err) ? STORE_KNOWN : STORE_FAILED;
	if (elder.n)
		return put_conflict(store, alert, &elder, offset, err);
	if (!find_contested(store, alert->id, contested, err))
		return STORE_FAILED;
	if (contested[0] && is_row(alert->flags))
		return put_row_in_conflict(store, alert, contested, offset, err);
	if (contested[0])
		return put_conflict(store, alert, &elder, offset, err);
	return insert_whole(store, alert, offset, &n, err) ? STORE_NEW : STORE_FAILED;
}
