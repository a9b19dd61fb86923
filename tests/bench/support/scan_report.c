#include "tests/bench/support/scan_report.h"

#include <stdio.h>
#include <time.h>

#include "tests/bench/support/host.h"
#include "tests/bench/support/plain_inflate.h"

/* settled.md 7: 64 MiB, and 8 KiB an alert. */
enum { PEAK_KIB = 64 * 1024, ALERT_KIB = 8 };
/* A machine is idle when others use less of it. */
static const double idle = 0.03;

/* ---- JSON ---- */

static void
put_number(struct json_writer *w, const char *key, double value)
{
	char text[48];

	snprintf(text, sizeof(text), "%.6g", value);
	json_put_key(w, key);
	json_put_raw(w, str_from(text));
}

static void
put_long(struct json_writer *w, const char *key, int64_t value)
{
	json_put_key(w, key);
	json_put_long(w, value);
}

static void
put_text(struct json_writer *w, const char *key, const char *text)
{
	json_member_string(w, key, str_from(text));
}

static void
put_cost(struct json_writer *w, const char *key, const struct run_cost *cost)
{
	if (key)
		json_put_key(w, key);
	json_begin_object(w);
	put_number(w, "seconds", cost->seconds);
	put_number(w, "cpu", cost->cpu);
	put_number(w, "others", cost->others);
	put_long(w, "peakKib", cost->peak_kib);
	json_end_object(w);
}

static void
put_spread(struct json_writer *w, const char *key, struct spread spread)
{
	json_put_key(w, key);
	json_begin_object(w);
	put_number(w, "median", spread.median);
	put_number(w, "least", spread.least);
	put_number(w, "most", spread.most);
	json_end_object(w);
}

/* ---- the machine ---- */

static void
put_versions(struct json_writer *w, const struct buf *versions)
{
	struct str left = buf_view(versions);

	json_put_key(w, "versions");
	json_begin_array(w);
	while (left.len) {
		size_t end = str_find(left, STR("\n"), 0);

		json_put_string(w, str_slice(left, 0, end));
		printf("          %.*s\n", STR_ARG(str_slice(left, 0, end)));
		left = str_slice(left, end + 1, left.len);
	}
	json_end_array(w);
}

static void
put_host(struct json_writer *w, const struct host *host)
{
	json_put_key(w, "machine");
	json_begin_object(w);
	put_text(w, "processor", host->processor);
	put_long(w, "cores", host->cores);
	put_long(w, "coresUsed", host->used);
	put_long(w, "memoryMib", host->memory_mib);
	put_text(w, "system", host->system);
	put_text(w, "kernel", host->kernel);
	json_end_object(w);
	printf("machine   %s, %d of %d cores, %ld MiB, %s, %s\n", host->processor, host->used,
		host->cores, host->memory_mib, host->system, host->kernel);
}

static void
put_now(struct json_writer *w)
{
	time_t now = time(NULL);
	char text[32];
	struct tm t;

	gmtime_r(&now, &t);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &t);
	put_text(w, "at", text);
}

void
scan_report_begin(struct scan_report *report, const struct scan_setting *setting)
{
	struct json_writer *w = &report->writer;
	struct buf versions = {0};
	struct host host;

	*report = (struct scan_report){0};
	w->out = &report->json;
	host_describe(&host);
	json_begin_object(w);
	put_now(w);
	put_host(w, &host);
	printf("program   %s, inflates with %s\n", setting->keywatch, setting->library);
	rival_versions(&versions);
	plain_inflate_versions(&versions);
	put_versions(w, &versions);
	buf_fini(&versions);
	put_text(w, "program", setting->keywatch);
	put_text(w, "inflatesWith", setting->library);
	put_long(w, "seed", (int64_t)setting->corpora->seed);
	put_number(w, "scale", setting->corpora->scale);
	put_long(w, "pairs", setting->pairs);
	put_long(w, "workers", setting->cores);
	printf("runs      %d pairs in turn, %d workers, page cache warm; seed %llu, scale %g\n",
		setting->pairs, setting->cores, (unsigned long long)setting->corpora->seed,
		setting->corpora->scale);
	json_put_key(w, "jobs");
	json_begin_array(w);
}

/* ---- a job ---- */

static void
put_corpus(struct json_writer *w, const struct corpus *corpus)
{
	json_put_key(w, "corpus");
	json_begin_object(w);
	put_long(w, "files", (int64_t)corpus->files);
	put_long(w, "bytes", (int64_t)corpus->bytes);
	put_long(w, "stored", (int64_t)corpus->stored);
	put_long(w, "hits", (int64_t)corpus->count);
	json_end_object(w);
}

static void
put_idleness(struct json_writer *w)
{
	double others = host_others(), load = host_load();

	put_number(w, "othersBefore", others);
	put_number(w, "loadBefore", load);
	if (others > idle)
		printf("  the machine is not idle: others use %.0f %% of our cores (load %.2f)\n",
			others * 100, load);
}

/* What it may take for so many alerts. */
static long
most_kib(const struct corpus *corpus)
{
	return PEAK_KIB + (long)corpus->count * ALERT_KIB;
}

static void
print_scan(const char *workers, const struct run_cost *cost, const struct corpus *corpus)
{
	printf("  keywatch, %s  %8.3f s  %6.2f GB/s  cpu %.2f s  peak %.1f MiB\n", workers,
		cost->seconds, (double)corpus->bytes / 1e9 / cost->seconds, cost->cpu,
		(double)cost->peak_kib / 1024);
}

static void
take_peak(struct scan_report *report, const struct run_cost *cost)
{
	if (cost->peak_kib > report->peak_kib)
		report->peak_kib = cost->peak_kib;
}

void
scan_report_job(struct scan_report *report, enum corpus_kind kind, const struct corpus *corpus,
	const struct scan_checked *checked)
{
	struct json_writer *w = &report->writer;

	printf("\n%s: %llu file%s, %.2f GB of records, %.2f GB stored, %llu hit%s\n",
		corpus_name(kind), (unsigned long long)corpus->files, corpus->files == 1 ? "" : "s",
		(double)corpus->bytes / 1e9, (double)corpus->stored / 1e9,
		(unsigned long long)corpus->count, corpus->count == 1 ? "" : "s");
	json_begin_object(w);
	put_text(w, "job", corpus_name(kind));
	put_corpus(w, corpus);
	put_idleness(w);
	print_scan("1 worker  ", &checked->one, corpus);
	print_scan("all       ", &checked->all, corpus);
	printf("  hits: %s%s\n", checked->wrong[0] ? "WRONG: " : "exact, in one order",
		checked->wrong);
	put_text(w, "wrong", checked->wrong);
	report->peak_kib = 0;
	take_peak(report, &checked->one);
	take_peak(report, &checked->all);
	put_cost(w, "oneWorker", &checked->one);
	put_cost(w, "allWorkers", &checked->all);
	json_put_key(w, "races");
	json_begin_array(w);
	fflush(stdout);
}

void
scan_report_job_end(struct scan_report *report, const struct corpus *corpus)
{
	long most = most_kib(corpus);
	bool reached = report->peak_kib <= most;

	json_end_array(&report->writer);
	put_long(&report->writer, "peakKib", report->peak_kib);
	put_long(&report->writer, "peakTargetKib", most);
	json_end_object(&report->writer);
	printf("  %-20s  %8.1f MiB; at most %.1f: %s\n", "peak memory",
		(double)report->peak_kib / 1024, (double)most / 1024,
		reached ? "reached" : "NOT REACHED");
	report->targets++;
	report->reached += reached;
	fflush(stdout);
}

/* ---- a race ---- */

struct verdict {
	struct spread value;
	const char *unit;
	bool rated, reached;
};

static struct verdict
judge(const struct corpus *corpus, const struct rival *rival, const struct race *race)
{
	struct verdict v = {.unit = "×", .rated = rival->least > 0};
	double files = (double)corpus->files;

	if (rival->kind != RIVAL_PER_FILE) {
		v.value = race_spread(race, RACE_RATIO);
		v.reached = v.value.median >= rival->least;
		return v;
	}
	v.unit = " µs a file";
	v.value = race_spread(race, RACE_LESS);
	v.value = (struct spread){v.value.median * 1e6 / files, v.value.least * 1e6 / files,
		v.value.most * 1e6 / files};
	v.reached = v.value.median <= rival->least;
	return v;
}

static double
others_of(const struct race *race)
{
	double most = 0;

	for (size_t i = 0; i < race->pairs; i++) {
		most = race->a[i].others > most ? race->a[i].others : most;
		most = race->b[i].others > most ? race->b[i].others : most;
	}
	return most;
}

static void
put_race(struct json_writer *w, const struct rival *rival, const struct race *race,
	const struct verdict *v)
{
	json_begin_object(w);
	put_text(w, "rival", rival->name);
	put_text(w, "command", rival->command);
	put_text(w, "measure", rival->kind == RIVAL_PER_FILE ? "microsecondsPerFile" : "ratio");
	put_spread(w, "value", v->value);
	put_spread(w, "cpuRatio", race_spread(race, RACE_CPU_RATIO));
	if (v->rated) {
		put_number(w, "target", rival->least);
		put_number(w, "aim", rival->aim);
		json_put_key(w, "reached");
		json_put_bool(w, v->reached);
	}
	json_put_key(w, "keywatch");
	json_begin_array(w);
	for (size_t i = 0; i < race->pairs; i++)
		put_cost(w, NULL, &race->a[i]);
	json_end_array(w);
	json_put_key(w, "runs");
	json_begin_array(w);
	for (size_t i = 0; i < race->pairs; i++)
		put_cost(w, NULL, &race->b[i]);
	json_end_array(w);
}

void
scan_report_race(struct scan_report *report, const struct corpus *corpus, const struct rival *rival,
	const struct race *race, size_t found)
{
	struct verdict v = judge(corpus, rival, race);
	double others = others_of(race);

	for (size_t i = 0; i < race->pairs; i++)
		take_peak(report, &race->a[i]);
	printf("  %-20s  %8.3f s, we %.3f s: %.2f%s (%.2f to %.2f; cpu %.2f×)", rival->name,
		race_spread(race, RACE_B).median, race_spread(race, RACE_A).median, v.value.median,
		v.unit, v.value.least, v.value.most, race_spread(race, RACE_CPU_RATIO).median);
	if (v.rated)
		printf("; %s %g, aim %g: %s",
			rival->kind == RIVAL_PER_FILE ? "at most" : "at least", rival->least,
			rival->aim, v.reached ? "reached" : "NOT REACHED");
	if (rival->kind == RIVAL_FASTER)
		printf("; found %zu", found);
	if (others > idle)
		printf("; others used up to %.0f %%", others * 100);
	printf("\n");
	fflush(stdout);
	report->targets += v.rated;
	report->reached += v.rated && v.reached;
	put_race(&report->writer, rival, race, &v);
	put_long(&report->writer, "found", (int64_t)found);
	json_end_object(&report->writer);
}

void
scan_report_missing(struct scan_report *report, const struct rival *rival, const char *why)
{
	struct json_writer *w = &report->writer;

	printf("  %-20s  not measured: %s\n", rival->name, why);
	fflush(stdout);
	report->targets += rival->least > 0;
	json_begin_object(w);
	put_text(w, "rival", rival->name);
	put_text(w, "notMeasured", why);
	json_end_object(w);
}

void
scan_report_end(struct scan_report *report, const char *path)
{
	FILE *file;

	json_end_array(&report->writer);
	json_end_object(&report->writer);
	buf_putc(&report->json, '\n');
	file = fopen(path, "w");
	if (!file || fputs(buf_cstr(&report->json), file) < 0 || fclose(file) != 0)
		perror(path);
	printf("\n%u of %u targets reached; all figures in %s\n", report->reached, report->targets,
		path);
	buf_fini(&report->json);
}
