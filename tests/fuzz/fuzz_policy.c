/*
 * policy.ini, a line of `%%`, allowed_signers: both are read or refused with their place. Whoever
 * is named stands in one line of them, an admin in one of allowed_signers or under an authority's
 * pattern; what is explained is fit for a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/validation/policy_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static bool
lies_in_a_line(struct str part, struct str text)
{
	return part.len && part.data >= text.data && part.data + part.len <= text.data + text.len &&
	       !memchr(part.data, '\n', part.len) && !memchr(part.data, '\0', part.len);
}

static void
check_signers(const struct policy *policy)
{
	struct str text = policy->allowed_signers.content;
	char fingerprint[POLICY_FINGERPRINT];

	for (size_t i = 0; i < policy->signer_count; i++) {
		const struct policy_signer *s = &policy->signers[i];

		must(lies_in_a_line(s->principals, text) && lies_in_a_line(s->key, text));
		must(!text_has_hidden(s->principals));
		must(policy_fingerprint(s->key_type, s->key, fingerprint));
		must(strcmp(fingerprint, s->fingerprint) == 0);
		must(!i || s->line > policy->signers[i - 1].line);
	}
}

static void
check_principals(const struct policy *policy)
{
	struct policy_match match;

	for (size_t i = 0; i < policy->principal_count; i++) {
		const struct policy_principal *p = &policy->principals[i];
		const struct policy_signer *s = policy_signer_next(policy, p->name, NULL);

		must(lies_in_a_line(p->name, policy->content) ||
			lies_in_a_line(p->name, policy->allowed_signers.content));
		must(!i || str_compare(policy->principals[i - 1].name, p->name) < 0);
		must(policy_principal_find(policy, p->name) == p);
		must(policy_is_admin(policy, p->name) == (s != NULL));
		must(p->person < policy->principal_count);
		if (s && !s->authority)
			must(policy_principals_of_fingerprint(
				     policy, str_from(s->fingerprint), &match, 1) > 0);
	}
	must(!policy_is_admin(policy, STR("nobody\n")));
}

static void
check_words(const struct policy *policy)
{
	struct buf out = {0};
	struct str text;

	policy_explain(policy, 0, &out);
	text = buf_view(&out);
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);

		must(end != (size_t)-1 && !text_has_hidden(str_slice(text, 0, end)));
		text = str_slice(text, end + 1, text.len);
	}
	buf_fini(&out);
}

static struct str
copy(struct str s)
{
	char *bytes = mem_alloc(s.len + 1);

	if (s.len)
		memcpy(bytes, s.data, s.len);
	return (struct str){bytes, s.len};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = {(const char *)data, size};
	size_t mark = str_find(input, STR("%%\n"), 0);
	struct policy policy = {.path = mem_strdup("p"), .allowed_signers = {mem_strdup("s"), {0}}};
	struct policy_settings settings = {0};
	struct error err = {0};

	policy.content = copy(str_slice(input, 0, mark));
	policy.allowed_signers.content =
		copy(mark == (size_t)-1 ? STR("") : str_slice(input, mark + 3, size));
	if (!policy_ini_parse(&policy, &settings, "p", &err)) {
		must(strncmp(err.text, "p:", 2) == 0 && err.kind == ERROR_USAGE);
	} else if (!policy_signers_parse(&policy, &err)) {
		must(strncmp(err.text, "s:", 2) == 0 && err.kind == ERROR_USAGE);
	} else {
		must(settings.allowed_signers && settings.allowed_signers[0] == '/');
		must(policy.min_approvals >= 1 && policy.min_approvals <= 9);
		policy_settle(&policy);
		policy.state = POLICY_GOOD;
		check_signers(&policy);
		check_principals(&policy);
		check_words(&policy);
	}
	policy_fini(&policy);
	return 0;
}
