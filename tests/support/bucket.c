#include "tests/support/bucket.h"

#include "core/base/buf.h"
#include "tests/support/test.h"

void
bucket_make(const struct cloud *cloud, const char *name, const char *region, const char *more)
{
	cloud_tell(cloud,
		"{\"op\":\"call\",\"service\":\"s3\",\"method\":\"bucket\",\"arguments\":"
		"{\"name\":\"%s\",\"region\":\"%s\"%s}}",
		name, region, more);
}

void
bucket_put(const struct cloud *cloud, const char *name, const char *key, const char *id)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	json_put_string(&w, str_from(key));
	cloud_tell(cloud,
		"{\"op\":\"call\",\"service\":\"s3\",\"method\":\"put\",\"arguments\":"
		"{\"bucket\":\"%s\",\"key\":%s,\"records\":[{\"eventVersion\":\"1.09\","
		"\"eventName\":\"CreateAccessKey\",\"eventTime\":\"2025-12-02T03:04:05Z\","
		"\"eventID\":\"%s\",\"requestParameters\":{\"userName\":\"bob\"}}]}}",
		name, buf_cstr(&text), id);
	buf_fini(&text);
}

void
bucket_put_text(const struct cloud *cloud, const char *name, const char *key, const char *text)
{
	cloud_tell(cloud,
		"{\"op\":\"call\",\"service\":\"s3\",\"method\":\"put\",\"arguments\":"
		"{\"bucket\":\"%s\",\"key\":\"%s\",\"text\":\"%s\",\"gzip\":false}}",
		name, key, text);
}

void
bucket_state(const struct cloud *cloud, const char *json)
{
	cloud_tell(cloud, "{\"op\":\"set\",\"service\":\"s3\",\"state\":%s}", json);
}

void
bucket_fault(const struct cloud *cloud, const char *operation, const char *kind, const char *more)
{
	cloud_tell(cloud,
		"{\"op\":\"fault\",\"service\":\"s3\",\"operation\":\"%s\",\"kind\":\"%s\"%s}",
		operation, kind, more);
}

void
bucket_assert_signed(const struct cloud *cloud)
{
	struct json_doc *doc = cloud_ask(cloud, "{\"op\":\"log\",\"service\":\"s3\"}");
	const struct json *log = json_get(json_root(doc), STR("log"));

	assert_true(json_count(log) > 0);
	for (size_t i = 0; i < json_count(log); i++)
		assert_str(json_string(json_get(json_at(log, i), STR("signature"))), "ok");
	json_doc_free(doc);
}
