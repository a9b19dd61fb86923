/* What several commands need before they begin. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/command/command.h"

enum { RULE_FILE_MAX = 1 << 20 };

void
command_say(const char *text)
{
	fputs("keywatch: ", stderr);
	text_print(stderr, str_from(text));
	fputc('\n', stderr);
}

int
command_fail(const struct error *err)
{
	command_say(err->text);
	return error_exit_status(err->kind);
}

static bool
reader_is_gone(void)
{
	struct pollfd out = {STDOUT_FILENO, POLLOUT, 0};

	return poll(&out, 1, 0) > 0 && out.revents & (POLLERR | POLLHUP);
}

int
command_finish_output(int status)
{
	bool failed = ferror(stdout);
	struct error err;

	errno = 0;
	failed |= fflush(stdout) != 0;
	if (!failed || errno == EPIPE || status != 0 || reader_is_gone())
		return status;
	error_set(&err, ERROR_SYSTEM, "standard output: %s",
		errno ? strerror(errno) : "not everything could be written");
	return command_fail(&err);
}

bool
command_load_rule(struct rule **out, const char *name, struct error *err)
{
	struct buf text = {0};
	bool ok;

	if (!strcmp(name, "builtin")) {
		*out = rule_builtin();
		return true;
	}
	ok = file_read(name, RULE_FILE_MAX, &text, err);
	if (!ok && err)
		err->kind = ERROR_USAGE; /* a rule that is missing is a wrong command line */
	ok = ok && rule_load_text(out, buf_view(&text), name, err);
	buf_fini(&text);
	return ok;
}

static bool
is_twice(const struct command_rules *rules)
{
	struct str last = rule_id(rules->rule[rules->count - 1]);

	for (size_t i = 0; i + 1 < rules->count; i++)
		if (str_equal(rule_id(rules->rule[i]), last))
			return true;
	return false;
}

/* settled.md 18: over saved logs now() is a choice; live it goes on. */
static void
say_now(const struct rule *rule, const struct command_line *line)
{
	bool live = line->command ? line->command->run == command_watch : !line->word_count;
	int64_t now = command_now(line);
	char text[TIME_TEXT] = "when an event arrives";

	if (!rule_uses_now(rule))
		return;
	if (!live || line->now != TIME_NONE)
		time_format_iso(now - now % TICKS_PER_SECOND, text);
	fputs("keywatch: rule ", stderr);
	text_print(stderr, rule_name(rule));
	fprintf(stderr, ": now() answers %s (--now sets it)\n", text);
}

/* performance.md: over saved logs it costs the time of whoever waits. */
static void
say_unbounded(const struct rule *rule, const struct command_line *line)
{
	bool saved = line->command ? line->command->run == command_scan : line->word_count > 0;

	if (!saved || rule_literal_count(rule))
		return;
	fputs("keywatch: rule ", stderr);
	text_print(stderr, rule_name(rule));
	fputs(": no comparison of EventName bounds it: every record is read whole, which is "
	      "slower\n",
		stderr);
}

static void
say_warnings(const struct rule *rule)
{
	for (size_t i = 0; i < rule_warning_count(rule); i++) {
		fputs("keywatch: ", stderr);
		text_print(stderr, rule_warning(rule, i));
		fputc('\n', stderr);
	}
}

bool
command_load_rules(struct command_rules *rules, const struct command_line *line, struct error *err)
{
	static const char *const ours[] = {"builtin"};
	const char *const *names = line->rule_count ? line->rules : ours;
	size_t count = line->rule_count ? line->rule_count : 1;

	*rules = (struct command_rules){0};
	for (size_t i = 0; i < count; i++) {
		if (!command_load_rule(&rules->rule[rules->count], names[i], err)) {
			command_free_rules(rules);
			return false;
		}
		rules->count++;
		if (is_twice(rules)) {
			error_set(err, ERROR_USAGE,
				"--rule %s: a rule with the id %.*s was given already", names[i],
				STR_ARG(rule_id(rules->rule[i])));
			command_free_rules(rules);
			return false;
		}
		say_warnings(rules->rule[i]);
		say_now(rules->rule[i], line);
		say_unbounded(rules->rule[i], line);
	}
	return true;
}

void
command_free_rules(struct command_rules *rules)
{
	while (rules->count)
		rule_free(rules->rule[--rules->count]);
}

bool
command_check_filter(
	const struct command_line *line, const struct command_rules *rules, struct error *err)
{
	struct rule_filter *filter;

	for (size_t i = 0; line->filter && i < rules->count; i++) {
		if (!rule_filter_compile(&filter, rules->rule[i], str_from(line->filter), err))
			return error_prefix(err, "--filter");
		rule_filter_free(filter);
	}
	return true;
}

bool
command_filter_asks(const struct command_line *line, const struct command_rules *rules)
{
	struct rule_filter *filter;
	struct error err;
	bool asks = false;

	for (size_t i = 0; line->filter && i < rules->count; i++) {
		if (!rule_filter_compile(&filter, rules->rule[i], str_from(line->filter), &err))
			continue;
		asks |= rule_filter_asks(filter);
		rule_filter_free(filter);
	}
	return asks;
}

bool
command_store_path(const struct command_line *line, struct buf *path, struct error *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (line->store)
		buf_puts(path, line->store);
	else if (data && data[0] == '/') /* a relative one is to be ignored: XDG base directories */
		buf_printf(path, "%s/keywatch/keywatch.db", data);
	else if (home && *home)
		buf_printf(path, "%s/.local/share/keywatch/keywatch.db", home);
	else
		return error_set(err, ERROR_USAGE, "HOME is not set: say where with --store FILE");
	return true;
}

bool
command_open_store(const struct command_line *line, struct store **store, struct error *err)
{
	struct buf path = {0};
	bool ok = command_store_path(line, &path, err) && store_open(store, buf_cstr(&path), err);

	buf_fini(&path);
	return ok;
}

bool
command_find_store(const struct command_line *line, struct store **store, struct error *err)
{
	struct buf path = {0};
	bool ok = command_store_path(line, &path, err);

	if (ok && access(buf_cstr(&path), F_OK) != 0)
		ok = error_set(err, ERROR_STORE, "%s: there is no store yet", buf_cstr(&path));
	ok = ok && store_open(store, buf_cstr(&path), err);
	buf_fini(&path);
	return ok;
}

int64_t
command_now(const struct command_line *line)
{
	return line->now != TIME_NONE ? line->now : time_now();
}
