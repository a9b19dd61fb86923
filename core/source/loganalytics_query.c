/* The query around a rule's query, and the request that carries it. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/timefmt.h"
#include "core/source/loganalytics.h"

/* The line ends: the rule's text may end with a comment. Its `let`s and its `;` may stand in a
 * function's body. */
static const char before[] = "let keywatch_rule = () {\n";
static const char after[] =
	"\n};\n"
	"let keywatch_found = materialize(\n"
	"    keywatch_rule()\n"
	"    | extend keywatch_row = tostring(pack_all())\n"
	"    | project keywatch_event = AwsEventId, keywatch_row);\n"
	"keywatch_found\n"
	"| join kind=leftouter (\n"
	"    AWSCloudTrail\n"
	"    | where isnotempty(AwsEventId)\n"
	"    | where AwsEventId in ((keywatch_found | project keywatch_event))\n"
	"    | extend keywatch_arrived = ingestion_time()\n"
	"    ) on $left.keywatch_event == $right.AwsEventId\n";

void
loganalytics_wrap(struct buf *out, struct str rule_query)
{
	buf_puts(out, before);
	buf_str(out, rule_query);
	buf_puts(out, after);
}

void
loganalytics_write_request(struct buf *out, struct str query, int64_t from, int64_t to)
{
	struct json_writer w = {.out = out};
	char begin[TIME_TEXT], end[TIME_TEXT], span[2 * TIME_TEXT + 1];

	time_format_iso(from, begin);
	time_format_iso(to, end);
	snprintf(span, sizeof(span), "%s/%s", begin, end);
	json_begin_object(&w);
	json_member_string(&w, "query", query);
	json_member_string(&w, "timespan", str_from(span));
	json_end_object(&w);
}
