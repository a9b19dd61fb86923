/* What AWS services say when they refuse, in each of their protocols. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/source/aws.h"
#include "core/source/xml.h"

/* botocore/retries/standard.py. */
static const char *const throttles[] = {
	"Throttling",
	"ThrottlingException",
	"ThrottledException",
	"RequestThrottledException",
	"TooManyRequestsException",
	"ProvisionedThroughputExceededException",
	"TransactionInProgressException",
	"RequestLimitExceeded",
	"BandwidthLimitExceeded",
	"LimitExceededException",
	"RequestThrottled",
	"SlowDown",
	"PriorRequestNotComplete",
	"EC2ThrottledException",
	NULL,
};

/* IDPCommunicationError: STS could not ask the identity provider; botocore tries again. */
static const char *const passing[] = {
	"RequestTimeout",
	"RequestTimeoutException",
	"PriorRequestNotComplete",
	"IDPCommunicationError",
	NULL,
};

static const char *const expired[] = {
	"ExpiredToken",
	"ExpiredTokenException",
	"TokenRefreshRequired",
	NULL,
};

static const char *const denied[] = {
	"AccessDenied",
	"AccessDeniedException",
	"AllAccessDisabled",
	"AuthorizationError",
	"KmsAccessDenied",
	"KMS.AccessDeniedException",
	"NotAuthorized",
	"UnauthorizedAccess",
	"UnauthorizedOperation",
	NULL,
};

static const char *const unknown_keys[] = {
	"IncompleteSignature",
	"IncompleteSignatureException",
	"InvalidAccessKeyId",
	"InvalidClientTokenId",
	"InvalidIdentityToken",
	"InvalidSecurity",
	"InvalidSignatureException",
	"InvalidToken",
	"MissingAuthenticationToken",
	"MissingAuthenticationTokenException",
	"NotSignedUp",
	"OptInRequired",
	"RequestExpired",
	"RequestTimeTooSkewed",
	"SignatureDoesNotMatch",
	"UnrecognizedClientException",
	NULL,
};

static bool
is_one_of(const struct aws_error *error, const char *const *codes)
{
	for (; *codes; codes++)
		if (strcmp(error->code, *codes) == 0)
			return true;
	return false;
}

static void
copy(char *to, size_t size, struct str text)
{
	if (text.data)
		snprintf(to, size, "%.*s", (int)(text.len < size ? text.len : size - 1), text.data);
}

/* Its first line: where a signature is refused, the request follows, with the session token. */
static void
copy_message(struct aws_error *error, struct str text)
{
	text = str_trim(text);
	copy(error->message, sizeof(error->message),
		str_trim(str_slice(text, 0, str_find(text, STR("\n"), 0))));
}

/* "com.amazonaws.sqs#QueueDoesNotExist", "ThrottlingException:http://…": the name in it. */
static void
copy_code(struct aws_error *error, struct str text)
{
	size_t at;

	while ((at = str_find(text, STR("#"), 0)) != (size_t)-1)
		text = str_slice(text, at + 1, text.len);
	at = str_find(text, STR(":"), 0);
	copy(error->code, sizeof(error->code), str_trim(str_slice(text, 0, at)));
}

/* A region goes into host names and signatures: nothing but its letters. */
static void
copy_region(struct aws_error *error, struct str text)
{
	text = str_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return;
	}
	if (text.len < sizeof(error->region))
		copy(error->region, sizeof(error->region), text);
}

static struct str
member(const struct json *root, const char *const *names)
{
	struct str text = STR_ABSENT;

	for (; *names && !text.data; names++)
		text = json_string(json_get(root, str_from(*names)));
	return text;
}

static void
read_json(struct aws_error *error, struct str body)
{
	static const char *const codes[] = {"__type", "code", "Code", NULL};
	static const char *const messages[] = {"message", "Message", "errorMessage", NULL};
	struct json_doc *doc;

	if (!json_parse(body, &doc, NULL))
		return;
	copy_code(error, member(json_root(doc), codes));
	copy_message(error, member(json_root(doc), messages));
	json_doc_free(doc);
}

/* <Error> of S3, <ErrorResponse><Error> of the query protocol, <Response><Errors><Error>. */
static bool
take_element(void *context, const char *path, struct str text)
{
	struct aws_error *error = context;
	const char *at = strstr(path, "Error/");

	while (at && strstr(at + 1, "Error/"))
		at = strstr(at + 1, "Error/");
	at = at ? at + strlen("Error/") : "";
	if (strcmp(at, "Code") == 0)
		copy_code(error, text);
	else if (strcmp(at, "Message") == 0)
		copy_message(error, text);
	else if (strcmp(at, "Region") == 0)
		copy_region(error, text);
	return true;
}

void
aws_error_read(struct aws_error *error, const struct http_response *response)
{
	struct str body = str_trim(buf_view(&response->body));
	struct str region = http_header(response, "x-amz-bucket-region");

	*error = (struct aws_error){.status = response->status};
	if (str_starts_with(body, STR("{")))
		read_json(error, body);
	else if (str_starts_with(body, STR("<")) && !xml_parse(body, take_element, error, NULL))
		*error = (struct aws_error){.status = response->status}; /* HTML of a proxy */
	if (!error->code[0])
		copy_code(error, http_header(response, "x-amzn-errortype"));
	if (region.data)
		copy_region(error, region);
}

bool
aws_error_is_throttle(const struct aws_error *error)
{
	return error->status == 429 || is_one_of(error, throttles);
}

bool
aws_error_is_transient(const struct aws_error *error)
{
	return error->status == 500 || error->status == 502 || error->status == 503 ||
	       error->status == 504 || is_one_of(error, passing);
}

bool
aws_error_is_expired(const struct aws_error *error)
{
	return is_one_of(error, expired);
}

bool
aws_error_is_denied(const struct aws_error *error)
{
	return is_one_of(error, denied);
}

bool
aws_error_is_credentials(const struct aws_error *error)
{
	return is_one_of(error, unknown_keys);
}

bool
aws_again(const struct http_response *response)
{
	struct aws_error error;

	aws_error_read(&error, response);
	return aws_error_is_throttle(&error) || aws_error_is_transient(&error);
}
