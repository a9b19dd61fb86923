/* `keywatch explain ID…`: the whole story of an alert in the store, as text or Markdown. */
#include "core/command/config_file.h"
#include "core/command/judging.h"
#include "core/command/print.h"
#include "core/command/stories.h"
#include "core/export/told.h"

struct explaining {
	const struct command_line *line;
	struct store *store;
	struct judging judging;
	struct fact_ledger ledger;
	struct stories stories;
	struct print_out out;
};

static bool
is_md(const struct explaining *e)
{
	return e->line->format && strcmp(e->line->format, "md") == 0;
}

static bool
explain_one(struct explaining *e, const char *spelled, struct error *err)
{
	const struct export_options options = {
		.ledger = &e->ledger, .story = stories_load, .story_context = &e->stories};
	char id[ALERT_ID_SIZE];
	struct alert alert = {0};
	struct told told;

	if (!store_find(e->store, str_from(spelled), id, err) ||
		!store_load(e->store, id, &alert, err))
		return error_prefix(err, "%s", spelled);
	judge_alert(&e->judging.judge, &alert, true);
	told_open(&told, &alert, &options);
	if (e->out.text.len)
		buf_putc(&e->out.text, '\n');
	if (is_md(e))
		told_put_md(&e->out.text, &told);
	else
		told_put_text(&e->out.text, &told);
	told_close(&told);
	alert_fini(&alert);
	return true;
}

static int
explain_all(struct explaining *e)
{
	struct error err;
	int status = 0;

	for (size_t i = 0; i < e->line->word_count; i++)
		if (!explain_one(e, e->line->words[i], &err))
			status = command_fail(&err);
	if (!print_flush(&e->out, true, &err) && !e->out.reader_gone)
		status = command_fail(&err);
	buf_fini(&e->out.text);
	return status;
}

static int
explain(struct explaining *e, const struct command_rules *rules, const struct known *known)
{
	struct error err;
	int status;

	e->ledger = (struct fact_ledger){.from = TIME_NONE,
		.to = TIME_NONE,
		.since = TIME_NONE,
		.rules = rules->rule,
		.rule_count = rules->count,
		.known = known};
	if (!command_open_store(e->line, &e->store, &err))
		return command_fail(&err);
	e->stories = stories_open(e->store, 0, HISTORY_LOOKED);
	if (judging_open(&e->judging, e->line, e->store, &err)) {
		judging_refused(&e->judging);
		status = explain_all(e);
		judging_close(&e->judging);
	} else {
		status = command_fail(&err);
	}
	stories_close(&e->stories);
	store_close(e->store);
	return status;
}

int
command_explain(const struct command_line *line)
{
	struct explaining e = {.line = line};
	struct command_rules rules;
	struct known known = {0};
	struct error err;
	int status;

	if (!line->word_count) {
		error_set(&err, ERROR_USAGE, "explain needs the ID of an alert");
		return command_fail(&err);
	}
	if (line->format && strcmp(line->format, "text") != 0 && !is_md(&e)) {
		error_set(&err, ERROR_USAGE, "explain: --format is text or md");
		return command_fail(&err);
	}
	if (!config_file_load_known(&known, line, &err) ||
		!command_load_rules(&rules, line, &err)) {
		known_fini(&known);
		return command_fail(&err);
	}
	status = explain(&e, &rules, &known);
	command_free_rules(&rules);
	known_fini(&known);
	return status;
}
