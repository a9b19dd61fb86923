/* Alerts without logs or rules, for tests of what comes after them. */
#ifndef KEYWATCH_TESTS_FIXTURE_H
#define KEYWATCH_TESTS_FIXTURE_H

#include "core/alert/alert.h"

/* The rule and the time every fixture has. */
#define FIXTURE_RULE "9a6554e6-63d9-4f94-9b32-64d1d40628f2"
#define FIXTURE_TIME (INT64_C(1767323045) * TICKS_PER_SECOND) /* 2026-01-02T03:04:05Z */

/* An alert of that eventID ("" none) on a record of about `bytes` bytes that also holds `extra`:
 * another extra makes an unequal record. Zero alert first; alert_fini frees. */
void fixture_alert(struct alert *alert, const char *event_id, const char *extra, size_t bytes);

#endif
