/*
 * The fake cloud (tests/support/cloud/README.md) as a child of the test program: started, told what
 * to do, asked what it saw. One thread.
 */
#ifndef KEYWATCH_TESTS_CLOUD_H
#define KEYWATCH_TESTS_CLOUD_H

#include "core/base/json.h"
#include "tests/support/child.h"

struct cloud {
	struct child child;
	int input;  /* it ends when this is closed */
	char *home; /* owns */
	char *ca;   /* owns: file of the authority behind `https` */
	int http, https, https_wrong_name, https_unknown_ca;
	int http6;		     /* on ::1; 0: no IPv6 here */
	char url[40], https_url[40]; /* http://127.0.0.1:PORT, https://localhost:PORT */
};

/* The key it knows from the start; it has no token. */
#define CLOUD_KEY "AKIAKEYWATCHTEST0001"
#define CLOUD_SECRET "secret/of+the=test"

void cloud_start(struct cloud *cloud);
void cloud_stop(struct cloud *cloud);
/* Sends control requests (JSON, printf) and returns the answer, owned; fails the test when the
 * cloud refuses. */
struct json_doc *cloud_ask(const struct cloud *cloud, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same without the answer. */
void cloud_tell(const struct cloud *cloud, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Forgets keys, faults, log and states. */
void cloud_reset(const struct cloud *cloud);
/* The next `count` requests of a service (NULL: any) meet a fault of that kind. */
void cloud_fault(const struct cloud *cloud, const char *service, const char *kind, int count);
/* How many requests of that service and operation (NULL: any) came so far. */
size_t cloud_count(const struct cloud *cloud, const char *service, const char *operation);
/* Waits until so many came (answered or not); fails the test when they do not. */
void cloud_await(
	const struct cloud *cloud, const char *service, const char *operation, size_t count);
/* A value of the newest request of that service and operation: "path", "body", "headers.host";
 * owned, NULL when there is none. */
char *cloud_last(
	const struct cloud *cloud, const char *service, const char *operation, const char *what);

#endif
