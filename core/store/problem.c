/* What could not be read in an input, or of a run. */
#include "core/store/live.h"
#include "core/store/private.h"

/* A hostile name must not make a problem bigger than the record it is about. */
enum { PROBLEM_TEXT_MAX = 8192, PROBLEM_BODY_MAX = 1 << 20 };

bool
problem_forget(struct store *store, int64_t input, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_FORGET, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, input);
	return sql_run(store, stmt, err);
}

bool
problem_forget_from(struct store *store, int64_t input, uint64_t offset, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_FORGET_FROM, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, input);
	sql_bind_long(stmt, 2, (int64_t)offset);
	return sql_run(store, stmt, err);
}

/* A live source that goes wrong for weeks must not fill the disk. */
static bool
bound_problems(struct store *store, const struct problem *problem, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_BOUND, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, problem->source);
	sql_bind_long(stmt, 2, STORE_PROBLEMS_KEPT);
	return sql_run(store, stmt, err);
}

bool
store_put_problem(struct store *store, int64_t run, int64_t input, const struct problem *problem,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_INSERT, err);

	if (!stmt)
		return false;
	if (input == 0)
		sql_bind_long(stmt, 1, run);
	else
		sql_bind_long(stmt, 2, input);
	sql_bind_long(stmt, 3, problem->severity);
	sql_bind_text(stmt, 4, problem->source.data ? problem->source : STR(""));
	sql_bind_text(stmt, 5,
		str_slice(problem->path.data ? problem->path : STR(""), 0, PROBLEM_TEXT_MAX));
	if (problem->offset != PROBLEM_NO_OFFSET)
		sql_bind_long(stmt, 6, (int64_t)problem->offset);
	sql_bind_text(stmt, 7,
		str_slice(problem->reason.data ? problem->reason : STR(""), 0, PROBLEM_TEXT_MAX));
	if (problem->body.data)
		sql_bind_blob(stmt, 8, str_slice(problem->body, 0, PROBLEM_BODY_MAX));
	return sql_run(store, stmt, err) &&
	       (!store->durable || bound_problems(store, problem, err));
}

static struct problem
problem_of_row(sqlite3_stmt *stmt)
{
	bool placed = sqlite3_column_type(stmt, 3) != SQLITE_NULL;

	return (struct problem){
		.severity = (enum problem_severity)sql_choice(stmt, 0, PROBLEM_ERROR),
		.source = sql_text(stmt, 1),
		.path = sql_text(stmt, 2),
		.offset = placed ? (uint64_t)sqlite3_column_int64(stmt, 3) : PROBLEM_NO_OFFSET,
		.reason = sql_text(stmt, 4),
		.body = sql_blob(stmt, 5),
	};
}

static bool
visit_problems(struct store *store, sqlite3_stmt *stmt, store_problem_visit *visit, void *context,
	struct error *err)
{
	int rc;

	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		struct problem problem = problem_of_row(stmt);

		if (!visit(context, &problem))
			break;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_problems(struct store *store, int64_t run, store_problem_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_LIST, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, run);
	return visit_problems(store, stmt, visit, context, err);
}

bool
store_recent_problems(struct store *store, struct str source, unsigned most,
	store_problem_visit *visit, void *context, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_RECENT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_long(stmt, 2, most);
	return visit_problems(store, stmt, visit, context, err);
}

bool
store_input_problems(struct store *store, int64_t input, store_problem_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_PROBLEM_KEPT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, input);
	return visit_problems(store, stmt, visit, context, err);
}
