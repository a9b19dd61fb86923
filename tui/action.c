#include "tui/action.h"

const struct action_def actions[ACTION_COUNT] = {
#define X(id, name, keys, group, hint, help)                                                       \
	[ACTION_##id] = {name, keys, GROUP_##group, hint, help},
	ACTIONS(X)
#undef X
};

static const struct action_argument arguments[] = {
	{ACTION_BY, "WORD", "the history of that: all, key, actor, address or user"},
	{ACTION_HISTORY, "WORD", "stop looking through the logs for other records, or start again"},
	{ACTION_SEARCH, "PATTERN", "search for it"},
	{ACTION_FILTER, "PREDICATE", "show only alerts for which it holds"},
	{ACTION_MARK, "PREDICATE", "mark all shown alerts for which it holds"},
	{ACTION_STATUS, "WORD", "show all, open, awaiting or closed alerts"},
	{ACTION_SORT, "COLUMN", "sort by that column"},
	{ACTION_COLUMNS, "COLUMN...", "show these in this order; they are kept with the store"},
	{ACTION_UTC, "ZONE", "times in utc or local"},
	{ACTION_THEME, "NAME", "that theme"},
	{ACTION_EXPORT, "FILE", "to that file; one that is there is replaced only when you say so"},
};

const struct action_argument *
action_argument(enum action action)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (arguments[i].action == action)
			return &arguments[i];
	return NULL;
}

static const char *const titles[GROUP_COUNT] = {
	[GROUP_MOVE] = "Moving",
	[GROUP_LOOK] = "Looking",
	[GROUP_FIND] = "Finding",
	[GROUP_DECIDE] = "Deciding",
	[GROUP_SCREEN] = "Screen",
};

const char *
action_group_title(enum action_group group)
{
	return titles[group];
}

enum action
action_find(struct str name)
{
	for (enum action a = 0; a < ACTION_COUNT; a++)
		if (str_is(name, actions[a].name))
			return a;
	return ACTION_NONE;
}

struct str
action_complete(struct str prefix, size_t *count)
{
	struct str common = STR_ABSENT;

	*count = 0;
	for (enum action a = 0; a < ACTION_COUNT; a++) {
		struct str name = str_from(actions[a].name);
		size_t same = 0;

		if (!str_starts_with(name, prefix))
			continue;
		if (++*count == 1) {
			common = name;
			continue;
		}
		while (same < common.len && same < name.len && common.data[same] == name.data[same])
			same++;
		common.len = same;
	}
	return *count ? common : prefix;
}

/* mdoc takes some characters for its own at the beginning of a word. */
static void
list_keys(struct buf *out, const char *keys)
{
	struct str rest = str_from(keys);

	while (rest.len) {
		size_t end = str_find(rest, STR(" "), 0);
		struct str key = str_slice(rest, 0, end);

		if (key.len == 1 && strchr(".,:;()[]?!|", key.data[0]))
			buf_puts(out, " \\&");
		else
			buf_putc(out, ' ');
		buf_str(out, key);
		rest = end == (size_t)-1 ? STR("") : str_slice(rest, end + 1, rest.len);
		if (rest.len)
			buf_puts(out, " ,");
	}
}

void
action_list(struct buf *out)
{
	for (enum action_group g = 0; g < GROUP_COUNT; g++) {
		buf_printf(out, ".Ss %s\n.Bl -tag -width Ds\n", titles[g]);
		for (enum action a = 0; a < ACTION_COUNT; a++) {
			const struct action_argument *argument = action_argument(a);

			if (actions[a].group != g)
				continue;
			buf_puts(out, actions[a].keys[0] ? ".It Cm" : ".It (no key)");
			list_keys(out, actions[a].keys);
			buf_printf(out, "\n.Pq Ic %s\n%s.\n", actions[a].name, actions[a].help);
			if (argument)
				buf_printf(out, ".Ic :%s Ar %s :\n%s.\n", actions[a].name,
					argument->word, argument->help);
		}
		buf_puts(out, ".El\n");
	}
}
