#include "core/alert/decision.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"

enum {
	IN_NEW = 1 << STATUS_NEW,
	IN_ACTIVE = 1 << STATUS_ACTIVE,
	IN_CLOSED = 1 << STATUS_CLOSED,
	IN_OPEN = IN_NEW | IN_ACTIVE,
	IN_ANY = IN_OPEN | IN_CLOSED,
};

/* clang-format off */
const struct decision_rule decision_rules[DECIDE_COUNT] = {
	[DECIDE_TAKE] = {
		.name = "take", .title = "take", .from = IN_NEW,
		.to = STATUS_ACTIVE, .assigns = true,
	},
	[DECIDE_REQUEST] = {
		.name = "request", .title = "request validation", .from = IN_OPEN,
		.to = STATUS_ACTIVE, .validation = VALIDATION_AWAITING,
	},
	[DECIDE_VALIDATE] = {
		.name = "validate", .title = "validate", .from = IN_OPEN,
		.reason_required = true, .closes = true,
		.confirm = true, .confirm_word = "validate", .to = STATUS_CLOSED,
		.classification = CLASS_BENIGN_POSITIVE,
		.reason = REASON_SUSPICIOUS_BUT_EXPECTED, .validation = VALIDATION_UNSIGNED,
	},
	[DECIDE_MALICIOUS] = {
		.name = "malicious", .title = "confirm malicious", .from = IN_OPEN,
		.reason_required = true, .closes = true,
		.confirm = true, .confirm_word = "malicious", .to = STATUS_CLOSED,
		.classification = CLASS_TRUE_POSITIVE, .reason = REASON_SUSPICIOUS_ACTIVITY,
	},
	[DECIDE_FALSE_LOGIC] = {
		.name = "false-logic", .title = "false positive: incorrect alert logic", .from = IN_OPEN,
		.reason_required = true, .closes = true,
		.confirm_word = "false", .to = STATUS_CLOSED,
		.classification = CLASS_FALSE_POSITIVE, .reason = REASON_INCORRECT_ALERT_LOGIC,
	},
	[DECIDE_FALSE_DATA] = {
		.name = "false-data", .title = "false positive: inaccurate data", .from = IN_OPEN,
		.reason_required = true, .closes = true,
		.confirm_word = "false", .to = STATUS_CLOSED,
		.classification = CLASS_FALSE_POSITIVE, .reason = REASON_INACCURATE_DATA,
	},
	[DECIDE_NOTE] = {
		.name = "note", .title = "note", .from = IN_ANY, .reason_required = true,
	},
	[DECIDE_UNDO] = {
		.name = "undo", .title = "undo", .from = IN_ANY, .reason_required = true,
	},
};

static const char *const status_names[] = {
	[STATUS_NEW] = "New",
	[STATUS_ACTIVE] = "Active",
	[STATUS_CLOSED] = "Closed",
};

static const char *const classification_names[] = {
	[CLASS_NONE] = "",
	[CLASS_BENIGN_POSITIVE] = "BenignPositive",
	[CLASS_TRUE_POSITIVE] = "TruePositive",
	[CLASS_FALSE_POSITIVE] = "FalsePositive",
	[CLASS_UNDETERMINED] = "Undetermined",
};

static const char *const reason_names[] = {
	[REASON_NONE] = "",
	[REASON_SUSPICIOUS_BUT_EXPECTED] = "SuspiciousButExpected",
	[REASON_SUSPICIOUS_ACTIVITY] = "SuspiciousActivity",
	[REASON_INCORRECT_ALERT_LOGIC] = "IncorrectAlertLogic",
	[REASON_INACCURATE_DATA] = "InaccurateData",
};

static const char *const validation_names[] = {
	[VALIDATION_NONE] = "none",
	[VALIDATION_AWAITING] = "awaiting",
	[VALIDATION_UNSIGNED] = "unsigned",
	[VALIDATION_SIGNED] = "signed",
	[VALIDATION_CHECKING] = "checking",
	[VALIDATION_VOID] = "no-longer-holds",
	[VALIDATION_FORGED] = "forged",
};

static const char *const verdict_names[] = {
	[VERDICT_CHECKING] = "checking",
	[VERDICT_UNSIGNED] = "unsigned",
	[VERDICT_HOLDS] = "holds",
	[VERDICT_VOID] = "no-longer-holds",
	[VERDICT_FORGED] = "forged",
};

/* White space beyond ASCII, and the blank that is no space to Unicode. */
static const struct {
	uint32_t first, last;
} blank_ranges[] = {
	{0x09, 0x0d}, {0x20, 0x20}, {0x85, 0x85}, {0xa0, 0xa0}, {0x1680, 0x1680},
	{0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x2800, 0x2800}, {0x3000, 0x3000},
};
/* clang-format on */

const char *
alert_status_name(enum alert_status status)
{
	return status_names[status];
}

const char *
classification_name(enum classification c)
{
	return classification_names[c];
}

const char *
class_reason_name(enum class_reason r)
{
	return reason_names[r];
}

const char *
validation_state_name(enum validation_state s)
{
	return validation_names[s];
}

const char *
verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

enum decision_action
decision_find(struct str name)
{
	for (size_t i = 0; i < DECIDE_COUNT; i++)
		if (str_is(name, decision_rules[i].name))
			return (enum decision_action)i;
	return DECIDE_COUNT;
}

/* ---- fold ---- */

/* The indices of the decisions that stand: neither notes, nor undos, nor undone. */
struct standing {
	size_t *index; /* owns */
	size_t count;
};

static struct standing
standing_of(const struct decision *decisions, size_t count)
{
	struct standing s = {mem_array(NULL, count ? count : 1, sizeof(size_t)), 0};

	for (size_t i = 0; i < count; i++) {
		enum decision_action action = decisions[i].action;

		if (action == DECIDE_UNDO && s.count)
			s.count--;
		else if (action != DECIDE_UNDO && action != DECIDE_NOTE)
			s.index[s.count++] = i;
	}
	return s;
}

bool
decision_is_signed(const struct decision *decision)
{
	return decision->action == DECIDE_VALIDATE && decision->statement.data;
}

static void
apply(struct alert_state *state, const struct decision *decision)
{
	const struct decision_rule *rule = &decision_rules[decision->action];

	state->status = rule->to;
	state->classification = rule->classification;
	state->reason = rule->reason;
	state->validation = rule->validation;
	if (rule->assigns)
		state->owner = decision->actor;
	if (rule->closes)
		state->approvals = 0;
}

/* Whether the principal is among those whose validations hold, or may. */
static bool
has_signed(
	const struct decision *decisions, const size_t *index, size_t count, struct str principal)
{
	for (size_t i = 0; i < count; i++) {
		const struct decision *d = &decisions[index[i]];

		if (decision_is_signed(d) &&
			(d->verdict == VERDICT_HOLDS || d->verdict == VERDICT_CHECKING) &&
			str_equal(d->principal, principal))
			return true;
	}
	return false;
}

/* What one verdict makes of the alert; `first` is the first of the episode that may count. */
static void
apply_signed(struct alert_state *state, const struct decision *decisions, const size_t *index,
	size_t first, size_t at, unsigned approvals)
{
	const struct decision *d = &decisions[index[at]];
	bool again = has_signed(decisions, index + first, at - first, d->principal);

	state->validated = (int64_t)index[at];
	if (d->verdict == VERDICT_VOID || d->verdict == VERDICT_FORGED) {
		if (state->status != STATUS_CLOSED)
			state->status = STATUS_ACTIVE;
		return;
	}
	if (d->verdict == VERDICT_UNSIGNED) {
		apply(state, d);
		return;
	}
	state->approvals += !again;
	if (state->approvals >= approvals) {
		unsigned counted = state->approvals;

		apply(state, d);
		state->approvals = counted;
		state->validation = VALIDATION_SIGNED;
	} else if (state->status != STATUS_CLOSED) {
		state->status = STATUS_ACTIVE;
		state->validation = VALIDATION_AWAITING;
	}
}

/* What was not verified is not claimed, and what is wrong is said unless something right stands. */
static void
say_verdicts(struct alert_state *state, const struct decision *decisions, const struct standing *s)
{
	bool seen[VERDICT_FORGED + 1] = {false};

	for (size_t i = 0; i < s->count; i++)
		if (decision_is_signed(&decisions[s->index[i]]))
			seen[decisions[s->index[i]].verdict] = true;
	if (seen[VERDICT_CHECKING])
		state->validation = VALIDATION_CHECKING;
	else if (state->validation == VALIDATION_SIGNED)
		return;
	else if (seen[VERDICT_FORGED])
		state->validation = VALIDATION_FORGED;
	else if (seen[VERDICT_VOID] && state->status != STATUS_CLOSED)
		state->validation = VALIDATION_VOID;
}

struct alert_state
decision_fold(const struct decision *decisions, size_t count, unsigned approvals)
{
	struct alert_state state = {.last_change = -1, .validated = -1, .needed = approvals};
	struct standing s = standing_of(decisions, count);
	size_t first = 0;

	for (size_t i = 0; i < s.count; i++) {
		const struct decision *d = &decisions[s.index[i]];

		if (decision_is_signed(d)) {
			apply_signed(&state, decisions, s.index, first, i, approvals);
			continue;
		}
		apply(&state, d);
		if (decision_rules[d->action].closes)
			first = i + 1;
	}
	say_verdicts(&state, decisions, &s);
	if (s.count)
		state.last_change = (int64_t)s.index[s.count - 1];
	for (size_t i = 0; i < count; i++)
		state.notes += decisions[i].action == DECIDE_NOTE;
	if (count)
		state.last_seq = decisions[count - 1].seq;
	free(s.index);
	return state;
}

static bool
is_among(const struct decision *const *list, size_t count, struct str principal)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(list[i]->principal, principal))
			return true;
	return false;
}

size_t
decision_signers(const struct decision *decisions, size_t count, const struct decision **list)
{
	struct standing s = standing_of(decisions, count);
	size_t n = 0;

	for (size_t i = 0; i < s.count; i++) {
		const struct decision *d = &decisions[s.index[i]];

		if (decision_is_signed(d)) {
			if (d->verdict == VERDICT_HOLDS && !is_among(list, n, d->principal))
				list[n++] = d;
		} else if (decision_rules[d->action].closes) {
			n = 0;
		}
	}
	free(s.index);
	return n;
}

void
decision_principals(const struct decision *decisions, size_t count, struct buf *out)
{
	const struct decision **list = mem_alloc((count + 1) * sizeof(const struct decision *));
	size_t n = decision_signers(decisions, count, list);

	for (size_t i = 0; i < n; i++) {
		buf_puts(out, i ? ", " : "");
		buf_str(out, list[i]->principal);
	}
	free(list);
}

/* ---- what a validation rests on ---- */

static bool
is_behind(const struct decision *d, const struct alert_state *state)
{
	static const enum verdict verdicts[] = {[VALIDATION_SIGNED] = VERDICT_HOLDS,
		[VALIDATION_CHECKING] = VERDICT_CHECKING,
		[VALIDATION_AWAITING] = VERDICT_HOLDS,
		[VALIDATION_UNSIGNED] = VERDICT_UNSIGNED,
		[VALIDATION_VOID] = VERDICT_VOID,
		[VALIDATION_FORGED] = VERDICT_FORGED};

	if (decision_is_signed(d))
		return d->verdict == verdicts[state->validation];
	/* Of what was requested and signed by some, the signatures say more. */
	return decision_rules[d->action].validation == state->validation && !state->approvals;
}

const struct decision *
decision_behind(const struct decision *decisions, size_t count, const struct alert_state *state)
{
	const struct decision *found = NULL;
	struct standing s;

	if (state->validation == VALIDATION_NONE)
		return NULL;
	s = standing_of(decisions, count);
	for (size_t i = s.count; i > 0 && !found; i--)
		if (is_behind(&decisions[s.index[i - 1]], state))
			found = &decisions[s.index[i - 1]];
	free(s.index);
	return found;
}

struct str
decision_says(const struct decision *decision)
{
	bool wrong = decision_is_signed(decision) &&
		     (decision->verdict == VERDICT_VOID || decision->verdict == VERDICT_FORGED);
	struct str says = wrong ? decision->why : decision->reason;

	return says.len ? says : STR_ABSENT;
}

/* ---- may it be done ---- */

static bool
is_blank(uint32_t cp)
{
	if (text_is_hidden(cp))
		return true;
	for (size_t i = 0; i < sizeof(blank_ranges) / sizeof(blank_ranges[0]); i++)
		if (cp >= blank_ranges[i].first && cp <= blank_ranges[i].last)
			return true;
	return false;
}

static bool
text_is_blank(struct str text)
{
	while (text.len) {
		uint32_t cp;
		size_t n = text_decode(text, &cp);

		if (!is_blank(cp))
			return false;
		text = str_slice(text, n, text.len);
	}
	return true;
}

bool
decision_text_ok(enum decision_action action, struct str text, struct error *err)
{
	const char *what = action == DECIDE_NOTE ? "note" : "reason";
	const char *needs = action == DECIDE_NOTE ? "text" : "a reason";

	if (text.len > DECISION_TEXT_MAX)
		return error_set(err, ERROR_USAGE,
			"the %s has %zu bytes; at most %d are kept, please shorten it", what,
			text.len, DECISION_TEXT_MAX);
	if (text.len && (memchr(text.data, '\0', text.len) || !text_is_utf8(text)))
		return error_set(err, ERROR_USAGE, "the %s is not valid UTF-8 text", what);
	if (decision_rules[action].reason_required && text_is_blank(text))
		return error_set(err, ERROR_USAGE, "%s needs %s with something to read in it",
			decision_rules[action].title, needs);
	return true;
}

void
decision_time(const struct decision *decision, char text[TIME_TEXT])
{
	time_format_iso(decision->at - decision->at % TICKS_PER_SECOND, text);
}

void
decision_describe(struct buf *out, const struct decision *decision)
{
	char at[TIME_TEXT];

	decision_time(decision, at);
	buf_str(out, decision->actor);
	buf_printf(out, " decided %s at %s", decision_rules[decision->action].title, at);
	if (decision->reason.len) {
		buf_puts(out, ": ");
		buf_str(out, decision->reason);
	}
}

/* The newest entry that is no note says who was first. */
static bool
refuse_state(const struct decision *decisions, size_t count, enum decision_action action,
	enum alert_status status, struct error *err)
{
	struct buf who = {0};

	while (count && decisions[count - 1].action == DECIDE_NOTE)
		count--;
	if (count)
		decision_describe(&who, &decisions[count - 1]);
	error_set(err, ERROR_CONFLICT, "%s: the alert is %s%s%s", decision_rules[action].title,
		alert_status_name(status), count ? "; " : "", buf_cstr(&who));
	buf_fini(&who);
	return false;
}

static bool
undo_allowed(const struct decision *decisions, size_t count, const struct alert_state *state,
	struct str actor, struct error *err)
{
	const struct decision *last;

	if (state->last_change < 0) {
		for (size_t i = count; i > 0; i--)
			if (decisions[i - 1].action == DECIDE_UNDO)
				return refuse_state(
					decisions, count, DECIDE_UNDO, state->status, err);
		return error_set(err, ERROR_USAGE, "undo: nothing was decided yet");
	}
	last = &decisions[state->last_change];
	if (!str_equal(last->actor, actor))
		return error_set(err, ERROR_USAGE,
			"undo: only %.*s, who decided %s, may take it back", STR_ARG(last->actor),
			decision_rules[last->action].title);
	return true;
}

bool
decision_allowed(const struct decision *decisions, size_t count, unsigned approvals,
	enum decision_action action, struct str actor, struct str reason, struct error *err)
{
	struct alert_state state = decision_fold(decisions, count, approvals);

	if (!decision_text_ok(action, reason, err))
		return false;
	if (text_is_blank(actor))
		return error_set(err, ERROR_USAGE, "%s: nobody is named who decides",
			decision_rules[action].title);
	if (!(decision_rules[action].from & 1U << state.status))
		return refuse_state(decisions, count, action, state.status, err);
	if (action == DECIDE_UNDO)
		return undo_allowed(decisions, count, &state, actor, err);
	return true;
}
