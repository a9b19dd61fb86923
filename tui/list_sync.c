#include "tui/list_sync.h"

#include "core/base/timefmt.h"

/* A window of rowids is what is read before the clock is looked at although no row is wanted. */
enum { ROWS_BETWEEN_CLOCKS = 128, PAGE_ROWS = 256, WINDOW = 4096 };

void
list_sync_init(struct list_sync *sync, struct store *store, int64_t run, const char *rule_ids)
{
	*sync = (struct list_sync){
		.store = store, .run = run, .rule_ids = rule_ids, .sweep_rowid = -1};
}

bool
list_sync_check(struct list_sync *sync)
{
	uint64_t version = store_version(sync->store);
	bool changed = version != sync->version;

	sync->version = version;
	return changed;
}

struct slice {
	struct list *list;
	int64_t deadline_ms;
	int64_t rowid; /* the last one visited */
	unsigned rows;
	unsigned most; /* 0: as many as there are */
	bool stopped;
};

static bool
take_row(void *context, const struct store_row *row)
{
	struct slice *slice = context;

	list_put(slice->list, row);
	slice->rowid = row->rowid;
	slice->rows++;
	if (slice->most)
		slice->stopped = slice->rows == slice->most;
	else if (slice->rows % ROWS_BETWEEN_CLOCKS == 0)
		slice->stopped = time_monotonic_ms() >= slice->deadline_ms;
	return !slice->stopped;
}

static struct store_query
query(const struct list_sync *sync)
{
	return (struct store_query){.run = sync->run, .rule_ids_json = sync->rule_ids};
}

/* One page of the newest or of the oldest. */
static bool
read_page(struct list_sync *sync, struct list *list, bool newest, struct error *err)
{
	struct slice slice = {.list = list, .most = PAGE_ROWS};
	struct store_query page = query(sync);

	page.descending = newest;
	return store_rows(sync->store, &page, take_row, &slice, err);
}

/* Where the fill begins is noted first: whatever comes later stands above. A run may be anywhere by
 * time; what it has just put stands at the top of the rowids. */
static bool
begin(struct list_sync *sync, struct list *list, struct error *err)
{
	sync->last_rowid = store_last_rowid(sync->store);
	if (!sync->run && (!read_page(sync, list, true, err) || !read_page(sync, list, false, err)))
		return false;
	sync->fill_rowid = sync->last_rowid + 1;
	sync->begun = true;
	return true;
}

static bool
has_time(const struct slice *slice)
{
	return !slice->stopped && time_monotonic_ms() < slice->deadline_ms;
}

static bool
read_window(struct list_sync *sync, struct slice *slice, int64_t after, int64_t before, bool down,
	struct error *err)
{
	struct store_query window = query(sync);

	window.order = STORE_BY_ROWID;
	window.after_rowid = after;
	window.before_rowid = before;
	window.descending = down;
	slice->stopped = false;
	return store_rows(sync->store, &window, take_row, slice, err);
}

/* Rows behind *after up to `last`; *after moves along. At least one window. */
static bool
read_up(struct list_sync *sync, struct slice *slice, int64_t *after, int64_t last,
	struct error *err)
{
	do {
		int64_t end = last - *after > WINDOW ? *after + WINDOW : last;

		if (end <= *after)
			return true;
		if (!read_window(sync, slice, *after, end + 1, false, err))
			return false;
		*after = slice->stopped ? slice->rowid : end;
	} while (has_time(slice));
	return true;
}

static bool
read_down(struct list_sync *sync, struct slice *slice, struct error *err)
{
	do {
		int64_t before = sync->fill_rowid, after = before > WINDOW ? before - WINDOW : 0;

		sync->complete = before <= 1;
		if (sync->complete)
			return true;
		if (!read_window(sync, slice, after, before, true, err))
			return false;
		sync->fill_rowid = slice->stopped ? slice->rowid : after + 1;
	} while (has_time(slice));
	return true;
}

/* Once through all rows there are; *more: it is under way, or the store has changed since. */
static bool
sweep(struct list_sync *sync, struct slice *slice, int64_t last, bool *more, struct error *err)
{
	if (sync->sweep_rowid < 0) {
		if (sync->swept_version == sync->version) {
			*more = false;
			return true;
		}
		sync->swept_version = sync->version;
		sync->sweep_rowid = 0;
	}
	if (!read_up(sync, slice, &sync->sweep_rowid, last, err))
		return false;
	if (sync->sweep_rowid >= last)
		sync->sweep_rowid = -1;
	*more = sync->sweep_rowid >= 0 || sync->swept_version != sync->version;
	return true;
}

bool
list_sync_slice(
	struct list_sync *sync, struct list *list, int budget_ms, bool *more, struct error *err)
{
	struct slice slice = {.list = list, .deadline_ms = time_monotonic_ms() + budget_ms};
	int64_t last;

	*more = true;
	if (!sync->begun) {
		sync->swept_version = sync->version;
		if (!begin(sync, list, err))
			return false;
	}
	last = store_last_rowid(sync->store);
	if (!read_up(sync, &slice, &sync->last_rowid, last, err))
		return false;
	if (sync->last_rowid < last)
		return true;
	if (!sync->complete) {
		if (!read_down(sync, &slice, err))
			return false;
		if (!sync->complete)
			return true;
	}
	return sweep(sync, &slice, last, more, err);
}

bool
list_sync_row(struct list_sync *sync, struct list *list, int64_t rowid, struct error *err)
{
	struct slice slice = {.list = list, .deadline_ms = INT64_MAX};

	return store_row(sync->store, rowid, take_row, &slice, err);
}
