/* One query to a workspace: signed in, quick tries, a refused token replaced once, and failures in
 * the words of health. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/azure_private.h"
#include "core/source/loganalytics.h"

enum {
	WAIT_S = 180,		/* the service may take: Prefer */
	FIRST_BYTE_MS = 190000, /* a little more */
	MAX_BODY = 32 << 20,	/* more is asked for in parts */
	SKEW_SAID_MS = 60000,
};

/* ---- life ---- */

/* An endpoint may be given with the version, as the SDKs' is. */
static char *
make_url(const struct loganalytics_client *client)
{
	const struct source_config *config = client->options->config;
	const char *given = config->value[SOURCE_KEY_ENDPOINT_URL];
	struct buf url = {0};

	buf_puts(&url, given ? given : azure_login_cloud(client->login)->endpoint);
	while (url.len && url.data[url.len - 1] == '/')
		url.data[--url.len] = '\0';
	if (str_ends_with(buf_view(&url), STR("/v1")))
		url.data[url.len -= 3] = '\0';
	buf_printf(&url, "/v1/workspaces/%s/query", config->value[SOURCE_KEY_WORKSPACE_ID]);
	return buf_take(&url);
}

void
loganalytics_client_init(struct loganalytics_client *client, const struct source_options *options)
{
	*client = (struct loganalytics_client){.options = options};
	client->login = azure_login_new(options);
	client->url = make_url(client);
}

void
loganalytics_client_fini(struct loganalytics_client *client)
{
	azure_login_free(client->login);
	free(client->url);
}

/* ---- why it failed ---- */

__attribute__((format(printf, 3, 4))) static void
advise(struct source_failure *failure, enum source_cause cause, const char *fmt, ...)
{
	va_list args;

	failure->cause = cause;
	va_start(args, fmt);
	vsnprintf(failure->advice, sizeof(failure->advice), fmt, args);
	va_end(args);
}

static void
advise_denied(const struct loganalytics_client *client, const struct loganalytics_error *error,
	struct source_failure *failure)
{
	if (strstr(error->code, "Audience"))
		advise(failure, CAUSE_DENIED,
			"the token is for another cloud: authority_host and endpoint_url must "
			"belong together");
	else
		advise(failure, CAUSE_DENIED,
			"give %s the Azure role Log Analytics Reader on the workspace %s",
			azure_login_kind(client->login),
			client->options->config->value[SOURCE_KEY_WORKSPACE_ID]);
}

static void
advise_refused(const struct loganalytics_error *error, struct source_failure *failure)
{
	if (strstr(error->text, "AWSCloudTrail") && strstr(error->text, "resolve"))
		advise(failure, CAUSE_CONFIGURED,
			"the workspace has no table AWSCloudTrail: connect Sentinel's data "
			"connector "
			"for Amazon Web Services");
	else
		advise(failure, CAUSE_CONFIGURED,
			"keywatch rule check shows what a query binds to");
}

static void
explain(const struct loganalytics_client *client, struct loganalytics_call *call, struct str token,
	struct source_failure *failure, struct error *err)
{
	long status = call->response.status;
	struct loganalytics_error error;
	bool refused;

	loganalytics_error_read(&error, &call->response, token);
	failure->retry_after_ms = call->response.retry_after_ms;
	refused = status == 400 && error.code[0];
	call->timed_out = status == 504;
	if (status == 429)
		advise(failure, CAUSE_THROTTLED, "%s", "");
	else if (status == 401)
		advise(failure, CAUSE_CREDENTIALS,
			"check that %s belongs to the tenant of the workspace",
			azure_login_kind(client->login));
	else if (status == 403)
		advise_denied(client, &error, failure);
	else if (refused)
		advise_refused(&error, failure);
	else if (status == 404 && error.code[0])
		advise(failure, CAUSE_CONFIGURED, "check workspace_id: its overview shows it");
	else if (status >= 500)
		advise(failure, CAUSE_NETWORK, "%s",
			call->timed_out ? "the query took too long: the next asks for half the time"
					: "");
	else
		advise(failure, CAUSE_ANSWER,
			"is endpoint_url Log Analytics', and no proxy in between?");
	error_set(err, ERROR_INPUT, "%s", error.text);
}

/* ---- sending ---- */

static void
note_skew(struct loganalytics_client *client, const struct http_response *response)
{
	int64_t skew;

	if (response->date == TIME_NONE)
		return;
	skew = (response->date - time_now()) / TICKS_PER_MS;
	client->skew_ms = skew >= SKEW_SAID_MS || skew <= -SKEW_SAID_MS ? skew : 0;
}

static enum source_result
send_with(struct loganalytics_client *client, struct loganalytics_call *call, struct str token,
	struct source_failure *failure, struct error *err)
{
	const struct source_options *o = client->options;
	struct buf header = {0}, body = {0}, prefer = {0};
	enum http_result sent;

	buf_append_wiping(&header, "Authorization: Bearer ", 22);
	buf_append_wiping(&header, token.data, token.len);
	buf_printf(&prefer, "Prefer: wait=%d", WAIT_S);
	loganalytics_write_request(&body, call->query, call->from, call->to);
	client->requests++;
	sent = http_try(o->http,
		&(struct http_request){.method = "POST",
			.url = client->url,
			.headers = (const char *const[]){buf_cstr(&header),
				"Content-Type: application/json", buf_cstr(&prefer), NULL},
			.body = buf_view(&body),
			.first_byte_ms = FIRST_BYTE_MS,
			.max_body = MAX_BODY},
		NULL, o->failed_try, o->say_context, &call->response, err);
	buf_wipe(&header);
	buf_fini(&body);
	buf_fini(&prefer);
	client->bytes += call->response.body.len;
	note_skew(client, &call->response);
	call->too_long = sent == HTTP_FAILED && call->response.too_long;
	if (sent == HTTP_FAILED)
		advise(failure, CAUSE_NETWORK, "%s", "");
	return sent == HTTP_ANSWERED ? SOURCE_OK
	       : sent == HTTP_FAILED ? SOURCE_FAILED
				     : SOURCE_STOPPED;
}

enum source_result
loganalytics_ask(struct loganalytics_client *client, struct loganalytics_call *call,
	struct source_failure *failure, struct error *err)
{
	for (int try = 0;; try++) {
		const char *token;
		enum source_result result = azure_login_get(client->login, &token, failure, err);

		if (result == SOURCE_OK)
			result = send_with(client, call, str_from(token), failure, err);
		if (result != SOURCE_OK || call->response.status / 100 == 2)
			return result;
		if (try > 0 || call->response.status != 401) {
			explain(client, call, str_from(token), failure, err);
			return SOURCE_FAILED;
		}
		azure_login_expire(client->login);
		http_response_fini(&call->response);
		call->response = (struct http_response){.date = TIME_NONE};
	}
}
