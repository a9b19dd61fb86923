#include "tests/bench/support/corpus.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/mem.h"
#include "tests/bench/support/corpus_gzip.h"
#include "tests/bench/support/trail.h"

/* Raised with what the records are: what was kept of another edition is made anew. */
enum { EDITION = 2 };
enum { PLACES = 80, BLOCK = 700, FLUSH = 1 << 20, FIRST_SECOND = 1704067200, DAY = 86400 };

/* Of a kind, at scale 1. */
struct measure {
	const char *name, *path;
	uint64_t files, bytes; /* of all */
	uint64_t hit_files;
	unsigned hits;	/* in each of these */
	unsigned least; /* files, or hits of a single file, at any scale */
};
static const struct measure measures[CORPUS_KINDS] = {
	[CORPUS_TREE] = {"a", "a", 2000, 1800000000, 100, 2, 40},
	[CORPUS_LINES] = {"b", "b.ndjson", 1, 2000000000, 1, 1000, 60},
	[CORPUS_GZIP] = {"c", "c.ndjson.gz", 1, 2000000000, 1, 1000, 60},
	[CORPUS_SMALL] = {"d", "d", 4000, 4000 * 6900, 1, 1, 20},
	[CORPUS_PARSE] = {"e", "e.ndjson", 1, 300000000, 1, 150, 60},
};

/* Finds the same, and says nothing of EventName that would tell which records to parse. */
static const char parse_rule[] =
	"id: 00000000-0000-4000-8000-00000000be0c\n"
	"name: New access keys, found without a literal\n"
	"severity: Medium\n"
	"queryFrequency: 15m\n"
	"queryPeriod: 15m\n"
	"triggerOperator: gt\n"
	"triggerThreshold: 0\n"
	"query: |\n"
	"  AWSCloudTrail\n"
	"  | where strcat(EventSource, \"/\", EventName) == \"iam.amazonaws.com/CreateAccessKey\"\n"
	"version: 1.0.0\n"
	"kind: Scheduled\n";

/* One file of records. */
struct plan {
	uint64_t bytes, seed;
	int64_t second, pause; /* when it begins, and the longest pause between two records */
	unsigned first_hit, hits;
	int place;	    /* its account and region; below 0: of many */
	bool lines, loose;  /* loose: odd white space between records */
	const char *inside; /* its path below the corpus, for the list of hits */
};

struct writer {
	struct buf out;	 /* owns */
	FILE *file;	 /* NULL: all stays in `out` */
	uint64_t passed; /* bytes that went to the file */
};

struct making {
	const struct measure *measure;
	const struct corpus_options *options;
	const struct corpus *corpus;
	uint64_t files, bytes, hit_files; /* bytes of all */
	unsigned hits_each;
	atomic_ullong next, raw, stored;
	struct buf *hits; /* owns; a list of each file, in their order */
};

static void
fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

/* ---- records ---- */

/* Where the n-th hit of a file stands; in some it is the first record, or the last. */
static uint64_t
place_of_hit(const struct plan *plan, unsigned n)
{
	double part = (double)(trail_mix(plan->seed + n) % 1000) / 1000;

	if (n >= plan->hits)
		return UINT64_MAX;
	if (plan->hits > 1 && plan->first_hit % 16 == 0 && (n == 0 || n == plan->hits - 1))
		part = n ? 1 : 0;
	return (uint64_t)((double)plan->bytes * (n + part) / plan->hits);
}

/* Before a record. */
static void
put_separator(struct trail *trail, struct buf *out, const struct plan *plan, bool first)
{
	static const char *const loose[] = {",", ",\n", " ,\r\n  ", "\t,"};

	if (plan->lines)
		buf_puts(out, first ? "" : "\n");
	else if (first)
		buf_puts(out, plan->loose ? "{ \"Records\" : [\n" : "{\"Records\":[");
	else
		buf_puts(out, plan->loose ? loose[trail_next(trail) % 4] : ",");
}

/* Where it happens now. */
static void
move(struct trail *trail, const struct plan *plan, uint64_t block)
{
	uint64_t random = trail_mix(plan->seed + block * 31);

	trail_fini(trail);
	trail_begin(trail, random, plan->place < 0 ? random % PLACES : (uint64_t)plan->place,
		trail->second);
	trail->lines = plan->lines;
}

static void
flush(struct writer *w, size_t limit, const char *path)
{
	if (!w->file || w->out.len < limit)
		return;
	if (fwrite(w->out.data, 1, w->out.len, w->file) != w->out.len)
		fail(path);
	w->passed += w->out.len;
	buf_clear(&w->out);
}

static void
put_records(struct writer *w, struct buf *hits, const struct plan *plan, const char *path)
{
	struct trail trail = {.second = plan->second};
	unsigned hit = 0;

	for (uint64_t n = 0, at = 0; at < plan->bytes || hit < plan->hits; n++) {
		if (n % BLOCK == 0)
			move(&trail, plan, n / BLOCK);
		trail.second += (int64_t)(trail_next(&trail) % (uint64_t)plan->pause);
		put_separator(&trail, &w->out, plan, n == 0);
		at = w->passed + w->out.len;
		if (at >= place_of_hit(plan, hit)) {
			trail_put_hit(&trail, &w->out, plan->first_hit + hit++);
			buf_printf(hits, "%s\t%s\t%llu\n", trail.event, plan->inside,
				(unsigned long long)at);
		} else {
			trail_put(&trail, &w->out);
		}
		flush(w, FLUSH, path);
	}
	buf_puts(&w->out, plan->lines ? "\n" : plan->loose ? "\n] }\n" : "]}");
	flush(w, 1, path);
	trail_fini(&trail);
}

/* ---- a tree of small files ---- */

static void
make_folders(const char *path)
{
	char part[1024];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			fail(part);
	}
}

/* As S3 calls it. */
static void
put_key(char *key, size_t size, uint64_t seed, int place, int64_t second)
{
	struct trail trail = {0};
	struct tm t;
	time_t clock = (time_t)second;
	char name[17];

	trail_begin(&trail, seed, (uint64_t)place, second);
	gmtime_r(&clock, &t);
	for (int i = 0; i < 16; i++)
		name[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01234567"
			[trail_next(&trail) % 60];
	name[16] = '\0';
	snprintf(key, size,
		"AWSLogs/%s/CloudTrail/%s/%04d/%02d/%02d/"
		"%s_CloudTrail_%s_%04d%02d%02dT%02d%02dZ_%s.json.gz",
		trail.account, trail.region, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
		trail.account, trail.region, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
		t.tm_min, name);
	trail_fini(&trail);
}

/* From a fifteenth of the mean to four times as much. */
static uint64_t
bytes_of_file(const struct making *making, uint64_t seed)
{
	static const double parts[] = {
		0.066, 0.09, 0.13, 0.19, 0.26, 0.37, 0.53, 0.75, 1.06, 1.5, 2.12, 3.0, 3.934};

	return (uint64_t)((double)making->bytes / (double)making->files * 13 / 14 *
			  parts[seed / 8 % 13]);
}

/* One file in so many has hits, not always the same of them. */
static unsigned
hits_of_file(const struct making *making, uint64_t file, uint64_t *first)
{
	uint64_t every = making->files / making->hit_files, group = file / every;

	*first = group * making->hits_each;
	return group < making->hit_files &&
			       file % every == trail_mix(making->options->seed + group) % every
		       ? making->hits_each
		       : 0;
}

static void
make_file(struct making *making, struct corpus_gzip *gzip, uint64_t file)
{
	uint64_t seed = trail_mix(making->options->seed * 4099 + file * 8 + making->measure->files);
	uint64_t first;
	char key[256], path[1024];
	struct writer w = {0};
	struct plan plan = {.seed = seed,
		.second = FIRST_SECOND + (int64_t)(file / PLACES) * DAY + (int64_t)(seed % 60000),
		.pause = 7,
		.place = (int)(file % PLACES),
		.loose = seed % 16 == 0,
		.inside = key};

	plan.bytes = bytes_of_file(making, seed);
	plan.hits = hits_of_file(making, file, &first);
	plan.first_hit = (unsigned)first;
	put_key(key, sizeof(key), seed, plan.place, plan.second);
	snprintf(path, sizeof(path), "%s/%s", making->corpus->path, key);
	make_folders(path);
	put_records(&w, &making->hits[file], &plan, path);
	atomic_fetch_add(&making->raw, w.out.len);
	atomic_fetch_add(&making->stored, corpus_gzip_bytes(gzip, path, buf_view(&w.out)));
	buf_fini(&w.out);
}

static void *
work(void *argument)
{
	struct making *making = argument;
	struct corpus_gzip *gzip = corpus_gzip_new();
	uint64_t file;

	while ((file = atomic_fetch_add(&making->next, 1)) < making->files)
		make_file(making, gzip, file);
	corpus_gzip_free(gzip);
	return NULL;
}

static void
make_tree(struct making *making)
{
	pthread_t threads[64];
	int count = making->options->threads;

	count = count < 1 ? 1 : count > 64 ? 64 : count;
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, making) != 0)
			abort();
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* ---- one file ---- */

static void
make_lines(struct making *making)
{
	const struct plan plan = {.seed = trail_mix(making->options->seed + making->measure->bytes),
		.bytes = making->bytes,
		.second = FIRST_SECOND,
		.pause = 40,
		.hits = making->hits_each,
		.place = -1,
		.lines = true,
		.inside = "."};
	struct writer w = {.file = fopen(making->corpus->path, "wb")};

	if (!w.file)
		fail(making->corpus->path);
	put_records(&w, &making->hits[0], &plan, making->corpus->path);
	if (fclose(w.file) != 0)
		fail(making->corpus->path);
	making->raw = making->stored = w.passed;
	buf_fini(&w.out);
}

/* ---- kinds ---- */

const char *
corpus_name(enum corpus_kind kind)
{
	return measures[kind].name;
}

static uint64_t
scaled(uint64_t n, double scale, uint64_t least)
{
	uint64_t result = (uint64_t)((double)n * scale);

	return result < least ? least : result;
}

static void
set_measure(struct making *making)
{
	const struct measure *measure = making->measure;
	double scale = making->options->scale;

	making->bytes = scaled(measure->bytes, scale, 1);
	making->files = measure->files == 1 ? 1 : scaled(measure->files, scale, measure->least);
	making->hit_files =
		measure->hit_files == 1 ? 1 : making->files * measure->hit_files / measure->files;
	making->hits_each = measure->files == 1
				    ? (unsigned)scaled(measure->hits, scale, measure->least)
				    : measure->hits;
}

static void
write_hits(const struct making *making, struct corpus *corpus)
{
	FILE *file = fopen(corpus->hits, "w");

	if (!file)
		fail(corpus->hits);
	for (uint64_t i = 0; i < making->files; i++) {
		fputs(buf_cstr(&making->hits[i]), file);
		buf_fini(&making->hits[i]);
	}
	if (fclose(file) != 0)
		fail(corpus->hits);
	corpus->files = making->files;
	corpus->count = making->hit_files * making->hits_each;
	corpus->bytes = making->raw;
	corpus->stored = making->stored;
}

static void
make_gzip(struct corpus *corpus, const struct corpus_options *options)
{
	struct corpus_gzip *gzip = corpus_gzip_new();
	struct corpus lines;

	corpus_make(&lines, CORPUS_LINES, options);
	corpus->files = 1;
	corpus->bytes = lines.bytes;
	corpus->count = lines.count;
	corpus->stored = corpus_gzip_file(gzip, corpus->path, lines.path);
	corpus_gzip_free(gzip);
}

static void
make(struct corpus *corpus, enum corpus_kind kind, const struct corpus_options *options)
{
	struct making making = {.measure = &measures[kind], .options = options, .corpus = corpus};

	if (kind == CORPUS_GZIP) {
		make_gzip(corpus, options);
		return;
	}
	set_measure(&making);
	making.hits = mem_zalloc(making.files * sizeof(*making.hits));
	if (making.files == 1)
		make_lines(&making);
	else
		make_tree(&making);
	write_hits(&making, corpus);
	free(making.hits);
}

/* ---- what was made ---- */

static const char *
file_of(char *path, size_t size, const struct corpus_options *options, const char *name,
	const char *suffix)
{
	snprintf(path, size, "%s/%d-%llu-%g/%s%s", options->folder, EDITION,
		(unsigned long long)options->seed, options->scale, name, suffix);
	return path;
}

/* Is there a corpus, whole? */
static bool
recall(struct corpus *corpus, const char *path)
{
	unsigned long long files, bytes, stored, count;
	FILE *file = fopen(path, "r");
	bool found =
		file && fscanf(file, "%llu %llu %llu %llu", &files, &bytes, &stored, &count) == 4;

	if (file)
		fclose(file);
	if (!found)
		return false;
	corpus->files = files;
	corpus->bytes = bytes;
	corpus->stored = stored;
	corpus->count = count;
	return true;
}

static void
remember(const struct corpus *corpus, const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail(path);
	fprintf(file, "%llu %llu %llu %llu\n", (unsigned long long)corpus->files,
		(unsigned long long)corpus->bytes, (unsigned long long)corpus->stored,
		(unsigned long long)corpus->count);
	if (fclose(file) != 0)
		fail(path);
}

static void
write_rule(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail(path);
	fputs(parse_rule, file);
	if (fclose(file) != 0)
		fail(path);
}

void
corpus_make(struct corpus *corpus, enum corpus_kind kind, const struct corpus_options *options)
{
	const struct measure *measure = &measures[kind];
	char made[512];

	*corpus = (struct corpus){0};
	file_of(corpus->path, sizeof(corpus->path), options, measure->path, "");
	file_of(corpus->hits, sizeof(corpus->hits), options,
		kind == CORPUS_GZIP ? "b" : measure->name, ".hits");
	file_of(corpus->rule, sizeof(corpus->rule), options, "without-a-literal", ".yaml");
	file_of(made, sizeof(made), options, measure->name, ".made");
	if (recall(corpus, made))
		return;
	make_folders(corpus->path);
	write_rule(corpus->rule);
	make(corpus, kind, options);
	remember(corpus, made);
	corpus->made = true;
}
