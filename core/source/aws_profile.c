/* What the environment and a profile hold by themselves, and what is left to the AWS CLI. */
#include <stdlib.h>

#include "core/base/timefmt.h"
#include "core/source/aws_private.h"

const char *
aws_ask_value(const struct aws_ask *ask, const char *key)
{
	return aws_config_get(&ask->chain->config, ask->profile, key, AWS_FILE_ANY);
}

enum aws_result
aws_delegate(const struct aws_ask *ask, const char *why, struct error *err)
{
	error_set(err, ERROR_USAGE,
		"profile %s %s, which the AWS CLI does: name another profile that has the line "
		"`credential_process = aws configure export-credentials --profile %s --format "
		"process`",
		ask->profile, why, ask->profile);
	return AWS_FAILED;
}

/* Both or none: half a pair is a mistake to be said, not to be stepped over. */
static enum aws_result
set_pair(struct aws_keys *keys, const char *who, const char *id, const char *secret,
	const char *token, int64_t expires, struct error *err)
{
	if (!id)
		return AWS_NONE;
	if (!secret) {
		error_set(err, ERROR_USAGE, "%s: an access key id without its secret access key",
			who);
		return AWS_FAILED;
	}
	aws_keys_set(keys, str_from(id), str_from(secret), str_from(token), expires);
	return AWS_OK;
}

enum aws_result
aws_from_environment(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	const char *token = aws_environment("AWS_SESSION_TOKEN");
	const char *until = aws_environment("AWS_CREDENTIAL_EXPIRATION");
	int64_t expires = TIME_NONE;
	enum aws_result result;

	if (!ask->environment)
		return AWS_NONE;
	if (!token)
		token = aws_environment("AWS_SECURITY_TOKEN"); /* its name of old */
	if (until && !time_parse(str_from(until), &expires)) {
		error_set(err, ERROR_USAGE, "AWS_CREDENTIAL_EXPIRATION is no time");
		return AWS_FAILED;
	}
	result = set_pair(keys, "environment", aws_environment("AWS_ACCESS_KEY_ID"),
		aws_environment("AWS_SECRET_ACCESS_KEY"), token, expires, err);
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "environment");
	return result;
}

static enum aws_result
from_file(struct aws_ask *ask, enum aws_file file, struct aws_keys *keys, struct error *err)
{
	const struct aws_config *config = &ask->chain->config;
	const char *token = aws_config_get(config, ask->profile, "aws_session_token", file);
	struct buf who = {0};
	enum aws_result result;

	if (!token)
		token = aws_config_get(config, ask->profile, "aws_security_token", file);
	buf_printf(&who, "profile %s", ask->profile);
	result = set_pair(keys, buf_cstr(&who),
		aws_config_get(config, ask->profile, "aws_access_key_id", file),
		aws_config_get(config, ask->profile, "aws_secret_access_key", file), token,
		TIME_NONE, err);
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "%s", buf_cstr(&who));
	buf_fini(&who);
	return result;
}

enum aws_result
aws_from_credentials_file(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	return from_file(ask, AWS_FILE_CREDENTIALS, keys, err);
}

enum aws_result
aws_from_config_file(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	return from_file(ask, AWS_FILE_CONFIG, keys, err);
}

enum aws_result
aws_from_sso(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	(void)keys;
	if (!aws_ask_value(ask, "sso_account_id") && !aws_ask_value(ask, "sso_role_name"))
		return AWS_NONE;
	return aws_delegate(ask, "signs in by SSO", err);
}

enum aws_result
aws_from_login(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	(void)keys;
	if (!aws_ask_value(ask, "login_session"))
		return AWS_NONE;
	return aws_delegate(ask, "signs in by `aws login`", err);
}

enum aws_result
aws_from_profile(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	static aws_provider *const order[] = {aws_from_web_identity, aws_from_sso,
		aws_from_credentials_file, aws_from_login, aws_from_process, aws_from_config_file};
	enum aws_result result = AWS_NONE;

	for (size_t i = 0; result == AWS_NONE && i < sizeof(order) / sizeof(order[0]); i++)
		result = order[i](ask, keys, err);
	return result;
}
