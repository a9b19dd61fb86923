/* A flag one thread raises and another waits for in poll (eventfd). Raising is async-signal-safe. */
#ifndef KEYWATCH_BASE_WAKE_H
#define KEYWATCH_BASE_WAKE_H

#include <stdbool.h>

#include "core/base/error.h"

struct wake {
	int fd; /* owns; readable while raised */
};

bool wake_open(struct wake *wake, struct error *err);
void wake_raise(const struct wake *wake);
void wake_clear(const struct wake *wake);
void wake_close(struct wake *wake);

#endif
