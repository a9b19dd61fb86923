#include "core/event/cell.h"

struct cell
cell_text(struct arena *arena, const struct json *node, bool serialised)
{
	struct cell cell = {.present = true, .text = json_string(node)};
	struct buf text = {0};

	if (json_type(node) == JSON_ABSENT || json_type(node) == JSON_NULL)
		return (struct cell){.text = STR("")};
	if (cell.text.data && !serialised)
		return cell;
	json_write(&text, node);
	cell.text = arena_str(arena, buf_view(&text));
	buf_fini(&text);
	return cell;
}

static struct cell
bool_cell(struct str text)
{
	if (str_equal_ascii_nocase(text, STR("true")))
		return (struct cell){.present = true, .number = 1};
	return (struct cell){.present = str_equal_ascii_nocase(text, STR("false"))};
}

static struct cell
time_cell(struct str text)
{
	struct cell cell = {0};

	cell.present = time_parse(text, &cell.number);
	if (!cell.present)
		cell.number = TIME_NONE;
	return cell;
}

struct cell
cell_of_string(const struct column *column, struct str text)
{
	switch (column->type) {
	case KUSTO_STRING:
		return (struct cell){.present = true, .text = text};
	case KUSTO_BOOL:
		return bool_cell(text);
	case KUSTO_DATETIME:
		return time_cell(text);
	default:
		return (struct cell){0};
	}
}

struct cell
cell_of(struct arena *arena, const struct column *column, const struct json *node)
{
	if (column->constant)
		return (struct cell){.present = true, .text = str_from(column->constant)};
	if (column->type == KUSTO_STRING)
		return cell_text(arena, node, column->serialised);
	if (column->type == KUSTO_BOOL && json_type(node) == JSON_BOOL)
		return (struct cell){.present = true, .number = json_bool(node)};
	return cell_of_string(column, json_string(node));
}
