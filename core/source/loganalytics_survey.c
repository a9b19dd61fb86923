/*
 * The workspace looked through for many alerts at once: one query gives the rows that their terms
 * stand in, earliest first and bounded, and of which times the table has rows at all. What was
 * asked for comes from records, where anything may stand: it goes into the query as literals.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/source/loganalytics.h"

enum { ROWS_MOST = 2000 };

/* Rows are ingested late: of times after that more may come. */
static const int64_t late = 30 * TICKS_PER_MINUTE;
static const int64_t span_least = TICKS_PER_MINUTE;

/* ---- the query ---- */

void
loganalytics_write_literal(struct buf *out, struct str text)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}

static void
put_list(struct buf *out, const struct str *values, size_t count)
{
	buf_putc(out, '(');
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i ? ", " : "");
		loganalytics_write_literal(out, values[i]);
	}
	buf_putc(out, ')');
}

static bool
has_ipv6(const struct source_survey *survey)
{
	for (size_t i = 0; i < survey->lists[SURVEY_ADDRESSES].count; i++)
		if (str_find(survey->lists[SURVEY_ADDRESSES].values[i], STR(":"), 0) != (size_t)-1)
			return true;
	return false;
}

/* As parse_ipv6 writes it: eight groups of four digits; of what is none, itself, which it never is.
 */
static void
put_ipv6(struct buf *out, struct str text)
{
	unsigned char address[16];
	char copy[INET6_ADDRSTRLEN];

	snprintf(copy, sizeof(copy), "%.*s", STR_ARG(text));
	if (inet_pton(AF_INET6, copy, address) != 1) {
		loganalytics_write_literal(out, text);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < sizeof(address); i += 2)
		buf_printf(out, "%s%02x%02x", i ? ":" : "", address[i], address[i + 1]);
	buf_putc(out, '"');
}

/* An IPv6 address has many spellings. */
static void
put_any_spelling(struct buf *out, const struct source_survey *survey)
{
	const struct str *values = survey->lists[SURVEY_ADDRESSES].values;
	const char *before = "(";

	buf_puts(out, " or parse_ipv6(SourceIpAddress) in ");
	for (size_t i = 0; i < survey->lists[SURVEY_ADDRESSES].count; i++) {
		if (str_find(values[i], STR(":"), 0) == (size_t)-1)
			continue;
		buf_puts(out, before);
		put_ipv6(out, values[i]);
		before = ", ";
	}
	buf_putc(out, ')');
}

/* The list stands behind the text. */
struct condition {
	enum source_survey_list list;
	const char *text;
};
static const struct condition by_key[] = {
	{SURVEY_KEYS, "UserIdentityAccessKeyId in "},
	{SURVEY_KEYS, "RequestParameters has_any "},
	{SURVEY_KEYS, "ResponseElements has_any "},
	{SURVEY_LISTS, NULL},
};
static const struct condition by_call[] = {
	{SURVEY_ACTORS, "UserIdentityArn in "},
	{SURVEY_ACTORS, "UserIdentityPrincipalid in "},
	{SURVEY_ACTORS, "UserIdentityInvokedBy in "},
	{SURVEY_ADDRESSES, "SourceIpAddress in "},
	{SURVEY_USERS, "UserIdentityUserName in "},
	{SURVEY_USERS, "tostring(parse_json(RequestParameters).userName) in "},
	{SURVEY_LISTS, NULL},
};

static void
put_conditions(struct buf *out, const struct source_survey *survey, const struct condition *list)
{
	for (; list->text; list++) {
		if (!survey->lists[list->list].count)
			continue;
		buf_printf(out, "        or %s", list->text);
		put_list(out, survey->lists[list->list].values, survey->lists[list->list].count);
		buf_putc(out, '\n');
	}
}

/* Each key that was made is given: by whatever agent, for whatever user. */
static void
put_rows(struct buf *out, const struct source_survey *survey)
{
	buf_puts(out, "    (AWSCloudTrail\n"
		      "    | where EventName == \"CreateAccessKey\"\n");
	put_conditions(out, survey, by_key);
	buf_puts(out, "        or (EventName in ");
	put_list(out, survey->calls, survey->call_count);
	buf_puts(out, " and (false\n");
	put_conditions(out, survey, by_call);
	if (has_ipv6(survey)) {
		buf_puts(out, "       ");
		put_any_spelling(out, survey);
		buf_putc(out, '\n');
	}
	if (survey->root)
		buf_puts(out, "        or UserIdentityType == \"Root\"\n");
	buf_puts(out, "        )))");
}

/* Of an address the first call of each who called from there. */
static void
put_firsts(struct buf *out, const struct source_survey *survey)
{
	if (!survey->lists[SURVEY_ADDRESSES].count)
		return;
	buf_puts(out, ",\n    (AWSCloudTrail\n    | where SourceIpAddress in ");
	put_list(
		out, survey->lists[SURVEY_ADDRESSES].values, survey->lists[SURVEY_ADDRESSES].count);
	if (has_ipv6(survey))
		put_any_spelling(out, survey);
	buf_puts(out, "\n    | summarize arg_min(TimeGenerated, *) by SourceIpAddress,"
		      " UserIdentityArn, UserIdentityPrincipalid, UserIdentityInvokedBy)");
}

/* Of each lasting key (trace.h) of the users the first call with it, whatever it was: a rotation
 * ends an old key, which may only have been used. */
static void
put_first_uses(struct buf *out, const struct source_survey *survey)
{
	const struct str *users = survey->lists[SURVEY_USERS].values;
	size_t count = survey->lists[SURVEY_USERS].count;

	if (!count && !survey->root)
		return;
	buf_puts(out, ",\n    (AWSCloudTrail\n"
		      "    | where UserIdentityAccessKeyId startswith_cs \"AKIA\" and (");
	if (count) {
		buf_puts(out, "UserIdentityUserName in ");
		put_list(out, users, count);
	}
	if (survey->root)
		buf_printf(out, "%sUserIdentityType == \"Root\"", count ? " or " : "");
	buf_puts(out, ")\n    | summarize arg_min(TimeGenerated, *) by UserIdentityAccessKeyId)");
}

void
loganalytics_write_survey(struct buf *out, const struct source_survey *survey)
{
	buf_puts(out, "let keywatch_found = union\n");
	put_rows(out, survey);
	put_firsts(out, survey);
	put_first_uses(out, survey);
	buf_printf(out,
		"\n| order by TimeGenerated asc\n"
		"| take %d;\n"
		"let keywatch_times = AWSCloudTrail\n"
		"| summarize keywatch_first = min(TimeGenerated),"
		" keywatch_last = max(TimeGenerated) by RecipientAccountId,"
		" bin(TimeGenerated, 6h)\n"
		"| project RecipientAccountId, keywatch_first, keywatch_last;\n"
		"union keywatch_found, keywatch_times\n",
		ROWS_MOST);
}

/* ---- the answer ---- */

struct answer {
	const struct source_options *options;
	struct source_survey *survey;
	const char *path;
	size_t rows;
	int64_t last; /* time of a row; TIME_NONE: none */
	bool stopped, limit;
	char partial[300];
};

static void
cover(const struct answer *a, const struct json *row, int64_t time)
{
	struct str account = json_string(json_get(row, STR("RecipientAccountId")));

	a->survey->covers(a->survey->context, account, time);
}

static int64_t
time_of(const struct json *row, struct str name)
{
	int64_t ticks;

	return time_parse(json_string(json_get(row, name)), &ticks) ? ticks : TIME_NONE;
}

/* False: it tells times. */
static bool
is_event(struct answer *a, struct str raw)
{
	struct json_doc *doc;
	int64_t first, last, time;

	if (!json_parse(raw, &doc, NULL))
		return true;
	first = time_of(json_root(doc), STR("keywatch_first"));
	last = time_of(json_root(doc), STR("keywatch_last"));
	time = time_of(json_root(doc), STR("TimeGenerated"));
	if (first != TIME_NONE) {
		cover(a, json_root(doc), first);
		cover(a, json_root(doc), last);
	}
	json_doc_free(doc);
	if (first != TIME_NONE)
		return false;
	a->rows++;
	if (time > a->last)
		a->last = time;
	return true;
}

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct answer *a = context;
	const struct source_sink *sink = a->options->sink;
	const struct source_place place = {.path = str_from(a->path), .arrived = TIME_NONE};

	(void)offset; /* of this answer, and another in the next */
	if (is_event(a, raw))
		a->stopped |= !sink->record(sink->context, &place, raw, flags);
	return !a->stopped;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct answer *a = context;

	(void)offset;
	if (severity != PROBLEM_ERROR)
		return;
	if (loganalytics_is_limit(str_from(reason)))
		a->limit = true;
	else if (!a->partial[0])
		snprintf(a->partial, sizeof(a->partial), "%s", reason);
}

static void
read_rows(struct answer *a, struct str body)
{
	static const struct scan_options every_row = {0}; /* Kusto has chosen */
	const struct scan_sink sink = {a, take_record, take_problem};
	struct scanner *scanner = scanner_new(&every_row);
	struct scan_summary summary;

	scan_begin(scanner, &sink);
	scan_bytes(scanner, body.data, body.len);
	scan_end(scanner, &summary);
	scanner_free(scanner);
}

/* How far what was given tells of all there is. */
static void
judge(struct answer *a, int64_t to)
{
	struct source_survey *survey = a->survey;
	int64_t known = survey->to - late;

	survey->until = to < known ? to : known;
	survey->cut = to < known;
	if (a->rows >= ROWS_MOST && a->last != TIME_NONE && a->last <= survey->until) {
		survey->cut = true;
		survey->until = a->last - 1;
		if (survey->until < survey->from) {
			survey->until = a->last;
			snprintf(survey->missing, sizeof(survey->missing),
				"more rows of one moment than are asked for");
		}
	}
	if (a->partial[0]) {
		survey->until = survey->from - 1;
		snprintf(survey->missing, sizeof(survey->missing), "%s", a->partial);
	}
}

/* ---- asking ---- */

enum outcome { DONE, SMALLER, ENDED };

static enum outcome
ask(struct loganalytics_client *client, struct answer *a, int64_t to, enum source_result *result,
	struct source_failure *failure, struct error *err)
{
	struct loganalytics_call call = {.from = a->survey->from, .to = to};
	const struct source_options *o = client->options;
	struct buf query = {0};
	bool smaller = false;

	*result = SOURCE_STOPPED;
	if (!o->turn(o->turn_context, a->path))
		return ENDED;
	loganalytics_write_survey(&query, a->survey);
	call.query = buf_view(&query);
	*result = loganalytics_ask(client, &call, failure, err);
	if (*result == SOURCE_OK && call.response.status != 204)
		*result = loganalytics_refuse(
			loganalytics_judge(buf_view(&call.response.body)), failure, err);
	if (*result == SOURCE_OK)
		read_rows(a, buf_view(&call.response.body));
	smaller = a->limit || (*result == SOURCE_FAILED && (call.too_long || call.timed_out));
	if (*result == SOURCE_FAILED && call.timed_out)
		client->survey_span = (to - call.from) / 2; /* after a pause */
	http_response_fini(&call.response);
	buf_fini(&query);
	if (a->stopped)
		*result = SOURCE_STOPPED;
	if (smaller && !call.timed_out && !a->stopped && to - call.from > span_least)
		return SMALLER;
	return *result == SOURCE_OK ? DONE : ENDED;
}

enum source_result
loganalytics_survey(struct loganalytics_client *client, const char *path,
	struct source_survey *survey, struct source_failure *failure, struct error *err)
{
	int64_t to = survey->to;
	enum source_result result;
	enum outcome outcome;
	struct answer a;

	if (survey->from > survey->to - late) /* nothing of it can be known yet */
		survey->from = survey->to - late;
	if (client->survey_span && client->survey_span < to - survey->from)
		to = survey->from + client->survey_span;
	snprintf(survey->place, sizeof(survey->place),
		"the table AWSCloudTrail of %s, with the accounts and regions that it holds", path);
	do {
		a = (struct answer){.options = client->options,
			.survey = survey,
			.path = path,
			.last = TIME_NONE};
		outcome = ask(client, &a, to, &result, failure, err);
		if (outcome == SMALLER)
			to = survey->from + (to - survey->from) / 2;
	} while (outcome == SMALLER);
	if (outcome == ENDED)
		return result;
	*failure = (struct source_failure){.cause = failure->cause};
	client->survey_span = to < survey->to ? 2 * (to - survey->from) : 0;
	judge(&a, to);
	if (a.limit && !survey->missing[0])
		snprintf(survey->missing, sizeof(survey->missing),
			"more rows of one minute than the service gives");
	return SOURCE_OK;
}
