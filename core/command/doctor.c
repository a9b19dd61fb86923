/*
 * `keywatch doctor`: what is configured, what answers, what is missing. It asks each source one
 * harmless thing, and nothing that it does takes, deletes or keeps anything (settled.md 29).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/command/doctor.h"
#include "core/source/http.h"

struct examining {
	const struct command_line *line;
	struct doctor_report report;
	struct source_configs sources;
	struct rule *rules[16];	      /* own */
	struct source_rule asked[16]; /* borrow from the rules */
	size_t rule_count;
	struct clock clock;
	int signals;
	int caught; /* the signal that ended it; 0: none */
};

/* ---- rules ---- */

static void
tell_rule(struct examining *x, const struct rule *rule)
{
	struct doctor_check check = {.name = "rule", .ok = true};

	buf_printf(&check.says, "%.*s, version %.*s\n%.*s", STR_ARG(rule_name(rule)),
		STR_ARG(rule_version(rule)), STR_ARG(rule_id(rule)));
	for (size_t i = 0; i < rule_warning_count(rule); i++)
		buf_printf(&check.says, "\n%.*s", STR_ARG(rule_warning(rule, i)));
	doctor_tell_check(&x->report, &check);
}

/* Sources are asked with their queries, so they are read first and told later. */
static bool
load_rule(struct examining *x, size_t i, struct error *err)
{
	const char *name = x->line->rule_count ? x->line->rules[i] : "builtin";
	struct rule **rule = &x->rules[x->rule_count];

	if (!command_load_rule(rule, name, err))
		return false;
	x->asked[x->rule_count++] = (struct source_rule){
		rule_name(*rule), rule_query(*rule), rule_gives_event_id(*rule)};
	return true;
}

static void
load_rules(struct examining *x, struct doctor_check *refused)
{
	size_t count = x->line->rule_count ? x->line->rule_count : 1;
	struct error err;

	*refused = (struct doctor_check){.name = "rule"};
	for (size_t i = 0; i < count; i++)
		if (!load_rule(x, i, &err))
			buf_printf(&refused->says, "%s%s", refused->says.len ? "\n" : "", err.text);
}

static void
tell_rules(struct examining *x, struct doctor_check *refused)
{
	for (size_t i = 0; i < x->rule_count; i++)
		tell_rule(x, x->rules[i]);
	if (refused->says.len)
		doctor_tell_check(&x->report, refused);
}

/* ---- sources ---- */

static void
put_configured(const struct examining *x, struct doctor_source *source)
{
	const struct source_config *config = source->config;

	if (config->file)
		buf_printf(&source->configured, "%s:%d", config->file, config->line);
	else
		buf_puts(&source->configured,
			x->line->source_count ? "--source"
					      : "not configured: AWS credentials are at hand");
}

/* False: stopped. */
static bool
examine_source(struct examining *x, const struct source_config *config)
{
	const struct doctor_asker asker = {.clock = &x->clock,
		.rules = x->asked,
		.rule_count = x->rule_count,
		.signals = x->signals};
	struct doctor_source *source = MEM_NEW(struct doctor_source);
	bool go_on;

	source->config = config;
	put_configured(x, source);
	doctor_tell_asking(&x->report, source);
	go_on = doctor_ask(&asker, source);
	if (go_on)
		doctor_tell_source(&x->report, source);
	buf_fini(&source->configured);
	buf_fini(&source->error);
	buf_fini(&source->advice);
	free(source);
	return go_on;
}

static void
take_signal(struct examining *x)
{
	struct signalfd_siginfo info;

	if (read(x->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		x->caught = (int)info.ssi_signo;
}

static void
examine_sources(struct examining *x)
{
	for (size_t i = 0; i < x->sources.count && !x->caught; i++)
		if (!examine_source(x, &x->sources.list[i]))
			take_signal(x);
}

/* ---- the configuration ---- */

static void
put_config_path(const struct command_line *line, struct buf *out)
{
	struct buf text = {0}, path = {0};
	struct error err;
	bool found;

	if (line->config)
		buf_puts(out, line->config);
	else if (config_file_first(
			 &text, &path, "config.ini", "/etc/keywatch/config.ini", &found, &err) &&
		 found)
		buf_puts(out, buf_cstr(&path));
	else
		buf_puts(out, "no file: see keywatch.ini(5)");
	buf_fini(&text);
	buf_fini(&path);
}

/* Read before anything is asked, told behind what was asked. */
static void
read_config(struct examining *x, struct doctor_check *check)
{
	struct error err;

	*check = (struct doctor_check){.name = "configuration"};
	check->ok = live_sources(&x->sources, x->line, NULL, &err);
	if (check->ok)
		put_config_path(x->line, &check->says);
	else
		buf_puts(&check->says, err.text);
}

static void
tell_nothing_to_watch(struct examining *x)
{
	struct doctor_check check = {.name = "sources"};

	buf_puts(&check.says, live_advice[0]);
	buf_printf(&check.advice, "%s\n%s", live_advice[1], live_advice[2]);
	doctor_tell_check(&x->report, &check);
}

/* ---- the command ---- */

static void
tell_host(struct examining *x)
{
	struct doctor_check check;

	doctor_check_store(x->line, &check);
	doctor_tell_check(&x->report, &check);
	doctor_check_log(&check);
	doctor_tell_check(&x->report, &check);
	doctor_check_terminal(x->line, &check);
	doctor_tell_check(&x->report, &check);
	doctor_check_libraries(x->line, &check);
	doctor_tell_check(&x->report, &check);
}

/* Not a word that all is well: not everything was asked. */
static void
tell_stopped(struct examining *x)
{
	struct doctor_check check = {.name = "stopped"};

	buf_puts(&check.says, "by a signal, before everything was asked");
	doctor_tell_check(&x->report, &check);
}

static void
examine(struct examining *x)
{
	struct doctor_check config, refused;
	bool readable;

	read_config(x, &config);
	load_rules(x, &refused);
	readable = config.ok;
	doctor_begin(&x->report);
	if (readable)
		examine_sources(x);
	doctor_tell_check(&x->report, &config);
	if (readable && !x->sources.count)
		tell_nothing_to_watch(x);
	tell_rules(x, &refused);
	if (x->caught)
		tell_stopped(x);
	else
		tell_host(x);
	doctor_end(&x->report);
}

static void
block_signals(struct examining *x)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	x->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
run(struct examining *x)
{
	block_signals(x);
	http_global_init();
	examine(x);
	http_global_fini();
	if (x->signals >= 0)
		close(x->signals);
	if (x->caught)
		return 128 + x->caught;
	return x->report.failures ? 1 : 0;
}

int
command_doctor(const struct command_line *line)
{
	struct examining x = {.line = line, .signals = -1};
	struct error err;
	int status;

	if (line->word_count) {
		error_set(&err, ERROR_USAGE, "doctor takes no PATH; it asks sources");
		status = command_fail(&err);
	} else if (!live_format(line, &x.report.json, &err) || !live_clock(&x.clock, &err)) {
		status = command_fail(&err);
	} else {
		status = run(&x);
	}
	source_configs_fini(&x.sources);
	while (x.rule_count)
		rule_free(x.rules[--x.rule_count]);
	return status;
}
