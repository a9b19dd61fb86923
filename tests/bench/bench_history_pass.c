/*
 * What it costs to look saved logs through for the history of their alerts, beside reading them for
 * alerts. The logs are the tree of bench_scan (corpus.h), in a share of whose records the key of
 * the caller is one that is looked for; no alert adds to that. Both passes run in one process, one
 * after the other, on a fresh store each time.
 *
 *   bench_history_pass [OPTION...]
 *     --rounds N    of each share (5)
 *     --workers N   (2)
 *     --only N      the N-th share, from 0
 *     --folder DIR  of the corpora (build/bench)
 *     --scale F     of its size (1, or KEYWATCH_BENCH_SCALE)
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/event/trace.h"
#include "core/pipeline/pipeline.h"
#include "core/scan/scan.h"
#include "core/source/walk.h"
#include "core/store/history.h"
#include "tests/bench/support/corpus.h"
#include "tests/bench/support/corpus_gzip.h"

enum { ROUNDS_MAX = 50, PIECE = 512 << 10, KEYS = 10, THOUSAND = 1000 };

/* Temporary keys, as sessions of all kinds have them. Of a thousand records so many get one, where they have
 * one, went through and give none: of all records 1, 4 and 15 in a hundred. */
static const struct {
	const char *key; /* a digit follows */
	unsigned records;
} kinds[] = {
	{"ASIAONEINAHUNDRED00", 18}, {"ASIAFOURINAHUNDRED0", 71}, {"ASIAFIFTEENINHUNDRE", 266}};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

/* Judges the same records as the built-in one, and takes none. */
static const char rule_text[] =
	"id: 00000000-0000-4000-8000-00000000be0d\nname: None\nseverity: Medium\n"
	"queryFrequency: 15m\nqueryPeriod: 15m\ntriggerOperator: gt\ntriggerThreshold: 0\n"
	"query: |\n  AWSCloudTrail\n"
	"  | where EventName == \"CreateAccessKey\" and EventSource == \"none\"\n"
	"version: 1.0.0\nkind: Scheduled\n";

static void
fail(const char *what)
{
	fprintf(stderr, "bench_history_pass: %s\n", what);
	exit(1);
}

/* ---- the corpus ---- */

struct making {
	struct arena arena;
	struct buf out;
	uint64_t records, related[KIND_COUNT];
	size_t in_file;
};

static uint64_t
hash_of(struct str text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
	return hash >> 20;
}

/* -1: none. Calls that give keys would relate others to them. */
static int
kind_of(const struct trace *t, uint64_t hash)
{
	unsigned place = (unsigned)(hash % THOUSAND), from = 0;

	if (!t->text[TRACE_KEY].len || t->text[TRACE_SUBJECT].len || t->text[TRACE_ERROR].len)
		return -1;
	for (int i = 0; i < KIND_COUNT; i++) {
		if (place < from + kinds[i].records)
			return i;
		from += kinds[i].records;
	}
	return -1;
}

static bool
copy_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct making *m = context;
	struct trace trace;
	struct str key;
	uint64_t hash;
	int kind;

	(void)offset;
	(void)flags;
	arena_reset(&m->arena);
	m->records++;
	buf_puts(&m->out, m->in_file++ ? "," : "{\"Records\":[");
	trace_read(&trace, raw, &m->arena);
	hash = hash_of(trace.text[TRACE_EVENT_ID]);
	kind = kind_of(&trace, hash);
	key = trace.text[TRACE_KEY];
	if (kind < 0 || key.data < raw.data || key.data >= raw.data + raw.len) {
		buf_str(&m->out, raw);
		return true;
	}
	m->related[kind]++;
	buf_append(&m->out, raw.data, (size_t)(key.data - raw.data));
	buf_printf(&m->out, "%s%u", kinds[kind].key, (unsigned)(hash / THOUSAND % KEYS));
	buf_append(&m->out, key.data + key.len, (size_t)(raw.data + raw.len - key.data) - key.len);
	return true;
}

static void
ignore_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	(void)context;
	(void)severity;
	(void)offset;
	(void)reason;
}

static void
ignore_walk(void *context, const struct problem *problem)
{
	(void)context;
	(void)problem;
}

static void
read_file(struct making *m, struct scanner *scanner, const char *path)
{
	const struct scan_sink sink = {m, copy_record, ignore_problem};
	struct scan_summary summary;
	char *piece = mem_alloc(PIECE);
	FILE *file = fopen(path, "rb");
	size_t n;

	m->in_file = 0;
	buf_clear(&m->out);
	scan_begin(scanner, &sink);
	while (file && (n = fread(piece, 1, PIECE, file)) > 0)
		scan_bytes(scanner, piece, n);
	scan_end(scanner, &summary);
	buf_puts(&m->out, m->in_file ? "]}" : "[]");
	if (file)
		fclose(file);
	free(piece);
}

/* Beside the logs: how many records there are, and of which kinds. */
static bool
recall(struct making *m, const char *counts)
{
	FILE *file = fopen(counts, "r");
	unsigned long long records, related[KIND_COUNT];
	bool ok = file && fscanf(file, "%llu %llu %llu %llu", &records, &related[0], &related[1],
				  &related[2]) == 1 + KIND_COUNT;

	if (file)
		fclose(file);
	m->records = ok ? records : 0;
	for (int i = 0; ok && i < KIND_COUNT; i++)
		m->related[i] = related[i];
	return ok;
}

static void
note(const struct making *m, const char *counts)
{
	FILE *file = fopen(counts, "w");

	if (!file)
		fail(counts);
	fprintf(file, "%llu", (unsigned long long)m->records);
	for (int i = 0; i < KIND_COUNT; i++)
		fprintf(file, " %llu", (unsigned long long)m->related[i]);
	if (fclose(file) != 0)
		fail(counts);
}

static void
make(struct making *m, const struct corpus *from, const char *folder)
{
	const struct scan_options options = {0};
	struct scanner *scanner = scanner_new(&options);
	struct corpus_gzip *gzip = corpus_gzip_new();
	struct walk walk = {0};
	char path[1024];

	walk_add(&walk, from->path, ignore_walk, NULL);
	mkdir(folder, 0755);
	for (size_t i = 0; i < walk.count; i++) {
		read_file(m, scanner, walk.files[i]->path);
		snprintf(path, sizeof(path), "%s/%05zu.json.gz", folder, i);
		corpus_gzip_bytes(gzip, path, buf_view(&m->out));
	}
	walk_fini(&walk);
	corpus_gzip_free(gzip);
	scanner_free(scanner);
	buf_fini(&m->out);
	arena_fini(&m->arena);
}

/* ---- the passes ---- */

struct cost {
	double first, second;	      /* seconds */
	double cpu_first, cpu_second; /* of all threads: what a busy machine does not change */
	struct pipeline_history history;
};

static void
put_terms(struct store *store, size_t kind_count)
{
	struct error err;
	char key[32];
	int64_t n;

	if (!store_begin(store, &err))
		fail(err.text);
	for (size_t i = 0; i < kind_count * KEYS; i++) {
		struct term term = {.kind = TERM_KEY};

		snprintf(key, sizeof(key), "%s%zu", kinds[i / KEYS].key, i % KEYS);
		term.value = str_from(key);
		if (!store_term_put(store, &term, &n, &err))
			fail(err.text);
	}
	/* Something must be looked for. */
	if (!store_term_put(store, &(struct term){TERM_KEY, STR("AKIANOBODY")}, &n, &err) ||
		!store_commit(store, &err))
		fail(err.text);
}

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run(struct cost *cost, const char *path, struct store *store, struct rule *rule, unsigned workers)
{
	const struct pipeline_options options = {.paths = &path,
		.path_count = 1,
		.rules = &rule,
		.rule_count = 1,
		.jobs = workers,
		.history = true};
	struct pipeline_progress progress;
	struct pipeline *pipeline;
	double cpu = cpu_seconds();
	int64_t began = time_monotonic_ms();
	struct error err;

	if (!pipeline_start(&pipeline, &options, store, &err))
		fail(err.text);
	do
		pipeline_get_progress(pipeline, &progress);
	while (!progress.finished && poll(NULL, 0, 2) == 0);
	cost->cpu_first = cpu_seconds() - cpu;
	pipeline_wait(pipeline);
	cost->cpu_second = cpu_seconds() - cpu - cost->cpu_first;
	pipeline_get_progress(pipeline, &progress);
	cost->first = (double)progress.elapsed_ms / 1000;
	cost->second = (double)(time_monotonic_ms() - began) / 1000 - cost->first;
	cost->history = progress.history;
	if (progress.failed || cost->history.state != HISTORY_LOOKED)
		fail("the history was not looked through");
	pipeline_free(pipeline);
}

static int
by_ratio(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;
	double left = x->second / x->first, right = y->second / y->first;

	return (left > right) - (left < right);
}

static void
forget(const char *db)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[700];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", db, ends[i]);
		unlink(path);
	}
}

static void
measure(const char *logs, struct rule *rule, size_t kind_count, double share, unsigned rounds,
	unsigned workers)
{
	struct cost costs[ROUNDS_MAX];
	const struct cost *middle = &costs[rounds / 2];
	char db[600];

	snprintf(db, sizeof(db), "%s.%d.db", logs, (int)getpid());
	for (unsigned i = 0; i < rounds; i++) {
		struct store *store;
		struct error err;

		if (!store_open(&store, db, &err))
			fail(err.text);
		put_terms(store, kind_count);
		run(&costs[i], logs, store, rule, workers);
		store_close(store);
		forget(db);
	}
	qsort(costs, rounds, sizeof(*costs), by_ratio);
	printf("%5.1f %%  first %.3f s, second %.3f s: %.2fx (%.2f to %.2f), CPU %.3f and "
	       "%.3f s: %.2fx, %llu traces, %u passes\n",
		100 * share, middle->first, middle->second, middle->second / middle->first,
		costs[0].second / costs[0].first,
		costs[rounds - 1].second / costs[rounds - 1].first, middle->cpu_first,
		middle->cpu_second, middle->cpu_second / middle->cpu_first,
		(unsigned long long)middle->history.traces, middle->history.pass);
	fflush(stdout);
}

static const struct option options[] = {{"rounds", required_argument, NULL, 'r'},
	{"workers", required_argument, NULL, 'w'}, {"folder", required_argument, NULL, 'f'},
	{"scale", required_argument, NULL, 'x'}, {"only", required_argument, NULL, 'o'}, {0}};

int
main(int argc, char **argv)
{
	const char *scale = getenv("KEYWATCH_BENCH_SCALE");
	struct corpus_options corpora = {"build/bench", 1, scale ? strtod(scale, NULL) : 1, 2};
	unsigned rounds = 5, workers = 2;
	uint64_t related = 0;
	struct making making = {0};
	struct corpus corpus;
	struct rusage usage;
	struct rule *rule;
	struct error err;
	char logs[560], counts[600];
	int option, only = -1;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'r')
			rounds = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'w')
			workers = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'o')
			only = (int)strtol(optarg, NULL, 10);
		else if (option == 'f')
			corpora.folder = optarg;
		else if (option == 'x')
			corpora.scale = strtod(optarg, NULL);
		else
			return 2;
	}
	if (rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	corpus_make(&corpus, CORPUS_TREE, &corpora);
	snprintf(logs, sizeof(logs), "%s-related", corpus.path);
	snprintf(counts, sizeof(counts), "%s.counts", logs);
	if (!recall(&making, counts)) {
		make(&making, &corpus, logs);
		note(&making, counts);
	}
	if (!rule_load_text(&rule, str_from(rule_text), "none.yaml", &err))
		fail(err.text);
	printf("%llu files, %.2f GB of records, %llu records, %u workers\n",
		(unsigned long long)corpus.files, (double)corpus.bytes / 1e9,
		(unsigned long long)making.records, workers);
	for (size_t i = 0; i <= KIND_COUNT; i++) {
		if (only < 0 || (size_t)only == i)
			measure(logs, rule, i, (double)related / (double)making.records, rounds,
				workers);
		related += i < KIND_COUNT ? making.related[i] : 0;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("peak memory %ld MiB\n", usage.ru_maxrss >> 10);
	rule_free(rule);
	return 0;
}
