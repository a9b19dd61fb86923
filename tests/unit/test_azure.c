/* Answers of those who give Azure's tokens. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/timefmt.h"
#include "core/source/azure_private.h"

#define NOW (1767323045 * TICKS_PER_SECOND) /* 2026-01-02T03:04:05Z */

typedef bool reader(struct azure_token *token, struct str text, int64_t now, struct error *err);

static bool
read_oauth(struct azure_token *token, struct str text, int64_t now, struct error *err)
{
	return azure_token_read(token, text, now, "who", err);
}

static void
assert_read(reader *read, const char *text, const char *token_text, int64_t seconds)
{
	struct azure_token token = {0};
	struct error err;

	assert_ok(read(&token, str_from(text), NOW, &err), &err);
	assert_string_equal(token.text, token_text);
	assert_int_equal(token.expires / TICKS_PER_SECOND, seconds);
	azure_token_wipe(&token);
}

static void
assert_refused(reader *read, const char *text, const char *why)
{
	struct azure_token token = {0};
	struct error err;

	assert_false(read(&token, str_from(text), NOW, &err));
	assert_string_equal(err.text, why);
	assert_null(token.text);
}

static void
a_token_ends_as_its_answer_says_in_every_spelling(void **state)
{
	(void)state;
	assert_read(read_oauth,
		"{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"a.b.c\"}",
		"a.b.c", 1767323045 + 3599);
	/* the machine's */
	assert_read(read_oauth,
		"{\"access_token\":\"t\",\"expires_in\":\"60\",\"expires_on\":\"1767999999\"}", "t",
		1767323045 + 60);
	/* App Service's */
	assert_read(read_oauth, "{\"access_token\":\"t\",\"expires_on\":\"1767999999\"}", "t",
		1767999999);
	assert_read(read_oauth, "{\"access_token\":\"t\",\"expires_on\":1767999999.0}", "t",
		1767999999);
}

static void
what_is_no_token_is_refused_without_being_repeated(void **state)
{
	(void)state;
	assert_refused(read_oauth, "", "who: the answer is no JSON");
	assert_refused(read_oauth, "<html>secret", "who: the answer is no JSON");
	assert_refused(read_oauth, "[]", "who: no access_token in its answer");
	assert_refused(read_oauth, "{\"access_token\":\"\",\"expires_in\":1}",
		"who: no access_token in its answer");
	assert_refused(read_oauth, "{\"access_token\":\"a\\r\\nX: y\",\"expires_in\":1}",
		"who: no access_token in its answer");
	assert_refused(read_oauth, "{\"access_token\":\"a\\u0000\",\"expires_in\":1}",
		"who: no access_token in its answer");
	assert_refused(read_oauth, "{\"access_token\":\"t\"}", "who: no expires_in in its answer");
	assert_refused(read_oauth, "{\"access_token\":\"t\",\"expires_in\":-5}",
		"who: no expires_in in its answer");
	assert_refused(read_oauth, "{\"access_token\":\"t\",\"expires_in\":999999999999999999}",
		"who: no expires_in in its answer");
}

/* expires_on came with 2.54; before, the time is the machine's own. */
static void
az_prints_an_end_in_seconds_or_in_local_time(void **state)
{
	(void)state;
	setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
	assert_read(azure_token_read_cli,
		"{\"accessToken\":\"t\",\"expiresOn\":\"2026-01-02 00:00:00.000000\","
		"\"expires_on\":1767326645}",
		"t", 1767326645);
	assert_read(azure_token_read_cli,
		"{\"accessToken\":\"t\",\"expiresOn\":\"2026-01-01 23:04:05.123456\"}", "t",
		1767326645);
	assert_read(azure_token_read_cli,
		"{\"accessToken\":\"t\",\"expiresOn\":\"2026-07-01 23:04:05.123456\"}", "t",
		1782961445);
	unsetenv("TZ");
	assert_refused(
		azure_token_read_cli, "Please run az login", "az: what it printed is no JSON");
	assert_refused(azure_token_read_cli, "{}", "az: no accessToken in what it printed");
	assert_refused(azure_token_read_cli, "{\"accessToken\":\"t\",\"expiresOn\":\"soon\"}",
		"az: no expiresOn in what it printed");
	assert_refused(azure_token_read_cli, "{\"accessToken\":\"t\",\"expires_on\":1767323045}",
		"az: its token has expired");
}

/* ---- refusals ---- */

static void
assert_explained(long status, const char *body, enum source_cause cause, const char *text,
	const char *advice)
{
	struct http_response response = {.status = status, .retry_after_ms = 7000};
	struct source_failure failure = {0};
	struct error err;

	buf_puts(&response.body, body);
	assert_int_equal(
		azure_explain(&response, "sign-in", STR("s+e/cret"), &failure, &err), AZURE_FAILED);
	assert_int_equal(failure.cause, cause);
	assert_string_equal(err.text, text);
	assert_string_equal(failure.advice, advice);
	assert_int_equal(failure.retry_after_ms, 7000);
	http_response_fini(&response);
}

static void
a_refusal_is_shown_up_to_its_first_line_with_what_to_do(void **state)
{
	(void)state;
	assert_explained(401,
		"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: The provided "
		"client secret keys are expired.\\r\\nTrace ID: 1\"}",
		CAUSE_CREDENTIALS,
		"sign-in: HTTP 401: invalid_client: AADSTS7000222: The provided client secret keys "
		"are expired.",
		"the client secret has expired: make a new one for the application");
	assert_explained(400, "{\"error\":\"invalid_request\"}", CAUSE_CREDENTIALS,
		"sign-in: HTTP 400: invalid_request", "check tenant_id, client_id and the secret");
	assert_explained(429, "", CAUSE_THROTTLED, "sign-in: HTTP 429", "");
	assert_explained(503, "{\"error\":\"temporarily_unavailable\"}", CAUSE_NETWORK,
		"sign-in: HTTP 503: temporarily_unavailable", "");
	assert_explained(404, "<html>", CAUSE_ANSWER, "sign-in: HTTP 404",
		"is authority_host Azure's, and no proxy in between?");
}

static void
a_secret_that_an_answer_repeats_is_not_shown(void **state)
{
	(void)state;
	assert_explained(401,
		"{\"error\":\"invalid_client\",\"error_description\":\"you sent s+e/cret\"}",
		CAUSE_CREDENTIALS,
		"sign-in: HTTP 401: invalid_client: (what it said holds a secret)",
		"check tenant_id, client_id and the secret");
	assert_explained(401,
		"{\"error\":\"client_secret=s%2Be%2Fcret\",\"error_description\":\"no\"}",
		CAUSE_CREDENTIALS, "sign-in: HTTP 401: (what it said holds a secret): no",
		"check tenant_id, client_id and the secret");
}

/* ---- clouds ---- */

static void
assert_cloud(const char *authority, const char *endpoint, const char *name, const char *signs_in_at)
{
	struct source_config config = {0};
	const struct source_options options = {.config = &config};
	struct azure_login *login;

	config.value[SOURCE_KEY_AUTHORITY_HOST] = (char *)authority;
	config.value[SOURCE_KEY_ENDPOINT_URL] = (char *)endpoint;
	login = azure_login_new(&options);
	assert_string_equal(azure_login_cloud(login)->name, name);
	assert_string_equal(login->authority, signs_in_at);
	azure_login_free(login);
}

static void
the_authority_chooses_the_cloud_else_the_endpoint_does(void **state)
{
	(void)state;
	unsetenv("AZURE_AUTHORITY_HOST");
	assert_cloud(NULL, NULL, "public", "https://login.microsoftonline.com");
	assert_cloud("https://login.microsoftonline.us/", NULL, "US Government",
		"https://login.microsoftonline.us");
	assert_cloud(
		"https://LOGIN.chinacloudapi.cn", NULL, "China", "https://LOGIN.chinacloudapi.cn");
	assert_cloud(NULL, "https://api.loganalytics.us/v1", "US Government",
		"https://login.microsoftonline.us");
	assert_cloud(NULL, "https://api.loganalytics.azure.cn", "China",
		"https://login.chinacloudapi.cn");
	assert_cloud("http://127.0.0.1:8080/", NULL, "public", "http://127.0.0.1:8080");
	setenv("AZURE_AUTHORITY_HOST", "login.microsoftonline.us", 1);
	assert_cloud(NULL, NULL, "US Government", "https://login.microsoftonline.us");
	unsetenv("AZURE_AUTHORITY_HOST");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_ends_as_its_answer_says_in_every_spelling),
		cmocka_unit_test(what_is_no_token_is_refused_without_being_repeated),
		cmocka_unit_test(az_prints_an_end_in_seconds_or_in_local_time),
		cmocka_unit_test(a_refusal_is_shown_up_to_its_first_line_with_what_to_do),
		cmocka_unit_test(a_secret_that_an_answer_repeats_is_not_shown),
		cmocka_unit_test(the_authority_chooses_the_cloud_else_the_endpoint_does),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
