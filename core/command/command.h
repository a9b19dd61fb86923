/*
 * The command line: one table of commands, one of options; they feed parsing, --help, the manual
 * and completion. Main thread.
 */
#ifndef KEYWATCH_COMMAND_COMMAND_H
#define KEYWATCH_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alert/decision.h"
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/rule/rule.h"
#include "core/store/store.h"

/* What the words of a command line say. Strings borrow from argv. */
struct command_line {
	const struct command *command; /* NULL: the terminal UI */
	const char *const *words;      /* paths, ids; what is left when options are taken */
	size_t word_count;
	const char *format, *filter, *store, *theme, *config, *if_state, *policy;
	const char *rules[16];
	size_t rule_count;
	const char *sources[64]; /* --source */
	size_t source_count;
	const char *profile, *region, *endpoint_url;
	unsigned jobs;
	int64_t now; /* TIME_NONE: the clock */
	size_t max_record;
	bool fail_on_alert, facts, help, version;
	uint64_t given;		     /* bit set of the options' rows */
	enum decision_action action; /* DECIDE_COUNT: none given */
	const char *reason, *note;
	const char *since;		     /* a head of the chain */
	const char *principal, *output;	     /* who will sign; a folder for statements */
	const struct command_screen *screen; /* NULL: there is none */
};

/* What only the screen knows, for the commands that read its configuration or tell of it. */
struct command_screen {
	bool (*check_config)(const struct command_line *line, struct error *err);
	bool (*knows_terminal)(const char *name);
	void (*library)(struct buf *out);
};

struct command {
	const char *name;
	const char *words; /* as in the synopsis */
	const char *help;  /* one line */
	int (*run)(const struct command_line *line);
	const char *choices; /* of its first word, for completion; NULL: anything */
};

extern const struct command commands[];
extern const size_t command_count;

/* Reorders argv; options may stand before and after the command. Prints nothing. */
bool command_parse(struct command_line *line, int argc, char **argv, struct error *err);

void command_help(struct buf *out);
/* Rows for the manual, from the tables: "options", "commands". False for another name. */
bool command_list(const char *table, struct buf *out);

/* ---- shared by the commands and the UI's main ---- */

/* The rules that run: --rule FILE…, `builtin` or none naming ours. Says their warnings on stderr.
 * Returns owned rules. */
struct command_rules {
	struct rule *rule[16];
	size_t count;
};
/* One rule; `builtin` names ours. out: owned, rule_free. */
bool command_load_rule(struct rule **out, const char *name, struct error *err);
bool command_load_rules(
	struct command_rules *rules, const struct command_line *line, struct error *err);
void command_free_rules(struct command_rules *rules);

/* Binds --filter against every rule before anything is read: a typing error must not cost a scan.
 */
bool command_check_filter(
	const struct command_line *line, const struct command_rules *rules, struct error *err);

/* Does --filter read what the history of an alert answers? */
bool command_filter_asks(const struct command_line *line, const struct command_rules *rules);

/* The default store's path ($XDG_DATA_HOME/keywatch/keywatch.db) unless --store names one. */
bool command_store_path(const struct command_line *line, struct buf *path, struct error *err);

/* What now() answers in rules: --now, else the clock. */
int64_t command_now(const struct command_line *line);

/* Opens that one. */
bool command_open_store(const struct command_line *line, struct store **store, struct error *err);

/* The same, and makes none: for those who ask what is in it. */
bool command_find_store(const struct command_line *line, struct store **store, struct error *err);

/* Prints "keywatch: TEXT", cleaned, on stderr. */
void command_say(const char *text);
/* The same; returns the exit status for err. */
int command_fail(const struct error *err);

/* What a command printed is complete, or the status says that it is not. A reader that goes away is
 * no error (settled.md 12). */
int command_finish_output(int status);

int command_scan(const struct command_line *line);
int command_watch(const struct command_line *line);
int command_sources(const struct command_line *line);
int command_doctor(const struct command_line *line);
int command_export(const struct command_line *line);
int command_decide(const struct command_line *line);
int command_explain(const struct command_line *line);
int command_verify(const struct command_line *line);
int command_validation(const struct command_line *line);
int command_validation_export(const struct command_line *line);
int command_store(const struct command_line *line);
int command_policy(const struct command_line *line);
int command_rule(const struct command_line *line);
int command_completion(const struct command_line *line);

#endif
