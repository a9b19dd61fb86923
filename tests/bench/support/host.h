/* The machine that is measured on: what it is, and whether somebody else works on it. */
#ifndef KEYWATCH_BENCH_HOST_H
#define KEYWATCH_BENCH_HOST_H

#include <stdint.h>

struct host {
	char processor[128], kernel[256], system[128];
	int cores, used; /* that it has, that host_pin left us */
	long memory_mib;
};

/* From here on this program and what it starts run on the first `cores` that it may run on. */
void host_pin(int cores);
void host_describe(struct host *host);
/* That we may run on. */
int host_cores(void);

/* How long our cores were busy until now, whoever it was for: in seconds of one core. */
double host_busy(void);
/* The share (0 to 1) of our cores that others use just now; waits a quarter of a second. */
double host_others(void);
/* The load average of the last minute. */
double host_load(void);

#endif
