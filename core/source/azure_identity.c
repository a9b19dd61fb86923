/* Managed identities: App Service and what copies it (IDENTITY_ENDPOINT), and the metadata service
 * of a virtual machine. */
#include <stdio.h>

#include "core/base/mem.h"
#include "core/source/aws_private.h"
#include "core/source/azure_private.h"

enum { PROBE_MS = 1000, WANTED_MS = 10000, MAX_ANSWER = 64 << 10 };

static void
put_query(struct buf *url, const struct azure_login *login, const char *version)
{
	const char *client = azure_setting(login, SOURCE_KEY_CLIENT_ID, "AZURE_CLIENT_ID");

	buf_printf(
		url, "%capi-version=%s&resource=", strchr(buf_cstr(url), '?') ? '&' : '?', version);
	http_encode(url, str_from(login->cloud->resource), false);
	if (client) {
		buf_puts(url, "&client_id=");
		http_encode(url, str_from(client), false);
	}
}

static void
say_kind(struct azure_login *login, const char *where)
{
	const char *client = azure_setting(login, SOURCE_KEY_CLIENT_ID, "AZURE_CLIENT_ID");

	snprintf(login->kind, sizeof(login->kind), "managed identity%s%s of %s", client ? " " : "",
		client ? client : "", where);
}

enum azure_result
azure_by_app_service(struct azure_login *login, bool wanted, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	const char *endpoint = aws_environment("IDENTITY_ENDPOINT");
	const char *secret = aws_environment("IDENTITY_HEADER");
	const char *headers[] = {NULL, NULL};
	struct http_request request = {.method = "GET", .headers = headers, .metadata = true};
	struct buf url = {0}, header = {0};
	enum azure_result result;

	(void)wanted;
	if (!endpoint || !secret) {
		azure_miss(login, "IDENTITY_ENDPOINT is not set");
		return AZURE_NONE;
	}
	buf_append_wiping(&header, "X-IDENTITY-HEADER: ", 19);
	buf_append_wiping(&header, secret, strlen(secret));
	headers[0] = buf_cstr(&header);
	buf_puts(&url, endpoint);
	put_query(&url, login, "2019-08-01");
	request.url = buf_cstr(&url);
	request.max_body = MAX_ANSWER;
	result = azure_ask(login, &request, true, "managed identity (IDENTITY_ENDPOINT)",
		str_from(secret), token, failure, err);
	if (result == AZURE_OK)
		say_kind(login, "the service");
	buf_fini(&url);
	buf_wipe(&header);
	return result;
}

static void
put_metadata_url(struct buf *url, const struct azure_login *login)
{
	const char *host = aws_environment("AZURE_POD_IDENTITY_AUTHORITY_HOST");

	buf_puts(url, host ? host : "http://169.254.169.254");
	while (url->len && url->data[url->len - 1] == '/')
		url->data[--url->len] = '\0';
	buf_puts(url, "/metadata/identity/oauth2/token");
	put_query(url, login, "2018-02-01");
}

/* Where nobody asked for it, a machine that has no such service or no identity is passed over. */
enum azure_result
azure_by_machine(struct azure_login *login, bool wanted, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	static const char *const headers[] = {"Metadata: true", NULL};
	struct http_request request = {
		.method = "GET", .headers = headers, .metadata = true, .max_body = MAX_ANSWER};
	bool known = wanted || login->way;
	int ms = known ? WANTED_MS : PROBE_MS;
	struct buf url = {0};
	enum azure_result result;
	struct error why;

	put_metadata_url(&url, login);
	request.url = buf_cstr(&url);
	request.connect_ms = request.first_byte_ms = request.idle_ms = ms;
	result = azure_ask(
		login, &request, known, "managed identity", STR_ABSENT, token, failure, &why);
	buf_fini(&url);
	if (result == AZURE_OK)
		say_kind(login, "the machine");
	if (result == AZURE_FAILED && !known) {
		azure_miss(login, "%s", why.text);
		return AZURE_NONE;
	}
	if (result == AZURE_FAILED)
		error_set(err, why.kind, "%s", why.text);
	return result;
}
