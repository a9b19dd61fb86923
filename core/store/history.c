/* Terms, and the traces that are kept under each. */
#include "core/store/history.h"

#include "core/store/private.h"

/* ---- terms ---- */

static bool
find_term(struct store *store, const struct term *term, int64_t *n, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TERM_FIND, err);
	int rc;

	*n = 0;
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term->kind);
	sql_bind_text(stmt, 2, term->value.data ? term->value : STR(""));
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		*n = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
store_term_find(struct store *store, const struct term *term, int64_t *n, struct error *err)
{
	return find_term(store, term, n, err);
}

bool
store_term_put(struct store *store, const struct term *term, int64_t *n, struct error *err)
{
	sqlite3_stmt *stmt;

	if (!kept_room(store, err) || !find_term(store, term, n, err))
		return false;
	if (*n)
		return true;
	stmt = sql_use(store, STMT_TERM_INSERT, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term->kind);
	sql_bind_text(stmt, 2, term->value.data ? term->value : STR(""));
	if (!sql_run(store, stmt, err))
		return false;
	*n = sqlite3_last_insert_rowid(store->db);
	return true;
}

bool
store_terms(struct store *store, int64_t after, store_term_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TERM_LIST, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, after);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		int64_t kind = sqlite3_column_int64(stmt, 1);
		struct store_term term = {.n = sqlite3_column_int64(stmt, 0),
			.term = {(enum term_kind)kind, sql_text(stmt, 2)}};

		/* Of a later program: nothing here looks for it. */
		if (kind >= 0 && kind < TERM_KINDS && !visit(context, &term))
			break;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* ---- a trace is put ---- */

/* What is wanted of it beside the trace itself. */
struct putting {
	struct store *store;
	const struct trace *trace;
	int64_t term, input, time;
	bool light;
	unsigned char identity[TRACE_IDENTITY], sha256_bytes[32];
	struct str sha256; /* as bytes; absent: it has none */
	int64_t words[TRACE_TEXT_COUNT];
};

/* One more than what it means, so that 0 is no digit; lower case only, so that it is spelled again as
 * it was. */
static const unsigned char hex_digits[256] = {['0'] = 1,
	['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9,
	['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

static bool
from_hex(struct str text, unsigned char *bytes, size_t size)
{
	if (text.len != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		unsigned high = hex_digits[(unsigned char)text.data[2 * i]],
			 low = hex_digits[(unsigned char)text.data[2 * i + 1]];

		if (!high || !low)
			return false;
		bytes[i] = (unsigned char)((high - 1) << 4 | (low - 1));
	}
	return true;
}

static struct str
identity_bytes(const unsigned char identity[TRACE_IDENTITY])
{
	return (struct str){(const char *)identity, TRACE_IDENTITY};
}

static void
begin_putting(struct putting *p, struct store *store, int64_t term, const struct trace *trace,
	int64_t input)
{
	static const unsigned char none[TRACE_IDENTITY];

	*p = (struct putting){.store = store, .trace = trace, .term = term, .input = input};
	p->time = trace->time == TIME_NONE ? INT64_MAX : trace->time;
	p->light = trace_weight(trace) == 0;
	if (memcmp(trace->identity, none, sizeof(none)) != 0)
		memcpy(p->identity, trace->identity, sizeof(none));
	else
		trace_identity(trace, p->identity);
	if (from_hex(trace->sha256, p->sha256_bytes, sizeof(p->sha256_bytes)))
		p->sha256 = (struct str){(char *)p->sha256_bytes, sizeof(p->sha256_bytes)};
}

/* 8-4-4-4-12 digits. */
enum { UUID_TEXT = 36, UUID_BYTES = 16 };

static bool
is_dash(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

static bool
from_uuid(struct str text, unsigned char bytes[UUID_BYTES])
{
	char digits[2 * UUID_BYTES];
	size_t count = 0;

	if (text.len != UUID_TEXT)
		return false;
	for (size_t i = 0; i < UUID_TEXT; i++)
		if (is_dash(i) != (text.data[i] == '-'))
			return false;
		else if (!is_dash(i))
			digits[count++] = text.data[i];
	return from_hex((struct str){digits, count}, bytes, UUID_BYTES);
}

/* Most ids are UUIDs, which take half the room as bytes. */
static void
bind_id(sqlite3_stmt *stmt, int at, struct str id, unsigned char uuid[UUID_BYTES])
{
	id = str_slice(id, 0, WORD_MAX);
	if (from_uuid(id, uuid))
		sql_bind_blob(stmt, at, (struct str){(char *)uuid, UUID_BYTES});
	else
		sql_bind_text(stmt, at, id);
}

/* Behind term, light, time and identity. */
enum { FIRST_TEXT = 5 };

static bool
insert_trace(struct putting *p, bool *fresh, struct error *err)
{
	unsigned char ids[TRACE_FIRST_WORD][UUID_BYTES];
	sqlite3_stmt *stmt = sql_use(p->store, STMT_TRACE_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, p->term);
	sql_bind_long(stmt, 2, p->light);
	sql_bind_long(stmt, 3, p->time);
	sql_bind_blob(stmt, 4, identity_bytes(p->identity));
	for (int i = 0; i < TRACE_FIRST_WORD; i++)
		bind_id(stmt, FIRST_TEXT + i, p->trace->text[i], ids[i]);
	for (int i = TRACE_FIRST_WORD; i < TRACE_TEXT_COUNT; i++)
		if (p->words[i])
			sql_bind_long(stmt, FIRST_TEXT + i, p->words[i]);
	sql_bind_long(stmt, FIRST_TEXT + TRACE_TEXT_COUNT, p->input);
	sql_bind_long(stmt, FIRST_TEXT + TRACE_TEXT_COUNT + 1, (int64_t)p->trace->offset);
	if (p->sha256.len)
		sql_bind_blob(stmt, FIRST_TEXT + TRACE_TEXT_COUNT + 2, p->sha256);
	if (!sql_run(p->store, stmt, err))
		return false;
	*fresh = sqlite3_changes(p->store->db) > 0;
	return true;
}

/* It is there already, from another input or from another place of this one. */
static bool
put_copy(struct putting *p, struct error *err)
{
	const struct copied copied = {.term = p->term,
		.light = p->light,
		.time = p->time,
		.identity = identity_bytes(p->identity),
		.input = p->input,
		.offset = (int64_t)p->trace->offset,
		.sha256 = p->sha256};

	return copy_put(p->store, &copied, err);
}

static bool
delete_trace(struct store *store, int64_t term, bool light, int64_t time, struct str identity,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TRACE_DELETE, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term);
	sql_bind_long(stmt, 2, light);
	sql_bind_long(stmt, 3, time);
	sql_bind_blob(stmt, 4, identity);
	return sql_run(store, stmt, err);
}

/* Perhaps the one that was just put. */
static bool
drop_last(struct putting *p, bool *fresh, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(p->store, STMT_TRACE_LAST, err);
	unsigned char identity[TRACE_IDENTITY] = {0};
	struct str found;
	int64_t time;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, p->term);
	sql_bind_long(stmt, 2, p->light);
	if (sql_step(p->store, stmt, err) != SQLITE_ROW)
		return false;
	time = sqlite3_column_int64(stmt, 0);
	found = sql_blob(stmt, 1);
	memcpy(identity, found.data, found.len < sizeof(identity) ? found.len : sizeof(identity));
	sqlite3_reset(stmt);
	*fresh = memcmp(identity, p->identity, sizeof(identity)) != 0 || time != p->time;
	return delete_trace(p->store, p->term, p->light, time, identity_bytes(identity), err);
}

static bool
find_words(struct putting *p, struct error *err)
{
	_Static_assert((int)TRACE_TEXT_COUNT <= (int)WORD_PLACES, "each text has a place");
	for (unsigned i = TRACE_FIRST_WORD; i < TRACE_TEXT_COUNT; i++)
		if (!word_put(p->store, i, p->trace->text[i], &p->words[i], err))
			return false;
	return true;
}

static bool
keep(struct putting *p, bool *fresh, struct error *err)
{
	struct kept_term *kept = kept_term(p->store, p->term, err);
	struct kept_part *part;

	*fresh = false;
	if (!kept)
		return false;
	part = &kept->part[p->light];
	if (part->full && p->time > part->last) {
		kept->changed |= !part->cut;
		part->cut = true;
		return true;
	}
	if (!find_words(p, err) || !insert_trace(p, fresh, err))
		return false;
	if (!*fresh)
		return put_copy(p, err);
	kept->changed = true;
	if (++part->count < STORE_TRACES_MAX)
		return true;
	if (part->count > STORE_TRACES_MAX) {
		part->count--;
		part->cut = true;
		if (!drop_last(p, fresh, err))
			return false;
	}
	return kept_last(p->store, kept, p->light, err);
}

/* A handle without a transaction has nobody who would write the counts later. */
static bool
end_putting(struct store *store, bool ok, struct error *err)
{
	store->traced++;
	return ok && (!sqlite3_get_autocommit(store->db) || kept_flush(store, err));
}

bool
store_trace_put(struct store *store, int64_t term, const struct trace *trace, int64_t input,
	bool *fresh, struct error *err)
{
	struct putting p;

	begin_putting(&p, store, term, trace, input);
	return end_putting(store, keep(&p, fresh, err), err);
}

/* ---- only the first of its actor, or with its key ---- */

struct first {
	bool there, light;
	int64_t time;
	unsigned char identity[TRACE_IDENTITY];
};

static bool
find_first(struct putting *p, int64_t word, struct first *first, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(p->store, STMT_TRACE_FIRST, err);
	struct str identity;
	int rc;

	*first = (struct first){0};
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, p->term);
	sql_bind_long(stmt, 2, word);
	rc = sql_step(p->store, stmt, err);
	if (rc == SQLITE_ROW) {
		first->there = true;
		first->light = sqlite3_column_int64(stmt, 0) != 0;
		first->time = sqlite3_column_int64(stmt, 1);
		identity = sql_blob(stmt, 2);
		memcpy(first->identity, identity.data,
			identity.len < TRACE_IDENTITY ? identity.len : TRACE_IDENTITY);
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool
put_first(struct putting *p, int64_t word, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(p->store, STMT_TRACE_FIRST_PUT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, p->term);
	sql_bind_long(stmt, 2, word);
	sql_bind_long(stmt, 3, p->light);
	sql_bind_long(stmt, 4, p->time);
	sql_bind_blob(stmt, 5, identity_bytes(p->identity));
	return sql_run(p->store, stmt, err);
}

static bool
comes_after(const struct putting *p, const struct first *first)
{
	return p->time > first->time ||
	       (p->time == first->time &&
		       memcmp(p->identity, first->identity, TRACE_IDENTITY) >= 0);
}

/* It may have given way already, as one of the latest. */
static bool
give_way(struct putting *p, const struct first *first, struct error *err)
{
	struct kept_term *kept;

	if (!delete_trace(p->store, p->term, first->light, first->time,
		    identity_bytes(first->identity), err))
		return false;
	if (sqlite3_changes(p->store->db) == 0)
		return true;
	kept = kept_term(p->store, p->term, err);
	if (!kept)
		return false;
	kept->part[first->light].count--;
	kept->changed = true;
	return kept_last(p->store, kept, first->light, err);
}

static bool
keep_first(struct putting *p, enum trace_text of, bool *fresh, struct error *err)
{
	struct first first;
	int64_t word;

	*fresh = false;
	if (!word_put(p->store, of, p->trace->text[of], &word, err) ||
		!find_first(p, word, &first, err))
		return false;
	if (first.there && comes_after(p, &first))
		return memcmp(p->identity, first.identity, TRACE_IDENTITY) != 0 || put_copy(p, err);
	return (!first.there || give_way(p, &first, err)) && keep(p, fresh, err) &&
	       put_first(p, word, err);
}

bool
store_trace_put_first(struct store *store, int64_t term, const struct trace *trace,
	enum trace_text of, int64_t input, bool *fresh, struct error *err)
{
	struct putting p;

	begin_putting(&p, store, term, trace, input);
	return end_putting(store, keep_first(&p, of, fresh, err), err);
}
