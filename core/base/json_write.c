#include "core/base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"

static void
put_unit(struct buf *out, uint32_t unit)
{
	buf_printf(out, "\\u%04x", unit);
}

static void
put_hidden(struct buf *out, uint32_t cp)
{
	if (cp == TEXT_INVALID)
		buf_puts(out, "\\ufffd");
	else if (cp == '\n')
		buf_puts(out, "\\n");
	else if (cp == '\r')
		buf_puts(out, "\\r");
	else if (cp == '\t')
		buf_puts(out, "\\t");
	else if (cp > 0xffff) {
		put_unit(out, 0xd800 + ((cp - 0x10000) >> 10));
		put_unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
	} else
		put_unit(out, cp);
}

void
json_write_string(struct buf *out, struct str s)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t n = text_decode((struct str){s.data + i, s.len - i}, &cp);

		if (text_is_hidden(cp))
			put_hidden(out, cp);
		else if (cp == '"' || cp == '\\')
			buf_printf(out, "\\%c", (char)cp);
		else
			buf_append(out, s.data + i, n);
		i += n;
	}
	buf_putc(out, '"');
}

/* Equal values, equal text: 1, 1.0 and 1e0 are one number; long integers stay exact. */
static void
write_canonical_number(struct buf *out, const struct json *node)
{
	struct str text = json_number_text(node);
	double value = json_number(node);

	if (!memchr(text.data, '.', text.len) && !memchr(text.data, 'e', text.len) &&
		!memchr(text.data, 'E', text.len))
		buf_puts(out, str_is(text, "-0") ? "0" : text.data);
	else if (value == floor(value) && fabs(value) < 1e15)
		buf_printf(out, "%" PRId64, (int64_t)value);
	else
		buf_printf(out, "%.17g", value);
}

struct member {
	const struct json *node;
	size_t place;
};

static int
compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	int c = str_compare(json_key(left->node), json_key(right->node));

	if (c)
		return c;
	return (left->place > right->place) - (left->place < right->place);
}

static void write_node(struct buf *out, const struct json *node, bool canonical);

static void
write_members(struct buf *out, const struct json *object, bool canonical)
{
	size_t count = json_count(object), i = 0;
	struct member *members = mem_array(NULL, count + 1, sizeof(*members));

	for (const struct json *n = json_first(object); n; n = json_next(n), i++)
		members[i] = (struct member){n, i};
	if (canonical)
		qsort(members, count, sizeof(*members), compare_members);
	for (i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		json_write_string(out, json_key(members[i].node));
		buf_putc(out, ':');
		write_node(out, members[i].node, canonical);
	}
	free(members);
}

static void
write_elements(struct buf *out, const struct json *array, bool canonical)
{
	for (const struct json *n = json_first(array); n; n = json_next(n)) {
		if (n != json_first(array))
			buf_putc(out, ',');
		write_node(out, n, canonical);
	}
}

static void
write_node(struct buf *out, const struct json *node, bool canonical)
{
	switch (json_type(node)) {
	case JSON_ABSENT:
	case JSON_NULL:
		buf_puts(out, "null");
		break;
	case JSON_BOOL:
		buf_puts(out, json_bool(node) ? "true" : "false");
		break;
	case JSON_NUMBER:
		if (canonical)
			write_canonical_number(out, node);
		else
			buf_str(out, json_number_text(node));
		break;
	case JSON_STRING:
		json_write_string(out, json_string(node));
		break;
	case JSON_ARRAY:
		buf_putc(out, '[');
		write_elements(out, node, canonical);
		buf_putc(out, ']');
		break;
	case JSON_OBJECT:
		buf_putc(out, '{');
		write_members(out, node, canonical);
		buf_putc(out, '}');
		break;
	}
}

void
json_write(struct buf *out, const struct json *node)
{
	write_node(out, node, false);
}

void
json_write_canonical(struct buf *out, const struct json *node)
{
	write_node(out, node, true);
}

/* ---- the writer ---- */

static void
before_value(struct json_writer *w)
{
	if (w->need_comma)
		buf_putc(w->out, ',');
	w->need_comma = true;
}

void
json_begin_object(struct json_writer *w)
{
	before_value(w);
	buf_putc(w->out, '{');
	w->need_comma = false;
}

void
json_end_object(struct json_writer *w)
{
	buf_putc(w->out, '}');
	w->need_comma = true;
}

void
json_begin_array(struct json_writer *w)
{
	before_value(w);
	buf_putc(w->out, '[');
	w->need_comma = false;
}

void
json_end_array(struct json_writer *w)
{
	buf_putc(w->out, ']');
	w->need_comma = true;
}

void
json_put_key(struct json_writer *w, const char *key)
{
	before_value(w);
	json_write_string(w->out, str_from(key));
	buf_putc(w->out, ':');
	w->need_comma = false;
}

void
json_put_raw(struct json_writer *w, struct str json)
{
	before_value(w);
	if (json.data)
		buf_str(w->out, json);
	else
		buf_puts(w->out, "null");
}

void
json_put_null(struct json_writer *w)
{
	json_put_raw(w, STR_ABSENT);
}

void
json_put_string(struct json_writer *w, struct str s)
{
	if (!s.data) {
		json_put_null(w);
		return;
	}
	before_value(w);
	json_write_string(w->out, s);
}

void
json_put_bool(struct json_writer *w, bool b)
{
	json_put_raw(w, b ? STR("true") : STR("false"));
}

void
json_put_long(struct json_writer *w, int64_t n)
{
	before_value(w);
	buf_printf(w->out, "%" PRId64, n);
}

void
json_member_string(struct json_writer *w, const char *key, struct str s)
{
	json_put_key(w, key);
	json_put_string(w, s);
}
