/* The chain in botocore's order, and when its keys are renewed (sources.md §2). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/source/aws_private.h"

/* Renewed when there is time, renewed or refused when there is little; and not at every request
 * where keys live shorter than that. */
#define ADVISORY (15 * TICKS_PER_MINUTE)
#define MANDATORY (10 * TICKS_PER_MINUTE)
#define PAUSE (30 * TICKS_PER_SECOND)

struct aws_chain *
aws_chain_new(const char *profile, const char *endpoint_url, struct http *http)
{
	struct aws_chain *chain = MEM_NEW(struct aws_chain);
	const char *named = profile ? profile : aws_environment("AWS_PROFILE");

	if (!named)
		named = aws_environment("AWS_DEFAULT_PROFILE");
	chain->profile = mem_strdup(named ? named : "default");
	chain->given = profile != NULL;
	chain->endpoint_url = endpoint_url ? mem_strdup(endpoint_url) : NULL;
	chain->http = http;
	chain->keys.expires = chain->tried = TIME_NONE;
	chain->now = time_now;
	return chain;
}

void
aws_chain_free(struct aws_chain *chain)
{
	if (!chain)
		return;
	aws_config_fini(&chain->config);
	aws_keys_wipe(&chain->keys);
	free(chain->profile);
	free(chain->endpoint_url);
	free(chain->region);
	for (size_t i = 0; i < chain->said_count; i++)
		free(chain->said[i]);
	free(chain->said);
	free(chain);
}

void
aws_chain_set_region(struct aws_chain *chain, const char *region)
{
	free(chain->region);
	chain->region = region && region[0] ? mem_strdup(region) : NULL;
}

void
aws_chain_say(struct aws_chain *chain, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(chain->kind, sizeof(chain->kind), fmt, args);
	va_end(args);
}

const char *
aws_chain_kind(const struct aws_chain *chain)
{
	return chain->kind;
}

/* ---- the settings around the keys ---- */

static bool
has_files(struct aws_chain *chain)
{
	return chain->config.read || aws_config_read(&chain->config, NULL);
}

static const char *
profile_value(struct aws_chain *chain, const char *key)
{
	return has_files(chain) ? aws_config_get(&chain->config, chain->profile, key, AWS_FILE_ANY)
				: NULL;
}

/* A string that stays for the life of the chain, whatever becomes of the files. */
static const char *
keep(struct aws_chain *chain, const char *text)
{
	if (!text)
		return NULL;
	for (size_t i = 0; i < chain->said_count; i++)
		if (strcmp(chain->said[i], text) == 0)
			return chain->said[i];
	MEM_GROW(chain->said, chain->said_count, chain->said_capacity);
	return chain->said[chain->said_count++] = mem_strdup(text);
}

const char *
aws_chain_region(struct aws_chain *chain)
{
	const char *region = aws_environment("AWS_REGION");

	if (!region)
		region = aws_environment("AWS_DEFAULT_REGION");
	return keep(chain, region ? region : profile_value(chain, "region"));
}

const char *
aws_chain_ca_bundle(struct aws_chain *chain)
{
	return keep(chain, profile_value(chain, "ca_bundle"));
}

static const char *
environment_endpoint(const char *service)
{
	char name[64];
	int n = snprintf(name, sizeof(name), "AWS_ENDPOINT_URL_%s", service);
	const char *url = NULL;

	for (int i = 0; i < n && name[i]; i++)
		name[i] = (char)(name[i] == '-' ? '_' : toupper((unsigned char)name[i]));
	if (n > 0 && (size_t)n < sizeof(name))
		url = aws_environment(name);
	return url ? url : aws_environment("AWS_ENDPOINT_URL");
}

static const char *
services_endpoint(struct aws_chain *chain, const char *service)
{
	const char *services = profile_value(chain, "services"), *url;
	struct buf section = {0}, key = {0};

	if (!services)
		return NULL;
	buf_printf(&section, "services %s", services);
	buf_printf(&key, "%s.endpoint_url", service);
	url = aws_config_get(&chain->config, buf_cstr(&section), buf_cstr(&key), AWS_FILE_CONFIG);
	buf_fini(&section);
	buf_fini(&key);
	return url;
}

const char *
aws_chain_endpoint(struct aws_chain *chain, const char *service)
{
	const char *ignore = aws_environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), *url;

	if (chain->endpoint_url)
		return chain->endpoint_url;
	if (!ignore)
		ignore = profile_value(chain, "ignore_configured_endpoint_urls");
	if (ignore && strcasecmp(ignore, "true") == 0)
		return NULL;
	url = environment_endpoint(service);
	if (!url)
		url = services_endpoint(chain, service);
	return keep(chain, url ? url : profile_value(chain, "endpoint_url"));
}

bool
aws_chain_configured(struct aws_chain *chain)
{
	static const char *const keys[] = {"aws_access_key_id", "role_arn", "credential_process",
		"web_identity_token_file", "sso_account_id", "sso_role_name", "login_session"};
	static const char *const variables[] = {"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE"};

	if (chain->given || aws_environment("AWS_ACCESS_KEY_ID"))
		return true;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (aws_environment(variables[i]))
			return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (profile_value(chain, keys[i]))
			return true;
	return false;
}

/* ---- fetching ---- */

static enum aws_result
nothing_at_hand(const struct aws_chain *chain, struct error *err)
{
	error_set(err, ERROR_NOT_FOUND,
		"no AWS credentials in the environment, profile %s, a container or an instance "
		"profile: run `aws configure`, or name a profile (profile =, --profile, "
		"AWS_PROFILE)",
		chain->profile);
	return AWS_NONE;
}

/* A profile that somebody named must be there. */
static bool
check_profile(const struct aws_chain *chain, struct error *err)
{
	if (aws_config_has(&chain->config, chain->profile) ||
		(!chain->given && strcmp(chain->profile, "default") == 0))
		return true;
	return error_set(err, ERROR_USAGE,
		"profile %s is neither in ~/.aws/config (as [profile %s]) nor in "
		"~/.aws/credentials",
		chain->profile, chain->profile);
}

static enum aws_result
walk(struct aws_chain *chain, struct aws_keys *keys, struct error *err)
{
	static aws_provider *const order[] = {aws_from_environment, aws_from_role, aws_from_profile,
		aws_from_container, aws_from_instance};

	if (!chain->config.read && !aws_config_read(&chain->config, err))
		return AWS_FAILED;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct aws_ask ask = {
			.chain = chain, .profile = chain->profile, .environment = !chain->given};
		enum aws_result result;

		if (i == 1 && !check_profile(chain, err))
			return AWS_FAILED;
		result = order[i](&ask, keys, err);
		if (result != AWS_NONE)
			return result;
	}
	return nothing_at_hand(chain, err);
}

static enum aws_result
fetch(struct aws_chain *chain, struct error *err)
{
	struct aws_keys keys = {.expires = TIME_NONE};
	char before[AWS_KIND], when[TIME_TEXT];
	enum aws_result result;

	memcpy(before, chain->kind, sizeof(before));
	result = walk(chain, &keys, err);
	if (result == AWS_OK && keys.expires != TIME_NONE && keys.expires <= chain->now()) {
		time_format_iso(keys.expires, when);
		error_set(err, ERROR_SYSTEM, "the credentials from %s expired at %s", chain->kind,
			when);
		result = AWS_FAILED;
	}
	if (result == AWS_OK) {
		aws_keys_wipe(&chain->keys);
		chain->keys = keys;
		chain->expired = false;
	} else {
		aws_keys_wipe(&keys);
		memcpy(chain->kind, before, sizeof(before));
	}
	return result;
}

/* What is left of the keys at hand. */
static int64_t
left(const struct aws_chain *chain, int64_t now)
{
	if (!chain->keys.access_key_id || chain->expired)
		return 0;
	return chain->keys.expires == TIME_NONE ? INT64_MAX : chain->keys.expires - now;
}

enum aws_result
aws_chain_get(struct aws_chain *chain, const struct aws_keys **keys, struct error *err)
{
	int64_t now = chain->now(), time_left = left(chain, now);
	bool lately = chain->tried != TIME_NONE && now - chain->tried < PAUSE;
	enum aws_result result = AWS_OK;

	*keys = &chain->keys;
	if (time_left > ADVISORY || (lately && time_left > (chain->failing ? MANDATORY : 0)))
		return AWS_OK;
	result = fetch(chain, err);
	if (result == AWS_NONE && chain->keys.access_key_id) { /* an instance that fell silent */
		error_set(err, ERROR_SYSTEM, "the credentials from %s could not be renewed",
			chain->kind);
		result = AWS_FAILED;
	}
	chain->tried = now;
	chain->failing = result != AWS_OK;
	if (result == AWS_STOPPED || result == AWS_OK || time_left <= MANDATORY)
		return result;
	return AWS_OK; /* those at hand hold; asked again soon */
}

void
aws_chain_expire(struct aws_chain *chain)
{
	chain->expired = true;
	aws_config_fini(&chain->config); /* whoever rotates keys writes them there */
}
