/*
 * `keywatch watch`: headless and live. An alert is printed once it is committed; how far was
 * printed is kept in the store, so that after kill -9 the last ones may come again and none is
 * missed (settled.md 28).
 */
#include <errno.h>
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
#include "core/command/live.h"
#include "core/export/export.h"
#include "core/pipeline.h"
#include "core/store/live.h"

enum { ASK_MS = 1000, BATCH_ROWS = 256 };

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
	bool failed;	 /* the store refuses, and it was said */
	bool end, reader_gone;
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

	return store_position_put(
		w->store, PRINTED_SOURCE, PRINTED_NAME, (struct str){value, (size_t)n}, err);
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

	w->printed = -1;
	if (!store_positions(w->store, PRINTED_SOURCE, take_printed, w, err))
		return false;
	if (w->printed >= 0)
		return true;
	w->printed = 0;
	return store_rows(w->store, &query, take_last, w, err) && keep_printed(w, err);
}

/* ---- printing ---- */

static bool
flush(struct watching *w, struct error *err)
{
	bool ok = fwrite(buf_cstr(&w->out), 1, w->out.len, stdout) == w->out.len &&
		  fflush(stdout) == 0;

	buf_clear(&w->out);
	if (ok)
		return true;
	w->reader_gone = errno == EPIPE;
	return error_set(err, ERROR_SYSTEM, "standard output: %s", strerror(errno));
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
	if (!store_rows(w->store, &query, note_row, w, err))
		return false;
	for (size_t i = 0; i < w->batch_count; i++)
		if (!print_one(w, &w->batch[i], err))
			return false;
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

/* ---- the loop ---- */

static void
take_signal(struct watching *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		w->end = true;
}

static bool
watch(struct watching *w, struct error *err)
{
	struct pollfd fds[2] = {{w->wake.fd, POLLIN, 0}, {w->signals, POLLIN, 0}};

	while (!w->end) {
		say_news(w);
		if (!print_new(w, err))
			return false;
		if (poll(fds, 2, ASK_MS) > 0 && fds[1].revents)
			take_signal(w);
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
	block_signals(w);
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
