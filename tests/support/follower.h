/*
 * A source that follows files, with a sink that writes down what it is given. A kill keeps what was
 * committed, the first so many items; a new start goes on from their positions.
 */
#ifndef KEYWATCH_TESTS_FOLLOWER_H
#define KEYWATCH_TESTS_FOLLOWER_H

#include "core/source/source.h"
#include "tests/support/test.h"

/* Lines of a log: a record that matters; the same in two parts. */
#define HIT(id) "{\"eventID\":\"" id "\",\"eventName\":\"CreateAccessKey\"}\n"
#define HALF "{\"eventID\":\"h\",\"even"
#define REST "tName\":\"CreateAccessKey\"}\n"

/* What a source gave, in order: what is before `committed` outlives a kill. */
enum follower_kind { FOLLOWER_RECORD, FOLLOWER_PROBLEM, FOLLOWER_POSITION };
struct follower_item {
	enum follower_kind kind;
	char *text, *value; /* own; value NULL: forgotten */
};

struct follower {
	char *folder; /* owns */
	struct follower_item *items;
	size_t count, capacity;
	size_t stop_after; /* > 0: the sink stops after so many items */
	struct source_config config;
	struct source_sink sink;
	struct scan_options scan;
	struct clock clock; /* the real one, unless a test sets it */
	struct source_options options;
	struct source *source;
	struct source_failure failure;
	struct error err;
};

/* Of a file in a new folder; "" is the folder itself. */
void follower_init(struct follower *follower, const char *path);
void follower_fini(struct follower *follower);
void follower_start(struct follower *follower);
/* kill -9 and a new start: what came after the first `kept` items was not committed. */
void follower_restart(struct follower *follower, size_t kept);
enum source_result follower_look(struct follower *follower);
void follower_look_ok(struct follower *follower);
/* Everything given of that kind, in order. */
void follower_expect(
	const struct follower *follower, enum follower_kind kind, const char *expected);
/* The records, and not one problem. */
void follower_expect_records(const struct follower *follower, const char *expected);

/* Of a name in the folder; valid until the fourth call from here. */
const char *follower_path(const struct follower *follower, const char *name);
void follower_write(const struct follower *follower, const char *name, int flags, struct str bytes);
void follower_append(const struct follower *follower, const char *name, const char *text);

#endif
