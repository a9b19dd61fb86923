/*
 * How fast `keywatch scan` is, beside others that do the same job; whether it finds exactly what is
 * there, and with how much memory.
 *
 *   bench_scan [OPTION...] [JOB...]   jobs a b c d e (corpus.h), else all
 *     --pairs N     runs of each, in turn (5)
 *     --seed N      of the corpora (1)
 *     --scale F     of their sizes (1, or KEYWATCH_BENCH_SCALE)
 *     --folder DIR  where they are kept (build/bench)
 *     --cores N     that everything runs on, and workers of a scan (2)
 *     --keywatch P  another program than build/keywatch
 *     --library L   isal or zlib: what "inflate alone" is done with, else as the program does it
 *     --make        only makes the corpora
 *
 * Nothing is installed: what is missing is said. Ends with 1 when a scan found anything else.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/bench/support/corpus_check.h"
#include "tests/bench/support/host.h"
#include "tests/bench/support/plain_inflate.h"
#include "tests/bench/support/scan_report.h"

enum { OUTPUT_MAX = 256 << 20, PROGRAM_MAX = 256 << 20 };

struct bench {
	struct corpus_options corpora;
	struct scan_setting setting;
	struct scan_report report;
	char output[600], messages[600], rival_output[600], rival_messages[600], empty[600];
	char workers[16];
	bool chosen[CORPUS_KINDS], only_make, wrong;
};

/* ---- running ---- */

static struct run_cost
run_scan(struct bench *bench, enum corpus_kind kind, const struct corpus *corpus,
	const char *workers)
{
	const char *words[12] = {bench->setting.keywatch, "scan", "--jobs", workers, "--format",
		"jsonl", corpus->path};

	if (kind == CORPUS_PARSE) {
		words[7] = "--rule";
		words[8] = corpus->rule;
	}
	return race_run(words, bench->output, bench->messages);
}

static void
read_output(const char *path, struct buf *out)
{
	struct error err;

	buf_clear(out);
	if (!file_read(path, OUTPUT_MAX, out, &err))
		buf_puts(out, err.text);
}

/* What it printed; `wrong` says what is not as it should be. */
static void
check_scan(struct bench *bench, const struct corpus *corpus, const struct run_cost *cost,
	struct buf *output, struct buf *wrong)
{
	struct buf said = {0};

	read_output(bench->output, output);
	read_output(bench->messages, &said);
	if (cost->status != 0)
		buf_printf(wrong, "it ended with %d; ", cost->status);
	if (said.len && cost->status != 0)
		buf_printf(wrong, "it said %s; ", buf_cstr(&said));
	corpus_check(corpus, buf_view(output), wrong);
	buf_fini(&said);
}

/* Also warms the page cache. */
static void
check_job(struct bench *bench, enum corpus_kind kind, const struct corpus *corpus, struct buf *all)
{
	struct scan_checked checked;
	struct buf one = {0}, wrong = {0};

	checked.one = run_scan(bench, kind, corpus, "1");
	check_scan(bench, corpus, &checked.one, &one, &wrong);
	checked.one = run_scan(bench, kind, corpus, "1");
	checked.all = run_scan(bench, kind, corpus, bench->workers);
	if (!wrong.len)
		check_scan(bench, corpus, &checked.all, all, &wrong);
	if (!wrong.len && !str_equal(buf_view(&one), buf_view(all)))
		buf_puts(&wrong, "another order with one worker than with all");
	checked.wrong = buf_cstr(&wrong);
	bench->wrong |= wrong.len > 0;
	scan_report_job(&bench->report, kind, corpus, &checked);
	buf_fini(&one);
	buf_fini(&wrong);
}

static size_t
count_lines(const char *path)
{
	struct buf text = {0};
	size_t lines = 0;

	read_output(path, &text);
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	buf_fini(&text);
	return lines;
}

/* Did a limit really read all? */
static bool
did_its_job(const struct bench *bench, const struct rival *rival, const struct corpus *corpus,
	const struct run_cost *cost)
{
	struct buf text = {0};
	bool whole;

	if (rival->kind != RIVAL_SHARE)
		return cost->status == 0;
	read_output(bench->rival_output, &text);
	whole = strtoull(buf_cstr(&text), NULL, 10) == corpus->bytes;
	buf_fini(&text);
	return cost->status == 0 && whole;
}

static void
say_failed(struct bench *bench, const struct rival *rival, const struct run_cost *cost)
{
	struct buf said = {0}, why = {0};

	read_output(bench->rival_messages, &said);
	buf_printf(&why, "it ended with %d: %.*s", cost->status,
		(int)strcspn(buf_cstr(&said), "\n"), buf_cstr(&said));
	scan_report_missing(&bench->report, rival, buf_cstr(&why));
	buf_fini(&said);
	buf_fini(&why);
}

static void
race(struct bench *bench, const struct rival *rival, const struct corpus *corpus,
	const struct buf *expected)
{
	const char *const words[] = {"sh", "-c", rival->command, NULL};
	struct race race = {.pairs = (size_t)bench->setting.pairs};
	struct buf output = {0};

	for (size_t i = 0; i < race.pairs; i++) {
		race.a[i] = run_scan(bench, rival->job, corpus, bench->workers);
		read_output(bench->output, &output);
		if (!str_equal(buf_view(&output), buf_view(expected))) {
			printf("  a scan found something else than before: WRONG\n");
			bench->wrong = true;
		}
		race.b[i] = race_run(words, bench->rival_output, bench->rival_messages);
		if (!did_its_job(bench, rival, corpus, &race.b[i])) {
			say_failed(bench, rival, &race.b[i]);
			buf_fini(&output);
			return;
		}
	}
	scan_report_race(&bench->report, corpus, rival, &race, count_lines(bench->rival_output));
	buf_fini(&output);
}

static void
run_job(struct bench *bench, enum corpus_kind kind)
{
	struct corpus corpus;
	struct buf expected = {0}, missing = {0};

	corpus_make(&corpus, kind, &bench->corpora);
	setenv("CORPUS", corpus.path, 1);
	check_job(bench, kind, &corpus, &expected);
	for (size_t i = 0; i < rival_count; i++) {
		if (rivals[i].job != kind)
			continue;
		buf_clear(&missing);
		if (rival_ready(&rivals[i], &missing))
			race(bench, &rivals[i], &corpus, &expected);
		else
			scan_report_missing(&bench->report, &rivals[i], buf_cstr(&missing));
	}
	scan_report_job_end(&bench->report, &corpus);
	buf_fini(&expected);
	buf_fini(&missing);
}

/* ---- the setting ---- */

/* The library that the program is linked with. */
static const char *
library_of(const char *program)
{
	struct buf bytes = {0};
	struct error err;
	bool isal = file_read(program, PROGRAM_MAX, &bytes, &err) &&
		    str_find(buf_view(&bytes), STR("libisal.so"), 0) != (size_t)-1;

	buf_fini(&bytes);
	return isal ? "isal" : "zlib";
}

/* Programs of the same name and settings everywhere; nobody's own configuration. */
static void
set_environment(struct bench *bench, const char *self)
{
	setenv("LC_ALL", "C", 1);
	setenv("KEYWATCH", bench->setting.keywatch, 1);
	setenv("BENCH", self, 1);
	setenv("LIBRARY", bench->setting.library, 1);
	setenv("CORES", bench->workers, 1);
	setenv("EMPTY", bench->empty, 1);
	setenv("XDG_CONFIG_HOME", bench->empty, 1);
	unsetenv("RIPGREP_CONFIG_PATH");
}

static void
prepare(struct bench *bench, const char *self)
{
	const char *folder = bench->corpora.folder;

	host_pin(bench->setting.cores);
	bench->setting.cores = bench->corpora.threads = host_cores();
	bench->setting.corpora = &bench->corpora;
	if (!bench->setting.library)
		bench->setting.library = library_of(bench->setting.keywatch);
	snprintf(bench->workers, sizeof(bench->workers), "%d", bench->setting.cores);
	snprintf(bench->output, sizeof(bench->output), "%s/keywatch.out", folder);
	snprintf(bench->messages, sizeof(bench->messages), "%s/keywatch.err", folder);
	snprintf(bench->rival_output, sizeof(bench->rival_output), "%s/rival.out", folder);
	snprintf(bench->rival_messages, sizeof(bench->rival_messages), "%s/rival.err", folder);
	snprintf(bench->empty, sizeof(bench->empty), "%s/empty", folder);
	mkdir("build", 0755);
	mkdir(folder, 0755);
	mkdir(bench->empty, 0755);
	set_environment(bench, self);
}

static void
make_corpora(struct bench *bench)
{
	for (int kind = 0; kind < CORPUS_KINDS; kind++) {
		struct corpus corpus;

		if (!bench->chosen[kind])
			continue;
		corpus_make(&corpus, (enum corpus_kind)kind, &bench->corpora);
		printf("%s  %s: %llu files, %.3f GB of records, %.3f GB stored, %llu hits%s\n",
			corpus_name((enum corpus_kind)kind), corpus.path,
			(unsigned long long)corpus.files, (double)corpus.bytes / 1e9,
			(double)corpus.stored / 1e9, (unsigned long long)corpus.count,
			corpus.made ? "" : ", made before");
		fflush(stdout);
	}
}

static const struct option options[] = {{"pairs", required_argument, NULL, 'p'},
	{"seed", required_argument, NULL, 's'}, {"scale", required_argument, NULL, 'x'},
	{"folder", required_argument, NULL, 'f'}, {"cores", required_argument, NULL, 'c'},
	{"keywatch", required_argument, NULL, 'k'}, {"library", required_argument, NULL, 'l'},
	{"make", no_argument, NULL, 'm'}, {0}};

static bool
take_option(struct bench *bench, int option, const char *value)
{
	switch (option) {
	case 'p':
		bench->setting.pairs = (int)strtol(value, NULL, 10);
		return bench->setting.pairs > 0 && bench->setting.pairs <= RACE_PAIRS_MAX;
	case 's':
		bench->corpora.seed = strtoull(value, NULL, 10);
		return true;
	case 'x':
		bench->corpora.scale = strtod(value, NULL);
		return bench->corpora.scale > 0;
	case 'f':
		bench->corpora.folder = value;
		return true;
	case 'c':
		bench->setting.cores = (int)strtol(value, NULL, 10);
		return bench->setting.cores > 0;
	case 'k':
		bench->setting.keywatch = value;
		return access(value, X_OK) == 0;
	case 'l':
		bench->setting.library = value;
		return plain_inflate_has(value);
	case 'm':
		bench->only_make = true;
		return true;
	}
	return false;
}

static bool
choose(struct bench *bench, const char *job)
{
	for (int kind = 0; kind < CORPUS_KINDS; kind++)
		if (!strcmp(job, corpus_name((enum corpus_kind)kind)))
			return bench->chosen[kind] = true;
	return false;
}

static bool
take_words(struct bench *bench, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		if (!take_option(bench, option, optarg))
			return false;
	for (int kind = 0; kind < CORPUS_KINDS; kind++)
		bench->chosen[kind] = optind == argc;
	for (int i = optind; i < argc; i++)
		if (!choose(bench, argv[i]))
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	const char *scale = getenv("KEYWATCH_BENCH_SCALE");
	struct bench bench = {
		.corpora = {"build/bench", 1, scale ? strtod(scale, NULL) : 1, 2},
		.setting = {.keywatch = "build/keywatch", .pairs = 5, .cores = 2},
	};
	char path[600];

	if (argc == 4 && !strcmp(argv[1], "--inflate"))
		return plain_inflate(argv[2], host_cores(), argv[3]);
	if (!take_words(&bench, argc, argv)) {
		fprintf(stderr, "bench_scan: wrong words; its source begins with the right ones\n");
		return 2;
	}
	prepare(&bench, argv[0]);
	if (bench.only_make) {
		make_corpora(&bench);
		return 0;
	}
	scan_report_begin(&bench.report, &bench.setting);
	for (int kind = 0; kind < CORPUS_KINDS; kind++)
		if (bench.chosen[kind])
			run_job(&bench, (enum corpus_kind)kind);
	snprintf(path, sizeof(path), "%s/scan.json", bench.corpora.folder);
	scan_report_end(&bench.report, path);
	return bench.wrong;
}
