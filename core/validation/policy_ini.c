/* policy.ini: two sections, nothing else. */
#include "core/validation/policy_private.h"

#include <stdlib.h>

#include "core/base/ini.h"
#include "core/base/text.h"

struct reader {
	struct policy *policy;
	struct policy_settings *settings;
	const char *file;
	unsigned given; /* bit set of the rows of `keys` */
	size_t capacity;
};

static bool
refuse(const struct reader *r, int line, const char *key, const char *reason, struct error *err)
{
	return error_set(err, ERROR_USAGE, "%s:%d: %s: %s", r->file, line, key, reason);
}

/* ---- [admins] ---- */

static bool
take_path(struct reader *r, struct str value, const char **path, const char **reason)
{
	*reason = !value.len ? "needs a path" : "a relative path: it begins with /";
	if (value.len && value.data[0] == '/')
		*path = arena_cstr(&r->policy->arena, value);
	return *path != NULL;
}

static bool
take_signers(struct reader *r, struct str value, const char **reason)
{
	return take_path(r, value, &r->settings->allowed_signers, reason);
}

static bool
take_revocations(struct reader *r, struct str value, const char **reason)
{
	return take_path(r, value, &r->settings->revocation_list, reason);
}

static bool
take_approvals(struct reader *r, struct str value, const char **reason)
{
	*reason = "expected a number from 1 to 9";
	if (value.len != 1 || value.data[0] < '1' || value.data[0] > '9')
		return false;
	r->policy->min_approvals = value.data[0] - '0';
	return true;
}

static bool
take_touch(struct reader *r, struct str value, const char **reason)
{
	*reason = "expected yes or no";
	r->policy->require_touch = str_is(value, "yes");
	return r->policy->require_touch || str_is(value, "no");
}

static const struct {
	const char *name;
	bool (*take)(struct reader *r, struct str value, const char **reason);
} keys[] = {
	{"allowed_signers", take_signers},
	{"revocation_list", take_revocations},
	{"min_approvals", take_approvals},
	{"require_touch", take_touch},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static struct str
key_name(const void *context, size_t i)
{
	(void)context;
	return str_from(keys[i].name);
}

static bool
refuse_key(const struct reader *r, struct str key, int line, struct error *err)
{
	struct str near = str_nearest(key, key_name, NULL, KEYS);

	if (near.data)
		return error_set(err, ERROR_USAGE,
			"%s:%d: there is no `%.*s` in [admins]: did you mean %.*s?", r->file, line,
			STR_ARG(key), STR_ARG(near));
	return error_set(err, ERROR_USAGE,
		"%s:%d: there is no `%.*s` in [admins]; there are allowed_signers, "
		"revocation_list, min_approvals and require_touch",
		r->file, line, STR_ARG(key));
}

static bool
take_setting(struct reader *r, struct str key, struct str value, int line, struct error *err)
{
	const char *reason;

	for (size_t i = 0; i < KEYS; i++) {
		if (!str_is(key, keys[i].name))
			continue;
		if (r->given >> i & 1)
			return refuse(r, line, keys[i].name, "stands twice", err);
		r->given |= 1U << i;
		return keys[i].take(r, value, &reason) ||
		       refuse(r, line, keys[i].name, reason, err);
	}
	return refuse_key(r, key, line, err);
}

/* ---- [principals] ---- */

static bool
take_principal(struct reader *r, struct str key, struct str value, int line, struct error *err)
{
	struct policy *policy = r->policy;
	struct policy_principal principal = {.name = key, .line = line};

	if (!policy_identities_parse(&principal, value, &policy->arena, err))
		return error_prefix(err, "%s:%d: %.*s", r->file, line, STR_ARG(key));
	MEM_GROW(policy->principals, policy->principal_count, r->capacity);
	policy->principals[policy->principal_count++] = principal;
	return true;
}

/* Sorts them. */
static bool
check_names(const struct reader *r, struct error *err)
{
	struct policy_principal *list = r->policy->principals;
	size_t count = r->policy->principal_count;

	if (count)
		qsort(list, count, sizeof(*list), policy_principal_order);
	for (size_t i = 1; i < count; i++)
		if (str_equal(list[i - 1].name, list[i].name))
			return error_set(err, ERROR_USAGE,
				"%s:%d: %.*s stands twice, first in line %d", r->file, list[i].line,
				STR_ARG(list[i].name), list[i - 1].line);
	return true;
}

/* ---- the whole ---- */

/* A key that the reader put together of two lines; here an indented line is a mistake. */
static bool
is_nested(const struct reader *r, struct str key)
{
	struct str text = r->policy->content;

	return key.data < text.data || key.data >= text.data + text.len;
}

static bool
take_row(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	struct reader *r = context;

	if (!section.len)
		return error_set(err, ERROR_USAGE, "%s:%d: `%.*s` stands outside of any section",
			r->file, line, STR_ARG(key));
	if (is_nested(r, key))
		return error_set(err, ERROR_USAGE,
			"%s:%d: is indented deeper than the line above; here nothing is nested",
			r->file, line);
	if (str_is(section, "admins"))
		return take_setting(r, key, value, line, err);
	return take_principal(r, key, value, line, err);
}

static struct str
section_name(const void *context, size_t i)
{
	(void)context;
	return i ? STR("principals") : STR("admins");
}

static bool
begin_section(void *context, struct str section, int line, struct error *err)
{
	struct reader *r = context;
	struct str near;

	if (str_is(section, "admins") || str_is(section, "principals"))
		return true;
	near = str_nearest(section, section_name, NULL, 2);
	if (near.data)
		return error_set(err, ERROR_USAGE,
			"%s:%d: there is no section [%.*s]: did you mean [%.*s]?", r->file, line,
			STR_ARG(section), STR_ARG(near));
	return error_set(err, ERROR_USAGE,
		"%s:%d: there is no section [%.*s]; there are [admins] and [principals]", r->file,
		line, STR_ARG(section));
}

/* What an editor would not show as it is read; but for a byte order mark in front. */
static bool
check_bytes(const struct reader *r, struct str text, struct error *err)
{
	struct buf escape = {0};
	uint32_t cp;
	int line = 1;

	for (size_t i = str_starts_with(text, STR("\xef\xbb\xbf")) ? 3 : 0, n; i < text.len;
		i += n) {
		struct str rest = str_slice(text, i, text.len);

		n = text_decode(rest, &cp);
		line += cp == '\n';
		if (cp == '\n' || cp == '\t' || str_starts_with(rest, STR("\r\n")) ||
			(cp && !text_is_hidden(cp)))
			continue;
		text_escape(&escape, cp, (unsigned char)*rest.data);
		error_set(err, ERROR_USAGE, "%s:%d: holds a hidden character, %s: write it anew",
			r->file, line, buf_cstr(&escape));
		buf_fini(&escape);
		return false;
	}
	return true;
}

bool
policy_ini_parse(struct policy *policy, struct policy_settings *settings, const char *file,
	struct error *err)
{
	struct reader r = {.policy = policy, .settings = settings, .file = file};

	policy->min_approvals = 1;
	if (!check_bytes(&r, policy->content, err) ||
		!ini_parse_sections(policy->content, file, begin_section, take_row, &r, err) ||
		!check_names(&r, err))
		return false;
	if (!settings->allowed_signers)
		return error_set(err, ERROR_USAGE,
			"%s: says not who may validate: [admins] needs allowed_signers = FILE",
			file);
	return true;
}
