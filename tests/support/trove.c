#include "tests/support/trove.h"

#include "core/source/http.h"

#define NOW "2026-01-02T03:30:00Z"

struct trove trove;

int
trove_start(void **state)
{
	(void)state;
	http_global_init();
	cloud_start(&trove.cloud);
	return 0;
}

int
trove_stop(void **state)
{
	(void)state;
	cloud_stop(&trove.cloud);
	world_close(&trove.world);
	http_global_fini();
	return 0;
}

int
trove_standing(void **state)
{
	(void)state;
	world_open(&trove.world, NULL, trove.cloud.url);
	setenv("AWS_ACCESS_KEY_ID", CLOUD_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", CLOUD_SECRET, 1);
	cloud_reset(&trove.cloud);
	bucket_make(&trove.cloud, "trail", "us-east-1", "");
	watcher_open(&trove.watcher, NOW, "0");
	return 0;
}

int
trove_close(void **state)
{
	(void)state;
	watcher_close(&trove.watcher);
	return 0;
}

void
trove_put(const struct trove *t, const char *key, const struct trove_call *c)
{
	cloud_tell(&t->cloud,
		"{\"op\":\"call\",\"service\":\"s3\",\"method\":\"put\",\"arguments\":{"
		"\"bucket\":\"trail\",\"key\":\"%s\",\"records\":[{\"eventVersion\":\"1.09\","
		"\"eventName\":\"%s\",\"eventSource\":\"iam.amazonaws.com\",\"eventTime\":\"%s\","
		"\"eventID\":\"%s\",\"recipientAccountId\":\"111122223333\","
		"\"sourceIPAddress\":\"203.0.113.9\",\"userIdentity\":{\"type\":\"IAMUser\","
		"\"accountId\":\"111122223333\",\"arn\":\"arn:aws:iam::111122223333:user/eve\","
		"\"userName\":\"eve\",\"accessKeyId\":\"%s\"},"
		"\"requestParameters\":{\"userName\":\"bob\"},"
		"\"responseElements\":{\"accessKey\":{\"userName\":\"bob\","
		"\"status\":\"Active\",\"accessKeyId\":\"%s\"}}}]}}",
		key, c->name, c->time, c->id, c->with, c->made ? c->made : "");
}

void
trove_remove(const struct trove *t, const char *key)
{
	cloud_tell(&t->cloud,
		"{\"op\":\"call\",\"service\":\"s3\",\"method\":\"remove\",\"arguments\":{"
		"\"bucket\":\"trail\",\"key\":\"%s\"}}",
		key);
}

void
trove_watch(struct trove *t, const char *spec)
{
	const char *const specs[] = {spec, NULL};

	watcher_start(&t->watcher, spec ? specs : NULL);
}
