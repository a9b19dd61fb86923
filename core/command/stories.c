#include "core/command/stories.h"

struct stories
stories_open(struct store *store, int64_t run, enum history_state state)
{
	return (struct stories){store, {run, state, story_cache_new()}};
}

void
stories_close(struct stories *s)
{
	story_cache_free(s->scope.cache);
}

bool
stories_load(void *context, const struct alert *alert, struct arena *arena, struct history *history,
	struct error *err)
{
	struct stories *s = context;

	return story_load(history, arena, s->store, alert, &s->scope, err);
}
