#include "core/event/trace.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"

#define IAM "iam.amazonaws.com"
#define TRAIL "cloudtrail.amazonaws.com"
#define STS "sts.amazonaws.com"
#define SIGN_IN "signin.amazonaws.com"

/* clang-format off */
const struct trace_call trace_calls[] = {
	{"CreateAccessKey", IAM, TRACE_KEY_CALL | TRACE_AROUND | TRACE_USER_CALL},
	{"UpdateAccessKey", IAM, TRACE_KEY_CALL | TRACE_USER_CALL},
	{"DeleteAccessKey", IAM, TRACE_KEY_CALL | TRACE_USER_CALL},
	{"CreateUser", IAM, TRACE_AROUND | TRACE_USER_CALL},
	{"DeleteUser", IAM, TRACE_USER_CALL},
	{"CreateLoginProfile", IAM, TRACE_AROUND | TRACE_USER_CALL},
	{"UpdateLoginProfile", IAM, TRACE_USER_CALL},
	{"AttachUserPolicy", IAM, TRACE_AROUND | TRACE_USER_CALL},
	{"AttachRolePolicy", IAM, TRACE_AROUND},
	{"AttachGroupPolicy", IAM, TRACE_AROUND},
	{"PutUserPolicy", IAM, TRACE_AROUND | TRACE_USER_CALL},
	{"PutRolePolicy", IAM, TRACE_AROUND},
	{"PutGroupPolicy", IAM, TRACE_AROUND},
	{"DetachUserPolicy", IAM, TRACE_USER_CALL},
	{"DeleteUserPolicy", IAM, TRACE_USER_CALL},
	{"AddUserToGroup", IAM, TRACE_AROUND | TRACE_USER_CALL},
	{"UpdateAssumeRolePolicy", IAM, TRACE_AROUND},
	{"DeactivateMFADevice", IAM, TRACE_AROUND | TRACE_USER_CALL},
	{"StopLogging", TRAIL, TRACE_AROUND},
	{"DeleteTrail", TRAIL, TRACE_AROUND},
	{NULL, NULL, 0},
};

/* Calls that answer with a temporary key, or open a console session with one; too many of them are
 * made to look for them by name. */
static const struct {
	const char *name, *service;
} issuing[] = {{"AssumeRole", STS}, {"AssumeRoleWithSAML", STS}, {"AssumeRoleWithWebIdentity", STS},
	{"AssumeRoot", STS}, {"GetSessionToken", STS}, {"GetFederationToken", STS},
	{"GetSigninToken", SIGN_IN}, {NULL, NULL}};

/* The objects of a record that hold what is read. */
enum place_object { TOP, CALLER, REQUEST, RESPONSE, NEW_KEY, CREDENTIALS, NEW_USER, OBJECTS };

#define NAME(literal) {(literal), sizeof(literal) - 1}
static const struct {
	enum place_object in;
	struct str name;
} objects[OBJECTS] = {
	[TOP] = {OBJECTS, {NULL, 0}},
	[CALLER] = {TOP, NAME("userIdentity")},
	[REQUEST] = {TOP, NAME("requestParameters")},
	[RESPONSE] = {TOP, NAME("responseElements")},
	[NEW_KEY] = {RESPONSE, NAME("accessKey")},
	[CREDENTIALS] = {RESPONSE, NAME("credentials")},
	[NEW_USER] = {RESPONSE, NAME("user")},
};

/* Not a text: to be parsed. */
enum { EVENT_TIME = TRACE_TEXT_COUNT };

/* Where the texts of a trace stand; of several places the first that has one. */
static const struct {
	enum place_object in;
	struct str name;
	int text;
} places[] = {
	{TOP, NAME("eventID"), TRACE_EVENT_ID},
	{TOP, NAME("sharedEventID"), TRACE_SHARED_ID},
	{TOP, NAME("eventName"), TRACE_NAME},
	{TOP, NAME("eventSource"), TRACE_SERVICE},
	{TOP, NAME("eventTime"), EVENT_TIME},
	{TOP, NAME("sourceIPAddress"), TRACE_IP},
	{TOP, NAME("awsRegion"), TRACE_REGION},
	{TOP, NAME("userAgent"), TRACE_AGENT},
	{TOP, NAME("errorCode"), TRACE_ERROR},
	{TOP, NAME("errorMessage"), TRACE_ERROR},
	{TOP, NAME("recipientAccountId"), TRACE_ACCOUNT},
	{CALLER, NAME("accountId"), TRACE_ACCOUNT},
	{CALLER, NAME("type"), TRACE_TYPE},
	{CALLER, NAME("arn"), TRACE_ACTOR},
	{CALLER, NAME("principalId"), TRACE_ACTOR},
	{CALLER, NAME("invokedBy"), TRACE_ACTOR},
	{CALLER, NAME("userName"), TRACE_ACTOR_USER},
	{CALLER, NAME("accessKeyId"), TRACE_KEY},
	{REQUEST, NAME("userName"), TRACE_USER},
	{NEW_KEY, NAME("userName"), TRACE_USER},
	{NEW_USER, NAME("userName"), TRACE_USER},
	{REQUEST, NAME("roleName"), TRACE_USER},
	{REQUEST, NAME("groupName"), TRACE_USER},
	{NEW_KEY, NAME("accessKeyId"), TRACE_SUBJECT},
	{CREDENTIALS, NAME("accessKeyId"), TRACE_SUBJECT},
	{REQUEST, NAME("accessKeyId"), TRACE_SUBJECT},
	{REQUEST, NAME("status"), TRACE_WHAT},
	{REQUEST, NAME("policyArn"), TRACE_WHAT},
	{REQUEST, NAME("policyName"), TRACE_WHAT},
	{REQUEST, NAME("groupName"), TRACE_WHAT},
	{REQUEST, NAME("roleArn"), TRACE_WHAT},
	{REQUEST, NAME("roleName"), TRACE_WHAT},
	{REQUEST, NAME("name"), TRACE_WHAT},
	{REQUEST, NAME("serialNumber"), TRACE_WHAT},
};
/* clang-format on */

enum { PLACES = sizeof(places) / sizeof(places[0]) };

struct reading {
	struct arena *arena;
	struct json_lexer lexer;
	struct str found[PLACES]; /* absent: not there, or no string */
	bool seen[PLACES], entered[OBJECTS];
	size_t missed; /* of what is looked for at the top; 0: nothing is */
	size_t from[OBJECTS], to[OBJECTS]; /* the places in each */
};

static struct str
string_of(struct arena *arena, struct str token)
{
	struct json_doc *doc;
	struct str text;
	bool plain;

	if (!token.len || token.data[0] != '"')
		return STR_ABSENT;
	if (json_string_length(token, &plain) == token.len && plain)
		return str_slice(token, 1, token.len - 2);
	if (!json_parse(token, &doc, NULL))
		return STR_ABSENT;
	text = arena_str(arena, json_string(json_root(doc)));
	json_doc_free(doc);
	return text;
}

/* Most names are written plainly. */
static bool
is_named(struct str key, bool plain, struct str name)
{
	if (plain)
		return key.len == name.len + 2 &&
		       memcmp(key.data + 1, name.data, name.len) == 0;
	return json_spells(key, name);
}

static void
read_text(struct reading *r, enum place_object in, const struct json_member *member, bool plain)
{
	for (size_t i = r->from[in]; i < r->to[in]; i++) {
		if (places[i].in != in || r->seen[i] ||
			!is_named(member->key, plain, places[i].name))
			continue;
		r->seen[i] = true;
		r->missed -= in == TOP;
		r->found[i] = string_of(r->arena, member->value);
	}
}

/* The object in this one that a name is of; TOP: none, or it was met before. */
static enum place_object
object_of(struct reading *r, enum place_object in, struct str key, bool plain)
{
	for (enum place_object o = TOP + 1; o < OBJECTS; o++) {
		if (objects[o].in != in || r->entered[o] || !is_named(key, plain, objects[o].name))
			continue;
		r->entered[o] = true; /* also when it is no object: the first copy counts */
		return o;
	}
	return TOP;
}

static char
next_byte(struct json_lexer *lexer)
{
	struct str text = lexer->text;

	while (lexer->at < text.len && str_is_blank(text.data[lexer->at]))
		lexer->at++;
	return lexer->at < text.len ? text.data[lexer->at] : '\0';
}

/* One that the lexer stands before. */
static void
read_object(struct reading *r, enum place_object in)
{
	struct json_member member;

	json_enter_object(&r->lexer);
	while (r->missed && json_next_key(&r->lexer, &member.key)) {
		bool plain = !memchr(member.key.data, '\\', member.key.len);
		enum place_object below = object_of(r, in, member.key, plain);

		if (below != TOP && next_byte(&r->lexer) == '{')
			read_object(r, below);
		else if (json_take_value(&r->lexer, &member))
			read_text(r, in, &member, plain);
		else
			return;
		r->missed -= in == TOP && below != TOP;
	}
}

static void
begin(struct reading *r, struct str raw, struct arena *arena)
{
	*r = (struct reading){.arena = arena, .lexer = {raw, 0}, .missed = SIZE_MAX};
	for (size_t i = PLACES; i > 0; i--) {
		r->from[places[i - 1].in] = i - 1;
		if (!r->to[places[i - 1].in])
			r->to[places[i - 1].in] = i;
	}
}

/* IAM takes a call without a user as one about the caller's own; root has no name but the account's
 * alias, which the response may repeat. */
static void
add_own_user(struct trace *t, struct str asked)
{
	if (asked.len || !(trace_weight(t) & TRACE_KEY_CALL))
		return;
	if (str_is(t->text[TRACE_TYPE], "Root") &&
		str_equal(t->text[TRACE_USER], t->text[TRACE_ACTOR_USER]))
		t->text[TRACE_USER] = STR_ABSENT;
	else if (!t->text[TRACE_USER].len && str_is(t->text[TRACE_TYPE], "IAMUser"))
		t->text[TRACE_USER] = t->text[TRACE_ACTOR_USER];
}

static bool
read_record(struct reading *r, struct trace *trace)
{
	struct str asked = STR_ABSENT;

	*trace = (struct trace){.time = TIME_NONE};
	if (next_byte(&r->lexer) != '{')
		return false;
	read_object(r, TOP);
	for (size_t i = 0; i < PLACES; i++) {
		if (places[i].text == EVENT_TIME) {
			if (!r->found[i].len || !time_parse(r->found[i], &trace->time))
				trace->time = TIME_NONE;
		} else if (!trace->text[places[i].text].len) {
			trace->text[places[i].text] = text_cut(r->found[i], TRACE_TEXT_MAX);
		}
		if (places[i].in == REQUEST && places[i].text == TRACE_USER && !asked.len)
			asked = r->found[i];
	}
	add_own_user(trace, asked);
	return true;
}

bool
trace_read(struct trace *trace, struct str raw, struct arena *arena)
{
	struct reading r;

	begin(&r, raw, arena);
	return read_record(&r, trace);
}

bool
trace_read_caller(struct trace *trace, struct str raw, struct arena *arena)
{
	struct reading r;

	begin(&r, raw, arena);
	r.entered[REQUEST] = r.entered[RESPONSE] = true;
	r.missed = 1; /* the caller */
	for (size_t i = r.from[TOP]; i < r.to[TOP]; i++) {
		r.seen[i] = places[i].text != TRACE_IP && places[i].text != EVENT_TIME;
		r.missed += !r.seen[i];
	}
	if (!read_record(&r, trace))
		return false;
	trace->text[TRACE_ACCOUNT] = STR_ABSENT;
	return true;
}

static unsigned char
nibble(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void
trace_identity(const struct trace *t, unsigned char identity[16])
{
	struct buf all = {0};
	char hex[HASH_HEX];

	buf_printf(&all, "%lld", (long long)t->time);
	for (size_t i = 0; i < TRACE_TEXT_COUNT; i++) {
		if (i == TRACE_SHARED_ID)
			continue; /* stores of before know none */
		buf_putc(&all, '\0');
		buf_str(&all, t->text[i]);
	}
	hash_hex(buf_view(&all), hex);
	buf_fini(&all);
	for (size_t i = 0; i < 16; i++)
		identity[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
}

/* Asked of every trace, often: most differ in the first letter. */
static bool
is_call(const struct trace *t, const char *name, const char *service)
{
	return t->text[TRACE_NAME].data[0] == name[0] && str_is(t->text[TRACE_NAME], name) &&
	       str_is(t->text[TRACE_SERVICE], service);
}

unsigned
trace_weight(const struct trace *t)
{
	if (!t->text[TRACE_NAME].len)
		return 0;
	for (const struct trace_call *call = trace_calls; call->name; call++)
		if (is_call(t, call->name, call->service))
			return call->weight;
	for (size_t i = 0; issuing[i].name; i++)
		if (is_call(t, issuing[i].name, issuing[i].service))
			return TRACE_ISSUES;
	return 0;
}

bool
trace_succeeded(const struct trace *t)
{
	return !t->text[TRACE_ERROR].len;
}

int
trace_turn(const struct trace *t)
{
	unsigned weight = trace_weight(t);

	if (!(weight & (TRACE_KEY_CALL | TRACE_USER_CALL)))
		return 0;
	if (str_starts_with(t->text[TRACE_NAME], STR("Create")))
		return -1;
	return str_starts_with(t->text[TRACE_NAME], STR("Delete"));
}

/* `arn:aws:iam::111122223333:user/ada` */
struct str
trace_caller_account(const struct trace *t)
{
	struct str arn = t->text[TRACE_ACTOR];
	size_t from = 0, end;

	for (int colons = 0; colons < 4; colons++) {
		from = str_find(arn, STR(":"), from);
		if (from++ == (size_t)-1)
			return t->text[TRACE_ACCOUNT];
	}
	end = str_find(arn, STR(":"), from);
	return end == (size_t)-1 || end == from ? t->text[TRACE_ACCOUNT]
						: str_slice(arn, from, end - from);
}

bool
trace_has_lasting_key(const struct trace *t)
{
	if (!str_starts_with(t->text[TRACE_KEY], TRACE_LASTING))
		return false;
	return str_is(t->text[TRACE_TYPE], "Root") ||
	       (str_is(t->text[TRACE_TYPE], "IAMUser") && t->text[TRACE_ACTOR_USER].len);
}
