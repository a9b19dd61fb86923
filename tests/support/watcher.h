/*
 * Live sources watched in this process: a store of their own, a clock that can be set, a pipeline
 * that is started, asked, stopped. Waits are woken by the pipeline and end the test after a minute.
 * One thread.
 */
#ifndef KEYWATCH_TESTS_WATCHER_H
#define KEYWATCH_TESTS_WATCHER_H

#include "core/pipeline/pipeline.h"
#include "core/source/source.h"
#include "core/store/live.h"
#include "tests/support/test.h"

struct watcher {
	char *folder; /* owns */
	char db[256];
	struct store *store;
	struct rule *rule;
	struct clock clock;
	struct source_configs configs;
	struct wake wake;
	struct pipeline *pipeline; /* NULL: not started */
	struct buf lines;	   /* said so far, a line each */
};

/* now and rate as KEYWATCH_NOW and KEYWATCH_CLOCK_RATE; NULL: the real clock. */
void watcher_open(struct watcher *w, const char *now, const char *rate);
void watcher_close(struct watcher *w);
/* specs as of --source, NULL-terminated; for tests that play a source, configs may be filled
 * before and specs be NULL. */
void watcher_start(struct watcher *w, const char *const *specs);
/* The start once more over the same store, as after an end. */
void watcher_stop(struct watcher *w);

typedef bool watcher_reached(struct watcher *w, void *context);
void watcher_await(struct watcher *w, watcher_reached *reached, void *context);
/* Until so many alerts are in the store. */
void watcher_await_alerts(struct watcher *w, int64_t count);
/* Until the source has come through a whole round since it was started. */
void watcher_await_ok(struct watcher *w, const char *name);
/* Until so many answers came of what is looked for in history. */
void watcher_await_answers(struct watcher *w, uint64_t count);
/* Until something was said that holds `part`. */
void watcher_await_line(struct watcher *w, const char *part);

struct health watcher_health(struct watcher *w, const char *name);
int64_t watcher_alerts(struct watcher *w);
/* What lists show of the newest alert. */
enum answer_yes watcher_used_in_list(struct watcher *w);
/* The text of a fact of an alert, behind "unknown: " where it is; health: of its source, or NULL.
 */
void watcher_fact(struct watcher *w, const char *event_id, int number, const struct health *health,
	char text[1000]);
/* Fails unless it holds that part. */
void watcher_assert_fact(struct watcher *w, const char *event_id, int number, const char *part);
/* alert_fini frees. */
void watcher_load(struct watcher *w, const char *event_id, struct alert *alert);

#endif
