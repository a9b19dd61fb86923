#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/command/command.h"

/* `keywatch rule check FILE…`: to what it binds, or FILE:LINE:COL and why not. */
static int
check_rules(const struct command_line *line)
{
	int status = 0;

	for (size_t i = 1; i < line->word_count; i++) {
		struct buf text = {0};
		struct rule *rule;
		struct error err;

		if (!command_load_rule(&rule, line->words[i], &err)) {
			text_print(stderr, str_from(err.text));
			fputc('\n', stderr);
			status = 2;
			continue;
		}
		rule_explain(rule, &text);
		text_print(stdout, buf_view(&text));
		buf_fini(&text);
		rule_free(rule);
	}
	return status;
}

/* `keywatch rule show [FILE]`: every field of what runs. */
static int
show_rules(const struct command_line *line)
{
	struct command_line rules_line = *line;
	struct command_rules rules;
	struct error err;

	for (size_t i = 1; i < line->word_count && rules_line.rule_count < 16; i++)
		rules_line.rules[rules_line.rule_count++] = line->words[i];
	if (!command_load_rules(&rules, &rules_line, &err))
		return command_fail(&err);
	for (size_t i = 0; i < rules.count; i++) {
		struct buf text = {0};

		rule_show(rules.rule[i], &text);
		text_print(stdout, buf_view(&text));
		buf_fini(&text);
	}
	command_free_rules(&rules);
	return 0;
}

int
command_rule(const struct command_line *line)
{
	struct error err;

	if (line->word_count >= 2 && strcmp(line->words[0], "check") == 0)
		return check_rules(line);
	if (line->word_count >= 1 && strcmp(line->words[0], "show") == 0)
		return show_rules(line);
	error_set(&err, ERROR_USAGE,
		"expected: keywatch rule check FILE, or keywatch rule show [FILE]");
	return command_fail(&err);
}
