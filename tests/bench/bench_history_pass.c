/*
 * What it costs to look saved logs through for the history of their alerts, beside reading them for
 * alerts: the tree of bench_scan (corpus.h), of whose records a share is related to what is looked
 * for. The store is in memory's page cache; both passes run in one process, in turn.
 *
 *   bench_history_pass [OPTION...]
 *     --rounds N    of each share (5)
 *     --workers N   (2)
 *     --folder DIR  of the corpora (build/bench)
 *     --scale F     of its size (1, or KEYWATCH_BENCH_SCALE)
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/event/trace.h"
#include "core/pipeline.h"
#include "core/scan/scan.h"
#include "core/source/walk.h"
#include "core/store/history.h"
#include "tests/bench/support/corpus.h"

enum { ROUNDS_MAX = 50, PIECE = 512 << 10 };

/* How many records were called with a key. */
struct caller {
	char key[32];
	uint64_t records;
};

struct counting {
	struct arena arena;
	struct caller *callers; /* open addressing by a hash of the key */
	size_t slots;
	uint64_t records;
};

static struct caller *
caller_of(struct counting *c, struct str key)
{
	uint64_t hash = 14695981039346656037u;
	struct caller *at;

	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 1099511628211u;
	for (;; hash++) {
		at = &c->callers[hash % c->slots];
		if (!at->key[0] || str_is(key, at->key))
			break;
	}
	snprintf(at->key, sizeof(at->key), "%.*s", STR_ARG(key));
	return at;
}

static bool
count_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct counting *c = context;
	struct trace trace;

	(void)offset;
	(void)flags;
	arena_reset(&c->arena);
	c->records++;
	if (trace_read(&trace, raw, &c->arena) && trace.text[TRACE_KEY].len &&
		trace.text[TRACE_KEY].len < 32)
		caller_of(c, trace.text[TRACE_KEY])->records++;
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
count_file(struct counting *c, struct scanner *scanner, const char *path)
{
	const struct scan_sink sink = {c, count_record, ignore_problem};
	struct scan_summary summary;
	char *piece = mem_alloc(PIECE);
	FILE *file = fopen(path, "rb");
	size_t n;

	scan_begin(scanner, &sink);
	while (file && (n = fread(piece, 1, PIECE, file)) > 0)
		scan_bytes(scanner, piece, n);
	scan_end(scanner, &summary);
	if (file)
		fclose(file);
	free(piece);
}

static void
count(struct counting *c, const char *path)
{
	const struct scan_options options = {0};
	struct scanner *scanner = scanner_new(&options);
	struct walk walk = {0};

	c->slots = 1 << 20;
	c->callers = mem_zalloc(c->slots * sizeof(*c->callers));
	walk_add(&walk, path, ignore_walk, NULL);
	for (size_t i = 0; i < walk.count; i++)
		count_file(c, scanner, walk.files[i].path);
	walk_fini(&walk);
	scanner_free(scanner);
}

/* Keys that called so many of the records, as terms. */
static uint64_t
put_terms(const struct counting *c, struct store *store, double share)
{
	uint64_t most = (uint64_t)((double)c->records * share), sum = 0;
	struct error err;
	int64_t n;

	if (!store_begin(store, &err))
		abort();
	for (size_t i = 0; i < c->slots && sum < most; i++) {
		const struct caller *at = &c->callers[i * 40503 % c->slots];
		const struct term term = {TERM_KEY, str_from(at->key)};

		if (!at->key[0] || sum + at->records > most + most / 50)
			continue;
		if (!store_term_put(store, &term, &n, &err))
			abort();
		sum += at->records;
	}
	if (!store_commit(store, &err))
		abort();
	return sum;
}

struct cost {
	double first, second; /* seconds */
	uint64_t traces;
	unsigned passes;
};

static void
run(struct cost *cost, const char *path, struct store *store, unsigned workers)
{
	struct rule *rule = rule_builtin();
	const struct pipeline_options options = {.paths = &path,
		.path_count = 1,
		.rules = &rule,
		.rule_count = 1,
		.jobs = workers,
		.history = true};
	struct pipeline_progress progress;
	struct pipeline *pipeline;
	int64_t began = time_monotonic_ms();
	struct error err;

	if (!pipeline_start(&pipeline, &options, store, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &progress);
	cost->first = (double)progress.elapsed_ms / 1000;
	cost->second = (double)(time_monotonic_ms() - began) / 1000 - cost->first;
	cost->traces = progress.history.traces;
	cost->passes = progress.history.pass;
	pipeline_free(pipeline);
	rule_free(rule);
}

static int
by_ratio(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;
	double left = x->second / x->first, right = y->second / y->first;

	return (left > right) - (left < right);
}

static void
measure(const struct counting *c, const struct corpus *corpus, const char *folder, double share,
	unsigned rounds, unsigned workers)
{
	struct cost costs[ROUNDS_MAX];
	char db[600];
	uint64_t related = 0;

	for (unsigned i = 0; i < rounds; i++) {
		struct store *store;
		struct error err;

		snprintf(db, sizeof(db), "%s/history.db", folder);
		unlink(db);
		if (!store_open(&store, db, &err))
			abort();
		related = put_terms(c, store, share);
		run(&costs[i], corpus->path, store, workers);
		store_close(store);
		unlink(db);
	}
	qsort(costs, rounds, sizeof(*costs), by_ratio);
	printf("%5.1f %%  first %.3f s, second %.3f s: %.2fx (%.2f to %.2f)  %llu related, "
	       "%llu traces, %u passes\n",
		100 * (double)related / (double)c->records, costs[rounds / 2].first,
		costs[rounds / 2].second, costs[rounds / 2].second / costs[rounds / 2].first,
		costs[0].second / costs[0].first,
		costs[rounds - 1].second / costs[rounds - 1].first, (unsigned long long)related,
		(unsigned long long)costs[rounds / 2].traces, costs[rounds / 2].passes);
	fflush(stdout);
}

static const struct option options[] = {{"rounds", required_argument, NULL, 'r'},
	{"workers", required_argument, NULL, 'w'}, {"folder", required_argument, NULL, 'f'},
	{"scale", required_argument, NULL, 'x'}, {0}};

int
main(int argc, char **argv)
{
	static const double shares[] = {0, 0.01, 0.05, 0.2};
	const char *scale = getenv("KEYWATCH_BENCH_SCALE");
	struct corpus_options corpora = {"build/bench", 1, scale ? strtod(scale, NULL) : 1, 2};
	unsigned rounds = 5, workers = 2;
	struct counting counting = {0};
	struct corpus corpus;
	struct rusage usage;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'r')
			rounds = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'w')
			workers = (unsigned)strtoul(optarg, NULL, 10);
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
	count(&counting, corpus.path);
	printf("%llu files, %.2f GB of records, %llu records, %u workers\n",
		(unsigned long long)corpus.files, (double)corpus.bytes / 1e9,
		(unsigned long long)counting.records, workers);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		measure(&counting, &corpus, corpora.folder, shares[i], rounds, workers);
	getrusage(RUSAGE_SELF, &usage);
	printf("peak memory %ld MiB, what counts the keys included\n", usage.ru_maxrss >> 10);
	arena_fini(&counting.arena);
	free(counting.callers);
	return 0;
}
