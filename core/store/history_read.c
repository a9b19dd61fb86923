/* Traces are read. */
#include "core/store/history.h"
#include "core/store/private.h"

/* The columns of a row: time, identity, texts, input, offset, sha256. */
enum {
	COLUMN_IDENTITY = 1,
	COLUMN_TEXT = 2,
	COLUMN_INPUT = COLUMN_TEXT + TRACE_TEXT_COUNT,
	COLUMN_OFFSET,
	COLUMN_SHA256
};
enum { UUID_BYTES = 16, UUID_SIZE = 37 };

/* What a row's bytes are spelled into; and the words of the row before, which are mostly those of
 * this one too. */
struct spelled {
	char ids[TRACE_FIRST_WORD][UUID_SIZE], sha256[HASH_HEX];
	struct {
		int64_t word;
		struct str text;
	} before[TRACE_TEXT_COUNT];
};

static char *
put_hex(char *at, const unsigned char *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		*at++ = digits[bytes[i] >> 4];
		*at++ = digits[bytes[i] & 15];
	}
	return at;
}

static struct str
id_of(sqlite3_stmt *stmt, int text, struct spelled *spelled)
{
	static const unsigned parts[] = {4, 2, 2, 2, 6};
	const unsigned char *bytes;
	char *at = spelled->ids[text];

	if (sqlite3_column_type(stmt, COLUMN_TEXT + text) != SQLITE_BLOB ||
		sqlite3_column_bytes(stmt, COLUMN_TEXT + text) != UUID_BYTES)
		return sql_text(stmt, COLUMN_TEXT + text);
	bytes = sqlite3_column_blob(stmt, COLUMN_TEXT + text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); bytes += parts[i++]) {
		if (i > 0)
			*at++ = '-';
		at = put_hex(at, bytes, parts[i]);
	}
	return (struct str){spelled->ids[text], UUID_SIZE - 1};
}

struct str
hash_text(struct str bytes, char hex[HASH_HEX])
{
	if (bytes.len != (HASH_HEX - 1) / 2)
		return STR_ABSENT;
	put_hex(hex, (const unsigned char *)bytes.data, bytes.len);
	return (struct str){hex, HASH_HEX - 1};
}

static bool
take_row(struct store *store, sqlite3_stmt *stmt, struct trace *trace, struct spelled *spelled,
	struct error *err)
{
	struct str identity = sql_blob(stmt, COLUMN_IDENTITY);
	int64_t time = sqlite3_column_int64(stmt, 0);

	*trace = (struct trace){.time = time == INT64_MAX ? TIME_NONE : time};
	if (identity.len == TRACE_IDENTITY)
		memcpy(trace->identity, identity.data, TRACE_IDENTITY);
	for (int i = 0; i < TRACE_FIRST_WORD; i++)
		trace->text[i] = id_of(stmt, i, spelled);
	for (int i = TRACE_FIRST_WORD; i < TRACE_TEXT_COUNT; i++) {
		int64_t word = sqlite3_column_int64(stmt, COLUMN_TEXT + i);

		if (word == spelled->before[i].word) {
			trace->text[i] = spelled->before[i].text;
			continue;
		}
		if (word && !word_get(store, word, &trace->text[i], err))
			return false;
		spelled->before[i].word = word;
		spelled->before[i].text = trace->text[i];
	}
	trace->offset = (uint64_t)sqlite3_column_int64(stmt, COLUMN_OFFSET);
	trace->sha256 = hash_text(sql_blob(stmt, COLUMN_SHA256), spelled->sha256);
	return word_input(
		store, sqlite3_column_int64(stmt, COLUMN_INPUT), &trace->source, &trace->path, err);
}

static bool
visit_rows(struct store *store, sqlite3_stmt *stmt, size_t most, store_trace_visit *visit,
	void *context, bool *cut, struct error *err)
{
	struct spelled spelled = {0};
	struct trace trace;
	size_t count = 0;
	bool ok = true;
	int rc;

	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		if (count++ == most) {
			*cut = true;
			break;
		}
		ok = take_row(store, stmt, &trace, &spelled, err);
		if (!ok || !visit(context, &trace))
			break;
	}
	sqlite3_reset(stmt);
	return ok && (rc == SQLITE_ROW || rc == SQLITE_DONE);
}

/* Of a part that is cut all is there up to the last that is kept. */
static bool
is_cut(const struct kept_part *part, int64_t to)
{
	return part->cut && (!part->full || to >= part->last);
}

struct range {
	int64_t term, from, to;
	size_t most;
	bool heavy, light;
};

static bool
read_range(struct store *store, const struct range *r, store_trace_visit *visit, void *context,
	bool *cut, struct error *err)
{
	struct kept_term kept;
	sqlite3_stmt *stmt;

	word_fresh(store);
	*cut = false;
	if (!kept_look(store, r->term, &kept, err))
		return false;
	*cut = (r->heavy && is_cut(&kept.part[0], r->to)) ||
	       (r->light && is_cut(&kept.part[1], r->to));
	stmt = sql_use(store, r->heavy && r->light ? STMT_TRACE_LIST : STMT_TRACE_LIST_ONE, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, r->term);
	sql_bind_long(stmt, 2, r->from);
	sql_bind_long(stmt, 3, r->to);
	sql_bind_long(stmt, 4, r->most < INT64_MAX ? (int64_t)r->most + 1 : -1);
	if (!(r->heavy && r->light))
		sql_bind_long(stmt, 5, r->light);
	return visit_rows(store, stmt, r->most, visit, context, cut, err);
}

bool
store_traces(struct store *store, int64_t term, int64_t from, int64_t to, size_t most,
	store_trace_visit *visit, void *context, bool *cut, struct error *err)
{
	const struct range range = {term, from, to, most, true, true};

	return read_range(store, &range, visit, context, cut, err);
}

bool
store_traces_of(struct store *store, int64_t term, bool heavy, int64_t from, int64_t to,
	size_t most, store_trace_visit *visit, void *context, bool *cut, struct error *err)
{
	const struct range range = {term, from, to, most, heavy, !heavy};

	return read_range(store, &range, visit, context, cut, err);
}

bool
store_traces_places(struct store *store, int64_t term, int64_t from, size_t most,
	store_trace_visit *visit, void *context, struct error *err)
{
	sqlite3_stmt *stmt;
	bool cut;

	word_fresh(store);
	stmt = sql_use(store, STMT_TRACE_PLACES, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term);
	sql_bind_long(stmt, 2, from);
	sql_bind_long(stmt, 3, (int64_t)most);
	return visit_rows(store, stmt, most, visit, context, &cut, err);
}

/* SQLite counts what others committed. */
uint64_t
store_traces_state(struct store *store)
{
	uint64_t others = (uint64_t)sql_number(store->db, "PRAGMA data_version", 0);

	return others << 32 | store->traced;
}
