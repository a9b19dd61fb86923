/* The spellings that fields of a rule have. */
#include "core/base/timefmt.h"
#include "core/rule/rule_private.h"

bool
rule_is_guid(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.data[i] != '-'
			 : !s.data[i] || !strchr("0123456789abcdefABCDEF", s.data[i]))
			return false;
	}
	return s.len == 36;
}

bool
rule_parse_duration(struct str s, int64_t *ticks)
{
	char number[24];
	bool iso = s.len > 1 && (s.data[0] | 32) == 'p';
	bool time = iso && (s.data[1] | 32) == 't';
	size_t n;

	if (iso)
		s = str_slice(s, time ? 2 : 1, s.len);
	if (s.len < 2 || s.len >= sizeof(number))
		return false;
	n = strspn(s.data, "0123456789");
	if (n + 1 != s.len || (iso && time == ((s.data[n] | 32) == 'd')))
		return false;
	memcpy(number, s.data, s.len);
	number[n] = (char)(number[n] | 32);
	number[n + 1] = '\0';
	return time_parse_span(str_from(number), ticks);
}

bool
rule_is_technique(struct str s)
{
	static const char shape[] = "T0000.000";

	for (size_t i = 0; i < s.len && i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? s.data[i] < '0' || s.data[i] > '9' : s.data[i] != shape[i])
			return false;
	return s.len == 5 || s.len == 9;
}

bool
rule_is_utf16(struct str s)
{
	return str_starts_with(s, STR("\xff\xfe")) || str_starts_with(s, STR("\xfe\xff"));
}

bool
rule_is_version(struct str s)
{
	bool digit = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '.' ? !digit : s.data[i] < '0' || s.data[i] > '9')
			return false;
		digit = s.data[i] != '.';
	}
	return digit;
}
