/* Any bytes, in pieces of any size, give the same records, offsets and problems; a record that is
 * given parses and is named as was asked; in lines that all parse, as many are found as a parse of
 * everything finds; an input that is looked at as it grows gives the same records. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME STR("CreateAccessKey")

struct found {
	struct buf text; /* everything, a line each */
	size_t records;
};

/* A row of a table without EventName may be any. */
static bool
is_named(const struct json *record, bool row)
{
	const struct json *name = json_get(record, row ? STR("EventName") : STR("eventName"));

	if (row && !name)
		return true;

	for (; name; name = json_next_duplicate(name))
		if (str_equal(json_string(name), NAME))
			return true;
	return false;
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct found *f = context;
	struct json_doc *doc;

	if (!json_parse(raw, &doc, NULL) || !is_named(json_root(doc), flags & SCAN_FROM_TABLE))
		abort();
	json_doc_free(doc);
	buf_printf(&f->text, "record %llu %zu %u\n", (unsigned long long)offset, raw.len, flags);
	f->records++;
	return true;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct found *f = context;

	buf_printf(&f->text, "problem %d %llu %s\n", severity, (unsigned long long)offset, reason);
}

static void
scan(struct found *f, const uint8_t *data, size_t size, size_t piece, struct scan_summary *summary)
{
	const struct scan_sink sink = {f, take_record, take_problem};
	static const struct str literal = {"CreateAccessKey", 15};
	const struct scan_options options = {.literals = &literal, .literal_count = 1, .max_record = 4096};
	struct scanner *scanner = scanner_new(&options);

	scan_begin(scanner, &sink);
	for (size_t i = 0; i < size; i += piece)
		if (!scan_bytes(scanner, data + i, piece < size - i ? piece : size - i))
			break;
	scan_end(scanner, summary);
	scanner_free(scanner);
}

/* As somebody does who looks now and then at a file that grows: each time a new scanner goes on at
 * the mark of the last one, and what stands at or before the last record given is not new. */
struct growing {
	struct found found;
	uint64_t given;	 /* behind the first byte of the last record */
	uint64_t before; /* the same when this look began */
};

static bool
take_new(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct growing *g = context;

	if (offset < g->before)
		return true;
	g->given = offset + 1;
	return take_record(&g->found, raw, offset, flags);
}

static void
ignore_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	(void)context;
	(void)severity;
	(void)offset;
	(void)reason;
}

static void
scan_growing(struct growing *g, const uint8_t *data, size_t size, size_t piece)
{
	const struct scan_sink sink = {g, take_new, ignore_problem};
	static const struct str literal = {"CreateAccessKey", 15};
	const struct scan_options options = {.literals = &literal, .literal_count = 1, .max_record = 4096};
	struct scanner *scanner = scanner_new(&options);
	struct scan_summary summary;
	struct scan_mark mark = {0};
	bool last;

	for (size_t end = 0; end < size; end += piece) {
		size_t now = piece < size - end ? end + piece : size;

		g->before = g->given;
		scan_continue(scanner, &sink, &mark);
		scan_bytes(scanner, data + mark.offset, now - (size_t)mark.offset);
		last = now == size;
		if (last)
			scan_end(scanner, &summary);
		else
			scan_pause(scanner, &summary, &mark);
		if (!last && mark.offset > now)
			abort();
	}
	scanner_free(scanner);
}

/* The records alone, a line each. */
static void
keep_records(struct buf *text)
{
	struct buf kept = {0};
	struct str rest = buf_view(text);

	while (rest.len) {
		size_t end = str_find(rest, STR("\n"), 0) + 1;

		if (str_starts_with(rest, STR("record")))
			buf_str(&kept, str_slice(rest, 0, end));
		rest = str_slice(rest, end, rest.len);
	}
	buf_fini(text);
	*text = kept;
}

/* ---- the same by parsing everything ---- */

static int count_value(const struct json *value);

static int
count_in_string(struct str text)
{
	struct json_doc *doc;
	int count;

	if (!text.data || !json_parse(text, &doc, NULL))
		return 0;
	count = count_value(json_root(doc));
	json_doc_free(doc);
	return count;
}

static int
count_member(const struct json *object, const struct json *member)
{
	struct str key = json_key(member), text = json_string(member);

	if (str_is(key, "Message"))
		return count_in_string(text);
	if (str_is(key, "CloudTrailEvent") && text.data) {
		text = str_trim(text);
		return text.len && text.data[0] == '{' ? count_in_string(text) : 0;
	}
	if (str_is(key, "CloudTrailEvent") ||
		(str_is(key, "detail") && json_get(object, STR("detail-type"))))
		return is_named(member, false);
	return 0;
}

static int
count_object(const struct json *object)
{
	int count = is_named(object, false);

	for (const struct json *n = json_first(object); n; n = json_next(n))
		count += count_member(object, n);
	return count;
}

static int
count_elements(const struct json *array)
{
	int count = 0;

	for (const struct json *n = json_first(array); n; n = json_next(n))
		if (json_type(n) == JSON_OBJECT)
			count += count_object(n);
		else
			count += count_in_string(json_string(n));
	return count;
}

static bool
is_list(const struct json *member)
{
	return json_type(member) == JSON_ARRAY &&
	       (str_is(json_key(member), "Records") || str_is(json_key(member), "Events"));
}

/* The elements of all lists of an object; -1 when it has none. */
static int
count_lists(const struct json *object)
{
	int count = -1;

	for (const struct json *n = json_first(object); n; n = json_next(n))
		if (is_list(n))
			count = (count < 0 ? 0 : count) + count_elements(n);
	return count;
}

/* What a string means. */
static int
count_value(const struct json *value)
{
	int lists;

	if (json_type(value) == JSON_ARRAY)
		return count_elements(value);
	if (json_type(value) != JSON_OBJECT)
		return 0;
	lists = json_get(value, STR("eventName")) ? 0 : count_lists(value);
	return count_object(value) + (lists < 0 ? 0 : lists);
}

/* An object that may be a container; -1 when it depends on more than can be said here. */
static int
count_container(const struct json *object)
{
	int lists = count_lists(object);

	if (json_get(object, STR("tables")) || (lists >= 0 && json_get(object, STR("eventName"))))
		return -1;
	return lists >= 0 ? lists : count_object(object);
}

static int
count_top(const struct json *value)
{
	int count = 0;

	if (json_type(value) == JSON_OBJECT)
		return count_container(value);
	if (json_type(value) != JSON_ARRAY)
		return count_in_string(json_string(value));
	for (const struct json *n = json_first(value); n; n = json_next(n)) {
		int more = json_type(n) == JSON_OBJECT ? count_container(n)
						       : count_in_string(json_string(n));

		if (more < 0)
			return -1;
		count += more;
	}
	return count;
}

/* Records of lines that are JSON; -1 when one is not, or it cannot be said. */
static int
count_lines(struct str text)
{
	int count = 0, more = 0;

	if (text.len && text.data[0] == '"') /* may be an export */
		return -1;
	while (text.len && more >= 0) {
		size_t end = str_find(text, STR("\n"), 0);
		struct str line = str_slice(text, 0, end == (size_t)-1 ? text.len : end);
		struct json_doc *doc;

		if (line.len > 4096 || !json_parse(line, &doc, NULL))
			return -1;
		more = count_top(json_root(doc));
		json_doc_free(doc);
		count += more;
		text = str_slice(text, line.len + 1, text.len);
	}
	return more < 0 ? -1 : count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 3, 1000};
	struct found whole = {0};
	struct scan_summary summary;
	int expected = count_lines((struct str){(const char *)data, size});

	scan(&whole, data, size, size + 1, &summary);
	if (expected >= 0 && !summary.foreign && whole.records != (size_t)expected &&
		str_find(buf_view(&whole.text), STR("larger than the limit"), 0) == (size_t)-1)
		abort();
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct found again = {0};

		scan(&again, data, size, pieces[i], &summary);
		if (!str_equal(buf_view(&whole.text), buf_view(&again.text)))
			abort();
		buf_fini(&again.text);
	}
	keep_records(&whole.text);
	for (size_t i = 1; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct growing growing = {0};

		scan_growing(&growing, data, size, pieces[i]);
		if (!str_equal(buf_view(&whole.text), buf_view(&growing.found.text)))
			abort();
		buf_fini(&growing.found.text);
	}
	buf_fini(&whole.text);
	return 0;
}
