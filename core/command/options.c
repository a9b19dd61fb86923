#include "core/command/options.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/timefmt.h"
#include "core/export/export.h"

static bool
bad(struct error *err, const char *option, const char *argument, const char *expected)
{
	return error_set(err, ERROR_USAGE, "--%s %s: expected %s", option, argument, expected);
}

static bool
take_format(struct command_line *line, const char *argument, struct error *err)
{
	line->format = argument;
	if (!export_format_find(str_from(argument)))
		return bad(err, "format", argument, export_format_names());
	return true;
}

static bool
take_rule(struct command_line *line, const char *argument, struct error *err)
{
	if (line->rule_count == sizeof(line->rules) / sizeof(line->rules[0]))
		return error_set(err, ERROR_USAGE, "--rule: at most %zu rules", line->rule_count);
	line->rules[line->rule_count++] = argument;
	return true;
}

static bool
take_filter(struct command_line *line, const char *argument, struct error *err)
{
	(void)err;
	line->filter = *argument ? argument : NULL; /* an empty one shows all, as on the screen */
	return true;
}

static bool
take_store(struct command_line *line, const char *argument, struct error *err)
{
	if (!*argument)
		return bad(err, "store", "''", "a file");
	line->store = argument;
	return true;
}

static bool
take_number(const char *option, const char *argument, unsigned long max, unsigned long *value,
	struct error *err)
{
	char *end;

	*value = strtoul(argument, &end, 10);
	if (*end || end == argument || *argument == '-' || *value < 1 || *value > max)
		return error_set(err, ERROR_USAGE, "--%s %s: expected a number from 1 to %lu",
			option, argument, max);
	return true;
}

static bool
take_jobs(struct command_line *line, const char *argument, struct error *err)
{
	unsigned long value;

	if (!take_number("jobs", argument, 256, &value, err))
		return false;
	line->jobs = (unsigned)value;
	return true;
}

static bool
take_max_record(struct command_line *line, const char *argument, struct error *err)
{
	unsigned long value;

	if (!take_number("max-record", argument, 64, &value, err))
		return false;
	line->max_record = value << 20;
	return true;
}

static bool
take_now(struct command_line *line, const char *argument, struct error *err)
{
	if (!time_parse(str_from(argument), &line->now))
		return bad(err, "now", argument, "a time such as 2026-01-02T03:04:05Z");
	return true;
}

static bool
take_fail_on_alert(struct command_line *line, const char *argument, struct error *err)
{
	(void)argument;
	(void)err;
	line->fail_on_alert = true;
	return true;
}

static bool
take_facts(struct command_line *line, const char *argument, struct error *err)
{
	(void)argument;
	(void)err;
	line->facts = true;
	return true;
}

static bool
take_theme(struct command_line *line, const char *argument, struct error *err)
{
	(void)err;
	line->theme = argument;
	return true;
}

static bool
take_config(struct command_line *line, const char *argument, struct error *err)
{
	(void)err;
	line->config = argument;
	return true;
}

static bool
take_source(struct command_line *line, const char *argument, struct error *err)
{
	if (line->source_count == sizeof(line->sources) / sizeof(line->sources[0]))
		return error_set(err, ERROR_USAGE, "--source: at most %zu; config.ini takes more",
			line->source_count);
	line->sources[line->source_count++] = argument;
	return true;
}

#define TEXT(function, field)                                                                      \
	static bool function(struct command_line *line, const char *argument, struct error *err)   \
	{                                                                                          \
		(void)err;                                                                         \
		line->field = argument;                                                            \
		return true;                                                                       \
	}

TEXT(take_profile, profile)
TEXT(take_region, region)
TEXT(take_endpoint_url, endpoint_url)
TEXT(take_policy, policy)
TEXT(take_since, since)
TEXT(take_principal, principal)
TEXT(take_output, output)

static bool
take_action(struct command_line *line, enum decision_action action, struct error *err)
{
	if (line->action != DECIDE_COUNT)
		return error_set(err, ERROR_USAGE, "decide: one action at a time");
	line->action = action;
	return true;
}

#define ACTION(function, which)                                                                    \
	static bool function(struct command_line *line, const char *argument, struct error *err)   \
	{                                                                                          \
		(void)argument;                                                                    \
		return take_action(line, which, err);                                              \
	}

ACTION(take_take, DECIDE_TAKE)
ACTION(take_request, DECIDE_REQUEST)
ACTION(take_validate, DECIDE_VALIDATE)
ACTION(take_malicious, DECIDE_MALICIOUS)
ACTION(take_undo, DECIDE_UNDO)

static bool
take_false(struct command_line *line, const char *argument, struct error *err)
{
	if (!argument || strcmp(argument, "logic") == 0)
		return take_action(line, DECIDE_FALSE_LOGIC, err);
	if (strcmp(argument, "data") == 0)
		return take_action(line, DECIDE_FALSE_DATA, err);
	return bad(err, "false-positive", argument, "logic or data");
}

static bool
take_note(struct command_line *line, const char *argument, struct error *err)
{
	line->note = argument;
	return take_action(line, DECIDE_NOTE, err);
}

static bool
take_reason(struct command_line *line, const char *argument, struct error *err)
{
	(void)err;
	line->reason = argument;
	return true;
}

static bool
take_if_state(struct command_line *line, const char *argument, struct error *err)
{
	char *end;

	line->if_state = argument;
	if (strtoll(argument, &end, 10) < 0 || *end || end == argument)
		return bad(err, "if-state", argument, "the seq of a decision, or 0");
	return true;
}

static bool
take_help(struct command_line *line, const char *argument, struct error *err)
{
	(void)argument;
	(void)err;
	line->help = true;
	return true;
}

static bool
take_version(struct command_line *line, const char *argument, struct error *err)
{
	(void)argument;
	(void)err;
	line->version = true;
	return true;
}

/* clang-format off */
const struct option_def options[] = {
	{"rule", "FILE", "screen scan watch doctor export rule", "run this rule instead of the built-in one (again for more; `builtin` names ours)", take_rule, NULL},
	{"store", "FILE", "screen scan watch sources doctor export decide policy verify validation store", "the store to use", take_store, NULL},
	{"jobs", "N", "screen scan", "scan workers (one per core)", take_jobs, NULL},
	{"now", "TIME", "screen scan watch export rule", "what now() answers in rules and filters (the clock)", take_now, NULL},
	{"max-record", "MIB", "screen scan watch", "largest record that is read (4)", take_max_record, NULL},
	{"config", "FILE", "screen scan watch export doctor sources", "configuration to read instead of the usual places", take_config, NULL},
	{"source", "SPEC", "screen watch doctor sources", "a source besides the configured ones: type=TYPE,KEY=VALUE,... (again for more)", take_source, NULL},
	{"profile", "NAME", "screen scan watch doctor sources", "the AWS profile of sources that name none", take_profile, NULL},
	{"region", "REGION", "screen scan watch doctor sources", "the AWS region of sources that name none", take_region, NULL},
	{"endpoint-url", "URL", "screen scan watch doctor sources", "where AWS is asked, of sources that say nothing else", take_endpoint_url, NULL},
	{"format", "FORMAT", "scan watch sources doctor export verify", "text, json, jsonl, csv or md (text); watch: text or jsonl; sources, doctor, verify: text or json", take_format, "text json jsonl csv md"},
	{"filter", "PREDICATE", "screen scan watch export", "only alerts for which this KQL predicate holds", take_filter, NULL},
	{"facts", NULL, "scan export", "add the facts to JSON", take_facts, NULL},
	{"fail-on-alert", NULL, "scan", "exit with 1 if there are alerts", take_fail_on_alert, NULL},
	{"take", NULL, "decide", "assign to me", take_take, NULL},
	{"request", NULL, "decide", "request validation by an admin", take_request, NULL},
	{"validate", NULL, "decide", "close as expected (needs --reason)", take_validate, NULL},
	{"malicious", NULL, "decide", "close as malicious (needs --reason)", take_malicious, NULL},
	{"false-positive", "[logic|data]", "decide", "close as false positive (needs --reason)", take_false, "logic data"},
	{"note", "TEXT", "decide", "add a note", take_note, NULL},
	{"undo", NULL, "decide", "take the last decision back", take_undo, NULL},
	{"reason", "TEXT", "decide validation", "why", take_reason, NULL},
	{"if-state", "SEQ", "decide", "only if the last decision on the alert is this one (0: none)", take_if_state, NULL},
	{"policy", "FILE", "screen scan watch policy decide export verify validation", "the policy to read instead of /etc/keywatch/policy.ini", take_policy, NULL},
	{"since", "HEAD", "verify", "the chain must hold this head, kept from another day", take_since, NULL},
	{"principal", "NAME", "validation", "the admin who will sign", take_principal, NULL},
	{"output", "FOLDER", "validation", "where validation request and export write their files", take_output, NULL},
	{"theme", "NAME", "screen", "its colours: dark, light, high-contrast, colour-blind, monochrome, or yours", take_theme, "dark light high-contrast colour-blind monochrome"},
	{"help", NULL, "", "print this and exit", take_help, NULL},
	{"version", NULL, "", "print the version and exit", take_version, NULL},
};
/* clang-format on */

const size_t option_count = sizeof(options) / sizeof(options[0]);

static bool
holds_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

bool
option_belongs(const struct option_def *option, const struct command *command)
{
	if (!*option->used_by)
		return true;
	if (command)
		return holds_word(option->used_by, command->name);
	return holds_word(option->used_by, "screen") || holds_word(option->used_by, "scan");
}
