/*
 * A Log Analytics workspace of the fake cloud (services/azure.py) watched in this process, and who
 * signs in to it. One thread.
 */
#ifndef KEYWATCH_TESTS_WORKSPACE_H
#define KEYWATCH_TESTS_WORKSPACE_H

#include "tests/support/cloud.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

#define WORKSPACE_TENANT "11111111-0000-0000-0000-000000000001"
#define WORKSPACE_CLIENT "22222222-0000-0000-0000-000000000002"
#define WORKSPACE_SECRET "azure+secret/~&=1"
#define WORKSPACE_ID "33333333-0000-0000-0000-000000000003"

struct workspace {
	struct cloud cloud;
	struct world world;
	struct watcher watcher;
	char *path; /* owns: PATH as it was */
};

/* That of a test program. */
extern struct workspace ws;

/* For cmocka: once a program. */
int workspace_start(void **state);
int workspace_stop(void **state);
/* Before and after a test. A client with a secret is at hand; nothing else is, and no az. The clock
 * stands at 03:30 of 2026-01-02, or runs from there so fast that polls follow each other without a
 * pause. */
int workspace_standing(void **state);
int workspace_racing(void **state);
int workspace_close(void **state);

/* Merged into the service's state. */
void workspace_set(struct workspace *w, const char *json);
/* What a query meets next: members of a `fault` (cloud/README.md). */
void workspace_fault(struct workspace *w, const char *members);
/* An event of the table; made: what the rule made beside, such as {"Name":"123"}. */
void workspace_add(struct workspace *w, const char *id, const char *time, const char *made);
/* Another query than the built-in rule's; it must keep SourceIpAddress. */
void workspace_use_rule(struct workspace *w, const char *query);
/* Starts watching as the source `law`; more: ",key=value…" or "". */
void workspace_watch(struct workspace *w, const char *more);
/* A value of the newest request of that operation holds the part. */
void workspace_assert_last(
	struct workspace *w, const char *operation, const char *what, const char *part);

#endif
