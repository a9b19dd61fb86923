#include "tui/decide.h"

#include <stdlib.h>

#include "core/validation/request.h"

static void
forget(struct decide *decide)
{
	for (size_t i = 0; i < decide->count; i++)
		free(decide->targets[i].name);
	for (size_t i = 0; i < decide->report.count; i++) {
		free(decide->report.refusals[i].alert);
		free(decide->report.refusals[i].why);
	}
	decide->count = decide->next = 0;
	decide->report.count = decide->report.done = 0;
	buf_clear(&decide->reason);
	decide->applying = false;
	decide->signing = NULL;
}

void
decide_keep(struct decide *decide, size_t count)
{
	while (decide->count > count)
		free(decide->targets[--decide->count].name);
}

void
decide_fini(struct decide *decide)
{
	forget(decide);
	free(decide->targets);
	free(decide->report.refusals);
	buf_fini(&decide->reason);
	*decide = (struct decide){0};
}

void
decide_begin(struct decide *decide, enum decision_action action)
{
	forget(decide);
	decide->action = action;
	decide->report.title = decision_rules[action].title;
}

void
decide_add(struct decide *decide, const struct decide_target *target, struct str name)
{
	struct decide_target *own;

	MEM_GROW(decide->targets, decide->count, decide->capacity);
	own = &decide->targets[decide->count++];
	*own = *target;
	own->name = mem_zalloc(name.len + 1);
	memcpy(own->name, name.data, name.len);
}

void
decide_apply(struct decide *decide)
{
	decide->applying = true;
	decide->report.title = decision_rules[decide->action].title;
}

void
decide_refuse(struct decide *decide, const struct decide_target *target, const char *why)
{
	struct view_report *report = &decide->report;

	MEM_GROW(report->refusals, report->count, report->capacity);
	report->refusals[report->count++] =
		(struct view_refusal){mem_strdup(target->name), mem_strdup(why)};
}

/* By what was verified: a validation that does not hold keeps nobody from deciding. */
static bool
record(const struct decide *decide, struct decide_target *target, struct store *store,
	struct str user, int64_t now, struct error *err)
{
	struct alert alert = {0};
	int64_t seq;
	bool ok;

	if ((!target->id[0] && !subject_find_id(store, target->rowid, target->id, err)) ||
		!store_load(store, target->id, &alert, err))
		return false;
	if (decide->judge)
		judge_alert(decide->judge, &alert, false);
	ok = store_decide(store,
		&(struct store_decision){.id = target->id,
			.if_seq = target->seq,
			.action = decide->action,
			.actor = user,
			.reason = buf_view(&decide->reason),
			.now = now,
			.judged = decide->judge ? &alert : NULL},
		&seq, err);
	alert_fini(&alert);
	return ok;
}

static bool
bring_in(const struct decide *decide, size_t i, struct str user, int64_t now, struct error *err)
{
	const struct signed_text *text = &decide->signing->texts[i];
	struct imported imported;

	return import_signed(decide->judge,
		&(struct import){.statement = buf_view(&text->statement),
			.signature = buf_view(&text->armour),
			.actor = user,
			.now = now},
		&imported, err);
}

const struct decide_target *
decide_step(struct decide *decide, struct store *store, struct str user, int64_t now, bool *done)
{
	struct decide_target *target;
	struct error err;

	if (decide->next == decide->count) {
		decide->applying = false;
		return NULL;
	}
	target = &decide->targets[decide->next++];
	*done = decide->signing ? bring_in(decide, decide->next - 1, user, now, &err)
				: record(decide, target, store, user, now, &err);
	if (*done)
		decide->report.done++;
	else
		decide_refuse(decide, target, err.text);
	return target;
}
