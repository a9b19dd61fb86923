/* Which program a row is about, and whether it still runs. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/store/private.h"

int64_t
program_started(int64_t pid)
{
	char path[64], text[1024];
	const char *p;
	long long started = 0;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	p = strrchr(text, ')'); /* the name may hold anything */
	if (!p ||
		sscanf(p + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %lld",
			&started) != 1)
		return 0;
	return started;
}

bool
program_is_running(int64_t pid, int64_t started)
{
	int64_t now_started;

	if (pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH))
		return false;
	now_started = program_started(pid);
	return now_started == 0 || started == 0 || now_started == started;
}

void
program_namespace(char *name, size_t size)
{
	ssize_t n = readlink("/proc/self/ns/pid", name, size - 1);

	name[n > 0 ? n : 0] = '\0';
}
