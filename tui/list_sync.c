#include "tui/list_sync.h"

#include "core/base/timefmt.h"

enum { ROWS_BETWEEN_CLOCKS = 128 };

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
	bool stopped;
};

static bool
take_row(void *context, const struct store_row *row)
{
	struct slice *slice = context;

	list_put(slice->list, row);
	slice->rowid = row->rowid;
	if (++slice->rows % ROWS_BETWEEN_CLOCKS == 0 && time_monotonic_ms() >= slice->deadline_ms)
		slice->stopped = true;
	return !slice->stopped;
}

/* Rows behind *after, which moves to the last one read. */
static bool
read_rows(struct list_sync *sync, struct slice *slice, int64_t *after, struct error *err)
{
	const struct store_query query = {.run = sync->run,
		.rule_ids_json = sync->rule_ids,
		.after_rowid = *after,
		.order = STORE_BY_ROWID};

	slice->rowid = *after;
	slice->stopped = false;
	if (!store_rows(sync->store, &query, take_row, slice, err))
		return false;
	*after = slice->rowid;
	return true;
}

bool
list_sync_slice(
	struct list_sync *sync, struct list *list, int budget_ms, bool *more, struct error *err)
{
	struct slice slice = {.list = list, .deadline_ms = time_monotonic_ms() + budget_ms};

	*more = true;
	if (!sync->complete)
		sync->swept_version = sync->version;
	if (!read_rows(sync, &slice, &sync->last_rowid, err))
		return false;
	if (slice.stopped)
		return true;
	sync->complete = true;
	if (sync->sweep_rowid < 0 && sync->swept_version == sync->version) {
		*more = false;
		return true;
	}
	if (sync->sweep_rowid < 0) {
		sync->swept_version = sync->version;
		sync->sweep_rowid = 0;
	}
	if (!read_rows(sync, &slice, &sync->sweep_rowid, err))
		return false;
	if (!slice.stopped)
		sync->sweep_rowid = -1;
	*more = slice.stopped || sync->swept_version != sync->version;
	return true;
}

bool
list_sync_row(struct list_sync *sync, struct list *list, int64_t rowid, struct error *err)
{
	struct slice slice = {.list = list, .deadline_ms = INT64_MAX};

	return store_row(sync->store, rowid, take_row, &slice, err);
}
