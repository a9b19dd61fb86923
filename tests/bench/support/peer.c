#include "tests/bench/support/peer.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/process.h"
#include "core/base/timefmt.h"
#include "tests/bench/support/crowd.h"
#include "tests/bench/support/meter.h"
#include "tests/support/test.h"

enum { ALERTS = 3000, MOVES = 300 };

/* What a row of the list says behind time and actor. */
static void
put_rest(struct buf *out, const struct alert *alert)
{
	buf_printf(out, "New     Medium    %-15.*s  %-5s  %-15.*s  %-7s  ?",
		STR_ARG(alert->text[ALERT_TARGET_USER]), alert->self ? "self" : "other",
		STR_ARG(alert->text[ALERT_SOURCE_IP]), outcome_name(alert->outcome));
}

static void
put_commit(struct buf *out, uint64_t n)
{
	struct alert alert = {0};
	struct buf rest = {0};
	struct str actor;

	crowd_alert(&alert, n);
	put_rest(&rest, &alert);
	actor = alert_actor_label(&alert.arena, &alert);
	buf_printf(out, "commit refs/heads/main\ncommitter %.*s <a@b> %lld +0000\ndata %zu\n%s\n\n",
		STR_ARG(actor), (long long)(alert.time / TICKS_PER_SECOND), rest.len,
		buf_cstr(&rest));
	buf_fini(&rest);
	alert_fini(&alert);
}

static void
put_line(struct buf *out, uint64_t n)
{
	struct alert alert = {0};
	char time[TIME_TEXT];

	crowd_alert(&alert, n);
	time_format_iso(alert.time, time);
	buf_printf(out, "%.19s  %-28.*s ", time, STR_ARG(alert_actor_label(&alert.arena, &alert)));
	put_rest(out, &alert);
	buf_putc(out, '\n');
	alert_fini(&alert);
}

static bool
git(const char *const *argv, struct str input)
{
	const struct process process = {.argv = argv, .input = input, .timeout_ms = 60000};
	struct process_result result = {0};
	bool ok = process_run(&process, &result, NULL) && result.status == 0;

	process_result_fini(&result);
	return ok;
}

/* The alerts as commits. */
static bool
make_repository(const char *folder)
{
	struct buf commits = {0};
	bool ok;

	for (uint64_t n = 0; n < ALERTS; n++)
		put_commit(&commits, n);
	ok = git((const char *const[]){"git", "init", "-q", "-b", "main", folder, NULL}, STR("")) &&
	     git((const char *const[]){"git", "-C", folder, "fast-import", "--quiet", NULL},
		     buf_view(&commits));
	buf_fini(&commits);
	return ok;
}

/* So that it shows what the list shows: time, actor and the rest whole. */
static void
make_tigrc(const char *home)
{
	static const char text[] =
		"set main-view = date:custom,format=\"%F %T\" author:full,width=20 "
		"commit-title:graph=no\n";

	free(test_file(home, ".tigrc", text, sizeof(text) - 1));
}

/* And as a file, newest first. */
static void
make_file(const char *folder)
{
	struct buf lines = {0};

	for (uint64_t n = ALERTS; n-- > 0;)
		put_line(&lines, n);
	free(test_file(folder, "rows.txt", lines.data, lines.len));
	buf_fini(&lines);
}

static struct pty *
start(const char *program, const char *const *words, const char *home, const char *folder, int rows,
	int cols)
{
	struct pty *pty = pty_open(&(struct pty_options){
		.child = {.program = program, .arguments = words, .home = home, .folder = folder},
		.rows = rows,
		.cols = cols});

	meter_pass(pty, 1500000);
	return pty;
}

/* Up to where it goes to the line above the pane. */
static size_t
bytes_of_rows(struct pty *pty)
{
	struct str raw = pty_raw_since(pty);
	size_t at = str_find(raw, STR("\033[17"), 0);

	return at == (size_t)-1 ? raw.len : at;
}

/* Bytes of a move: within the window (the first ten), of it the list's own rows, and of all. */
static void
measure_moves(struct pty *pty, const char *name, const char *target)
{
	struct samples inside = {0}, rows = {0}, all = {0};

	for (int i = 0; i < MOVES; i++) {
		struct meter_key key = meter_key(pty, "j");

		if (i >= 1 && i < 11) {
			samples_add(&inside, (int64_t)key.bytes);
			samples_add(&rows, (int64_t)bytes_of_rows(pty));
		}
		samples_add(&all, (int64_t)key.bytes);
	}
	printf("%-40s %4.0f in the window (rows %.0f)  all: mean %.0f, p95 %lld  %s\n", name,
		samples_mean(&inside), samples_mean(&rows), samples_mean(&all),
		(long long)samples_percentile(&all, 95), target);
	fflush(stdout);
	samples_fini(&inside);
	samples_fini(&rows);
	samples_fini(&all);
	pty_send(pty, "q");
	pty_wait_exit(pty);
	pty_close(pty);
}

/* Layouts, by the keys that lead to them. */
static const struct {
	const char *name, *keys, *target;
} layouts[] = {
	{"keywatch with the entity pane", "", "< 760"},
	{"keywatch, a pane that stays the same", "\t\t", "<= tig"}, /* the history */
};

static void
measure_layouts(const char *home, const char *store, int rows, int cols)
{
	const char *const words[] = {"--store", store, NULL};

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct pty *pty =
			start(child_source("build/keywatch"), words, home, NULL, rows, cols);

		pty_send(pty, layouts[i].keys);
		meter_pass(pty, 300000);
		measure_moves(pty, layouts[i].name, layouts[i].target);
	}
}

void
peer_measure(const char *home, const char *store, int rows, int cols)
{
	const char *const tig[] = {"main", NULL}, *const less[] = {"-S", "rows.txt", NULL};

	make_file(home);
	make_tigrc(home);
	printf("bytes per cursor move down, mean of %d\n", MOVES);
	measure_layouts(home, store, rows, cols);
	if (access("/usr/bin/tig", X_OK) == 0 && make_repository(home))
		measure_moves(start("/usr/bin/tig", tig, home, home, rows, cols), "tig", "");
	else
		printf("tig or git is not installed\n");
	if (access("/usr/bin/less", X_OK) == 0)
		measure_moves(start("/usr/bin/less", less, home, home, rows, cols),
			"less (has no cursor: it scrolls)", "");
}
