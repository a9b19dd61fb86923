/* Which terms sources are looked through for, many at once, and how far they were. */
#include "core/store/private.h"
#include "core/store/survey.h"

static int64_t
time_at(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL
		       ? TIME_NONE
		       : sqlite3_column_int64(stmt, column);
}

static struct str
text_at(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL ? STR_ABSENT
								: sql_text(stmt, column);
}

/* ---- what is to be looked for ---- */

bool
store_survey_put(
	struct store *store, const struct store_survey *survey, bool *fresh, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SURVEY_PUT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, survey->source);
	sql_bind_long(stmt, 2, survey->term);
	sql_bind_long(stmt, 3, survey->first);
	sql_bind_long(stmt, 4, survey->last);
	sql_bind_long(stmt, 5, INT64_MIN);
	if (!sql_run(store, stmt, err))
		return false;
	*fresh = sqlite3_changes(store->db) > 0;
	return true;
}

static bool
put_pair(struct store *store, enum statement statement, int64_t term, int64_t other,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, statement, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term);
	sql_bind_long(stmt, 2, other);
	return sql_run(store, stmt, err);
}

bool
store_term_alert(struct store *store, int64_t term, int64_t alert, struct error *err)
{
	return put_pair(store, STMT_TERM_ALERT, term, alert, err);
}

bool
store_term_child(struct store *store, int64_t term, int64_t parent, struct error *err)
{
	return put_pair(store, STMT_TERM_CHILD, term, parent, err);
}

static struct store_surveyed_term
due_term(sqlite3_stmt *stmt, struct arena *arena)
{
	int kind = sql_choice(stmt, 1, TERM_KINDS - 1);

	return (struct store_surveyed_term){.term = sqlite3_column_int64(stmt, 0),
		.kind = (enum term_kind)kind,
		.value = arena_str(arena, sql_text(stmt, 2)),
		.first = sqlite3_column_int64(stmt, 3),
		.last = sqlite3_column_int64(stmt, 4),
		.until = time_at(stmt, 5)};
}

bool
store_survey_due(struct store *store, struct str source, int64_t now, struct arena *arena,
	struct store_surveyed_term *terms, size_t most, size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SURVEY_DUE, err);
	int rc;

	*count = 0;
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_long(stmt, 2, now);
	sql_bind_long(stmt, 3, (int64_t)most);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW && *count < most) {
		terms[*count] = due_term(stmt, arena);
		if ((terms[*count].until == TIME_NONE) != (terms[0].until == TIME_NONE))
			break;
		++*count;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* ---- what came of it ---- */

bool
store_surveyed_put(struct store *store, struct str source, int64_t term, const struct span *span,
	int64_t due, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SURVEYED_PUT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_long(stmt, 2, term);
	if (span) {
		sql_bind_long(stmt, 3, span->from);
		sql_bind_long(stmt, 4, span->to);
	}
	sql_bind_long(stmt, 5, due);
	return sql_run(store, stmt, err);
}

bool
store_surveyed_source_put(struct store *store, struct str source,
	const struct store_surveyed *surveyed, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SURVEYED_SOURCE_PUT, err);
	struct buf spans = {0}, accounts = {0};
	bool ok;

	if (!stmt)
		return false;
	spans_put(&spans, &accounts, surveyed->spans, surveyed->span_count);
	sql_bind_text(stmt, 1, source);
	sql_bind_text(stmt, 2, surveyed->place);
	sql_bind_text(stmt, 3, surveyed->trouble);
	sql_bind_blob(stmt, 4, buf_view(&spans));
	sql_bind_blob(stmt, 5, buf_view(&accounts));
	ok = sql_run(store, stmt, err);
	buf_fini(&spans);
	buf_fini(&accounts);
	return ok;
}

/* Of that column and the next. */
static void
read_spans(struct store_surveyed *s, sqlite3_stmt *stmt, int column, struct arena *arena)
{
	struct str times = sql_blob(stmt, column);

	s->spans = arena_alloc_word(arena, (spans_stored(times) + 1) * sizeof(*s->spans));
	s->span_count = spans_get(s->spans, times, sql_blob(stmt, column + 1));
}

bool
store_surveyed_before(struct store *store, struct str source, struct arena *arena,
	struct store_surveyed *surveyed, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SURVEYED_SOURCE, err);
	int rc;

	*surveyed = (struct store_surveyed){0};
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		read_spans(surveyed, stmt, 0, arena);
		surveyed->trouble = text_at(stmt, 2);
		surveyed->trouble =
			surveyed->trouble.data ? arena_str(arena, surveyed->trouble) : STR_ABSENT;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_surveyed(struct store *store, int64_t term, struct arena *arena, store_surveyed_visit *visit,
	void *context, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_SURVEYED_LIST, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		struct store_surveyed_of one = {.source = sql_text(stmt, 0),
			.looked = {time_at(stmt, 1), time_at(stmt, 2)},
			.of = {.place = text_at(stmt, 3), .trouble = text_at(stmt, 4)}};

		read_spans(&one.of, stmt, 5, arena);
		if (!visit(context, &one))
			break;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}
