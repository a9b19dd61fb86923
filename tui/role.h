/*
 * What a cell of the screen means. A theme says how each role looks; nothing else knows colours.
 */
#ifndef KEYWATCH_TUI_ROLE_H
#define KEYWATCH_TUI_ROLE_H

/* name, word in a theme file. */
/* clang-format off */
#define ROLES(X)                            \
	X(TEXT, "text")                     \
	X(DIM, "dim")                       \
	X(STRONG, "strong")                 \
	X(ACCENT, "accent")                 \
	X(RULE, "rule")                     \
	X(TITLE, "title")                   \
	X(HEADER, "header")                 \
	X(SELECTED, "selected")             \
	X(SELECTED_AWAY, "selected-away")   \
	X(MARKED, "marked")                 \
	X(NEW, "new")                       \
	X(ACTIVE, "active")                 \
	X(AWAITING, "awaiting")             \
	X(BENIGN, "benign")                 \
	X(MALICIOUS, "malicious")           \
	X(FALSE_POSITIVE, "false-positive") \
	X(CLOSED, "closed")                 \
	X(ALARM, "alarm")                   \
	X(HIDDEN, "hidden")                 \
	X(BADGE, "badge")                   \
	X(MATCH, "match")                   \
	X(MATCH_OTHER, "match-other")       \
	X(EVIDENCE, "evidence")             \
	X(LABEL, "label")                   \
	X(UNKNOWN, "unknown")               \
	X(KEY, "json-key")                  \
	X(STRING, "json-string")            \
	X(NUMBER, "json-number")            \
	X(LITERAL, "json-literal")          \
	X(PUNCTUATION, "json-punctuation")  \
	X(PROMPT, "prompt")                 \
	X(ERROR, "error")                   \
	X(DONE, "done")                     \
	X(HINT_KEY, "hint-key")             \
	X(HINT, "hint")                     \
	X(PROGRESS, "progress")             \
	X(PROGRESS_LEFT, "progress-left")

enum role {
#define X(name, word) ROLE_##name,
	ROLES(X)
#undef X
	ROLE_COUNT
};
/* clang-format on */

#endif
