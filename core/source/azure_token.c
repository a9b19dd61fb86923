/* What is answered by those who give tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/source/azure_private.h"

enum { SAID_MAX = 300 };

void
azure_token_wipe(struct azure_token *token)
{
	mem_free_wiping(token->text);
	*token = (struct azure_token){0};
}

/* ---- tokens ---- */

/* Seconds, as a number or a text of digits; -1: neither. */
static int64_t
seconds_of(const struct json *node)
{
	struct str text = json_string(node);
	char digits[12] = ""; /* as ticks it must fit */

	if (json_type(node) == JSON_NUMBER)
		text = json_number_text(node);
	text = str_slice(text, 0, str_find(text, STR("."), 0));
	if (!text.len || text.len >= sizeof(digits))
		return -1;
	memcpy(digits, text.data, text.len);
	return strspn(digits, "0123456789") == text.len ? strtoll(digits, NULL, 10) : -1;
}

static void
take_token(struct azure_token *token, struct str text, int64_t expires)
{
	azure_token_wipe(token);
	token->text = mem_alloc(text.len + 1);
	memcpy(token->text, text.data, text.len);
	token->text[text.len] = '\0';
	token->expires = expires;
}

/* It goes into a header: one line of what RFC 6750 allows. */
static bool
is_token(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return text.len > 0;
}

static bool
read_object(struct azure_token *token, const struct json *root, int64_t now, const char *who,
	struct error *err)
{
	struct str text = json_string(json_get(root, STR("access_token")));
	int64_t in = seconds_of(json_get(root, STR("expires_in")));
	int64_t on = seconds_of(json_get(root, STR("expires_on")));

	if (!is_token(text))
		return error_set(err, ERROR_INPUT, "%s: no access_token in its answer", who);
	if (in < 0 && on < 0)
		return error_set(err, ERROR_INPUT, "%s: no expires_in in its answer", who);
	take_token(token, text, in >= 0 ? now + in * TICKS_PER_SECOND : on * TICKS_PER_SECOND);
	return true;
}

bool
azure_token_read(
	struct azure_token *token, struct str body, int64_t now, const char *who, struct error *err)
{
	struct json_doc *doc;
	bool ok;

	if (!json_parse(body, &doc, NULL)) /* whose message could quote a secret */
		return error_set(err, ERROR_INPUT, "%s: the answer is no JSON", who);
	ok = read_object(token, json_root(doc), now, who, err);
	json_doc_wipe(doc);
	return ok;
}

/* "2026-01-02 03:04:05.000000", in the zone of this machine. */
static bool
parse_local(struct str text, int64_t *ticks)
{
	struct time_parts parts;
	struct tm local = {.tm_isdst = -1};
	time_t seconds;

	if (!time_parse(text, ticks))
		return false;
	parts = time_split(*ticks, false);
	local.tm_year = parts.year - 1900;
	local.tm_mon = parts.month - 1;
	local.tm_mday = parts.day;
	local.tm_hour = parts.hour;
	local.tm_min = parts.minute;
	local.tm_sec = parts.second;
	seconds = mktime(&local);
	*ticks = seconds * TICKS_PER_SECOND;
	return seconds != (time_t)-1;
}

static bool
read_cli(struct azure_token *token, const struct json *root, int64_t now, struct error *err)
{
	struct str text = json_string(json_get(root, STR("accessToken")));
	int64_t on = seconds_of(json_get(root, STR("expires_on"))), expires;

	if (!is_token(text))
		return error_set(err, ERROR_INPUT, "az: no accessToken in what it printed");
	expires = on * TICKS_PER_SECOND;
	if (on < 0 && !parse_local(json_string(json_get(root, STR("expiresOn"))), &expires))
		return error_set(err, ERROR_INPUT, "az: no expiresOn in what it printed");
	if (expires <= now)
		return error_set(err, ERROR_INPUT, "az: its token has expired");
	take_token(token, text, expires);
	return true;
}

bool
azure_token_read_cli(struct azure_token *token, struct str output, int64_t now, struct error *err)
{
	struct json_doc *doc;
	bool ok;

	if (!json_parse(output, &doc, NULL))
		return error_set(err, ERROR_INPUT, "az: what it printed is no JSON");
	ok = read_cli(token, json_root(doc), now, err);
	json_doc_wipe(doc);
	return ok;
}

/* ---- refusals ---- */

/* As it is, or as it was sent. */
static bool
holds_secret(struct str text, struct str secret)
{
	struct buf sent = {0};
	bool found;

	if (!secret.len)
		return false;
	buf_reserve(&sent, 3 * secret.len);
	http_encode(&sent, secret, false);
	found = str_find(text, secret, 0) != (size_t)-1 ||
		str_find(text, buf_view(&sent), 0) != (size_t)-1;
	buf_wipe(&sent);
	return found;
}

void
azure_put_said(struct buf *out, struct str text, struct str secret)
{
	size_t end = 0;

	if (holds_secret(text, secret)) {
		buf_puts(out, "(what it said holds a secret)");
		return;
	}
	while (end < text.len && text.data[end] != '\r' && text.data[end] != '\n')
		end++;
	buf_str(out, str_slice(text, 0, end < SAID_MAX ? end : SAID_MAX));
}

/* Codes of the sign-in service and what to do about them; the first that is found. */
static const struct {
	const char *code, *advice;
} advices[] = {
	{"AADSTS7000215", "put the client secret's value, not its id, into client_secret_file or "
			  "AZURE_CLIENT_SECRET"},
	{"AADSTS7000222", "the client secret has expired: make a new one for the application"},
	{"AADSTS700016", "check client_id, and that the application is in the tenant"},
	{"AADSTS900023", "check tenant_id"},
	{"AADSTS90002",
		"check tenant_id, and authority_host for another cloud than the public one"},
	{"AADSTS500011", "check authority_host: it chooses the cloud, and with it the resource"},
	{"AADSTS70021", "add a federated credential for this workload to the application"},
	{"AADSTS700213", "add a federated credential for this workload to the application"},
	{"AADSTS700024", "check the clock of this machine (timedatectl) and that the token in "
			 "AZURE_FEDERATED_TOKEN_FILE is renewed"},
	{"Identity not found", "assign an identity to this machine, or check client_id"},
};

static const char *
advice_for(struct str said)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (str_find(said, str_from(advices[i].code), 0) != (size_t)-1)
			return advices[i].advice;
	return "check tenant_id, client_id and the secret";
}

static enum source_cause
cause_of(long status, struct str code)
{
	if (status == 429)
		return CAUSE_THROTTLED;
	if (status >= 500 || str_is(code, "temporarily_unavailable"))
		return CAUSE_NETWORK;
	return code.len ? CAUSE_CREDENTIALS : CAUSE_ANSWER;
}

enum azure_result
azure_explain(const struct http_response *response, const char *who, struct str secret,
	struct source_failure *failure, struct error *err)
{
	struct json_doc *doc = NULL;
	const struct json *root;
	struct str code, text;
	struct buf said = {0};

	if (!json_parse(buf_view(&response->body), &doc, NULL))
		doc = NULL;
	root = doc ? json_root(doc) : NULL;
	code = json_string(json_get(root, STR("error")));
	text = json_string(json_get(root, STR("error_description")));
	buf_printf(&said, "%s: HTTP %ld", who, response->status);
	for (int i = 0; i < 2; i++) {
		struct str part = i ? text : code;

		if (part.len)
			buf_puts(&said, ": ");
		azure_put_said(&said, part, secret);
	}
	error_set(err, ERROR_INPUT, "%s", buf_cstr(&said));
	azure_fail(failure, cause_of(response->status, code), "");
	failure->retry_after_ms = response->retry_after_ms;
	if (failure->cause == CAUSE_CREDENTIALS)
		azure_fail(failure, CAUSE_CREDENTIALS, advice_for(buf_view(&said)));
	else if (failure->cause == CAUSE_ANSWER)
		azure_fail(failure, CAUSE_ANSWER,
			"is authority_host Azure's, and no proxy in between?");
	buf_fini(&said);
	if (doc)
		json_doc_wipe(doc);
	return AZURE_FAILED;
}

/* ---- asking ---- */

static enum http_result
send_request(struct azure_login *login, const struct http_request *request, bool tries,
	struct http_response *response, struct error *err)
{
	const struct source_options *o = login->options;

	if (!tries)
		return http_do(o->http, request, response, err);
	return http_try(o->http, request, NULL, o->failed_try, o->say_context, response, err);
}

enum azure_result
azure_ask(struct azure_login *login, const struct http_request *request, bool tries,
	const char *who, struct str secret, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	struct http_response response = {0};
	enum azure_result result = AZURE_OK;
	enum http_result sent = send_request(login, request, tries, &response, err);

	if (sent == HTTP_INTERRUPTED) {
		result = AZURE_STOPPED;
	} else if (sent == HTTP_FAILED) {
		error_prefix(err, "%s", who);
		result = azure_fail(failure, CAUSE_NETWORK, "");
	} else if (response.status / 100 != 2) {
		result = azure_explain(&response, who, secret, failure, err);
	} else if (!azure_token_read(token, buf_view(&response.body), login->now(), who, err)) {
		result = azure_fail(failure, CAUSE_ANSWER,
			"is authority_host Azure's, and no proxy in between?");
	}
	http_response_fini(&response);
	return result;
}
