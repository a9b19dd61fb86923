/*
 * A real S3 and STS on loopback, Ceph's (tests/support/radosgw/radosgw.py), as a child of the test
 * program. One thread.
 */
#ifndef KEYWATCH_TESTS_RADOSGW_H
#define KEYWATCH_TESTS_RADOSGW_H

#include "core/source/http.h"
#include "tests/support/child.h"

struct radosgw {
	struct child child;
	int input;  /* it ends when this is closed */
	char *home; /* owns */
	char url[40];
	char *key, *secret, *role; /* own; the role may read, and nothing else */
};

void radosgw_start(struct radosgw *gateway);
void radosgw_stop(struct radosgw *gateway);
/* A bucket, or with a key an object; made by the gateway's owner. */
void radosgw_put(const struct radosgw *gateway, struct http *http, const char *bucket,
	const char *key, struct str body);

#endif
