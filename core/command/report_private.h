/* The validations of a report. Only report*.c includes this. */
#ifndef KEYWATCH_COMMAND_REPORT_PRIVATE_H
#define KEYWATCH_COMMAND_REPORT_PRIVATE_H

#include "core/alert/alert.h"
#include "core/validation/policy.h"

/* Appends how they are verified, where there are any. */
void report_validations_head(struct buf *out, bool any);
/* Appends each validation of the alert, which is judged, with what proves it. */
void report_validations(struct buf *out, const struct alert *alert, const struct policy *policy);

#endif
