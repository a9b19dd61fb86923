/* Roles: role_arn with source_profile or credential_source, and web identity. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/aws_private.h"

static const char default_session[] = "keywatch";

static bool
has_role(const struct aws_ask *ask)
{
	return aws_ask_value(ask, "role_arn") && !aws_ask_value(ask, "web_identity_token_file");
}

static bool
has_static_keys(const struct aws_ask *ask)
{
	return aws_ask_value(ask, "aws_access_key_id") ||
	       aws_ask_value(ask, "aws_secret_access_key");
}

static enum aws_result
refuse(const struct aws_ask *ask, struct error *err, const char *why, const char *detail)
{
	error_set(err, ERROR_USAGE, "profile %s: %s%s", ask->profile, why, detail);
	return AWS_FAILED;
}

/* ---- who asks for the role ---- */

static enum aws_result
from_credential_source(
	struct aws_ask *ask, const char *source, struct aws_keys *keys, struct error *err)
{
	static const struct {
		const char *name;
		aws_provider *provider;
	} sources[] = {
		{"Environment", aws_from_environment},
		{"Ec2InstanceMetadata", aws_from_instance},
		{"EcsContainer", aws_from_container},
	};
	struct aws_ask inner = *ask;
	enum aws_result result;

	inner.environment = true;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(source, sources[i].name) != 0)
			continue;
		result = sources[i].provider(&inner, keys, err);
		if (result == AWS_NONE)
			return refuse(
				ask, err, "nothing at hand from credential_source = ", source);
		return result;
	}
	return refuse(ask, err,
		"credential_source is Environment, Ec2InstanceMetadata or EcsContainer, not ",
		source);
}

static bool
was_here(const struct aws_ask *ask, const char *profile)
{
	for (size_t i = 0; i < ask->depth; i++)
		if (strcmp(ask->path[i], profile) == 0)
			return true;
	return false;
}

/* A profile may name itself to keep static keys and role together; all else that comes back to
 * where it was is a loop (botocore). */
static enum aws_result
from_source_profile(
	struct aws_ask *ask, const char *source, struct aws_keys *keys, struct error *err)
{
	struct aws_ask inner = *ask;
	bool itself = strcmp(source, ask->profile) == 0;
	enum aws_result result;

	inner.profile = source;
	inner.environment = false;
	if (!aws_config_has(&ask->chain->config, source))
		return refuse(ask, err, "its source_profile is in neither file: ", source);
	if (was_here(ask, source) && !(itself && has_static_keys(&inner)))
		return refuse(ask, err, "its source_profile leads in a circle: ", source);
	if (!itself && has_role(&inner) && !has_static_keys(&inner))
		return aws_from_role(&inner, keys, err);
	result = aws_from_profile(&inner, keys, err);
	if (result == AWS_NONE)
		return refuse(ask, err, "no credentials in its source_profile ", source);
	return result;
}

static enum aws_result
from_source(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	const char *profile = aws_ask_value(ask, "source_profile");
	const char *source = aws_ask_value(ask, "credential_source");

	if (profile && source)
		return refuse(
			ask, err, "source_profile and credential_source exclude each other", "");
	if (!profile && !source)
		return refuse(ask, err, "role_arn needs source_profile or credential_source", "");
	return profile ? from_source_profile(ask, profile, keys, err)
		       : from_credential_source(ask, source, keys, err);
}

enum aws_result
aws_from_role(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	const char *session = aws_ask_value(ask, "role_session_name");
	const struct aws_role role = {
		.arn = aws_ask_value(ask, "role_arn"),
		.session = session ? session : default_session,
		.external_id = aws_ask_value(ask, "external_id"),
		.duration = aws_ask_value(ask, "duration_seconds"),
	};
	struct aws_keys source = {0};
	enum aws_result result;

	if (!has_role(ask))
		return AWS_NONE;
	if (aws_ask_value(ask, "mfa_serial"))
		return aws_delegate(ask, "asks for an MFA code", err);
	if (ask->depth == AWS_CHAIN_MAX)
		return refuse(ask, err, "too many profiles lead to one another", "");
	ask->path[ask->depth++] = ask->profile;
	result = from_source(ask, &source, err);
	if (result == AWS_OK)
		result = aws_assume(ask->chain, &role, &source, keys, err);
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "profile %s (role %s)", ask->profile, role.arn);
	aws_keys_wipe(&source);
	return result;
}

/* ---- web identity: EKS and what follows its example ---- */

/* The environment goes before the profile, where it may be used at all. */
static const char *
either(const struct aws_ask *ask, const char *variable, const char *key)
{
	const char *value = ask->environment ? aws_environment(variable) : NULL;

	return value ? value : aws_ask_value(ask, key);
}

static enum aws_result
assume_by_token(struct aws_ask *ask, const char *path, struct aws_role *role, struct aws_keys *keys,
	struct error *err)
{
	enum aws_result result;
	size_t len = 0;
	char *token = aws_read_file(path, &len, err);

	if (!token) {
		error_prefix(err, "web identity token");
		return AWS_FAILED;
	}
	while (len && (token[len - 1] == '\n' || token[len - 1] == '\r'))
		token[--len] = '\0';
	role->token = token;
	result = aws_assume(ask->chain, role, NULL, keys, err);
	mem_free_wiping(token);
	return result;
}

enum aws_result
aws_from_web_identity(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	const char *path = either(ask, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	const char *session = either(ask, "AWS_ROLE_SESSION_NAME", "role_session_name");
	struct aws_role role = {.arn = either(ask, "AWS_ROLE_ARN", "role_arn"),
		.session = session ? session : default_session};
	enum aws_result result;

	if (!path)
		return AWS_NONE;
	if (!role.arn) {
		error_set(err, ERROR_USAGE,
			"web identity: a token file, but neither AWS_ROLE_ARN nor "
			"role_arn");
		return AWS_FAILED;
	}
	result = assume_by_token(ask, path, &role, keys, err);
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "web identity (role %s)", role.arn);
	return result;
}
