/*
 * How fast the screen is with many alerts, beside tig and less: bench_screen [ALERTS
 * [IDLE_SECONDS]] prints one table with its conditions. Alerts are kept in build/bench/ for the
 * next time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/process.h"
#include "core/base/timefmt.h"
#include "tests/bench/support/crowd.h"
#include "tests/bench/support/meter.h"
#include "tests/bench/support/peer.h"
#include "tests/support/test.h"

enum { ROWS = 40, COLS = 120, STARTS = 5, RATE = 10000, BATCHES_PER_SECOND = 20 };

struct bench {
	long alerts;
	int idle_seconds;
	char *home;
	char store[512];
	char counted[64]; /* " 1,000,000 new" */
	struct pty *pty;
	uint64_t fed; /* the number of the next alert */
	pid_t feeder;
	int feeder_says; /* from it: how many it put */
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
row(const char *what, const char *target, const char *fmt, ...)
{
	char value[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	printf("%-46s %-36s %s\n", what, value, target);
	fflush(stdout);
}

/* ---- the store ---- */

static void
make_store(struct bench *b)
{
	char kept[256];
	struct store *store;
	const char *const copy[] = {"cp", kept, b->store, NULL};
	struct process_result result = {0};
	struct error err;
	int64_t input;

	snprintf(kept, sizeof(kept), "build/bench/alerts-%d-%ld.db", CROWD_EDITION, b->alerts);
	snprintf(b->store, sizeof(b->store), "%s/store.db", b->home);
	if (access(kept, R_OK) != 0) {
		fprintf(stderr, "making %s\n", kept);
		mkdir("build/bench", 0700);
		must(store_open(&store, "build/bench/making.db", &err), &err);
		must(crowd_begin(store, "logs/crowd.jsonl", &input, &err), &err);
		must(crowd_put(store, input, 0, (uint64_t)b->alerts, 5000, &err), &err);
		store_close(store);
		rename("build/bench/making.db", kept);
	}
	must(process_run(&(struct process){.argv = copy, .timeout_ms = 120000}, &result, &err),
		&err);
	process_result_fini(&result);
}

/* ---- starting ---- */

static void
start(struct bench *b)
{
	const char *const words[] = {"--store", b->store, NULL};

	b->pty = pty_open(&(struct pty_options){.child = {.program = child_source("build/keywatch"),
							.arguments = words,
							.home = b->home},
		.rows = ROWS,
		.cols = COLS});
}

static void
stop(struct bench *b)
{
	pty_send(b->pty, "q");
	pty_wait_exit(b->pty);
	pty_close(b->pty);
}

/* The newest alert stands first and no row of the list is empty. */
static bool
is_full(struct pty *pty, const void *newest)
{
	char *first = pty_row(pty, 2), *last = pty_row(pty, 15);
	bool full = strstr(first, newest) && strstr(last, "user-");

	free(first);
	free(last);
	return full;
}

static void
measure_start(struct bench *b)
{
	struct samples full = {0}, counted = {0};
	char newest[TIME_TEXT];

	time_format_iso(crowd_time((uint64_t)b->alerts - 1), newest);
	for (int i = 0; i < STARTS; i++) {
		int64_t since = meter_now_us();

		start(b);
		newest[10] = ' ';
		newest[19] = '\0';
		samples_add(&full, meter_until(b->pty, since, 60000, is_full, newest));
		samples_add(&counted, meter_until(b->pty, since, 60000, meter_has, b->counted));
		stop(b);
	}
	row("warm start to a full list, median", "<= 200 ms", "%.0f ms",
		(double)samples_percentile(&full, 50) / 1000);
	row("  to all alerts counted", "in the background", "%.0f ms",
		(double)samples_percentile(&counted, 50) / 1000);
	samples_fini(&full);
	samples_fini(&counted);
}

/* ---- arrivals ---- */

/* In a process of its own, as another session that watches. Ends with its pipe's reader. */
static void
feed(struct bench *b, int says)
{
	int64_t begun = meter_now_us(), input;
	struct store *store;
	struct error err;
	uint64_t n = b->fed;

	must(store_open(&store, b->store, &err), &err);
	must(crowd_begin(store, "logs/arrivals.jsonl", &input, &err), &err);
	for (int64_t tick = 1;; tick++) {
		int64_t due = begun + tick * 1000000 / BATCHES_PER_SECOND - meter_now_us();

		if (due > 0)
			poll(NULL, 0, (int)(due / 1000));
		must(crowd_put(store, input, n, n + RATE / BATCHES_PER_SECOND, RATE, &err), &err);
		n += RATE / BATCHES_PER_SECOND;
		if (write(says, &n, sizeof(n)) != sizeof(n))
			_exit(0);
	}
}

static void
begin_feeding(struct bench *b)
{
	int fds[2];

	must(pipe(fds) == 0, &(struct error){.text = "pipe"});
	b->feeder = fork();
	if (b->feeder == 0) {
		close(fds[0]);
		signal(SIGPIPE, SIG_IGN);
		feed(b, fds[1]);
	}
	close(fds[1]);
	b->feeder_says = fds[0];
}

static void
end_feeding(struct bench *b, int64_t us)
{
	uint64_t first = b->fed, n;
	ssize_t got;
	int status;

	kill(b->feeder, SIGTERM);
	while ((got = read(b->feeder_says, &n, sizeof(n))) == sizeof(n))
		b->fed = n;
	close(b->feeder_says);
	waitpid(b->feeder, &status, 0);
	row("  alerts arriving while these were measured", "10000/s", "%.0f/s",
		(double)(b->fed - first) * 1e6 / (double)us);
}

/* ---- keys ---- */

struct key_set {
	const char *name;
	const char *keys[16]; /* pressed one after the other; each changes the screen */
	int rounds;
};

static const struct key_set key_sets[] = {
	{"moves (j k)", {"j", "j", "j", "k", "j", "j", "k", "k"}, 25},
	{"pages", {"\x06", "\x06", "\x06", "\x02"}, 25},
	{"first and last (g G)", {"G", "g"}, 25},
	{"panes (Tab)", {"\t", "\t", "\t"}, 20},
	{"open only and back (o)", {"o", "o", "o", "o"}, 5},
	{"sort (s), every column", {"s", "s", "s", "s", "s", "s", "s", "s", "s"}, 5},
	{"prompts (f Esc)", {"f", "\033"}, 20},
	{"help (? Esc)", {"?", "\033"}, 10},
};

static void
measure_set(struct bench *b, const struct key_set *set, struct samples *all)
{
	struct samples us = {0};
	int silent = 0;

	for (int round = 0; round < set->rounds; round++)
		for (size_t i = 0; set->keys[i]; i++) {
			struct meter_key key = meter_key(b->pty, set->keys[i]);

			/* Esc is one only when nothing follows it for a while. */
			if (set->keys[i][0] == '\033' && key.us >= 0)
				key.us -= key.us > 25000 ? 25000 : key.us;
			if (key.us < 0) {
				silent++;
			} else {
				samples_add(&us, key.us);
				samples_add(all, key.us);
			}
			meter_pass(b->pty,
				3000 + (int64_t)((unsigned)round * 7919 + i * 104729) % 23000);
		}
	row(set->name, "p99 <= 16 ms", "p50 %.1f  p99 %.1f  max %.1f ms%s",
		(double)samples_percentile(&us, 50) / 1000,
		(double)samples_percentile(&us, 99) / 1000,
		(double)samples_percentile(&us, 100) / 1000, silent ? "  (some unanswered)" : "");
	samples_fini(&us);
}

static void
measure_keys(struct bench *b, const char *when)
{
	struct samples all = {0};

	printf("\nkey to repaint, %s\n", when);
	for (size_t i = 0; i < sizeof(key_sets) / sizeof(key_sets[0]); i++)
		measure_set(b, &key_sets[i], &all);
	row("all of these", "p99 <= 16 ms", "p50 %.1f  p99 %.1f  max %.1f ms",
		(double)samples_percentile(&all, 50) / 1000,
		(double)samples_percentile(&all, 99) / 1000,
		(double)samples_percentile(&all, 100) / 1000);
	samples_fini(&all);
}

static void
measure_arrivals(struct bench *b)
{
	int64_t since;

	begin_feeding(b);
	meter_pass(b->pty, 500000);
	since = meter_now_us();
	measure_keys(b, "with 10,000 alerts/s arriving");
	end_feeding(b, meter_now_us() - since + 500000);
}

/* ---- finding ---- */

struct find {
	const char *name, *typed;
	const char *target;
};

static const struct find finds[] = {
	{"filter, list: an address, denied",
		"SourceIpAddress == \"198.51.7.7\" and ErrorCode == \"AccessDenied\"",
		"all <= 250 ms"},
	{"filter, list: no match", "SourceIpAddress == \"192.0.2.1\"", "all <= 250 ms"},
	{"filter, list: nearly all", "TimeGenerated > datetime(2024-01-01T12:00:00Z)",
		"first <= 250 ms"},
	{"filter, other: half of all",
		"UserAgent has \"2.13.5\" and SourceIpAddress endswith \"1\"", "first <= 250 ms"},
	{"filter, other: sessions with MFA",
		"UserIdentityType == \"AssumedRole\" and SessionMfaAuthenticated == true",
		"first <= 250 ms"},
	{"filter, other: one target of 5,000",
		"tostring(parse_json(RequestParameters).userName) endswith \"user-4711\"",
		"first <= 250 ms"},
	{"filter, other: no match", "RequestParameters has \"no-such-user\"", "Esc cancels"},
};

/* The status line counts what the filter shows. */
static bool
has_first(struct pty *pty, const void *unused)
{
	char *status = pty_row(pty, ROWS - 2);
	const char *shown = strstr(status, "filter ");
	bool has = (shown && shown[7] != '0') || pty_has(pty, "no alert matches");

	(void)unused;
	free(status);
	return has;
}

static bool
is_judged(struct pty *pty)
{
	char *status = pty_row(pty, ROWS - 2);
	bool judged = !strstr(status, " %");

	free(status);
	return judged;
}

/* Keys while it goes on, for at most 5 s. */
static void
measure_keys_meanwhile(struct bench *b, struct samples *keys)
{
	int64_t since = meter_now_us();

	while (!is_judged(b->pty) && meter_now_us() - since < 5000000) {
		struct meter_key key = meter_key(b->pty, "c"); /* changes the header at least */

		if (key.us >= 0)
			samples_add(keys, key.us);
	}
}

static void
measure_filter(struct bench *b, const struct find *find)
{
	struct samples keys = {0};
	int64_t since, first, cancel;
	bool all;

	pty_send(b->pty, "f");
	pty_send(b->pty, find->typed);
	meter_pass(b->pty, 300000);
	since = meter_now_us();
	pty_send(b->pty, "\r");
	first = meter_until(b->pty, since, 20000, has_first, NULL);
	measure_keys_meanwhile(b, &keys);
	all = is_judged(b->pty);
	row(find->name, find->target, "first %.0f, %s %.0f, key p99 %.1f ms", (double)first / 1000,
		all ? "all" : "left after", (double)(meter_now_us() - since) / 1000,
		(double)samples_percentile(&keys, 99) / 1000);
	cancel = meter_now_us();
	pty_send(b->pty, "\033");
	cancel = meter_until(b->pty, cancel, 5000, meter_has, b->counted);
	if (!all)
		row("  Esc cancels it", "", "%.0f ms, with Esc's own 25", (double)cancel / 1000);
	pty_send(b->pty, "g");
	meter_pass(b->pty, 300000);
	samples_fini(&keys);
}

static void
measure_search(struct bench *b, const char *pattern, const char *says)
{
	int64_t since, us;

	pty_send(b->pty, "/");
	pty_send(b->pty, pattern);
	meter_pass(b->pty, 100000);
	since = meter_now_us();
	pty_send(b->pty, "\r");
	us = meter_until(b->pty, since, 60000, meter_has, says);
	row("search over the list's columns, no match", "all <= 250 ms", "%.0f ms",
		(double)us / 1000);
	pty_send(b->pty, "\033");
	meter_pass(b->pty, 200000);
}

/* ---- idle ---- */

static void
measure_idle(struct bench *b)
{
	int64_t cpu, since;
	size_t bytes;

	/* The clock moves once a minute: right after it has. */
	meter_pass(b->pty, 2000000);
	pty_raw_mark(b->pty);
	since = meter_now_us();
	while (!pty_raw_since(b->pty).len && meter_now_us() - since < 61000000)
		pty_quiet(b->pty, 1000);
	row("the clock's minute", "", "%zu bytes", pty_raw_since(b->pty).len);
	meter_pass(b->pty, 300000);
	pty_raw_mark(b->pty);
	cpu = meter_cpu_ns(pty_pid(b->pty));
	since = meter_now_us();
	meter_pass(b->pty, (int64_t)b->idle_seconds * 1000000);
	cpu = meter_cpu_ns(pty_pid(b->pty)) - cpu;
	bytes = pty_raw_since(b->pty).len;
	row("idle", "0 bytes, < 0.1 % of a core", "%zu bytes, %.3f %% of a core in %d s", bytes,
		(double)cpu / 10 / (double)(meter_now_us() - since), b->idle_seconds);
}

static void
measure_memory(struct bench *b, const char *when)
{
	long now = meter_memory_kib(pty_pid(b->pty), "VmRSS:");
	long most = meter_memory_kib(pty_pid(b->pty), "VmHWM:");

	row(when, "", "RSS %ld MiB (most %ld), %.0f bytes/alert", now / 1024, most / 1024,
		(double)now * 1024 / (double)b->fed);
}

static void
print_conditions(const struct bench *b)
{
	char load[64] = "?";
	FILE *f = fopen("/proc/loadavg", "r");

	if (f && !fgets(load, sizeof(load), f))
		load[0] = '\0';
	if (f)
		fclose(f);
	printf("conditions: %ld alerts, %dx%d, TERM=xterm-256color, store in the page cache,\n"
	       "%ld cores, load before: %s\n",
		b->alerts, COLS, ROWS, sysconf(_SC_NPROCESSORS_ONLN), load);
	printf("a key's time ends with the last byte before 2 ms of silence, libvterm "
	       "included\n\n");
}

int
main(int argc, char **argv)
{
	struct bench b = {.alerts = argc > 1 ? strtol(argv[1], NULL, 10) : 100000,
		.idle_seconds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 55};
	struct buf counted = {0};

	b.home = test_folder();
	b.fed = (uint64_t)b.alerts;
	buf_putc(&counted, ' ');
	buf_count(&counted, (uint64_t)b.alerts);
	snprintf(b.counted, sizeof(b.counted), "%s new", buf_cstr(&counted));
	buf_fini(&counted);
	make_store(&b);
	print_conditions(&b);
	measure_start(&b);
	start(&b);
	meter_until(b.pty, meter_now_us(), 60000, meter_has, b.counted);
	measure_memory(&b, "memory, all alerts listed");
	measure_keys(&b, "nothing arriving");
	printf("\n");
	for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++)
		measure_filter(&b, &finds[i]);
	measure_search(&b, "no-such-user", "no alert matches");
	measure_arrivals(&b);
	meter_pass(b.pty, 2000000);
	measure_memory(&b, "memory, with the arrived ones");
	stop(&b);
	printf("\n");
	peer_measure(b.home, b.store, ROWS, COLS);
	start(&b);
	meter_pass(b.pty, 5000000);
	measure_idle(&b);
	stop(&b);
	test_rmtree(b.home);
	return 0;
}
