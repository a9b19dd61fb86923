/* What was looked through, and the answers that lists show. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/store/history.h"
#include "core/store/private.h"

/* ---- one input ---- */

bool
store_looked_put(
	struct store *store, int64_t input, const struct store_looked *looked, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LOOKED_PUT, err);
	struct buf spans = {0}, accounts = {0};
	bool ok;

	if (!stmt)
		return false;
	spans_put(&spans, &accounts, looked->spans, looked->span_count);
	sql_bind_long(stmt, 1, input);
	sql_bind_long(stmt, 2, looked->term);
	sql_bind_long(stmt, 3, looked->unread);
	sql_bind_blob(stmt, 4, buf_view(&spans));
	sql_bind_blob(stmt, 5, buf_view(&accounts));
	ok = sql_run(store, stmt, err);
	buf_fini(&spans);
	buf_fini(&accounts);
	return ok;
}

bool
store_looked_term(struct store *store, int64_t input, int64_t *term, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LOOKED_TERM, err);
	int rc;

	*term = 0;
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, input);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		*term = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* ---- all of them ---- */

/* What was last asked: it holds for every term that no input's end lies before or behind. */
struct covered {
	int64_t run, version;
	int64_t above, upto; /* of terms: above < term <= upto */
	struct store_coverage coverage;
	size_t capacity;
};

void
covered_forget(struct store *store)
{
	if (!store->covered)
		return;
	free(store->covered->coverage.spans);
	free(store->covered);
	store->covered = NULL;
}

static int
by_account_and_from(const void *a, const void *b)
{
	const struct trail_span *left = a, *right = b;

	if (left->account != right->account)
		return left->account > right->account ? 1 : -1;
	return (left->from > right->from) - (left->from < right->from);
}

/* Of each account ascending and disjoint, and what less than a gap parts is one. */
static void
join_spans(struct store_coverage *c)
{
	size_t last = 0;

	if (c->span_count == 0)
		return;
	qsort(c->spans, c->span_count, sizeof(*c->spans), by_account_and_from);
	for (size_t i = 1; i < c->span_count; i++) {
		struct trail_span *joined = &c->spans[last], next = c->spans[i];

		if (next.account != joined->account ||
			(next.from > joined->to && next.from - joined->to >= HISTORY_GAP))
			c->spans[++last] = next;
		else if (next.to > joined->to)
			joined->to = next.to;
	}
	c->span_count = last + 1;
}

static void
take_spans(struct covered *covered, struct str times, struct str accounts)
{
	struct store_coverage *c = &covered->coverage;
	size_t most = c->span_count + spans_stored(times);

	if (most > covered->capacity) {
		covered->capacity = 2 * most;
		c->spans = mem_array(c->spans, covered->capacity, sizeof(*c->spans));
	}
	c->span_count += spans_get(c->spans + c->span_count, times, accounts);
}

static void
take_looked(struct covered *covered, sqlite3_stmt *stmt, int64_t term)
{
	bool never = sqlite3_column_type(stmt, 0) == SQLITE_NULL;
	int64_t upto = sqlite3_column_int64(stmt, 0);

	if (never || upto < term) {
		covered->coverage.missing++;
		if (!never && upto > covered->above)
			covered->above = upto;
		return;
	}
	if (upto < covered->upto)
		covered->upto = upto;
	covered->coverage.inputs++;
	covered->coverage.unread += sqlite3_column_int64(stmt, 1) != 0;
	take_spans(covered, sql_blob(stmt, 2), sql_blob(stmt, 3));
}

static bool
cover(struct store *store, struct covered *covered, int64_t term, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, covered->run ? STMT_LOOKED_RUN : STMT_LOOKED_ALL, err);
	int rc;

	if (!stmt)
		return false;
	if (covered->run)
		sql_bind_long(stmt, 1, covered->run);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW)
		take_looked(covered, stmt, term);
	join_spans(&covered->coverage);
	return rc == SQLITE_DONE;
}

static bool
looked_version(struct store *store, int64_t *version, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LOOKED_CHANGED, err);
	int rc;

	*version = 0;
	if (!stmt)
		return false;
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		*version = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool
is_covered(const struct covered *covered, int64_t run, int64_t version, int64_t term)
{
	return covered && covered->run == run && covered->version == version &&
	       covered->above < term && term <= covered->upto;
}

static bool
find_covered(struct store *store, int64_t run, int64_t term, struct error *err)
{
	struct covered *covered;
	int64_t version;

	if (!looked_version(store, &version, err))
		return false;
	if (is_covered(store->covered, run, version, term))
		return true;
	covered_forget(store);
	covered = MEM_NEW(struct covered);
	*covered = (struct covered){
		.run = run, .version = version, .above = INT64_MIN, .upto = INT64_MAX};
	store->covered = covered;
	if (cover(store, covered, term, err))
		return true;
	covered_forget(store);
	return false;
}

bool
store_coverage(struct store *store, int64_t run, int64_t term, struct arena *arena,
	struct store_coverage *coverage, struct error *err)
{
	bool began, ok;

	*coverage = (struct store_coverage){0};
	if (!sql_read_begin(store, &began, err))
		return false;
	ok = find_covered(store, run, term, err);
	sql_read_end(store, began);
	if (!ok)
		return false;
	*coverage = store->covered->coverage;
	coverage->spans = arena_alloc(arena, (coverage->span_count + 1) * sizeof(*coverage->spans));
	if (coverage->span_count)
		memcpy(coverage->spans, store->covered->coverage.spans,
			coverage->span_count * sizeof(*coverage->spans));
	return true;
}

/* ---- answers ---- */

bool
store_answer_put(struct store *store, int64_t rowid, const struct answer *answer, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_ANSWER_PUT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, rowid);
	sql_bind_long(stmt, 2, answer->assessed);
	sql_bind_long(stmt, 3, answer->used);
	sql_bind_long(stmt, 4, answer->used_elsewhere);
	if (answer->used == ANSWER_YES)
		sql_bind_long(stmt, 5, answer->used_after);
	sql_bind_long(stmt, 6, answer->rotation);
	if (answer->children >= 0)
		sql_bind_long(stmt, 7, answer->children);
	if (answer->first_seen_actor != TIME_NONE)
		sql_bind_long(stmt, 8, answer->first_seen_actor);
	if (!sql_run(store, stmt, err))
		return false;
	store->touched |= sqlite3_changes(store->db) > 0;
	return true;
}
