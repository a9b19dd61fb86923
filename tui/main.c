#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/command/config_file.h"
#include "core/command/judging.h"
#include "core/command/live.h"
#include "core/store/store.h"
#include "tui/app.h"
#include "tui/term.h"

static int
print_buf(struct buf *text, int status)
{
	fputs(buf_cstr(text), stdout);
	buf_fini(text);
	return command_finish_output(status);
}

/* A stream that was closed must not become one of our files: reading and writing it fail. */
static void
hold_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* What the screen is made of besides its words. */
struct screen {
	struct command_rules rules;
	struct config config;
	struct known known;
	struct source_configs sources;
	size_t first; /* of the sources that are watched: up to the last one */
	struct log log;
};

/* ---- what is watched ---- */

/* PATHs are read by themselves; a source beside them is one that --source names. */
static bool
load_sources(const struct command_line *line, struct screen *screen, struct error *err)
{
	const struct config_screen rows = {config_take, &screen->config, &screen->known};

	if (!line->word_count)
		return live_sources(&screen->sources, line, &rows, err);
	if (!config_file_load(&screen->sources, line, &rows, err))
		return false;
	screen->first = screen->sources.count - line->source_count;
	return true;
}

static bool
reads_a_bucket(const struct command_line *line)
{
	for (size_t i = 0; i < line->word_count; i++)
		if (str_starts_with(str_from(line->words[i]), STR("s3://")))
			return true;
	return false;
}

/* For what is fetched. A log that cannot be had is said, and missed. */
static void
open_log(const struct command_line *line, struct screen *screen)
{
	struct error err;

	if (screen->first == screen->sources.count && !reads_a_bucket(line))
		return;
	if (!log_open(&screen->log, &err))
		command_fail(&err);
}

static int
run_screen(const struct command_line *line, struct store *store, struct screen *screen)
{
	const char *const advice[LIVE_ADVICE_LINES + 1] = {
		live_advice[0], live_advice[1], live_advice[2], NULL};
	const struct command_rules *rules = &screen->rules;
	struct judging judging;
	struct error err;
	int status;
	struct app_options options = {
		.store = store,
		.pipeline = {.paths = line->words,
			.path_count = line->word_count,
			.rules = rules->rule,
			.rule_count = rules->count,
			.jobs = line->jobs,
			.now = command_now(line),
			.now_set = line->now != TIME_NONE,
			.max_record = line->max_record,
			.remember = true,
			.known = &screen->known,
			.history = true,
			.sources = screen->sources.list + screen->first,
			.source_count = screen->sources.count - screen->first,
			.defaults = live_defaults(line),
			.log = &screen->log},
		.theme = line->theme,
		.config = &screen->config,
		.known = &screen->known,
		.advice = line->word_count ? NULL : advice,
		.filter = line->filter,
	};

	if (!judging_open(&judging, line, store, &err))
		return command_fail(&err);
	options.judging = &judging;
	status = app_run(&options);
	judging_close(&judging);
	return status;
}

static int
open_store(const struct command_line *line, struct screen *screen)
{
	struct buf path = {0};
	struct store *store;
	struct error err;
	int status;

	if (command_check_filter(line, &screen->rules, &err) &&
		command_store_path(line, &path, &err) &&
		store_open(&store, buf_cstr(&path), &err)) {
		status = run_screen(line, store, screen);
		store_close(store);
	} else {
		status = command_fail(&err);
	}
	buf_fini(&path);
	return status;
}

/* The configuration comes first: a mistake in it must not make a store. */
static int
open_screen(const struct command_line *line)
{
	struct screen screen = {.log = {-1}};
	struct error err;
	int status;

	config_init(&screen.config);
	if (!line->word_count || line->source_count)
		live_protect_memory();
	if (live_prepare_paths(line, &err) && load_sources(line, &screen, &err) &&
		command_load_rules(&screen.rules, line, &err)) {
		open_log(line, &screen);
		status = open_store(line, &screen);
		command_free_rules(&screen.rules);
	} else {
		status = command_fail(&err);
	}
	source_configs_fini(&screen.sources);
	log_close(&screen.log);
	known_fini(&screen.known);
	config_fini(&screen.config);
	return status;
}

/* ---- for the headless commands ---- */

static bool
check_config(const struct command_line *line, struct error *err)
{
	struct source_configs sources;
	struct config config;
	const struct config_screen rows = {config_take, &config, NULL};
	bool ok;

	config_init(&config);
	ok = config_file_load(&sources, line, &rows, err);
	source_configs_fini(&sources);
	config_fini(&config);
	return ok;
}

static const struct command_screen screen_of_ours = {check_config, term_known, term_library};

/* Who expected the screen learns why there is none. */
static void
tell_unknown_terminal(void)
{
	const char *name = getenv("TERM");

	if (!isatty(STDOUT_FILENO) || !name || !name[0] || term_known(name))
		return;
	fputs("keywatch: terminfo knows no terminal `", stderr);
	text_print(stderr, str_from(name));
	fputs("`: alerts are printed; install its description (ncurses-term), or set "
	      "TERM=xterm-256color\n",
		stderr);
}

/* Without a command: the screen, or a plain list where there is no terminal for one, or where
 * what was asked for can only be printed. */
static int
show(const struct command_line *line)
{
	bool printed = line->format || line->facts || line->fail_on_alert;

	if (!printed && app_terminal_usable())
		return open_screen(line);
	if (!printed)
		tell_unknown_terminal();
	return command_finish_output(line->word_count ? command_scan(line) : command_export(line));
}

int
main(int argc, char **argv)
{
	struct command_line line;
	struct buf text = {0};
	struct error err;

	hold_streams();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away ends us by EPIPE */
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	if (!command_parse(&line, argc, argv, &err))
		return command_fail(&err);
	line.screen = &screen_of_ours;
	if (line.help) {
		command_help(&text);
		return print_buf(&text, 0);
	}
	if (line.version) {
		buf_puts(&text, "keywatch " KEYWATCH_VERSION "\n");
		return print_buf(&text, 0);
	}
	return line.command ? command_finish_output(line.command->run(&line)) : show(&line);
}
