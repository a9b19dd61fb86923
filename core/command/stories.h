/* Where the formats that show facts have the history of alerts from (export.h). */
#ifndef KEYWATCH_COMMAND_STORIES_H
#define KEYWATCH_COMMAND_STORIES_H

#include "core/history/story.h"

struct stories {
	struct store *store;	  /* borrows */
	struct story_scope scope; /* owns its cache */
};

/* run: whose inputs count; 0: the whole store. */
struct stories stories_open(struct store *store, int64_t run, enum history_state state);
void stories_close(struct stories *stories);

/* export_options.story; context: a struct stories. The history is valid until the next. */
bool stories_load(void *context, const struct alert *alert, struct arena *arena,
	struct history *history, struct error *err);

#endif
