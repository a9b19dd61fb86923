/* Decisions: appended once, bound to the state they were made on. */
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

static bool
insert_decision(struct store *store, int64_t n, struct decision *decision, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_DECISION_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	sql_bind_long(stmt, 2, decision->at);
	sql_bind_text(stmt, 3, str_from(decision_rules[decision->action].name));
	sql_bind_text(stmt, 4, decision->actor);
	sql_bind_text(stmt, 5, decision->reason);
	if (decision->undoes)
		sql_bind_long(stmt, 6, decision->undoes);
	if (!sql_run(store, stmt, err))
		return false;
	decision->seq = sqlite3_last_insert_rowid(store->db);
	return true;
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
decide(struct store *store, const char *id, int64_t if_seq, struct decision *decision,
	struct arena *arena, struct error *err)
{
	struct decision *list;
	struct alert_state state;
	size_t count;
	int64_t n;

	if (!load_find(store, id, &n, err) ||
		!load_decisions(store, n, arena, &list, &count, err) ||
		!check_state(list, count, if_seq, err) ||
		!decision_allowed(
			list, count, decision->action, decision->actor, decision->reason, err))
		return false;
	state = decision_fold(list, count);
	if (decision->action == DECIDE_UNDO)
		decision->undoes = list[state.last_change].seq;
	if (!insert_decision(store, n, decision, err))
		return false;
	list[count] = *decision; /* load_decisions leaves room for one more */
	state = decision_fold(list, count + 1);
	return cache_state(store, n, &state, err);
}

bool
store_decide(struct store *store, const char *id, int64_t if_seq, enum decision_action action,
	struct str actor, struct str reason, int64_t now, int64_t *seq, struct error *err)
{
	struct decision decision = {
		.at = now,
		.action = action,
		.actor = actor,
		.reason = reason.data ? reason : STR(""),
	};
	struct arena arena = {0};
	bool began, ok;

	if (!be_durable(store, err) || !sql_write_begin(store, &began, err))
		return false;
	ok = decide(store, id, if_seq, &decision, &arena, err);
	ok = sql_write_end(store, began, ok, err);
	arena_fini(&arena);
	if (ok && seq)
		*seq = decision.seq;
	return ok;
}
