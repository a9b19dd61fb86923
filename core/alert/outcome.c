#include "core/alert/outcome.h"

static const char *const names[] = {
	[OUTCOME_SUCCESS] = "success",
	[OUTCOME_DENIED] = "denied",
	[OUTCOME_FAILED] = "failed",
};

/*
 * Codes that say "not you" rather than "not so": AWS's common errors of authentication and
 * authorisation (the common-error pages of the IAM, STS, EC2 and S3 references). Compared without
 * a prefix that ends in '.' ("Client.") and without the suffixes Exception and Error.
 */
static const char *const denied_codes[] = {
	"AccessDenied",
	"AllAccessDisabled",
	"AuthFailure",
	"Authorization",
	"ExpiredToken",
	"Forbidden",
	"IncompleteSignature",
	"InvalidAccessKeyId",
	"InvalidClientTokenId",
	"InvalidSecurity",
	"InvalidSecurityToken",
	"InvalidSignature",
	"InvalidToken",
	"MissingAuthenticationToken",
	"NotAuthorized",
	"OptInRequired",
	"RequestExpired",
	"RequestTimeTooSkewed",
	"SignatureDoesNotMatch",
	"TokenRefreshRequired",
	"UnrecognizedClient",
};

/* Services make up their own longer names around these words (EC2's UnauthorizedOperation, S3's
 * AccountAccessDenied …). */
static const char *const denied_words[] = {"AccessDenied", "Unauthorized", "NotAuthorized"};

static const char *const denied_messages[] = {
	"is not authorized to perform",
	"You are not authorized",
	"Access Denied",
	"AccessDenied",
};

const char *
outcome_name(enum outcome outcome)
{
	return names[outcome];
}

static struct str
without_suffix(struct str s, struct str suffix)
{
	if (s.len > suffix.len && str_ends_with(s, suffix))
		s.len -= suffix.len;
	return s;
}

static struct str
bare_code(struct str code)
{
	const char *dot = code.len ? memrchr(code.data, '.', code.len) : NULL;

	if (dot)
		code = str_slice(code, (size_t)(dot - code.data) + 1, code.len);
	return without_suffix(without_suffix(code, STR("Exception")), STR("Error"));
}

static bool
holds_one_of(struct str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_find(s, str_from(words[i]), 0) != (size_t)-1)
			return true;
	return false;
}

static bool
is_denied(struct str code, struct str message)
{
	struct str bare = bare_code(code);

	if (!code.len)
		return holds_one_of(message, denied_messages,
			sizeof(denied_messages) / sizeof(*denied_messages));
	for (size_t i = 0; i < sizeof(denied_codes) / sizeof(*denied_codes); i++)
		if (str_is(bare, denied_codes[i]))
			return true;
	return holds_one_of(code, denied_words, sizeof(denied_words) / sizeof(*denied_words));
}

/* A value that is neither null nor "" is an error, whatever its type. */
static bool
is_there(const struct event *event, const char *path)
{
	const struct json *node = event_node(event, path);

	switch (json_type(node)) {
	case JSON_ABSENT:
	case JSON_NULL:
		return false;
	case JSON_STRING:
		return json_string(node).len > 0;
	default:
		return true;
	}
}

enum outcome
outcome_of_event(const struct event *event)
{
	if (!is_there(event, "errorCode") && !is_there(event, "errorMessage"))
		return OUTCOME_SUCCESS;
	if (is_denied(event_text(event, "errorCode"), event_text(event, "errorMessage")))
		return OUTCOME_DENIED;
	return OUTCOME_FAILED;
}
