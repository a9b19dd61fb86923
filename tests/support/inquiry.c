#include "tests/support/inquiry.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/history/story.h"
#include "core/source/http.h"
#include "core/store/history.h"

struct inquiry in;

int
inquiry_start(void **state)
{
	(void)state;
	http_global_init();
	cloud_start(&in.cloud);
	return 0;
}

int
inquiry_stop(void **state)
{
	(void)state;
	cloud_stop(&in.cloud);
	http_global_fini();
	return 0;
}

void
inquiry_open(struct inquiry *i, const char *now, const char *rate)
{
	world_open(&i->world, NULL, i->cloud.url);
	setenv("AWS_ACCESS_KEY_ID", CLOUD_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", CLOUD_SECRET, 1);
	cloud_reset(&i->cloud);
	watcher_open(&i->watcher, now, rate);
}

int
inquiry_close(void **state)
{
	(void)state;
	watcher_close(&in.watcher);
	return 0;
}

/* ---- calls ---- */

static const char * or (const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static void
put_identity(struct buf *out, const struct inquiry_call *call)
{
	const char *by = or (call->by, "eve");

	if (call->identity)
		buf_printf(out, "\"userIdentity\":%s,", call->identity);
	else
		buf_printf(out,
			"\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"123456789012\","
			"\"arn\":\"arn:aws:iam::123456789012:user/%s\",\"userName\":\"%s\","
			"\"accessKeyId\":\"%s\"},",
			by, by, or (call->with, "AKIAOFEVE00000000001"));
}

static void
put_request(struct buf *out, const struct inquiry_call *call)
{
	buf_printf(out, "\"requestParameters\":{\"userName\":\"%s\"", or (call->about, "bob"));
	if (call->changes)
		buf_printf(out, ",\"accessKeyId\":\"%s\"", call->changes);
	if (call->status)
		buf_printf(out, ",\"status\":\"%s\"", call->status);
	if (call->policy)
		buf_printf(out, ",\"policyArn\":\"%s\"", call->policy);
	buf_puts(out, "},\"responseElements\":");
	if (call->made)
		buf_printf(out,
			"{\"accessKey\":{\"userName\":\"%s\",\"status\":\"Active\","
			"\"accessKeyId\":\"%s\"}}",
			or (call->about, "bob"), call->made);
	else if (call->gave)
		buf_printf(out, "{\"credentials\":{\"accessKeyId\":\"%s\"}}", call->gave);
	else
		buf_puts(out, "null");
}

void
inquiry_add(struct inquiry *i, const struct inquiry_call *call)
{
	const char *region = or (call->region, "us-east-1");
	struct buf record = {0};

	buf_printf(&record,
		"{\"eventVersion\":\"1.09\",\"eventName\":\"%s\",\"eventSource\":\"%s\","
		"\"eventTime\":\"2026-01-02T%sZ\",\"eventID\":\"%s\",\"awsRegion\":\"%s\","
		"\"recipientAccountId\":\"123456789012\",\"sourceIPAddress\":\"%s\","
		"\"userAgent\":\"aws-cli/2.13.5\",",
		call->name, or (call->service, "iam.amazonaws.com"), call->time, call->id, region,
		or (call->ip, "203.0.113.9"));
	put_identity(&record, call);
	put_request(&record, call);
	buf_putc(&record, '}');
	cloud_tell(&i->cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":"
		"{\"region\":\"%s\",\"records\":[%s]}}",
		region, buf_cstr(&record));
	buf_fini(&record);
}

/* ---- the watch ---- */

void
inquiry_watch(struct inquiry *i, const char *spec)
{
	const char *const specs[] = {spec, NULL};

	watcher_start(&i->watcher, spec ? specs : NULL);
}

void
inquiry_watch_two(struct inquiry *i, const char *spec, const char *other)
{
	const char *const specs[] = {spec, other, NULL};

	watcher_start(&i->watcher, specs);
}

void
inquiry_await_answers(struct inquiry *i, uint64_t count)
{
	watcher_await_answers(&i->watcher, count);
}

static bool
is_silent(struct watcher *w, void *context)
{
	struct store_ask ask;
	struct error err;

	(void)context;
	assert_ok(store_ask_next(w->store, str_from(w->configs.list[0].name), clock_now(&w->clock),
			  &ask, &err),
		&err);
	return !ask.term;
}

void
inquiry_await_silence(struct inquiry *i)
{
	inquiry_await_answers(i, 1);
	watcher_await(&i->watcher, is_silent, NULL);
}

/* ---- facts ---- */

void
inquiry_fact(struct inquiry *i, const char *id, int number, char text[2000])
{
	const struct story_scope scope = {.state = HISTORY_NOT_LOOKED};
	struct fact_ledger ledger = {0};
	struct fact facts[FACT_COUNT];
	struct arena arena = {0};
	struct history history;
	struct alert alert;
	struct error err;

	watcher_load(&i->watcher, id, &alert);
	assert_ok(story_load(&history, &arena, i->watcher.store, &alert, &scope, &err), &err);
	ledger.history = &history;
	facts_of_alert(facts, &arena, &alert, NULL, &ledger);
	text[0] = '\0';
	for (size_t n = 0; n < FACT_COUNT; n++)
		if (facts[n].number == number)
			snprintf(text, 2000, "%.*s%.*s", STR_ARG(facts[n].value),
				STR_ARG(facts[n].json));
	arena_fini(&arena);
	alert_fini(&alert);
}

struct wanted {
	struct inquiry *inquiry;
	const char *id;
	int number;
	const char *part;
	char text[2000];
};

static bool
holds(struct watcher *w, void *context)
{
	struct wanted *wanted = context;

	if (!watcher_alerts(w))
		return false;
	inquiry_fact(wanted->inquiry, wanted->id, wanted->number, wanted->text);
	return strstr(wanted->text, wanted->part) != NULL;
}

void
inquiry_await_fact(struct inquiry *i, const char *id, int number, const char *part)
{
	struct wanted wanted = {.inquiry = i, .id = id, .number = number, .part = part};

	inquiry_await_silence(i);
	if (!holds(&i->watcher, &wanted))
		assert_string_equal(wanted.text, part);
}

void
inquiry_await_told(struct inquiry *i, const char *id, int number, const char *part)
{
	struct wanted wanted = {.inquiry = i, .id = id, .number = number, .part = part};

	watcher_await(&i->watcher, holds, &wanted);
}

/* ---- what was asked ---- */

void
inquiry_fault(struct inquiry *i, const char *attribute, const char *kind, int count)
{
	cloud_tell(&i->cloud,
		"{\"op\":\"fault\",\"service\":\"cloudtrail\",\"asks\":\"%s\",\"kind\":\"%s\","
		"\"count\":%d%s}",
		attribute, kind, count,
		strcmp(kind, "error") == 0 ? ",\"code\":\"AccessDeniedException\"" : "");
}

static bool
is_look_up(const struct json *entry, const char *attribute, const char *value, const char *region)
{
	struct str body = json_string(json_get(entry, STR("body")));
	struct str by =
		json_string(json_get(json_get(entry, STR("headers")), STR("authorization")));
	char text[300];

	snprintf(text, sizeof(text), "\"AttributeKey\":\"%s\",\"AttributeValue\":\"%s%s", attribute,
		value ? value : "", value ? "\"" : "");
	if (str_find(body, str_from(text), 0) == (size_t)-1)
		return false;
	snprintf(text, sizeof(text), "/%s/", region ? region : "");
	return !region || str_find(by, str_from(text), 0) != (size_t)-1;
}

size_t
inquiry_count(struct inquiry *i, const char *attribute, const char *value, const char *region)
{
	struct json_doc *doc = cloud_ask(&i->cloud, "{\"op\":\"log\",\"service\":\"cloudtrail\"}");
	const struct json *log = json_get(json_root(doc), STR("log"));
	size_t count = 0;

	assert_non_null(log);
	for (const struct json *entry = json_first(log); entry; entry = json_next(entry))
		count += is_look_up(entry, attribute, value, region);
	json_doc_free(doc);
	return count;
}
