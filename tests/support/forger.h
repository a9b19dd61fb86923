/* Somebody who may write the store and knows how keywatch works: no step of his is a clumsy one.
 * The store is closed meanwhile. */
#ifndef KEYWATCH_TESTS_FORGER_H
#define KEYWATCH_TESTS_FORGER_H

#include "core/alert/decision.h"

/* The chain made anew over what the decisions say now, and the events as they are now. */
void forger_rechain(const char *path);
/* SQL past the triggers, then that. */
void forger_sql(const char *path, const char *text);
/* A decision more: seq (0: the next), row, at, action, actor, reason, principal, statement and
 * signature (both may be absent); chained. */
void forger_plant(const char *path, const struct decision *decision);

#endif
