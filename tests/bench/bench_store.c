/* How fast the store takes alerts and gives rows. bench_store [ALERTS [FILE]] */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "core/store/store.h"
#include "tests/support/fixture.h"

enum { BATCH = 2000, RECORD_BYTES = 1500 };

static void
must(bool ok, const struct error *err)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void
report(const char *what, long count, int64_t started_ms)
{
	int64_t ms = time_monotonic_ms() - started_ms;

	printf("%-28s %9ld in %6lld ms  %9.0f/s\n", what, count, (long long)ms,
		(double)count * 1000 / (double)(ms ? ms : 1));
}

static int64_t
begin_input(struct store *store)
{
	struct store_input input = {.name = STR("file"),
		.path = STR("logs/a.json"),
		.identity = STR("/logs/a.json"),
		.size = 1};
	struct error err;
	int64_t run, id;
	bool unchanged;

	must(store_run_begin(store, &run, &err), &err);
	must(store_input_begin(store, run, &input, "key", &id, &unchanged, &err), &err);
	return id;
}

static void
put_all(struct store *store, long count)
{
	int64_t input = begin_input(store), started;
	struct alert alert = {0};
	char event_id[64];
	struct error err;

	fixture_alert(&alert, "seed", "", RECORD_BYTES);
	started = time_monotonic_ms();
	for (long i = 0; i < count; i++) {
		if (i % BATCH == 0)
			must(store_begin(store, &err), &err);
		snprintf(event_id, sizeof(event_id), "%08lx-0000-4000-8000-%012lx",
			i * 2654435761L & 0xffffffff, i);
		alert.text[ALERT_EVENT_ID] = str_from(event_id);
		hash_hex(str_from(event_id), alert.record_hash);
		alert.time = FIXTURE_TIME + i * TICKS_PER_SECOND;
		alert_identity(alert.id, alert.text[ALERT_RULE_ID], alert.text[ALERT_EVENT_ID],
			alert.record_hash);
		must(store_put_alert(store, &alert, input, (uint64_t)i * RECORD_BYTES, &err) ==
				STORE_NEW,
			&err);
		if (i % BATCH == BATCH - 1 || i == count - 1)
			must(store_commit(store, &err), &err);
	}
	report("insert", count, started);
	alert_fini(&alert);
}

struct visit {
	long rows, stop_after;
};

static bool
count_row(void *context, const struct store_row *row)
{
	struct visit *visit = context;

	(void)row;
	return ++visit->rows != visit->stop_after;
}

static void
read_rows(struct store *store, const char *what, struct store_query query, long stop_after)
{
	struct visit visit = {0, stop_after};
	int64_t started = time_monotonic_ms();
	struct error err;

	must(store_rows(store, &query, count_row, &visit, &err), &err);
	report(what, visit.rows, started);
}

static void
read_all(struct store *store)
{
	struct store_counts counts;
	struct error err;
	int64_t started;

	read_rows(store, "first page, newest first", (struct store_query){.descending = true}, 50);
	read_rows(store, "first page of the run",
		(struct store_query){.run = 1, .descending = true}, 50);
	read_rows(store, "all rows by time", (struct store_query){.descending = true}, 0);
	read_rows(store, "all rows of the run", (struct store_query){.run = 1}, 0);
	read_rows(store, "all rows as put", (struct store_query){.order = STORE_BY_ROWID}, 0);
	started = time_monotonic_ms();
	must(store_count(store, &(struct store_query){0}, &counts, &err), &err);
	report("count", counts.alerts, started);
	started = time_monotonic_ms();
	must(store_count(store, &(struct store_query){.run = 1}, &counts, &err), &err);
	report("count of the run", counts.alerts, started);
}

int
main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	struct store *store, *reader;
	struct error err;

	must(store_open(&store, argc > 2 ? argv[2] : NULL, &err), &err);
	must(store_open_again(&reader, store, &err), &err);
	put_all(store, count);
	read_all(reader);
	store_close(reader);
	store_close(store);
	return 0;
}
