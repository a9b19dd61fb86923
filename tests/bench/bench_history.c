/*
 * How fast history goes into the store and comes out of it: bench_history [ALERTS [FOLDER]] puts
 * so many alerts (100,000), ten rows of history for each, and loads the stories of some. The store
 * is made in FOLDER (build/bench) and deleted; what was measured stays there in history.json.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alert/facts.h"
#include "core/base/json.h"
#include "core/history/story.h"
#include "tests/bench/support/crowd.h"
#include "tests/bench/support/host.h"
#include "tests/bench/support/meter.h"

enum { BATCH = 5000, LOADS = 3000, USES = 7, BUSY = 50000, WORD = 64 };

/* How many alerts ago the keys were made that are used now. */
static const unsigned ago[USES] = {1, 2, 5, 17, 170, 1700, 4000};
enum { REMEMBERED = 4096 };

/* A key that was made, and by whom. */
struct made {
	int64_t term;
	char id[WORD], actor[128];
};

struct bench {
	uint64_t alerts, rows, calls;
	char path[256], folder[200];
	struct store *store;
	int64_t run, input, last_term;
	struct made made[REMEMBERED];
	int64_t put_us, random;
	struct buf json;
	struct json_writer writer;
};

static void
must(bool ok, const struct error *err)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void
report(struct bench *b, const char *what, const char *key, double value, const char *unit)
{
	char text[48];

	printf("%-52s %12.1f %s\n", what, value, unit);
	fflush(stdout);
	snprintf(text, sizeof(text), "%.6g", value);
	json_put_key(&b->writer, key);
	json_put_raw(&b->writer, str_from(text));
}

static double
file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

/* Closed and opened again, so that all stands in the file itself. */
static double
settle(struct bench *b)
{
	struct error err;

	store_close(b->store);
	must(store_open(&b->store, b->path, &err), &err);
	return file_bytes(b->path);
}

/* ---- putting ---- */

static void
batch(struct bench *b, uint64_t n)
{
	struct error err;

	if (n && n % BATCH == 0)
		must(store_commit(b->store, &err), &err);
	if (n % BATCH == 0)
		must(store_begin(b->store, &err), &err);
}

static void
put_terms(struct bench *b)
{
	int64_t us = 0, since;
	struct error err;

	for (uint64_t n = 0; n < b->alerts; n++) {
		struct term terms[TERMS_MAX];
		struct alert alert = {0};
		size_t count;

		crowd_alert(&alert, n);
		count = terms_of_alert(&alert, &alert.arena, terms);
		since = meter_now_us();
		batch(b, n);
		for (size_t i = 0; i < count; i++)
			must(store_term_put(b->store, &terms[i], &b->last_term, &err), &err);
		us += meter_now_us() - since;
		alert_fini(&alert);
	}
	must(store_commit(b->store, &err), &err);
	report(b, "terms of an alert, put", "termsUs", (double)us / (double)b->alerts, "us");
}

static void
put(struct bench *b, int64_t term, const struct trace *trace, enum trace_text first_of)
{
	struct error err;
	bool fresh;

	must(first_of ? store_trace_put_first(
				b->store, term, trace, first_of, b->input, &fresh, &err)
		      : store_trace_put(b->store, term, trace, b->input, &fresh, &err),
		&err);
	b->calls++;
	b->rows += fresh;
}

/* Under each of its terms, as a pass over the logs finds them. */
static void
put_creation(struct bench *b, uint64_t n)
{
	struct term_use uses[TERMS_MAX];
	int64_t terms[TERMS_MAX], since;
	struct made *made = &b->made[n % REMEMBERED];
	struct alert alert = {0};
	struct trace trace;
	struct error err;
	size_t count;

	crowd_alert(&alert, n);
	trace_of_alert(&trace, &alert, &alert.arena);
	trace.sha256 = alert.text[ALERT_RAW_SHA256];
	count = terms_of_trace(&trace, &alert.arena, uses);
	*made = (struct made){0};
	for (size_t i = 0; i < count; i++) {
		must(store_term_find(b->store, &uses[i].term, &terms[i], &err), &err);
		if (str_equal(uses[i].term.value, trace.text[TRACE_SUBJECT])) {
			made->term = terms[i];
			snprintf(made->id, sizeof(made->id), "%.*s", STR_ARG(uses[i].term.value));
			snprintf(made->actor, sizeof(made->actor), "%.*s",
				STR_ARG(trace.text[TRACE_ACTOR]));
		}
	}
	since = meter_now_us();
	trace_identity(&trace, trace.identity);
	for (size_t i = 0; i < count; i++)
		if (terms[i])
			put(b, terms[i], &trace, uses[i].first_of);
	b->put_us += meter_now_us() - since;
	alert_fini(&alert);
}

/* What stands in a record of a use. */
struct use {
	char id[WORD], ip[WORD], sha256[HASH_HEX];
	struct trace trace;
};

static void
fill_use(struct use *use, const struct made *made, uint64_t n, unsigned i)
{
	static const char *const names[] = {
		"GetObject", "ListBuckets", "DescribeInstances", "GetCallerIdentity"};

	snprintf(use->id, sizeof(use->id), "%08x-1111-4000-8000-%012llx", i, (unsigned long long)n);
	snprintf(use->ip, sizeof(use->ip), "203.0.%u.%u", (unsigned)(n % 250), i);
	hash_hex(str_from(use->id), use->sha256);
	use->trace = (struct trace){
		.time = crowd_time(n) + i, .offset = n * 1500, .sha256 = str_from(use->sha256)};
	use->trace.text[TRACE_EVENT_ID] = str_from(use->id);
	use->trace.text[TRACE_NAME] = str_from(names[(n + i) % 4]);
	use->trace.text[TRACE_SERVICE] = STR("s3.amazonaws.com");
	use->trace.text[TRACE_TYPE] = STR("IAMUser");
	use->trace.text[TRACE_ACTOR] = str_from(made->actor);
	use->trace.text[TRACE_KEY] = str_from(made->id);
	use->trace.text[TRACE_IP] = str_from(use->ip);
	use->trace.text[TRACE_REGION] = STR("eu-central-1");
	use->trace.text[TRACE_AGENT] = STR("aws-cli/2.13.5 Python/3.11.4 Linux/6.1");
	use->trace.text[TRACE_ACCOUNT] = STR("111122223333");
}

static void
put_uses(struct bench *b, uint64_t n)
{
	struct use uses[USES];
	const struct made *of[USES];
	int64_t since;

	for (unsigned i = 0; i < USES; i++) {
		of[i] = n < ago[i] ? NULL : &b->made[(n - ago[i]) % REMEMBERED];
		if (of[i])
			fill_use(&uses[i], of[i], n, i);
	}
	since = meter_now_us();
	for (unsigned i = 0; i < USES; i++)
		if (of[i] && of[i]->term)
			put(b, of[i]->term, &uses[i].trace, TRACE_EVENT_ID);
	b->put_us += meter_now_us() - since;
}

static void
put_traces(struct bench *b)
{
	struct error err;
	int64_t since;

	for (uint64_t n = 0; n < b->alerts; n++) {
		since = meter_now_us();
		batch(b, n);
		b->put_us += meter_now_us() - since;
		put_creation(b, n);
		put_uses(b, n);
	}
	since = meter_now_us();
	must(store_commit(b->store, &err), &err);
	b->put_us += meter_now_us() - since;
	report(b, "rows of history", "rows", (double)b->rows, "");
	report(b, "a trace put under a term", "putUs", (double)b->put_us / (double)b->calls, "us");
	report(b, "  rows kept a second", "rowsPerSecond",
		(double)b->rows * 1e6 / (double)b->put_us, "/s");
}

/* One key, one actor and one address with everything that a busy one has. */
static void
put_busy(struct bench *b, const struct alert *alert)
{
	struct term terms[TERMS_MAX];
	struct arena arena = {0};
	size_t count = terms_of_alert(alert, &arena, terms);
	struct made made = {.actor = "busy"};
	struct error err;

	snprintf(made.id, sizeof(made.id), "%.*s", STR_ARG(alert->text[ALERT_KEY_ID]));
	must(store_begin(b->store, &err), &err);
	for (size_t i = 0; i < count; i++)
		must(store_term_find(b->store, &terms[i], &made.term, &err), &err);
	for (uint64_t n = 0; n < BUSY; n++)
		for (size_t i = 0; i < count; i++) {
			struct use use;
			int64_t term;

			must(store_term_find(b->store, &terms[i], &term, &err), &err);
			fill_use(&use, &made, n, (unsigned)i);
			use.trace.time = alert->time + (int64_t)n * TICKS_PER_SECOND / 20;
			if (n % 2) {
				use.trace.text[TRACE_NAME] = STR("CreateUser");
				use.trace.text[TRACE_SERVICE] = STR("iam.amazonaws.com");
			}
			put(b, term, &use.trace, TRACE_EVENT_ID);
		}
	must(store_commit(b->store, &err), &err);
	arena_fini(&arena);
}

/* ---- loading ---- */

struct measured {
	struct samples load, story, facts, traces;
};

static void
load_one(struct bench *b, int64_t rowid, struct measured *m)
{
	const struct story_scope scope = {.state = HISTORY_LOOKED};
	struct fact_ledger ledger = {.from = TIME_NONE, .to = TIME_NONE, .since = TIME_NONE};
	struct fact facts[FACT_COUNT];
	struct alert alert = {0};
	struct arena arena = {0};
	struct history history;
	struct event event;
	struct error err;
	int64_t at[4];

	at[0] = meter_now_us();
	must(store_load_row(b->store, rowid, &alert, &err), &err);
	at[1] = meter_now_us();
	must(story_load(&history, &arena, b->store, &alert, &scope, &err), &err);
	at[2] = meter_now_us();
	must(alert_parse_event(&event, &alert, &err), &err);
	ledger.history = &history;
	facts_of_alert(facts, &arena, &alert, &event, &ledger);
	at[3] = meter_now_us();
	samples_add(&m->load, at[1] - at[0]);
	samples_add(&m->story, at[2] - at[1]);
	samples_add(&m->facts, at[3] - at[2]);
	samples_add(&m->traces, (int64_t)history.trace_count);
	event_fini(&event);
	alert_fini(&alert);
	arena_fini(&arena);
}

static void
report_samples(struct bench *b, const char *what, const char *key, struct samples *samples,
	double unit, const char *unit_name)
{
	static const int percents[] = {50, 99, 100};
	char line[96], name[48];

	for (size_t i = 0; i < 3; i++) {
		snprintf(line, sizeof(line), "%s, %s", what,
			percents[i] == 100  ? "most"
			: percents[i] == 99 ? "p99"
					    : "median");
		snprintf(name, sizeof(name), "%sP%d", key, percents[i]);
		report(b, line, name, (double)samples_percentile(samples, percents[i]) / unit,
			unit_name);
	}
}

static void
measure(struct bench *b, const char *prefix, const char *what, bool random, int loads)
{
	struct measured m = {{0}, {0}, {0}, {0}};
	char key[48];

	printf("-- %s\n", what);
	for (int i = 0; i < loads; i++) {
		b->random = b->random * INT64_C(1103515245) % INT64_C(2147483648) + 12345;
		load_one(b, random ? 1 + (b->random / 7) % (int64_t)b->alerts : 1, &m);
	}
	snprintf(key, sizeof(key), "%sAlert", prefix);
	report_samples(b, "alert loaded", key, &m.load, 1000, "ms");
	snprintf(key, sizeof(key), "%sStory", prefix);
	report_samples(b, "story loaded", key, &m.story, 1000, "ms");
	snprintf(key, sizeof(key), "%sFacts", prefix);
	report_samples(b, "facts of it", key, &m.facts, 1000, "ms");
	snprintf(key, sizeof(key), "%sTraces", prefix);
	report_samples(b, "traces in it", key, &m.traces, 1, "");
	samples_fini(&m.load);
	samples_fini(&m.story);
	samples_fini(&m.facts);
	samples_fini(&m.traces);
}

static void
put_looked(struct bench *b)
{
	const struct trail_span span = {crowd_time(0), crowd_time(b->alerts), 0};
	const struct store_looked looked = {b->last_term, false, &span, 1};
	struct error err;

	must(store_begin(b->store, &err), &err);
	must(store_looked_put(b->store, b->input, &looked, &err), &err);
	must(store_commit(b->store, &err), &err);
}

/* ---- all of it ---- */

static void
describe(struct bench *b)
{
	struct host host;

	host_describe(&host);
	printf("%s, %d cores, %ld MiB; %s; load %.2f\n", host.processor, host.used, host.memory_mib,
		host.system, host_load());
	json_member_string(&b->writer, "processor", str_from(host.processor));
	json_member_string(&b->writer, "system", str_from(host.system));
	json_member_string(&b->writer, "kernel", str_from(host.kernel));
	report(b, "alerts", "alerts", (double)b->alerts, "");
}

static void
keep_json(struct bench *b)
{
	char path[256];
	FILE *file;

	json_end_object(&b->writer);
	buf_putc(&b->json, '\n');
	snprintf(path, sizeof(path), "%s/history.json", b->folder);
	file = fopen(path, "w");
	if (!file || fwrite(b->json.data, 1, b->json.len, file) != b->json.len)
		fprintf(stderr, "%s cannot be written\n", path);
	if (file)
		fclose(file);
	buf_fini(&b->json);
}

static void
remove_store(const struct bench *b)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[300];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", b->path, suffixes[i]);
		unlink(path);
	}
}

static void
run(struct bench *b)
{
	double alerts, terms, traces;
	struct alert first = {0};
	struct error err;

	must(store_open(&b->store, b->path, &err), &err);
	must(crowd_begin(b->store, "logs/crowd.jsonl", &b->input, &err), &err);
	must(crowd_put(b->store, b->input, 0, b->alerts, BATCH, &err), &err);
	alerts = settle(b);
	put_terms(b);
	terms = settle(b);
	put_traces(b);
	put_looked(b);
	traces = settle(b);
	report(b, "store: an alert by itself", "alertBytes", alerts / (double)b->alerts, "bytes");
	report(b, "  its terms", "termBytes", (terms - alerts) / (double)b->alerts, "bytes");
	report(b, "  a row of history", "rowBytes", (traces - terms) / (double)b->rows, "bytes");
	report(b, "  all history of an alert", "historyBytes",
		(traces - alerts) / (double)b->alerts, "bytes");
	measure(b, "any", "alerts at random", true, LOADS);
	must(store_load_row(b->store, 1, &first, &err), &err);
	put_busy(b, &first);
	alert_fini(&first);
	measure(b, "busy", "an alert whose key, user, actor, address and agent are all busy", false,
		100);
	store_close(b->store);
}

int
main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return 1;
	b->alerts = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	b->random = 4711;
	snprintf(b->folder, sizeof(b->folder), "%s", argc > 2 ? argv[2] : "build/bench");
	snprintf(b->path, sizeof(b->path), "%s/history.db", b->folder);
	mkdir(b->folder, 0700);
	remove_store(b);
	b->writer = (struct json_writer){.out = &b->json};
	json_begin_object(&b->writer);
	describe(b);
	run(b);
	keep_json(b);
	remove_store(b);
	free(b);
	return 0;
}
