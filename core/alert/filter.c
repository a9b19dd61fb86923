#include "core/alert/filter.h"

#include <stdlib.h>

/* Columns whose value is a text of the alert, from the same place of the record. */
static const struct {
	const char *column;
	enum alert_text text;
} known_texts[] = {
	{"AwsEventId", ALERT_EVENT_ID},
	{"UserIdentityType", ALERT_ACTOR_TYPE},
	{"UserIdentityPrincipalid", ALERT_ACTOR_PRINCIPAL},
	{"UserIdentityArn", ALERT_ACTOR_ARN},
	{"UserIdentityAccountId", ALERT_ACTOR_ACCOUNT},
	{"UserIdentityInvokedBy", ALERT_ACTOR_INVOKED_BY},
	{"UserIdentityAccessKeyId", ALERT_ACTOR_KEY},
	{"UserIdentityUserName", ALERT_ACTOR_USER},
	{"AWSRegion", ALERT_REGION},
	{"SourceIpAddress", ALERT_SOURCE_IP},
	{"UserAgent", ALERT_USER_AGENT},
	{"ErrorCode", ALERT_ERROR_CODE},
	{"ErrorMessage", ALERT_ERROR_MESSAGE},
	{"RecipientAccountId", ALERT_RECIPIENT},
};
enum { KNOWN_TEXTS = sizeof(known_texts) / sizeof(known_texts[0]) };

struct bound {
	const struct rule *rule; /* borrows */
	struct rule_filter *filter;
	struct rule_run *run;
};

struct alert_filter {
	struct cell *cells; /* of a glance; owns */
	struct cell answers[RULE_ANSWERS];
	struct buf lower; /* a record in lower case */
	size_t text_slot[KNOWN_TEXTS], time_slot;
	uint64_t columns; /* that any of the bound ones reads */
	size_t count;
	struct bound bound[];
};

static struct cell
number_cell(bool present, int64_t number)
{
	return (struct cell){.present = present, .text = STR(""), .number = number};
}

static struct cell
word_cell(bool present, const char *word)
{
	return (struct cell){.present = present, .text = str_from(present ? word : "")};
}

/* Whoever writes the store may write any number. */
static int64_t
ticks_of_seconds(int64_t seconds)
{
	int64_t ticks;

	if (!__builtin_mul_overflow(seconds, TICKS_PER_SECOND, &ticks))
		return ticks;
	return seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
}

/* What was not answered is null. */
static const struct cell *
tell_answers(struct alert_filter *f, const struct alert *alert)
{
	const struct answer *a = &alert->answer;

	if (!alert->answered)
		return NULL;
	f->answers[RULE_USED] = number_cell(a->used, a->used == ANSWER_YES);
	f->answers[RULE_USED_AFTER] =
		number_cell(a->used == ANSWER_YES, ticks_of_seconds(a->used_after));
	f->answers[RULE_USED_ELSEWHERE] =
		number_cell(a->used_elsewhere, a->used_elsewhere == ANSWER_YES);
	f->answers[RULE_ROTATED] = word_cell(a->rotation, rotation_shape_names[a->rotation]);
	f->answers[RULE_CHILDREN] = number_cell(a->children >= 0, a->children);
	f->answers[RULE_FIRST_SEEN_ACTOR] =
		number_cell(a->first_seen_actor != TIME_NONE, a->first_seen_actor);
	f->answers[RULE_ASSESSED] = word_cell(a->assessed, assessment_kind_names[a->assessed]);
	return f->answers;
}

bool
alert_filter_new(struct alert_filter **out, struct rule *const *rules, size_t rule_count,
	struct str predicate, int64_t now, struct error *err)
{
	struct alert_filter *f = mem_zalloc(sizeof(*f) + rule_count * sizeof(f->bound[0]));

	for (; f->count < rule_count; f->count++) {
		struct bound *b = &f->bound[f->count];

		if (!rule_filter_compile(&b->filter, rules[f->count], predicate, err)) {
			alert_filter_free(f);
			return false;
		}
		b->rule = rules[f->count];
		b->run = rule_run_new(b->rule, now);
		f->columns |= rule_filter_columns(b->filter);
	}
	f->cells = mem_zalloc(column_count * sizeof(*f->cells));
	f->time_slot = column_find(STR("TimeGenerated"));
	for (size_t i = 0; i < KNOWN_TEXTS; i++)
		f->text_slot[i] = column_find(str_from(known_texts[i].column));
	*out = f;
	return true;
}

void
alert_filter_free(struct alert_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		rule_run_free(f->bound[i].run);
		rule_filter_free(f->bound[i].filter);
	}
	free(f->cells);
	buf_fini(&f->lower);
	free(f);
}

/* The variant that made the alert is the first that matches the rule. A row that matched where it
 * came from may not say enough to match here. */
static bool
match_event(struct bound *b, struct event *event)
{
	for (size_t i = 0; i < event->variants; i++) {
		if (event->variants > 1)
			event_select(event, i);
		if (rule_match(b->run, event))
			return rule_filter_match(b->filter, b->run, event);
	}
	if (!event->row_doc)
		return false;
	rule_take_row(b->run, event);
	return rule_filter_match(b->filter, b->run, event);
}

bool
alert_filter_knows(const struct alert_filter *f, struct str id)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_equal(rule_id(f->bound[i].rule), id))
			return true;
	return false;
}

size_t
alert_filter_gave_up(const struct alert_filter *f)
{
	size_t times = 0;

	for (size_t i = 0; i < f->count; i++)
		times += rule_run_gave_up(f->bound[i].run);
	return times;
}

/* False: they are not all ASCII without an escape. */
static bool
lower_plain(struct str bytes, struct buf *out)
{
	bool odd = false;

	buf_clear(out);
	buf_reserve(out, bytes.len);
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];
		bool upper = (unsigned char)(c - 'A') < 26;

		odd |= c >= 0x7f || c == '\\';
		out->data[i] = (char)(c | (upper ? 32 : 0));
	}
	out->len = bytes.len;
	return !odd;
}

/* Its bytes say already that it does not hold. */
static bool
is_passed_over(struct alert_filter *f, const struct bound *b, const struct alert *alert)
{
	return rule_filter_has_words(b->filter) && lower_plain(alert->raw, &f->lower) &&
	       !rule_filter_may_hold(b->filter, buf_view(&f->lower));
}

bool
alert_filter_match(struct alert_filter *f, const struct alert *alert)
{
	if (alert_filter_gave_up(f) >= ALERT_FILTER_GIVE_UPS)
		return false;
	for (size_t i = 0; i < f->count; i++) {
		struct event event;
		bool holds;

		if (!str_equal(rule_id(f->bound[i].rule), alert->text[ALERT_RULE_ID]))
			continue;
		if (is_passed_over(f, &f->bound[i], alert) ||
			!alert_parse_event(&event, alert, NULL))
			return false;
		rule_run_set_answers(f->bound[i].run, tell_answers(f, alert));
		holds = match_event(&f->bound[i], &event);
		event_fini(&event);
		return holds;
	}
	return false;
}

/* ---- without the record ---- */

/* What is odd about a record is judged on it. */
enum {
	PLAIN_FLAGS = 1U << FLAG_RESYNCHRONISED | 1U << FLAG_TARGET_MISMATCH |
		      1U << FLAG_DROPPED_BY_SENTINEL | 1U << FLAG_CONFLICT
};

/* A success has neither code nor message. */
static bool
knows_text(const struct alert *alert, enum alert_text text)
{
	if (text == ALERT_ERROR_CODE || text == ALERT_ERROR_MESSAGE)
		return alert->outcome == OUTCOME_SUCCESS || alert->text[text].len;
	return alert->text[text].len;
}

static uint64_t
fill_cells(struct alert_filter *f, const struct alert *alert)
{
	uint64_t known = alert->answered ? rule_answer_bits() : 0;

	if (alert->time != TIME_NONE) {
		f->cells[f->time_slot] = (struct cell){.present = true, .number = alert->time};
		known |= UINT64_C(1) << f->time_slot;
	}
	for (size_t i = 0; i < KNOWN_TEXTS; i++) {
		uint64_t column = UINT64_C(1) << f->text_slot[i];
		struct str text = alert->text[known_texts[i].text];

		if (!(f->columns & column) || !knows_text(alert, known_texts[i].text))
			continue;
		f->cells[f->text_slot[i]] =
			(struct cell){.present = text.len, .text = text.len ? text : STR("")};
		known |= column;
	}
	return known;
}

enum filter_answer
alert_filter_glance(struct alert_filter *f, const struct alert *alert)
{
	struct event event = {.cells = f->cells};

	if (alert_filter_gave_up(f) >= ALERT_FILTER_GIVE_UPS)
		return FILTER_NO;
	if (alert->flags & ~(uint32_t)PLAIN_FLAGS)
		return FILTER_UNKNOWN;
	for (size_t i = 0; i < f->count; i++) {
		struct bound *b = &f->bound[i];
		enum rule_glance glance;

		if (!str_equal(rule_id(b->rule), alert->text[ALERT_RULE_ID]))
			continue;
		rule_run_set_answers(b->run, tell_answers(f, alert));
		glance = rule_filter_glance(b->filter, b->run, &event, fill_cells(f, alert));
		return glance == RULE_UNKNOWN ? FILTER_UNKNOWN
		       : glance == RULE_YES   ? FILTER_YES
					      : FILTER_NO;
	}
	return FILTER_NO;
}

bool
alert_filter_asks(const struct alert_filter *f)
{
	return f->columns & rule_answer_bits();
}

bool
alert_filter_reads_texts(const struct alert_filter *f)
{
	if (alert_filter_asks(f))
		return true;
	for (size_t i = 0; i < KNOWN_TEXTS; i++)
		if (f->columns >> f->text_slot[i] & 1)
			return true;
	return false;
}

bool
alert_filter_reads_time(const struct alert_filter *f)
{
	return f->columns >> f->time_slot & 1;
}
