/* A token: found by the first way that is at hand, kept, renewed ahead of its end. */
#include "core/source/azure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/source/aws_private.h"
#include "core/source/azure_private.h"

static const int64_t renew_ahead = 10 * TICKS_PER_MINUTE;
static const int64_t hold_at_least = TICKS_PER_MINUTE;
static const int64_t try_pause = 30 * TICKS_PER_SECOND; /* while the old one still holds */

/* azure-cli's cloud.py; the resource of the public cloud keeps its older name (sources.md §1.5).
 * A cloud's further authorities stand below its first row. */
static const struct azure_cloud clouds[] = {
	{"public", "login.microsoftonline.com", "https://api.loganalytics.io",
		"https://api.loganalytics.azure.com"},
	{"public", "login.windows.net", "https://api.loganalytics.io",
		"https://api.loganalytics.azure.com"},
	{"US Government", "login.microsoftonline.us", "https://api.loganalytics.us",
		"https://api.loganalytics.us"},
	{"China", "login.chinacloudapi.cn", "https://api.loganalytics.azure.cn",
		"https://api.loganalytics.azure.cn"},
	{"China", "login.partner.microsoftonline.cn", "https://api.loganalytics.azure.cn",
		"https://api.loganalytics.azure.cn"},
};

/* As DefaultAzureCredential: what the environment says, then the machine, then a person. */
static const struct {
	const char *auth;
	azure_way *get;
} ways[] = {
	{"client-credentials", azure_by_secret},
	{"client-credentials", azure_by_federation},
	{"managed-identity", azure_by_app_service},
	{"managed-identity", azure_by_machine},
	{"az", azure_by_cli},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* ---- settings ---- */

const char *
azure_setting(const struct azure_login *login, enum source_key key, const char *variable)
{
	const char *value = login->options->config->value[key];

	return value ? value : variable ? aws_environment(variable) : NULL;
}

void
azure_miss(struct azure_login *login, const char *fmt, ...)
{
	va_list args;

	if (login->missing.len)
		buf_puts(&login->missing, "; ");
	va_start(args, fmt);
	buf_vprintf(&login->missing, fmt, args);
	va_end(args);
}

enum azure_result
azure_fail(struct source_failure *failure, enum source_cause cause, const char *advice)
{
	failure->cause = cause;
	snprintf(failure->advice, sizeof(failure->advice), "%s", advice);
	return AZURE_FAILED;
}

static struct str
host_of(const char *url)
{
	const char *at = strstr(url, "://");

	at = at ? at + 3 : url;
	return (struct str){at, strcspn(at, "/:")};
}

static const struct azure_cloud *
choose_cloud(const char *authority, const char *endpoint)
{
	size_t count = sizeof(clouds) / sizeof(clouds[0]);

	for (size_t i = 0; i < count; i++)
		if (str_equal_ascii_nocase(host_of(authority), str_from(clouds[i].authority)))
			return &clouds[i];
	for (size_t i = 0; endpoint && i < count; i++)
		if (str_equal_ascii_nocase(host_of(endpoint), host_of(clouds[i].endpoint)) ||
			str_equal_ascii_nocase(host_of(endpoint), host_of(clouds[i].resource)))
			return &clouds[i];
	return &clouds[0];
}

/* AZURE_AUTHORITY_HOST may be a host alone, as the SDKs take it. Without one the endpoint says
 * which cloud it is. */
static void
choose_authority(struct azure_login *login)
{
	const char *given = azure_setting(login, SOURCE_KEY_AUTHORITY_HOST, "AZURE_AUTHORITY_HOST");
	const char *endpoint = azure_setting(login, SOURCE_KEY_ENDPOINT_URL, NULL);
	struct buf url = {0};

	login->cloud = choose_cloud(given ? given : "", endpoint);
	if (!given)
		given = login->cloud->authority;
	buf_printf(&url, "%s%s", strstr(given, "://") ? "" : "https://", given);
	while (url.len && url.data[url.len - 1] == '/')
		url.data[--url.len] = '\0';
	login->authority = buf_take(&url);
}

/* ---- life ---- */

struct azure_login *
azure_login_new(const struct source_options *options)
{
	struct azure_login *login = MEM_NEW(struct azure_login);

	login->options = options;
	login->tried = TIME_NONE;
	login->now = time_now;
	choose_authority(login);
	return login;
}

void
azure_login_free(struct azure_login *login)
{
	if (!login)
		return;
	azure_token_wipe(&login->token);
	buf_fini(&login->missing);
	free(login->authority);
	free(login);
}

const struct azure_cloud *
azure_login_cloud(const struct azure_login *login)
{
	return login->cloud;
}

const char *
azure_login_kind(const struct azure_login *login)
{
	return login->kind[0] ? login->kind : "no credentials";
}

void
azure_login_expire(struct azure_login *login)
{
	login->refused = true;
}

/* ---- getting one ---- */

static enum azure_result
try_ways(struct azure_login *login, struct azure_token *token, struct source_failure *failure,
	struct error *err)
{
	const char *auth = azure_setting(login, SOURCE_KEY_AUTH, NULL);

	buf_clear(&login->missing);
	for (size_t i = 0; i < WAYS; i++) {
		bool wanted = auth && strcmp(auth, ways[i].auth) == 0;
		enum azure_result result;

		if ((auth && !wanted) || (login->way && login->way != i + 1))
			continue;
		result = ways[i].get(login, wanted, token, failure, err);
		if (result == AZURE_OK)
			login->way = i + 1;
		if (result != AZURE_NONE)
			return result;
	}
	login->way = 0;
	error_set(err, ERROR_NOT_FOUND, "no way to sign in to Azure is at hand: %s",
		buf_cstr(&login->missing));
	return azure_fail(failure, CAUSE_CREDENTIALS,
		"set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or sign in: az "
		"login");
}

static void
take_token(struct azure_login *login, struct azure_token *token)
{
	int64_t now = login->now(), quarter = (token->expires - now) / 4;

	azure_token_wipe(&login->token);
	login->token = *token;
	login->renew = token->expires - (quarter < renew_ahead ? quarter : renew_ahead);
	login->refused = false;
}

static bool
holds(const struct azure_login *login, int64_t now)
{
	return login->token.text && !login->refused && now < login->token.expires - hold_at_least;
}

enum source_result
azure_login_get(struct azure_login *login, const char **token, struct source_failure *failure,
	struct error *err)
{
	int64_t now = login->now();
	struct azure_token fresh = {0};

	*token = login->token.text;
	if (holds(login, now) && (now < login->renew || now - login->tried < try_pause))
		return SOURCE_OK;
	login->tried = now;
	switch (try_ways(login, &fresh, failure, err)) {
	case AZURE_OK:
		take_token(login, &fresh);
		*token = login->token.text;
		return SOURCE_OK;
	case AZURE_STOPPED:
		return SOURCE_STOPPED;
	case AZURE_NONE:
	case AZURE_FAILED:
		break;
	}
	return holds(login, now) ? SOURCE_OK : SOURCE_FAILED;
}
