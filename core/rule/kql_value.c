#include "core/rule/kql_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/base/timefmt.h"

struct value
value_null(enum kusto_type type)
{
	if (type == KUSTO_STRING)
		return value_string(STR(""));
	return (struct value){.type = type, .null = true};
}

struct value
value_bool(bool b)
{
	return (struct value){.type = KUSTO_BOOL, .b = b};
}

struct value
value_long(int64_t i)
{
	return (struct value){.type = KUSTO_LONG, .i = i};
}

struct value
value_real(double r)
{
	return (struct value){.type = KUSTO_REAL, .r = r};
}

struct value
value_string(struct str s)
{
	return (struct value){.type = KUSTO_STRING, .s = s.data ? s : STR("")};
}

struct value
value_time(int64_t ticks)
{
	return (struct value){.type = KUSTO_DATETIME, .i = ticks};
}

struct value
value_span(int64_t ticks)
{
	return (struct value){.type = KUSTO_TIMESPAN, .i = ticks};
}

struct value
value_dynamic(const struct dynamic *d)
{
	if (!d || (d->kind == DYNAMIC_SCALAR && d->scalar.null))
		return value_null(KUSTO_DYNAMIC);
	return (struct value){.type = KUSTO_DYNAMIC, .d = d};
}

bool
type_is_integer(enum kusto_type type)
{
	return type == KUSTO_INT || type == KUSTO_LONG;
}

bool
type_is_number(enum kusto_type type)
{
	return type_is_integer(type) || type == KUSTO_REAL || type == KUSTO_DECIMAL;
}

int64_t
ticks_plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

double
value_as_real(struct value v)
{
	return type_is_integer(v.type) ? (double)v.i : v.r;
}

/* ---- text ---- */

static void
put_real(struct buf *out, double r)
{
	char text[40];

	if (isnan(r)) {
		buf_puts(out, "NaN");
	} else if (isinf(r)) {
		buf_puts(out, r < 0 ? "-Infinity" : "Infinity");
	} else {
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, r);
			if (strtod(text, NULL) == r)
				break;
		}
		buf_puts(out, text);
		if (!strpbrk(text, ".e"))
			buf_puts(out, ".0");
	}
}

static void
put_span(struct buf *out, int64_t ticks)
{
	uint64_t t = ticks < 0 ? 0 - (uint64_t)ticks : (uint64_t)ticks;
	uint64_t seconds = t / (uint64_t)TICKS_PER_SECOND, days = seconds / 86400;

	if (ticks < 0)
		buf_putc(out, '-');
	if (days)
		buf_printf(out, "%" PRIu64 ".", days);
	buf_printf(out, "%02d:%02d:%02d", (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60),
		(int)(seconds % 60));
	if (t % (uint64_t)TICKS_PER_SECOND)
		buf_printf(out, ".%07d", (int)(t % (uint64_t)TICKS_PER_SECOND));
}

/* Kusto writes seven digits always. */
static void
put_time(struct buf *out, int64_t ticks)
{
	struct time_parts p = time_split(ticks, false);

	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%07dZ", p.year, p.month, p.day, p.hour,
		p.minute, p.second, (int)p.fraction);
}

static void
put_scalar(struct buf *out, struct value v)
{
	switch (v.type) {
	case KUSTO_BOOL:
		buf_puts(out, v.b ? "true" : "false");
		break;
	case KUSTO_INT:
	case KUSTO_LONG:
		buf_printf(out, "%" PRId64, v.i);
		break;
	case KUSTO_REAL:
	case KUSTO_DECIMAL:
		put_real(out, v.r);
		break;
	case KUSTO_DATETIME:
		put_time(out, v.i);
		break;
	case KUSTO_TIMESPAN:
		put_span(out, v.i);
		break;
	case KUSTO_STRING:
	case KUSTO_GUID:
		buf_str(out, v.s);
		break;
	case KUSTO_DYNAMIC:
		dynamic_write(out, v.d);
		break;
	}
}

struct str
value_text(struct arena *arena, struct value v)
{
	struct buf out = {0};
	struct str text;

	v = dynamic_unwrap(v);
	if (v.null)
		return STR("");
	if (v.type == KUSTO_STRING || v.type == KUSTO_GUID)
		return v.s;
	put_scalar(&out, v);
	text = arena_str(arena, buf_view(&out));
	buf_fini(&out);
	return text;
}

void
value_write_json(struct buf *out, struct value v)
{
	char text[TIME_TEXT];
	struct buf quoted = {0};

	if (v.null) {
		buf_puts(out, "null");
		return;
	}
	switch (v.type) {
	case KUSTO_BOOL:
	case KUSTO_INT:
	case KUSTO_LONG:
		put_scalar(out, v);
		break;
	case KUSTO_REAL:
	case KUSTO_DECIMAL:
		if (isfinite(v.r))
			put_scalar(out, v);
		else
			buf_puts(out, "null");
		break;
	case KUSTO_DATETIME:
		time_format_iso(v.i, text);
		json_write_string(out, str_from(text));
		break;
	case KUSTO_DYNAMIC:
		dynamic_write(out, v.d);
		break;
	case KUSTO_STRING:
	case KUSTO_GUID:
		json_write_string(out, v.s);
		break;
	default:
		put_scalar(&quoted, v);
		json_write_string(out, buf_view(&quoted));
		buf_fini(&quoted);
	}
}

/* ---- dynamic ---- */

static const struct dynamic *
scalar_dynamic(struct arena *arena, struct value v)
{
	struct dynamic *d = arena_alloc(arena, sizeof(*d));

	d->kind = DYNAMIC_SCALAR;
	d->scalar = v;
	return d;
}

struct dynamic *
dynamic_make(struct arena *arena, enum dynamic_kind kind, size_t count)
{
	struct dynamic *d = arena_alloc(arena, sizeof(*d));

	d->kind = kind;
	d->count = count;
	d->items = arena_alloc(arena, count * sizeof(struct dynamic *));
	if (kind == DYNAMIC_BAG)
		d->names = arena_alloc(arena, count * sizeof(struct str));
	return d;
}

void
dynamic_put(struct arena *arena, struct dynamic *d, struct str name, const struct dynamic *item)
{
	size_t count = d->count;

	/* Doubles where the count is a power of two: arena arrays cannot grow in place. */
	if ((count & (count - 1)) == 0) {
		struct dynamic *wider = dynamic_make(arena, d->kind, count ? count * 2 : 1);

		if (count)
			memcpy(wider->items, d->items, count * sizeof(struct dynamic *));
		if (count && d->names)
			memcpy(wider->names, d->names, count * sizeof(struct str));
		*d = *wider;
	}
	if (d->names)
		d->names[count] = name;
	d->items[count] = item;
	d->count = count + 1;
}

void
dynamic_append(struct arena *arena, struct dynamic *array, const struct dynamic *item)
{
	dynamic_put(arena, array, STR_ABSENT, item);
}

const struct dynamic *
dynamic_of(struct arena *arena, struct value v)
{
	if (v.type == KUSTO_DYNAMIC && !v.null)
		return v.d;
	return scalar_dynamic(arena, v);
}

static struct value
json_number_value(const struct json *node)
{
	struct str text = json_number_text(node);
	char *end;
	long long whole;

	if (!memchr(text.data, '.', text.len) && !memchr(text.data, 'e', text.len) &&
		!memchr(text.data, 'E', text.len)) {
		whole = strtoll(text.data, &end, 10);
		if (!*end && whole != INT64_MAX && whole != INT64_MIN)
			return value_long(whole);
	}
	return value_real(json_number(node));
}

static const struct dynamic *
container_from_json(struct arena *arena, const struct json *node)
{
	bool bag = json_type(node) == JSON_OBJECT;
	struct dynamic *d =
		dynamic_make(arena, bag ? DYNAMIC_BAG : DYNAMIC_ARRAY, json_count(node));
	size_t i = 0;

	for (node = json_first(node); node; node = json_next(node), i++) {
		if (bag)
			d->names[i] = arena_str(arena, json_key(node));
		d->items[i] = dynamic_from_json(arena, node);
	}
	return d;
}

const struct dynamic *
dynamic_from_json(struct arena *arena, const struct json *node)
{
	switch (json_type(node)) {
	case JSON_BOOL:
		return scalar_dynamic(arena, value_bool(json_bool(node)));
	case JSON_NUMBER:
		return scalar_dynamic(arena, json_number_value(node));
	case JSON_STRING:
		return scalar_dynamic(arena, value_string(arena_str(arena, json_string(node))));
	case JSON_ARRAY:
	case JSON_OBJECT:
		return container_from_json(arena, node);
	default:
		return scalar_dynamic(arena, value_null(KUSTO_LONG));
	}
}

struct value
dynamic_unwrap(struct value v)
{
	if (v.type == KUSTO_DYNAMIC && !v.null && v.d->kind == DYNAMIC_SCALAR)
		return v.d->scalar;
	return v;
}

const struct dynamic *
dynamic_member(const struct dynamic *d, struct str name)
{
	for (size_t i = 0; d && d->kind == DYNAMIC_BAG && i < d->count; i++)
		if (str_equal(d->names[i], name))
			return d->items[i];
	return NULL;
}

const struct dynamic *
dynamic_item(const struct dynamic *d, int64_t index)
{
	if (!d || d->kind != DYNAMIC_ARRAY)
		return NULL;
	if (index < 0)
		index += (int64_t)d->count;
	return index >= 0 && (uint64_t)index < d->count ? d->items[index] : NULL;
}

void
dynamic_write(struct buf *out, const struct dynamic *d)
{
	if (d->kind == DYNAMIC_SCALAR) {
		value_write_json(out, d->scalar);
		return;
	}
	buf_putc(out, d->kind == DYNAMIC_BAG ? '{' : '[');
	for (size_t i = 0; i < d->count; i++) {
		if (i)
			buf_putc(out, ',');
		if (d->kind == DYNAMIC_BAG) {
			json_write_string(out, d->names[i]);
			buf_putc(out, ':');
		}
		dynamic_write(out, d->items[i]);
	}
	buf_putc(out, d->kind == DYNAMIC_BAG ? '}' : ']');
}

/* ---- comparing ---- */

struct str
fold_text(struct arena *arena, struct str s)
{
	struct buf out = {0};
	struct str folded;
	uint32_t cp;

	buf_reserve(&out, s.len);
	for (size_t i = 0; i < s.len;) {
		size_t n = text_decode((struct str){s.data + i, s.len - i}, &cp);

		if (cp == TEXT_INVALID || (cp >= 0xd800 && cp <= 0xdfff))
			buf_append(&out, s.data + i, n);
		else
			text_encode(&out, text_lower(cp));
		i += n;
	}
	folded = arena_str(arena, buf_view(&out));
	buf_fini(&out);
	return folded;
}

int
value_compare(struct value a, struct value b)
{
	double x, y;

	if (a.type == KUSTO_STRING || a.type == KUSTO_GUID)
		return str_compare(a.s, b.s);
	if (a.type == KUSTO_BOOL)
		return a.b - b.b;
	if ((type_is_integer(a.type) && type_is_integer(b.type)) || a.type == KUSTO_DATETIME ||
		a.type == KUSTO_TIMESPAN)
		return (a.i > b.i) - (a.i < b.i);
	x = value_as_real(a);
	y = value_as_real(b);
	return (x > y) - (x < y);
}

static bool
comparable(struct value a, struct value b)
{
	return a.type == b.type || (type_is_number(a.type) && type_is_number(b.type));
}

static bool
put_written(struct buf *out, struct value v)
{
	if (v.type == KUSTO_DYNAMIC)
		dynamic_write(out, v.d);
	else if (v.type == KUSTO_STRING)
		buf_str(out, v.s);
	return v.type == KUSTO_DYNAMIC || v.type == KUSTO_STRING;
}

/* An array or a bag is what it is written as, also beside a string. */
static bool
containers_equal(struct value a, struct value b)
{
	struct buf left = {0}, right = {0};
	bool equal = put_written(&left, a) && put_written(&right, b) &&
		     str_equal(buf_view(&left), buf_view(&right));

	buf_fini(&left);
	buf_fini(&right);
	return equal;
}

struct value
value_equal(struct arena *arena, struct value a, struct value b, bool nocase)
{
	a = dynamic_unwrap(a);
	b = dynamic_unwrap(b);
	if (a.null || b.null)
		return a.null && b.null ? value_null(KUSTO_BOOL) : value_bool(false);
	if (a.type == KUSTO_DYNAMIC || b.type == KUSTO_DYNAMIC)
		return value_bool(containers_equal(a, b));
	if (!comparable(a, b))
		return value_bool(false);
	if (nocase && a.type == KUSTO_STRING)
		return value_bool(str_equal(fold_text(arena, a.s), fold_text(arena, b.s)));
	if ((a.type == KUSTO_REAL && isnan(a.r)) || (b.type == KUSTO_REAL && isnan(b.r)))
		return value_bool(false);
	return value_bool(value_compare(a, b) == 0);
}
