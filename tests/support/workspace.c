#include "tests/support/workspace.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/source/http.h"

#define NOW "2026-01-02T03:30:00Z"

static const char *const variables[] = {
	"AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"};

struct workspace ws;

int
workspace_start(void **state)
{
	(void)state;
	ws = (struct workspace){.path = mem_strdup(getenv("PATH"))};
	http_global_init();
	cloud_start(&ws.cloud);
	return 0;
}

int
workspace_stop(void **state)
{
	(void)state;
	cloud_stop(&ws.cloud);
	world_close(&ws.world);
	http_global_fini();
	free(ws.path);
	return 0;
}

static int
open_at(const char *rate)
{
	world_open(&ws.world, NULL, NULL);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	setenv("AZURE_TENANT_ID", WORKSPACE_TENANT, 1);
	setenv("AZURE_CLIENT_ID", WORKSPACE_CLIENT, 1);
	setenv("AZURE_CLIENT_SECRET", WORKSPACE_SECRET, 1);
	setenv("AZURE_AUTHORITY_HOST", ws.cloud.url, 1);
	/* Nobody listens there. */
	setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1", 1);
	setenv("PATH", ws.world.home, 1);
	cloud_reset(&ws.cloud);
	watcher_open(&ws.watcher, NOW, rate);
	return 0;
}

int
workspace_standing(void **state)
{
	(void)state;
	return open_at("0");
}

int
workspace_racing(void **state)
{
	(void)state;
	return open_at("1000");
}

int
workspace_close(void **state)
{
	(void)state;
	watcher_close(&ws.watcher);
	setenv("PATH", ws.path, 1);
	return 0;
}

void
workspace_set(struct workspace *w, const char *json)
{
	cloud_tell(&w->cloud, "{\"op\":\"set\",\"service\":\"azure\",\"state\":%s}", json);
}

void
workspace_fault(struct workspace *w, const char *members)
{
	cloud_tell(&w->cloud, "{\"op\":\"fault\",\"service\":\"azure\",\"operation\":\"query\",%s}",
		members);
}

void
workspace_add(struct workspace *w, const char *id, const char *time, const char *made)
{
	cloud_tell(&w->cloud,
		"{\"op\":\"call\",\"service\":\"azure\",\"method\":\"add\",\"arguments\":"
		"{\"rows\":[{\"row\":{\"TimeGenerated\":\"%s\",\"AwsEventId\":\"%s\","
		"\"EventName\":\"CreateAccessKey\",\"UserIdentityType\":\"IAMUser\","
		"\"UserIdentityPrincipalid\":\"AIDAEXAMPLE\",\"UserIdentityUserName\":\"alice\","
		"\"SourceIpAddress\":\"203.0.113.9\",\"RecipientAccountId\":\"111122223333\","
		"\"RequestParameters\":\"{\\\"userName\\\":\\\"bob\\\"}\"},\"made\":%s,"
		"\"arrived\":\"2026-01-02T03:20:00.1234567Z\"}]}}",
		time, id, made);
}

void
workspace_use_rule(struct workspace *w, const char *query)
{
	struct buf yaml = {0};
	struct error err;

	buf_printf(&yaml,
		"id: 00000000-0000-4000-8000-000000000001\nname: Ours\nquery: |\n  %s\n"
		"entityMappings:\n  - entityType: IP\n    fieldMappings:\n"
		"      - {identifier: Address, columnName: SourceIpAddress}\n",
		query);
	rule_free(w->watcher.rule);
	assert_ok(rule_load_text(&w->watcher.rule, buf_view(&yaml), "r.yaml", &err), &err);
	buf_fini(&yaml);
}

void
workspace_watch(struct workspace *w, const char *more)
{
	char spec[512];
	const char *const specs[] = {spec, NULL};

	snprintf(spec, sizeof(spec),
		"type=loganalytics,name=law,workspace_id=" WORKSPACE_ID ",endpoint_url=%s%s",
		w->cloud.url, more);
	watcher_start(&w->watcher, specs);
}

void
workspace_assert_last(
	struct workspace *w, const char *operation, const char *what, const char *part)
{
	char *text = cloud_last(&w->cloud, "azure", operation, what);

	assert_non_null(text);
	if (!strstr(text, part))
		assert_string_equal(text, part);
	free(text);
}
