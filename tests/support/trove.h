/*
 * A trail's bucket of the fake cloud, watched in this process as the source `audit`. One thread.
 */
#ifndef KEYWATCH_TESTS_TROVE_H
#define KEYWATCH_TESTS_TROVE_H

#include "tests/support/bucket.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

#define TROVE_SPEC "type=s3,name=audit,bucket=trail"
#define TROVE_OTHER_REGION                                                                         \
	"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/"                                    \
	"111122223333_CloudTrail_eu-west-1_20260102T"

struct trove {
	struct cloud cloud;
	struct world world;
	struct watcher watcher;
};

/* That of a test program. */
extern struct trove trove;

/* For cmocka: once a program. */
int trove_start(void **state);
int trove_stop(void **state);
/* Before and after a test. The bucket `trail` is empty, and the clock stands at 03:30 of
 * 2026-01-02: what was delivered until then tells of calls until 03:00. */
int trove_standing(void **state);
int trove_close(void **state);

/* eve of account 111122223333 calls IAM about bob, from 203.0.113.9. */
struct trove_call {
	const char *id, *name, *time; /* time: whole */
	const char *with, *made;      /* the key; the key of its answer, NULL or "": none */
};
/* An object with that one record; one that is there is replaced. */
void trove_put(const struct trove *t, const char *key, const struct trove_call *call);
void trove_remove(const struct trove *t, const char *key);
void trove_watch(struct trove *t, const char *spec); /* NULL: as before */

#endif
