/* The spellings of a time that Kusto takes besides ISO 8601: RFC 822 and 850, 12-31-2015, 2015. */
#include <strings.h>

#include "core/base/timefmt.h"
#include "core/rule/kql_value.h"

struct cursor {
	const char *at, *end;
};

static bool
take(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static int
take_number(struct cursor *c, int *digits)
{
	int value = 0;

	for (*digits = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9' && *digits < 4;
		c->at++) {
		value = value * 10 + (*c->at - '0');
		++*digits;
	}
	return value;
}

static size_t
letters(const struct cursor *c)
{
	size_t n = 0;

	while (c->at + n < c->end && (c->at[n] | 32) >= 'a' && (c->at[n] | 32) <= 'z')
		n++;
	return n;
}

static bool
take_month(struct cursor *c, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; letters(c) == 3 && i < 12; i++)
		if (strncasecmp(c->at, names + (ptrdiff_t)3 * i, 3) == 0) {
			c->at += 3;
			*month = i + 1;
			return true;
		}
	return false;
}

/* 8 Nov 14, 08-Nov-2014: a year of two digits lies between 1950 and 2049, as in .NET. */
static bool
take_named_date(struct cursor *c, struct time_parts *p)
{
	int digits;
	char between;

	if (letters(c) >= 3) { /* the day of the week says nothing new */
		c->at += letters(c);
		if (!take(c, ',') || !take(c, ' '))
			return false;
	}
	p->day = take_number(c, &digits);
	between = c->at < c->end ? *c->at : '\0';
	if (!digits || digits > 2 || (between != ' ' && between != '-') || !take(c, between) ||
		!take_month(c, &p->month) || !take(c, between))
		return false;
	p->year = take_number(c, &digits);
	if (digits == 2)
		p->year += p->year < 50 ? 2000 : 1900;
	return digits == 2 || digits == 4;
}

/* 12-31-2015, 12/31/2015 */
static bool
take_american_date(struct cursor *c, struct time_parts *p)
{
	int digits;
	char between;

	p->month = take_number(c, &digits);
	between = c->at < c->end ? *c->at : '\0';
	if (!digits || digits > 2 || (between != '/' && between != '-') || !take(c, between))
		return false;
	p->day = take_number(c, &digits);
	if (!digits || digits > 2 || !take(c, between))
		return false;
	p->year = take_number(c, &digits);
	return digits == 4;
}

/* 2015, 2015-12: the rest is its first day. */
static bool
take_start_of_date(struct cursor *c, struct time_parts *p)
{
	int digits;

	p->year = take_number(c, &digits);
	p->month = p->day = 1;
	if (digits != 4)
		return false;
	if (!take(c, '-'))
		return c->at == c->end;
	p->month = take_number(c, &digits);
	return digits == 2 && c->at == c->end;
}

/* The clock is written as in ISO 8601: it is read behind a date that is. */
static bool
add_clock(struct str clock, struct time_parts *p, int64_t *ticks)
{
	static const struct str day = {"2000-01-01 ", 11};
	struct buf text = {0};
	int64_t whole = 0, midnight;
	bool ok = true;

	if (!time_join(p, ticks))
		return false;
	if (!clock.len)
		return true;
	buf_str(&text, day);
	buf_str(&text, clock);
	ok = time_parse(buf_view(&text), &whole) &&
	     time_parse(str_slice(day, 0, day.len - 1), &midnight);
	buf_fini(&text);
	if (ok)
		*ticks += whole - midnight;
	return ok;
}

bool
kql_time_parse(struct str text, int64_t *ticks)
{
	static bool (*const forms[])(struct cursor *, struct time_parts *) = {
		take_named_date, take_american_date, take_start_of_date};
	struct time_parts p;
	struct cursor c;

	text = str_trim(text);
	if (text.len > 3 && str_equal_ascii_nocase(str_slice(text, text.len - 3, 3), STR("UTC")))
		return false;		      /* a spelling of logs alone */
	if (str_ends_with(text, STR(" GMT"))) /* which every time is that names no zone */
		text = str_trim(str_slice(text, 0, text.len - 4));
	if (!text.len || time_parse(text, ticks))
		return text.len > 0;
	c.end = text.data + text.len;
	for (size_t i = 0;; i++) {
		if (i == sizeof(forms) / sizeof(forms[0]))
			return false;
		p = (struct time_parts){0};
		c.at = text.data;
		if (forms[i](&c, &p))
			break;
	}
	if (c.at != c.end && !take(&c, ' '))
		return false;
	return add_clock((struct str){c.at, (size_t)(c.end - c.at)}, &p, ticks);
}
