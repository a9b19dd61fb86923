/* Buckets of the fake cloud, and what its S3 was asked. One thread. */
#ifndef KEYWATCH_TESTS_BUCKET_H
#define KEYWATCH_TESTS_BUCKET_H

#include "tests/support/cloud.h"

/* A trail's keys on 2026-01-01 and 02, up to the hour: TRAIL_TODAY "0300Z_aaaa.json.gz". */
#define TRAIL_FOLDER "AWSLogs/111122223333/CloudTrail/us-east-1/"
#define TRAIL_NAME "111122223333_CloudTrail_us-east-1_"
#define TRAIL_TODAY TRAIL_FOLDER "2026/01/02/" TRAIL_NAME "20260102T"
#define TRAIL_YESTERDAY TRAIL_FOLDER "2026/01/01/" TRAIL_NAME "20260101T"

/* Makes or changes one; more: further arguments of services/s3.py, each with a comma before it. */
void bucket_make(const struct cloud *cloud, const char *name, const char *region, const char *more);
/* An object with one CreateAccessKey of that eventID, as CloudTrail writes them; of long ago, so
 * that nobody looks for what came of it. */
void bucket_put(const struct cloud *cloud, const char *name, const char *key, const char *id);
/* An object of that text (as it stands between the quotes of JSON). */
void bucket_put_text(
	const struct cloud *cloud, const char *name, const char *key, const char *text);
void bucket_state(const struct cloud *cloud, const char *json);
void bucket_fault(
	const struct cloud *cloud, const char *operation, const char *kind, const char *more);
/* Fails unless every request so far was signed well. */
void bucket_assert_signed(const struct cloud *cloud);

#endif
