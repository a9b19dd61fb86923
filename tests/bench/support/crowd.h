/* A crowd of alerts for measuring: 5,000 users of 40 accounts make keys for each other, from 2024
 * on one in 40 seconds or so, as themselves or in roles, by several programs, some in vain. The
 * same number gives the same alert, on a record as AWS writes it. */
#ifndef KEYWATCH_BENCH_CROWD_H
#define KEYWATCH_BENCH_CROWD_H

#include "core/alert/alert.h"
#include "core/store/store.h"

/* Raised with what an alert is: stores kept of another edition are made anew. */
enum { CROWD_EDITION = 2 };

/* When it was, in ticks; later than the one before. */
int64_t crowd_time(uint64_t n);
/* Zero alert first; alert_fini frees. */
void crowd_alert(struct alert *alert, uint64_t n);
/* Only its record, as one line. */
void crowd_record(struct buf *out, uint64_t n);
/* Puts alerts [first, end) in transactions of `batch`; `input` as for store_put_alert. */
bool crowd_put(struct store *store, int64_t input, uint64_t first, uint64_t end, unsigned batch,
	struct error *err);
/* Begins a run with one input, as a reading program would. */
bool crowd_begin(struct store *store, const char *path, int64_t *input, struct error *err);

#endif
