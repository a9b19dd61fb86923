#include "tests/bench/support/host.h"

#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { LOOK_MS = 250 };

void
host_pin(int cores)
{
	cpu_set_t may, use;

	CPU_ZERO(&use);
	if (sched_getaffinity(0, sizeof(may), &may) != 0)
		return;
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&use) < cores; cpu++)
		if (CPU_ISSET(cpu, &may))
			CPU_SET(cpu, &use);
	sched_setaffinity(0, sizeof(use), &use);
}

/* What stands behind `key` and its separator in a file of such lines. */
static void
read_value(const char *path, const char *key, char separator, char *value, size_t size)
{
	char line[512];
	FILE *file = fopen(path, "r");

	snprintf(value, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		char *at = strchr(line, separator);

		if (strncmp(line, key, strlen(key)) != 0 || !at)
			continue;
		at += 1 + strspn(at + 1, " \t\"");
		snprintf(value, size, "%.*s", (int)strcspn(at, "\"\n"), at);
		break;
	}
	if (file)
		fclose(file);
}

int
host_cores(void)
{
	cpu_set_t use;

	return sched_getaffinity(0, sizeof(use), &use) == 0 ? CPU_COUNT(&use) : 1;
}

void
host_describe(struct host *host)
{
	struct utsname name;

	*host = (struct host){.cores = (int)sysconf(_SC_NPROCESSORS_ONLN), .used = host_cores()};
	host->memory_mib =
		(long)((double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 1048576);
	read_value("/proc/cpuinfo", "model name", ':', host->processor, sizeof(host->processor));
	read_value("/etc/os-release", "PRETTY_NAME", '=', host->system, sizeof(host->system));
	if (uname(&name) == 0)
		snprintf(host->kernel, sizeof(host->kernel), "%s %s %s", name.sysname, name.release,
			name.machine);
}

/* user nice system idle iowait irq softirq steal: all but idle and iowait is work. */
static double
busy_of(const char *line)
{
	long long n[8] = {0};

	if (sscanf(line, "%*s %lld %lld %lld %lld %lld %lld %lld %lld", &n[0], &n[1], &n[2], &n[3],
		    &n[4], &n[5], &n[6], &n[7]) != 8)
		return 0;
	return (double)(n[0] + n[1] + n[2] + n[5] + n[6] + n[7]) / (double)sysconf(_SC_CLK_TCK);
}

double
host_busy(void)
{
	char line[512];
	double busy = 0;
	cpu_set_t use;
	FILE *file = fopen("/proc/stat", "r");
	bool known = sched_getaffinity(0, sizeof(use), &use) == 0;

	while (file && known && fgets(line, sizeof(line), file)) {
		unsigned cpu;

		if (sscanf(line, "cpu%u ", &cpu) == 1 && CPU_ISSET(cpu, &use))
			busy += busy_of(line);
	}
	if (file)
		fclose(file);
	return busy;
}

double
host_others(void)
{
	double before = host_busy();

	poll(NULL, 0, LOOK_MS);
	return (host_busy() - before) / (LOOK_MS / 1000.0) / host_cores();
}

double
host_load(void)
{
	double load = 0;

	return getloadavg(&load, 1) == 1 ? load : 0;
}
