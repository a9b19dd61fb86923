/* Whom the files name, who of them is an admin, and who are one. */
#include "core/validation/policy_private.h"

#include <stdlib.h>
#include <string.h>

int
policy_principal_order(const void *a, const void *b)
{
	const struct policy_principal *x = a, *y = b;
	int order = str_compare(x->name, y->name);

	if (order)
		return order;
	if (!x->line != !y->line)
		return !x->line - !y->line;
	return (x->line > y->line) - (x->line < y->line);
}

static bool
is_literal(struct str pattern)
{
	return pattern.len && pattern.data[0] != '!' && !memchr(pattern.data, '*', pattern.len) &&
	       !memchr(pattern.data, '?', pattern.len);
}

static void
add_literals(struct policy *policy, const struct policy_signer *signer, size_t *capacity)
{
	struct str rest = signer->principals, pattern;

	while (policy_pattern_next(&rest, &pattern)) {
		if (!is_literal(pattern))
			continue;
		MEM_GROW(policy->principals, policy->principal_count, *capacity);
		policy->principals[policy->principal_count++] =
			(struct policy_principal){.name = pattern,
				.admin = signer->ours &&
					 policy_patterns_match(signer->principals, pattern)};
	}
}

/* Each once, with the mapping if there is one. */
static void
merge_principals(struct policy *policy)
{
	struct policy_principal *list = policy->principals;
	size_t kept = 0;

	if (policy->principal_count)
		qsort(list, policy->principal_count, sizeof(*list), policy_principal_order);
	for (size_t i = 0; i < policy->principal_count; i++) {
		if (kept && str_equal(list[kept - 1].name, list[i].name))
			list[kept - 1].admin |= list[i].admin;
		else
			list[kept++] = list[i];
	}
	policy->principal_count = kept;
	for (size_t i = 0; i < kept; i++) {
		list[i].admin =
			list[i].admin || policy_signer_next(policy, list[i].name, NULL) != NULL;
		list[i].person = i;
	}
}

/* ---- one key, one person ---- */

static size_t
person_of(struct policy *policy, size_t i)
{
	struct policy_principal *list = policy->principals;

	while (list[i].person != i)
		i = list[i].person = list[list[i].person].person;
	return i;
}

static void
join(struct policy *policy, size_t *who, size_t i)
{
	size_t person = person_of(policy, i);

	if (*who != SIZE_MAX)
		policy->principals[person].person = person_of(policy, *who);
	*who = person_of(policy, i);
}

/* Joins all for whom the line is; one of them, or SIZE_MAX. */
static size_t
join_line(struct policy *policy, const struct policy_signer *signer)
{
	struct str rest = signer->principals, pattern;
	size_t who = SIZE_MAX, patterns = 0, count = 0;

	while (policy_pattern_next(&rest, &pattern)) {
		const struct policy_principal *found = policy_principal_find(policy, pattern);

		patterns += !is_literal(pattern) && !str_starts_with(pattern, STR("!"));
		if (is_literal(pattern) && found &&
			policy_patterns_match(signer->principals, pattern))
			join(policy, &who, (size_t)(found - policy->principals));
	}
	for (size_t i = 0; patterns && i < policy->principal_count; i++)
		if (policy_patterns_match(signer->principals, policy->principals[i].name)) {
			join(policy, &who, i);
			count++;
		}
	if (patterns)
		policy_warn(policy,
			"%s:%d: a pattern with a plain key: whoever has it signs as any of the %zu "
			"admins that fit, and they count as one",
			policy->allowed_signers.path, signer->line, count);
	return who;
}

struct key_person {
	const char *fingerprint;
	size_t who;
};

static int
by_fingerprint(const void *a, const void *b)
{
	const struct key_person *x = a, *y = b;

	return strcmp(x->fingerprint, y->fingerprint);
}

static void
find_persons(struct policy *policy)
{
	struct key_person *keys = NULL;
	size_t count = 0, capacity = 0;

	for (size_t i = 0; i < policy->signer_count; i++) {
		const struct policy_signer *s = &policy->signers[i];
		size_t who = s->ours && !s->authority ? join_line(policy, s) : SIZE_MAX;

		MEM_GROW(keys, count, capacity);
		if (who != SIZE_MAX)
			keys[count++] = (struct key_person){s->fingerprint, who};
	}
	if (count)
		qsort(keys, count, sizeof(*keys), by_fingerprint);
	for (size_t i = 1; i < count; i++)
		if (by_fingerprint(&keys[i - 1], &keys[i]) == 0)
			join(policy, &keys[i - 1].who, keys[i].who);
	for (size_t i = 0; i < policy->principal_count; i++)
		policy->principals[i].person = person_of(policy, i);
	free(keys);
}

static void
warn_about_names(struct policy *policy)
{
	for (size_t i = 0; i < policy->principal_count; i++) {
		const struct policy_principal *p = &policy->principals[i];

		if (!p->admin && p->line)
			policy_warn(policy,
				"%s:%d: %.*s may not validate: no line of allowed_signers is for "
				"it",
				policy->path, p->line, STR_ARG(p->name));
	}
}

/* Nobody knows how many an authority stands for. */
static void
warn_about_whole(struct policy *policy)
{
	size_t persons = 0, hardware = 0, authorities = 0;

	for (size_t i = 0; i < policy->principal_count; i++)
		persons += policy->principals[i].admin && policy->principals[i].person == i;
	for (size_t i = 0; i < policy->signer_count; i++) {
		hardware += policy->signers[i].ours && policy->signers[i].hardware;
		authorities += policy->signers[i].ours && policy->signers[i].authority;
	}
	if (!authorities && persons < (size_t)policy->min_approvals)
		policy_warn(policy,
			"%s: nothing can be validated: min_approvals = %d is more than there are "
			"persons with keys of their own (%zu)",
			policy->path, policy->min_approvals, persons);
	if (policy->require_touch && !hardware && !authorities)
		policy_warn(policy,
			"%s: nothing can be validated: require_touch = yes, and no key is in "
			"hardware",
			policy->path);
}

void
policy_settle(struct policy *policy)
{
	size_t capacity = policy->principal_count;

	for (size_t i = 0; i < policy->signer_count; i++)
		add_literals(policy, &policy->signers[i], &capacity);
	merge_principals(policy);
	find_persons(policy);
	warn_about_names(policy);
	warn_about_whole(policy);
}

const struct policy_principal *
policy_principal_find(const struct policy *policy, struct str name)
{
	size_t from = 0, to = policy->principal_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = str_compare(name, policy->principals[middle].name);

		if (order == 0)
			return &policy->principals[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

/* ---- who may ---- */

const struct policy_signer *
policy_signer_next(
	const struct policy *policy, struct str principal, const struct policy_signer *after)
{
	const struct policy_signer *end = policy->signers + policy->signer_count;

	if (!policy->signer_count || policy->state == POLICY_REFUSED)
		return NULL;
	for (const struct policy_signer *s = after ? after + 1 : policy->signers; s < end; s++)
		if (s->ours && policy_patterns_match(s->principals, principal))
			return s;
	return NULL;
}

bool
policy_is_admin(const struct policy *policy, struct str principal)
{
	const struct policy_principal *found = policy_principal_find(policy, principal);
	const struct policy_signer *s = NULL;

	if (policy->state != POLICY_GOOD || found)
		return policy->state == POLICY_GOOD && found->admin;
	while ((s = policy_signer_next(policy, principal, s)))
		if (s->authority) /* the certificate says who it is */
			return true;
	return false;
}

static const struct policy_signer *
line_of_key(const struct policy *policy, struct str principal, struct str fingerprint)
{
	for (size_t i = 0; i < policy->signer_count; i++) {
		const struct policy_signer *s = &policy->signers[i];

		if (s->ours && !s->authority && fingerprint.len == POLICY_FINGERPRINT - 1 &&
			memcmp(fingerprint.data, s->fingerprint, fingerprint.len) == 0 &&
			policy_patterns_match(s->principals, principal))
			return s;
	}
	return NULL;
}

size_t
policy_principals_of_fingerprint(const struct policy *policy, struct str fingerprint,
	struct policy_match *matches, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; policy->state == POLICY_GOOD && i < policy->principal_count; i++) {
		struct str name = policy->principals[i].name;
		const struct policy_signer *signer = line_of_key(policy, name, fingerprint);

		if (!signer)
			continue;
		if (count < max)
			matches[count] = (struct policy_match){name, signer};
		count++;
	}
	return count;
}

size_t
policy_principals_of_key(const struct policy *policy, struct str key_type, struct str key,
	struct policy_match *matches, size_t max)
{
	char fingerprint[POLICY_FINGERPRINT];

	if (!policy_fingerprint(key_type, key, fingerprint))
		return 0;
	return policy_principals_of_fingerprint(policy, str_from(fingerprint), matches, max);
}

bool
policy_share_key(const struct policy *policy, struct str one, struct str other)
{
	const struct policy_principal *a = policy_principal_find(policy, one);
	const struct policy_principal *b = policy_principal_find(policy, other);

	return str_equal(one, other) || (a && b && a->person == b->person);
}
