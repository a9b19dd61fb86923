/*
 * How many traces a term has: counted as they are put, written once a transaction, so that a bound
 * costs no counting. Another program may write between transactions, so nothing outlives one.
 */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/store/history.h"
#include "core/store/private.h"

enum { TERMS_AT_ONCE = 1 << 16 };

/* With less, the same pages of a large store are written again and again in one transaction. */
bool
kept_room(struct store *store, struct error *err)
{
	if (store->roomy)
		return true;
	store->roomy = true;
	return !store->path[0] || sql_exec(store, store->db, "PRAGMA cache_size=-16000", err);
}

struct kept {
	struct kept_term *items; /* open addressing; term 0: free */
	size_t count, capacity;	 /* a power of two */
};

void
kept_forget(struct store *store)
{
	if (!store->kept)
		return;
	free(store->kept->items);
	free(store->kept);
	store->kept = NULL;
}

/* Its place, or the free one where it belongs. */
static struct kept_term *
place_of(struct kept *kept, int64_t term)
{
	size_t at = (size_t)((uint64_t)term * UINT64_C(0x9e3779b97f4a7c15) >> 32);

	while (kept->items[at & (kept->capacity - 1)].term != 0 &&
		kept->items[at & (kept->capacity - 1)].term != term)
		at++;
	return &kept->items[at & (kept->capacity - 1)];
}

static void
grow(struct kept *kept)
{
	struct kept old = *kept;

	if (kept->count < kept->capacity / 2)
		return;
	kept->capacity = old.capacity ? old.capacity * 2 : 64;
	kept->items = mem_zalloc(kept->capacity * sizeof(*kept->items));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.items[i].term)
			*place_of(kept, old.items[i].term) = old.items[i];
	free(old.items);
}

static bool
write_one(struct store *store, const struct kept_term *term, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TERM_KEEP, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term->term);
	sql_bind_long(stmt, 2, term->part[0].count);
	sql_bind_long(stmt, 3, term->part[1].count);
	sql_bind_long(stmt, 4, term->part[0].cut);
	sql_bind_long(stmt, 5, term->part[1].cut);
	return sql_run(store, stmt, err);
}

bool
kept_flush(struct store *store, struct error *err)
{
	struct kept *kept = store->kept;

	for (size_t i = 0; kept && i < kept->capacity; i++)
		if (kept->items[i].changed && !write_one(store, &kept->items[i], err))
			return false;
	kept_forget(store);
	return true;
}

/* The last that is kept of a full part. */
static bool
read_last(struct store *store, int64_t term, bool light, struct kept_part *part, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TRACE_LAST, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, term);
	sql_bind_long(stmt, 2, light);
	rc = sql_step(store, stmt, err);
	part->full = rc == SQLITE_ROW;
	if (part->full)
		part->last = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool
kept_last(struct store *store, struct kept_term *term, bool light, struct error *err)
{
	struct kept_part *part = &term->part[light];

	part->full = false;
	if (part->count < STORE_TRACES_MAX && !part->cut)
		return true;
	return read_last(store, term->term, light, part, err);
}

static bool
kept_read(struct store *store, int64_t n, struct kept_term *term, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_TERM_KEPT, err);
	int rc;

	*term = (struct kept_term){.term = n};
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	rc = sql_step(store, stmt, err);
	for (int light = 0; rc == SQLITE_ROW && light < 2; light++) {
		term->part[light].count = sqlite3_column_int64(stmt, light);
		term->part[light].cut = sqlite3_column_int64(stmt, light + 2) != 0;
	}
	sqlite3_reset(stmt);
	return (rc == SQLITE_ROW || rc == SQLITE_DONE) && kept_last(store, term, false, err) &&
	       kept_last(store, term, true, err);
}

struct kept_term *
kept_term(struct store *store, int64_t n, struct error *err)
{
	struct kept_term *term, read;

	if (store->kept && store->kept->count >= TERMS_AT_ONCE && !kept_flush(store, err))
		return NULL;
	if (!store->kept)
		store->kept = MEM_NEW(struct kept);
	grow(store->kept);
	term = place_of(store->kept, n);
	if (term->term == n)
		return term;
	if (!kept_read(store, n, &read, err))
		return NULL;
	*term = read;
	store->kept->count++;
	return term;
}

bool
kept_look(struct store *store, int64_t n, struct kept_term *term, struct error *err)
{
	struct kept_term *known =
		store->kept && store->kept->capacity ? place_of(store->kept, n) : NULL;

	if (!known || known->term != n)
		return kept_read(store, n, term, err);
	*term = *known;
	return true;
}
