#include "core/scan/candidate.h"

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

static bool
is_wanted(const struct scan_options *options, const struct json *record)
{
	const struct json *name = json_get(record, STR("eventName"));

	if (options->literal_count == 0)
		return true;
	for (; name; name = json_next_duplicate(name))
		for (size_t i = 0; i < options->literal_count; i++)
			if (json_string(name).data && str_equal(json_string(name), options->literals[i]))
				return true;
	return false;
}

static bool
is_record(const struct json *object)
{
	static const char *const names[] = {"eventName", "eventVersion", "eventID", "eventSource"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_get(object, str_from(names[i])))
			return true;
	return false;
}

struct judging {
	const struct scan_options *options;
	const struct scan_sink *sink;
	unsigned flags;
	struct candidate_verdict verdict;
};

static void
judge_record(struct judging *j, const struct json *record, struct str raw, uint64_t offset)
{
	j->verdict.kind = CANDIDATE_RECORD;
	if (!is_wanted(j->options, record))
		return;
	j->verdict.given = true;
	j->verdict.go_on = j->sink->record(j->sink->context, raw, offset, j->flags);
}

/* A record in a string: `place` is the string's first byte after its quote. */
static void
judge_string(struct judging *j, struct str text, uint64_t place)
{
	struct json_doc *doc;
	struct error err;

	j->verdict.kind = CANDIDATE_RECORD;
	j->flags |= SCAN_DECODED;
	if (!json_parse(text, &doc, &err)) {
		j->verdict.problem = "the CloudTrailEvent of this event is not JSON";
		return;
	}
	if (json_type(json_root(doc)) == JSON_OBJECT)
		judge_record(j, json_root(doc), text, place);
	else
		j->verdict.problem = "the CloudTrailEvent of this event is no object";
	json_doc_free(doc);
}

static bool
judge_holder(struct judging *j, const struct json *root, struct str raw, uint64_t offset)
{
	struct str text = json_string(json_get(root, STR("CloudTrailEvent")));
	const struct json *detail = json_get(root, STR("detail"));
	size_t at = 0, len = 0;

	if (text.data) {
		json_locate(raw, "CloudTrailEvent", &at, &len);
		judge_string(j, text, offset + at + 1);
		return true;
	}
	if (json_get(root, STR("detail-type")) && is_record(detail) &&
		json_locate(raw, "detail", &at, &len)) {
		judge_record(j, detail, str_slice(raw, at, len), offset + at);
		return true;
	}
	return false;
}

static bool
is_digest(const struct json *root)
{
	return json_get(root, STR("digestStartTime")) && json_get(root, STR("logFiles"));
}

static void
judge_parsed(struct judging *j, const struct json *root, struct str raw, uint64_t offset)
{
	if (judge_holder(j, root, raw, offset))
		return;
	if (is_digest(root))
		j->verdict.kind = CANDIDATE_DIGEST;
	else if (is_record(root))
		judge_record(j, root, raw, offset);
}

struct candidate_verdict
candidate_judge(const struct scan_options *options, const struct scan_sink *sink, struct str raw,
	uint64_t offset, unsigned flags, bool exact)
{
	struct judging j = {options, sink, flags, {CANDIDATE_OTHER, false, true, NULL}};
	struct json_doc *doc;

	if (!exact && looks_like_record(raw) && !may_matter(options, raw)) {
		j.verdict.kind = CANDIDATE_RECORD;
		return j.verdict;
	}
	if (!json_parse(raw, &doc, NULL)) {
		j.verdict.problem = "not JSON";
		return j.verdict;
	}
	judge_parsed(&j, json_root(doc), raw, offset);
	json_doc_free(doc);
	return j.verdict;
}
