#include "core/base/timefmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A place in a text being read; every take_ returns false without moving on. */
struct cursor {
	const char *at, *end;
};

static bool
take_char(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* Between min and max decimal digits. */
static bool
take_number(struct cursor *c, int min, int max, int *value)
{
	const char *p = c->at;
	int n = 0, v = 0;

	while (p < c->end && n < max && *p >= '0' && *p <= '9') {
		v = v * 10 + (*p++ - '0');
		n++;
	}
	if (n < min)
		return false;
	c->at = p;
	*value = v;
	return true;
}

/* Ticks of a fraction of 1 to 9 digits; what is finer than a tick is cut. */
static bool
take_fraction(struct cursor *c, int32_t *ticks)
{
	int32_t value = 0;
	int n = 0;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && n < 9) {
		if (n < 7)
			value = value * 10 + (*c->at - '0');
		c->at++;
		n++;
	}
	for (int i = n; i < 7; i++)
		value *= 10;
	*ticks = value;
	return n > 0;
}

static int64_t
days_from_civil(int year, int month, int day)
{
	/* Days since 1970-01-01 in the proleptic Gregorian calendar; the year begins in March so
	 * that the leap day is its last. */
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool
time_join(const struct time_parts *p, int64_t *ticks)
{
	int64_t seconds;

	if (p->year < 1 || p->year > 9999 || p->month < 1 || p->month > 12 || p->day < 1 ||
		p->day > days_in_month(p->year, p->month) || p->hour < 0 || p->hour > 23 ||
		p->minute < 0 || p->minute > 59 || p->second < 0 || p->second > 60)
		return false;
	seconds = days_from_civil(p->year, p->month, p->day) * 86400 + p->hour * 3600 +
		  p->minute * 60 + (p->second == 60 ? 59 : p->second) - p->utc_offset_minutes * 60;
	*ticks = seconds * TICKS_PER_SECOND + p->fraction;
	return true;
}

static bool
take_zone(struct cursor *c, int *offset_minutes)
{
	int hours, minutes = 0, sign;

	if (take_char(c, 'Z') || take_char(c, 'z'))
		return true;
	if (c->end - c->at == 3 && strncasecmp(c->at, "UTC", 3) == 0) {
		c->at = c->end;
		return true;
	}
	if (take_char(c, '+'))
		sign = 1;
	else if (take_char(c, '-'))
		sign = -1;
	else
		return true;
	if (!take_number(c, 2, 2, &hours))
		return false;
	if (take_char(c, ':')) {
		if (!take_number(c, 2, 2, &minutes))
			return false;
	} else {
		take_number(c, 2, 2, &minutes);
	}
	*offset_minutes = sign * (hours * 60 + minutes);
	return hours <= 23 && minutes <= 59;
}

static bool
take_clock(struct cursor *c, struct time_parts *p)
{
	if (!take_number(c, 1, 2, &p->hour) || !take_char(c, ':') ||
		!take_number(c, 2, 2, &p->minute))
		return false;
	if (take_char(c, ':')) {
		if (!take_number(c, 2, 2, &p->second))
			return false;
		if ((take_char(c, '.') || take_char(c, ',')) && !take_fraction(c, &p->fraction))
			return false;
	}
	return true;
}

static bool
parse_iso(struct cursor c, struct time_parts *p)
{
	if (!take_number(&c, 4, 4, &p->year) || !take_char(&c, '-') ||
		!take_number(&c, 1, 2, &p->month) || !take_char(&c, '-') ||
		!take_number(&c, 1, 2, &p->day))
		return false;
	if (c.at == c.end)
		return true;
	if (!take_char(&c, 'T') && !take_char(&c, 't') && !take_char(&c, ' '))
		return false;
	if (!take_clock(&c, p))
		return false;
	while (take_char(&c, ' '))
		;
	return take_zone(&c, &p->utc_offset_minutes) && c.at == c.end;
}

/* Spaces, also U+202F and U+00A0, which newer locales put before AM. */
static bool
take_space(struct cursor *c)
{
	const char *from = c->at;

	for (;;) {
		if (take_char(c, ' '))
			continue;
		if (c->end - c->at >= 3 && memcmp(c->at, "\xe2\x80\xaf", 3) == 0)
			c->at += 3;
		else if (c->end - c->at >= 2 && memcmp(c->at, "\xc2\xa0", 2) == 0)
			c->at += 2;
		else
			return c->at != from;
	}
}

static bool
take_half_day(struct cursor *c, struct time_parts *p)
{
	bool afternoon;

	if (c->end - c->at < 2)
		return false;
	if (strncasecmp(c->at, "AM", 2) == 0)
		afternoon = false;
	else if (strncasecmp(c->at, "PM", 2) == 0)
		afternoon = true;
	else
		return false;
	c->at += 2;
	if (p->hour < 1 || p->hour > 12)
		return false;
	p->hour = p->hour % 12 + (afternoon ? 12 : 0);
	return true;
}

static bool
take_month_name(struct cursor *c, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (c->end - c->at < 3 || strncasecmp(c->at, names + (ptrdiff_t)3 * i, 3) != 0)
			continue;
		c->at += 3;
		while (c->at < c->end && ((*c->at | 32) >= 'a' && (*c->at | 32) <= 'z'))
			c->at++; /* January, Sept */
		take_char(c, '.');
		*month = i + 1;
		return true;
	}
	return false;
}

/* Jan 2, 2026 3:04:05 AM, as AWS writes createDate. */
static bool
parse_american(struct cursor c, struct time_parts *p)
{
	if (!take_month_name(&c, &p->month) || !take_space(&c) || !take_number(&c, 1, 2, &p->day) ||
		!take_char(&c, ',') || !take_space(&c) || !take_number(&c, 4, 4, &p->year))
		return false;
	if (c.at == c.end)
		return true;
	take_char(&c, ',');
	if (!take_space(&c) || !take_clock(&c, p))
		return false;
	take_space(&c);
	if (c.at != c.end && !take_half_day(&c, p))
		return false;
	take_space(&c);
	return take_zone(&c, &p->utc_offset_minutes) && c.at == c.end;
}

bool
time_parse(struct str text, int64_t *ticks)
{
	struct time_parts parts = {0};
	struct cursor c;

	text = str_trim(text);
	if (!text.len)
		return false;
	c = (struct cursor){text.data, text.data + text.len};
	if (parse_iso(c, &parts))
		return time_join(&parts, ticks);
	parts = (struct time_parts){0};
	return parse_american(c, &parts) && time_join(&parts, ticks);
}

/* D/M/YYYY or M/D/YYYY, then a time of day or none; `half` tells whether AM or PM was there. */
static bool
take_numeric(struct cursor c, struct time_parts *p, int numbers[2], bool *half)
{
	char between;

	if (!take_number(&c, 1, 2, &numbers[0]) || c.at == c.end || !strchr("/.-", *c.at))
		return false;
	between = *c.at++;
	if (!take_number(&c, 1, 2, &numbers[1]) || !take_char(&c, between) ||
		!take_number(&c, 4, 4, &p->year))
		return false;
	*half = false;
	if (c.at == c.end)
		return true;
	take_char(&c, ',');
	if (!take_space(&c) || !take_clock(&c, p))
		return false;
	take_space(&c);
	if (c.at == c.end)
		return true;
	*half = take_half_day(&c, p);
	return *half && c.at == c.end;
}

bool
time_parse_numeric(struct str text, enum time_order order, struct time_reading *reading)
{
	struct time_parts parts = {0};
	int numbers[2];
	bool half;

	text = str_trim(text);
	if (!text.len || !take_numeric((struct cursor){text.data, text.data + text.len}, &parts,
				 numbers, &half))
		return false;
	reading->proven = (numbers[0] > 12) != (numbers[1] > 12);
	reading->open = numbers[0] <= 12 && numbers[1] <= 12 && numbers[0] != numbers[1];
	if (reading->proven)
		order = numbers[0] > 12 ? TIME_DAY_FIRST : TIME_MONTH_FIRST;
	else if (order == TIME_ORDER_OPEN)
		order = half ? TIME_MONTH_FIRST : TIME_DAY_FIRST;
	reading->order = order;
	parts.day = numbers[order == TIME_MONTH_FIRST];
	parts.month = numbers[order == TIME_DAY_FIRST];
	return time_join(&parts, &reading->ticks);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct time_parts
time_split(int64_t ticks, bool local)
{
	int64_t seconds = floor_div(ticks, TICKS_PER_SECOND);
	struct time_parts parts = {.fraction = (int32_t)(ticks - seconds * TICKS_PER_SECOND)};
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!(local ? localtime_r(&t, &tm) : gmtime_r(&t, &tm)))
		return parts;
	parts.year = tm.tm_year + 1900;
	parts.month = tm.tm_mon + 1;
	parts.day = tm.tm_mday;
	parts.hour = tm.tm_hour;
	parts.minute = tm.tm_min;
	parts.second = tm.tm_sec;
	parts.weekday = tm.tm_wday;
	parts.utc_offset_minutes = (int)(tm.tm_gmtoff / 60);
	return parts;
}

void
time_format_iso(int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p = time_split(ticks, false);
	int n = snprintf(text, TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", p.year, p.month, p.day,
		p.hour, p.minute, p.second);

	if (p.fraction) {
		n += snprintf(text + n, TIME_TEXT - (size_t)n, ".%07" PRId32, p.fraction);
		while (text[n - 1] == '0')
			n--;
	}
	snprintf(text + n, TIME_TEXT - (size_t)n, "Z");
}

bool
time_parse_span(struct str text, int64_t *ticks)
{
	static const struct {
		const char *unit;
		int64_t ticks;
	} units[] = {
		{"ms", TICKS_PER_MS},
		{"s", TICKS_PER_SECOND},
		{"m", TICKS_PER_MINUTE},
		{"h", TICKS_PER_HOUR},
		{"d", TICKS_PER_DAY},
	};
	struct cursor c = {text.data, text.data + text.len};
	int value;

	if (!text.len || !take_number(&c, 1, 9, &value))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!str_is((struct str){c.at, (size_t)(c.end - c.at)}, units[i].unit))
			continue;
		return !__builtin_mul_overflow(value, units[i].ticks, ticks);
	}
	return false;
}

void
time_format_age(int64_t span, char text[TIME_TEXT])
{
	if (span < TICKS_PER_MINUTE)
		snprintf(text, TIME_TEXT, "now");
	else if (span < TICKS_PER_HOUR)
		snprintf(text, TIME_TEXT, "%" PRId64 " min", span / TICKS_PER_MINUTE);
	else if (span < 2 * TICKS_PER_DAY)
		snprintf(text, TIME_TEXT, "%" PRId64 " h", span / TICKS_PER_HOUR);
	else
		snprintf(text, TIME_TEXT, "%" PRId64 " d", span / TICKS_PER_DAY);
}

int64_t
time_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * TICKS_PER_SECOND + t.tv_nsec / 100;
}

int64_t
time_monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
