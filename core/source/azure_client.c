/* The OAuth 2.0 client credentials grant: with a secret (RFC 6749 §4.4), or with a token of another
 * issuer as the assertion (RFC 7523; Kubernetes' workload identity). */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/aws_private.h"
#include "core/source/azure_private.h"

struct client {
	const char *tenant, *id;
};

/* False: something of it lacks, and that was said: `wanted` ones fail then. */
static bool
find_client(struct azure_login *login, struct client *client)
{
	client->tenant = azure_setting(login, SOURCE_KEY_TENANT_ID, "AZURE_TENANT_ID");
	client->id = azure_setting(login, SOURCE_KEY_CLIENT_ID, "AZURE_CLIENT_ID");
	if (!client->tenant)
		azure_miss(login, "tenant_id (AZURE_TENANT_ID) is not set");
	if (!client->id)
		azure_miss(login, "client_id (AZURE_CLIENT_ID) is not set");
	return client->tenant && client->id;
}

static void
put_field(struct buf *body, const char *name, struct str value)
{
	if (body->len)
		buf_putc(body, '&');
	buf_puts(body, name);
	buf_putc(body, '=');
	http_encode(body, value, false);
}

static void
put_body(struct buf *body, const struct azure_login *login, const struct client *client,
	const char *field, struct str secret)
{
	struct buf scope = {0};

	buf_reserve(body, 3 * secret.len + 1024); /* it must not move: copies stay behind */
	put_field(body, "grant_type", STR("client_credentials"));
	put_field(body, "client_id", str_from(client->id));
	buf_printf(&scope, "%s/.default", login->cloud->resource);
	put_field(body, "scope", buf_view(&scope));
	buf_fini(&scope);
	if (strcmp(field, "client_assertion") == 0)
		put_field(body, "client_assertion_type",
			STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
	put_field(body, field, secret);
}

static enum azure_result
ask(struct azure_login *login, const struct client *client, const char *field, struct str secret,
	struct azure_token *token, struct source_failure *failure, struct error *err)
{
	static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", NULL};
	struct buf url = {0}, body = {0}, who = {0};
	struct http_request request = {.method = "POST", .headers = headers};
	enum azure_result result;

	buf_printf(&url, "%s/", login->authority);
	http_encode(&url, str_from(client->tenant), false);
	buf_puts(&url, "/oauth2/v2.0/token");
	put_body(&body, login, client, field, secret);
	buf_printf(&who, "sign-in of client %s", client->id);
	request.url = buf_cstr(&url);
	request.body = buf_view(&body);
	result = azure_ask(login, &request, true, buf_cstr(&who), secret, token, failure, err);
	if (result == AZURE_OK)
		snprintf(login->kind, sizeof(login->kind), "client %s (%s)", client->id,
			strcmp(field, "client_secret") == 0 ? "secret" : "federated token");
	buf_fini(&url);
	buf_wipe(&body);
	buf_fini(&who);
	return result;
}

/* The text of a file without what ends its last line; NULL: failed. Owned; to be wiped. */
static char *
read_secret(const char *path, struct source_failure *failure, struct error *err)
{
	size_t len;
	char *text = aws_read_file(path, &len, err);

	while (text && len && strchr("\r\n", text[len - 1]))
		text[--len] = '\0';
	if (text && (len == 0 || strlen(text) != len)) {
		error_set(err, ERROR_USAGE, "%s: %s", path, len ? "holds a NUL" : "is empty");
		mem_free_wiping(text);
		text = NULL;
	}
	if (!text)
		azure_fail(failure, CAUSE_CREDENTIALS, "");
	return text;
}

static enum azure_result
refuse_incomplete(
	struct azure_login *login, bool wanted, struct source_failure *failure, struct error *err)
{
	if (!wanted)
		return AZURE_NONE;
	error_set(err, ERROR_USAGE, "client credentials: %s", buf_cstr(&login->missing));
	return azure_fail(failure, CAUSE_CREDENTIALS, "set what is missing");
}

enum azure_result
azure_by_secret(struct azure_login *login, bool wanted, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	const char *file = azure_setting(login, SOURCE_KEY_CLIENT_SECRET_FILE, NULL);
	const char *plain = file ? NULL : aws_environment("AZURE_CLIENT_SECRET");
	struct client client;
	enum azure_result result;
	char *secret;

	if (!file && !plain) {
		azure_miss(login, "neither client_secret_file nor AZURE_CLIENT_SECRET is set");
		return AZURE_NONE;
	}
	if (!find_client(login, &client))
		return refuse_incomplete(login, wanted || file, failure, err);
	secret = file ? read_secret(file, failure, err) : NULL;
	if (file && !secret)
		return AZURE_FAILED;
	result = ask(login, &client, "client_secret", str_from(file ? secret : plain), token,
		failure, err);
	mem_free_wiping(secret);
	return result;
}

/* Kubernetes renews the file: it is read each time. */
enum azure_result
azure_by_federation(struct azure_login *login, bool wanted, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	const char *file = aws_environment("AZURE_FEDERATED_TOKEN_FILE");
	struct client client;
	enum azure_result result;
	char *assertion;

	if (!file) {
		azure_miss(login, "AZURE_FEDERATED_TOKEN_FILE is not set");
		return AZURE_NONE;
	}
	if (!find_client(login, &client))
		return refuse_incomplete(login, wanted, failure, err);
	assertion = read_secret(file, failure, err);
	if (!assertion)
		return AZURE_FAILED;
	result = ask(login, &client, "client_assertion", str_from(assertion), token, failure, err);
	mem_free_wiping(assertion);
	return result;
}
