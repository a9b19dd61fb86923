#include "core/command/judging.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/state_folder.h"

static void
open_memory(struct judging *j)
{
	struct buf path = {0};
	struct error err;
	bool ok = state_folder_make(&path, &err);

	if (ok)
		buf_puts(&path, "/verified");
	if (!memory_open(&j->memory, ok ? buf_cstr(&path) : NULL, &err) || !ok)
		command_say(err.text);
	j->memory_path = ok ? buf_take(&path) : NULL;
	buf_fini(&path);
}

bool
judging_open(
	struct judging *j, const struct command_line *line, struct store *store, struct error *err)
{
	*j = (struct judging){.named = line->policy};
	policy_load(&j->policy, line->policy, store_path(store), err);
	if (j->policy.state == POLICY_GOOD)
		open_memory(j);
	if (!judge_init(&j->judge, &j->policy, store, j->memory, err)) {
		judging_close(j);
		return false;
	}
	store_set_approvals(store, judge_approvals(&j->judge));
	return true;
}

static bool
is_same(const struct policy *a, const struct policy *b)
{
	return a->state == b->state && strcmp(a->hash, b->hash) == 0 &&
	       strcmp(a->refusal.text, b->refusal.text) == 0;
}

bool
judging_renew(struct judging *j, void (*stop)(void *context), void *context)
{
	struct policy now;
	struct error err;

	policy_load(&now, j->named, store_path(j->judge.store), &err);
	if (is_same(&now, &j->policy)) {
		policy_fini(&now);
		return false;
	}
	stop(context);
	policy_fini(&j->policy);
	j->policy = now;
	if (now.state == POLICY_GOOD && !j->memory)
		open_memory(j);
	j->judge.memory = j->memory;
	store_set_approvals(j->judge.store, judge_approvals(&j->judge));
	return true;
}

void
judging_close(struct judging *j)
{
	memory_close(j->memory);
	free(j->memory_path);
	policy_fini(&j->policy);
	*j = (struct judging){0};
}

bool
judging_refused(const struct judging *j)
{
	if (j->policy.state != POLICY_REFUSED)
		return false;
	command_say(j->policy.refusal.text);
	return true;
}
