#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/command/config_file.h"
#include "core/command/judging.h"
#include "core/command/live.h"
#include "core/command/print.h"
#include "core/command/stories.h"
#include "core/pipeline/pipeline.h"

enum { PROGRESS_MS = 200 };

struct scanning {
	const struct command_line *line;
	const struct command_rules *rules;
	bool asks;     /* facts, or a filter that reads what they come to */
	bool filtered; /* by such a one */
	struct store *store;
	struct pipeline *pipeline;
	struct wake wake;
	sigset_t before; /* what was blocked before we did */
	int signals;	 /* a signalfd of SIGINT and SIGTERM */
	int caught;	 /* the signal that stopped us, or 0 */
	struct known known;
	struct pipeline_progress progress;
};

enum { PROGRESS_COLS = 78 };

/* Only "\r" and blanks: nothing beyond what every terminal has. */
static void
say_progress(const struct scanning *s)
{
	struct buf text = {0};

	if (s->progress.history.answers_total)
		pipeline_answers_text(&text, &s->progress, true);
	else if (s->progress.finished)
		pipeline_history_text(&text, &s->progress, true);
	else
		pipeline_progress_text(&text, &s->progress, true);
	buf_printf(&text, ", %llu alert%s", (unsigned long long)s->progress.alerts_new,
		s->progress.alerts_new == 1 ? "" : "s");
	fprintf(stderr, "\r%-*.*s", PROGRESS_COLS, PROGRESS_COLS, buf_cstr(&text));
	fflush(stderr);
	buf_fini(&text);
}

static void
clear_progress(void)
{
	fprintf(stderr, "\r%*s\r", PROGRESS_COLS, "");
}

static void
take_signal(struct scanning *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	s->caught = (int)info.ssi_signo;
	pipeline_stop(s->pipeline);
}

static bool
is_done(const struct pipeline_progress *p)
{
	return p->finished && p->history.state != HISTORY_LOOKING && !p->history.answers_total;
}

/* Until all is read, looked through for history and answered, or a signal stops it. */
static void
follow(struct scanning *s)
{
	bool show = isatty(STDERR_FILENO), shown = false;
	struct pollfd waits[2] = {{s->wake.fd, POLLIN, 0}, {s->signals, POLLIN, 0}};
	int64_t next = time_monotonic_ms() + PROGRESS_MS;

	for (;;) {
		pipeline_get_progress(s->pipeline, &s->progress);
		if (is_done(&s->progress))
			break;
		if (show && time_monotonic_ms() >= next) {
			say_progress(s);
			shown = true;
			next = time_monotonic_ms() + PROGRESS_MS;
		}
		if (poll(waits, 2, PROGRESS_MS) > 0 && waits[1].revents)
			take_signal(s);
		wake_clear(&s->wake);
	}
	if (shown)
		clear_progress();
}

static bool
say_problem(void *context, const struct problem *problem)
{
	struct fact_ledger *ledger = context;
	struct buf text = {0};

	ledger->digest_present |= fact_notes_digest(problem);
	buf_puts(&text, problem->severity == PROBLEM_ERROR ? "keywatch: " : "keywatch: note: ");
	if (str_is(problem->path, "-"))
		buf_puts(&text, "standard input");
	else
		text_clean(&text, problem->path);
	if (problem->offset != PROBLEM_NO_OFFSET)
		buf_printf(&text, ": byte %llu", (unsigned long long)problem->offset);
	buf_puts(&text, ": ");
	text_clean(&text, problem->reason);
	buf_putc(&text, '\n');
	fputs(buf_cstr(&text), stderr);
	buf_fini(&text);
	return true;
}

/* settled.md 12 and 29: 3 comes before 1, and 69 before 3. */
static int
exit_status(const struct scanning *s, size_t alerts)
{
	if (s->caught)
		return 128 + s->caught;
	if (s->progress.sources_refused)
		return EX_UNAVAILABLE;
	if (s->progress.errors)
		return 3;
	return s->line->fail_on_alert && alerts ? 1 : 0;
}

/* What a store of its own remembers was decided by nobody. */
static bool
print_judged(struct scanning *s, struct print_options *options, size_t *alerts, struct error *err)
{
	struct judging judging;
	bool ok;

	if (!s->line->store)
		return print_alerts(s->line, options, alerts, err);
	if (!judging_open(&judging, s->line, s->store, err))
		return false;
	judging_refused(&judging);
	options->judge = &judging.judge;
	ok = print_alerts(s->line, options, alerts, err);
	judging_close(&judging);
	return ok;
}

static bool
print_told(struct scanning *s, struct print_options *options, size_t *alerts, struct error *err)
{
	struct story_scope scope = pipeline_scope(s->pipeline);
	struct stories stories = stories_open(s->store, scope.run, scope.state);
	bool ok;

	options->export_options.story = stories_load;
	options->export_options.story_context = &stories;
	ok = print_judged(s, options, alerts, err);
	stories_close(&stories);
	return ok;
}

static int
print_results(struct scanning *s)
{
	struct fact_ledger ledger = {.from = TIME_NONE,
		.to = TIME_NONE,
		.inputs = s->progress.files_done,
		.problems = s->progress.errors,
		.rules = s->rules->rule,
		.rule_count = s->rules->count,
		.known = &s->known};
	struct print_options options = {.store = s->store,
		.rules = s->rules,
		.query = {.run = pipeline_run(s->pipeline)},
		.export_options.ledger = s->line->facts ? &ledger : NULL};
	struct store_counts counts = {.first_time = TIME_NONE, .last_time = TIME_NONE};
	struct error err;
	size_t alerts;

	if (s->progress.failed)
		return command_fail(&s->progress.error);
	if (!store_problems(s->store, options.query.run, say_problem, &ledger, &err) ||
		(s->line->facts && !store_count(s->store, &options.query, &counts, &err)))
		return command_fail(&err);
	ledger.from = counts.first_time;
	ledger.to = counts.last_time;
	if (!print_told(s, &options, &alerts, &err))
		return command_fail(&err);
	if (s->caught)
		fputs("keywatch: stopped: not everything was read\n", stderr);
	return exit_status(s, alerts);
}

static int
run(struct scanning *s)
{
	struct pipeline_options options = {.paths = s->line->words,
		.path_count = s->line->word_count,
		.rules = s->rules->rule,
		.rule_count = s->rules->count,
		.jobs = s->line->jobs,
		.now = command_now(s->line),
		.max_record = s->line->max_record,
		.remember = s->line->store != NULL,
		.known = &s->known,
		.history = s->asks,
		.unlisted = !s->line->store && !s->filtered,
		.waited_for = true,
		.wake = &s->wake,
		.defaults = live_defaults(s->line)};
	struct error err;
	int status;

	if (!command_check_filter(s->line, s->rules, &err) ||
		!store_open(&s->store, s->line->store, &err))
		return command_fail(&err);
	if (!pipeline_start(&s->pipeline, &options, s->store, &err)) {
		store_close(s->store);
		return command_fail(&err);
	}
	follow(s);
	pipeline_wait(s->pipeline);
	/* Printing ends with a signal: whoever reads may stand still for ever. */
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	status = print_results(s);
	pipeline_free(s->pipeline);
	store_close(s->store);
	return status;
}

/* Ctrl-C keeps what was found: signals are read while it reads, not handled. */
static void
open_signals(struct scanning *s)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_BLOCK, &wanted, &s->before);
	s->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Only facts and their answers ask who is known: else no configuration is read. */
static bool
load_known(struct scanning *s, struct error *err)
{
	s->filtered = command_filter_asks(s->line, s->rules);
	s->asks = s->line->facts || s->filtered;
	return !s->asks || config_file_load_known(&s->known, s->line, err);
}

int
command_scan(const struct command_line *line)
{
	struct command_rules rules;
	struct scanning s = {.line = line, .rules = &rules};
	struct error err;
	int status;

	if (!line->word_count) {
		error_set(&err, ERROR_USAGE, "scan needs a PATH (- is standard input)");
		return command_fail(&err);
	}
	if (!live_prepare_paths(line, &err) || !command_load_rules(&rules, line, &err))
		return command_fail(&err);
	if (!load_known(&s, &err)) {
		command_free_rules(&rules);
		known_fini(&s.known);
		return command_fail(&err);
	}
	open_signals(&s);
	if (wake_open(&s.wake, &err)) {
		status = run(&s);
		wake_close(&s.wake);
	} else {
		status = command_fail(&err);
	}
	if (s.signals >= 0)
		close(s.signals);
	sigprocmask(SIG_SETMASK, &s.before, NULL);
	command_free_rules(&rules);
	known_fini(&s.known);
	return status;
}
