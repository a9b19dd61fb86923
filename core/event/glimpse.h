/*
 * What a record says in some columns, from its bytes, without a tree: for those who must ask of
 * every record whether it matters. It says what event_parse would have said, or nothing: of what is
 * not plain, event_parse must be asked. One thread at a time.
 */
#ifndef KEYWATCH_EVENT_GLIMPSE_H
#define KEYWATCH_EVENT_GLIMPSE_H

#include "core/event/event.h"

struct glimpse;

/* columns: which, column i as bit i. A record has one of the names of `some` at its top and none of
 * `none`; both end with NULL. Borrows them. */
struct glimpse *glimpse_new(uint64_t columns, const char *const *some, const char *const *none);
void glimpse_free(struct glimpse *glimpse);

/*
 * raw: any bytes. The event has nothing but the cells of those columns, which are valid as long as
 * raw, and until the next call; the others are absent. NULL, of what is not plain: anything but one
 * object of JSON within the limits; one without such a name, or with another; one with a judged key
 * twice, or with a name written in escapes where one counts.
 */
const struct event *glimpse_take(struct glimpse *glimpse, struct str raw);

#endif
