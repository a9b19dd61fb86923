/* What the query API answers: tables, refusals (response-format.md, errors.md), rows. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/timefmt.h"
#include "core/source/azure_private.h"
#include "core/source/loganalytics.h"

enum { DEPTH_MAX = 8 };

/* ---- refusals ---- */

static void
put_part(struct buf *out, struct str part, struct str secret)
{
	if (!part.len)
		return;
	if (out->len)
		buf_puts(out, ": ");
	azure_put_said(out, part, secret);
}

/* {"code","message","innererror":{…}} or "details":[{…}] in it, and so on. */
static void
put_error(struct buf *out, const struct json *error, struct str secret)
{
	for (int i = 0; i < DEPTH_MAX && json_type(error) == JSON_OBJECT; i++) {
		const struct json *inner = json_get(error, STR("innererror"));

		put_part(out, json_string(json_get(error, STR("code"))), secret);
		put_part(out, json_string(json_get(error, STR("message"))), secret);
		error = inner ? inner : json_at(json_get(error, STR("details")), 0);
	}
}

void
loganalytics_error_read(
	struct loganalytics_error *error, const struct http_response *response, struct str secret)
{
	struct json_doc *doc;
	const struct json *root;
	struct buf text = {0};
	struct str code = STR_ABSENT;

	*error = (struct loganalytics_error){0};
	if (json_parse(buf_view(&response->body), &doc, NULL)) {
		root = json_get(json_root(doc), STR("error"));
		code = json_string(json_get(root, STR("code")));
		put_error(&text, root, secret);
		snprintf(error->code, sizeof(error->code), "%.*s", STR_ARG(code));
		json_doc_free(doc);
	}
	if (!text.len)
		buf_printf(&text, "HTTP status %ld without an error of Log Analytics",
			response->status);
	snprintf(error->text, sizeof(error->text), "%s", buf_cstr(&text));
	buf_fini(&text);
}

/* ---- answers ---- */

/* The first table's "columns"; absent when there is none. */
static struct str
find_columns(struct str body)
{
	size_t offset, len;
	struct str table;

	if (!json_locate(body, "tables", &offset, &len) || body.data[offset] != '[')
		return STR_ABSENT;
	table = str_trim(str_slice(body, offset + 1, len));
	if (!json_locate(table, "columns", &offset, &len))
		return STR_ABSENT;
	return str_slice(table, offset, len);
}

static bool
has_column(const struct json *columns, struct str name)
{
	for (const struct json *n = json_first(columns); n; n = json_next(n))
		if (str_equal(json_string(json_get(n, STR("name"))), name))
			return true;
	return false;
}

enum loganalytics_answer
loganalytics_judge(struct str body)
{
	struct json_doc *doc;
	bool tells;

	body = str_trim(body);
	if (!body.len)
		return LOGANALYTICS_EMPTY;
	if (!str_starts_with(body, STR("{")) || !str_ends_with(body, STR("}")) ||
		!json_parse(find_columns(body), &doc, NULL))
		return LOGANALYTICS_OTHER;
	tells = has_column(json_root(doc), STR("AwsEventId"));
	json_doc_free(doc);
	return tells ? LOGANALYTICS_ROWS : LOGANALYTICS_NO_EVENT;
}

bool
loganalytics_is_limit(struct str text)
{
	static const char *const words[] = {
		"E_QUERY_RESULT_SET_TOO_LARGE", "exceed the set limit", "exceeded the set limit"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_find(text, str_from(words[i]), 0) != (size_t)-1)
			return true;
	return false;
}

/* ---- rows ---- */

static bool
is_empty(const struct json *cell)
{
	struct str text = json_string(cell);

	return json_type(cell) == JSON_ABSENT || json_type(cell) == JSON_NULL ||
	       (text.data && !text.len);
}

static void
put_member(struct buf *out, struct str name, const struct json *cell)
{
	if (out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	json_write_string(out, name);
	buf_putc(out, ':');
	json_write(out, cell);
}

/* The table's cells; where one is empty, because the event was not found, what the rule's row says.
 */
static void
put_cells(struct buf *out, const struct json *row, const struct json *made)
{
	for (const struct json *n = json_first(row); n; n = json_next(n)) {
		const struct json *cell = is_empty(n) ? json_get(made, json_key(n)) : NULL;

		if (!str_starts_with(json_key(n), STR("keywatch_")))
			put_member(out, json_key(n), is_empty(cell) ? n : cell);
	}
}

static void
put_made(struct buf *out, const struct json *row, const struct json *made)
{
	for (const struct json *n = json_first(made); n; n = json_next(n))
		if (!json_get(row, json_key(n)))
			put_member(out, json_key(n), n);
}

static void
put_row(struct buf *out, const struct json *row)
{
	struct json_doc *doc = NULL;
	const struct json *made = NULL;

	if (!json_parse(json_string(json_get(row, STR("keywatch_row"))), &doc, NULL))
		doc = NULL;
	if (doc && json_type(json_root(doc)) == JSON_OBJECT)
		made = json_root(doc);
	buf_putc(out, '{');
	put_cells(out, row, made);
	put_made(out, row, made);
	buf_putc(out, '}');
	json_doc_free(doc);
}

void
loganalytics_read_row(struct buf *out, struct str raw, int64_t *arrived)
{
	struct json_doc *doc;
	struct str text;

	*arrived = TIME_NONE;
	if (!json_parse(raw, &doc, NULL)) { /* over a limit, which is said where it is judged */
		buf_str(out, raw);
		return;
	}
	text = json_string(json_get(json_root(doc), STR("keywatch_arrived")));
	if (text.len && !time_parse(text, arrived))
		*arrived = TIME_NONE;
	put_row(out, json_root(doc));
	json_doc_free(doc);
}
