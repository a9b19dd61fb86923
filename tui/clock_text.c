#include "tui/clock_text.h"

#include <stdio.h>

void
clock_format(bool local, int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p;

	if (ticks == TIME_NONE) {
		snprintf(text, TIME_TEXT, "unreadable");
		return;
	}
	p = time_split(ticks, local);
	snprintf(text, TIME_TEXT, "%04d-%02d-%02d %02d:%02d:%02d", p.year, p.month, p.day, p.hour,
		p.minute, p.second);
}

void
clock_format_minute(bool local, int64_t ticks, char text[TIME_TEXT])
{
	struct time_parts p = time_split(ticks, local);

	snprintf(text, TIME_TEXT, "%02d:%02d %s", p.hour, p.minute, clock_zone(local));
}

const char *
clock_zone(bool local)
{
	return local ? "local" : "UTC";
}
