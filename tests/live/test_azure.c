/* The ways to sign in to Azure, as a source that is watched goes them. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "tests/support/workspace.h"

static void
unset_client(void)
{
	unsetenv("AZURE_CLIENT_SECRET");
	unsetenv("AZURE_TENANT_ID");
	unsetenv("AZURE_CLIENT_ID");
}

/* ---- ways to sign in ---- */

static void
a_token_is_kept_until_it_nears_its_end(void **state)
{
	(void)state;
	workspace_watch(&ws, "");
	cloud_await(&ws.cloud, "azure", "query", 5);
	assert_int_equal(cloud_count(&ws.cloud, "azure", "token"), 1);
}

static void
the_secret_may_stand_in_a_file(void **state)
{
	char *file = world_file(&ws.world, "secret", WORKSPACE_SECRET "\r\n"), more[256];

	(void)state;
	setenv("AZURE_CLIENT_SECRET", "another", 1);
	snprintf(more, sizeof(more), ",client_secret_file=%s", file);
	workspace_watch(&ws, more);
	watcher_await_ok(&ws.watcher, "law");
	free(file);
}

static void
a_federated_token_is_an_assertion(void **state)
{
	char *file = world_file(&ws.world, "token", "eyJ.federated.x\n");

	(void)state;
	unsetenv("AZURE_CLIENT_SECRET");
	setenv("AZURE_FEDERATED_TOKEN_FILE", file, 1);
	workspace_set(&ws, "{\"assertion\":\"eyJ.federated.x\"}");
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(&ws, "token", "body",
		"&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-"
		"bearer&client_assertion=eyJ.federated.x");
	free(file);
}

static void
a_machine_s_identity_is_found_by_itself(void **state)
{
	(void)state;
	unset_client();
	setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", ws.cloud.url, 1);
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(&ws, "machine", "query",
		"api-version=2018-02-01&resource=https%3A%2F%2Fapi.loganalytics.io");
	workspace_assert_last(&ws, "machine", "headers.metadata", "true");
}

static void
an_app_service_s_identity_goes_before_the_machine_s(void **state)
{
	char url[64];

	(void)state;
	unset_client();
	snprintf(url, sizeof(url), "%s/msi/token", ws.cloud.url);
	setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", ws.cloud.url, 1);
	setenv("IDENTITY_ENDPOINT", url, 1);
	setenv("IDENTITY_HEADER", "identity-secret/1", 1);
	workspace_watch(&ws, ",client_id=" WORKSPACE_CLIENT);
	watcher_await_ok(&ws.watcher, "law");
	workspace_assert_last(&ws, "app-service", "query", "&client_id=" WORKSPACE_CLIENT);
	assert_int_equal(cloud_count(&ws.cloud, "azure", "machine"), 0);
}

/* An az that says it was asked so, and prints the text. */
static void
install_az(const char *text, int status)
{
	struct buf script = {0};
	char *file;

	buf_printf(&script,
		"#!/bin/sh\n[ \"$*\" = 'account get-access-token --output json --resource "
		"https://api.loganalytics.io' ] || exit 9\n"
		"%s cat <<'END'\n%s\nEND\nexit %d\n",
		status ? "exec >&2;" : "", text, status);
	file = world_file(&ws.world, "az", buf_cstr(&script));
	assert_int_equal(chmod(file, 0700), 0);
	free(file);
	buf_fini(&script);
	buf_printf(&script, "%s:/usr/bin:/bin", ws.world.home);
	setenv("PATH", buf_cstr(&script), 1);
	buf_fini(&script);
}

static void
az_is_the_last_resort(void **state)
{
	char *token;
	char text[256];

	(void)state;
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	watcher_stop(&ws.watcher);
	token = cloud_last(&ws.cloud, "azure", "query", "headers.authorization");
	snprintf(text, sizeof(text), "{\"accessToken\":\"%s\",\"expires_on\":4102444800}",
		token + 7);
	install_az(text, 0);
	unset_client();
	watcher_start(&ws.watcher, NULL);
	cloud_await(&ws.cloud, "azure", "query", 2);
	watcher_await_ok(&ws.watcher, "law");
	free(token);
}

static void
an_az_that_nobody_signed_in_says_what_to_type(void **state)
{
	(void)state;
	unset_client();
	install_az("ERROR: Please run 'az login' to setup account.", 1);
	workspace_watch(&ws, "");
	watcher_await_line(&ws.watcher,
		"law: credentials: az ended with 1: Please run 'az login' to "
		"setup account.; sign in: az login; next try");
}

static void
auth_chooses_and_what_lacks_is_said(void **state)
{
	(void)state;
	unset_client();
	setenv("AZURE_CLIENT_SECRET", WORKSPACE_SECRET, 1);
	setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", ws.cloud.url, 1);
	workspace_watch(&ws, ",auth=client-credentials");
	watcher_await_line(&ws.watcher,
		"law: credentials: client credentials: tenant_id (AZURE_TENANT_ID) is not set; "
		"client_id (AZURE_CLIENT_ID) is not set");
	assert_int_equal(cloud_count(&ws.cloud, "azure", NULL), 0);
}

static void
nothing_at_hand_is_said_with_what_lacks(void **state)
{
	(void)state;
	unset_client();
	workspace_watch(&ws, "");
	watcher_await_line(&ws.watcher,
		"law: credentials: no way to sign in to Azure is at hand: neither "
		"client_secret_file nor AZURE_CLIENT_SECRET is set; ");
}

/* Answers that repeat what was sent must not bring it to the screen. */
static void
no_secret_is_in_what_is_said_or_kept(void **state)
{
	char *token;

	(void)state;
	workspace_set(&ws, "{\"echo\":true}");
	workspace_watch(&ws, "");
	watcher_await_ok(&ws.watcher, "law");
	token = cloud_last(&ws.cloud, "azure", "query", "headers.authorization");
	workspace_set(&ws, "{\"secret\":\"another\"}");
	cloud_tell(&ws.cloud, "{\"op\":\"call\",\"service\":\"azure\",\"method\":\"revoke\"}");
	watcher_await_line(&ws.watcher,
		"law: credentials: sign-in of client " WORKSPACE_CLIENT
		": HTTP 401: invalid_client: (what it said holds a secret)");
	watcher_stop(&ws.watcher);
	assert_null(strstr(buf_cstr(&ws.watcher.lines), WORKSPACE_SECRET));
	assert_null(strstr(buf_cstr(&ws.watcher.lines), "azure%2Bsecret"));
	assert_null(strstr(buf_cstr(&ws.watcher.lines), token + 7));
	free(token);
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, workspace_standing, workspace_close)
#define RACING(name) cmocka_unit_test_setup_teardown(name, workspace_racing, workspace_close)
	const struct CMUnitTest tests[] = {
		RACING(a_token_is_kept_until_it_nears_its_end),
		STANDING(the_secret_may_stand_in_a_file),
		STANDING(a_federated_token_is_an_assertion),
		STANDING(a_machine_s_identity_is_found_by_itself),
		STANDING(an_app_service_s_identity_goes_before_the_machine_s),
		STANDING(az_is_the_last_resort),
		STANDING(an_az_that_nobody_signed_in_says_what_to_type),
		STANDING(auth_chooses_and_what_lacks_is_said),
		STANDING(nothing_at_hand_is_said_with_what_lacks),
		RACING(no_secret_is_in_what_is_said_or_kept),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, workspace_start, workspace_stop);
}
