#include "core/base/json.h"

#include <inttypes.h>
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

/* What is not plain stands at s; returns its bytes. */
static size_t
write_special(struct buf *out, struct str s, bool canonical)
{
	uint32_t cp;
	size_t n;

	if (s.data[0] == '"' || s.data[0] == '\\') {
		buf_putc(out, '\\');
		buf_putc(out, s.data[0]);
		return 1;
	}
	n = text_decode(s, &cp);
	/* U+FFFD would make unequal bytes equal. */
	if (text_is_hidden(cp) && !(canonical && cp == TEXT_INVALID))
		put_hidden(out, cp);
	else
		buf_append(out, s.data, n);
	return n;
}

static void
write_string(struct buf *out, struct str s, bool canonical)
{
	buf_reserve(out, s.len + 2);
	buf_putc(out, '"');
	for (;;) {
		size_t n = json_plain_length(s);

		buf_append(out, s.data, n);
		s.len -= n;
		if (!s.len)
			break;
		s.data += n;
		n = write_special(out, s, canonical);
		s.data += n;
		s.len -= n;
	}
	buf_putc(out, '"');
}

void
json_write_string(struct buf *out, struct str s)
{
	write_string(out, s, false);
}

/* ---- equal numbers, equal text ---- */

/* Longer exponents stand as they were written: no sum with them is tried. */
enum { EXPONENT_DIGITS = 15, ZEROS_SPELLED = 20 };

/* The digits of a number without its point; returns how many stand behind the point. */
static int64_t
put_digits(struct buf *digits, struct str mantissa)
{
	int64_t behind = 0;
	bool point = false;

	for (size_t i = 0; i < mantissa.len; i++) {
		char c = mantissa.data[i];

		if (c == '.')
			point = true;
		else if (digits->len || c != '0')
			buf_putc(digits, c);
		behind += point && c != '.';
	}
	return behind;
}

/* By value, exactly: 1, 1.0 and 1e0 are one number, and no two of any length are taken for one as
 * doubles would take them. */
static void
write_canonical_number(struct buf *out, struct str text)
{
	size_t e = strcspn(text.data, "eE"), sign = text.data[0] == '-';
	const char *power = e < text.len ? text.data + e + 1 : "0";
	struct buf digits = {0};
	int64_t exponent = -put_digits(&digits, str_slice(text, sign, e - sign));

	if (strlen(power) > EXPONENT_DIGITS) {
		buf_str(out, text);
		buf_fini(&digits);
		return;
	}
	exponent += strtoll(power, NULL, 10);
	for (; digits.len && digits.data[digits.len - 1] == '0'; digits.len--)
		exponent++;
	if (sign && digits.len)
		buf_putc(out, '-');
	buf_str(out, digits.len ? buf_view(&digits) : STR("0"));
	if (digits.len && exponent >= 0 && exponent <= ZEROS_SPELLED)
		for (; exponent; exponent--)
			buf_putc(out, '0');
	else if (digits.len)
		buf_printf(out, "e%" PRId64, exponent);
	buf_fini(&digits);
}

enum { FEW_MEMBERS = 16 };

struct member {
	const struct json *node;
	struct str key;
	size_t place;
};

static int
compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	int c = str_compare(left->key, right->key);

	if (c)
		return c;
	return (left->place > right->place) - (left->place < right->place);
}

static void write_node(struct buf *out, const struct json *node, bool canonical);

static void
write_member(struct buf *out, const struct json *node, bool canonical)
{
	write_string(out, json_key(node), canonical);
	buf_putc(out, ':');
	write_node(out, node, canonical);
}

static void
write_sorted(struct buf *out, const struct json *object)
{
	struct member few[FEW_MEMBERS], *members = few;
	size_t count = json_count(object), i = 0;

	if (count > FEW_MEMBERS)
		members = mem_array(NULL, count, sizeof(*members));
	for (const struct json *n = json_first(object); n; n = json_next(n), i++)
		members[i] = (struct member){n, json_key(n), i};
	qsort(members, count, sizeof(*members), compare_members);
	for (i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		write_member(out, members[i].node, true);
	}
	if (members != few)
		free(members);
}

static void
write_members(struct buf *out, const struct json *object)
{
	for (const struct json *n = json_first(object); n; n = json_next(n)) {
		if (n != json_first(object))
			buf_putc(out, ',');
		write_member(out, n, false);
	}
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
			write_canonical_number(out, json_number_text(node));
		else
			buf_str(out, json_number_text(node));
		break;
	case JSON_STRING:
		write_string(out, json_string(node), canonical);
		break;
	case JSON_ARRAY:
		buf_putc(out, '[');
		write_elements(out, node, canonical);
		buf_putc(out, ']');
		break;
	case JSON_OBJECT:
		buf_putc(out, '{');
		if (canonical)
			write_sorted(out, node);
		else
			write_members(out, node);
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
