/*
 * What a cell of the screen means. A theme says how each role looks; nothing else knows colours.
 */
#ifndef KEYWATCH_TUI_ROLE_H
#define KEYWATCH_TUI_ROLE_H

/* name, word in a theme file, attributes when there are no colours (theme.h). */
/* clang-format off */
#define ROLES(X)                                             \
	X(TEXT, "text", 0)                                   \
	X(DIM, "dim", 0)                                     \
	X(STRONG, "strong", STYLE_BOLD)                      \
	X(ACCENT, "accent", STYLE_BOLD)                      \
	X(RULE, "rule", 0)                                   \
	X(TITLE, "title", STYLE_BOLD)                        \
	X(HEADER, "header", STYLE_UNDERLINE)                 \
	X(SELECTED, "selected", STYLE_REVERSE)               \
	X(SELECTED_AWAY, "selected-away", STYLE_BOLD)        \
	X(MARKED, "marked", STYLE_BOLD)                      \
	X(NEW, "new", STYLE_BOLD)                            \
	X(ACTIVE, "active", 0)                               \
	X(AWAITING, "awaiting", STYLE_BOLD)                  \
	X(BENIGN, "benign", 0)                               \
	X(MALICIOUS, "malicious", STYLE_BOLD)                \
	X(FALSE_POSITIVE, "false-positive", 0)               \
	X(CLOSED, "closed", 0)                               \
	X(ALARM, "alarm", STYLE_BOLD)                        \
	X(HIDDEN, "hidden", STYLE_REVERSE)                   \
	X(BADGE, "badge", STYLE_REVERSE)                     \
	X(MATCH, "match", STYLE_REVERSE)                     \
	X(MATCH_OTHER, "match-other", STYLE_UNDERLINE)       \
	X(EVIDENCE, "evidence", STYLE_BOLD | STYLE_UNDERLINE) \
	X(LABEL, "label", 0)                                 \
	X(UNKNOWN, "unknown", 0)                             \
	X(KEY, "json-key", 0)                                \
	X(STRING, "json-string", 0)                          \
	X(NUMBER, "json-number", 0)                          \
	X(LITERAL, "json-literal", 0)                        \
	X(PUNCTUATION, "json-punctuation", 0)                \
	X(PROMPT, "prompt", STYLE_BOLD)                      \
	X(ERROR, "error", STYLE_BOLD)                        \
	X(DONE, "done", 0)                                   \
	X(HINT_KEY, "hint-key", STYLE_BOLD)                  \
	X(HINT, "hint", 0)                                   \
	X(PROGRESS, "progress", STYLE_BOLD)                  \
	X(PROGRESS_LEFT, "progress-left", 0)

enum role {
#define X(name, word, mono) ROLE_##name,
	ROLES(X)
#undef X
	ROLE_COUNT
};
/* clang-format on */

#endif
