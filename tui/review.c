#include "tui/review.h"

#include <stdlib.h>

#include "core/base/mem.h"

static bool
awaits(const struct list_row *row)
{
	return row->validation == VALIDATION_AWAITING && row->status != STATUS_CLOSED;
}

void
review_fini(struct review *review)
{
	for (size_t i = 0; i < review->count; i++) {
		free(review->entries[i].by);
		free(review->entries[i].note);
	}
	free(review->entries);
	review->entries = NULL;
	review->count = review->total = 0;
}

static char *
copy(struct str s)
{
	struct buf text = {0};

	buf_str(&text, s);
	return buf_take(&text);
}

/* The last that asked. */
static void
read_request(struct review_entry *entry, struct store *store, int64_t rowid)
{
	struct alert alert = {0};
	struct error err;

	entry->asked_at = TIME_NONE;
	if (!store_load_row(store, rowid, &alert, &err))
		return;
	for (size_t i = alert.decision_count; i > 0; i--) {
		const struct decision *d = &alert.decisions[i - 1];

		if (d->action != DECIDE_REQUEST)
			continue;
		entry->asked_at = d->at;
		entry->by = copy(d->actor);
		entry->note = copy(d->reason);
		break;
	}
	alert_fini(&alert);
}

void
review_make(struct review *review, const struct list *list, struct store *store)
{
	size_t capacity = 0;

	review_fini(review);
	for (size_t i = list->settled; i > 0; i--) {
		uint32_t row = list->by_time[i - 1];
		struct review_entry *entry;

		if (!awaits(&list->rows[row]) || review->total++ >= REVIEW_MOST)
			continue;
		MEM_GROW(review->entries, review->count, capacity);
		entry = &review->entries[review->count++];
		*entry = (struct review_entry){.row = row,
			.approvals = list->rows[row].approvals,
			.needed = list->rows[row].needed};
		read_request(entry, store, list->rows[row].rowid);
	}
}

uint32_t
review_oldest(const struct list *list, uint32_t but, size_t *total)
{
	uint32_t oldest = LIST_NONE;

	*total = 0;
	for (size_t i = list->settled; i > 0; i--) {
		uint32_t row = list->by_time[i - 1];

		if (row == but || !awaits(&list->rows[row]))
			continue;
		if (oldest == LIST_NONE)
			oldest = row;
		++*total;
	}
	return oldest;
}
