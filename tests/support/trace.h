/* Traces without records, for tests of what keeps and tells them. */
#ifndef KEYWATCH_TESTS_TRACE_H
#define KEYWATCH_TESTS_TRACE_H

#include "core/store/history.h"
#include "tests/support/scene.h"

/* A call of IAM or STS in one line of words: `NAME [key=K] [subject=S] [user=U] [actor=A] [ip=I]
 * [agent=G] [error=E] [id=EVENTID] [at=SECONDS]`, the time after FIXTURE_TIME. Borrows. */
struct trace trace_of_words(struct arena *arena, const char *words);

/* Each in a transaction of its own. */
int64_t trace_term(struct scene *s, enum term_kind kind, const char *value);
bool trace_put(struct scene *s, int64_t term, const struct trace *trace, int64_t input);
/* The input was looked through for all terms up to this one; its events are from and to these
 * seconds after FIXTURE_TIME. */
void trace_looked(struct scene *s, int64_t input, int64_t term, int from, int to, bool unread);
/* An input that was read to its end. */
int64_t trace_input(struct scene *s, const char *path);

#endif
