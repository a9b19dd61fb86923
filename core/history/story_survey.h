/* What surveys of live sources (store/survey.h) tell of how complete a story is. */
#ifndef KEYWATCH_HISTORY_STORY_SURVEY_H
#define KEYWATCH_HISTORY_STORY_SURVEY_H

#include "core/alert/history.h"
#include "core/store/survey.h"

/* The terms that the story needs; missing: one of them has no number. In whose trail. */
struct story_needs {
	uint64_t account; /* spans_account */
	int64_t *list;	  /* owns */
	size_t count, capacity;
	bool missing;
};

/* Within the read of the story. A source that was looked through for all of them makes it LOOKED,
 * over the times of which it has records; what keeps the others from it is added to lacking. */
bool story_judge_surveys(struct history *history, struct arena *arena, struct store *store,
	const struct story_needs *needs, struct error *err);

#endif
