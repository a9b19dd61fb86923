/* What makes a scan go wrong: spellings of what is looked for, and what only looks like it. */
#include "tests/bench/support/trail.h"

#define NAME .name = "CreateAccessKey"
#define NESTED(name) "{\"userName\":\"$u\",\"filter\":{\"eventName\":\"" name "\"}}"
#define STATEMENT(action)                                                                          \
	"{\"userName\":\"$u\",\"policyName\":\"$w\",\"policyDocument\":\"{\\\"Version\\\":\\\""    \
	"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":["         \
	"\\\"" action "\\\",\\\"iam:DeleteAccessKey\\\"],\\\"Resource\\\":\\\"*\\\"}]}\"}"
#define AS_TEXT                                                                                    \
	"\"{\\\"eventVersion\\\":\\\"1.08\\\",\\\"eventID\\\":\\\"$U\\\",\\\"eventName\\\":\\\""   \
	"CreateAccessKey\\\"}\""
#define RECORD "{\"eventVersion\":\"1.08\",\"eventID\":\"$U\",\"eventName\":\"CreateAccessKey\"}"

/* Half of the hits are of the usual form besides these. */
const struct trail_form trail_hits[] = {
	/* the name */
	{NAME, .name_escape = ESCAPE_ONE},
	{NAME, .name_escape = ESCAPE_SOME},
	{NAME, .name_escape = ESCAPE_ALL},
	/* its key */
	{.key = "event\\u004eame"},
	{.key_escape = ESCAPE_ONE},
	{.key_escape = ESCAPE_ALL},
	{NAME, .name_escape = ESCAPE_SOME, .key_escape = ESCAPE_SOME, .id_escape = ESCAPE_ONE},
	/* the place of it */
	{.first = true},
	{.first = true, .name_escape = ESCAPE_ONE, .size = SIZE_LARGE},
	{.size = SIZE_LARGE},
	{.size = SIZE_TINY},
	{.size = SIZE_TINY, .key_escape = ESCAPE_ONE},
	/* white space */
	{.space = SPACE_BEHIND},
	{.space = SPACE_BEFORE},
	{.space = SPACE_TABS, .key_escape = ESCAPE_ONE},
	{.space = SPACE_LINES},
	{.space = SPACE_LINES, .size = SIZE_LARGE, .name_escape = ESCAPE_ONE},
	/* other copies of its key */
	{.before = "\"eventName\":\"ListUsers\",", .twice = true},
	{.more = ",\"eventName\":\"ListUsers\"", .twice = true},
	{.before = "\"EventName\":\"ListUsers\",\"eventname\":\"\",\"eventNames\":[],",
		.twice = true},
	{.request = NESTED("ListUsers")},
	/* what splits records in the wrong place */
	{.agent = "}]}{[\\\"{\\\\\\\\", .before = "\"x\":\"\\\\\",\"}\":\"]}\\\\\\\"\","},
	{.request = "{\"Records\":[{\"eventVersion\":\"1.08\",\"eventName\":\"ListUsers\"}]}"},
	{.agent = "Caf\\u00e9 \\ud83d\\ude00 é 😀 \\u0000\\u001b[31m \\/\\b\\f\\n\\r\\t"},
	{.error = "AccessDenied\",\"errorMessage\":\"not authorized: iam:CreateAccessKey {"},
};
const size_t trail_hit_count = sizeof(trail_hits) / sizeof(trail_hits[0]);

const struct trail_form trail_decoys[] = {
	/* other names */
	{.name = "CreateAccessKeyX"},
	{.name = "CreateAccessKeys", .name_escape = ESCAPE_ONE},
	{.name = "XCreateAccessKey"},
	{.name = "CreateAccessKe"},
	{.name = "createaccesskey"},
	{.name = "CREATEACCESSKEY"},
	{.name = "CreateAccessKey "},
	{.name = "CreateAccessKey\\u0000"},
	{.name = "CreateAccessKey\\u0000X"},
	{.name = "CreateAccess\\u212aey"},
	{.name = "Create\\u0041ccess\\u004bez"},
	{.name = "\\\\u0043reateAccessKey"},
	{.name = "Create\\\\u0041ccessKey"},
	{.name = "\\\"CreateAccessKey\\\""},
	/* other keys */
	{.before = "\"EventName\":\"CreateAccessKey\",\"eventname\":\"CreateAccessKey\",",
		.twice = true},
	{.before = "\"eventName \":\"CreateAccessKey\",\"event\\u004eameX\":\"CreateAccessKey\","},
	{.before = "\"\\\\u0065ventName\":\"CreateAccessKey\","},
	{.more = ",\"eventNames\":[\"CreateAccessKey\"]"},
	/* other places */
	{.request = NESTED("CreateAccessKey")},
	{.request = NESTED("\\u0043reate\\u0041ccess\\u004Bey")},
	{.request = "{\"event\\u004eame\":\"Create\\u0041ccessKey\"}", .space = SPACE_LINES},
	{.request = "{\"lookupAttributes\":[{\"attributeKey\":\"EventName\",\"attributeValue\":"
		    "\"CreateAccessKey\"}],\"maxResults\":50}"},
	{.request = "{\"Records\":[" RECORD "," RECORD "]}"},
	{.request = "{\"entries\":[{\"detail\":" RECORD "}]}", .size = SIZE_LARGE},
	{.more = ",\"addendum\":[" RECORD "]"},
	/* in strings */
	{.agent = "aws-cli/2.15.0 command/iam.create-access-key CreateAccessKey"},
	{.agent = "\\\",\\\"eventName\\\":\\\"CreateAccessKey\\\",\\\"x\\\":\\\""},
	{.request = STATEMENT("iam:CreateAccessKey")},
	{.request = STATEMENT("iam:Create\\\\u0041ccessKey")},
	{.request = STATEMENT("iam:Create\\u0041ccessKey"), .space = SPACE_BEHIND},
	{.request = "{\"message\":" AS_TEXT ",\"subject\":\"a copy\"}"},
	{.error = "AccessDenied\",\"errorMessage\":\"User: arn:aws:iam::$a:user/$u is not "
		  "authorized to perform: iam:CreateAccessKey on resource: user $u"},
	/* nothing of it, but odd */
	{.space = SPACE_LINES},
	{.space = SPACE_TABS},
	{.size = SIZE_TINY},
	{.size = SIZE_LARGE, .agent = "{[}]\\\\"},
};
const size_t trail_decoy_count = sizeof(trail_decoys) / sizeof(trail_decoys[0]);

/* ---- escapes ---- */

static void
put_escape(struct trail *trail, struct buf *out, unsigned char c)
{
	static const char *const digits[] = {"0123456789abcdef", "0123456789ABCDEF"};

	buf_append(out, "\\u00", 4);
	buf_putc(out, (char)('0' + c / 16));
	buf_putc(out, digits[trail_next(trail) & 1][c % 16]);
}

void
trail_escape(struct trail *trail, struct buf *out, const char *text, enum trail_escape how)
{
	size_t one = how == ESCAPE_NONE ? SIZE_MAX : trail_next(trail) % strlen(text);

	for (size_t i = 0; text[i]; i++)
		if (i == one || how == ESCAPE_ALL || (how == ESCAPE_SOME && trail_next(trail) & 1))
			put_escape(trail, out, (unsigned char)text[i]);
		else
			buf_putc(out, text[i]);
}

/* ---- white space ---- */

static void
put_indent(struct buf *out, unsigned depth)
{
	buf_append(out, "\r\n" + (depth & 1), 2 - (depth & 1));
	while (depth-- > 0)
		buf_putc(out, '\t');
}

static void
put_spaced(struct buf *out, char c, enum trail_space how, unsigned *depth)
{
	static const char *const before[] = {"", "", " ", "\t", ""};
	static const char *const behind[] = {"", " ", "", " \t", " "};
	bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';

	if (c == ':' || c == ',')
		buf_puts(out, before[how]);
	if (closes && how == SPACE_LINES)
		put_indent(out, --*depth);
	buf_putc(out, c);
	if ((opens || c == ',') && how == SPACE_LINES)
		put_indent(out, *depth += opens);
	else if (c == ':' || c == ',')
		buf_puts(out, behind[how]);
}

void
trail_space(struct buf *out, struct str json, enum trail_space how)
{
	bool quoted = false;
	unsigned depth = 0;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];

		if (c == '"')
			quoted = !quoted;
		if (!quoted) {
			put_spaced(out, c, how, &depth);
			continue;
		}
		buf_putc(out, c);
		if (c == '\\')
			buf_putc(out, json.data[++i]);
	}
}
