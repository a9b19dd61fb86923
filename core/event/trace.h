/*
 * What a record tells about keys and about who used them: one compact row of history, read from
 * the bytes without a tree, so that any thread may. Pure.
 *
 * Where a name stands twice in an object, its first copy is taken; case matters.
 */
#ifndef KEYWATCH_EVENT_TRACE_H
#define KEYWATCH_EVENT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/str.h"

/* Every text of a trace and its column in the store. */
#define TRACE_TEXTS(X)                                                                             \
	X(EVENT_ID, event_id)                                                                      \
	X(SHARED_ID, shared_id) /* sharedEventID: of a call that several accounts log */           \
	X(NAME, name)		/* eventName */                                                    \
	X(SERVICE, service)	/* eventSource, as `iam.amazonaws.com` */                          \
	X(TYPE, type)		/* userIdentity.type */                                            \
	X(ACTOR, actor)		/* its ARN; else its principal, else who invoked it */             \
	X(ACTOR_USER, actor_user)                                                                  \
	X(KEY, key) /* with which it was called */                                                 \
	X(IP, ip)                                                                                  \
	X(REGION, region)                                                                          \
	X(AGENT, agent)                                                                            \
	X(ERROR, error)	    /* errorCode; without one errorMessage */                              \
	X(ACCOUNT, account) /* recipientAccountId; else the caller's */                            \
	X(USER, user) /* an IAM call: the user that it is about, the caller's own included; else   \
			 the role or group */                                                      \
	X(SUBJECT, subject) /* the key that it made, changed, deleted, or obtained from STS */     \
	X(WHAT, what)	    /* status, policy, group, role, trail: what else it is about */

enum trace_text {
#define X(name, column) TRACE_##name,
	TRACE_TEXTS(X)
#undef X
		TRACE_TEXT_COUNT
};

/* Those before it are ids, which hardly two traces share. */
enum { TRACE_FIRST_WORD = TRACE_NAME };
/* A text is cut at so many bytes: what is kept of one compares with what is read of it. */
enum { TRACE_TEXT_MAX = 2048 };
enum { TRACE_IDENTITY = 16 };

struct trace {
	int64_t time;			   /* eventTime in ticks; TIME_NONE: unreadable */
	struct str text[TRACE_TEXT_COUNT]; /* absent where the record has none */
	bool part; /* of a row that lacks columns: what it does not tell may stand in them */
	/* Where the record stands: set by who found it. */
	struct str source, path;
	uint64_t offset;
	struct str sha256; /* of the raw bytes, hex */
	/* trace_identity, of what a store kept; all zero: not computed yet. */
	unsigned char identity[TRACE_IDENTITY];
};

/* A record's bytes, which are JSON. Texts borrow from raw where it writes them plainly, else from
 * the arena. False: it is no object. Where it stands is left empty. */
bool trace_read(struct trace *trace, struct str raw, struct arena *arena);
/* The same of who called, from where and when alone; no more is read than that needs. */
bool trace_read_caller(struct trace *trace, struct str raw, struct arena *arena);

/* The same of a row (SCAN_FROM_TABLE), which is JSON. */
bool trace_read_row(struct trace *trace, struct str raw, struct arena *arena);

/* The same record, whatever file it stands in: 16 bytes of a hash of its eventID and of all that
 * is judged, so that a forged copy of an eventID hides nothing. Not of its sharedEventID. */
void trace_identity(const struct trace *trace, unsigned char identity[TRACE_IDENTITY]);

/* ---- calls that matter beside what a key does ---- */

enum trace_weight {
	TRACE_KEY_CALL = 1,  /* makes, changes or deletes access keys */
	TRACE_AROUND = 2,    /* persistence or defence evasion, facts.md question 18 */
	TRACE_USER_CALL = 4, /* changes what a user is, has or may */
	TRACE_ISSUES = 8,    /* gives temporary keys, or a console session */
};

struct trace_call {
	const char *name, *service;
	unsigned weight;
};
extern const struct trace_call trace_calls[]; /* ends with a NULL name */

/* 0: none of them. */
unsigned trace_weight(const struct trace *trace);
/* Times are logged to the second. Within one, what is made comes first and what is deleted last:
 * the less, the earlier. */
int trace_turn(const struct trace *trace);
/* It went through. */
bool trace_succeeded(const struct trace *trace);

/* ---- who called ---- */

/* As their ARN says, whichever account it was logged in; else that one. */
struct str trace_caller_account(const struct trace *trace);
/* They called with a key that lasts: an IAM user's, or root's. */
bool trace_has_lasting_key(const struct trace *trace);
/* Every key that lasts begins so. */
#define TRACE_LASTING STR("AKIA")

#endif
