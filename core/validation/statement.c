#include "core/validation/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/base/hash.h"
#include "core/base/timefmt.h"
#include "core/validation/value.h"

/* Signed: never to be changed, even where the program says it otherwise one day. */
static const char *const fixed_lines[] = {
	"keywatch validation statement 1",
	"decision: validate",
	"classification: BenignPositive SuspiciousButExpected",
};

enum {
	FIXED_LINES = sizeof(fixed_lines) / sizeof(fixed_lines[0]),
	LINE_SEQUENCE = FIXED_LINES + STATEMENT_TEXT_COUNT,
	LINE_TIME,
	LINE_COUNT,
};

struct text_rule {
	const char *name;
	const char *words; /* of what the alert says */
	size_t hex;	   /* exactly that many digits; 0: free text */
	bool required;
};

static const struct text_rule rules[STATEMENT_TEXT_COUNT] = {
#define X(id, spelled) [STATEMENT_##id].name = spelled,
	STATEMENT_TEXTS(X)
#undef X
		[STATEMENT_PRINCIPAL]
			.required = true,
	[STATEMENT_REASON].required = true,
	[STATEMENT_STORE_ID].required = true,
	[STATEMENT_ALERT_ID].hex = ALERT_ID_SIZE - 1,
	[STATEMENT_EVENT_SHA256].hex = HASH_HEX - 1,
	[STATEMENT_PREVIOUS].hex = HASH_HEX - 1,
	[STATEMENT_NONCE].hex = STATEMENT_NONCE_SIZE - 1,
	[STATEMENT_RULE_ID].words = "the rule",
	[STATEMENT_ALERT_ID].words = "the alert",
	[STATEMENT_EVENT_SHA256].words = "the SHA-256 of the event",
	[STATEMENT_EVENT_ID].words = "the event's id",
	[STATEMENT_ACCOUNT].words = "the account",
	[STATEMENT_ACTOR].words = "the actor",
	[STATEMENT_TARGET].words = "the target",
	[STATEMENT_KEY_ID].words = "the new key",
};

static size_t
longest(size_t text)
{
	return text == STATEMENT_REASON ? STATEMENT_REASON_MAX : STATEMENT_VALUE_MAX;
}

/* ---- writing ---- */

static void
write_value(struct buf *out, struct str value, size_t max)
{
	size_t start = out->len;
	char hex[HASH_HEX];

	value_write(out, value);
	if (out->len - start <= max)
		return;
	out->len = start;
	hash_hex(value, hex);
	buf_printf(out, "sha256:%s (%zu bytes)", hex, value.len);
}

static void
write_line(struct buf *out, const char *name, struct str value, size_t max)
{
	buf_puts(out, name);
	buf_putc(out, ':');
	if (value.len)
		buf_putc(out, ' ');
	write_value(out, value, max);
	buf_putc(out, '\n');
}

void
statement_write(const struct statement *s, struct buf *out)
{
	char time[TIME_TEXT];

	for (size_t i = 0; i < FIXED_LINES; i++)
		buf_printf(out, "%s\n", fixed_lines[i]);
	for (size_t i = 0; i < STATEMENT_TEXT_COUNT; i++)
		write_line(out, rules[i].name, s->text[i], longest(i));
	time_format_iso(s->time, time);
	buf_printf(out, "sequence: %" PRId64 "\ntime: %s\n", s->sequence, time);
}

/* ---- judging ---- */

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.data[i] >= '0' && s.data[i] <= '9') ||
			    (s.data[i] >= 'a' && s.data[i] <= 'f')))
			return false;
	return true;
}

static bool
has_escape(struct str value)
{
	struct buf written = {0};
	size_t extra = 0;
	bool escapes;

	value_write(&written, value);
	for (size_t i = 0; i < value.len; i++)
		extra += value.data[i] == '\\';
	escapes = written.len != value.len + extra;
	buf_fini(&written);
	return escapes;
}

static bool
check_principal(struct str principal, struct error *err)
{
	if (principal.len > STATEMENT_PRINCIPAL_MAX)
		return error_set(err, ERROR_USAGE, "the principal is longer than %d bytes",
			STATEMENT_PRINCIPAL_MAX);
	if (has_escape(principal))
		return error_set(err, ERROR_USAGE,
			"the principal begins or ends with a blank or holds hidden characters");
	return true;
}

static bool
check_reason(struct str reason, struct error *err)
{
	struct buf written = {0};
	size_t length;

	if (!decision_text_ok(DECIDE_VALIDATE, reason, err))
		return false;
	value_write(&written, reason);
	length = written.len;
	buf_fini(&written);
	return length <= STATEMENT_REASON_MAX ||
	       error_set(err, ERROR_USAGE,
		       "the reason takes %zu bytes with its escapes, %d are the limit", length,
		       STATEMENT_REASON_MAX);
}

static bool
check_text(const struct text_rule *rule, struct str value, struct error *err)
{
	if (rule->required && !value.len)
		return error_set(err, ERROR_USAGE, "the %s is empty", rule->name);
	if (rule->hex && (value.len != rule->hex || !is_hex(value)))
		return error_set(err, ERROR_USAGE, "%s must be %zu digits of 0-9 and a-f",
			rule->name, rule->hex);
	return true;
}

bool
statement_check(const struct statement *s, struct error *err)
{
	static const struct time_parts end = {.year = 9999, .month = 12, .day = 31, .hour = 23};
	int64_t last = 0;

	for (size_t i = 0; i < STATEMENT_TEXT_COUNT; i++)
		if (!check_text(&rules[i], s->text[i], err))
			return false;
	time_join(&end, &last);
	if (s->sequence < 0)
		return error_set(err, ERROR_USAGE, "the sequence is negative");
	if (s->time < 0 || s->time > last || s->time % TICKS_PER_SECOND)
		return error_set(err, ERROR_USAGE, "the time is no whole second of our age");
	return check_principal(s->text[STATEMENT_PRINCIPAL], err) &&
	       check_reason(s->text[STATEMENT_REASON], err);
}

/* ---- reading ---- */

struct reader {
	struct statement *statement;
	struct arena *arena;
	struct str rest; /* of the text */
	size_t line;	 /* the current one, from 0 */
};

static bool
refuse(const struct reader *r, struct error *err, const char *why)
{
	return error_set(err, ERROR_INPUT, "line %zu of the statement: %s", r->line + 1, why);
}

static const char *
line_name(size_t line)
{
	if (line >= LINE_SEQUENCE)
		return line == LINE_SEQUENCE ? "sequence" : "time";
	return rules[line - FIXED_LINES].name;
}

static bool
take_line(struct reader *r, struct str *line, struct error *err)
{
	size_t end = str_find(r->rest, STR("\n"), 0);

	if (end == (size_t)-1)
		return refuse(r, err, r->rest.len ? "it does not end with a line feed" : "missing");
	*line = str_slice(r->rest, 0, end);
	r->rest = str_slice(r->rest, end + 1, r->rest.len);
	if (str_ends_with(*line, STR("\r")))
		return refuse(r, err, "a carriage return: line ends must be LF alone");
	return true;
}

/* `name: value`, or `name:` for an empty one. */
static bool
split_line(const struct reader *r, struct str line, struct str *value, struct error *err)
{
	const char *name = line_name(r->line);
	size_t length = strlen(name);

	if (!str_starts_with(line, str_from(name)) || line.len == length ||
		line.data[length] != ':')
		return error_set(err, ERROR_INPUT, "line %zu of the statement: `%s:` belongs here",
			r->line + 1, name);
	*value = str_slice(line, length + 1, line.len);
	if (!value->len)
		return true;
	if (value->data[0] != ' ' || value->len == 1)
		return refuse(r, err, "one blank stands between the colon and a value");
	*value = str_slice(*value, 1, value->len);
	return true;
}

static bool
take_text(const struct reader *r, size_t text, struct str written, struct error *err)
{
	struct buf value = {0};
	const char *why = value_read(&value, written);

	if (!why && written.len > longest(text))
		why = "the value is too long";
	if (!why)
		r->statement->text[text] =
			arena_str(r->arena, (struct str){buf_cstr(&value), value.len});
	buf_fini(&value);
	return !why || refuse(r, err, why);
}

static bool
take_sequence(const struct reader *r, struct str digits, struct error *err)
{
	int64_t number = 0;

	for (size_t i = 0; i < digits.len; i++)
		if (digits.data[i] < '0' || digits.data[i] > '9' ||
			__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, digits.data[i] - '0', &number))
			return refuse(r, err, "no number");
	r->statement->sequence = number;
	return digits.len && (digits.data[0] != '0' || digits.len == 1)
		       ? true
		       : refuse(r, err, "no number");
}

static bool
take_time(const struct reader *r, struct str written, struct error *err)
{
	char again[TIME_TEXT];

	if (!time_parse(written, &r->statement->time))
		return refuse(r, err, "no time");
	time_format_iso(r->statement->time, again);
	return str_is(written, again) || refuse(r, err, "not spelled as 2026-01-02T03:04:05Z");
}

static bool
take(struct reader *r, struct error *err)
{
	struct str line, value;

	if (!take_line(r, &line, err))
		return false;
	if (r->line < FIXED_LINES)
		return str_is(line, fixed_lines[r->line]) ||
		       error_set(err, ERROR_INPUT, "line %zu of the statement is not `%s`",
			       r->line + 1, fixed_lines[r->line]);
	if (!split_line(r, line, &value, err))
		return false;
	if (r->line == LINE_SEQUENCE)
		return take_sequence(r, value, err);
	if (r->line == LINE_TIME)
		return take_time(r, value, err);
	return take_text(r, r->line - FIXED_LINES, value, err);
}

bool
statement_parse(struct statement *s, struct str text, struct arena *arena, struct error *err)
{
	struct reader r = {s, arena, text, 0};

	*s = (struct statement){0};
	if (text.len > STATEMENT_MAX)
		return error_set(
			err, ERROR_INPUT, "the statement is longer than %d bytes", STATEMENT_MAX);
	for (; r.line < LINE_COUNT; r.line++)
		if (!take(&r, err))
			return false;
	if (r.rest.len)
		return refuse(&r, err, "something follows the end of the statement");
	if (!statement_check(s, err)) {
		if (err)
			err->kind = ERROR_INPUT;
		return error_prefix(err, "the statement");
	}
	return true;
}

/* ---- and the alert ---- */

static struct str
actor(const struct alert *alert, struct arena *arena)
{
	struct str label = alert_actor_label(arena, alert), arn = alert->text[ALERT_ACTOR_ARN];

	if (!arn.len || str_equal(label, arn))
		return label;
	return arena_printf(arena, "%.*s (%.*s)", STR_ARG(label), STR_ARG(arn));
}

void
statement_of(struct statement *s, const struct alert *alert, struct arena *arena)
{
	char hex[HASH_HEX];

	hash_hex(alert->raw, hex);
	s->text[STATEMENT_RULE_ID] = alert->text[ALERT_RULE_ID];
	s->text[STATEMENT_ALERT_ID] = str_from(alert->id);
	s->text[STATEMENT_EVENT_SHA256] = arena_str(arena, str_from(hex));
	s->text[STATEMENT_EVENT_ID] = alert->text[ALERT_EVENT_ID];
	s->text[STATEMENT_ACCOUNT] = alert->text[ALERT_RECIPIENT].len
					     ? alert->text[ALERT_RECIPIENT]
					     : alert->text[ALERT_ACTOR_ACCOUNT];
	s->text[STATEMENT_ACTOR] = actor(alert, arena);
	s->text[STATEMENT_TARGET] = alert->text[ALERT_TARGET_USER];
	s->text[STATEMENT_KEY_ID] = alert->text[ALERT_KEY_ID];
}

/* As they are written: a parsed statement may hold the digest of a long value. */
static bool
same_text(const struct statement *a, const struct statement *b, size_t text, struct error *err)
{
	struct buf one = {0}, other = {0};
	bool same;

	write_value(&one, a->text[text], longest(text));
	write_value(&other, b->text[text], longest(text));
	same = str_equal(buf_view(&one), buf_view(&other));
	if (!same)
		error_set(err, ERROR_CONFLICT, "%s is \"%.300s\" in the statement, now \"%.300s\"",
			rules[text].words, buf_cstr(&one), buf_cstr(&other));
	buf_fini(&one);
	buf_fini(&other);
	return same;
}

bool
statement_is_about(const struct statement *s, const struct alert *alert, struct error *err)
{
	struct arena arena = {0};
	struct statement now = {0};
	bool same = true;

	statement_of(&now, alert, &arena);
	for (size_t i = 0; same && i < STATEMENT_TEXT_COUNT; i++)
		same = !rules[i].words || same_text(s, &now, i, err);
	arena_fini(&arena);
	return same;
}

void
statement_nonce(char nonce[STATEMENT_NONCE_SIZE])
{
	unsigned char bytes[STATEMENT_NONCE_SIZE / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort(); /* so few bytes are never cut short */
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
}
