#include "core/base/user.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

void
user_name(char *name, size_t size)
{
	char scratch[4096];
	struct passwd entry, *found = NULL;
	uid_t uid = getuid();

	if (getpwuid_r(uid, &entry, scratch, sizeof(scratch), &found) == 0 && found)
		snprintf(name, size, "%s", entry.pw_name);
	else
		snprintf(name, size, "uid %lu", (unsigned long)uid);
}
