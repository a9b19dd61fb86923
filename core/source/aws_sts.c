/* AssumeRole and AssumeRoleWithWebIdentity (query protocol, XML; sources.md §2). */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/source/aws_private.h"
#include "core/source/xml.h"

enum { MAX_ANSWER = 256 << 10 };

static void
put_parameter(struct buf *body, const char *name, const char *value)
{
	struct buf encoded = {0};

	if (!value)
		return;
	buf_reserve(&encoded, strlen(value) * 3);
	http_encode(&encoded, str_from(value), false);
	buf_append_wiping(body, "&", 1);
	buf_append_wiping(body, name, strlen(name));
	buf_append_wiping(body, "=", 1);
	buf_append_wiping(body, encoded.data, encoded.len);
	buf_wipe(&encoded);
}

static void
put_body(struct buf *body, const struct aws_role *role)
{
	buf_puts(body, role->token ? "Action=AssumeRoleWithWebIdentity" : "Action=AssumeRole");
	put_parameter(body, "Version", "2011-06-15");
	put_parameter(body, "RoleArn", role->arn);
	put_parameter(body, "RoleSessionName", role->session);
	put_parameter(body, "ExternalId", role->external_id);
	put_parameter(body, "DurationSeconds", role->duration);
	put_parameter(body, "WebIdentityToken", role->token);
}

struct taken {
	struct buf id, secret, token, expiration;
};

static bool
take_element(void *context, const char *path, struct str text)
{
	struct taken *taken = context;
	const struct {
		const char *end;
		struct buf *to;
	} wanted[] = {
		{"Result/Credentials/AccessKeyId", &taken->id},
		{"Result/Credentials/SecretAccessKey", &taken->secret},
		{"Result/Credentials/SessionToken", &taken->token},
		{"Result/Credentials/Expiration", &taken->expiration},
	};

	text = str_trim(text);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (str_ends_with(str_from(path), str_from(wanted[i].end)))
			buf_append_wiping(wanted[i].to, text.data, text.len);
	return true;
}

static bool
read_keys(struct aws_keys *keys, struct str body, const struct aws_role *role, struct error *err)
{
	struct taken taken = {0};
	int64_t expires = TIME_NONE;
	bool ok = xml_parse(body, take_element, &taken, NULL) && taken.id.len && taken.secret.len &&
		  taken.token.len && time_parse(buf_view(&taken.expiration), &expires);

	if (ok)
		aws_keys_set(keys, buf_view(&taken.id), buf_view(&taken.secret),
			buf_view(&taken.token), expires);
	else
		error_set(err, ERROR_INPUT, "STS answered for %s, but with no credentials",
			role->arn);
	buf_wipe(&taken.id);
	buf_wipe(&taken.secret);
	buf_wipe(&taken.token);
	buf_wipe(&taken.expiration);
	return ok;
}

enum aws_result
aws_result_of(enum http_result result)
{
	return result == HTTP_FAILED ? AWS_FAILED : AWS_STOPPED;
}

static enum aws_result
read_answer(const struct http_response *response, const struct aws_role *role,
	struct aws_keys *keys, struct error *err)
{
	struct aws_error error;

	if (response->status / 100 == 2)
		return read_keys(keys, buf_view(&response->body), role, err) ? AWS_OK : AWS_FAILED;
	aws_error_read(&error, response);
	error_set(err, ERROR_SYSTEM, "STS does not give %s: HTTP %ld %s: %s", role->arn,
		error.status, error.code, error.message);
	return AWS_FAILED;
}

static const char *
sts_region(struct aws_chain *chain)
{
	const char *region = chain->region ? chain->region : aws_chain_region(chain);

	return region ? region : "us-east-1";
}

static void
put_url(struct buf *url, struct aws_chain *chain)
{
	const char *endpoint = aws_chain_endpoint(chain, "sts"), *region = sts_region(chain);

	if (endpoint)
		buf_puts(url, endpoint);
	else
		buf_printf(url, "https://sts.%s.%s/", region, aws_partition_of(region)->dns_suffix);
}

enum aws_result
aws_assume(struct aws_chain *chain, const struct aws_role *role, const struct aws_keys *source,
	struct aws_keys *keys, struct error *err)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8", NULL};
	struct http_request request = {.method = "POST",
		.headers = headers,
		.keys = source,
		.region = sts_region(chain),
		.service = "sts",
		.max_body = MAX_ANSWER};
	struct http_response response;
	struct buf url = {0}, body = {0};
	enum http_result asked;
	enum aws_result result;

	put_url(&url, chain);
	put_body(&body, role);
	request.url = buf_cstr(&url);
	request.body = buf_view(&body);
	asked = http_try(chain->http, &request, aws_again, NULL, NULL, &response, err);
	if (asked == HTTP_ANSWERED)
		result = read_answer(&response, role, keys, err);
	else
		result = aws_result_of(asked);
	if (asked == HTTP_FAILED)
		error_prefix(err, "STS for %s", role->arn);
	http_response_fini(&response);
	buf_fini(&url);
	buf_wipe(&body);
	return result;
}
