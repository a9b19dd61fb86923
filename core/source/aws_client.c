#include "core/source/aws_client.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

enum { SKEW_SAID_MS = 60000 };

void
aws_client_init(
	struct aws_client *client, const struct source_options *options, const char *service)
{
	const char *bundle;

	*client = (struct aws_client){.options = options, .service = service};
	client->chain = aws_chain_new(options->config->value[SOURCE_KEY_PROFILE],
		options->config->value[SOURCE_KEY_ENDPOINT_URL], options->http);
	bundle = aws_chain_ca_bundle(client->chain);
	if (bundle)
		http_default_ca_bundle(options->http, bundle);
}

void
aws_client_fini(struct aws_client *client)
{
	aws_chain_free(client->chain);
	free(client->region);
	free(client->origin);
}

void
aws_client_set_region(struct aws_client *client, const char *region)
{
	char *copy = mem_strdup(region); /* may be the one that is freed */

	free(client->region);
	client->region = copy;
	aws_chain_set_region(client->chain, copy);
}

const char *
aws_client_configured_region(const struct aws_client *client)
{
	return client->options->config->value[SOURCE_KEY_REGION];
}

void
aws_client_endpoint(struct aws_client *client, struct buf *url)
{
	const char *given = aws_chain_endpoint(client->chain, client->service);

	given = given ? given : client->origin;
	if (!given) {
		buf_printf(url, "https://%s.%s.%s", client->service, client->region,
			aws_partition_of(client->region)->dns_suffix);
		return;
	}
	buf_puts(url, given);
	while (url->len && url->data[url->len - 1] == '/')
		url->data[--url->len] = '\0';
}

void
aws_client_asked(struct aws_client *client, const char *request, struct source_asked *asked)
{
	struct buf url = {0};

	aws_client_endpoint(client, &url);
	snprintf(asked->request, sizeof(asked->request), "%s", request);
	snprintf(asked->region, sizeof(asked->region), "%s", client->region);
	snprintf(asked->place, sizeof(asked->place), "%s", buf_cstr(&url));
	snprintf(asked->credentials, sizeof(asked->credentials), "%s",
		aws_chain_kind(client->chain));
	buf_fini(&url);
}

/* ---- the account ---- */

enum { KEY_PREFIX = 4, ACCOUNT_CHARS = 10 };

static int
base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Key ids made since 2019 hold the account in bits 1 to 40 of their base32. */
static bool
account_of(struct str id, uint64_t *account)
{
	uint64_t bits = 0;

	if (id.len < KEY_PREFIX + ACCOUNT_CHARS)
		return false;
	for (size_t i = 0; i < ACCOUNT_CHARS; i++) {
		int value = base32_value(id.data[KEY_PREFIX + i]);

		if (value < 0)
			return false;
		bits = bits << 5 | (uint64_t)value;
	}
	*account = bits >> 9 & ((UINT64_C(1) << 40) - 1);
	return true;
}

void
aws_client_account(struct aws_client *client, struct buf *out)
{
	const struct aws_keys *keys;
	uint64_t account;
	struct error err;

	if (aws_chain_get(client->chain, &keys, &err) != AWS_OK)
		return;
	if (account_of(str_from(keys->access_key_id), &account))
		buf_printf(out, "%012llu", (unsigned long long)account);
	else
		buf_puts(out, keys->access_key_id);
}

/* ---- why it failed ---- */

static void
advise(struct source_failure *failure, enum source_cause cause, const char *format,
	const char *word)
{
	failure->cause = cause;
	if (format)
		snprintf(failure->advice, sizeof(failure->advice), format, word);
}

/* "Credential should be scoped to a valid region": nothing is wrong with the keys. */
static bool
is_other_region(const struct aws_error *error)
{
	return strstr(error->message, "valid region") != NULL;
}

static const char *
credentials_advice(const struct aws_error *error)
{
	if (aws_error_is_expired(error))
		return "get new ones: sign in again (aws sso login), or set AWS_SESSION_TOKEN "
		       "anew%s";
	if (strstr(error->code, "TimeTooSkewed") || strstr(error->code, "SignatureDoesNot") ||
		strstr(error->message, "Signature expired") ||
		strstr(error->message, "not yet current"))
		return "check the clock of this machine (timedatectl) and the secret key%s";
	return "check the keys: aws sts get-caller-identity%s";
}

static void
explain(struct aws_call *call, const struct http_response *response, struct source_failure *failure,
	struct error *err)
{
	const struct aws_error *error = &call->failed;

	failure->retry_after_ms = response->retry_after_ms;
	if (aws_error_is_throttle(error) || response->status == 429)
		advise(failure, CAUSE_THROTTLED, NULL, NULL);
	else if (is_other_region(error))
		advise(failure, CAUSE_CONFIGURED, "signed for %s: check `region` and the endpoint",
			call->request.region);
	else if (aws_error_is_credentials(error) || aws_error_is_expired(error))
		advise(failure, CAUSE_CREDENTIALS, credentials_advice(error), "");
	else if (aws_error_is_denied(error) || response->status == 403)
		advise(failure, CAUSE_DENIED, "allow the IAM action %s", call->action);
	else if (aws_error_is_transient(error) || response->status >= 500)
		advise(failure, CAUSE_NETWORK, NULL, NULL);
	else if (error->code[0])
		advise(failure, CAUSE_CONFIGURED, NULL, NULL);
	else
		advise(failure, CAUSE_ANSWER, "is the endpoint one of AWS's %s?", call->action);
	if (error->code[0])
		error_set(err, ERROR_INPUT, "%s%s%s", error->code, error->message[0] ? ": " : "",
			error->message);
	else
		error_set(err, ERROR_INPUT, "HTTP status %ld without an error of AWS",
			response->status);
}

/* ---- sending ---- */

static void
note_skew(struct aws_client *client, const struct http_response *response)
{
	int64_t skew;

	if (response->date == TIME_NONE)
		return;
	skew = (response->date - time_now()) / TICKS_PER_MS;
	client->skew_ms = skew >= SKEW_SAID_MS || skew <= -SKEW_SAID_MS ? skew : 0;
}

static enum source_result
get_keys(struct aws_client *client, const struct aws_keys **keys, struct source_failure *failure,
	struct error *err)
{
	switch (aws_chain_get(client->chain, keys, err)) {
	case AWS_OK:
		return SOURCE_OK;
	case AWS_STOPPED:
		return SOURCE_STOPPED;
	case AWS_NONE:
	case AWS_FAILED:
		break;
	}
	failure->cause = CAUSE_CREDENTIALS;
	return SOURCE_FAILED;
}

static enum source_result
send_once(struct aws_client *client, struct aws_call *call, struct http_response *response,
	struct source_failure *failure, struct error *err)
{
	const struct source_options *o = client->options;
	enum source_result result = get_keys(client, &call->request.keys, failure, err);
	enum http_result sent;

	call->answered = false;
	if (result != SOURCE_OK)
		return result;
	call->request.region = client->region;
	call->request.service = client->service;
	client->requests++;
	sent = o->one_try ? http_do(o->http, &call->request, response, err)
			  : http_try(o->http, &call->request, aws_again, o->failed_try,
				    o->say_context, response, err);
	if (sent == HTTP_INTERRUPTED)
		return SOURCE_STOPPED;
	if (sent == HTTP_FAILED) {
		advise(failure, CAUSE_NETWORK, NULL, NULL);
		return SOURCE_FAILED;
	}
	call->answered = sent == HTTP_ANSWERED;
	client->bytes += response->body.len;
	note_skew(client, response);
	return SOURCE_OK; /* whatever the status */
}

enum source_result
aws_client_send(struct aws_client *client, struct aws_call *call, struct http_response *response,
	struct source_failure *failure, struct error *err)
{
	for (int try = 0;; try++) {
		enum source_result result = send_once(client, call, response, failure, err);

		if (result != SOURCE_OK || !call->answered || response->status / 100 == 2)
			return result;
		aws_error_read(&call->failed, response);
		if (try > 0 || !aws_error_is_expired(&call->failed))
			break;
		aws_chain_expire(client->chain); /* repaired once */
		http_response_fini(response);
		*response = (struct http_response){0};
	}
	explain(call, response, failure, err);
	return SOURCE_FAILED;
}

enum source_result
aws_client_json(struct aws_client *client, struct aws_json_call *json,
	struct http_response *response, struct source_failure *failure, struct error *err)
{
	struct buf url = {0}, target = {0}, type = {0};
	enum source_result result;
	struct aws_call call = {.action = json->action};

	aws_client_endpoint(client, &url);
	buf_putc(&url, '/');
	buf_printf(&type, "Content-Type: %s", json->content_type);
	buf_printf(&target, "X-Amz-Target: %s", json->target);
	call.request = (struct http_request){.method = "POST",
		.url = buf_cstr(&url),
		.headers = (const char *const[]){buf_cstr(&type), buf_cstr(&target), NULL},
		.body = json->body,
		.first_byte_ms = json->first_byte_ms};
	result = aws_client_send(client, &call, response, failure, err);
	json->failed = call.failed;
	buf_fini(&url);
	buf_fini(&target);
	buf_fini(&type);
	return result;
}
