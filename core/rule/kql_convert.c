/* to*(): one value as another type, or null. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/timefmt.h"
#include "core/rule/kql_value.h"

static bool
digits(const char **p, const char *end, int64_t *value)
{
	const char *from = *p;

	for (*value = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++)
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, **p - '0', value))
			return false;
	return *p > from;
}

/* [d.]hh:mm[:ss[.fffffff]] */
static bool
clock_span(const char *p, const char *end, int64_t *ticks)
{
	int64_t parts[4] = {0}, number, fraction = 0;
	int count = 0, scale = 7;

	if (!digits(&p, end, &number))
		return false;
	if (p < end && *p == '.') {
		parts[0] = number;
		p++;
		if (!digits(&p, end, &number))
			return false;
	}
	for (parts[1] = number, count = 1; p < end && *p == ':' && count < 3; count++) {
		p++;
		if (!digits(&p, end, &parts[count + 1]))
			return false;
	}
	if (p < end && *p == '.' && count == 3)
		for (p++; p < end && *p >= '0' && *p <= '9'; p++)
			if (scale-- > 0)
				fraction = fraction * 10 + (*p - '0');
	while (scale-- > 0)
		fraction *= 10;
	if (p != end || count < 2 || parts[1] > 23 || parts[2] > 59 || parts[3] > 59 ||
		parts[0] > 10675199)
		return false;
	*ticks = parts[0] * TICKS_PER_DAY + parts[1] * TICKS_PER_HOUR +
		 parts[2] * TICKS_PER_MINUTE + parts[3] * TICKS_PER_SECOND + fraction;
	return true;
}

static const struct {
	struct str name;
	int64_t ticks;
} span_units[] = {
	{{"d", 1}, TICKS_PER_DAY},
	{{"day", 3}, TICKS_PER_DAY},
	{{"days", 4}, TICKS_PER_DAY},
	{{"h", 1}, TICKS_PER_HOUR},
	{{"hr", 2}, TICKS_PER_HOUR},
	{{"hrs", 3}, TICKS_PER_HOUR},
	{{"hour", 4}, TICKS_PER_HOUR},
	{{"hours", 5}, TICKS_PER_HOUR},
	{{"m", 1}, TICKS_PER_MINUTE},
	{{"min", 3}, TICKS_PER_MINUTE},
	{{"minute", 6}, TICKS_PER_MINUTE},
	{{"minutes", 7}, TICKS_PER_MINUTE},
	{{"s", 1}, TICKS_PER_SECOND},
	{{"sec", 3}, TICKS_PER_SECOND},
	{{"second", 6}, TICKS_PER_SECOND},
	{{"seconds", 7}, TICKS_PER_SECOND},
	{{"ms", 2}, TICKS_PER_MS},
	{{"milli", 5}, TICKS_PER_MS},
	{{"millis", 6}, TICKS_PER_MS},
	{{"millisecond", 11}, TICKS_PER_MS},
	{{"milliseconds", 12}, TICKS_PER_MS},
	{{"micro", 5}, 10},
	{{"micros", 6}, 10},
	{{"microsecond", 11}, 10},
	{{"microseconds", 12}, 10},
	{{"tick", 4}, 1},
	{{"ticks", 5}, 1},
};

/* 1.5h, 15 minutes: a number and a unit; 2: days. */
static bool
unit_span(struct str text, int64_t *ticks)
{
	char number[64], *end;
	size_t n = 0;
	double value;
	struct str unit;

	while (n < text.len && n < sizeof(number) - 1 &&
		((text.data[n] >= '0' && text.data[n] <= '9') || text.data[n] == '.')) {
		number[n] = text.data[n];
		n++;
	}
	number[n] = '\0';
	value = strtod(number, &end);
	unit = str_trim(str_slice(text, n, text.len));
	if (n == 0 || *end)
		return false;
	if (!unit.len)
		unit = STR("d");
	for (size_t i = 0; i < sizeof(span_units) / sizeof(span_units[0]); i++) {
		if (!str_equal(unit, span_units[i].name))
			continue;
		value *= (double)span_units[i].ticks;
		if (value > 9.2e18)
			return false;
		*ticks = (int64_t)llround(value);
		return true;
	}
	return false;
}

bool
span_parse(struct str text, int64_t *ticks)
{
	bool negative;

	text = str_trim(text);
	negative = text.len && text.data[0] == '-';
	if (negative)
		text = str_slice(text, 1, text.len);
	if (!text.len ||
		(!unit_span(text, ticks) && !clock_span(text.data, text.data + text.len, ticks)))
		return false;
	if (negative)
		*ticks = (int64_t)(0 - (uint64_t)*ticks);
	return true;
}

static struct value
text_to_long(struct arena *arena, struct str text, enum kusto_type type)
{
	const char *p = arena_cstr(arena, str_trim(text));
	bool hex = (p[0] == '0' && (p[1] | 32) == 'x');
	char *end;
	long long whole;

	if (!*p)
		return value_null(type);
	errno = 0;
	whole = strtoll(p, &end, hex ? 16 : 10);
	if (*end == '.' && !hex) /* tolong("1.5") is 1 */
		for (end++; *end >= '0' && *end <= '9'; end++)
			;
	if (*end || errno || (type == KUSTO_INT && (whole < INT32_MIN || whole > INT32_MAX)))
		return value_null(type);
	return (struct value){.type = type, .i = whole};
}

static struct value
to_integer(struct arena *arena, struct value v, enum kusto_type type)
{
	int64_t i;

	if (v.type == KUSTO_STRING)
		return text_to_long(arena, v.s, type);
	if (v.type == KUSTO_BOOL)
		i = v.b;
	else if (type_is_integer(v.type) || v.type == KUSTO_DATETIME || v.type == KUSTO_TIMESPAN)
		i = v.type == KUSTO_DATETIME ? ticks_plus(v.i, INT64_C(621355968000000000)) : v.i;
	else if ((v.type == KUSTO_REAL || v.type == KUSTO_DECIMAL) && fabs(v.r) < 9.2e18)
		i = (int64_t)v.r;
	else
		return value_null(type);
	if (type == KUSTO_INT && (i < INT32_MIN || i > INT32_MAX))
		return value_null(type);
	return (struct value){.type = type, .i = i};
}

static struct value
to_real(struct arena *arena, struct value v, enum kusto_type type)
{
	char *text, *end;
	double r;

	if (v.type == KUSTO_BOOL)
		r = v.b;
	else if (type_is_number(v.type))
		r = value_as_real(v);
	else if (v.type == KUSTO_STRING) {
		text = arena_cstr(arena, str_trim(v.s));
		r = strtod(text, &end);
		if (!*text || *end || strpbrk(text, "xX"))
			return value_null(type);
	} else
		return value_null(type);
	return (struct value){.type = type, .r = r};
}

static struct value
to_bool(struct value v)
{
	struct str s = v.type == KUSTO_STRING ? str_trim(v.s) : STR_ABSENT;

	if (v.type == KUSTO_BOOL)
		return v;
	if (type_is_number(v.type))
		return value_bool(value_as_real(v) != 0);
	if (str_equal_ascii_nocase(s, STR("true")) || str_is(s, "1"))
		return value_bool(true);
	if (str_equal_ascii_nocase(s, STR("false")) || str_is(s, "0"))
		return value_bool(false);
	return value_null(KUSTO_BOOL);
}

static struct value
to_time(struct value v)
{
	int64_t ticks;

	if (v.type == KUSTO_DATETIME)
		return v;
	if (v.type == KUSTO_STRING && kql_time_parse(v.s, &ticks))
		return value_time(ticks);
	if (type_is_integer(v.type) && v.i >= 0)
		return value_time(v.i - INT64_C(621355968000000000));
	return value_null(KUSTO_DATETIME);
}

static struct value
to_span(struct value v)
{
	int64_t ticks;

	if (v.type == KUSTO_TIMESPAN)
		return v;
	if (v.type == KUSTO_STRING && span_parse(v.s, &ticks))
		return value_span(ticks);
	if (type_is_integer(v.type))
		return value_span(v.i);
	return value_null(KUSTO_TIMESPAN);
}

/* 8-4-4-4-12 hexadecimal digits, also in braces; in lower case. */
static struct value
to_guid(struct arena *arena, struct value v)
{
	struct str s = v.type == KUSTO_STRING || v.type == KUSTO_GUID ? str_trim(v.s) : STR("");

	if (s.len == 38 && s.data[0] == '{' && s.data[37] == '}')
		s = str_slice(s, 1, 36);
	for (size_t i = 0; i < s.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.data[i] != '-' : !isxdigit((unsigned char)s.data[i]))
			return value_null(KUSTO_GUID);
	}
	if (s.len != 36)
		return value_null(KUSTO_GUID);
	v = value_string(fold_text(arena, s));
	v.type = KUSTO_GUID;
	return v;
}

struct value
value_convert(struct arena *arena, struct value v, enum kusto_type type)
{
	if (type == KUSTO_DYNAMIC)
		return value_dynamic(dynamic_of(arena, v));
	v = dynamic_unwrap(v);
	if (type == KUSTO_STRING)
		return value_string(value_text(arena, v));
	if (v.null)
		return value_null(type);
	switch (type) {
	case KUSTO_BOOL:
		return to_bool(v);
	case KUSTO_INT:
	case KUSTO_LONG:
		return to_integer(arena, v, type);
	case KUSTO_REAL:
	case KUSTO_DECIMAL:
		return to_real(arena, v, type);
	case KUSTO_DATETIME:
		return to_time(v);
	case KUSTO_TIMESPAN:
		return to_span(v);
	case KUSTO_GUID:
		return to_guid(arena, v);
	default:
		return value_null(type);
	}
}
