/* Who runs this: the name of the real user id, from the kernel and the user database, never from
 * the environment. "uid 1234" when the id has no name. */
#ifndef KEYWATCH_BASE_USER_H
#define KEYWATCH_BASE_USER_H

#include <stddef.h>

void user_name(char *name, size_t size);

#endif
