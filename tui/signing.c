#include "tui/signing.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/validation/request.h"

enum { PRINCIPALS_MOST = 64 };

void
signing_fini(struct signing *s)
{
	for (size_t i = 0; i < s->count; i++) {
		buf_fini(&s->texts[i].statement);
		buf_fini(&s->texts[i].armour);
	}
	free(s->texts);
	free(s->key);
	free(s->principal);
	*s = (struct signing){0};
}

static char *
copy(struct str s)
{
	struct buf text = {0};

	buf_str(&text, s);
	return buf_take(&text);
}

/* ---- who ---- */

static void
take_key(struct signing *s, const struct signature_key *key, const struct policy_match *match)
{
	free(s->key);
	free(s->principal);
	s->key = copy(key->line);
	s->principal = copy(match->principal);
	memcpy(s->fingerprint, key->fingerprint, sizeof(s->fingerprint));
	s->hardware = match->signer && match->signer->hardware;
}

static bool
is_of_user(const struct policy *policy, struct str principal, struct str user)
{
	struct str names[PRINCIPALS_MOST];
	size_t count = policy_principals_of_user(policy, user, names, PRINCIPALS_MOST);

	for (size_t i = 0; i < count && i < PRINCIPALS_MOST; i++)
		if (str_equal(names[i], principal))
			return true;
	return false;
}

/* The first that fits, until one is the user's own. */
static bool
choose(struct signing *s, const struct policy *policy, const struct signature_keys *keys,
	struct str user)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct signature_key *key = &keys->list[i];
		struct policy_match matches[PRINCIPALS_MOST];
		size_t count = policy_principals_of_key(
			policy, key->type, key->base64, matches, PRINCIPALS_MOST);

		for (size_t m = 0; m < count && m < PRINCIPALS_MOST; m++) {
			bool own = is_of_user(policy, matches[m].principal, user);

			if (own || !s->key)
				take_key(s, key, &matches[m]);
			if (own)
				return true;
		}
	}
	return s->key != NULL;
}

bool
signing_find_admin(
	struct signing *s, const struct policy *policy, struct str user, struct error *err)
{
	struct signature_keys keys = {0};
	bool ok;

	if (!signature_agent_keys(&keys, err))
		return false;
	ok = choose(s, policy, &keys, user);
	if (!ok)
		error_set(err, ERROR_USAGE,
			keys.count ? "no key of your ssh-agent is an admin's: ssh-add the right "
				     "one, or keywatch validation request asks an admin elsewhere"
				   : "your ssh-agent holds no key: ssh-add one, or keywatch "
				     "validation request asks an admin elsewhere");
	signature_keys_fini(&keys);
	return ok;
}

/* ---- what ---- */

bool
signing_add(struct signing *s, struct judge *judge, const char *id, int64_t seq, struct str reason,
	int64_t now, struct error *err)
{
	struct alert alert = {0};
	struct signed_text *text;
	struct buf statement = {0};
	bool ok = store_load(judge->store, id, &alert, err);

	if (ok && alert.state.last_seq != seq) {
		struct buf who = {0};

		decision_describe(&who, &alert.decisions[alert.decision_count - 1]);
		ok = error_set(err, ERROR_CONFLICT, "somebody was first: %s", buf_cstr(&who));
		buf_fini(&who);
	}
	if (ok) {
		judge_alert(judge, &alert, false);
		ok = request_make(
			judge, &alert, str_from(s->principal), reason, now, &statement, err);
	}
	alert_fini(&alert);
	if (!ok) {
		buf_fini(&statement);
		return false;
	}
	MEM_GROW(s->texts, s->count, s->capacity);
	text = &s->texts[s->count++];
	*text = (struct signed_text){.statement = statement};
	hash_hex(buf_view(&statement), text->digest);
	return true;
}

/* ---- signing ---- */

static void
print_all(const struct signing *s)
{
	struct buf out = {0};

	for (size_t i = 0; i < s->count; i++) {
		buf_str(&out, buf_view(&s->texts[i].statement));
		buf_printf(&out, "\nSHA-256 of these lines: %s\n\n", s->texts[i].digest);
	}
	buf_printf(&out, "Signing as %s with %s ...\n", s->principal, s->fingerprint);
	if (s->hardware)
		buf_puts(&out, "Touch the key when it blinks. Ctrl-C leaves.\n");
	text_print(stdout, buf_view(&out));
	fflush(stdout);
	buf_fini(&out);
}

bool
signing_run(struct signing *s, struct error *err)
{
	struct str *statements = mem_array(NULL, s->count + 1, sizeof(*statements));
	struct buf *armours = mem_zalloc((s->count + 1) * sizeof(*armours));
	bool ok;

	for (size_t i = 0; i < s->count; i++)
		statements[i] = buf_view(&s->texts[i].statement);
	print_all(s);
	ok = signature_sign(str_from(s->key), statements, s->count, true, armours, err);
	for (size_t i = 0; i < s->count; i++)
		s->texts[i].armour = armours[i];
	free(armours);
	free(statements);
	return ok;
}
