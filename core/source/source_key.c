/* The keys of [source NAME], one row each, and what a value must look like. */
#include <ctype.h>
#include <string.h>

#include "core/base/text.h"
#include "core/source/http.h"
#include "core/source/source_config.h"

/* ---- checks: what is wrong, or NULL ---- */

static bool
holds_only(const char *value, const char *allowed)
{
	return value[strspn(value, allowed)] == '\0';
}

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *
check_shown(const char *value, bool in_file, struct error *why)
{
	(void)in_file;
	(void)why;
	return text_has_hidden(str_from(value)) ? "holds characters that cannot be seen" : NULL;
}

static bool
is_region(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!value.data[i] || !strchr(LOWER DIGITS "-", value.data[i]))
			return false;
	return value.len && value.len < 40 && isalpha((unsigned char)value.data[0]) &&
	       value.data[value.len - 1] != '-';
}

/* It becomes part of a host's name. */
static const char *
check_region(const char *value, bool in_file, struct error *why)
{
	(void)in_file;
	(void)why;
	return is_region(str_from(value)) ? NULL : "is a region's name such as us-east-1";
}

bool
source_list_next(struct str *list, struct str *word)
{
	static const char between[] = ", \t";
	size_t from = 0, to;

	while (from < list->len && strchr(between, list->data[from]))
		from++;
	for (to = from; to < list->len && !strchr(between, list->data[to]); to++)
		;
	*word = str_slice(*list, from, to - from);
	*list = str_slice(*list, to, list->len);
	return word->len > 0;
}

enum { REGIONS_MOST = 64 };

static const char *
check_regions(const char *value, bool in_file, struct error *why)
{
	struct str list = str_from(value), word;
	size_t count = 0;

	(void)in_file;
	(void)why;
	if (strcmp(value, "all") == 0)
		return NULL;
	for (; source_list_next(&list, &word); count++)
		if (!is_region(word) || str_is(word, "all"))
			count = REGIONS_MOST;
	return count && count <= REGIONS_MOST
		       ? NULL
		       : "are names of regions such as us-east-1, eu-west-1, or `all`";
}

/* Older buckets have upper case and underscores. */
static const char *
check_bucket(const char *value, bool in_file, struct error *why)
{
	size_t len = strlen(value);

	(void)in_file;
	(void)why;
	if (holds_only(value, LOWER UPPER DIGITS "._-") && len >= 3 && len <= 255)
		return NULL;
	return "is a bucket's name alone; what stands behind it goes into `prefix`";
}

/* A user and password in a URL would be shown wherever the URL is; the value is not repeated. */
static const char *
check_url(const char *value, bool in_file, struct error *why)
{
	const char *host = strstr(value, "://");

	host = host ? host + 3 : value;
	if (strcspn(host, "@") < strcspn(host, "/"))
		return "holds a user or a password, which do not belong into a URL";
	if (strpbrk(value, "?# "))
		return "is a URL without blanks, `?` and `#`";
	if (!http_endpoint_allowed(value, why))
		return why->text;
	return check_shown(value, in_file, why);
}

static const char *
check_queue_url(const char *value, bool in_file, struct error *why)
{
	const char *reason = check_url(value, in_file, why), *host, *path;

	if (reason)
		return reason;
	host = strstr(value, "://");
	path = host ? strchr(host + 3, '/') : NULL;
	if (path && path[1])
		return NULL;
	return "is the queue's URL, such as "
	       "https://sqs.us-east-1.amazonaws.com/111122223333/keywatch";
}

static bool
is_uuid(const char *value)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == 'x' ? !isxdigit((unsigned char)value[i]) : value[i] != shape[i])
			return false;
	return value[sizeof(shape) - 1] == '\0';
}

static const char *
check_uuid(const char *value, bool in_file, struct error *why)
{
	(void)in_file;
	(void)why;
	return is_uuid(value) ? NULL : "is a GUID such as 11111111-2222-3333-4444-555555555555";
}

static const char *
check_tenant(const char *value, bool in_file, struct error *why)
{
	(void)in_file;
	(void)why;
	if (is_uuid(value) || (holds_only(value, LOWER UPPER DIGITS ".-") && strchr(value, '.')))
		return NULL;
	return "is a tenant's GUID or domain";
}

static const char *
check_payer(const char *value, bool in_file, struct error *why)
{
	(void)in_file;
	(void)why;
	return strcmp(value, "requester") == 0 ? NULL : "can only be `requester`";
}

static const char *
check_auth(const char *value, bool in_file, struct error *why)
{
	static const char *const words[] = {"client-credentials", "managed-identity", "az"};

	(void)in_file;
	(void)why;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i]) == 0)
			return NULL;
	return "is client-credentials, managed-identity or az";
}

/* A program started elsewhere would look elsewhere. */
static const char *
check_file(const char *value, bool in_file, struct error *why)
{
	(void)why;
	if (!in_file || value[0] == '/')
		return NULL;
	return "is a path that begins with `/` (`~` and variables are not expanded)";
}

static const char *
check_path(const char *value, bool in_file, struct error *why)
{
	return strcmp(value, "-") == 0 ? NULL : check_file(value, in_file, why);
}

/* clang-format off */
const struct source_key_def source_keys[SOURCE_KEY_COUNT] = {
	[SOURCE_KEY_PROFILE] = {"profile", "NAME",
		"the profile of AWS's configuration files to take credentials from",
		false, false, check_shown},
	[SOURCE_KEY_REGION] = {"region", "REGION",
		"the region to ask",
		false, false, check_region},
	[SOURCE_KEY_REGIONS] = {"regions", "LIST",
		"the regions where to ask what became of a key, or `all` that are enabled (all)",
		false, false, check_regions},
	[SOURCE_KEY_ENDPOINT_URL] = {"endpoint_url", "URL",
		"where to ask instead of the service's own address; https, or http on this machine",
		false, false, check_url},
	[SOURCE_KEY_CA_BUNDLE] = {"ca_bundle", "FILE",
		"certificates (PEM) to trust instead of the system's",
		false, false, check_file},
	[SOURCE_KEY_FIRST_FILL] = {"first_fill", "SPAN",
		"how far back to look when it is asked for the first time (24h)",
		true, false, NULL},
	[SOURCE_KEY_POLL_INTERVAL] = {"poll_interval", "SPAN",
		"the pause between two rounds",
		true, false, NULL},
	[SOURCE_KEY_OVERLAP] = {"overlap", "SPAN",
		"how far each round looks back behind what it has, for what arrives late",
		true, false, NULL},
	[SOURCE_KEY_BUCKET] = {"bucket", "NAME",
		"the bucket that the trail writes to",
		false, true, check_bucket},
	[SOURCE_KEY_PREFIX] = {"prefix", "PREFIX",
		"what keys begin with: what stands before AWSLogs/, or a path into it",
		false, false, NULL},
	[SOURCE_KEY_REQUEST_PAYER] = {"request_payer", "requester",
		"pay for the requests to a bucket whose owner does not",
		false, false, check_payer},
	[SOURCE_KEY_QUEUE_URL] = {"queue_url", "URL",
		"the queue's URL, whose host is asked unless an endpoint is given",
		false, true, check_queue_url},
	[SOURCE_KEY_WORKSPACE_ID] = {"workspace_id", "GUID",
		"the workspace's id, as its overview shows it",
		false, true, check_uuid},
	[SOURCE_KEY_TENANT_ID] = {"tenant_id", "GUID",
		"the tenant to sign in to (AZURE_TENANT_ID)",
		false, false, check_tenant},
	[SOURCE_KEY_CLIENT_ID] = {"client_id", "GUID",
		"the application, or the user-assigned identity, to sign in as (AZURE_CLIENT_ID)",
		false, false, check_uuid},
	[SOURCE_KEY_CLIENT_SECRET_FILE] = {"client_secret_file", "FILE",
		"a file that holds the application's secret and nothing else (AZURE_CLIENT_SECRET)",
		false, false, check_file},
	[SOURCE_KEY_AUTHORITY_HOST] = {"authority_host", "URL",
		"where to sign in (AZURE_AUTHORITY_HOST; the public cloud's)",
		false, false, check_url},
	[SOURCE_KEY_AUTH] = {"auth", "WAY",
		"how to sign in: client-credentials, managed-identity or az; found out unless given",
		false, false, check_auth},
	[SOURCE_KEY_PATH] = {"path", "PATH",
		"a growing file, a folder that receives files, or - for standard input",
		false, true, check_path},
};
/* clang-format on */
