#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/base/user.h"
#include "core/command/command.h"
#include "core/store/store.h"

struct deciding {
	const struct command_line *line;
	struct store *store;
	struct str actor, reason;
};

/* Without --if-state the decision is bound to the state it is judged on here. */
static bool
decide_one(const struct deciding *d, const char *spelled, struct error *err)
{
	char id[ALERT_ID_SIZE];
	struct alert alert = {0};
	int64_t if_seq, seq;
	bool ok;

	if (!store_find(d->store, str_from(spelled), id, err) ||
		!store_load(d->store, id, &alert, err))
		return false;
	if_seq = d->line->if_state ? strtoll(d->line->if_state, NULL, 10) : alert.state.last_seq;
	ok = (if_seq != alert.state.last_seq ||
		     decision_allowed(alert.decisions, alert.decision_count, alert.state.needed,
			     d->line->action, d->actor, d->reason, err)) &&
	     store_decide(d->store,
		     &(struct store_decision){.id = id,
			     .if_seq = if_seq,
			     .action = d->line->action,
			     .actor = d->actor,
			     .reason = d->reason,
			     .now = time_now()},
		     &seq, err);
	alert_fini(&alert);
	if (ok)
		printf("%s %s seq %lld\n", id, decision_rules[d->line->action].name,
			(long long)seq);
	return ok;
}

static int
decide_all(const struct deciding *d)
{
	int status = 0;

	for (size_t i = 0; i < d->line->word_count; i++) {
		struct error err;

		if (decide_one(d, d->line->words[i], &err))
			continue;
		error_prefix(&err, "%s", d->line->words[i]);
		if (status == 0)
			status = command_fail(&err);
		else
			command_fail(&err);
	}
	return status;
}

static bool
check_line(const struct command_line *line, struct error *err)
{
	if (!line->word_count)
		return error_set(err, ERROR_USAGE, "decide needs the ID of an alert");
	if (line->action == DECIDE_COUNT)
		return error_set(err, ERROR_USAGE,
			"decide needs one of --take --request --validate --malicious "
			"--false-positive --note --undo");
	if (line->note && line->reason)
		return error_set(err, ERROR_USAGE, "a note has no --reason");
	return true;
}

int
command_decide(const struct command_line *line)
{
	const char *reason = line->note ? line->note : line->reason;
	struct deciding d = {.line = line, .reason = str_from(reason ? reason : "")};
	struct error err;
	char actor[256];
	int status;

	user_name(actor, sizeof(actor));
	d.actor = str_from(actor);
	if (check_line(line, &err) && command_open_store(line, &d.store, &err)) {
		status = decide_all(&d);
		store_close(d.store);
	} else {
		status = command_fail(&err);
	}
	return status;
}
