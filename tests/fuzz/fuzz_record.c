/* Any bytes are a record or refused, and a row of a table or refused. What json_write writes parses
 * back to the same value, and holds nothing a terminal must not see. Every variant can be selected.
 * What is read of a record without a tree is what the tree says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/event/glimpse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_written(const struct event *event)
{
	struct buf text = {0}, before = {0}, after = {0};
	struct json_doc *doc;

	json_write(&text, event->root);
	if (text_has_hidden(buf_view(&text)) || !json_parse(buf_view(&text), &doc, NULL))
		abort();
	if (!(event->flags & 1U << FLAG_INVALID_UTF8)) { /* those become U+FFFD */
		json_write_canonical(&before, event->root);
		json_write_canonical(&after, json_root(doc));
		if (!str_equal(buf_view(&before), buf_view(&after)))
			abort();
	}
	json_doc_free(doc);
	buf_fini(&text);
	buf_fini(&before);
	buf_fini(&after);
}

typedef bool parse(struct event *event, struct str raw, struct error *err);

static void
try(parse *parse_raw, const uint8_t *data, size_t size)
{
	struct event event;
	size_t offset, len;

	if (!parse_raw(&event, (struct str){(const char *)data, size}, NULL))
		return;
	for (size_t i = 0; i < event.variants && i < 16; i++)
		event_select(&event, i);
	for (size_t i = 0; i < column_count; i++)
		if (columns[i].path && event_locate(&event, columns[i].path, &offset, &len) &&
			(offset > size || len > size - offset))
			abort();
	check_written(&event);
	if (!event_rows_agree(&event, &event))
		abort();
	event_fini(&event);
}

static void
check_cells(const struct event *seen, const struct event *whole)
{
	for (size_t i = 0; i < column_count; i++) {
		const struct cell *a = &seen->cells[i], *b = &whole->cells[i];

		if (a->present != b->present || !str_equal(a->text, b->text) ||
			(a->present && a->number != b->number))
			abort();
	}
}

static void
try_glimpse(struct str raw)
{
	static const char *const some[] = {"eventID", "eventName", NULL};
	static const char *const none[] = {"Records", NULL};
	struct glimpse *glimpse = glimpse_new((UINT64_C(1) << column_count) - 1, some, none);
	const struct event *seen = glimpse_take(glimpse, raw);
	struct event whole;

	if (seen) {
		if (!event_parse(&whole, raw, NULL) || whole.variants != 1)
			abort();
		check_cells(seen, &whole);
		event_fini(&whole);
	}
	glimpse_free(glimpse);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_glimpse((struct str){(const char *)data, size});
	try(event_parse, data, size);
	try(event_parse_row, data, size);
	return 0;
}
