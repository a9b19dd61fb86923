#include "core/command/stories.h"

bool
stories_load(void *context, const struct alert *alert, struct arena *arena, struct history *history,
	struct error *err)
{
	struct stories *s = context;

	return story_load(history, arena, s->store, alert, &s->scope, err);
}
