#include "core/event/event.h"

#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/event/cell.h"
#include "core/event/judged.h"
#include "core/event/row.h"

/* A judged key with several copies, and which of them is selected. */
struct event_copies {
	const struct json *first;
	size_t count, selected;
};

const char *
flag_name(enum flag flag)
{
	static const char *const names[FLAG_COUNT] = {
		[FLAG_DUPLICATE_KEY] = "duplicate key",
		[FLAG_SHADOWED_KEY] = "case-shadowed key",
		[FLAG_NUL] = "NUL",
		[FLAG_INVALID_UTF8] = "invalid UTF-8",
		[FLAG_HIDDEN_CHARACTERS] = "hidden characters",
		[FLAG_TIME_UNREADABLE] = "time unreadable",
		[FLAG_NO_EVENT_ID] = "no event id",
		[FLAG_RESYNCHRONISED] = "found behind damage",
		[FLAG_TARGET_MISMATCH] = "request and response differ",
		[FLAG_DROPPED_BY_SENTINEL] = "dropped by Sentinel",
		[FLAG_CONFLICT] = "conflict",
		[FLAG_FROM_TABLE] = "from table",
		[FLAG_COLUMNS_MISSING] = "columns missing",
	};

	return names[flag];
}

static void
raise_flag(struct event *event, enum flag flag)
{
	event->flags |= UINT32_C(1) << flag;
}

/* ---- duplicated and shadowed keys ---- */

static bool
is_judged_name(const struct judged_object *object, struct str key, bool *exact)
{
	for (const char *const *name = object->names; *name; name++) {
		/* Most differ in their first letter. */
		if (!key.len || ((key.data[0] ^ (*name)[0]) & ~('a' ^ 'A')) ||
			!str_equal_ascii_nocase(key, str_from(*name)))
			continue;
		*exact = str_is(key, *name);
		return true;
	}
	return false;
}

static void
note_copies(struct event *event, const struct json *first)
{
	size_t count = 1;

	for (const struct json *n = json_next_duplicate(first); n; n = json_next_duplicate(n))
		count++;
	event->copies = mem_array(event->copies, event->copy_count + 1, sizeof(*event->copies));
	event->copies[event->copy_count++] = (struct event_copies){first, count, 0};
	raise_flag(event, FLAG_DUPLICATE_KEY);
	if (event->variants > EVENT_MAX_VARIANTS / count)
		event->variants_cut = true;
	else
		event->variants *= count;
}

static bool
is_first_copy(const struct json *object, const struct json *node)
{
	return json_get(object, json_key(node)) == node;
}

static void
judge_object(struct event *event, const struct judged_object *judged, const struct json *object)
{
	for (const struct json *n = json_first(object); n; n = json_next(n)) {
		bool exact;

		if (!is_judged_name(judged, json_key(n), &exact))
			continue;
		if (!exact)
			raise_flag(event, FLAG_SHADOWED_KEY);
		else if (json_next_duplicate(n) && is_first_copy(object, n))
			note_copies(event, n);
	}
}

/* Calls judge_object for the object at path, through every copy on the way. */
static void
judge_at(struct event *event, const struct judged_object *judged, const struct json *node,
	const char *path)
{
	size_t len = (size_t)(strchrnul(path, '.') - path);
	struct str name = {path, len};

	if (!*path) {
		if (json_type(node) == JSON_OBJECT)
			judge_object(event, judged, node);
		return;
	}
	path += len + (path[len] == '.');
	for (node = json_get(node, name); node; node = json_next_duplicate(node))
		judge_at(event, judged, node, path);
}

/* ---- what stands in strings ---- */

static void
judge_text(struct event *event, struct str s)
{
	uint32_t cp;

	for (size_t i = text_printable_ascii(s); i < s.len;) {
		if (s.data[i] >= 0x20 && s.data[i] < 0x7f) {
			i++;
			continue;
		}
		i += text_decode((struct str){s.data + i, s.len - i}, &cp);
		if (!text_is_hidden(cp))
			continue;
		raise_flag(event, FLAG_HIDDEN_CHARACTERS);
		if (cp == 0)
			raise_flag(event, FLAG_NUL);
	}
}

/* Its strings can only hold what stands in it, and it is nothing else: most records are such. */
static bool
is_plain(struct str raw)
{
	return text_printable_ascii(raw) == raw.len && !memchr(raw.data, '\\', raw.len);
}

static void
judge_strings(struct event *event, const struct json *node)
{
	for (; node; node = json_next(node)) {
		judge_text(event, json_key(node));
		judge_text(event, json_string(node));
		judge_strings(event, json_first(node));
	}
}

/* ---- values ---- */

static const struct json *
selected_copy(const struct event *event, const struct json *node)
{
	for (size_t i = 0; node && i < event->copy_count; i++) {
		if (event->copies[i].first != node)
			continue;
		for (size_t n = event->copies[i].selected; n; n--)
			node = json_next_duplicate(node);
		break;
	}
	return node;
}

static const struct json *
step(const struct event *event, const struct json *node, struct str name)
{
	size_t index = 0;

	if (json_type(node) != JSON_ARRAY)
		return selected_copy(event, json_get(node, name));
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9' || index > JSON_MAX_VALUES)
			return NULL;
		index = index * 10 + (size_t)(name.data[i] - '0');
	}
	return json_at(node, index);
}

const struct json *
event_node(const struct event *event, const char *path)
{
	const struct json *node = event->root;

	while (*path && node) {
		size_t len = (size_t)(strchrnul(path, '.') - path);

		node = step(event, node, (struct str){path, len});
		path += len + (path[len] == '.');
	}
	return node;
}

bool
event_tells(const struct event *event, const char *path)
{
	return !event->row_doc || row_column_at(json_root(event->row_doc), path);
}

struct str
event_text(const struct event *event, const char *path)
{
	return json_string(event_node(event, path));
}

/* A row says itself what stands in a column, also in those that Azure adds. */
static struct cell
row_cell(struct event *event, const struct column *column, const struct json *node)
{
	struct cell cell;
	bool value;

	switch (column->type) {
	case KUSTO_STRING:
		cell = cell_text(&event->arena, node, false);
		cell.present = cell.text.len > 0;
		return cell;
	case KUSTO_BOOL:
		cell.present = row_bool(node, &value);
		return (struct cell){.present = cell.present, .number = value};
	case KUSTO_DATETIME:
		return cell_of(&event->arena, column, node);
	default:
		return (struct cell){0};
	}
}

static struct cell
column_cell(struct event *event, const struct column *column)
{
	const struct json *node =
		event->row_doc ? json_get(json_root(event->row_doc), str_from(column->name)) : NULL;

	if (node)
		return row_cell(event, column, node);
	node = column->path ? event_node(event, column->path) : NULL;
	return cell_of(&event->arena, column, node);
}

static void
fill_cells(struct event *event)
{
	for (size_t i = 0; i < column_count; i++)
		event->cells[i] = column_cell(event, &columns[i]);
	if (!time_parse(event_text(event, "eventTime"), &event->time))
		event->time = TIME_NONE;
	event->event_id = event_text(event, "eventID");
}

void
event_select(struct event *event, size_t variant)
{
	for (size_t i = 0; i < event->copy_count; i++) {
		event->copies[i].selected = variant % event->copies[i].count;
		variant /= event->copies[i].count;
	}
	fill_cells(event);
}

/* ---- whole ---- */

static bool
parse_object(struct json_doc **doc, struct str raw, const char *refusal, struct error *err)
{
	if (!json_parse(raw, doc, err))
		return false;
	if (json_type(json_root(*doc)) == JSON_OBJECT)
		return true;
	json_doc_free(*doc);
	return error_set(err, ERROR_INPUT, "%s", refusal);
}

/* The document is there: everything that is known from it. */
static void
judge_event(struct event *event)
{
	event->root = json_root(event->doc);
	for (size_t i = 0; i < judged_object_count; i++)
		judge_at(event, &judged_objects[i], event->root, judged_objects[i].path);
	if (!is_plain(event->raw))
		judge_strings(event, event->root);
	if (!text_is_utf8(event->raw))
		raise_flag(event, FLAG_INVALID_UTF8);
	event->cells = arena_alloc(&event->arena, column_count * sizeof(*event->cells));
	fill_cells(event);
	if (event->time == TIME_NONE)
		raise_flag(event, FLAG_TIME_UNREADABLE);
	if (str_is_empty(event->event_id))
		raise_flag(event, FLAG_NO_EVENT_ID);
}

bool
event_parse(struct event *event, struct str raw, struct error *err)
{
	*event = (struct event){.raw = raw, .variants = 1};
	if (!parse_object(&event->doc, raw, "a record is a JSON object", err))
		return false;
	judge_event(event);
	return true;
}

/* Kusto knows no two columns of one name: of copies the first stands, flagged. */
static void
judge_columns(struct event *event, const struct json *row)
{
	for (const struct json *n = json_first(row); n; n = json_next(n))
		for (size_t i = 0; i < column_count; i++) {
			if (!str_equal_ascii_nocase(json_key(n), str_from(columns[i].name)))
				continue;
			if (!str_is(json_key(n), columns[i].name))
				raise_flag(event, FLAG_SHADOWED_KEY);
			else if (json_next_duplicate(n))
				raise_flag(event, FLAG_DUPLICATE_KEY);
		}
}

/* Without one of these an answer of the alert rests on what the row does not tell. */
static void
judge_completeness(struct event *event)
{
	static const char *const needed[] = {"userIdentity.type", "userIdentity.userName",
		"userIdentity.accountId", "recipientAccountId", "requestParameters",
		"responseElements", "errorCode", "errorMessage"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!event_tells(event, needed[i]))
			raise_flag(event, FLAG_COLUMNS_MISSING);
}

/* Where all the values in a row's texts together are over a limit of JSON, they stay texts. */
static bool
parse_told(struct event *event, const struct json *row, struct error *err)
{
	struct buf text = {0};
	bool ok;

	row_write_record(&text, row, true);
	ok = json_parse(buf_view(&text), &event->doc, NULL);
	if (!ok) {
		buf_clear(&text);
		row_write_record(&text, row, false);
		ok = json_parse(buf_view(&text), &event->doc, err);
	}
	buf_fini(&text);
	return ok;
}

bool
event_parse_row(struct event *event, struct str raw, struct error *err)
{
	const struct json *row;

	*event = (struct event){.raw = raw, .variants = 1};
	if (!parse_object(&event->row_doc, raw, "a row is a JSON object", err))
		return false;
	row = json_root(event->row_doc);
	if (!parse_told(event, row, err)) {
		json_doc_free(event->row_doc);
		return false;
	}
	raise_flag(event, FLAG_FROM_TABLE);
	judge_columns(event, row);
	judge_completeness(event);
	judge_strings(event, row);
	judge_event(event);
	return true;
}

void
event_fini(struct event *event)
{
	json_doc_free(event->doc);
	json_doc_free(event->row_doc);
	arena_fini(&event->arena);
	free(event->copies);
	*event = (struct event){0};
}

void
event_canonical_hash(const struct event *event, char hex[HASH_HEX])
{
	struct buf text = {0};

	json_write_canonical(&text, event->root);
	/* Overlong bytes read as the escapes that str.h spells like them; they are not equal. */
	if (!text_is_utf8(event->raw))
		buf_puts(&text, " is no UTF-8");
	hash_hex(buf_view(&text), hex);
	buf_fini(&text);
}

static bool
cells_agree(const struct event *a, const struct event *b, size_t i)
{
	const struct cell *x = &a->cells[i], *y = &b->cells[i];
	struct buf left = {0}, right = {0};
	bool same;

	if (!x->present || !y->present || !columns[i].path)
		return true;
	if (columns[i].type != KUSTO_STRING)
		return x->number == y->number;
	if (!columns[i].serialised)
		return str_equal(x->text, y->text);
	json_write_canonical(&left, event_node(a, columns[i].path));
	json_write_canonical(&right, event_node(b, columns[i].path));
	same = str_equal(buf_view(&left), buf_view(&right));
	buf_fini(&left);
	buf_fini(&right);
	return same;
}

bool
event_rows_agree(const struct event *a, const struct event *b)
{
	for (size_t i = 0; i < column_count; i++)
		if (!cells_agree(a, b, i))
			return false;
	return true;
}

bool
event_locate(const struct event *event, const char *path, size_t *offset, size_t *len)
{
	const struct column *column;

	if (!event->row_doc)
		return json_locate(event->raw, path, offset, len);
	column = row_column_at(json_root(event->row_doc), path);
	return column && json_locate(event->raw, column->name, offset, len);
}
