/* A policy in words, for who wrote it. */
#include "core/validation/policy_private.h"

#include "core/base/text.h"

enum { LABEL = 18, WARNINGS_MAX = 20 };

static void
put_label(struct buf *out, const char *label)
{
	buf_printf(out, "%-*s", LABEL, label);
}

static void
put_row(struct buf *out, const char *label, struct str text)
{
	put_label(out, label);
	text_clean(out, text);
	buf_putc(out, '\n');
}

/* ---- keys ---- */

enum validity { VALID, NOT_YET, EXPIRED };

/* As ssh-keygen: the first and the last moment are valid. */
static enum validity
validity(const struct policy_signer *s, int64_t now)
{
	if (s->after != TIME_NONE && now < s->after)
		return NOT_YET;
	return s->before != TIME_NONE && now > s->before ? EXPIRED : VALID;
}

static void
put_times(struct buf *out, const struct policy_signer *s, int64_t now)
{
	enum validity v = validity(s, now);

	if (s->valid_after.data)
		buf_printf(out, ", %s %.*s", v == NOT_YET ? "not before" : "since",
			STR_ARG(s->valid_after));
	if (s->valid_before.data)
		buf_printf(out, ", %s %.*s", v == EXPIRED ? "EXPIRED" : "until",
			STR_ARG(s->valid_before));
}

/* Why the key cannot sign now, or NULL. */
static const char *
hindrance(const struct policy *policy, const struct policy_signer *s, int64_t now)
{
	if (!s->ours)
		return "its namespaces leave out " POLICY_NAMESPACE;
	if (policy->require_touch && !s->hardware && !s->authority)
		return "it is in no hardware, and require_touch = yes";
	if (validity(s, now) == NOT_YET)
		return "it is not valid yet";
	return validity(s, now) == EXPIRED ? "it has expired" : NULL;
}

static void
put_key(struct buf *out, const struct policy *policy, const struct policy_signer *s, int64_t now)
{
	const char *why = hindrance(policy, s, now);

	put_label(out, s->authority ? "  authority" : "  key");
	buf_printf(out, "%.*s %s, %s", STR_ARG(s->key_type), s->fingerprint,
		s->authority  ? "signs certificates of who may"
		: s->hardware ? "in hardware: can ask for a touch"
			      : "a file, no touch");
	put_times(out, s, now);
	if (s->any_namespace)
		buf_puts(out, ", for any namespace");
	buf_printf(out, " (line %d)\n", s->line);
	if (why)
		put_row(out, "  cannot sign now", str_from(why));
}

static bool
names(const struct policy_signer *s, struct str principal)
{
	return policy_patterns_match(s->principals, principal);
}

/* All lines for it, those for other namespaces too. Can one of them sign now? */
static bool
put_keys(struct buf *out, const struct policy *policy, struct str principal, int64_t now)
{
	bool any = false;

	for (size_t i = 0; i < policy->signer_count; i++) {
		const struct policy_signer *s = &policy->signers[i];

		if (!names(s, principal))
			continue;
		put_key(out, policy, s, now);
		any |= !hindrance(policy, s, now);
	}
	return any;
}

/* ---- principals ---- */

static void
put_identities(struct buf *out, const struct policy_principal *p)
{
	put_label(out, "  is");
	if (!p->line) {
		text_clean(out, p->name);
		buf_puts(
			out, ", as IAM user, session and OS user: [principals] does not name it\n");
		return;
	}
	for (size_t i = 0; i < p->count; i++) {
		buf_puts(out, i ? ", " : "");
		text_clean(out, p->identities[i].written);
	}
	buf_printf(out, " (line %d)\n", p->line);
}

static void
put_principal(
	struct buf *out, const struct policy *policy, const struct policy_principal *p, int64_t now)
{
	buf_putc(out, '\n');
	text_clean(out, p->name);
	buf_puts(out, p->admin ? "\n" : ": may not validate\n");
	put_keys(out, policy, p->name, now);
	put_identities(out, p);
}

/* ---- the whole ---- */

static void
put_file(struct buf *out, const char *label, const struct policy_file *file)
{
	put_label(out, label);
	if (!file->path) {
		buf_puts(out, "none\n");
		return;
	}
	text_clean(out, str_from(file->path));
	buf_puts(out, ", ");
	buf_count(out, file->content.len);
	buf_puts(out, " bytes\n");
}

static void
put_warnings(struct buf *out, const struct policy *policy)
{
	for (size_t i = 0; i < policy->warning_count && i < WARNINGS_MAX; i++) {
		buf_puts(out, i ? "" : "\n");
		buf_puts(out, "warning: ");
		text_clean(out, policy->warnings[i]);
		buf_putc(out, '\n');
	}
	if (policy->warning_count > WARNINGS_MAX)
		buf_printf(out, "warning: and %zu more\n", policy->warning_count - WARNINGS_MAX);
}

static void
put_good(struct buf *out, const struct policy *policy, int64_t now)
{
	put_row(out, "policy", str_from(policy->path));
	put_file(out, "allowed signers", &policy->allowed_signers);
	put_file(out, "revocation list", &policy->revocation_list);
	if (policy->revocation_list.path)
		put_row(out, "", STR("looked at for each signature, not for the keys below"));
	put_label(out, "approvals");
	buf_printf(out, "%d, each by another principal with another key\n", policy->min_approvals);
	put_row(out, "touch", policy->require_touch ? STR("required") : STR("not required"));
	put_row(out, "digest", str_from(policy->hash));
	for (size_t i = 0; i < policy->principal_count; i++)
		put_principal(out, policy, &policy->principals[i], now);
	put_warnings(out, policy);
}

static void
put_state(struct buf *out, const struct policy *policy)
{
	if (policy->state == POLICY_NONE) {
		buf_puts(out, "solo mode: there is no policy: ");
		text_clean(out, str_from(policy->path));
		buf_puts(out, " is not there. Validations are recorded with the OS user, and "
			      "always read unsigned. See keywatch-validation(5).\n");
	} else {
		buf_puts(out, "refused: ");
		text_clean(out, str_from(policy->refusal.text));
		buf_puts(out, "\nNothing reads validated until that is mended.\n");
	}
}

void
policy_explain(const struct policy *policy, int64_t now, struct buf *out)
{
	if (policy->state == POLICY_GOOD)
		put_good(out, policy, now);
	else
		put_state(out, policy);
}

/* ---- one of them ---- */

static void
put_reason(struct buf *out, const char *reason)
{
	buf_puts(out, "  not: ");
	text_clean(out, str_from(reason));
	buf_putc(out, '\n');
}

static bool
check_named(const struct policy *policy, struct str principal, struct buf *reasons)
{
	bool matched = false, ours = false;

	for (size_t i = 0; i < policy->signer_count; i++) {
		matched |= names(&policy->signers[i], principal);
		ours |= names(&policy->signers[i], principal) && policy->signers[i].ours;
	}
	if (!matched)
		put_reason(reasons, "no line of allowed_signers is for it");
	else if (!ours)
		put_reason(reasons, "its lines of allowed_signers are not for " POLICY_NAMESPACE);
	else if (!policy_is_admin(policy, principal))
		put_reason(reasons,
			"only a pattern with a plain key fits it: name it in [principals], or in "
			"allowed_signers in full");
	return ours && policy_is_admin(policy, principal);
}

bool
policy_explain_principal(const struct policy *policy, struct str principal,
	const struct alert *alert, int64_t now, struct buf *out)
{
	const struct policy_principal *found = policy_principal_find(policy, principal);
	struct buf keys = {0}, reasons = {0};
	struct error err;
	bool may;

	if (policy->state != POLICY_GOOD) {
		put_state(out, policy);
		return false;
	}
	may = check_named(policy, principal, &reasons);
	if (!put_keys(&keys, policy, principal, now) && may) {
		put_reason(&reasons, "none of its keys can sign now");
		may = false;
	}
	if (alert && !policy_four_eyes(policy, principal, alert, alert->state.owner, &err)) {
		put_reason(&reasons, err.text);
		may = false;
	}
	text_clean(out, principal);
	buf_printf(out, may ? " may validate%s\n" : " may not validate%s\n",
		alert ? " this alert" : "");
	buf_str(out, buf_view(&reasons));
	buf_str(out, buf_view(&keys));
	if (found)
		put_identities(out, found);
	buf_fini(&keys);
	buf_fini(&reasons);
	return may;
}
