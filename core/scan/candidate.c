#include "core/scan/candidate.h"

#include <stdio.h>

#include "core/base/json.h"

static bool
holds(struct str raw, struct str needle)
{
	return str_find(raw, needle, 0) != (size_t)-1;
}

/* Could this unit hold a wanted name? The name in the clear, or any \u escape at all: which also
 * covers strings that hold records, where an escape may itself be escaped. */
static bool
may_matter(const struct scan_options *options, struct str raw)
{
	if (options->literal_count == 0 || holds(raw, STR("\\u")))
		return true;
	for (size_t i = 0; i < options->literal_count; i++) {
		struct str literal = options->literals[i];

		if (holds(raw, literal))
			return true;
		/* Characters that JSON may also spell by a short escape. */
		for (size_t k = 0; k < literal.len; k++)
			if (strchr("\"\\/\b\f\n\r\t", literal.data[k]))
				return true;
	}
	return false;
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
	bool wanted;  /* its own name is one that is looked for */
	bool holds_event, envelope;
	bool digest_start, digest_files;
};

static bool
is_wanted(const struct scan_options *options, struct str name)
{
	for (size_t i = 0; i < options->literal_count; i++)
		if (json_spells(name, options->literals[i]))
			return true;
	return options->literal_count == 0;
}

static void
look_at(struct looks *looks, const struct judging *j, const struct json_member *member)
{
	static const char *const names[] = {"eventVersion", "eventID", "eventSource", "eventName"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		looks->names += json_spells(member->key, str_from(names[i]));
	if (json_spells(member->key, STR("eventName")))
		looks->wanted |= is_wanted(j->options, member->value);
	looks->holds_event |= json_spells(member->key, STR("CloudTrailEvent"));
	looks->envelope |= json_spells(member->key, STR("detail-type"));
	looks->digest_start |= json_spells(member->key, STR("digestStartTime"));
	looks->digest_files |= json_spells(member->key, STR("logFiles"));
}

static struct looks
look(const struct judging *j, struct str object)
{
	struct looks looks = {.wanted = j->options->literal_count == 0};
	struct json_lexer lexer = {object, 0};
	struct json_member member;

	if (json_enter_object(&lexer))
		while (json_next_member(&lexer, &member))
			look_at(&looks, j, &member);
	return looks;
}

/* True when the text is a record. Found in the middle of damage it must say so twice: what is left
 * of a broken record may hold anything. */
static bool
judge_record(struct judging *j, const struct looks *looks, struct str raw, uint64_t offset,
	unsigned flags)
{
	if (looks->names < j->names)
		return false;
	j->verdict.kind = CANDIDATE_RECORD;
	if (looks->wanted && j->verdict.go_on) {
		j->verdict.given++;
		j->verdict.go_on = j->sink->record(j->sink->context, raw, offset, flags);
	}
	return true;
}

static void
say(struct judging *j, const char *reason)
{
	snprintf(j->verdict.problem, sizeof(j->verdict.problem),
		"the CloudTrailEvent of this event: %.100s", reason);
}

/* The text of a string that holds a record; `place` is its first byte in the input. */
static void
judge_decoded(struct judging *j, struct str text, uint64_t place, unsigned flags)
{
	struct error err;
	struct looks looks;

	if (!json_check(text, &err)) {
		say(j, err.text);
		return;
	}
	looks = look(j, text);
	if (!judge_record(j, &looks, text, place, flags) &&
		!str_starts_with(str_trim(text), STR("{")))
		say(j, "no object");
}

static void
judge_string(struct judging *j, struct str token, uint64_t place, unsigned flags)
{
	struct json_doc *doc;

	j->verdict.kind = CANDIDATE_RECORD;
	if (!json_parse(token, &doc, NULL))
		return;
	judge_decoded(j, json_string(json_root(doc)), place + 1, flags | SCAN_DECODED);
	json_doc_free(doc);
}

/* A record may stand in the object as a string or as an object of its own: every copy counts. */
static void
judge_held(struct judging *j, struct str object, uint64_t offset, unsigned flags, const char *name,
	bool strings)
{
	struct json_lexer lexer = {object, 0};
	struct json_member member;
	struct looks looks;

	json_enter_object(&lexer);
	while (json_next_member(&lexer, &member)) {
		if (!json_spells(member.key, str_from(name)))
			continue;
		looks = look(j, member.value);
		if (strings && member.value.data[0] == '"')
			judge_string(j, member.value, offset + member.offset, flags);
		else
			judge_record(j, &looks, member.value, offset + member.offset, flags);
	}
}

static void
judge_object(struct judging *j, struct str raw, uint64_t offset, unsigned flags)
{
	struct looks looks = look(j, raw);

	judge_record(j, &looks, raw, offset, flags);
	if (looks.holds_event)
		judge_held(j, raw, offset, flags, "CloudTrailEvent", true);
	if (looks.envelope)
		judge_held(j, raw, offset, flags, "detail", false);
	if (j->verdict.kind == CANDIDATE_OTHER && looks.digest_start && looks.digest_files)
		j->verdict.kind = CANDIDATE_DIGEST;
}

struct candidate_verdict
candidate_judge(const struct scan_options *options, const struct scan_sink *sink, struct str raw,
	uint64_t offset, unsigned flags, bool exact)
{
	struct judging j = {options, sink, flags & SCAN_RESYNCHRONISED ? 2 : 1,
		{.kind = CANDIDATE_OTHER, .go_on = true}};

	if (!exact && looks_like_record(raw) && !may_matter(options, raw))
		j.verdict.kind = CANDIDATE_RECORD;
	else
		judge_object(&j, raw, offset, flags);
	return j.verdict;
}
