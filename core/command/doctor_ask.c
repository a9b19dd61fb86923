/* One source, asked as it would be watched, but for one request and without a pipeline. */
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/command/doctor.h"
#include "core/source/http.h"

/* ---- a source's surroundings: nothing is taken, nothing is known, nobody waits ---- */

static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	(void)context, (void)place, (void)raw, (void)flags;
	return true;
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	(void)context, (void)place, (void)severity, (void)reason, (void)body;
	return true;
}

static bool
go_at_once(void *context, const char *account_and_region)
{
	(void)context, (void)account_and_region;
	return true;
}

static void
keep_failed_try(void *context, const char *what)
{
	struct buf *last = context;

	buf_clear(last);
	buf_puts(last, what);
}

/* ---- the limit ---- */

/* Readable when the time is over or a signal came: the one descriptor that interrupts requests. */
struct limit {
	int timer, any;
};

static void
watch_fd(const struct limit *limit, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (fd >= 0)
		epoll_ctl(limit->any, EPOLL_CTL_ADD, fd, &event);
}

static void
limit_open(struct limit *limit, int signals)
{
	const struct itimerspec span = {.it_value = {.tv_sec = DOCTOR_LIMIT_MS / 1000}};

	limit->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	limit->any = epoll_create1(EPOLL_CLOEXEC);
	timerfd_settime(limit->timer, 0, &span, NULL);
	watch_fd(limit, limit->timer);
	watch_fd(limit, signals);
}

static void
limit_close(struct limit *limit)
{
	close(limit->any);
	close(limit->timer);
}

static bool
is_raised(int fd)
{
	struct pollfd wait = {fd, POLLIN, 0};

	return fd >= 0 && poll(&wait, 1, 0) > 0;
}

/* ---- what came of it ---- */

static void
note_failure(
	struct doctor_source *source, const struct source_failure *failure, const struct error *err)
{
	source->cause = source_cause_word(failure->cause);
	buf_puts(&source->error, err->text);
	buf_puts(&source->advice, source_advice(failure));
}

static void
note_late(struct doctor_source *source, const struct buf *last_try)
{
	const struct source_failure failure = {.cause = CAUSE_NETWORK};
	struct error err;

	if (last_try->len)
		error_set(&err, ERROR_SYSTEM, "no answer within %d s; before that: %s",
			DOCTOR_LIMIT_MS / 1000, buf_cstr(last_try));
	else
		error_set(&err, ERROR_SYSTEM, "no answer within %d s", DOCTOR_LIMIT_MS / 1000);
	note_failure(source, &failure, &err);
}

static void
note_skew(struct doctor_source *source, int64_t skew_ms)
{
	source->skew_ms = skew_ms;
	if (!skew_ms)
		return;
	if (source->advice.len)
		buf_putc(&source->advice, '\n');
	source_put_skew(&source->advice, skew_ms);
}

static enum source_result
probe(struct doctor_source *source, const struct source_options *options,
	struct source_failure *failure, struct error *err)
{
	const struct source_ops *ops = source->config->ops;
	struct source_report report = {0};
	enum source_result result;
	struct source *opened;

	if (!ops->open(&opened, options, err)) {
		failure->cause = CAUSE_CONFIGURED;
		note_failure(source, failure, err);
		return SOURCE_FAILED;
	}
	opened->ops = ops;
	result = ops->probe(opened, &source->asked, failure, err);
	ops->report(opened, &report);
	ops->close(opened);
	if (result == SOURCE_FAILED)
		note_failure(source, failure, err);
	else
		snprintf(source->note, sizeof(source->note), "%s", report.note);
	note_skew(source, report.skew_ms);
	return result;
}

static enum source_result
ask(const struct doctor_asker *asker, struct doctor_source *source, int interrupt,
	struct buf *last_try)
{
	const struct source_sink sink = {
		NULL, take_record, take_problem, source_drop_position, source_drop_barrier};
	const struct scan_options scan = {0};
	struct http *http = http_new(interrupt, source->config->value[SOURCE_KEY_CA_BUNDLE]);
	const struct source_options options = {
		.config = source->config,
		.sink = &sink,
		.clock = asker->clock,
		.http = http,
		.scan = &scan,
		.rules = asker->rules,
		.rule_count = asker->rule_count,
		.position = source_no_position,
		.positions = source_no_positions,
		.turn = go_at_once,
		.failed_try = keep_failed_try,
		.say_context = last_try,
	};
	struct source_failure failure = {0};
	struct error err = {0};
	enum source_result result = probe(source, &options, &failure, &err);

	http_free(http);
	return result;
}

bool
doctor_ask(const struct doctor_asker *asker, struct doctor_source *source)
{
	int64_t began_ms = time_monotonic_ms();
	struct buf last_try = {0};
	struct limit limit;
	enum source_result result;
	bool stopped;

	limit_open(&limit, asker->signals);
	result = ask(asker, source, limit.any, &last_try);
	stopped = is_raised(asker->signals);
	if (result == SOURCE_STOPPED && !stopped)
		note_late(source, &last_try);
	source->latency_ms = time_monotonic_ms() - began_ms;
	source->answered = result == SOURCE_OK;
	source->ok = source->answered && !source->skew_ms;
	limit_close(&limit);
	buf_fini(&last_try);
	return !stopped;
}
