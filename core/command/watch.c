/*
 * `keywatch watch`: headless and live. An alert is printed once it is committed; how far was
 * printed is kept in the store, so that after kill -9 the last ones may come again and none is
 * missed (settled.md 28).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/alert/filter.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/user.h"
#include "core/command/judging.h"
#include "core/command/live.h"
#include "core/export/export.h"
#include "core/pipeline/pipeline.h"
#include "core/store/live.h"

enum {
	ASK_MS = 1000,
	BATCH_ROWS = 256,
	LAST_WORDS_MS = 1000, /* for a reader that reads slowly, once a signal came */
};

/* The position of what was printed; no source has an empty name. */
#define PRINTED_SOURCE STR("")
#define PRINTED_NAME STR("watch")

struct printed {
	int64_t rowid;
	char id[ALERT_ID_SIZE];
};

struct watching {
	const struct command_line *line;
	struct command_rules rules;
	struct source_configs sources;
	struct clock clock;
	struct log log;
	struct store *store;
	struct judging judging;
	struct pipeline *pipeline;
	struct wake wake;
	int signals; /* a signalfd of those that end us */
	struct buf rule_ids;
	struct alert_filter *filter; /* NULL: all */
	struct export export;
	struct buf out;
	struct printed batch[BATCH_ROWS];
	size_t batch_count;
	int64_t printed; /* rowid of the last */
	int64_t kept;	 /* the same as the store knows it */
	bool failed;	 /* the store refuses what was found, and it was said */
	bool refused;	 /* the store refuses what is asked to be printed, and it was said */
	bool woken;	 /* while it waited for its reader */
	bool end;
	int64_t end_ms;	  /* then: no word after that */
	bool reader_gone; /* it closed its end, or does not read while we are to end */
};

/* ---- how far it printed ---- */

static void
take_printed(void *context, struct str name, struct str value)
{
	struct watching *w = context;

	if (str_equal(name, PRINTED_NAME))
		w->printed = strtoll(value.data, NULL, 10);
}

static bool
keep_printed(struct watching *w, struct error *err)
{
	char value[24];
	int n = snprintf(value, sizeof(value), "%lld", (long long)w->printed);

	if (w->kept == w->printed)
		return true;
	if (!store_position_put(
		    w->store, PRINTED_SOURCE, PRINTED_NAME, (struct str){value, (size_t)n}, err))
		return false;
	w->kept = w->printed;
	return true;
}

static bool
take_last(void *context, const struct store_row *row)
{
	struct watching *w = context;

	w->printed = row->rowid;
	return false;
}

/* The first watch over a store begins behind what is there: export has that. */
static bool
find_printed(struct watching *w, struct error *err)
{
	const struct store_query query = {.order = STORE_BY_ROWID, .descending = true};

	w->printed = w->kept = -1;
	if (!store_positions(w->store, PRINTED_SOURCE, take_printed, w, err))
		return false;
	w->kept = w->printed;
	if (w->printed >= 0)
		return true;
	w->printed = 0;
	return store_rows(w->store, &query, take_last, w, err) && keep_printed(w, err);
}

/* ---- health ---- */

static void
say_news(struct watching *w)
{
	struct pipeline_progress progress;
	char *line;

	while (pipeline_take_line(w->pipeline, &line)) {
		command_say(line);
		free(line);
	}
	pipeline_get_progress(w->pipeline, &progress);
	if (progress.failed && !w->failed)
		command_say(progress.error.text);
	if (!progress.failed && w->failed)
		command_say("the store takes what is found again");
	w->failed = progress.failed;
}

/* ---- printing ---- */

static void
take_signal(struct watching *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		w->end = true;
	w->end_ms = time_monotonic_ms() + LAST_WORDS_MS;
}

static int
patience_ms(const struct watching *w)
{
	int64_t left = w->end_ms - time_monotonic_ms();

	if (!w->end)
		return -1;
	return left > 0 ? (int)left : 0;
}

/* A reader that does not read keeps us neither from saying how the sources are nor from ending.
 * False: it is gone, or nobody waits for it any longer. */
static bool
wait_for_reader(struct watching *w)
{
	struct pollfd fds[3] = {
		{STDOUT_FILENO, POLLOUT, 0}, {w->signals, POLLIN, 0}, {w->wake.fd, POLLIN, 0}};

	for (;;) {
		int ready = poll(fds, w->end ? 1 : 3, patience_ms(w));

		if (ready > 0 && !w->end && fds[1].revents)
			take_signal(w);
		if (ready > 0 && fds[0].revents)
			return true;
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return false;
		wake_clear(&w->wake);
		w->woken = true;
		say_news(w);
	}
}

/* No more than PIPE_BUF at once: so much does not block where poll says that there is room. */
static ssize_t
write_some(struct watching *w)
{
	if (!wait_for_reader(w)) {
		errno = EPIPE;
		return -1;
	}
	return write(STDOUT_FILENO, w->out.data, w->out.len < PIPE_BUF ? w->out.len : PIPE_BUF);
}

static bool
flush(struct watching *w, struct error *err)
{
	while (w->out.len) {
		ssize_t n = write_some(w);

		if (n > 0) {
			buf_consume(&w->out, (size_t)n);
		} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
			w->reader_gone = errno == EPIPE;
			return error_set(err, ERROR_SYSTEM, "standard output: %s", strerror(errno));
		}
	}
	if (w->woken)
		wake_raise(&w->wake); /* what came meanwhile is still to be asked for */
	w->woken = false;
	return true;
}

static bool
note_row(void *context, const struct store_row *row)
{
	struct watching *w = context;
	struct printed *next = &w->batch[w->batch_count++];

	next->rowid = row->rowid;
	snprintf(next->id, sizeof(next->id), "%s", row->id);
	return w->batch_count < BATCH_ROWS;
}

static bool
print_one(struct watching *w, const struct printed *row, struct error *err)
{
	struct alert alert = {0};

	if (!store_load(w->store, row->id, &alert, err))
		return err->kind == ERROR_NOT_FOUND; /* renamed meanwhile: it comes again below */
	judge_alert(&w->judging.judge, &alert, true);
	if (!w->filter || alert_filter_match(w->filter, &alert))
		export_alert(&w->export, &alert);
	alert_fini(&alert);
	return true;
}

static bool
print_batch(struct watching *w, struct error *err)
{
	const struct store_query query = {.rule_ids_json = buf_cstr(&w->rule_ids),
		.after_rowid = w->printed,
		.order = STORE_BY_ROWID};

	w->batch_count = 0;
	if (!keep_printed(w, err) || !store_rows(w->store, &query, note_row, w, err))
		return false;
	for (size_t i = 0; i < w->batch_count; i++)
		if (!print_one(w, &w->batch[i], err)) {
			buf_clear(&w->out); /* it comes again, whole */
			return false;
		}
	if (!w->batch_count)
		return true;
	w->printed = w->batch[w->batch_count - 1].rowid;
	return flush(w, err) && keep_printed(w, err);
}

static bool
print_new(struct watching *w, struct error *err)
{
	do {
		if (!print_batch(w, err))
			return false;
	} while (w->batch_count == BATCH_ROWS && !w->end);
	return true;
}

/* A store that is full or locked is asked again: what it refused is not lost. */
static bool
print_if_possible(struct watching *w, struct error *err)
{
	if (print_new(w, err)) {
		w->refused = false;
		return true;
	}
	if (err->kind != ERROR_STORE)
		return false;
	if (!w->refused)
		command_say(err->text);
	w->refused = true;
	return true;
}

/* ---- the loop ---- */

static bool
watch(struct watching *w, struct error *err)
{
	/* Of standard output poll tells, unasked, that its reader is gone. */
	struct pollfd fds[3] = {
		{w->wake.fd, POLLIN, 0}, {w->signals, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};

	while (!w->end) {
		say_news(w);
		if (!print_if_possible(w, err))
			return false;
		if (poll(fds, 3, ASK_MS) > 0 && fds[1].revents)
			take_signal(w);
		if (fds[2].revents & (POLLERR | POLLHUP)) {
			w->reader_gone = true;
			return error_set(err, ERROR_SYSTEM, "standard output: nobody reads it");
		}
		wake_clear(&w->wake);
	}
	return true;
}

/* What was committed by the stop is printed, too. */
static bool
finish(struct watching *w, struct error *err)
{
	pipeline_stop(w->pipeline);
	pipeline_wait(w->pipeline);
	say_news(w);
	return print_new(w, err);
}

static bool
start(struct watching *w, const char *user, struct error *err)
{
	const struct pipeline_options options = {
		.rules = w->rules.rule,
		.rule_count = w->rules.count,
		.now = command_now(w->line),
		.now_set = w->line->now != TIME_NONE,
		.max_record = w->line->max_record,
		.wake = &w->wake,
		.sources = w->sources.list,
		.source_count = w->sources.count,
		.clock = &w->clock,
		.user = user,
		.log = &w->log,
	};

	return pipeline_start(&w->pipeline, &options, w->store, err);
}

static void
block_signals(struct watching *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
run(struct watching *w)
{
	char user[256];
	struct error err = {0};
	bool ok;

	user_name(user, sizeof(user));
	if (!log_open(&w->log, &err))
		command_say(err.text);
	if (!judging_open(&w->judging, w->line, w->store, &err))
		return command_fail(&err);
	judging_refused(&w->judging);
	if (!wake_open(&w->wake, &err) || !find_printed(w, &err) || !start(w, user, &err))
		return command_fail(&err);
	ok = flush(w, &err) && watch(w, &err) && finish(w, &err);
	pipeline_free(w->pipeline);
	return ok || w->reader_gone ? 0 : command_fail(&err);
}

/* ---- what it runs with ---- */

static bool
prepare_output(struct watching *w, struct error *err)
{
	const char *format = w->line->format ? w->line->format : "text";
	const struct export_options options = {0};
	struct json_writer ids = {.out = &w->rule_ids};

	if (strcmp(format, "text") != 0 && strcmp(format, "jsonl") != 0)
		return error_set(err, ERROR_USAGE,
			"watch: --format %s has an end, and a watch has none: text or jsonl",
			format);
	if (w->line->filter && !alert_filter_new(&w->filter, w->rules.rule, w->rules.count,
				       str_from(w->line->filter), command_now(w->line), err))
		return false;
	if (w->filter && alert_filter_asks(w->filter))
		command_say("note: --filter asks for what the history of an alert answers: an "
			    "alert is printed before that is known, and it is null");
	json_begin_array(&ids);
	for (size_t i = 0; i < w->rules.count; i++)
		json_put_string(&ids, rule_id(w->rules.rule[i]));
	json_end_array(&ids);
	export_begin(&w->export, export_format_find(str_from(format)), &options, &w->out);
	return true;
}

static bool
prepare_sources(struct watching *w, struct error *err)
{
	return live_sources(&w->sources, w->line, NULL, err) && live_need_sources(&w->sources, err);
}

int
command_watch(const struct command_line *line)
{
	struct watching *w = MEM_NEW(struct watching);
	struct error err;
	int status;

	w->line = line;
	w->log.fd = w->wake.fd = w->signals = -1;
	block_signals(w); /* first: whenever one comes, it ends us with 0 */
	if (line->word_count) {
		error_set(&err, ERROR_USAGE, "watch takes no PATH; it watches sources");
		status = command_fail(&err);
	} else if (command_load_rules(&w->rules, line, &err) && prepare_output(w, &err) &&
		   live_clock(&w->clock, &err) && prepare_sources(w, &err) &&
		   command_open_store(line, &w->store, &err)) {
		status = run(w);
	} else {
		status = command_fail(&err);
	}
	alert_filter_free(w->filter);
	judging_close(&w->judging);
	store_close(w->store);
	source_configs_fini(&w->sources);
	command_free_rules(&w->rules);
	if (w->wake.fd >= 0)
		wake_close(&w->wake);
	if (w->signals >= 0)
		close(w->signals);
	log_close(&w->log);
	buf_fini(&w->rule_ids);
	buf_fini(&w->out);
	free(w);
	return status;
}
