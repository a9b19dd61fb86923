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
	return status;
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
	return line->word_count ? command_scan(line) : command_export(line);
}

/* A standard stream that was closed must not become a file of ours: its place is taken by one that
 * can be used in the other direction only, so that every use of it fails as it should. */
static void
occupy_closed_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct command_line line;
	struct buf text = {0};
	struct error err;

	occupy_closed_streams();
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
	return line.command ? line.command->run(&line) : show(&line);
}
