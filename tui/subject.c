#include "tui/subject.h"

#include <stdio.h>

void
subject_clear(struct subject *subject)
{
	if (subject->parsed)
		event_fini(&subject->event);
	if (subject->loaded)
		alert_fini(&subject->alert);
	arena_fini(&subject->arena);
	arena_fini(&subject->story);
	*subject = (struct subject){0};
}

static bool
copy_id(void *context, const struct store_row *row)
{
	snprintf(context, ALERT_ID_SIZE, "%s", row->id);
	return false;
}

bool
subject_find_id(struct store *store, int64_t rowid, char id[ALERT_ID_SIZE], struct error *err)
{
	id[0] = '\0';
	if (!store_row(store, rowid, copy_id, id, err))
		return false;
	return id[0] || error_set(err, ERROR_NOT_FOUND, "the alert is not in the store any more");
}

void
subject_judge(struct subject *subject, const struct fact_ledger *ledger)
{
	if (!subject->loaded)
		return;
	arena_reset(&subject->arena);
	facts_of_alert(subject->facts, &subject->arena, &subject->alert,
		subject->parsed ? &subject->event : NULL, ledger);
	assess(&subject->assessment, &subject->arena, &subject->alert, subject->facts,
		ledger->history);
}

bool
subject_load_story(struct subject *subject, struct store *store, const struct story_scope *scope)
{
	if (!subject->loaded)
		return true;
	arena_fini(&subject->story);
	subject->history = (struct history){0};
	subject->has_history = story_load(
		&subject->history, &subject->story, store, &subject->alert, scope, &subject->error);
	return subject->has_history;
}

bool
subject_load(struct subject *subject, struct store *store, int64_t rowid)
{
	subject_clear(subject);
	subject->rowid = rowid;
	if (!subject_find_id(store, rowid, subject->id, &subject->error) ||
		!store_load(store, subject->id, &subject->alert, &subject->error))
		return false;
	subject->loaded = true;
	subject->parsed = alert_parse_event(&subject->event, &subject->alert, &subject->error);
	return true;
}
