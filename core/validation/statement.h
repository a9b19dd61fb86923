/*
 * What an admin signs: one line-based text for people and machines, described in
 * keywatch-validation(5). There is one text for a statement and one statement for a text, under
 * every version of Unicode, so that a signature over it holds for as long as the text is kept.
 * Pure but for statement_nonce; any thread.
 */
#ifndef KEYWATCH_VALIDATION_STATEMENT_H
#define KEYWATCH_VALIDATION_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alert/alert.h"
#include "core/base/buf.h"
#include "core/base/error.h"

enum {
	STATEMENT_MAX = 16 << 10, /* bytes of a text; what statement_check passes is never longer */
	STATEMENT_REASON_MAX = 7 << 10, /* bytes of the reason as written, escapes included */
	STATEMENT_VALUE_MAX = 1 << 10,	/* and of every other value; see statement_write */
	STATEMENT_PRINCIPAL_MAX = 256,
	STATEMENT_NONCE_SIZE = 33, /* 32 hex digits and a NUL */
};

/* The values, as they are called and ordered in the text; before them stand what is the same in
 * every statement, behind them `sequence` and `time`. */
#define STATEMENT_TEXTS(X)                                                                         \
	X(PRINCIPAL, "principal")                                                                  \
	X(REASON, "reason")                                                                        \
	X(RULE_ID, "rule")                                                                         \
	X(ALERT_ID, "alert")                                                                       \
	X(EVENT_SHA256, "event-sha256")                                                            \
	X(EVENT_ID, "event-id")                                                                    \
	X(ACCOUNT, "account")                                                                      \
	X(ACTOR, "actor")                                                                          \
	X(TARGET, "target")                                                                        \
	X(KEY_ID, "new-key")                                                                       \
	X(STORE_ID, "store")                                                                       \
	X(PREVIOUS, "previous")                                                                    \
	X(NONCE, "nonce")

enum statement_text {
#define X(id, name) STATEMENT_##id,
	STATEMENT_TEXTS(X)
#undef X
		STATEMENT_TEXT_COUNT
};

struct statement {
	struct str text[STATEMENT_TEXT_COUNT]; /* borrows; absent and empty are one */
	int64_t sequence;		       /* of the previous head; >= 0 */
	int64_t time;			       /* of signing: ticks, whole seconds */
};

/*
 * May it be signed? The principal and the reason are said by the one who decides: too long, hidden
 * or missing ones are refused, as are digests that are none, and times with a fraction. What the
 * log says is never refused. ERROR_USAGE.
 */
bool statement_check(const struct statement *s, struct error *err);

/*
 * Appends the text. A value that would be longer than its cap is written as
 * `sha256:HEX (N bytes)`, so that no name in a log keeps anybody from deciding.
 */
void statement_write(const struct statement *s, struct buf *out);

/* Accepts what statement_write gives for a statement that statement_check passes, nothing else:
 * err (ERROR_INPUT) names the line and why. Strings live in the arena. */
bool statement_parse(struct statement *s, struct str text, struct arena *arena, struct error *err);

/* What the alert says: rule, alert, event-sha256 (over alert->raw), event-id, account, actor,
 * target, new-key; the other values stay. Borrows from the alert and the arena. */
void statement_of(struct statement *s, const struct alert *alert, struct arena *arena);

/* Is it about this alert as it is now (with its raw bytes)? err (ERROR_CONFLICT) names the first
 * value that differs. */
bool statement_is_about(const struct statement *s, const struct alert *alert, struct error *err);

/* 32 hex digits from the kernel. */
void statement_nonce(char nonce[STATEMENT_NONCE_SIZE]);

#endif
