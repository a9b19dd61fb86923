/*
 * format_datetime and format_timespan. A format is runs of one letter, whose length says how many
 * digits, with delimiters between; what else .NET knows, Kusto does not.
 */
#include "core/base/timefmt.h"
#include "core/rule/kql_function.h"

static const char delimiters[] = " /-:,._[]";

/* What the letters of a format stand for. */
struct moment {
	int64_t days; /* of a timespan; of a datetime the day of the month */
	int year, month, hour, minute, second;
	int32_t fraction;
};

struct letter {
	char letter;
	const char *lengths; /* that it may have, as digits */
};

static const struct letter time_letters[] = {{'d', "12"}, {'f', "1234567"}, {'F', "1234567"},
	{'h', "12"}, {'H', "12"}, {'m', "12"}, {'M', "12"}, {'s', "12"}, {'y', "124"}, {'t', "2"},
	{0}};
static const struct letter span_letters[] = {{'d', "12345678"}, {'f', "1234567"}, {'F', "1234567"},
	{'h', "12"}, {'H', "12"}, {'m', "12"}, {'s', "12"}, {0}};

static size_t
run_at(struct str format, size_t at)
{
	size_t n = 1;

	while (at + n < format.len && format.data[at + n] == format.data[at])
		n++;
	return n;
}

static bool
is_known(const struct letter *letters, char c, size_t run)
{
	if (c && strchr(delimiters, c))
		return true;
	while (letters->letter && letters->letter != c)
		letters++;
	return letters->letter && run < 10 && strchr(letters->lengths, (int)('0' + run));
}

static bool
bind_format(struct kql_scope *scope, struct expr *e, const struct letter *letters)
{
	struct str format = e->args[1]->value.s;

	if (!format.len)
		return kql_fail(scope->fault, e->args[1]->at,
			"%.*s() takes a format that is not empty", STR_ARG(e->name));
	for (size_t i = 0, run; i < format.len; i += run) {
		run = run_at(format, i);
		if (!is_known(letters, format.data[i], run))
			return kql_fail(scope->fault, e->args[1]->at, "%.*s() has no format `%.*s`",
				STR_ARG(e->name), (int)run, format.data + i);
	}
	return true;
}

static bool
bind_time_format(struct kql_scope *scope, struct expr *e)
{
	return bind_format(scope, e, time_letters);
}

static bool
bind_span_format(struct kql_scope *scope, struct expr *e)
{
	return bind_format(scope, e, span_letters);
}

/* The first digits of the fraction; F leaves zeros at its end away. */
static void
put_fraction(struct buf *out, int32_t fraction, size_t digits, bool zeros)
{
	for (size_t i = digits; i < 7; i++)
		fraction /= 10;
	while (!zeros && digits && fraction % 10 == 0) {
		fraction /= 10;
		digits--;
	}
	if (digits)
		buf_printf(out, "%0*d", (int)digits, (int)fraction);
}

static void
put_year(struct buf *out, int year, size_t run)
{
	if (run == 4)
		buf_printf(out, "%04d", year);
	else
		buf_printf(out, "%0*d", (int)run, year % 100);
}

static void
put_run(struct buf *out, const struct moment *m, char c, size_t run)
{
	int width = (int)run;

	switch (c) {
	case 'd':
		buf_printf(out, "%0*d", width, (int)m->days);
		break;
	case 'f':
	case 'F':
		put_fraction(out, m->fraction, run, c == 'f');
		break;
	case 'h':
	case 'H':
		buf_printf(out, "%0*d", width, m->hour);
		break;
	case 'm':
		buf_printf(out, "%0*d", width, m->minute);
		break;
	case 's':
		buf_printf(out, "%0*d", width, m->second);
		break;
	case 'M':
		buf_printf(out, "%0*d", width, m->month);
		break;
	case 'y':
		put_year(out, m->year, run);
		break;
	case 't':
		buf_puts(out, m->hour < 12 ? "AM" : "PM");
		break;
	default:
		for (size_t i = 0; i < run; i++)
			buf_putc(out, c);
	}
}

/* `twelve` is the hour of a clock of 12 hours, which h stands for in a datetime. */
static void
put_format(struct buf *out, struct str format, const struct moment *m, int twelve)
{
	for (size_t i = 0, run; i < format.len; i += run) {
		run = run_at(format, i);
		if (format.data[i] == 'h')
			buf_printf(out, "%0*d", (int)run, twelve);
		else
			put_run(out, m, format.data[i], run);
	}
}

static struct value
eval_format_datetime(const struct kql_call *c)
{
	struct time_parts p = time_split(c->args[0].i, false);
	struct moment m = {.days = p.day,
		.year = p.year,
		.month = p.month,
		.hour = p.hour,
		.minute = p.minute,
		.second = p.second,
		.fraction = p.fraction};
	struct buf out = {0};

	put_format(&out, c->args[1].s, &m, p.hour % 12 ? p.hour % 12 : 12);
	return kql_keep(c, &out);
}

static struct value
eval_format_timespan(const struct kql_call *c)
{
	int64_t i = c->args[0].i;
	uint64_t t = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
	uint64_t seconds = t / (uint64_t)TICKS_PER_SECOND;
	struct moment m = {.days = (int64_t)(seconds / 86400),
		.hour = (int)(seconds / 3600 % 24),
		.minute = (int)(seconds / 60 % 60),
		.second = (int)(seconds % 60),
		.fraction = (int32_t)(t % (uint64_t)TICKS_PER_SECOND)};
	struct buf out = {0};

	if (i < 0)
		buf_putc(&out, '-');
	put_format(&out, c->args[1].s, &m, m.hour);
	return kql_keep(c, &out);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("format_datetime", "tk", 's', eval_format_datetime, bind_time_format, "written by a format such as \"yyyy-MM-dd HH:mm:ss.fff\" or \"h:mm tt\""),
	KQL_FUNCTION("format_timespan", "pk", 's', eval_format_timespan, bind_span_format, "written by a format such as \"d.hh:mm:ss.fff\""),
};
/* clang-format on */

KQL_TABLE(kql_format_functions);
