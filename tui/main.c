#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/command/command.h"
#include "core/store/store.h"
#include "tui/app.h"

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

static int
run_screen(const struct command_line *line, struct store *store, const struct command_rules *rules)
{
	const struct app_options options = {
		.store = store,
		.pipeline = {.paths = line->words, .path_count = line->word_count,
			.rules = rules->rule, .rule_count = rules->count, .jobs = line->jobs,
			.now = command_now(line), .max_record = line->max_record, .remember = true},
		.theme = line->theme,
		.config = line->config,
		.filter = line->filter,
	};

	return app_run(&options);
}

static int
screen(const struct command_line *line)
{
	struct command_rules rules;
	struct buf path = {0};
	struct store *store;
	struct error err;
	int status;

	if (!command_load_rules(&rules, line, &err))
		return command_fail(&err);
	if (command_check_filter(line, &rules, &err) && command_store_path(line, &path, &err) &&
		store_open(&store, buf_cstr(&path), &err)) {
		status = run_screen(line, store, &rules);
		store_close(store);
	} else {
		status = command_fail(&err);
	}
	buf_fini(&path);
	command_free_rules(&rules);
	return status;
}

/* Without a command: the screen, or a plain list where there is no terminal for one, or where
 * what was asked for can only be printed. */
static int
show(const struct command_line *line)
{
	bool printed = line->format || line->facts || line->fail_on_alert;

	if (!printed && app_terminal_usable())
		return screen(line);
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
	if (!command_parse(&line, argc, argv, &err))
		return command_fail(&err);
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
