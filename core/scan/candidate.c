#include "core/scan/candidate.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/scan/passage.h"

const char *const scan_record_names[] = {
	"eventVersion", "eventID", "eventSource", "eventName", NULL};
const char *const scan_holder_names[] = {
	"CloudTrailEvent", "detail", "Message", "Records", "Events", NULL};

static bool
holds(struct str raw, struct str needle)
{
	return str_find(raw, needle, 0) != (size_t)-1;
}

bool
candidate_is_plain(const struct scan_options *options)
{
	for (size_t i = 0; i < options->literal_count; i++)
		for (size_t k = 0; k < options->literals[i].len; k++)
			if (strchr("\"\\/\b\f\n\r\t", options->literals[i].data[k]))
				return false;
	return true;
}

/* Could this unit hold a wanted name? The name in the clear, or any \u escape at all: which also
 * covers strings that hold records, where an escape may itself be escaped. */
static bool
may_matter(const struct scan_options *options, struct str raw)
{
	bool named = false;
	struct fields fields;

	if (options->literal_count == 0 || holds(raw, STR("\\u")))
		return true;
	for (size_t i = 0; i < options->literal_count && !named; i++)
		named = holds(raw, options->literals[i]);
	if (!options->wants)
		return named;
	fields_find(&fields, raw);
	return options->wants(options->wants_context, raw, named, &fields);
}

/* Cheap: is the name of a record's member in it? Nested ones do not matter for counting. */
static bool
looks_like_record(struct str raw)
{
	return holds(raw, STR("\"eventName\"")) || holds(raw, STR("\"CloudTrailEvent\""));
}

struct judging {
	const struct scan_options *options;
	const struct scan_sink *sink;
	size_t names; /* of a record that one must have */
	struct candidate_verdict verdict;
};

/* What the members at the top of an object say about it. No tree is made of what the rules will
 * not see: a record of many small values costs 40 times its size as one. */
struct looks {
	size_t names; /* of those that a record has */
	bool named;   /* eventName is one of them */
	bool wanted;  /* its own name is one that is looked for */
	bool holder;  /* of what may be a record, or hold one */
	bool envelope;
	bool digest_start, digest_files;
};

/* Of a unit that matters. */
static bool
gives_all(const struct scan_options *options)
{
	return options->literal_count == 0 || options->wants;
}

static bool
is_wanted(const struct scan_options *options, struct str name)
{
	for (size_t i = 0; i < options->literal_count; i++)
		if (json_spells(name, options->literals[i]))
			return true;
	return gives_all(options);
}

/* Asked of each member and each name: most differ in their first letter. */
static inline bool
spells(struct str key, const char *name)
{
	return (key.data[1] == name[0] || key.data[1] == '\\') && json_spells(key, str_from(name));
}

static void
look_at(struct looks *looks, const struct judging *j, const struct json_member *member)
{
	for (const char *const *name = scan_record_names; *name; name++)
		looks->names += spells(member->key, *name);
	for (const char *const *name = scan_holder_names; *name; name++)
		looks->holder |= spells(member->key, *name);
	if (spells(member->key, "eventName")) {
		looks->named = true;
		looks->wanted |= is_wanted(j->options, member->value);
	}
	looks->envelope |= spells(member->key, "detail-type");
	looks->digest_start |= spells(member->key, "digestStartTime");
	looks->digest_files |= spells(member->key, "logFiles");
}

static struct looks
look(const struct judging *j, struct str object)
{
	struct looks looks = {.wanted = gives_all(j->options)};
	struct json_lexer lexer = {object, 0};
	struct json_member member;

	if (json_enter_object(&lexer))
		while (json_next_member(&lexer, &member))
			look_at(&looks, j, &member);
	return looks;
}

/* A record when it says so. Found in the middle of damage it must say so twice: what is left of a
 * broken record may hold anything. */
static void
judge_record(struct judging *j, const struct looks *looks, struct passage *p, struct str raw,
	unsigned flags)
{
	if (looks->names < j->names)
		return;
	j->verdict.kind = CANDIDATE_RECORD;
	j->verdict.records++;
	if (!looks->wanted || !j->verdict.go_on)
		return;
	j->verdict.given++;
	j->verdict.go_on =
		j->sink->record(j->sink->context, raw, passage_offset(p, raw.data), flags);
}

/* ---- strings that hold records (settled.md 10) ---- */

static void judge_value(struct judging *j, struct passage *p, struct str value, unsigned flags);
static void judge_elements(struct judging *j, struct passage *p, struct str array, unsigned flags);

static bool
begins(struct str text, char c)
{
	return text.len && text.data[0] == c;
}

/* Something that should have been a record. */
static void
say(struct judging *j, const char *what, const char *reason)
{
	j->verdict.kind = CANDIDATE_RECORD;
	snprintf(j->verdict.problem, sizeof(j->verdict.problem), "%s: %.100s", what, reason);
}

/* Not worth decoding else: most strings are words. */
static bool
may_hold(struct str token)
{
	struct str text = str_trim(str_slice(token, 1, token.len));

	return begins(text, '{') || begins(text, '[') || begins(text, '\\');
}

/* What is decoded at a time, of strings inside strings, takes no more than two records may. */
static bool
decode(struct judging *j, struct passage *p, struct passage *outer, struct str token)
{
	if (outer->held + token.len <= 2 * j->options->max_record)
		return passage_decode(p, outer, token);
	say(j, "strings inside strings", "all in all larger than the limit");
	passage_init(p, STR_ABSENT, 0);
	return false;
}

static void
judge_string(struct judging *j, struct passage *outer, struct str token, unsigned flags)
{
	struct passage p;
	struct error err;

	if (!may_hold(token))
		return;
	if (decode(j, &p, outer, token)) {
		if (json_check(p.text, &err))
			judge_value(j, &p, str_trim(p.text), flags | SCAN_DECODED);
		else if (looks_like_record(p.text))
			say(j, "a string that holds a record", err.text);
	}
	passage_fini(&p);
}

/* This one must hold a record. */
static void
judge_event_string(struct judging *j, struct passage *outer, struct str token, unsigned flags)
{
	static const char what[] = "the CloudTrailEvent of this event";
	struct passage p;
	struct error err;

	j->verdict.kind = CANDIDATE_RECORD;
	if (decode(j, &p, outer, token)) {
		if (!json_check(p.text, &err))
			say(j, what, err.text);
		else if (!begins(str_trim(p.text), '{'))
			say(j, what, "no object");
		else
			judge_value(j, &p, str_trim(p.text), flags | SCAN_DECODED);
	}
	passage_fini(&p);
}

/* ---- what a unit is or holds ---- */

/* The splitter parts the lists of the input itself, not those of what is decoded. As there, what
 * calls itself an event is a record, whatever list it also holds. */
static bool
is_list(const struct looks *looks, const struct json_member *member, unsigned flags)
{
	return flags & SCAN_DECODED && !looks->named &&
	       (json_spells(member->key, STR("Records")) ||
		       json_spells(member->key, STR("Events")));
}

static void
judge_member(struct judging *j, const struct looks *looks, struct passage *p,
	const struct json_member *member, unsigned flags)
{
	bool string = begins(member->value, '"');
	struct looks inside;

	if (json_spells(member->key, STR("Message"))) {
		if (string)
			judge_string(j, p, member->value, flags);
	} else if (json_spells(member->key, STR("CloudTrailEvent")) && string) {
		judge_event_string(j, p, member->value, flags);
	} else if (json_spells(member->key, STR("CloudTrailEvent")) ||
		   (looks->envelope && json_spells(member->key, STR("detail")))) {
		inside = look(j, member->value);
		judge_record(j, &inside, p, member->value, flags);
	}
}

/* A record may stand in the object as a string or as an object of its own: every copy counts. In
 * the order of their bytes, so that their offsets are cheap. */
static void
judge_object(struct judging *j, struct passage *p, struct str object, unsigned flags, bool lists)
{
	struct json_lexer lexer = {object, 0};
	struct json_member member;
	struct looks looks = look(j, object);

	judge_record(j, &looks, p, object, flags);
	json_enter_object(&lexer);
	while (looks.holder && json_next_member(&lexer, &member)) {
		if (lists && is_list(&looks, &member, flags))
			judge_elements(j, p, member.value, flags);
		else
			judge_member(j, &looks, p, &member, flags);
	}
	if (j->verdict.kind == CANDIDATE_OTHER && looks.digest_start && looks.digest_files)
		j->verdict.kind = CANDIDATE_DIGEST;
}

static void
judge_elements(struct judging *j, struct passage *p, struct str array, unsigned flags)
{
	struct json_lexer lexer = {array, 0};
	struct json_member element;

	if (!json_enter_array(&lexer))
		return;
	while (json_next_element(&lexer, &element)) {
		if (begins(element.value, '"'))
			judge_string(j, p, element.value, flags);
		else if (begins(element.value, '{'))
			judge_object(j, p, element.value, flags, false);
	}
}

static void
judge_value(struct judging *j, struct passage *p, struct str value, unsigned flags)
{
	if (begins(value, '{'))
		judge_object(j, p, value, flags, true);
	else if (begins(value, '['))
		judge_elements(j, p, value, flags);
	else
		judge_string(j, p, value, flags);
}

struct candidate_verdict
candidate_judge(const struct scan_options *options, const struct scan_sink *sink, struct str raw,
	uint64_t offset, unsigned flags, bool exact)
{
	struct judging j = {options, sink, flags & SCAN_RESYNCHRONISED ? 2 : 1,
		{.kind = CANDIDATE_OTHER, .go_on = true}};
	struct passage p;

	passage_init(&p, raw, offset);
	if (!exact && looks_like_record(raw) && !may_matter(options, raw))
		j.verdict.kind = CANDIDATE_RECORD;
	else
		judge_value(&j, &p, raw, flags);
	return j.verdict;
}
