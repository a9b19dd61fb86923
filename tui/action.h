/*
 * Everything a key can do, as one table: it feeds the keymap, the `?` help, the hint line, the
 * `:` prompt and the manual. A new action is one row here and one function in ui_act.c.
 */
#ifndef KEYWATCH_TUI_ACTION_H
#define KEYWATCH_TUI_ACTION_H

#include <stddef.h>

#include "core/base/buf.h"

enum action_group {
	GROUP_MOVE,
	GROUP_LOOK,
	GROUP_FIND,
	GROUP_DECIDE,
	GROUP_SCREEN,
	GROUP_COUNT,
};
const char *action_group_title(enum action_group group);

/* id, name, default keys (separated by spaces), group, word in the hint line, help. */
/* clang-format off */
#define ACTIONS(X)                                                                                 \
	X(UP, "up", "Up k", MOVE, "", "one row up")                                                \
	X(DOWN, "down", "Down j", MOVE, "", "one row down")                                        \
	X(LEFT, "left", "Left h", MOVE, "", "to the pane on the left, the list at last")           \
	X(RIGHT, "right", "Right l", MOVE, "", "to the pane on the right")                         \
	X(PAGE_UP, "page-up", "PageUp Ctrl-B", MOVE, "", "one page up")                            \
	X(PAGE_DOWN, "page-down", "PageDown Ctrl-F", MOVE, "", "one page down")                    \
	X(FIRST, "first", "g Home", MOVE, "", "the first row: the newest alert")                   \
	X(LAST, "last", "G End", MOVE, "", "the last row: the oldest alert")                       \
	X(NEXT_UNDECIDED, "next-undecided", "]", MOVE, "", "the next alert that is not closed")    \
	X(PREVIOUS_UNDECIDED, "previous-undecided", "[", MOVE, "",                                 \
		"the previous alert that is not closed")                                           \
	X(FOLLOW, "follow", "L", MOVE, "follow", "keep the newest alert in view (live), or stop")  \
	X(NEXT_PANE, "next-pane", "Tab", LOOK, "pane",                                             \
		"the next pane; with wide screens list, entity, and the one below")                \
	X(PREVIOUS_PANE, "previous-pane", "Shift-Tab", LOOK, "", "the pane before")                \
	X(OPEN, "open", "Enter", LOOK, "open",                                                     \
		"to the entity pane; in a pane to what shows the line, or to what it names")       \
	X(BACK, "back", "Esc", LOOK, "back",                                                       \
		"leave the prompt; back from what Enter opened; leave pane, search, filter")       \
	X(EVENT, "event", "E", LOOK, "event", "the event pane: the record as it was logged")       \
	X(HISTORY, "history", "H", LOOK, "history",                                                \
		"the history pane: what happened around the alert, and the decisions")             \
	X(KEYS, "key-life", "K", LOOK, "key life",                                                 \
		"the key life pane: keys over time, and what was made with the new one")           \
	X(BY, "by", "b", LOOK, "by",                                                               \
		"narrow the history: all, the key, the actor, the address, the user")              \
	X(ZOOM, "zoom", "w", LOOK, "zoom", "the list, or the pane you are in, alone; or all again")     \
	X(FOLD, "fold", "z", LOOK, "fold", "fold or unfold the object or array at the cursor")     \
	X(PEEK, "peek", "", LOOK, "", "the record's exact bytes, escaped")                         \
	X(COLUMNS, "columns", "c", LOOK, "columns", "other columns in the list")                   \
	X(PROBLEMS, "problems", "p", LOOK, "problems", "what could not be read, and why")          \
	X(SOURCES, "sources", "S", LOOK, "sources",                                                \
		"how the sources are, and what to do about those that fail")                       \
	X(REVIEW, "review", "V", LOOK, "", "what awaits an admin, oldest first; Enter goes through it") \
	X(ACTIVITY, "activity", "A", LOOK, "",                                                     \
		"how many alerts there were when, as bars; Enter filters to one")                  \
	X(HELP, "help", "? F1", LOOK, "help", "this help")                                         \
	X(SEARCH, "search", "/", FIND, "search", "search with a regular expression (PCRE2)")       \
	X(NEXT_MATCH, "next-match", "n", FIND, "", "the next match")                               \
	X(PREVIOUS_MATCH, "previous-match", "N", FIND, "", "the previous match")                   \
	X(FILTER, "filter", "f", FIND, "filter",                                                   \
		"show only alerts for which a KQL predicate holds; empty shows all")               \
	X(KEEP, "keep", "+", FIND, "",                                                             \
		"filter: only alerts with the same actor, target, account ... as this one")        \
	X(DROP, "drop", "-", FIND, "", "filter: none with the same actor, target, account ...")    \
	X(STATUS, "status", "o", FIND, "open only",                                                \
		"show open, then awaiting validation, then closed, then all alerts")               \
	X(SORT, "sort", "s", FIND, "sort", "sort by the next column")                              \
	X(MARK, "mark", "Space", DECIDE, "mark", "mark the alert, or take the mark away")          \
	X(MARK_ALL, "mark-all", "*", DECIDE, "", "mark all alerts of the list, or take all marks away") \
	X(TAKE, "take", "a", DECIDE, "take", "take the alert: it becomes yours")                   \
	X(REQUEST, "request", "r", DECIDE, "request", "ask an admin for a validation")             \
	X(VALIDATE, "validate", "v", DECIDE, "validate", "close it as validated: expected (admins)") \
	X(MALICIOUS, "malicious", "x", DECIDE, "malicious", "close it as confirmed malicious")     \
	X(FALSE_POSITIVE, "false-positive", "F", DECIDE, "false positive",                         \
		"close it as a false positive")                                                    \
	X(NOTE, "note", "m", DECIDE, "note", "add a note")                                         \
	X(UNDO, "undo", "u", DECIDE, "undo",                                                       \
		"take the last decision back; recorded, never erased")                             \
	X(COPY, "copy", "y", SCREEN, "copy",                                                       \
		"copy the fact, the key id, the field, the record, or the ids of the marked")                \
	X(COPY_COMMAND, "copy-command", "Y", SCREEN, "",                                           \
		"copy the aws command that deactivates this key")                                  \
	X(EXPORT, "export", "", SCREEN, "",                                                        \
		"write the alerts that are shown to a file: .csv .json .jsonl .md or .txt") \
	X(RECORD, "record", "e", SCREEN, "record", "open the record in $PAGER, else $EDITOR")      \
	X(UTC, "utc", "Z", SCREEN, "", "times in UTC or in the local zone")                        \
	X(THEME, "theme", "t", SCREEN, "", "the next theme")                                       \
	X(COMMAND, "command", ":", SCREEN, "command", "run an action by its name (Tab completes)") \
	X(REDRAW, "redraw", "Ctrl-L", SCREEN, "", "draw the whole screen again")                   \
	X(SUSPEND, "suspend", "Ctrl-Z", SCREEN, "", "back to the shell; fg returns")               \
	X(QUIT, "quit", "q Ctrl-C", SCREEN, "quit", "quit")

enum action {
#define X(id, name, keys, group, hint, help) ACTION_##id,
	ACTIONS(X)
#undef X
	ACTION_COUNT,
	ACTION_NONE = ACTION_COUNT,
};
/* clang-format on */

struct action_def {
	const char *name;
	const char *keys; /* by default */
	enum action_group group;
	const char *hint;
	const char *help;
};
extern const struct action_def actions[ACTION_COUNT];

/* What may stand behind a name at the `:` prompt. */
struct action_argument {
	enum action action;
	const char *word; /* stands for it in the manual */
	const char *help; /* what the action does then */
};
/* NULL: it takes none. */
const struct action_argument *action_argument(enum action action);

/* ACTION_NONE when there is none of that name. */
enum action action_find(struct str name);
/* The longest text that every action name beginning with `prefix` begins with; how many there are
 * goes to *count. */
struct str action_complete(struct str prefix, size_t *count);

/* For the manual: one mdoc item an action, by groups. */
void action_list(struct buf *out);

#endif
