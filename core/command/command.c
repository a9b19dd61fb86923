#include "core/command/command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/command/options.h"

/* clang-format off */
const struct command commands[] = {
	{"scan",   "PATH...",            "read logs, print the alerts",             command_scan, NULL},
	{"watch",  "",                   "watch sources, print alerts as they come", command_watch, NULL},
	{"sources", "",                  "how the sources are, and how far they were read", command_sources, NULL},
	{"doctor", "",                   "what is configured, what answers, what is missing", command_doctor, NULL},
	{"decide", "ID... --ACTION",     "decide on alerts in the store",           command_decide, NULL},
	{"export", "",                   "print the store's alerts and decisions",  command_export, NULL},
	{"explain", "ID...",             "the story of an alert in the store, for a ticket", command_explain, NULL},
	{"verify", "",                   "every signature and the chain of decisions", command_verify, NULL},
	{"validation", "request ID... | import FILE.sig... | export [ID...]", "sign elsewhere, bring it back, take it out to be verified", command_validation,
		"request import export"},
	{"store",  "share GROUP",        "let a group of users work in the store",  command_store,
		"share"},
	{"rule",   "check FILE | show [FILE]", "what a rule binds to; what runs",   command_rule,
		"check show"},
	{"policy", "check [PRINCIPAL [ID]]", "who may validate, and why somebody may not", command_policy,
		"check"},
	{"completion", "bash | zsh | fish", "a completion script for that shell",   command_completion,
		"bash zsh fish"},
};
/* clang-format on */

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

static int
argument_kind(const struct option_def *option)
{
	if (!option->argument)
		return no_argument;
	return option->argument[0] == '[' ? optional_argument : required_argument;
}

static void
find_command(struct command_line *line)
{
	for (size_t i = 0; line->word_count && i < command_count; i++) {
		if (strcmp(line->words[0], commands[i].name) != 0)
			continue;
		line->command = &commands[i];
		line->words++;
		line->word_count--;
		return;
	}
}

/* getopt's own table, made of ours; owned. */
static struct option *
long_options(void)
{
	struct option *longs = mem_zalloc((option_count + 1) * sizeof(*longs));

	for (size_t i = 0; i < option_count; i++)
		longs[i] = (struct option){
			options[i].name, argument_kind(&options[i]), NULL, 256 + (int)i};
	return longs;
}

static struct str
option_name(const void *context, size_t i)
{
	(void)context;
	return str_from(options[i].name);
}

/* --NAME or --NAME=ARGUMENT; the argument is not repeated. */
static bool
refuse_long_option(const char *word, struct error *err)
{
	struct str name = {word + 2, strcspn(word + 2, "=")};
	struct str near = str_nearest(name, option_name, NULL, option_count);

	if (!near.data)
		return error_set(err, ERROR_USAGE, "--%.*s is no option; see keywatch --help",
			STR_ARG(name));
	return error_set(err, ERROR_USAGE, "--%.*s is no option: did you mean --%.*s?",
		STR_ARG(name), STR_ARG(near));
}

/* getopt says in optopt which it was: a letter, which may stand among others, the row of one that
 * takes no argument, or 0. */
static bool
refuse_option(const char *word, struct error *err)
{
	if (optopt >= 256)
		return error_set(
			err, ERROR_USAGE, "--%s takes no argument", options[optopt - 256].name);
	if (optopt)
		return error_set(err, ERROR_USAGE, "-%c is no option; see keywatch --help", optopt);
	return refuse_long_option(word, err);
}

static bool
take_option(struct command_line *line, int which, char **argv, struct error *err)
{
	switch (which) {
	case 'h':
		line->help = true;
		return true;
	case 'V':
		line->version = true;
		return true;
	case ':':
		return error_set(err, ERROR_USAGE, "%s needs an argument", argv[optind - 1]);
	case '?':
		return refuse_option(argv[optind - 1], err);
	default:
		line->given |= UINT64_C(1) << (which - 256);
		return options[which - 256].take(line, optarg, err);
	}
}

/* An option that would do nothing is a mistake of the one who gave it. */
static bool
check_given(const struct command_line *line, struct error *err)
{
	for (size_t i = 0; i < option_count; i++)
		if (line->given >> i & 1 && !option_belongs(&options[i], line->command))
			return error_set(err, ERROR_USAGE,
				"--%s does not belong to %s; see keywatch --help", options[i].name,
				line->command ? line->command->name : "the screen");
	return true;
}

bool
command_parse(struct command_line *line, int argc, char **argv, struct error *err)
{
	struct option *longs = long_options();
	bool ok = true;
	int which;

	*line = (struct command_line){.now = TIME_NONE, .action = DECIDE_COUNT};
	opterr = 0;
	while (ok && (which = getopt_long(argc, argv, ":hV", longs, NULL)) != -1)
		ok = take_option(line, which, argv, err);
	free(longs);
	if (!ok)
		return false;
	line->words = (const char *const *)argv + optind;
	line->word_count = (size_t)(argc - optind);
	find_command(line);
	return check_given(line, err);
}

static void
option_help(struct buf *out, const struct option_def *option)
{
	struct buf left = {0};

	buf_printf(&left, "--%s", option->name);
	if (option->argument && option->argument[0] == '[')
		buf_printf(
			&left, "[=%.*s]", (int)strlen(option->argument) - 2, option->argument + 1);
	else if (option->argument)
		buf_printf(&left, " %s", option->argument);
	buf_printf(out, "  %-30s %s\n", buf_cstr(&left), option->help);
	buf_fini(&left);
}

/* What several commands and the screen share stands first. */
static bool
is_shared(const struct option_def *option)
{
	return !*option->used_by || strncmp(option->used_by, "screen ", 7) == 0;
}

static void
options_help(struct buf *out, const char *title, const char *first_word)
{
	buf_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < option_count; i++) {
		bool begins = strncmp(options[i].used_by, first_word, strlen(first_word)) == 0;

		if (*first_word ? begins && !is_shared(&options[i]) : is_shared(&options[i]))
			option_help(out, &options[i]);
	}
}

void
command_help(struct buf *out)
{
	buf_puts(out,
		"keywatch: every new AWS access key gets an answer\n\n"
		"  keywatch [OPTION...] [PATH...]\n"
		"      the alerts of PATHs (file, folder, - for standard input), or of the store,\n"
		"      on the screen; as a plain list where there is no terminal\n\n");
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "  keywatch %s%s%s\n      %s\n", commands[i].name,
			*commands[i].words ? " " : "", commands[i].words, commands[i].help);
	options_help(out, "Options", "");
	options_help(out, "Options of scan and export", "scan");
	options_help(out, "Options of decide", "decide");
	options_help(out, "Options of policy", "policy");
	options_help(out, "Options of the screen", "screen");
	buf_puts(out,
		"\nExit status: 0 done; 1 --fail-on-alert and there are alerts; 2 usage or "
		"configuration;\n3 some input could not be read (each is named); 64 and above: "
		"other failures.\n");
}

bool
command_list(const char *table, struct buf *out)
{
	if (strcmp(table, "options") == 0)
		for (size_t i = 0; i < option_count; i++)
			buf_printf(out, "%s\t%s\t%s\n", options[i].name,
				options[i].argument ? options[i].argument : "", options[i].help);
	else if (strcmp(table, "commands") == 0)
		for (size_t i = 0; i < command_count; i++)
			buf_printf(out, "%s\t%s\t%s\n", commands[i].name, commands[i].words,
				commands[i].help);
	else
		return false;
	return true;
}
