#include "core/scan/answer.h"

#include "core/base/json.h"

enum { ERROR_DEPTH = 8 };

void
answer_clear(struct answer *a)
{
	table_clear(&a->table);
	a->noted = false;
}

void
answer_fini(struct answer *a)
{
	table_fini(&a->table);
	buf_fini(&a->row);
}

/* Parses an object that was cut behind a member's colon. */
static struct json_doc *
parse_cut(struct str head)
{
	struct buf text = {0};
	struct json_doc *doc = NULL;

	buf_str(&text, head);
	buf_puts(&text, "null}");
	if (!json_parse(buf_view(&text), &doc, NULL))
		doc = NULL;
	buf_fini(&text);
	return doc;
}

/* ---- columns ---- */

/* Types as the API writes them: Kusto's, with and without "System." before .NET's. */
static enum table_type
type_named(struct str type)
{
	if (str_is(type, "string") || str_is(type, "dynamic") || str_is(type, "guid"))
		return TABLE_TEXT;
	return str_is(type, "datetime") ? TABLE_TIME : TABLE_OTHER;
}

static bool
add_columns(struct table *table, const struct json *columns)
{
	for (const struct json *n = json_first(columns); n; n = json_next(n)) {
		struct str name = json_string(json_get(n, STR("name")));

		if (!name.data)
			return false;
		table_add_column(table, name);
		table->columns[table->count - 1].name = table->columns[table->count - 1].header;
		table->columns[table->count - 1].type =
			type_named(json_string(json_get(n, STR("type"))));
	}
	return table->count > 0;
}

size_t
answer_begin_table(struct answer *a, struct str head, const char **problem)
{
	struct json_doc *doc = parse_cut(head);
	const struct json *columns = doc ? json_get(json_root(doc), STR("columns")) : NULL;

	*problem = NULL;
	table_clear(&a->table);
	if (!columns)
		*problem = "the rows of this table stand before its columns";
	else if (!add_columns(&a->table, columns))
		*problem = "the columns of this table cannot be read";
	json_doc_free(doc);
	return *problem || !a->table.is_ours ? 0 : a->table.count;
}

/* ---- rows ---- */

static bool
cell_is_wanted(const struct scan_options *options, struct str cell)
{
	struct json_doc *doc;
	struct str text;
	bool wanted;

	if (!json_parse(cell, &doc, NULL))
		return true; /* the whole will be refused */
	text = json_string(json_root(doc));
	wanted = table_wants(options, text.data ? text : cell);
	json_doc_free(doc);
	return wanted;
}

enum answer_row
answer_take_row(struct answer *a, const struct scan_options *options, struct str raw)
{
	struct json_lexer lexer = {raw, 0};
	struct json_member cell;
	bool wanted = true;
	size_t i = 0;

	buf_clear(&a->row);
	json_enter_array(&lexer);
	while (json_next_element(&lexer, &cell)) {
		if (i == a->table.count)
			return ANSWER_BROKEN;
		if (i == a->table.event_name)
			wanted = cell_is_wanted(options, cell.value);
		buf_putc(&a->row, i ? ',' : '{');
		table_put_string(&a->row, a->table.columns[i++].name);
		buf_putc(&a->row, ':');
		buf_str(&a->row, cell.value);
	}
	buf_putc(&a->row, '}');
	if (i != a->table.count)
		return ANSWER_BROKEN;
	return wanted ? ANSWER_WANTED : ANSWER_OTHER;
}

/* ---- errors ---- */

/* {"code":"PartialError","message":"…","details":[{"code":…,"message":…,"innererror":{…}}]}: what
 * it was stands innermost. */
static bool
put_error(const struct json *error, struct buf *out)
{
	if (json_type(error) != JSON_OBJECT)
		return false;
	buf_puts(out, "the answer is partial, rows are missing");
	for (int i = 0; i < ERROR_DEPTH && json_type(error) == JSON_OBJECT; i++) {
		struct str code = json_string(json_get(error, STR("code")));
		struct str message = json_string(json_get(error, STR("message")));
		const struct json *inner = json_get(error, STR("innererror"));

		if (code.len)
			buf_printf(out, ": %.*s", STR_ARG(str_slice(code, 0, 80)));
		if (message.len)
			buf_printf(out, ": %.*s", STR_ARG(str_slice(message, 0, 400)));
		error = inner ? inner : json_at(json_get(error, STR("details")), 0);
	}
	return true;
}

bool
answer_error_in_head(struct str head, struct buf *out)
{
	struct json_doc *doc = parse_cut(head);
	bool said = doc && (put_error(json_get(json_root(doc), STR("error")), out) ||
				   put_error(json_get(json_root(doc), STR("partialError")), out));

	json_doc_free(doc);
	return said;
}

bool
answer_error(struct str raw, struct buf *out)
{
	struct json_doc *doc;
	bool said;

	if (!json_parse(raw, &doc, NULL))
		return false;
	said = put_error(json_root(doc), out);
	json_doc_free(doc);
	return said;
}
