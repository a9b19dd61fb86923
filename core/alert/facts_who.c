/* Who called, with what in their hands, and for whom. */
#include "core/alert/facts_private.h"
#include "core/base/text.h"

#define SESSION "userIdentity.sessionContext."

/* ---- 2: who ---- */

static void
put_name(struct asking *a, struct str type)
{
	const struct str *text = a->alert->text;
	struct str role = alert_role_name(a->alert);

	if (str_is(type, "AssumedRole") && role.len)
		buf_printf(&a->text, " %.*s", STR_ARG(role));
	else if (text[ALERT_ACTOR_USER].len)
		buf_printf(&a->text, " %.*s", STR_ARG(text[ALERT_ACTOR_USER]));
	else if (!str_is(type, "Root") && !text[ALERT_ACTOR_SESSION].len &&
		 text[ALERT_ACTOR_ARN].len)
		buf_printf(&a->text, " %.*s", STR_ARG(text[ALERT_ACTOR_ARN]));
	if (text[ALERT_ACTOR_SESSION].len)
		buf_printf(&a->text, ", session %.*s", STR_ARG(text[ALERT_ACTOR_SESSION]));
}

void
fact_actor(struct asking *a)
{
	const struct str *text = a->alert->text;
	struct str type = text[ALERT_ACTOR_TYPE];
	struct str source = fact_record_text(a, SESSION "sourceIdentity");

	if (!type.len && !text[ALERT_ACTOR_ARN].len && !text[ALERT_ACTOR_PRINCIPAL].len) {
		fact_unknown(a, "not recorded: the record names no caller");
		return;
	}
	if (!source.len)
		source = fact_record_text(a, "userIdentity.sourceIdentity");
	buf_str(&a->text, type.len ? type : STR("caller without a type"));
	put_name(a, type);
	if (source.len)
		buf_printf(&a->text, ", source identity %.*s", STR_ARG(source));
	if (text[ALERT_ACTOR_INVOKED_BY].len)
		buf_printf(&a->text, ", through %.*s", STR_ARG(text[ALERT_ACTOR_INVOKED_BY]));
	fact_begin(a);
	fact_member(a, "type", type);
	fact_member(a, "arn", text[ALERT_ACTOR_ARN]);
	fact_member(a, "userName", text[ALERT_ACTOR_USER]);
	fact_member(a, "principalId", text[ALERT_ACTOR_PRINCIPAL]);
	fact_member(a, "accountId", text[ALERT_ACTOR_ACCOUNT]);
	fact_member(a, "issuer", text[ALERT_ACTOR_ISSUER]);
	fact_member(a, "sessionName", text[ALERT_ACTOR_SESSION]);
	fact_member(a, "sourceIdentity", source);
	fact_member(a, "invokedBy", text[ALERT_ACTOR_INVOKED_BY]);
	fact_end(a);
	a->fact->alarming = str_is(type, "Root");
}

/* ---- 3: with which credential ---- */

/* Prefixes of access key ids (IAM User Guide, "Unique identifiers"). */
static const struct {
	const char *prefix, *kind, *words;
} credentials[] = {
	{"AKIA", "long-lived", "long-lived key"},
	{"ASIA", "temporary", "temporary key"},
	{"ABIA", "bearer", "service bearer token"},
};

static bool
is_true(const struct asking *a, const char *path)
{
	const struct json *node = a->event ? event_node(a->event, path) : NULL;

	return json_type(node) == JSON_BOOL ? json_bool(node) : str_is(json_string(node), "true");
}

/* Of the caller's own key, where the history tells it. */
static void
put_made(struct asking *a, const struct trace *made)
{
	if (!made)
		return;
	buf_puts(&a->text, ", made");
	fact_put_by(a, made->text[TRACE_ACTOR]);
	buf_puts(&a->text, " at ");
	reading_put_time(&a->text, made->time);
	fact_show(a, made);
}

void
fact_credential(struct asking *a)
{
	struct str key = a->alert->text[ALERT_ACTOR_KEY];
	struct str since = fact_record_text(a, SESSION "attributes.creationDate");
	bool console = is_true(a, "sessionCredentialFromConsole");
	const char *kind = "unknown", *words = "key of an unknown kind";
	const struct trace *made = a->reading ? reading_caller_key_made(a->reading) : NULL;

	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++)
		if (str_starts_with(key, str_from(credentials[i].prefix))) {
			kind = credentials[i].kind;
			words = credentials[i].words;
		}
	if (console) {
		kind = "console";
		words = "console session";
	}
	if (!key.len && !console) {
		fact_unknown(a, "not recorded: the record names no key of the caller");
		return;
	}
	if (key.len) /* first, in line with the new key's */
		buf_printf(&a->text, "%.*s, ", STR_ARG(key));
	buf_puts(&a->text, words);
	if (since.len)
		buf_printf(&a->text, ", session since %.*s", STR_ARG(since));
	put_made(a, made);
	fact_begin(a);
	fact_member(a, "kind", str_from(kind));
	fact_member(a, "accessKeyId", key);
	fact_member(a, "sessionSince", since);
	if (made) {
		fact_member_time(a, "madeAt", made->time);
		fact_member(a, "madeBy", made->text[TRACE_ACTOR]);
	}
	fact_end(a);
}

/* ---- 4: for whom ---- */

/* Where the target's name stands (settled.md 1), and how that is said. */
static const struct {
	const char *path, *from;
} target_places[] = {
	{"requestParameters.userName", "request"},
	{"responseElements.accessKey.userName", "response"},
	{"userIdentity.userName", "caller"},
	{"userIdentity.type", "root"},
};

static size_t
target_place(const struct asking *a)
{
	if (fact_record_text(a, target_places[0].path).len)
		return 0;
	if (a->alert->self && str_is(a->alert->text[ALERT_ACTOR_TYPE], "Root"))
		return 3;
	return fact_record_text(a, target_places[1].path).len ? 1 : 2;
}

void
fact_target(struct asking *a)
{
	const struct alert *alert = a->alert;
	struct str target = alert->text[ALERT_TARGET_USER];
	bool mismatch = alert->flags & 1U << FLAG_TARGET_MISMATCH;
	struct str response = fact_record_text(a, target_places[1].path);
	size_t place = target_place(a);

	if (!target.len) {
		fact_unknown(a, "not recorded: neither request nor response names a user");
		return;
	}
	buf_str(&a->text, target);
	if (mismatch)
		buf_printf(&a->text, "; the response names %.*s", STR_ARG(response));
	fact_begin(a);
	fact_member(a, "userName", target);
	fact_member(a, "from", str_from(target_places[place].from));
	fact_member_bool(a, "mismatch", mismatch);
	fact_end(a);
	a->fact->evidence = target_places[place].path;
	a->fact->alarming = mismatch || text_has_hidden(target);
}

/* ---- 5, 6: self, root ---- */

static const char *
self_words(const struct alert *alert)
{
	const struct str *text = alert->text;
	struct str type = text[ALERT_ACTOR_TYPE], target = text[ALERT_TARGET_USER];

	if (str_is(type, "Root"))
		return alert->self ? "self: root made a key for itself"
				   : "other: root made it for a user";
	if (alert->self)
		return "self: the same IAM user";
	if (target.len && str_equal(text[ALERT_ACTOR_SESSION], target))
		return "other: the session is only named like the target";
	if (!str_is(type, "IAMUser"))
		return "other: no IAM user";
	if (!target.len)
		return "other: whose key it is, is not recorded";
	if (str_equal(text[ALERT_ACTOR_USER], target))
		return "other: same name, but not provably the same account";
	return "other: another IAM user";
}

void
fact_self(struct asking *a)
{
	const struct str *text = a->alert->text;

	buf_puts(&a->text, self_words(a->alert));
	json_put_bool(&a->writer, a->alert->self);
	a->fact->alarming = !a->alert->self && text[ALERT_TARGET_USER].len &&
			    str_equal(text[ALERT_ACTOR_SESSION], text[ALERT_TARGET_USER]);
}

void
fact_root(struct asking *a)
{
	bool actor = str_is(a->alert->text[ALERT_ACTOR_TYPE], "Root");
	bool target = actor && a->alert->self;

	if (!a->alert->text[ALERT_ACTOR_TYPE].len) {
		fact_unknown(a, "not recorded: the caller's type is missing");
		return;
	}
	buf_puts(&a->text, target  ? "yes: root is caller and target"
			   : actor ? "yes: root is the caller"
				   : "no");
	fact_begin(a);
	fact_member_bool(a, "actor", actor);
	fact_member_bool(a, "target", target);
	fact_end(a);
	a->fact->alarming = actor;
}

/* ---- 8: MFA ---- */

void
fact_mfa(struct asking *a)
{
	const char *path = SESSION "attributes.mfaAuthenticated";
	const struct json *node = a->event ? event_node(a->event, path) : NULL;
	bool yes = is_true(a, path);

	if (!yes && json_type(node) != JSON_BOOL && !str_is(json_string(node), "false")) {
		fact_unknown(a, "not recorded");
		return;
	}
	buf_puts(&a->text, yes ? "yes, on the session" : "no, not on the session");
	json_put_bool(&a->writer, yes);
}
