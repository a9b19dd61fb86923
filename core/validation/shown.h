/*
 * Whether what people read of an alert is what its record says: the texts beside the record, and
 * the copy that lists show. Whoever may write the store could else give a signed alert another face
 * (settled.md 36).
 */
#ifndef KEYWATCH_VALIDATION_SHOWN_H
#define KEYWATCH_VALIDATION_SHOWN_H

#include "core/store/store.h"

/* row: of the alert in the store; 0: it is not known, and the copy is not looked at. err
 * (ERROR_CONFLICT) says what differs. */
bool shown_is_of_record(
	struct store *store, const struct alert *alert, int64_t row, struct error *err);

#endif
