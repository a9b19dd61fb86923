#include "tests/support/played.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/wake.h"
#include "tests/support/test.h"

enum { FOREVER_MS = 1000000000 /* eleven days of event time */, RETRY_MS = 300000 };

struct played played[PLAYED_MOST];
static atomic_uint rounds;
static struct wake release; /* of those that hang, at the end */

struct player {
	struct source source;
	const struct played *plan;
	unsigned round;
};

static bool
player_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct player *player = MEM_NEW(struct player);

	(void)err;
	player->source.options = *options;
	for (size_t i = 0; i < PLAYED_MOST && played[i].name; i++)
		if (strcmp(played[i].name, options->config->name) == 0)
			player->plan = &played[i];
	*out = &player->source;
	return true;
}

static void
give(const struct player *player)
{
	const struct source_sink *sink = player->source.options.sink;
	const struct source_place place = {
		.path = STR("queue/1"), .offset = 12, .arrived = TIME_NONE};
	char record[256];

	if (player->plan->problem)
		sink->problem(
			sink->context, &place, PROBLEM_ERROR, player->plan->problem, STR_ABSENT);
	if (!player->plan->record)
		return;
	snprintf(record, sizeof(record),
		"{\"eventName\":\"CreateAccessKey\",\"eventTime\":\"2026-01-02T03:04:05Z\","
		"\"eventID\":\"%s\"}",
		player->plan->record);
	sink->record(sink->context, &place, str_from(record), 0);
}

static enum source_result
wait_for_the_stop(struct player *player)
{
	const struct source_options *o = &player->source.options;
	struct pollfd end = {.fd = release.fd, .events = POLLIN};

	o->say(o->say_context, &player->plan->report);
	poll(&end, 1, -1);
	return SOURCE_STOPPED;
}

static enum source_result
player_poll(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct player *player = (struct player *)source;
	const struct played *plan = player->plan;

	if (plan->hangs)
		return wait_for_the_stop(player);
	if (player->round++ == 0)
		give(player);
	atomic_fetch_add(&rounds, 1);
	*next_ms = plan->next_ms ? plan->next_ms : FOREVER_MS;
	if (!plan->error)
		return SOURCE_OK;
	failure->cause = plan->cause;
	failure->retry_after_ms = RETRY_MS;
	snprintf(failure->advice, sizeof(failure->advice), "%s", plan->advice);
	error_set(err, ERROR_INPUT, "%s", plan->error);
	return SOURCE_FAILED;
}

static void
player_report(const struct source *source, struct source_report *report)
{
	const struct player *player = (const struct player *)source;

	*report = player->plan->report;
	if (player->plan->next_ms) /* it goes on */
		report->requests = report->bytes = report->records = atomic_load(&rounds);
}

static void
player_close(struct source *source)
{
	free(source);
}

static const char *const filling_keys[] = {"first_fill", NULL};

#define PLAYER(kind, its_keys)                                                                     \
	{                                                                                          \
		.type = kind, .keys = its_keys, .poll_interval_ms = 1000, .open = player_open,     \
		.poll = player_poll, .report = player_report, .close = player_close                \
	}
static const struct source_ops kinds[] = {PLAYER("cloudtrail", filling_keys),
	PLAYER("s3", filling_keys), PLAYER("sqs", NULL), PLAYER("loganalytics", filling_keys)};

const struct source_ops *
played_ops(const struct played *plan)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (plan->type && strcmp(plan->type, kinds[i].type) == 0)
			return &kinds[i];
	return &kinds[0];
}

void
played_begin(void)
{
	struct error err;

	memset(played, 0, sizeof(played));
	atomic_store(&rounds, 0);
	assert_ok(wake_open(&release, &err), &err);
}

void
played_release(void)
{
	wake_raise(&release);
}

void
played_end(void)
{
	wake_close(&release);
}

unsigned
played_rounds(void)
{
	return atomic_load(&rounds);
}
