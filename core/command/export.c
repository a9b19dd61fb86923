#include "core/command/print.h"

/* `keywatch export`: the whole store, oldest first. */
static int
export_store(
	const struct command_line *line, struct store *store, const struct command_rules *rules)
{
	const struct fact_ledger ledger = {.from = TIME_NONE,
		.to = TIME_NONE,
		.rules = rules->rule,
		.rule_count = rules->count};
	struct print_options options = {.store = store,
		.rules = rules,
		.export_options = {.decisions = true, .ledger = line->facts ? &ledger : NULL}};
	struct error err;
	size_t count;

	return print_alerts(line, &options, &count, &err) ? 0 : command_fail(&err);
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
		status = export_store(line, store, &rules);
		store_close(store);
	} else {
		status = command_fail(&err);
	}
	command_free_rules(&rules);
	return status;
}
