#include "core/validation/judge.h"

#include <string.h>

#include "core/alert/chain_link.h"
#include "core/validation/shown.h"
#include "core/validation/signature.h"
#include "core/validation/sshsig.h"
#include "core/validation/statement.h"

/* One signed decision being judged. */
struct trial {
	struct judge *judge;
	struct alert *alert;
	size_t index;
	struct decision *decision;
	struct statement statement;
	bool run;
};

bool
judge_init(struct judge *judge, const struct policy *policy, struct store *store,
	struct memory *memory, struct error *err)
{
	*judge = (struct judge){.policy = policy, .store = store, .memory = memory, .head_seq = -1};
	judge->gap = -1;
	return store_id(store, judge->store_id, err);
}

unsigned
judge_approvals(const struct judge *judge)
{
	return judge->policy->state == POLICY_GOOD ? (unsigned)judge->policy->min_approvals : 1;
}

static enum verdict
say(struct trial *t, enum verdict verdict, const char *why)
{
	t->decision->why = arena_str(&t->alert->arena, str_from(why));
	return verdict;
}

/* ---- the words ---- */

/* The columns repeat what was signed: for people, for lists. */
static bool
check_columns(const struct trial *t, struct error *err)
{
	const struct statement *s = &t->statement;

	if (!str_equal(s->text[STATEMENT_PRINCIPAL], t->decision->principal))
		return error_set(err, ERROR_CONFLICT, "the statement names another admin");
	if (!str_equal(s->text[STATEMENT_REASON], t->decision->reason))
		return error_set(err, ERROR_CONFLICT, "the statement gives another reason");
	if (!str_is(s->text[STATEMENT_STORE_ID], t->judge->store_id))
		return error_set(err, ERROR_CONFLICT, "the statement is about another store");
	return true;
}

static bool
find_head(struct judge *j, int64_t seq, struct error *err)
{
	if (j->head_seq == seq)
		return true;
	j->head_seq = -1;
	if (!store_chain_at(j->store, seq, j->head, &j->head_at, err))
		return false;
	j->head_seq = seq;
	return true;
}

/* It stands on a head of this chain, and nobody else decided between it and this decision. */
static bool
check_place(const struct trial *t, struct error *err)
{
	const struct statement *s = &t->statement;
	const struct decision *d = t->decision;

	if (s->sequence >= d->seq)
		return error_set(err, ERROR_CONFLICT, "the statement stands on a later decision");
	if (!find_head(t->judge, s->sequence, err))
		return false;
	if (!str_is(s->text[STATEMENT_PREVIOUS], t->judge->head))
		return error_set(
			err, ERROR_CONFLICT, "the statement stands on no head of this chain");
	for (size_t i = 0; i < t->index; i++) {
		const struct decision *other = &t->alert->decisions[i];

		if (other->seq > s->sequence && !decision_is_signed(other))
			return error_set(err, ERROR_CONFLICT,
				"somebody decided on the alert between statement and import");
	}
	return true;
}

/* The index that keeps a statement from standing twice may be damaged, and tells bytes from text.
 */
static bool
check_once(const struct trial *t, struct error *err)
{
	for (size_t i = 0; i < t->index; i++)
		if (str_equal(t->alert->decisions[i].statement, t->decision->statement))
			return error_set(err, ERROR_CONFLICT,
				"the statement was imported before, as decision %lld",
				(long long)t->alert->decisions[i].seq);
	return true;
}

/* Whose key has expired, or is not valid yet, could date a statement as it suits them: never beyond
 * now, nor before what it is about. The record's clock is another one, and logs of tests are of
 * days to come. */
static bool
check_today(const struct trial *t, struct error *err)
{
	const int64_t skew = 300 * TICKS_PER_SECOND, day = 86400 * TICKS_PER_SECOND;
	int64_t time = t->statement.time, event = t->alert->time, now = time_now();

	if (time > now + skew)
		return error_set(err, ERROR_CONFLICT, "the statement is dated in the future");
	if (event != TIME_NONE && event <= now && time < event - day)
		return error_set(
			err, ERROR_CONFLICT, "the statement is dated before the event it is about");
	return true;
}

/* Statements have whole seconds. */
static bool
check_time(const struct trial *t, struct error *err)
{
	int64_t head = t->judge->head_at;

	if (head != TIME_NONE && t->statement.time < head - head % TICKS_PER_SECOND)
		return error_set(err, ERROR_CONFLICT,
			"the statement is dated before the decision it stands on");
	if (t->statement.time > t->decision->at)
		return error_set(
			err, ERROR_CONFLICT, "the statement is dated after it was received");
	return check_today(t, err);
}

/* A record that came later may stand where a table's row was signed: no forgery, and no proof. */
static bool
is_of_former_row(const struct trial *t)
{
	struct str event = t->decision->event;

	return str_starts_with(event, STR("row ")) && !(t->alert->flags & 1U << FLAG_FROM_TABLE) &&
	       str_equal(str_slice(event, 4, event.len), t->statement.text[STATEMENT_EVENT_SHA256]);
}

/* ---- what was decided since ---- */

static int64_t
find_gap(struct judge *j)
{
	uint64_t version = store_version(j->store);

	if (j->gap < 0 || version != j->version) {
		j->version = version;
		j->gap = store_chain_gap(j->store);
	}
	return j->gap;
}

/* It may have been undone by what somebody took away, or wrote over. The last of all, as each is
 * when it is imported, has nothing behind it to look at. */
static bool
check_since(const struct trial *t, struct error *err)
{
	char hash[HASH_HEX];
	int64_t last, gap;

	if (!store_chain_head(t->judge->store, &last, hash, err))
		return false;
	gap = last > t->decision->seq ? find_gap(t->judge) : 0;
	if (gap > t->decision->seq)
		return error_set(err, ERROR_CONFLICT,
			"decision %lld, made after it, is missing or beside another alert: "
			"whether it stands is not known",
			(long long)gap);
	for (size_t i = t->index + 1; i < t->alert->decision_count; i++) {
		const struct decision *later = &t->alert->decisions[i];

		chain_hash(later, later->previous, hash);
		if (!str_is(later->hash, hash))
			return error_set(err, ERROR_CONFLICT,
				"decision %lld, made after it, was altered: whether it stands is "
				"not known",
				(long long)later->seq);
	}
	return true;
}

/* ---- the policy ---- */

static struct str
owner_before(const struct trial *t)
{
	return decision_fold(t->alert->decisions, t->index, judge_approvals(t->judge)).owner;
}

static bool
check_policy(const struct trial *t, struct error *err)
{
	const struct policy *policy = t->judge->policy;
	struct str principal = t->statement.text[STATEMENT_PRINCIPAL];

	if (!policy_is_admin(policy, principal))
		return error_set(
			err, ERROR_USAGE, "%.*s is no admin by today's policy", STR_ARG(principal));
	for (size_t i = 0; i < t->index; i++) {
		const struct decision *other = &t->alert->decisions[i];

		if (decision_is_signed(other) && other->verdict == VERDICT_HOLDS &&
			!str_equal(other->principal, principal) &&
			policy_share_key(policy, other->principal, principal))
			return error_set(err, ERROR_USAGE,
				"%.*s and %.*s sign with one key: that is one approval",
				STR_ARG(other->principal), STR_ARG(principal));
	}
	return policy_four_eyes(policy, principal, t->alert, owner_before(t), err);
}

static bool
check_touch(const struct trial *t, struct error *err)
{
	struct sshsig sig;

	if (!t->judge->policy->require_touch)
		return true;
	if (!sshsig_parse(&sig, t->decision->signature, &t->alert->arena, err))
		return false;
	return (sig.hardware && sig.touched) ||
	       error_set(err, ERROR_USAGE, "the policy asks for a key that was touched");
}

/* ---- the signature ---- */

static void
memory_key(const struct trial *t, char key[HASH_HEX])
{
	char statement[HASH_HEX], signature[HASH_HEX];
	struct buf text = {0};

	hash_hex(t->decision->statement, statement);
	hash_hex(t->decision->signature, signature);
	buf_printf(&text, "keywatch verified 1\n%s\n%s\n%s\n", statement, signature,
		t->judge->policy->hash);
	hash_hex(buf_view(&text), key);
	buf_fini(&text);
}

static struct signature_files
files_of(const struct policy *policy)
{
	return (struct signature_files){
		.allowed_signers = policy->allowed_signers.content,
		.revocation_list =
			policy->revocation_list.path ? policy->revocation_list.content : STR_ABSENT,
	};
}

/* Good and not ours is void, bad is forged. */
static enum verdict
ask_whole(const struct trial *t, struct error *err)
{
	struct error not_whole;

	switch (signature_is_whole(t->decision->statement, t->decision->signature, &not_whole)) {
	case SIGNATURE_GOOD:
		return VERDICT_VOID;
	case SIGNATURE_BAD:
		*err = not_whole;
		return VERDICT_FORGED;
	default:
		*err = not_whole;
		return VERDICT_CHECKING;
	}
}

static enum verdict
ask_tool(const struct trial *t, struct error *err)
{
	struct signature_files files = files_of(t->judge->policy);

	switch (signature_verify(&files, t->statement.text[STATEMENT_PRINCIPAL],
		t->decision->statement, t->decision->signature, t->statement.time, err)) {
	case SIGNATURE_GOOD:
		return VERDICT_HOLDS;
	case SIGNATURE_BAD:
		return ask_whole(t, err);
	default:
		return VERDICT_CHECKING;
	}
}

static enum verdict
judge_signature(struct trial *t)
{
	struct memory *memory = t->judge->memory;
	enum verdict verdict;
	char key[HASH_HEX];
	struct error err;
	struct str why;

	memory_key(t, key);
	verdict = memory_find(memory, key, &why);
	if (verdict != VERDICT_CHECKING) {
		t->judge->remembered++;
		t->decision->why = arena_str(&t->alert->arena, why);
		return verdict;
	}
	if (!t->run)
		return VERDICT_CHECKING;
	t->judge->verified++;
	verdict = ask_tool(t, &err);
	if (verdict == VERDICT_HOLDS) {
		memory_add(memory, key, verdict, STR_ABSENT);
		return verdict;
	}
	if (verdict != VERDICT_CHECKING)
		memory_add(memory, key, verdict, str_from(err.text));
	return say(t, verdict, err.text);
}

/* ---- all of it ---- */

static enum verdict
judge_words(struct trial *t)
{
	struct arena *arena = &t->alert->arena;
	struct error err;

	if (!statement_parse(&t->statement, t->decision->statement, arena, &err))
		return say(t, VERDICT_FORGED, err.text);
	t->decision->principal = arena_str(arena, t->decision->principal);
	if (!check_columns(t, &err) || !check_once(t, &err) || !check_place(t, &err) ||
		!shown_is_of_record(t->judge->store, t->alert, t->decision->row, &err) ||
		!check_time(t, &err))
		return say(t, VERDICT_FORGED, err.text);
	if (!statement_is_about(&t->statement, t->alert, &err)) {
		if (is_of_former_row(t))
			return say(
				t, VERDICT_VOID, "a table's row was signed; its record came since");
		return say(t, VERDICT_FORGED, err.text);
	}
	return VERDICT_HOLDS;
}

static enum verdict
judge_one(struct trial *t)
{
	const struct policy *policy = t->judge->policy;
	enum verdict verdict;
	struct error err;

	if (policy->state == POLICY_NONE)
		return VERDICT_UNSIGNED;
	if (policy->state == POLICY_REFUSED)
		return say(t, VERDICT_VOID, policy->refusal.text);
	verdict = judge_words(t);
	if (verdict == VERDICT_FORGED)
		return verdict;
	if (verdict == VERDICT_HOLDS)
		verdict = judge_signature(t);
	if (verdict == VERDICT_HOLDS &&
		(!check_policy(t, &err) || !check_touch(t, &err) || !check_since(t, &err)))
		return say(t, VERDICT_VOID, err.text);
	return verdict;
}

bool
judge_alert(struct judge *judge, struct alert *alert, bool run)
{
	bool unsure = false;

	for (size_t i = 0; i < alert->decision_count; i++) {
		struct trial t = {.judge = judge,
			.alert = alert,
			.index = i,
			.decision = &alert->decisions[i],
			.run = run};

		if (!decision_is_signed(t.decision))
			continue;
		t.decision->why = STR_ABSENT;
		t.decision->verdict = judge_one(&t);
		unsure |= t.decision->verdict == VERDICT_CHECKING;
	}
	alert->state =
		decision_fold(alert->decisions, alert->decision_count, judge_approvals(judge));
	return unsure;
}

bool
judge_candidate(struct judge *judge, struct alert *alert, const struct decision *decision,
	struct error *err)
{
	struct decision candidate = *decision;
	struct trial t = {.judge = judge,
		.alert = alert,
		.index = alert->decision_count,
		.decision = &candidate,
		.run = true};
	enum verdict verdict = judge_one(&t);

	if (verdict == VERDICT_HOLDS)
		return true;
	if (verdict == VERDICT_UNSIGNED)
		return error_set(err, ERROR_USAGE,
			"there is no policy to verify a signature by: see keywatch policy check");
	return error_set(err, ERROR_USAGE, "%.*s", STR_ARG(candidate.why));
}
