#include "tui/list_sync.h"

#include "core/base/timefmt.h"

enum { ROWS_BETWEEN_CLOCKS = 128, PAGE_ROWS = 256 };

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

static bool
note_rowid(void *context, const struct store_row *row)
{
	*(int64_t *)context = row->rowid;
	return false;
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

/* Where the fill begins is noted first: whatever comes later stands above. */
static bool
begin(struct list_sync *sync, struct list *list, struct error *err)
{
	struct store_query last = query(sync);

	last.order = STORE_BY_ROWID;
	last.descending = true;
	sync->last_rowid = 0;
	if (!store_rows(sync->store, &last, note_rowid, &sync->last_rowid, err) ||
		!read_page(sync, list, true, err) || !read_page(sync, list, false, err))
		return false;
	sync->fill_rowid = sync->last_rowid + 1;
	sync->begun = true;
	return true;
}

/* Rows behind *after, which moves to the last one read. */
static bool
read_up(struct list_sync *sync, struct slice *slice, int64_t *after, struct error *err)
{
	struct store_query later = query(sync);

	later.order = STORE_BY_ROWID;
	later.after_rowid = *after;
	slice->rowid = *after;
	slice->stopped = false;
	if (!store_rows(sync->store, &later, take_row, slice, err))
		return false;
	*after = slice->rowid;
	return true;
}

static bool
read_down(struct list_sync *sync, struct slice *slice, struct error *err)
{
	struct store_query earlier = query(sync);

	earlier.order = STORE_BY_ROWID;
	earlier.descending = true;
	earlier.before_rowid = sync->fill_rowid;
	slice->rowid = sync->fill_rowid;
	slice->stopped = false;
	if (!store_rows(sync->store, &earlier, take_row, slice, err))
		return false;
	sync->fill_rowid = slice->rowid;
	sync->complete = !slice->stopped;
	return true;
}

static bool
sweep(struct list_sync *sync, struct slice *slice, bool *more, struct error *err)
{
	if (sync->sweep_rowid < 0 && sync->swept_version == sync->version) {
		*more = false;
		return true;
	}
	if (sync->sweep_rowid < 0) {
		sync->swept_version = sync->version;
		sync->sweep_rowid = 0;
	}
	if (!read_up(sync, slice, &sync->sweep_rowid, err))
		return false;
	if (!slice->stopped)
		sync->sweep_rowid = -1;
	*more = slice->stopped || sync->swept_version != sync->version;
	return true;
}

bool
list_sync_slice(
	struct list_sync *sync, struct list *list, int budget_ms, bool *more, struct error *err)
{
	struct slice slice = {.list = list, .deadline_ms = time_monotonic_ms() + budget_ms};

	*more = true;
	if (!sync->begun) {
		sync->swept_version = sync->version;
		if (!begin(sync, list, err))
			return false;
	}
	if (!read_up(sync, &slice, &sync->last_rowid, err))
		return false;
	if (slice.stopped)
		return true;
	if (!sync->complete) {
		if (!read_down(sync, &slice, err))
			return false;
		if (!sync->complete)
			return true;
	}
	return sweep(sync, &slice, more, err);
}

bool
list_sync_row(struct list_sync *sync, struct list *list, int64_t rowid, struct error *err)
{
	struct slice slice = {.list = list, .deadline_ms = INT64_MAX};

	return store_row(sync->store, rowid, take_row, &slice, err);
}
