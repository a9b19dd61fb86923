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

/* Once a program. */
void workspace_start(struct workspace *ws);
void workspace_stop(struct workspace *ws);
/* Before and after a test. A client with a secret is at hand; nothing else is, and no az. The clock
 * stands at 03:30 of 2026-01-02, or runs at that rate from there. */
void workspace_open(struct workspace *ws, const char *rate);
void workspace_close(struct workspace *ws);

/* Merged into the service's state. */
void workspace_set(struct workspace *ws, const char *json);
/* What a query meets next: members of a `fault` (cloud/README.md). */
void workspace_fault(struct workspace *ws, const char *members);
/* An event of the table; made: what the rule made beside, such as {"Name":"123"}. */
void workspace_add(struct workspace *ws, const char *id, const char *time, const char *made);
/* Another query than the built-in rule's; it must keep SourceIpAddress. */
void workspace_use_rule(struct workspace *ws, const char *query);
/* Starts watching as the source `law`; more: ",key=value…" or "". */
void workspace_watch(struct workspace *ws, const char *more);
/* A value of the newest request of that operation holds the part. */
void workspace_assert_last(
	struct workspace *ws, const char *operation, const char *what, const char *part);

#endif
