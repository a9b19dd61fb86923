/* Who a principal is in AWS and on this system, and four eyes by that. Pure. */
#include "core/validation/policy_private.h"

#include "core/base/text.h"

/* ---- what a mapping says ---- */

static const struct {
	const char *prefix;
	enum policy_identity_kind kind;
} prefixes[] = {
	{"iam:", POLICY_IAM},
	{"session:", POLICY_SESSION},
	{"os:", POLICY_OS},
};

static bool
expected(struct str item, struct error *err)
{
	return error_set(err, ERROR_USAGE,
		"`%.*s`: expected iam:ACCOUNT/USER, iam:USER, session:ROLE/SESSION, os:USER or "
		"USER",
		STR_ARG(item));
}

static bool
is_account(struct str text)
{
	bool star = false;

	for (size_t i = 0; i < text.len; i++) {
		star |= text.data[i] == '*';
		if (text.data[i] != '*' && (text.data[i] < '0' || text.data[i] > '9'))
			return false;
	}
	return star || text.len == 12;
}

/* Splits at the slash where the kind has two parts. */
static bool
take_parts(struct policy_identity *identity, struct str rest, struct error *err)
{
	size_t slash = str_find(rest, STR("/"), 0);

	identity->name = rest;
	if (slash != (size_t)-1 &&
		(identity->kind == POLICY_IAM || identity->kind == POLICY_SESSION)) {
		identity->group = str_slice(rest, 0, slash);
		identity->name = str_slice(rest, slash + 1, rest.len);
	}
	if (!identity->name.len || memchr(identity->name.data, '/', identity->name.len) ||
		(identity->group.data && !identity->group.len) ||
		(identity->kind == POLICY_SESSION && !identity->group.data))
		return expected(identity->written, err);
	if (identity->kind == POLICY_IAM && identity->group.data && !is_account(identity->group))
		return error_set(err, ERROR_USAGE,
			"`%.*s`: an account has 12 digits, or a * among them",
			STR_ARG(identity->written));
	return true;
}

static bool
take_identity(struct policy_identity *identity, struct str item, struct error *err)
{
	*identity = (struct policy_identity){.kind = POLICY_BARE, .written = item};
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_starts_with(item, str_from(prefixes[i].prefix))) {
			identity->kind = prefixes[i].kind;
			item = str_slice(item, strlen(prefixes[i].prefix), item.len);
		}
	if (identity->kind == POLICY_BARE && memchr(item.data, ':', item.len))
		return expected(item, err);
	return take_parts(identity, item, err);
}

/* Up to a comma without a backslash before it; names of IAM users may hold commas. */
static struct str
next_item(struct str *rest, struct arena *arena)
{
	struct buf item = {0};
	struct str kept;
	size_t i = 0;

	for (; i < rest->len && rest->data[i] != ','; i++) {
		if (rest->data[i] == '\\' && i + 1 < rest->len && rest->data[i + 1] == ',')
			i++;
		buf_putc(&item, rest->data[i]);
	}
	*rest = i < rest->len ? str_slice(*rest, i + 1, rest->len) : STR_ABSENT;
	kept = arena_str(arena, str_trim(buf_view(&item)));
	buf_fini(&item);
	return kept;
}

bool
policy_identities_parse(struct policy_principal *principal, struct str value, struct arena *arena,
	struct error *err)
{
	size_t most = 1;

	for (size_t i = 0; i < value.len; i++)
		most += value.data[i] == ',';
	principal->identities = arena_alloc(arena, most * sizeof(*principal->identities));
	principal->count = 0;
	while (value.data) {
		struct str item = next_item(&value, arena);

		if (!item.len)
			return error_set(err, ERROR_USAGE,
				"an identity is missing: expected iam:ACCOUNT/USER, iam:USER, "
				"session:ROLE/SESSION, os:USER or USER, with commas between");
		if (!take_identity(&principal->identities[principal->count++], item, err))
			return false;
	}
	return true;
}

/* ---- whom an alert names ---- */

/* One way in which an alert names somebody. An absent group is not known, so that it is any. */
struct party {
	const char *part;		/* "actor" */
	enum policy_identity_kind kind; /* POLICY_IAM, POLICY_SESSION or POLICY_OS */
	struct str group, name;
};
enum { PARTY_MAX = 16 };
struct parties {
	struct party list[PARTY_MAX];
	size_t count;
};

static void
add_party(struct parties *parties, const char *part, enum policy_identity_kind kind,
	struct str group, struct str name)
{
	if (name.len && parties->count < PARTY_MAX)
		parties->list[parties->count++] =
			(struct party){part, kind, group.len ? group : STR_ABSENT, name};
}

static struct str
after_last_slash(struct str s)
{
	const char *slash = s.len ? memrchr(s.data, '/', s.len) : NULL;

	return slash ? str_slice(s, (size_t)(slash - s.data) + 1, s.len) : s;
}

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE */
static void
add_arn(struct parties *parties, const char *part, struct str arn)
{
	struct str account = STR_ABSENT, rest = arn, role;
	size_t at, slash;

	for (int i = 0; i < 5; i++) {
		at = str_find(rest, STR(":"), 0);
		if (at == (size_t)-1)
			return;
		account = str_slice(rest, 0, at);
		rest = str_slice(rest, at + 1, rest.len);
	}
	slash = str_find(rest, STR("/"), 0);
	if (str_is(rest, "root"))
		add_party(parties, part, POLICY_IAM, account, rest);
	if (slash == (size_t)-1)
		return;
	if (str_starts_with(rest, STR("user/")))
		add_party(parties, part, POLICY_IAM, account, after_last_slash(rest));
	if (str_starts_with(rest, STR("federated-user/")))
		add_party(parties, part, POLICY_SESSION, STR_ABSENT,
			str_slice(rest, slash + 1, rest.len));
	if (!str_starts_with(rest, STR("assumed-role/")))
		return;
	rest = str_slice(rest, slash + 1, rest.len);
	slash = str_find(rest, STR("/"), 0);
	role = str_slice(rest, 0, slash);
	if (slash != (size_t)-1)
		add_party(
			parties, part, POLICY_SESSION, role, str_slice(rest, slash + 1, rest.len));
}

/* A role by its own name, and a permission set of Identity Center by the one that people know. */
static void
add_session(struct parties *parties, const struct alert *alert, struct arena *arena)
{
	struct str session = alert->text[ALERT_ACTOR_SESSION];
	struct str label = alert_actor_label(arena, alert);

	add_party(parties, "actor", POLICY_SESSION, alert_role_name(alert), session);
	if (label.len > session.len + 1 && str_ends_with(label, session) &&
		label.data[label.len - session.len - 1] == '/')
		add_party(parties, "actor", POLICY_SESSION,
			str_slice(label, 0, label.len - session.len - 1), session);
}

static void
add_actor(struct parties *parties, const struct alert *alert, struct arena *arena)
{
	bool root = str_is(alert->text[ALERT_ACTOR_TYPE], "Root");
	struct str account = alert->text[ALERT_ACTOR_ACCOUNT];

	if (root)
		add_party(parties, "actor", POLICY_IAM, account, STR("root"));
	if (!str_is(alert->text[ALERT_ACTOR_TYPE], "AssumedRole"))
		add_party(parties, "actor", POLICY_IAM, account, alert->text[ALERT_ACTOR_USER]);
	add_session(parties, alert, arena);
	add_arn(parties, "actor", alert->text[ALERT_ACTOR_ARN]);
	add_arn(parties, "actor", alert->text[ALERT_ACTOR_ISSUER]);
}

static void
add_target(struct parties *parties, const struct alert *alert)
{
	struct str account = alert->text[ALERT_RECIPIENT];

	if (!account.len)
		account = alert->text[ALERT_ACTOR_ACCOUNT];
	add_party(parties, "target", POLICY_IAM, account, alert->text[ALERT_TARGET_USER]);
}

/* What the record says, in its selected copies: also whom the answer names when the request names
 * another, and who was behind a role by sts:SourceIdentity. Texts live as long as the event. */
static void
add_record(struct parties *parties, const struct event *event)
{
	static const char *const sources[] = {
		"userIdentity.sessionContext.sourceIdentity", "userIdentity.sourceIdentity"};
	struct str recipient = event_text(event, "recipientAccountId");
	struct str account = event_text(event, "userIdentity.accountId");

	add_party(parties, "target", POLICY_IAM, recipient,
		event_text(event, "requestParameters.userName"));
	add_party(parties, "target", POLICY_IAM, recipient,
		event_text(event, "responseElements.accessKey.userName"));
	if (!str_is(event_text(event, "userIdentity.type"), "AssumedRole"))
		add_party(parties, "actor", POLICY_IAM, account,
			event_text(event, "userIdentity.userName"));
	add_arn(parties, "actor", event_text(event, "userIdentity.arn"));
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct str source = event_text(event, sources[i]);

		add_party(parties, "actor", POLICY_IAM, STR_ABSENT, source);
		add_party(parties, "actor", POLICY_SESSION, STR_ABSENT, source);
	}
}

/* ---- do they meet? ---- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* `*` is any run; case does not count: IAM tells no users apart by it, and a caller chooses how
 * the name is logged. */
static bool
fits(struct str pattern, struct str name, bool literal)
{
	size_t p = 0, n = 0, star = (size_t)-1, mark = 0;

	while (n < name.len) {
		if (!literal && p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len && lower(pattern.data[p]) == lower(name.data[n])) {
			p++;
			n++;
		} else if (star != (size_t)-1) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (!literal && p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

static bool
is_party(const struct policy_identity *identity, const struct party *party)
{
	bool own = identity->kind == POLICY_OWN;

	if (identity->kind != party->kind &&
		!(identity->kind == POLICY_BARE && party->kind != POLICY_SESSION) && !own)
		return false;
	if (identity->group.data && party->group.data &&
		!fits(identity->group, party->group, false))
		return false;
	return fits(identity->name, party->name, own);
}

/* Without a mapping: the name itself, and what stands before its @. */
static size_t
own_identities(struct policy_identity own[2], struct str name)
{
	size_t at = str_find(name, STR("@"), 0);

	own[0] = (struct policy_identity){.kind = POLICY_OWN, .name = name, .written = name};
	own[1] = own[0];
	own[1].name = str_slice(name, 0, at);
	return at != (size_t)-1 && at ? 2 : 1;
}

static const struct policy_identity *
find_identity(const struct policy_principal *principal, struct policy_identity own[2],
	struct str name, const struct party *party)
{
	const struct policy_identity *list = own;
	size_t count = 0;

	if (principal && principal->line) {
		list = principal->identities;
		count = principal->count;
	} else {
		count = own_identities(own, name);
	}
	for (size_t i = 0; i < count; i++)
		if (is_party(&list[i], party))
			return &list[i];
	return NULL;
}

size_t
policy_principals_of_user(
	const struct policy *policy, struct str user, struct str *names, size_t max)
{
	const struct party party = {"user", POLICY_OS, STR_ABSENT, user};
	struct policy_identity own[2];
	size_t count = 0;

	for (size_t i = 0; i < policy->principal_count; i++) {
		const struct policy_principal *p = &policy->principals[i];

		if (!policy_is_admin(policy, p->name) || !find_identity(p, own, p->name, &party))
			continue;
		if (count < max)
			names[count] = p->name;
		count++;
	}
	return count;
}

/* Who is asked about. */
struct eyes {
	const struct policy *policy;
	struct str principal;
	const struct policy_principal *mapped; /* NULL: the files do not name it */
};

static bool
refuse(const struct eyes *eyes, const struct policy_identity *identity, const struct party *party,
	struct error *err)
{
	const char *file = eyes->policy->path;

	if (eyes->mapped && eyes->mapped->line)
		return error_set(err, ERROR_USAGE,
			"%.*s is the %s of this alert, %.*s: `%.*s` in %s:%d",
			STR_ARG(eyes->principal), party->part, STR_ARG(party->name),
			STR_ARG(identity->written), file ? file : "the policy", eyes->mapped->line);
	return error_set(err, ERROR_USAGE,
		"%.*s is the %s of this alert, %.*s, by its own name: [principals] does not say "
		"who it is",
		STR_ARG(eyes->principal), party->part, STR_ARG(party->name));
}

static bool
is_none_of(const struct eyes *eyes, const struct parties *parties, struct error *err)
{
	struct policy_identity own[2];

	for (size_t i = 0; i < parties->count; i++) {
		const struct party *party = &parties->list[i];
		const struct policy_identity *found =
			find_identity(eyes->mapped, own, eyes->principal, party);

		if (found)
			return refuse(eyes, found, party, err);
	}
	return true;
}

/* Each copy of a key that stands there twice may be the true one. */
static bool
judge_record(const struct eyes *eyes, const struct alert *alert, struct error *err)
{
	struct event event = {0};
	bool ok = true;

	if (!alert->raw.len)
		return true;
	if (!alert_parse_event(&event, alert, err))
		return error_prefix(err, "whom the record names cannot be told");
	if (event.variants_cut)
		ok = error_set(err, ERROR_USAGE,
			"whom the record names cannot be told: too many of its keys stand there "
			"more than once");
	for (size_t i = 0; ok && i < event.variants; i++) {
		struct parties parties = {0};

		event_select(&event, i);
		add_record(&parties, &event);
		ok = is_none_of(eyes, &parties, err);
	}
	event_fini(&event);
	return ok;
}

static bool
judge(const struct eyes *eyes, const struct alert *alert, struct str owner, struct error *err)
{
	struct parties parties = {0};
	struct arena arena = {0};
	bool ok;

	add_actor(&parties, alert, &arena);
	add_target(&parties, alert);
	add_party(&parties, "owner", POLICY_OS, STR_ABSENT, owner);
	ok = is_none_of(eyes, &parties, err) && judge_record(eyes, alert, err);
	arena_fini(&arena);
	return ok;
}

/* Whoever signs with a key may call himself by each of its principals. */
static bool
judge_others(
	const struct eyes *eyes, const struct alert *alert, struct str owner, struct error *err)
{
	const struct policy *policy = eyes->policy;

	for (size_t i = 0; eyes->mapped && i < policy->principal_count; i++) {
		const struct policy_principal *p = &policy->principals[i];
		const struct eyes other = {policy, p->name, p};

		if (p != eyes->mapped && p->person == eyes->mapped->person &&
			!judge(&other, alert, owner, err))
			return error_prefix(err, "%.*s shares a key with %.*s",
				STR_ARG(eyes->principal), STR_ARG(p->name));
	}
	return true;
}

bool
policy_four_eyes(const struct policy *policy, struct str principal, const struct alert *alert,
	struct str owner, struct error *err)
{
	const struct eyes eyes = {policy, principal, policy_principal_find(policy, principal)};

	if (policy->state == POLICY_REFUSED)
		return error_set(
			err, ERROR_USAGE, "the policy is refused: %s", policy->refusal.text);
	return judge(&eyes, alert, owner, err) && judge_others(&eyes, alert, owner, err);
}
