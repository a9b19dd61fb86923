/* Which accounts and regions a trail's bucket holds. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/s3_client.h"
#include "core/source/s3_trail.h"

enum {
	ROOT_LEVELS = 3, /* of folders before AWSLogs/ that the prefix does not name */
	ROOT_LISTINGS = 50,
	ACCOUNT_DIGITS = 12,
};

struct folders {
	char **list; /* own */
	size_t count, capacity;
};

struct finder {
	struct s3_trail *trail;
	struct s3_client *client;
	struct str bucket, prefix;
	unsigned listings; /* of the search for AWSLogs/ */
	struct source_failure *failure;
	struct error *err;
};

/* ---- folders ---- */

static void
push(struct folders *folders, struct str parent, struct str name)
{
	struct buf path = {0};

	buf_str(&path, parent);
	buf_str(&path, name);
	MEM_GROW(folders->list, folders->count, folders->capacity);
	folders->list[folders->count++] = buf_take(&path);
}

static void
folders_fini(struct folders *folders)
{
	for (size_t i = 0; i < folders->count; i++)
		free(folders->list[i]);
	free(folders->list);
}

/* The last segment, without its slash. */
static struct str
name_of(const char *folder)
{
	struct str path = str_from(folder);
	size_t from;

	path.len -= path.len > 0;
	for (from = path.len; from > 0 && path.data[from - 1] != '/'; from--)
		;
	return str_slice(path, from, path.len);
}

static bool
wants(struct str prefix, struct str folder)
{
	return str_starts_with(folder, prefix) || str_starts_with(prefix, folder);
}

static struct str
prefix_of(const struct s3_trail *trail)
{
	const char *prefix = trail->options->config->value[SOURCE_KEY_PREFIX];

	return prefix ? str_from(prefix) : STR("");
}

bool
s3_trail_wants(const struct s3_trail *trail, struct str folder)
{
	return wants(prefix_of(trail), folder);
}

static bool
take_folder(void *context, const struct s3_entry *entry)
{
	if (entry->prefix)
		push(context, entry->key, STR(""));
	return true;
}

static enum source_result
list(struct finder *f, struct str prefix, struct folders *out)
{
	const struct s3_listing listing = {
		.bucket = f->bucket, .prefix = prefix, .delimited = true};

	return s3_list(f->client, &listing, take_folder, out, f->failure, f->err);
}

/* Those in the folder that the prefix leads to: where it names one, nobody is asked. */
static enum source_result
list_below(struct finder *f, struct str folder, struct folders *out)
{
	size_t slash;
	struct str rest;

	if (!wants(f->prefix, folder))
		return SOURCE_OK;
	if (f->prefix.len <= folder.len)
		return list(f, folder, out);
	rest = str_slice(f->prefix, folder.len, f->prefix.len);
	slash = str_find(rest, STR("/"), 0);
	if (slash == (size_t)-1)
		return list(f, f->prefix, out);
	push(out, folder, str_slice(rest, 0, slash + 1));
	return SOURCE_OK;
}

/* ---- from AWSLogs/ down ---- */

static bool
is_account(struct str name)
{
	bool digits = name.len == ACCOUNT_DIGITS;

	for (size_t i = 0; i < name.len && digits; i++)
		digits = name.data[i] >= '0' && name.data[i] <= '9';
	return digits;
}

static bool
is_region(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return name.len > 0;
}

/* Nothing but exactly CloudTrail is of interest behind the account's id. */
static enum source_result
find_regions(struct finder *f, const char *account)
{
	struct folders found = {0}, regions = {0};
	enum source_result result;

	push(&found, str_from(account), STR("CloudTrail/"));
	result = list_below(f, str_from(found.list[0]), &regions);
	for (size_t i = 0; i < regions.count && result == SOURCE_OK; i++)
		if (is_region(name_of(regions.list[i])))
			s3_trail_add(f->trail, str_from(regions.list[i]));
	folders_fini(&found);
	folders_fini(&regions);
	return result;
}

static enum source_result
find_accounts(struct finder *f, const char *folder, bool organisation)
{
	struct folders found = {0};
	enum source_result result = list_below(f, str_from(folder), &found);

	for (size_t i = 0; i < found.count && result == SOURCE_OK; i++) {
		struct str name = name_of(found.list[i]);

		if (is_account(name))
			result = find_regions(f, found.list[i]);
		else if (!organisation && str_starts_with(name, STR("o-")))
			result = find_accounts(f, found.list[i], true);
	}
	folders_fini(&found);
	return result;
}

/* ---- AWSLogs/ itself ---- */

/* A trail's prefix is spelled without its slash: logs means logs/, not logs-old/. */
static void
prefer_exact(struct folders *found, struct str prefix)
{
	for (size_t i = 0; i < found->count; i++) {
		struct str folder = str_from(found->list[i]);
		char *first = found->list[0];

		if (!prefix.len || folder.len != prefix.len + 1 || !str_starts_with(folder, prefix))
			continue;
		found->list[0] = found->list[i];
		found->list[i] = first;
		while (found->count > 1)
			free(found->list[--found->count]);
	}
}

static enum source_result
search(struct finder *f, struct str prefix, int level)
{
	struct folders found = {0};
	enum source_result result = SOURCE_OK;
	bool here = false;

	if (f->listings++ < ROOT_LISTINGS)
		result = list(f, prefix, &found);
	if (level == 0)
		prefer_exact(&found, prefix);
	for (size_t i = 0; i < found.count && result == SOURCE_OK; i++) {
		if (!str_is(name_of(found.list[i]), "AWSLogs"))
			continue;
		here = true;
		result = find_accounts(f, found.list[i], false);
	}
	for (size_t i = 0; i < found.count && !here && level < ROOT_LEVELS && result == SOURCE_OK;
		i++)
		result = search(f, str_from(found.list[i]), level + 1);
	folders_fini(&found);
	return result;
}

/* How much of the prefix leads to AWSLogs/, with its slash; 0: it names none. */
static size_t
root_in(struct str prefix)
{
	size_t at = 0;

	while ((at = str_find(prefix, STR("AWSLogs/"), at)) != (size_t)-1) {
		if (at == 0 || prefix.data[at - 1] == '/')
			return at + strlen("AWSLogs/");
		at++;
	}
	return 0;
}

enum source_result
s3_trail_find(struct s3_trail *trail, struct s3_client *client, struct source_failure *failure,
	struct error *err)
{
	struct finder f = {.trail = trail,
		.client = client,
		.bucket = str_from(trail->options->config->value[SOURCE_KEY_BUCKET]),
		.prefix = prefix_of(trail),
		.failure = failure,
		.err = err};
	size_t root = root_in(f.prefix);
	struct folders named = {0};
	enum source_result result;

	if (!root)
		return search(&f, f.prefix, 0);
	push(&named, str_slice(f.prefix, 0, root), STR(""));
	result = find_accounts(&f, named.list[0], false);
	folders_fini(&named);
	return result;
}
