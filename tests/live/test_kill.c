/*
 * kill -9 at random moments, over several sources at once, under a feed: afterwards every event is
 * there exactly once, and each alert names every source that delivered it.
 */
#include "tests/support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "core/source/http.h"
#include "core/store/live.h"
#include "tests/support/child.h"
#include "tests/support/cloud.h"

/* The seed is printed; KEYWATCH_TEST_SEED gives another. */
enum { KILLS = 30, EVENTS_A_KILL = 10, LIFE_MS = 700, SEED = 20261125 };

#define QUEUE "https://sqs.us-east-1.amazonaws.com/111122223333/keywatch"

struct feed {
	struct cloud cloud;
	char *home, db[300], log[300];
	unsigned random;
	int events;
};

static unsigned
draw(struct feed *f, unsigned below)
{
	f->random = f->random * 1103515245U + 12345U;
	return (f->random >> 16) % below;
}

/* One event comes by every source. */
static void
feed_event(struct feed *f)
{
	char now[TIME_TEXT], record[512];
	FILE *log = fopen(f->log, "ae");
	int n = f->events++;

	time_format_iso(time_now() / TICKS_PER_SECOND * TICKS_PER_SECOND, now);
	snprintf(record, sizeof(record),
		"{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\",\"eventTime\":\"%s\","
		"\"eventID\":\"e-%04d\"}",
		now, n);
	assert_non_null(log);
	fprintf(log, "%s\n", record);
	assert_int_equal(fclose(log), 0);
	cloud_tell(&f->cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":"
		"{\"records\":[%s]}}",
		record);
	cloud_tell(&f->cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":{"
		"\"bodies\":"
		"[{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":%s}]}}",
		record);
}

static void
start_watch(struct feed *f, struct child *child)
{
	char follow[400], endpoint[80];
	const char *const words[] = {"watch", "--format", "jsonl", "--store", f->db, "--source",
		"type=cloudtrail,name=api,poll_interval=200ms", "--source",
		"type=sqs,name=queue,queue_url=" QUEUE, "--source", follow, "--endpoint-url",
		endpoint, NULL};
	const char *const environment[] = {
		"AWS_ACCESS_KEY_ID=" CLOUD_KEY, "AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET, NULL};
	const struct child_options options = {
		.arguments = words, .environment = environment, .home = f->home};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	snprintf(follow, sizeof(follow), "type=follow,name=log,path=%s", f->log);
	snprintf(endpoint, sizeof(endpoint), "%s", f->cloud.url);
	child_start(child, &options, null, null, null, -1);
	close(null);
}

static void
live_and_die(struct feed *f)
{
	struct child child;
	struct pollfd ended;
	int64_t until = time_monotonic_ms() + draw(f, LIFE_MS);

	start_watch(f, &child);
	for (int i = 0; i < EVENTS_A_KILL; i++)
		feed_event(f);
	ended = (struct pollfd){child.pidfd, POLLIN, 0};
	/* It must not end by itself before it is killed. */
	if (until > time_monotonic_ms())
		assert_int_equal(poll(&ended, 1, (int)(until - time_monotonic_ms())), 0);
	kill(child.pid, SIGKILL);
	child_finish(&child);
}

struct counting {
	int rows, complete;
	struct store *store;
};

static bool
count_row(void *context, const struct store_row *row)
{
	struct counting *c = context;
	struct alert alert = {0};
	bool seen[3] = {0};

	c->rows++;
	assert_true(store_load(c->store, row->id, &alert, NULL));
	for (size_t i = 0; i < alert.source_count; i++) {
		seen[0] |= str_is(alert.sources[i].name, "api");
		seen[1] |= str_is(alert.sources[i].name, "queue");
		seen[2] |= str_is(alert.sources[i].name, "log");
	}
	c->complete += seen[0] && seen[1] && seen[2];
	alert_fini(&alert);
	return true;
}

static struct counting
count(struct feed *f)
{
	const struct store_query query = {.order = STORE_BY_ROWID};
	struct counting c = {0};
	struct store *reader;
	struct error err;

	assert_ok(store_open(&reader, f->db, &err), &err);
	assert_ok(store_open(&c.store, f->db, &err), &err);
	assert_ok(store_rows(reader, &query, count_row, &c, &err), &err);
	store_close(c.store);
	store_close(reader);
	return c;
}

/* What was received and not deleted is hidden for a while; then it comes again. */
static void
live_until_all_is_known(struct feed *f)
{
	struct child child;
	struct pollfd ended;
	int64_t deadline = time_monotonic_ms() + CHILD_DEADLINE_MS;
	struct counting c;

	start_watch(f, &child);
	ended = (struct pollfd){child.pidfd, POLLIN, 0};
	do {
		assert_int_equal(poll(&ended, 1, 200), 0);
		c = count(f);
	} while (c.complete < f->events && time_monotonic_ms() < deadline);
	print_message("%d events, %d alerts, %d by all sources\n", f->events, c.rows, c.complete);
	assert_int_equal(c.rows, f->events);
	assert_int_equal(c.complete, f->events);
	kill(child.pid, SIGTERM);
	assert_int_equal(poll(&ended, 1, 2000), 1);
	child_reap(&child);
	assert_int_equal(child.status, 0);
	child_finish(&child);
}

static void
after_many_kills_every_event_is_there_exactly_once(void **state)
{
	const char *seed = getenv("KEYWATCH_TEST_SEED");
	struct feed f = {.home = test_folder()};

	(void)state;
	f.random = seed ? (unsigned)strtoul(seed, NULL, 10) : SEED;
	print_message("seed %u\n", f.random);
	snprintf(f.db, sizeof(f.db), "%s/k.db", f.home);
	snprintf(f.log, sizeof(f.log), "%s/feed.ndjson", f.home);
	cloud_start(&f.cloud);
	cloud_tell(&f.cloud, "{\"op\":\"set\",\"service\":\"sqs\",\"state\":{\"visibility\":2}}");
	for (int i = 0; i < KILLS; i++)
		live_and_die(&f);
	live_until_all_is_known(&f);
	cloud_stop(&f.cloud);
	test_rmtree(f.home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_many_kills_every_event_is_there_exactly_once),
	};

	http_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
