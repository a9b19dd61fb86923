#include "tests/support/story.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "tests/support/test.h"

enum { LINES = 400, WORDS = 24 };

struct story_event {
	int64_t at;
	struct str caller, call;
	struct str words[WORDS]; /* key=value */
	size_t word_count, number;
};

struct story {
	struct str name;
	struct story_event *events;
	size_t count, capacity;
};

static int64_t
zero(void)
{
	int64_t ticks;

	assert_true(time_parse(STR("2026-03-02T12:00:00Z"), &ticks));
	return ticks;
}

/* ---- reading ---- */

static struct str
next_word(struct str *line)
{
	size_t end;
	struct str word;

	*line = str_trim(*line);
	end = str_find(*line, STR(" "), 0);
	word = str_slice(*line, 0, end == (size_t)-1 ? line->len : end);
	*line = str_slice(*line, word.len, line->len);
	return word;
}

/* `0`, `-30m`, `+58s`, `+2d` */
static int64_t
time_of(struct str word)
{
	int64_t ticks = 0;
	bool back = word.data[0] == '-';

	if (!str_is(word, "0"))
		assert_true(time_parse_span(str_slice(word, 1, word.len), &ticks));
	return zero() + (back ? -ticks : ticks);
}

static void
add_event(struct story *story, const struct story_event *event)
{
	MEM_GROW(story->events, story->count, story->capacity);
	story->events[story->count] = *event;
	story->events[story->count].number = story->count;
	story->count++;
}

static void
add_quiet(struct story *story, struct str line)
{
	int64_t from = time_of(next_word(&line)), to = time_of(next_word(&line));

	for (int64_t at = from; at <= to; at += 60 * TICKS_PER_MINUTE)
		add_event(story, &(struct story_event){.at = at,
					 .caller = STR("role/Clock/tick"),
					 .call = STR("ec2:DescribeInstances"),
					 .words = {STR("ip=192.0.2.1")},
					 .word_count = 1});
}

static void
read_event(struct story *story, struct str line)
{
	struct story_event event = {.at = time_of(next_word(&line))};

	event.caller = next_word(&line);
	event.call = next_word(&line);
	while ((line = str_trim(line)).len) {
		assert_true(event.word_count < WORDS);
		event.words[event.word_count++] = next_word(&line);
	}
	add_event(story, &event);
}

/* ---- writing ---- */

static struct str
word(const struct story_event *event, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < event->word_count; i++)
		if (str_starts_with(event->words[i], str_from(name)) &&
			event->words[i].data[len] == '=')
			return str_slice(event->words[i], len + 1, event->words[i].len);
	return STR_ABSENT;
}

static struct str
word_or(const struct story_event *event, const char *name, const char *otherwise)
{
	struct str value = word(event, name);

	return value.data ? value : str_from(otherwise);
}

struct caller {
	struct str kind, name, session, key;
};

static struct caller
caller_of(const struct story_event *event)
{
	struct str rest = event->caller;
	size_t at = str_find(rest, STR("@"), 0), slash;
	struct caller c = {0};

	if (at != (size_t)-1) {
		c.key = str_slice(rest, at + 1, rest.len);
		rest = str_slice(rest, 0, at);
	}
	slash = str_find(rest, STR("/"), 0);
	c.kind = str_slice(rest, 0, slash == (size_t)-1 ? rest.len : slash);
	rest = str_slice(rest, c.kind.len + 1, rest.len);
	slash = str_find(rest, STR("/"), 0);
	c.name = str_slice(rest, 0, slash == (size_t)-1 ? rest.len : slash);
	c.session = str_slice(rest, c.name.len + 1, rest.len);
	return c;
}

static void
put_caller(struct buf *out, const struct story_event *event, const struct caller *c)
{
	struct str account = word_or(event, "account", "111122223333");

	if (str_is(c->kind, "service")) {
		buf_printf(
			out, "{\"type\":\"AWSService\",\"invokedBy\":\"%.*s\"}", STR_ARG(c->name));
		return;
	}
	if (str_is(c->kind, "user"))
		buf_printf(out,
			"{\"type\":\"IAMUser\",\"principalId\":\"AIDA%.*s\",\"arn\":\"arn:aws:iam::"
			"%.*s:"
			"user/%.*s\",\"userName\":\"%.*s\"",
			STR_ARG(c->name), STR_ARG(account), STR_ARG(c->name), STR_ARG(c->name));
	else if (str_is(c->kind, "fed"))
		buf_printf(out,
			"{\"type\":\"FederatedUser\",\"principalId\":\"%.*s:%.*s\",\"arn\":\"arn:"
			"aws:sts:"
			":%.*s:federated-user/%.*s\"",
			STR_ARG(account), STR_ARG(c->name), STR_ARG(account), STR_ARG(c->name));
	else if (str_is(c->kind, "root"))
		buf_printf(out,
			"{\"type\":\"Root\",\"principalId\":\"%.*s\",\"arn\":\"arn:aws:iam::%.*s:"
			"root\"",
			STR_ARG(account), STR_ARG(account));
	else
		buf_printf(out,
			"{\"type\":\"AssumedRole\",\"principalId\":\"AROA%.*s:%.*s\",\"arn\":\"arn:"
			"aws:sts"
			"::%.*s:assumed-role/%.*s/"
			"%.*s\",\"sessionContext\":{\"sessionIssuer\":{\"type\":"
			"\"Role\",\"arn\":\"arn:aws:iam::%.*s:role/%.*s\"}}",
			STR_ARG(c->name), STR_ARG(c->session), STR_ARG(account), STR_ARG(c->name),
			STR_ARG(c->session), STR_ARG(account), STR_ARG(c->name));
	buf_printf(out, ",\"accountId\":\"%.*s\"", STR_ARG(account));
	if (c->key.data)
		buf_printf(out, ",\"accessKeyId\":\"%.*s\"", STR_ARG(c->key));
	else
		buf_printf(out, ",\"accessKeyId\":\"%s%.*s%.*s\"",
			str_is(c->kind, "user") ? "AKIAOF" : "ASIAOF", STR_ARG(c->name),
			STR_ARG(c->session));
	buf_puts(out, "}");
}

/* What a request says, and by which of the words. */
static const struct {
	const char *name, *word;
} requests[] = {{"userName", "user"}, {"status", "status"}, {"policyArn", "policy"},
	{"roleArn", "role"}, {"groupName", "group"}, {"name", "name"}};

static void
put_request(struct buf *out, const struct story_event *event)
{
	const char *comma = "";

	buf_puts(out, ",\"requestParameters\":{");
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct str value = word(event, requests[i].word);

		if (!value.data)
			continue;
		buf_printf(out, "%s\"%s\":\"%.*s\"", comma, requests[i].name, STR_ARG(value));
		comma = ",";
	}
	if (word(event, "key").data && !str_is(event->call, "iam:CreateAccessKey"))
		buf_printf(out, "%s\"accessKeyId\":\"%.*s\"", comma, STR_ARG(word(event, "key")));
	buf_puts(out, "}");
}

static void
put_response(struct buf *out, const struct story_event *event, const struct caller *c)
{
	struct str user = word(event, "user");

	buf_puts(out, ",\"responseElements\":");
	if (word(event, "error").data)
		buf_puts(out, "null");
	else if (str_is(event->call, "iam:CreateAccessKey"))
		buf_printf(out,
			"{\"accessKey\":{\"userName\":\"%.*s\",\"accessKeyId\":\"%.*s\",\"status\":"
			"\"Active\"}}",
			STR_ARG(user.data ? user : c->name), STR_ARG(word(event, "key")));
	else if (word(event, "temp").data)
		buf_printf(out, "{\"credentials\":{\"accessKeyId\":\"%.*s\"}}",
			STR_ARG(word(event, "temp")));
	else
		buf_puts(out, "null");
}

static void
put_record(struct buf *out, const struct story_event *event)
{
	struct caller c = caller_of(event);
	size_t colon = str_find(event->call, STR(":"), 0);
	char time[TIME_TEXT];

	assert_true(colon != (size_t)-1);
	time_format_iso(event->at, time);
	buf_puts(out, "{\"eventVersion\":\"1.08\",\"userIdentity\":");
	put_caller(out, event, &c);
	buf_printf(out,
		",\"eventTime\":\"%s\",\"eventSource\":\"%.*s.amazonaws.com\",\"eventName\":\"%.*"
		"s\","
		"\"awsRegion\":\"%.*s\",\"sourceIPAddress\":\"%.*s\",\"userAgent\":\"%.*s\"",
		time, (int)colon, event->call.data,
		STR_ARG(str_slice(event->call, colon + 1, event->call.len)),
		STR_ARG(word_or(event, "region", "us-east-1")),
		STR_ARG(word_or(event, "ip", "203.0.113.50")),
		STR_ARG(word_or(event, "agent", "aws-cli/2.15")));
	if (word(event, "error").data)
		buf_printf(out, ",\"errorCode\":\"%.*s\"", STR_ARG(word(event, "error")));
	put_request(out, event);
	put_response(out, event, &c);
	if (word(event, "id").data)
		buf_printf(out, ",\"eventID\":\"%.*s\"", STR_ARG(word(event, "id")));
	else
		buf_printf(out, ",\"eventID\":\"story-%zu\"", event->number);
	buf_printf(out, ",\"recipientAccountId\":\"%.*s\"}\n",
		STR_ARG(word_or(event, "recipient", "111122223333")));
}

/* ---- telling ---- */

struct withheld {
	int64_t from, to;   /* events of these times are left out */
	struct str damaged; /* the file that ends within a record */
};

static void
write_event(const char *folder, const struct story_event *event)
{
	char time[TIME_TEXT], path[4096];
	struct str file = word(event, "file");
	struct buf record = {0};
	FILE *out;

	time_format_iso(event->at, time);
	if (file.data)
		snprintf(path, sizeof(path), "%s/%.*s", folder, STR_ARG(file));
	else
		snprintf(path, sizeof(path), "%s/%.10s.jsonl", folder, time);
	put_record(&record, event);
	out = fopen(path, "a");
	assert_non_null(out);
	assert_int_equal(fwrite(record.data, 1, record.len, out), record.len);
	assert_int_equal(fclose(out), 0);
	buf_fini(&record);
}

static void
damage(const char *folder, struct str name)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%.*s", folder, STR_ARG(name));
	out = fopen(path, "a");
	assert_non_null(out);
	fputs("{\"eventVersion\":\"1.08\",\"eventName\":\"Get", out);
	assert_int_equal(fclose(out), 0);
}

static void
tell(const struct story *story, const struct story_telling *telling,
	const struct withheld *withheld, story_visit *visit)
{
	char *folder = test_folder();

	for (size_t i = 0; i < story->count; i++) {
		const struct story_event *event = &story->events[i];

		if (event->at < withheld->from || event->at > withheld->to)
			write_event(folder, event);
	}
	if (withheld->damaged.len)
		damage(folder, withheld->damaged);
	visit(telling, folder);
	test_rmtree(folder);
}

struct telling {
	const char *only;
	story_visit *visit;
	struct story story;
	struct story_telling telling;
	struct story_expect expects[LINES];
	struct withheld withheld;
	bool open;
	size_t told;
};

static void
tell_open(struct telling *t)
{
	if (!t->open || !t->telling.expect_count)
		return;
	t->open = false;
	if (t->only && str_find(t->story.name, str_from(t->only), 0) == (size_t)-1)
		return;
	t->telling.story = t->story.name;
	t->telling.expects = t->expects;
	tell(&t->story, &t->telling, &t->withheld, t->visit);
	t->told++;
}

static void
begin_story(struct telling *t, struct str name)
{
	tell_open(t);
	t->story.count = 0;
	t->story.name = str_trim(name);
	t->telling = (struct story_telling){0};
	t->withheld = (struct withheld){.from = INT64_MAX, .to = INT64_MIN};
	t->open = true;
}

static void
begin_variation(struct telling *t, struct str line)
{
	size_t colon = str_find(line, STR(":"), 0);
	struct str how = str_slice(line, colon + 1, line.len), verb;

	assert_true(colon != (size_t)-1);
	tell_open(t);
	t->open = true;
	t->telling = (struct story_telling){.variation = str_trim(str_slice(line, 0, colon))};
	t->withheld = (struct withheld){.from = INT64_MAX, .to = INT64_MIN};
	verb = next_word(&how);
	if (str_is(verb, "drop")) {
		t->withheld.from = time_of(next_word(&how));
		t->withheld.to = time_of(next_word(&how));
	} else {
		assert_true(str_is(verb, "damage"));
		t->withheld.damaged = next_word(&how);
	}
}

static void
add_expect(struct telling *t, struct str line)
{
	struct story_expect *e = &t->expects[t->telling.expect_count++];

	assert_true(t->telling.expect_count < LINES);
	e->question = (int)strtol(next_word(&line).data, NULL, 10);
	line = str_trim(line);
	e->unknown = str_starts_with(line, STR("? "));
	e->text = e->unknown ? str_slice(line, 2, line.len) : line;
}

static void
take_line(struct telling *t, struct str line)
{
	struct str rest = str_slice(line, 1, line.len);

	if (!line.len || line.data[0] == '#')
		return;
	if (line.data[0] == '=')
		begin_story(t, rest);
	else if (line.data[0] == '~')
		begin_variation(t, rest);
	else if (line.data[0] == '>')
		add_expect(t, rest);
	else if (str_starts_with(line, STR("quiet ")))
		add_quiet(&t->story, str_slice(line, 6, line.len));
	else
		read_event(&t->story, line);
}

size_t
story_tell(const char *only, story_visit *visit)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	struct telling *t = MEM_NEW(struct telling);
	char path[4096];
	struct str text, rest;
	size_t told;

	snprintf(path, sizeof(path), "%s/tests/data/story.cases", source ? source : ".");
	text.data = test_read(path, &text.len);
	t->only = only;
	t->visit = visit;
	for (rest = text; rest.len;) {
		size_t end = str_find(rest, STR("\n"), 0);
		struct str line = str_slice(rest, 0, end == (size_t)-1 ? rest.len : end);

		take_line(t, str_trim(line));
		rest = str_slice(rest, line.len + 1, rest.len);
	}
	tell_open(t);
	told = t->told;
	free(t->story.events);
	free(t);
	free((char *)text.data);
	return told;
}
