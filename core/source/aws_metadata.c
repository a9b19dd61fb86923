/* Credentials that the machine has: the container's endpoint and IMDSv2 (sources.md §2). Version 1
 * of IMDS is never asked: what a forged request can reach is no place for keys. */
#include <stdlib.h>
#include <strings.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/source/aws_private.h"

enum { CONTAINER_MS = 2000, INSTANCE_MS = 1000, MAX_ANSWER = 64 << 10 };

static void
set_limits(struct http_request *request, int ms)
{
	request->metadata = true;
	request->connect_ms = request->first_byte_ms = request->idle_ms = ms;
	request->max_body = MAX_ANSWER;
}

/* ---- container: ECS, EKS Pod Identity ---- */

/* "Authorization: …" or nothing. A line end in it would begin another header. */
static bool
put_authorization(struct buf *header, struct error *err)
{
	const char *path = aws_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *plain = aws_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	char *read = NULL;
	bool ok = true;
	size_t len;

	if (path) {
		read = aws_read_file(path, &len, err);
		if (!read)
			return error_prefix(err, "container token");
		plain = read;
	}
	if (plain && strpbrk(plain, "\r\n"))
		ok = error_set(
			err, ERROR_USAGE, "the container's authorization token holds a line end");
	else if (plain && plain[0]) {
		buf_append_wiping(header, "Authorization: ", 15);
		buf_append_wiping(header, plain, strlen(plain));
	}
	mem_free_wiping(read);
	return ok;
}

static bool
put_container_url(struct buf *url)
{
	const char *relative = aws_environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = aws_environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (relative)
		buf_printf(
			url, "http://169.254.170.2%s%s", relative[0] == '/' ? "" : "/", relative);
	else if (full)
		buf_puts(url, full);
	return relative || full;
}

static enum aws_result
ask_container(struct aws_chain *chain, const char *url, const char *authorization,
	struct aws_keys *keys, struct error *err)
{
	const char *headers[] = {"Accept: application/json", authorization, NULL};
	struct http_request request = {.method = "GET", .url = url, .headers = headers};
	struct http_response response;
	enum http_result asked;
	enum aws_result result;

	set_limits(&request, CONTAINER_MS);
	asked = http_try(chain->http, &request, NULL, NULL, NULL, &response, err);
	if (asked != HTTP_ANSWERED) {
		result = aws_result_of(asked);
		if (asked == HTTP_FAILED)
			error_prefix(err, "container credentials");
	} else if (response.status != 200) {
		error_set(err, ERROR_SYSTEM, "container credentials: HTTP %ld", response.status);
		result = AWS_FAILED;
	} else {
		result = aws_keys_read_json(
				 keys, buf_view(&response.body), "container credentials", err)
				 ? AWS_OK
				 : AWS_FAILED;
	}
	http_response_fini(&response);
	return result;
}

enum aws_result
aws_from_container(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	struct buf url = {0}, authorization = {0};
	enum aws_result result = AWS_FAILED;

	if (!put_container_url(&url))
		return AWS_NONE;
	if (put_authorization(&authorization, err))
		result = ask_container(ask->chain, buf_cstr(&url),
			authorization.len ? buf_cstr(&authorization) : NULL, keys, err);
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "container");
	buf_fini(&url);
	buf_wipe(&authorization);
	return result;
}

/* ---- instance: IMDSv2 ---- */

struct imds {
	struct aws_chain *chain;
	struct buf base;
	struct buf token; /* the header; wiped */
};

static void
put_base(struct buf *base, const struct aws_ask *ask)
{
	const char *endpoint = aws_environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = aws_environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

	if (!endpoint)
		endpoint = aws_ask_value(ask, "ec2_metadata_service_endpoint");
	if (!mode)
		mode = aws_ask_value(ask, "ec2_metadata_service_endpoint_mode");
	if (!endpoint)
		endpoint = mode && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]"
								 : "http://169.254.169.254";
	buf_puts(base, endpoint);
	while (base->len && base->data[base->len - 1] == '/')
		base->data[--base->len] = '\0';
}

/* One try: where there is no such service, nobody waits for it. AWS_NONE: there is none, or it
 * has nothing for us. */
static enum aws_result
ask_imds(struct imds *imds, const char *method, const char *path, const char *header,
	struct http_response *response, struct error *err)
{
	const char *const headers[] = {header, NULL};
	struct http_request request = {.method = method, .headers = headers};
	struct buf url = {0};
	struct error trouble = {0};
	enum http_result asked;

	buf_printf(&url, "%s%s", buf_cstr(&imds->base), path);
	request.url = buf_cstr(&url);
	set_limits(&request, INSTANCE_MS);
	asked = http_do(imds->chain->http, &request, response, &trouble);
	buf_fini(&url);
	if (asked == HTTP_FAILED && trouble.kind == ERROR_USAGE) { /* an endpoint we refuse */
		error_set(err, ERROR_USAGE, "instance metadata: %s", trouble.text);
		return AWS_FAILED;
	}
	if (asked != HTTP_ANSWERED)
		return asked == HTTP_FAILED ? AWS_NONE : AWS_STOPPED;
	if (response->status == 200)
		return AWS_OK;
	if (response->status == 403 || response->status == 404 || response->status == 405)
		return AWS_NONE;
	error_set(err, ERROR_SYSTEM, "instance metadata: HTTP %ld", response->status);
	return AWS_FAILED;
}

static enum aws_result
take_token(struct imds *imds, struct error *err)
{
	static const char name[] = "x-aws-ec2-metadata-token: ";
	struct http_response response;
	enum aws_result result = ask_imds(imds, "PUT", "/latest/api/token",
		"x-aws-ec2-metadata-token-ttl-seconds: 21600", &response, err);
	struct str token = str_trim(buf_view(&response.body));

	if (result == AWS_OK && token.len) {
		buf_append_wiping(&imds->token, name, sizeof(name) - 1);
		buf_append_wiping(&imds->token, token.data, token.len);
	} else if (result == AWS_OK) {
		error_set(err, ERROR_INPUT, "instance metadata: an empty token");
		result = AWS_FAILED;
	}
	http_response_fini(&response);
	return result;
}

/* The path of the role's credentials: the first line of the list. */
static enum aws_result
take_role(struct imds *imds, struct buf *path, struct error *err)
{
	static const char list[] = "/latest/meta-data/iam/security-credentials/";
	struct http_response response;
	enum aws_result result =
		ask_imds(imds, "GET", list, buf_cstr(&imds->token), &response, err);
	struct str role = buf_view(&response.body);

	role = str_trim(str_slice(role, 0, str_find(role, STR("\n"), 0)));
	if (result == AWS_OK && !role.len)
		result = AWS_NONE;
	buf_puts(path, list);
	http_encode(path, role, false);
	http_response_fini(&response);
	return result;
}

static bool
is_success(struct str body, struct error *err)
{
	struct json_doc *doc;
	struct str code;
	bool ok;

	if (!json_parse(body, &doc, NULL))
		return true; /* said by the one who reads it */
	code = json_string(json_get(json_root(doc), STR("Code")));
	ok = !code.data || str_is(code, "Success");
	if (!ok)
		error_set(err, ERROR_SYSTEM, "instance profile: %.*s", STR_ARG(code));
	json_doc_wipe(doc);
	return ok;
}

static enum aws_result
take_keys(struct imds *imds, const char *path, struct aws_keys *keys, struct error *err)
{
	struct http_response response;
	enum aws_result result =
		ask_imds(imds, "GET", path, buf_cstr(&imds->token), &response, err);
	struct str body = buf_view(&response.body);

	if (result == AWS_OK && (!is_success(body, err) ||
					!aws_keys_read_json(keys, body, "instance profile", err)))
		result = AWS_FAILED;
	http_response_fini(&response);
	return result;
}

static bool
is_disabled(void)
{
	const char *disabled = aws_environment("AWS_EC2_METADATA_DISABLED");

	return disabled && strcasecmp(disabled, "true") == 0;
}

/* The path of the role's credentials, and the token that opens it. */
static enum aws_result
find_role(struct imds *imds, const struct aws_ask *ask, struct buf *path, struct error *err)
{
	enum aws_result result;

	if (is_disabled())
		return AWS_NONE;
	put_base(&imds->base, ask);
	result = take_token(imds, err);
	return result == AWS_OK ? take_role(imds, path, err) : result;
}

static void
fini(struct imds *imds, struct buf *path)
{
	buf_fini(&imds->base);
	buf_wipe(&imds->token);
	buf_fini(path);
}

bool
aws_chain_on_instance(struct aws_chain *chain)
{
	const struct aws_ask ask = {.chain = chain, .profile = chain->profile};
	struct imds imds = {.chain = chain};
	struct buf path = {0};
	struct error err;
	bool yes = find_role(&imds, &ask, &path, &err) == AWS_OK;

	fini(&imds, &path);
	return yes;
}

enum aws_result
aws_from_instance(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	struct imds imds = {.chain = ask->chain};
	struct buf path = {0};
	enum aws_result result = find_role(&imds, ask, &path, err);

	if (result == AWS_OK)
		result = take_keys(&imds, buf_cstr(&path), keys, err);
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "instance profile");
	fini(&imds, &path);
	return result;
}
