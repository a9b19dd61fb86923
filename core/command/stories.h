/* Where the formats that show facts have the history of alerts from (export.h). */
#ifndef KEYWATCH_COMMAND_STORIES_H
#define KEYWATCH_COMMAND_STORIES_H

#include "core/history/story.h"

struct stories {
	struct store *store; /* borrows */
	struct story_scope scope;
};

/* export_options.story; context: a struct stories. */
bool stories_load(void *context, const struct alert *alert, struct arena *arena,
	struct history *history, struct error *err);

#endif
