/* What names and the configuration say of target and caller: questions 11 and 12. */
#include "core/alert/facts_private.h"
#include "core/alert/known.h"

static bool
is_listed(const struct asking *a, enum known_key key)
{
	return a->ledger && a->ledger->known && a->ledger->known->list[key].count;
}

/* As an ARN without a path, which records do not always tell. */
static struct str
arn_of_user(struct asking *a, struct str account, struct str user)
{
	if (!account.len || !user.len)
		return STR_ABSENT;
	return arena_printf(
		a->arena, "arn:aws:iam::%.*s:user/%.*s", STR_ARG(account), STR_ARG(user));
}

/* ---- 11: a special user ---- */

/* Users that AWS's own consoles make, by the beginning of their names. */
static const struct {
	const char *prefix, *kind, *words;
} special_users[] = {
	{"BedrockAPIKey-", "bedrock", "yes: a user of a Bedrock API key"},
	{"ses-smtp-user.", "ses-smtp", "yes: an SES SMTP user, whose password is made of the key"},
};

static void
put_special(struct asking *a, const char *kind, struct str user)
{
	fact_begin(a);
	fact_member(a, "kind", str_from(kind));
	fact_member(a, "userName", user);
	fact_end(a);
}

static struct str
match_special(struct asking *a, struct str user)
{
	const struct str *text = a->alert->text;
	struct str account =
		text[text[ALERT_RECIPIENT].len ? ALERT_RECIPIENT : ALERT_ACTOR_ACCOUNT];
	const struct str names[] = {arn_of_user(a, account, user), user};

	if (!is_listed(a, KNOWN_SPECIAL))
		return STR_ABSENT;
	return known_match(a->ledger->known, KNOWN_SPECIAL, names, 2);
}

static bool
is_named_so(struct asking *a, struct str user)
{
	for (size_t i = 0; i < sizeof(special_users) / sizeof(special_users[0]); i++) {
		if (!str_starts_with(user, str_from(special_users[i].prefix)))
			continue;
		buf_puts(&a->text, special_users[i].words);
		put_special(a, special_users[i].kind, user);
		return true;
	}
	return false;
}

void
fact_special(struct asking *a)
{
	struct str user = a->alert->text[ALERT_TARGET_USER], glob = match_special(a, user);

	if (!user.len) {
		fact_unknown(a, "not recorded: the target has no name");
	} else if (glob.len) {
		buf_printf(&a->text, "yes: special by the configuration (%.*s)", STR_ARG(glob));
		put_special(a, "configured", user);
		a->fact->alarming = true;
	} else if (is_named_so(a, user)) {
		return;
	} else if (is_listed(a, KNOWN_SPECIAL)) {
		buf_puts(&a->text, "no: neither by its name nor by the configuration");
		json_put_bool(&a->writer, false);
	} else {
		fact_unknown(a, "not configured: no Bedrock or SES user by its name; break-glass "
				"users are not listed");
	}
}

/* ---- 12: known automation ---- */

static struct str
match_automation(struct asking *a)
{
	const struct str *text = a->alert->text;
	bool user = str_is(text[ALERT_ACTOR_TYPE], "IAMUser");
	struct str name = user ? text[ALERT_ACTOR_USER] : STR_ABSENT;
	const struct str names[] = {text[ALERT_ACTOR_ARN], text[ALERT_ACTOR_ISSUER],
		arn_of_user(a, text[ALERT_ACTOR_ACCOUNT], name), name};

	return known_match(a->ledger->known, KNOWN_AUTOMATION, names, 4);
}

void
fact_automation(struct asking *a)
{
	bool notes = a->alert->state.notes > 0;
	struct str glob;

	if (!is_listed(a, KNOWN_AUTOMATION)) {
		fact_unknown(a, notes ? "not configured: no list of known automation; see the "
					"analysts' notes"
				      : "not configured: no list of known automation");
		return;
	}
	glob = match_automation(a);
	if (!glob.len) {
		buf_printf(&a->text, "no: not in the configuration%s",
			notes ? "; see the analysts' notes" : "");
		json_put_bool(&a->writer, false);
		return;
	}
	buf_printf(&a->text, "yes: known by the configuration (%.*s)", STR_ARG(glob));
	fact_begin(a);
	fact_member(a, "kind", STR("configured"));
	fact_member(a, "glob", glob);
	fact_end(a);
}
