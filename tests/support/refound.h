/* The record of a trace that a live source told, asked for there once more. One thread. */
#ifndef KEYWATCH_TESTS_REFOUND_H
#define KEYWATCH_TESTS_REFOUND_H

#include "core/history/evidence.h"
#include "tests/support/watcher.h"

/* Of the alert's history, as pipeline_want_record. */
bool refound_want(struct watcher *w, const char *alert, const char *trace, struct error *err);
/* What comes of it then: the record, or why it is not given, holds that part. */
void refound_expect(struct watcher *w, enum evidence_step step, const char *part);

#endif
