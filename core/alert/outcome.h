/* What became of the call (settled.md 4). Pure. */
#ifndef KEYWATCH_ALERT_OUTCOME_H
#define KEYWATCH_ALERT_OUTCOME_H

#include "core/event/event.h"

enum outcome { OUTCOME_SUCCESS, OUTCOME_DENIED, OUTCOME_FAILED };

const char *outcome_name(enum outcome outcome); /* success denied failed */

/* success: errorCode and errorMessage absent, null or "". denied: an authentication, access or
 * authorisation error by its code, or by its message when no code was logged. */
enum outcome outcome_of_event(const struct event *event);

#endif
