/*
 * History that a live source is asked for: the fake cloud, a watch over it, calls that it knows of,
 * and the facts that come of them. One thread.
 */
#ifndef KEYWATCH_TESTS_INQUIRY_H
#define KEYWATCH_TESTS_INQUIRY_H

#include "core/alert/facts.h"
#include "tests/support/cloud.h"
#include "tests/support/watcher.h"
#include "tests/support/world.h"

struct inquiry {
	struct cloud cloud;
	struct world world;
	struct watcher watcher;
};

/* That of a test program. */
extern struct inquiry in;

/* For cmocka: of a whole program. */
int inquiry_start(void **state);
int inquiry_stop(void **state);
/* Of a test; the clock stands at `now` when rate is "0". */
void inquiry_open(struct inquiry *i, const char *now, const char *rate);
int inquiry_close(void **state); /* for cmocka */

/* A call that CloudTrail knows of. NULL: eve of account 123456789012 calls IAM about bob, from
 * 203.0.113.9, with a key of hers, in us-east-1; without an answer. */
struct inquiry_call {
	const char *id, *name, *time;  /* these must be there; time within 2026-01-02, `03:04:05` */
	const char *by, *with, *about; /* a user's name, a key, a user's name */
	const char *made;	       /* the key of its answer */
	const char *changes, *status;  /* the key of its request */
	const char *service, *ip, *region;
	const char *identity; /* the whole of userIdentity, instead of by and with */
	const char *gave;     /* a temporary key, of STS */
	const char *policy;   /* of its request */
};
void inquiry_add(struct inquiry *i, const struct inquiry_call *call);

/* Look-ups by that attribute meet a fault of that kind, so many times (-1: all). */
void inquiry_fault(struct inquiry *i, const char *attribute, const char *kind, int count);

void inquiry_watch(struct inquiry *i, const char *spec); /* NULL: as before */
void inquiry_watch_two(struct inquiry *i, const char *spec, const char *other);
/* The text of a fact of an alert. */
void inquiry_fact(struct inquiry *i, const char *id, int number, char text[2000]);
/* Until it holds that part; fails the test when it does not come to that. */
void inquiry_await_fact(struct inquiry *i, const char *id, int number, const char *part);
/* The same while the clock goes on, so that there is always something to ask again. */
void inquiry_await_told(struct inquiry *i, const char *id, int number, const char *part);
/* Until so many answers came. */
void inquiry_await_answers(struct inquiry *i, uint64_t count);
/* Until nothing is left to ask. */
void inquiry_await_silence(struct inquiry *i);
/* Look-ups by that attribute and value (NULL: any), in that region (NULL: any). */
size_t inquiry_count(
	struct inquiry *i, const char *attribute, const char *value, const char *region);

#endif
