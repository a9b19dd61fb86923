#include "core/event/row.h"

#include "core/base/timefmt.h"

/* The row's cells by column: what is there and not empty. */
struct building {
	const struct json *cells[64];
	struct json_writer writer;
	bool values;
};

_Static_assert(sizeof(((struct building *)0)->cells) / sizeof(void *) >= 55, "a cell a column");

static const struct json *
cell_of(const struct json *row, const struct column *column)
{
	const struct json *cell = json_get(row, str_from(column->name));
	struct str text = json_string(cell);

	if (json_type(cell) == JSON_NULL || (text.data && !text.len))
		return NULL;
	return cell;
}

bool
row_bool(const struct json *cell, bool *value)
{
	struct str text = json_string(cell);

	switch (json_type(cell)) {
	case JSON_BOOL:
		*value = json_bool(cell);
		return true;
	case JSON_NUMBER:
		*value = json_number(cell) != 0;
		return true;
	default:
		*value = str_equal_ascii_nocase(text, STR("true"));
		return *value || str_equal_ascii_nocase(text, STR("false"));
	}
}

/* ---- leaves ---- */

static bool
is_json(struct str text)
{
	struct json_doc *doc;

	if (!json_parse(text, &doc, NULL))
		return false;
	json_doc_free(doc);
	return true;
}

static void
put_other(struct json_writer *w, const struct json *cell)
{
	struct buf text = {0};

	json_write(&text, cell);
	json_put_raw(w, buf_view(&text));
	buf_fini(&text);
}

static void
put_time(struct json_writer *w, struct str text)
{
	char iso[TIME_TEXT];
	int64_t ticks;

	if (time_parse(text, &ticks)) {
		time_format_iso(ticks, iso);
		text = str_from(iso);
	}
	json_put_string(w, text);
}

static void
put_leaf(struct building *b, const struct column *column, const struct json *cell)
{
	struct str text = json_string(cell);
	bool value;

	if (column->type == KUSTO_BOOL && row_bool(cell, &value))
		json_put_bool(&b->writer, value);
	else if (!text.data)
		put_other(&b->writer, cell);
	else if (column->type == KUSTO_DATETIME)
		put_time(&b->writer, text);
	else if (column->serialised && b->values && is_json(text))
		json_put_raw(&b->writer, text);
	else
		json_put_string(&b->writer, text);
}

/* ---- objects ---- */

/* Does the column's path lead below this one? "" is the record. */
static bool
is_below(const struct column *column, struct str path)
{
	if (!column->path)
		return false;
	if (!path.len)
		return true;
	return str_starts_with(str_from(column->path), path) && column->path[path.len] == '.';
}

static struct str
path_to_next(const struct column *column, struct str path)
{
	size_t from = path.len ? path.len + 1 : 0;

	return (struct str){column->path, from + strcspn(column->path + from, ".")};
}

/* Was this member written already, or is it a value's column that stands for all of it? */
static bool
is_covered(size_t i, struct str member)
{
	for (size_t k = 0; k < column_count; k++)
		if (columns[k].path && k != i &&
			(str_is(member, columns[k].path) ||
				(k < i && is_below(&columns[k], member))))
			return true;
	return false;
}

static bool
any_below(const struct building *b, struct str path)
{
	for (size_t i = 0; i < column_count; i++)
		if (b->cells[i] && is_below(&columns[i], path))
			return true;
	return false;
}

static void
put_key(struct building *b, struct str member, size_t from)
{
	char name[64] = "";

	memcpy(name, member.data + from, member.len - from < 63 ? member.len - from : 63);
	json_put_key(&b->writer, name);
}

static void
put_object(struct building *b, struct str path)
{
	size_t from = path.len ? path.len + 1 : 0;

	json_begin_object(&b->writer);
	for (size_t i = 0; i < column_count; i++) {
		struct str member;

		if (!is_below(&columns[i], path))
			continue;
		member = path_to_next(&columns[i], path);
		if (str_is(member, columns[i].path)) {
			if (!b->cells[i])
				continue;
			put_key(b, member, from);
			put_leaf(b, &columns[i], b->cells[i]);
		} else if (!is_covered(i, member) && any_below(b, member)) {
			put_key(b, member, from);
			put_object(b, member);
		}
	}
	json_end_object(&b->writer);
}

void
row_write_record(struct buf *out, const struct json *row, bool values)
{
	struct building b = {.writer = {.out = out}, .values = values};

	for (size_t i = 0; i < column_count; i++)
		b.cells[i] = cell_of(row, &columns[i]);
	put_object(&b, STR(""));
}

/* ---- places ---- */

const struct column *
row_column_at(const struct json *row, const char *path)
{
	const struct column *holder = NULL;
	struct str wanted = str_from(path);

	for (size_t i = 0; i < column_count; i++) {
		struct str own = str_from(columns[i].path);

		if (!own.data || !json_get(row, str_from(columns[i].name)))
			continue;
		if (str_equal(own, wanted))
			return &columns[i];
		if (str_starts_with(wanted, own) && wanted.data[own.len] == '.')
			return &columns[i];
		if (!holder && is_below(&columns[i], wanted))
			holder = &columns[i];
	}
	return holder;
}
