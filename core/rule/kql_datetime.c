/* Functions over times: a row each, and the function behind it. All by UTC and the calendar. */
#include <math.h>

#include "core/base/timefmt.h"
#include "core/rule/kql_function.h"

/* Kusto's times begin with the year 1 and end with 9999. */
#define TIME_FIRST INT64_C(-621355968000000000)
#define TIME_LAST INT64_C(2534023007999999999)

static struct value
time_in_range(int64_t ticks)
{
	if (ticks < TIME_FIRST || ticks > TIME_LAST)
		return value_null(KUSTO_DATETIME);
	return value_time(ticks);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* ---- periods ---- */

enum period { YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLI, MICRO, NANO, PERIODS };

static const char *const period_names[PERIODS] = {"year", "quarter", "month", "week", "day", "hour",
	"minute", "second", "millisecond", "microsecond", "nanosecond"};

static const int period_months[PERIODS] = {[YEAR] = 12, [QUARTER] = 3, [MONTH] = 1};

static const int64_t period_ticks[PERIODS] = {
	[WEEK] = 7 * TICKS_PER_DAY,
	[DAY] = TICKS_PER_DAY,
	[HOUR] = TICKS_PER_HOUR,
	[MINUTE] = TICKS_PER_MINUTE,
	[SECOND] = TICKS_PER_SECOND,
	[MILLI] = TICKS_PER_MS,
	[MICRO] = TICKS_PER_MS / 1000,
};

static bool
bind_period(struct kql_scope *scope, struct expr *e)
{
	return kql_bind_word(scope, e, 0, period_names, PERIODS);
}

/* Months since the year 0. */
static int64_t
month_of(struct time_parts p)
{
	return (int64_t)p.year * 12 + p.month - 1;
}

static int
days_in(int64_t year, int64_t month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* The same day of another month, or its last when it has none; false: beyond all times. */
static bool
move_months(struct time_parts *p, int64_t months)
{
	int64_t month;

	if (__builtin_add_overflow(month_of(*p), months, &month) || month < 12 ||
		month >= 10000 * 12)
		return false;
	p->year = (int)(month / 12);
	p->month = (int)(month % 12) + 1;
	if (p->day > days_in(p->year, p->month))
		p->day = days_in(p->year, p->month);
	return true;
}

static struct value
joined(struct time_parts p)
{
	int64_t ticks;

	return time_join(&p, &ticks) ? time_in_range(ticks) : value_null(KUSTO_DATETIME);
}

static struct value
eval_datetime_add(const struct kql_call *c)
{
	enum period period = (enum period)c->args[0].i;
	int64_t amount = c->args[1].i, ticks = c->args[2].i, step;
	struct time_parts p;

	if (period == NANO)
		return time_in_range(ticks_plus(ticks, amount / 100));
	if (period_months[period]) {
		p = time_split(ticks, false);
		if (__builtin_mul_overflow(amount, period_months[period], &step) ||
			!move_months(&p, step))
			return value_null(KUSTO_DATETIME);
		return joined(p);
	}
	if (__builtin_mul_overflow(amount, period_ticks[period], &step) ||
		__builtin_add_overflow(ticks, step, &ticks))
		return value_null(KUSTO_DATETIME);
	return time_in_range(ticks);
}

/* Which of its kind the time lies in: two differ by the bounds between them. Weeks begin on
 * Sunday, and 1970 began on a Thursday. */
static int64_t
number_of(enum period period, int64_t ticks)
{
	if (period_months[period])
		return floor_div(month_of(time_split(ticks, false)), period_months[period]);
	if (period == WEEK)
		ticks += 4 * TICKS_PER_DAY;
	return floor_div(ticks, period_ticks[period]);
}

static struct value
eval_datetime_diff(const struct kql_call *c)
{
	enum period period = (enum period)c->args[0].i;
	int64_t a = c->args[1].i, b = c->args[2].i;

	if (period == NANO)
		return value_long((int64_t)(((uint64_t)a - (uint64_t)b) * 100));
	return value_long(number_of(period, a) - number_of(period, b));
}

/* ---- parts ---- */

static struct value
value_int(int64_t i)
{
	return (struct value){.type = KUSTO_INT, .i = i};
}

static int64_t
day_of_year(struct time_parts p)
{
	int64_t day = p.day;

	for (int month = 1; month < p.month; month++)
		day += days_in(p.year, month);
	return day;
}

/* ISO 8601: weeks begin on Monday, and a week belongs to the year that has its Thursday. */
static int64_t
week_of_year(struct time_parts p)
{
	int64_t from_monday = (p.weekday + 6) % 7, thursday = day_of_year(p) + 3 - from_monday;
	int64_t days = 365 + (days_in(p.year, 2) == 29);

	if (thursday < 1)
		thursday += 365 + (days_in(p.year - 1, 2) == 29);
	else if (thursday > days)
		thursday -= days;
	return (thursday - 1) / 7 + 1;
}

static int64_t
part_year(struct time_parts p)
{
	return p.year;
}

static int64_t
part_quarter(struct time_parts p)
{
	return (p.month + 2) / 3;
}

static int64_t
part_month(struct time_parts p)
{
	return p.month;
}

static int64_t
part_day(struct time_parts p)
{
	return p.day;
}

static int64_t
part_hour(struct time_parts p)
{
	return p.hour;
}

static int64_t
part_minute(struct time_parts p)
{
	return p.minute;
}

static int64_t
part_second(struct time_parts p)
{
	return p.second;
}

static int64_t
part_milli(struct time_parts p)
{
	return p.fraction / 10000;
}

static int64_t
part_micro(struct time_parts p)
{
	return p.fraction / 10;
}

static int64_t
part_nano(struct time_parts p)
{
	return (int64_t)p.fraction * 100;
}

static const char *const part_names[] = {"year", "quarter", "month", "week_of_year", "day",
	"dayofyear", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"};

static int64_t (*const parts[])(struct time_parts) = {part_year, part_quarter, part_month,
	week_of_year, part_day, day_of_year, part_hour, part_minute, part_second, part_milli,
	part_micro, part_nano};

static bool
bind_part(struct kql_scope *scope, struct expr *e)
{
	return kql_bind_word(scope, e, 0, part_names, sizeof(part_names) / sizeof(part_names[0]));
}

static struct value
eval_datetime_part(const struct kql_call *c)
{
	return value_int(parts[c->args[0].i](time_split(c->args[1].i, false)));
}

#define PART(name, part)                                                                           \
	static struct value eval_##name(const struct kql_call *c)                                  \
	{                                                                                          \
		return value_int(part(time_split(c->args[0].i, false)));                           \
	}

PART(getyear, part_year)
PART(getmonth, part_month)
PART(dayofmonth, part_day)
PART(dayofyear, day_of_year)
PART(hourofday, part_hour)
PART(week_of_year, week_of_year)

static struct value
eval_dayofweek(const struct kql_call *c)
{
	return value_span(time_split(c->args[0].i, false).weekday * TICKS_PER_DAY);
}

/* ---- start and end ---- */

/* The start of the period that is `offset` behind the one the time lies in. */
static struct value
start_of(enum period period, int64_t ticks, int64_t offset)
{
	struct time_parts p = time_split(ticks, false);
	int64_t day, step;

	if (period_months[period]) {
		p = (struct time_parts){
			.year = p.year, .month = period == YEAR ? 1 : p.month, .day = 1};
		if (__builtin_mul_overflow(offset, period_months[period], &step) ||
			!move_months(&p, step))
			return value_null(KUSTO_DATETIME);
		return joined(p);
	}
	day = floor_div(ticks, TICKS_PER_DAY) - (period == WEEK ? p.weekday : 0);
	if (__builtin_mul_overflow(offset, period_ticks[period], &step) ||
		__builtin_add_overflow(day * TICKS_PER_DAY, step, &ticks))
		return value_null(KUSTO_DATETIME);
	return time_in_range(ticks);
}

static struct value
eval_start(const struct kql_call *c, enum period period)
{
	return start_of(period, c->args[0].i, c->count > 1 ? c->args[1].i : 0);
}

/* One tick before the next begins; the last of all periods ends with time itself. */
static struct value
eval_end(const struct kql_call *c, enum period period)
{
	int64_t offset = c->count > 1 ? c->args[1].i : 0;
	struct value start = start_of(period, c->args[0].i, offset), next;

	if (start.null || offset == INT64_MAX)
		return value_null(KUSTO_DATETIME);
	next = start_of(period, c->args[0].i, offset + 1);
	return value_time(next.null ? TIME_LAST : next.i - 1);
}

#define BOUNDS(name, period)                                                                       \
	static struct value eval_startof##name(const struct kql_call *c)                           \
	{                                                                                          \
		return eval_start(c, period);                                                      \
	}                                                                                          \
	static struct value eval_endof##name(const struct kql_call *c)                             \
	{                                                                                          \
		return eval_end(c, period);                                                        \
	}

BOUNDS(day, DAY)
BOUNDS(week, WEEK)
BOUNDS(month, MONTH)
BOUNDS(year, YEAR)

/* ---- making ---- */

static bool
numbers_from(struct kql_scope *scope, const struct expr *e, size_t least)
{
	if (e->count > 1 && e->count < least)
		return kql_fail(scope->fault, e->at,
			"%.*s() takes one argument, or %zu and more, not %zu", STR_ARG(e->name),
			least, e->count);
	for (size_t i = 0; e->count > 1 && i < e->count; i++)
		if (!type_is_number(e->args[i]->type))
			return kql_fail(scope->fault, e->args[i]->at,
				"%.*s() takes a number here, not a %s", STR_ARG(e->name),
				kusto_type_name(e->args[i]->type));
	return true;
}

static bool
bind_make_datetime(struct kql_scope *scope, struct expr *e)
{
	return numbers_from(scope, e, 3);
}

static bool
bind_make_timespan(struct kql_scope *scope, struct expr *e)
{
	return numbers_from(scope, e, 2);
}

/* A whole number of 0 to below `end`; false: another. */
static bool
whole(struct value v, int64_t first, int64_t end, int *i)
{
	double r = value_as_real(v);

	if (!(r >= (double)first && r < (double)end))
		return false;
	*i = (int)r;
	return true;
}

/* Hours, minutes and seconds, as many as there are; seconds may have a fraction. */
static bool
clock_of(const struct value *args, size_t count, int64_t *ticks)
{
	int hours, minutes = 0;
	double seconds = count > 2 ? value_as_real(args[2]) : 0;

	if (!whole(args[0], 0, 24, &hours) || (count > 1 && !whole(args[1], 0, 60, &minutes)) ||
		!(seconds >= 0 && seconds < 60))
		return false;
	*ticks = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE +
		 llround(seconds * (double)TICKS_PER_SECOND);
	return true;
}

static struct value
eval_make_datetime(const struct kql_call *c)
{
	struct time_parts p = {0};
	int64_t clock = 0, day;

	if (c->count == 1)
		return value_convert(&c->frame->arena, c->args[0], KUSTO_DATETIME);
	if (!whole(c->args[0], 1, 10000, &p.year) || !whole(c->args[1], 1, 13, &p.month) ||
		!whole(c->args[2], 1, 32, &p.day) || !time_join(&p, &day) ||
		(c->count > 3 && !clock_of(c->args + 3, c->count - 3, &clock)))
		return value_null(KUSTO_DATETIME);
	return time_in_range(day + clock);
}

static struct value
eval_make_timespan(const struct kql_call *c)
{
	bool days = c->count == 4;
	int count = 0;
	int64_t clock;

	if (c->count == 1)
		return value_convert(&c->frame->arena, c->args[0], KUSTO_TIMESPAN);
	if ((days && !whole(c->args[0], 0, 10675199, &count)) ||
		!clock_of(c->args + days, c->count - days, &clock))
		return value_null(KUSTO_TIMESPAN);
	return value_span(count * TICKS_PER_DAY + clock);
}

static struct value
time_of_number(struct value v, double unit)
{
	double ticks = value_as_real(v) * unit;

	if (!(fabs(ticks) < 9.2e18))
		return value_null(KUSTO_DATETIME);
	if (type_is_integer(v.type) && unit >= 1)
		return time_in_range(v.i * (int64_t)unit);
	return time_in_range((int64_t)floor(ticks));
}

#define UNIX_TIME(name, unit)                                                                      \
	static struct value eval_unix_##name(const struct kql_call *c)                             \
	{                                                                                          \
		return time_of_number(c->args[0], unit);                                           \
	}

UNIX_TIME(seconds, 1e7)
UNIX_TIME(milliseconds, 1e4)
UNIX_TIME(microseconds, 10)
UNIX_TIME(nanoseconds, 0.01)

/* ---- now ---- */

static struct value
eval_now(const struct kql_call *c)
{
	return value_time(ticks_plus(c->frame->now, c->count ? c->args[0].i : 0));
}

static struct value
eval_ago(const struct kql_call *c)
{
	return value_time(ticks_plus(c->frame->now, (int64_t)(0 - (uint64_t)c->args[0].i)));
}

/* clang-format off */
#define BOUND(name, help) \
	KQL_FUNCTION("startof" #name, "t|l", 't', eval_startof##name, NULL, "when the " help " begins; the number moves by as many"), \
	KQL_FUNCTION("endof" #name, "t|l", 't', eval_endof##name, NULL, "the last moment of the " help)

static const struct kql_function rows[] = {
	KQL_FUNCTION("now", "|p", 't', eval_now, NULL, "the time of this run, and a timespan"),
	KQL_FUNCTION("ago", "p", 't', eval_ago, NULL, "that long before the time of this run"),
	KQL_FUNCTION("datetime_add", "klt", 't', eval_datetime_add, bind_period, "so many \"year\"s, \"month\"s, \"day\"s, ... later"),
	KQL_FUNCTION("datetime_diff", "ktt", 'l', eval_datetime_diff, bind_period, "how many \"year\"s, \"week\"s, \"hour\"s, ... begin from the second time to the first"),
	KQL_FUNCTION("datetime_part", "kt", 'i', eval_datetime_part, bind_part, "the \"year\", \"quarter\", \"week_of_year\", \"hour\", ... of a time"),
	KQL_FUNCTION("datepart", "kt", 'i', eval_datetime_part, bind_part, "the same as datetime_part"),
	BOUND(day, "day"),
	BOUND(week, "week, from Sunday on,"),
	BOUND(month, "month"),
	BOUND(year, "year"),
	KQL_FUNCTION("getyear", "t", 'i', eval_getyear, NULL, "the year"),
	KQL_FUNCTION("getmonth", "t", 'i', eval_getmonth, NULL, "the month, from 1"),
	KQL_FUNCTION("monthofyear", "t", 'i', eval_getmonth, NULL, "the same as getmonth"),
	KQL_FUNCTION("week_of_year", "t", 'i', eval_week_of_year, NULL, "the week, by ISO 8601"),
	KQL_FUNCTION("dayofmonth", "t", 'i', eval_dayofmonth, NULL, "the day of the month, from 1"),
	KQL_FUNCTION("dayofweek", "t", 'p', eval_dayofweek, NULL, "days since Sunday, as a timespan"),
	KQL_FUNCTION("dayofyear", "t", 'i', eval_dayofyear, NULL, "the day of the year, from 1"),
	KQL_FUNCTION("hourofday", "t", 'i', eval_hourofday, NULL, "the hour, from 0"),
	KQL_FUNCTION("make_datetime", "a|aaaaa", 't', eval_make_datetime, bind_make_datetime, "of a year, month and day, and of an hour, minute and second; or as todatetime"),
	KQL_FUNCTION("make_timespan", "a|aaa", 'p', eval_make_timespan, bind_make_timespan, "of hours, minutes and seconds, before them days; or as totimespan"),
	KQL_FUNCTION("unixtime_seconds_todatetime", "n", 't', eval_unix_seconds, NULL, "of the seconds since 1970"),
	KQL_FUNCTION("unixtime_milliseconds_todatetime", "n", 't', eval_unix_milliseconds, NULL, "of the milliseconds since 1970"),
	KQL_FUNCTION("unixtime_microseconds_todatetime", "n", 't', eval_unix_microseconds, NULL, "of the microseconds since 1970"),
	KQL_FUNCTION("unixtime_nanoseconds_todatetime", "n", 't', eval_unix_nanoseconds, NULL, "of the nanoseconds since 1970"),
};
/* clang-format on */

KQL_TABLE(kql_time_functions);
