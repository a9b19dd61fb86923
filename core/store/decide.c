/* Decisions: appended once, bound to the state they were made on. */
#include <stdlib.h>

#include "core/alert/chain_link.h"
#include "core/base/mem.h"
#include "core/store/private.h"

/* Decisions are durable: on this handle every commit now waits for the disk. */
static bool
be_durable(struct store *store, struct error *err)
{
	if (!store->relaxed)
		return true;
	if (!sql_exec(store, store->db, "PRAGMA synchronous=FULL", err))
		return false;
	store->relaxed = false;
	return true;
}

static bool
check_state(const struct decision *decisions, size_t count, int64_t if_seq, struct error *err)
{
	int64_t last = count ? decisions[count - 1].seq : 0;
	struct buf who = {0};

	if (if_seq < 0 || last == if_seq)
		return true;
	if (last == 0)
		return error_set(err, ERROR_CONFLICT,
			"nothing was decided on this alert yet; it is not in state %lld",
			(long long)if_seq);
	decision_describe(&who, &decisions[count - 1]);
	error_set(err, ERROR_CONFLICT, "somebody was first: %s", buf_cstr(&who));
	buf_fini(&who);
	return false;
}

/* What the decision is about, as it is now. */
static bool
name_event(struct store *store, struct decision *decision, struct arena *arena, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_EVENT, err);
	struct buf event = {0};
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, decision->row);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		bool row = sqlite3_column_int64(stmt, 1) & 1U << FLAG_FROM_TABLE;

		decision->alert_id = arena_str(arena, sql_text(stmt, 0));
		buf_puts(&event, row ? "row " : "record ");
		buf_str(&event, sql_text(stmt, 2));
		decision->event = arena_str(arena, buf_view(&event));
		buf_fini(&event);
	} else if (rc == SQLITE_DONE) {
		error_set(err, ERROR_STORE, "%s: the store is damaged: an alert without its record",
			store->path);
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW;
}

/* Stands on the head of the chain: within the transaction. */
static bool
link(struct store *store, struct decision *decision, struct arena *arena, struct error *err)
{
	char previous[HASH_HEX], hash[HASH_HEX];

	if (!name_event(store, decision, arena, err) ||
		!store_chain_head(store, &decision->seq, previous, err))
		return false;
	if (decision->seq >= INT64_MAX - 1)
		return error_set(err, ERROR_STORE,
			"%s: the store is damaged: decision %lld leaves no number for another",
			store->path, (long long)decision->seq);
	decision->seq++;
	decision->previous = arena_str(arena, str_from(previous));
	chain_hash(decision, decision->previous, hash);
	decision->hash = arena_str(arena, str_from(hash));
	return true;
}

static bool
insert_decision(struct store *store, const struct decision *decision, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_DECISION_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, decision->seq);
	sql_bind_long(stmt, 2, decision->row);
	sql_bind_long(stmt, 3, decision->at);
	sql_bind_text(stmt, 4, str_from(decision_rules[decision->action].name));
	sql_bind_text(stmt, 5, decision->actor);
	sql_bind_text(stmt, 6, decision->reason);
	if (decision->undoes)
		sql_bind_long(stmt, 7, decision->undoes);
	sql_bind_text(stmt, 8, decision->alert_id);
	sql_bind_text(stmt, 9, decision->event);
	sql_bind_text(stmt, 10, decision->principal);
	sql_bind_text(stmt, 11, decision->statement);
	sql_bind_text(stmt, 12, decision->signature);
	sql_bind_text(stmt, 13, decision->previous);
	sql_bind_text(stmt, 14, decision->hash);
	return sql_run(store, stmt, err);
}

static bool
cache_state(struct store *store, int64_t n, const struct alert_state *state, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ALERT_STATE, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	sql_bind_long(stmt, 2, state->status);
	sql_bind_long(stmt, 3, state->classification);
	sql_bind_long(stmt, 4, state->reason);
	sql_bind_long(stmt, 5, state->validation);
	sql_bind_text(stmt, 6, state->owner);
	sql_bind_long(stmt, 7, state->last_seq);
	store->touched = true;
	return sql_run(store, stmt, err);
}

static bool
check_signed(struct store *store, const struct store_signed *signed_by, const struct decision *list,
	size_t count, struct error *err)
{
	char head[HASH_HEX];
	int64_t at;

	if (!store_chain_at(store, signed_by->sequence, head, &at, err))
		return false;
	if (!str_is(signed_by->previous, head))
		return error_set(err, ERROR_CONFLICT,
			"the statement stands on another chain than this store's: request it "
			"again");
	for (size_t i = 0; i < count; i++)
		if (list[i].seq > signed_by->sequence && !decision_is_signed(&list[i])) {
			struct buf who = {0};

			decision_describe(&who, &list[i]);
			error_set(err, ERROR_CONFLICT,
				"somebody was first since the statement was requested: %s; request "
				"it again",
				buf_cstr(&who));
			buf_fini(&who);
			return false;
		}
	return true;
}

/* A statement counts once. */
static bool
check_once(struct store *store, struct str statement, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_STATEMENT_FIND, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, statement);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		error_set(err, ERROR_CONFLICT,
			"this statement was imported before, as decision %lld",
			(long long)sqlite3_column_int64(stmt, 0));
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE;
}

/* By what was verified of these very decisions. */
static bool
check_allowed(const struct store *store, const struct alert *judged,
	const struct decision *decision, const struct decision *list, size_t count,
	struct error *err)
{
	struct decision *verified = mem_alloc((count + 1) * sizeof(*verified));
	bool ok;

	for (size_t i = 0; i < count; i++) {
		verified[i] = list[i];
		if (judged && i < judged->decision_count &&
			judged->decisions[i].seq == list[i].seq &&
			str_equal(judged->decisions[i].statement, list[i].statement) &&
			str_equal(judged->decisions[i].signature, list[i].signature))
			verified[i].verdict = judged->decisions[i].verdict;
	}
	ok = decision_allowed(verified, count, store->approvals, decision->action, decision->actor,
		decision->reason, err);
	free(verified);
	return ok;
}

static bool
decide(struct store *store, const struct store_decision *asked, struct decision *decision,
	struct arena *arena, struct error *err)
{
	struct decision *list;
	struct alert_state state;
	size_t count;

	if (!load_find(store, asked->id, &decision->row, err) ||
		!load_decisions(store, decision->row, arena, &list, &count, err) ||
		!check_state(list, count, asked->if_seq, err))
		return false;
	if (asked->signed_by && (!check_once(store, decision->statement, err) ||
					!check_signed(store, asked->signed_by, list, count, err)))
		return false;
	if (!check_allowed(store, asked->judged, decision, list, count, err))
		return false;
	state = decision_fold(list, count, store->approvals);
	if (decision->action == DECIDE_UNDO)
		decision->undoes = list[state.last_change].seq;
	if (!link(store, decision, arena, err) || !insert_decision(store, decision, err))
		return false;
	list[count] = *decision; /* load_decisions leaves room for one more */
	state = decision_fold(list, count + 1, store->approvals);
	return cache_state(store, decision->row, &state, err);
}

bool
store_decide(
	struct store *store, const struct store_decision *asked, int64_t *seq, struct error *err)
{
	const struct store_signed *signed_by = asked->signed_by;
	struct decision decision = {
		.at = asked->now,
		.action = asked->action,
		.actor = asked->actor,
		.reason = asked->reason.data ? asked->reason : STR(""),
		.statement = signed_by ? signed_by->statement : STR_ABSENT,
		.signature = signed_by ? signed_by->signature : STR_ABSENT,
		.principal = signed_by ? signed_by->principal : STR_ABSENT,
	};
	struct arena arena = {0};
	bool began, ok;

	if (!be_durable(store, err) || !sql_write_begin(store, &began, err))
		return false;
	ok = decide(store, asked, &decision, &arena, err);
	ok = sql_write_end(store, began, ok, err);
	arena_fini(&arena);
	if (ok && seq)
		*seq = decision.seq;
	return ok;
}
