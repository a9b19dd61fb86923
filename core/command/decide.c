#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/base/user.h"
#include "core/command/judging.h"

struct deciding {
	const struct command_line *line;
	struct store *store;
	struct judging judging;
	struct str actor, reason;
};

/* Without --if-state the decision is bound to the state it is judged on here. */
static bool
decide_one(struct deciding *d, const char *spelled, struct error *err)
{
	char id[ALERT_ID_SIZE];
	struct alert alert = {0};
	int64_t if_seq, seq;
	bool ok;

	if (!store_find(d->store, str_from(spelled), id, err) ||
		!store_load(d->store, id, &alert, err))
		return false;
	judge_alert(&d->judging.judge, &alert, true);
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
			     .now = time_now(),
			     .judged = &alert},
		     &seq, err);
	alert_fini(&alert);
	if (ok)
		printf("%s %s seq %lld\n", id, decision_rules[d->line->action].name,
			(long long)seq);
	return ok;
}

static int
decide_all(struct deciding *d)
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

/* Where a policy says who may, a user's word is none. */
static bool
check_policy(const struct deciding *d, struct error *err)
{
	const struct policy *policy = &d->judging.policy;

	if (d->line->action != DECIDE_VALIDATE || policy->state == POLICY_NONE)
		return true;
	if (policy->state == POLICY_REFUSED) {
		*err = policy->refusal;
		return error_prefix(err, "--validate");
	}
	return error_set(err, ERROR_USAGE,
		"--validate: by the policy an admin signs a validation: press v on the screen, "
		"which signs with a key of the ssh-agent, or sign elsewhere what keywatch "
		"validation request writes and bring it back with keywatch validation import");
}

static int
judge_and_decide(struct deciding *d)
{
	struct error err;
	int status;

	if (!judging_open(&d->judging, d->line, d->store, &err))
		return command_fail(&err);
	if (check_policy(d, &err)) {
		judging_refused(&d->judging);
		status = decide_all(d);
	} else {
		status = command_fail(&err);
	}
	judging_close(&d->judging);
	return status;
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
		status = judge_and_decide(&d);
		store_close(d.store);
	} else {
		status = command_fail(&err);
	}
	return status;
}
