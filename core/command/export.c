#include "core/command/config_file.h"
#include "core/command/report.h"
#include "core/command/stories.h"

#include <string.h>

/* `keywatch export`: the whole store, oldest first. */
static int
export_store(const struct command_line *line, struct store *store,
	const struct command_rules *rules, struct judging *judging, const struct known *known)
{
	const struct fact_ledger ledger = {.from = TIME_NONE,
		.to = TIME_NONE,
		.rules = rules->rule,
		.rule_count = rules->count,
		.known = known};
	struct stories stories = stories_open(store, 0, HISTORY_LOOKED);
	struct print_options options = {.store = store,
		.rules = rules,
		.judge = &judging->judge,
		.export_options = {.decisions = true,
			.policy = &judging->policy,
			.ledger = line->facts ? &ledger : NULL,
			.story = stories_load,
			.story_context = &stories}};
	bool report = line->format && strcmp(line->format, "md") == 0, ok;
	struct error err;
	size_t count;

	ok = report ? report_print(line, &options, judging, &err)
		    : print_alerts(line, &options, &count, &err);
	stories_close(&stories);
	if (!ok)
		return command_fail(&err);
	return judging_refused(judging) ? 2 : 0;
}

static int
judge_and_export(
	const struct command_line *line, struct store *store, const struct command_rules *rules)
{
	struct known known = {0};
	struct judging judging;
	struct error err;
	int status;

	if (line->facts && !config_file_load_known(&known, line, &err)) {
		known_fini(&known);
		return command_fail(&err);
	}
	if (judging_open(&judging, line, store, &err)) {
		status = export_store(line, store, rules, &judging, &known);
		judging_close(&judging);
	} else {
		status = command_fail(&err);
	}
	known_fini(&known);
	return status;
}

int
command_export(const struct command_line *line)
{
	struct command_rules rules;
	struct store *store;
	struct error err;
	int status;

	if (line->word_count) {
		error_set(&err, ERROR_USAGE, "export takes no PATH; it prints the store");
		return command_fail(&err);
	}
	if (!command_load_rules(&rules, line, &err))
		return command_fail(&err);
	if (command_open_store(line, &store, &err)) {
		status = judge_and_export(line, store, &rules);
		store_close(store);
	} else {
		status = command_fail(&err);
	}
	command_free_rules(&rules);
	return status;
}
