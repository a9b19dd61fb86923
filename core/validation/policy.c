#include "core/validation/policy_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"

void
policy_warn(struct policy *policy, const char *fmt, ...)
{
	struct buf text = {0};
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	/* The list has room for a power of two. */
	if ((policy->warning_count & (policy->warning_count - 1)) == 0)
		policy->warnings = mem_array(policy->warnings,
			policy->warning_count ? policy->warning_count * 2 : 1,
			sizeof(*policy->warnings));
	policy->warnings[policy->warning_count++] = arena_str(&policy->arena, buf_view(&text));
	buf_fini(&text);
}

/* ---- loading ---- */

/* Each part with its length, so that no two policies give the same bytes. */
static void
put_part(struct buf *out, const char *path, struct str content)
{
	struct str name = str_from(path);

	buf_printf(out, "%zu:%zu:", name.len, content.len);
	buf_str(out, name);
	buf_str(out, content);
}

static void
set_hash(struct policy *policy)
{
	struct buf all = {0};

	put_part(&all, policy->path, policy->content);
	put_part(&all, policy->allowed_signers.path, policy->allowed_signers.content);
	if (policy->revocation_list.path)
		put_part(&all, policy->revocation_list.path, policy->revocation_list.content);
	hash_hex(buf_view(&all), policy->hash);
	buf_fini(&all);
}

static bool
read_named(const struct policy_place *place, const char *path, size_t max, struct policy_file *file,
	struct error *err)
{
	switch (policy_file_read(place, path, max, file, err)) {
	case POLICY_FOUND:
		return true;
	case POLICY_ABSENT:
		return error_set(err, ERROR_USAGE, "%s: there is no such file", path);
	case POLICY_UNSAFE:
		break;
	}
	return false;
}

static bool
read_files(struct policy *policy, const struct policy_place *place, struct error *err)
{
	struct policy_settings settings = {0};

	if (!policy_ini_parse(policy, &settings, policy->path, err))
		return false;
	if (!read_named(place, settings.allowed_signers, POLICY_FILE_MAX, &policy->allowed_signers,
		    err))
		return error_prefix(err, "allowed_signers");
	if (settings.revocation_list &&
		!read_named(place, settings.revocation_list, POLICY_REVOCATION_MAX,
			&policy->revocation_list, err))
		return error_prefix(err, "revocation_list");
	if (!policy_signers_parse(policy, err))
		return false;
	policy_settle(policy);
	set_hash(policy);
	return true;
}

/* A path of a command line is one from the working folder. */
static char *
absolute(const char *path)
{
	struct buf whole = {0};
	char *folder = *path == '/' ? NULL : getcwd(NULL, 0);

	if (folder)
		buf_printf(&whole, "%s/", folder);
	free(folder);
	buf_puts(&whole, path);
	return buf_take(&whole);
}

/* Takes what was read of policy.ini. */
static bool
read_policy(struct policy *policy, const char *path, const struct policy_place *place, bool named,
	enum policy_found *found, struct error *err)
{
	struct policy_file file = {0};

	*found = policy_file_read(place, path, POLICY_FILE_MAX, &file, err);
	if (*found == POLICY_FOUND) {
		free(policy->path);
		policy->path = file.path;
		policy->content = file.content;
	}
	if (*found == POLICY_ABSENT && named)
		return error_set(err, ERROR_USAGE, "%s: there is no such file", path);
	return *found != POLICY_UNSAFE;
}

bool
policy_load_at(struct policy *policy, const char *path, const char *system_path,
	const struct policy_place *place, struct error *err)
{
	enum policy_found found;
	struct error refusal = {0};

	*policy = (struct policy){.min_approvals = 1};
	policy->path = absolute(path ? path : system_path);
	if (read_policy(policy, policy->path, place, path != NULL, &found, &refusal) &&
		(found == POLICY_ABSENT || read_files(policy, place, &refusal))) {
		policy->state = found == POLICY_ABSENT ? POLICY_NONE : POLICY_GOOD;
		return true;
	}
	policy->state = POLICY_REFUSED;
	policy->refusal = refusal;
	return error_set(err, refusal.kind, "%s", refusal.text);
}

bool
policy_load(struct policy *policy, const char *path, const char *store_path, struct error *err)
{
	struct policy_place place;
	struct error refusal;

	if (policy_place_of(&place, store_path, &refusal))
		return policy_load_at(policy, path, POLICY_PATH, &place, err);
	*policy = (struct policy){.state = POLICY_REFUSED, .min_approvals = 1, .refusal = refusal};
	policy->path = absolute(path ? path : POLICY_PATH);
	return error_set(err, refusal.kind, "%s", refusal.text);
}

void
policy_fini(struct policy *policy)
{
	policy_file_fini(&policy->allowed_signers);
	policy_file_fini(&policy->revocation_list);
	free((char *)(uintptr_t)policy->content.data);
	free(policy->path);
	free(policy->signers);
	free(policy->principals);
	free(policy->warnings);
	arena_fini(&policy->arena);
	*policy = (struct policy){0};
}
