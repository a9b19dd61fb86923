/* What a key of a trail's bucket says (sources.md §1.2). */
#include "core/source/s3_client.h"

enum { ACCOUNT_DIGITS = 12 };

/* The next segment, without its slash; false at the end. What is behind the last slash is one. */
static bool
next_segment(struct str *rest, struct str *segment)
{
	size_t slash = str_find(*rest, STR("/"), 0);

	if (slash == (size_t)-1)
		return false;
	*segment = str_slice(*rest, 0, slash);
	*rest = str_slice(*rest, slash + 1, rest->len);
	return true;
}

static bool
is_account(struct str segment)
{
	if (segment.len != ACCOUNT_DIGITS)
		return false;
	for (size_t i = 0; i < segment.len; i++)
		if (segment.data[i] < '0' || segment.data[i] > '9')
			return false;
	return true;
}

/* Behind AWSLogs/: [o-…/]ACCOUNT/SEGMENT/; false when it is something else. */
static bool
segment_of_account(struct str rest, struct str *segment)
{
	if (!next_segment(&rest, segment))
		return false;
	if (str_starts_with(*segment, STR("o-")) && !next_segment(&rest, segment))
		return false;
	return is_account(*segment) && next_segment(&rest, segment);
}

bool
s3_is_trail_key(struct str key)
{
	struct str rest = key, segment, kind;
	bool below = false;

	if (!str_ends_with(key, STR(".json.gz")))
		return false;
	while (next_segment(&rest, &segment)) {
		if (str_is(segment, "AWSLogs") && segment_of_account(rest, &kind))
			return str_is(kind, "CloudTrail");
		below |= str_is(segment, "CloudTrail");
	}
	return below;
}
