#include "core/source/s3_ask.h"

#include <stdio.h>

/* CloudTrail's own have 50 MB before they are compressed. */
static const uint64_t most = UINT64_C(256) << 20;

/* What follows s3://BUCKET/ of the bucket that is watched; absent: it stands in another one. */
static struct str
key_of(struct str path, struct str bucket)
{
	struct str rest;

	if (!str_starts_with(path, STR("s3://")))
		return STR_ABSENT;
	rest = str_slice(path, 5, path.len);
	if (!str_starts_with(rest, bucket) || rest.len <= bucket.len + 1 ||
		rest.data[bucket.len] != '/')
		return STR_ABSENT;
	return str_slice(rest, bucket.len + 1, rest.len);
}

enum source_result
s3_ask(struct s3_client *client, struct str bucket, struct source_ask *ask,
	struct source_failure *failure, struct error *err)
{
	struct s3_object object = {.bucket = bucket,
		.key = key_of(str_from(ask->path), bucket),
		.arrived = TIME_NONE,
		.most = most};
	enum source_result result;

	if (!object.key.len) {
		failure->cause = CAUSE_CONFIGURED;
		error_set(err, ERROR_INPUT,
			"%s does not stand in the bucket %.*s, which is watched", ask->path,
			STR_ARG(bucket));
		return SOURCE_FAILED;
	}
	result = s3_read_object(client, &object, failure, err);
	if (result != SOURCE_FAILED || !object.missing)
		return result;
	snprintf(ask->missing, sizeof(ask->missing), "%s is gone", ask->path);
	return SOURCE_OK;
}
