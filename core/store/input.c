/* Runs and their inputs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "core/store/private.h"

/* Runs of ended programs that are kept anyway. */
enum { RUNS_KEPT = 16 };

/* ---- runs ---- */

static bool
forget_run(struct store *store, int64_t run, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_RUN_DELETE, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, run);
	return sql_run(store, stmt, err);
}

static bool
forget_ended_runs(struct store *store, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_RUN_LIST, err);
	bool ok = true;
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, RUNS_KEPT);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW && ok)
		if (!program_is_running(
			    sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2)))
			ok = forget_run(store, sqlite3_column_int64(stmt, 0), err);
	sqlite3_reset(stmt);
	return ok && (rc == SQLITE_DONE || rc == SQLITE_ROW);
}

static bool
insert_run(struct store *store, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_RUN_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, time_now());
	sql_bind_long(stmt, 2, getpid());
	sql_bind_long(stmt, 3, program_started(getpid()));
	if (!sql_run(store, stmt, err))
		return false;
	store->run = sqlite3_last_insert_rowid(store->db);
	return true;
}

bool
store_run_begin(struct store *store, int64_t *run, struct error *err)
{
	bool began, ok;

	if (!sql_write_begin(store, &began, err))
		return false;
	ok = forget_ended_runs(store, err) && insert_run(store, err);
	if (!sql_write_end(store, began, ok, err))
		return false;
	store->input = 0;
	store->places = 0;
	*run = store->run;
	return true;
}

void
store_run_places(struct store *store, uint32_t count)
{
	if (store->places < count)
		store->places = count;
}

/* ---- inputs ---- */

struct known_input {
	int64_t n, generation;
	bool done, same; /* read to its end; as it is now */
	bool grown;	 /* read to its end; it is the same file, with more in it */
	bool path_same;
	bool tells; /* there is something of it: alerts or problems */
	struct store_mark mark;
};

static void
take_mark(sqlite3_stmt *stmt, int column, struct store_mark *mark)
{
	mark->offset = (uint64_t)sqlite3_column_int64(stmt, column);
	mark->state = (unsigned)sqlite3_column_int64(stmt, column + 1);
	mark->other_values = (uint64_t)sqlite3_column_int64(stmt, column + 2);
	mark->digests = (uint64_t)sqlite3_column_int64(stmt, column + 3);
	mark->problems = (uint64_t)sqlite3_column_int64(stmt, column + 4);
	snprintf(mark->print, sizeof(mark->print), "%.*s", STR_ARG(sql_text(stmt, column + 5)));
}

static void
take_known(sqlite3_stmt *stmt, const struct store_input *input, struct known_input *known)
{
	int64_t size = sqlite3_column_int64(stmt, 3);
	bool same_file = sqlite3_column_int64(stmt, 6) == (int64_t)input->device &&
			 sqlite3_column_int64(stmt, 7) == (int64_t)input->inode;

	known->n = sqlite3_column_int64(stmt, 0);
	known->generation = sqlite3_column_int64(stmt, 1);
	known->done = sqlite3_column_int(stmt, 2);
	known->same = same_file && size == (int64_t)input->size &&
		      sqlite3_column_int64(stmt, 4) == input->mtime_ns &&
		      sqlite3_column_int64(stmt, 5) == input->ctime_ns;
	known->path_same = str_equal(sql_text(stmt, 8), input->path);
	known->tells = sqlite3_column_int(stmt, 9);
	take_mark(stmt, 10, &known->mark);
	known->grown = known->done && same_file && size < (int64_t)input->size &&
		       known->mark.offset && known->mark.offset <= input->size;
}

static bool
find_input(struct store *store, const struct store_input *input, const char *rule_key,
	struct known_input *known, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_INPUT_FIND, err);
	int rc;

	*known = (struct known_input){0};
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, input->name);
	sql_bind_text(stmt, 2, input->identity);
	sql_bind_text(stmt, 3, str_from(rule_key));
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		take_known(stmt, input, known);
		sqlite3_reset(stmt);
	}
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool
insert_input(struct store *store, const struct store_input *input, const char *rule_key,
	struct known_input *known, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_INPUT_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, input->name);
	sql_bind_text(stmt, 2, input->identity);
	sql_bind_text(stmt, 3, str_from(rule_key));
	sql_bind_text(stmt, 4, input->path);
	if (!sql_run(store, stmt, err))
		return false;
	known->n = sqlite3_last_insert_rowid(store->db);
	known->generation = 1;
	return true;
}

/* A new reading: what the last one delivered counts only when this one delivers it too. */
static bool
read_again(struct store *store, struct known_input *known, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_INPUT_AGAIN, err);

	if (!stmt)
		return false;
	known->generation++;
	sql_bind_long(stmt, 1, known->n);
	sql_bind_long(stmt, 2, known->generation);
	return sql_run(store, stmt, err) && problem_forget(store, known->n, err);
}

/* The path is shown as it was given last: that spelling leads there from where the user is. */
static bool
update_path(
	struct store *store, const struct known_input *known, struct str path, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_INPUT_PATH, err);

	if (!stmt)
		return false;
	store->traced++;
	sql_bind_long(stmt, 1, known->n);
	sql_bind_text(stmt, 2, path);
	return sql_run(store, stmt, err);
}

/* A place in an order over all runs that is never used again: the run, then the input's place. */
enum { PLACE_BITS = 32 };

static bool
join_run(struct store *store, int64_t run, const struct known_input *known, uint32_t place,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_RUN_INPUT_INSERT, err);

	if (!stmt)
		return false;
	if (place == 0)
		place = ++store->places;
	else
		store_run_places(store, place);
	sql_bind_long(stmt, 1, run);
	sql_bind_long(stmt, 2, known->n);
	sql_bind_long(stmt, 3, known->generation);
	sql_bind_long(stmt, 4, run << PLACE_BITS | place);
	return sql_run(store, stmt, err);
}

/* A handle that goes on with another one's run. */
static void
select_run(struct store *store, int64_t run)
{
	char sql[96];

	if (store->run == run)
		return;
	sqlite3_snprintf(
		sizeof(sql), sql, "SELECT max(n) FROM run_input WHERE run = %lld", (long long)run);
	store->places = (uint32_t)sql_number(store->db, sql, 0);
	store->run = run;
	store->input = 0;
}

static bool
begin_input(struct store *store, const struct store_input *input, const char *rule_key,
	struct known_input *known, struct error *err)
{
	if (!find_input(store, input, rule_key, known, err))
		return false;
	if (known->n == 0)
		return insert_input(store, input, rule_key, known, err);
	if (!known->path_same && !update_path(store, known, input->path, err))
		return false;
	return (known->done && known->same) || read_again(store, known, err);
}

static bool
tell_again(struct store *store, int64_t run, const struct store_input *input,
	const struct known_input *known, struct error *err)
{
	store->touched = true; /* what it delivered before is of this run from now on */
	return (known->path_same || update_path(store, known, input->path, err)) &&
	       join_run(store, run, known, input->order, err);
}

bool
store_input_look(struct store *store, int64_t run, const struct store_input *input,
	const char *rule_key, enum store_known *found, struct store_mark *mark, struct error *err)
{
	struct known_input known;
	bool began, ok;

	select_run(store, run);
	if (!find_input(store, input, rule_key, &known, err))
		return false;
	*found = known.done && known.same ? STORE_UNCHANGED
		 : known.grown		  ? STORE_GROWN
					  : STORE_TO_READ;
	*mark = known.mark;
	if (*found != STORE_UNCHANGED || !known.tells)
		return true;
	if (!sql_write_begin(store, &began, err))
		return false;
	ok = tell_again(store, run, input, &known, err);
	return sql_write_end(store, began, ok, err);
}

bool
store_input_begin(struct store *store, int64_t run, const struct store_input *input,
	const char *rule_key, int64_t *id, bool *unchanged, struct error *err)
{
	struct known_input known;
	bool began, ok;

	select_run(store, run);
	if (!sql_write_begin(store, &began, err))
		return false;
	ok = begin_input(store, input, rule_key, &known, err) &&
	     join_run(store, run, &known, input->order, err);
	/* What it delivered before is of this run from now on. */
	store->touched |= ok && known.done && known.same;
	if (!sql_write_end(store, began, ok, err))
		return false;
	store->input = 0;
	*id = known.n;
	*unchanged = known.done && known.same;
	return true;
}

/* What was delivered from there on counts when it is delivered again. */
static bool
doubt_from(struct store *store, const struct known_input *known, uint64_t offset, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SOURCE_DOUBT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, known->n);
	sql_bind_long(stmt, 2, (int64_t)offset);
	sql_bind_long(stmt, 3, known->generation);
	return sql_run(store, stmt, err) && problem_forget_from(store, known->n, offset, err);
}

/* What it delivered before the mark stays, and what was said of that. */
bool
store_input_go_on(struct store *store, int64_t run, const struct store_input *input,
	const char *rule_key, const struct store_mark *mark, int64_t *id, struct error *err)
{
	struct known_input known;
	bool began, ok;

	select_run(store, run);
	if (!sql_write_begin(store, &began, err))
		return false;
	ok = find_input(store, input, rule_key, &known, err);
	if (ok && known.n == 0)
		ok = error_set(err, ERROR_STORE, "%s: an input is not there any more", store->path);
	ok = ok && doubt_from(store, &known, mark->offset, err) &&
	     tell_again(store, run, input, &known, err);
	if (!sql_write_end(store, began, ok, err))
		return false;
	store->input = 0;
	*id = known.n;
	return true;
}

/* From parameter 5 on. */
static void
bind_as_read(sqlite3_stmt *stmt, const struct store_input *as_read, const struct store_mark *mark)
{
	sql_bind_long(stmt, 5, (int64_t)as_read->size);
	sql_bind_long(stmt, 6, as_read->mtime_ns);
	sql_bind_long(stmt, 7, as_read->ctime_ns);
	sql_bind_long(stmt, 8, (int64_t)as_read->device);
	sql_bind_long(stmt, 9, (int64_t)as_read->inode);
	if (!mark || !mark->offset)
		return;
	sql_bind_long(stmt, 10, (int64_t)mark->offset);
	sql_bind_long(stmt, 11, mark->state);
	sql_bind_long(stmt, 12, (int64_t)mark->other_values);
	sql_bind_long(stmt, 13, (int64_t)mark->digests);
	sql_bind_long(stmt, 14, (int64_t)mark->problems);
	sql_bind_text(stmt, 15, str_from(mark->print));
}

bool
store_input_done(struct store *store, int64_t input, const char *rule_key,
	const struct store_input *as_read, const struct store_mark *mark, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_INPUT_DONE, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, input);
	sql_bind_long(stmt, 2, store->run);
	sql_bind_text(stmt, 3, str_from(rule_key));
	bind_as_read(stmt, as_read, mark);
	return sql_run(store, stmt, err);
}

bool
store_input_empty(struct store *store, const struct store_input *as_read, const char *rule_key,
	const struct store_mark *mark, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_INPUT_EMPTY, err);
	int64_t n = 0, generation = 0;
	int rc;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, as_read->name);
	sql_bind_text(stmt, 2, as_read->identity);
	sql_bind_text(stmt, 3, str_from(rule_key));
	sql_bind_text(stmt, 4, as_read->path);
	bind_as_read(stmt, as_read, mark);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		n = sqlite3_column_int64(stmt, 0);
		generation = sqlite3_column_int64(stmt, 1);
	}
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc == SQLITE_ROW && (generation == 1 || problem_forget(store, n, err));
}
