#include "tests/support/court.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/validation/request.h"
#include "tests/support/forger.h"
#include "tests/support/policy.h"

static void
begin(struct court *court)
{
	struct error err;

	assert_ok(
		judge_init(&court->judge, &court->policy, court->scene.store, court->memory, &err),
		&err);
	store_set_approvals(court->scene.store, judge_approvals(&court->judge));
}

static void
write_signers(const struct keyring *keys, const char *signers, struct buf *out)
{
	for (const char *p = signers; *p; p++) {
		const char *end = strchr(p, '}');
		char name[64], *key;

		if (*p != '{') {
			buf_putc(out, *p);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(end - p - 1), p + 1);
		key = keyring_public(keys, name);
		buf_puts(out, key);
		free(key);
		p = end;
	}
}

static void
load(struct court *court, const char *ini, const char *signers)
{
	struct buf text = {0};
	struct error err;

	write_signers(court->keys, signers, &text);
	policy_of(&court->policy, court->keys->folder, ini, text.len ? buf_cstr(&text) : "", &err);
	buf_fini(&text);
	assert_ok(memory_open(&court->memory, NULL, &err), &err);
	begin(court);
}

void
court_policy(struct court *court, const char *ini, const char *signers)
{
	policy_fini(&court->policy);
	memory_close(court->memory);
	load(court, ini, signers);
}

void
court_open(struct court *court, const struct keyring *keys, const char *const *names)
{
	struct buf signers = {0};

	*court = (struct court){.keys = keys};
	scene_open(&court->scene);
	for (int i = 0; i < COURT_ALERTS; i++) {
		char event[16];

		snprintf(event, sizeof(event), "e-%d", i + 1);
		scene_put(&court->scene, event, "a", court->id[i]);
	}
	for (; *names; names++)
		buf_printf(&signers, "%s@x" OURS "{%s}\n", *names, *names);
	load(court, "", buf_cstr(&signers));
	buf_fini(&signers);
}

void
court_close(struct court *court)
{
	policy_fini(&court->policy);
	memory_close(court->memory);
	scene_close(&court->scene);
}

const char *
court_leave(struct court *court)
{
	store_close(court->scene.store);
	court->scene.store = NULL;
	return court->scene.path;
}

void
court_return(struct court *court)
{
	struct error err;

	assert_ok(store_open(&court->scene.store, court->scene.path, &err), &err);
	begin(court);
}

/* ---- what admins do ---- */

void
court_judge(struct court *court, int alert, struct alert *judged)
{
	scene_load(&court->scene, court->id[alert], judged);
	judge_alert(&court->judge, judged, true);
}

void
court_request(struct court *court, int alert, const char *principal, struct buf *text)
{
	struct alert judged;
	struct error err;

	court_judge(court, alert, &judged);
	assert_ok(request_make(&court->judge, &judged, str_from(principal),
			  STR("a planned rotation"), time_now(), text, &err),
		&err);
	alert_fini(&judged);
}

char *
court_sign(const struct court *court, const char *key, const struct buf *text)
{
	return keyring_sign(court->keys, key, POLICY_NAMESPACE, buf_view(text));
}

int64_t
court_validate(struct court *court, int alert, const char *principal, const char *key)
{
	struct imported imported;
	struct buf text = {0};
	struct error err;
	char *armour;

	court_request(court, alert, principal, &text);
	armour = court_sign(court, key, &text);
	assert_ok(import_signed(&court->judge,
			  &(struct import){.statement = buf_view(&text),
				  .signature = str_from(armour),
				  .actor = STR("carol"),
				  .now = time_now()},
			  &imported, &err),
		&err);
	assert_string_equal(imported.id, court->id[alert]);
	free(armour);
	buf_fini(&text);
	return imported.seq;
}

void
court_decide(struct court *court, int alert, enum decision_action action, const char *actor)
{
	struct error err;

	assert_ok(store_decide(court->scene.store,
			  &(struct store_decision){.id = court->id[alert],
				  .if_seq = -1,
				  .action = action,
				  .actor = str_from(actor),
				  .reason = STR("because"),
				  .now = time_now()},
			  NULL, &err),
		&err);
}

void
court_statement(struct court *court, int alert, const char *principal, struct arena *arena,
	struct statement *s)
{
	struct buf text = {0};
	struct error err;

	court_request(court, alert, principal, &text);
	assert_ok(statement_parse(s, buf_view(&text), arena, &err), &err);
	buf_fini(&text);
}

void
court_plant(struct court *court, int alert, const struct statement *s, const char *key,
	const char *namespace, int64_t at)
{
	struct buf text = {0};
	char *armour;

	statement_write(s, &text);
	armour = keyring_sign(court->keys, key, namespace, buf_view(&text));
	forger_plant(court_leave(court), &(struct decision){.row = alert + 1,
						 .at = at,
						 .action = DECIDE_VALIDATE,
						 .actor = STR("mallory"),
						 .reason = s->text[STATEMENT_REASON],
						 .principal = s->text[STATEMENT_PRINCIPAL],
						 .statement = buf_view(&text),
						 .signature = str_from(armour)});
	court_return(court);
	free(armour);
	buf_fini(&text);
}

void
court_reads(struct court *court, int alert, const char *expected)
{
	struct str why = STR("");
	struct buf got = {0};
	struct alert judged;

	court_judge(court, alert, &judged);
	for (size_t i = 0; i < judged.decision_count; i++)
		if (judged.decisions[i].why.len)
			why = judged.decisions[i].why;
	buf_puts(&got, validation_state_name(judged.state.validation));
	if (strchr(expected, ':'))
		buf_printf(&got, ": %.*s", STR_ARG(why));
	if (strncmp(buf_cstr(&got), expected, strcspn(expected, ":")) != 0 ||
		(strchr(expected, ':') && !strstr(buf_cstr(&got), strchr(expected, ':') + 2)) ||
		(!strchr(expected, ':') && strcmp(buf_cstr(&got), expected) != 0))
		assert_string_equal(buf_cstr(&got), expected);
	/* Whatever is wrong with a signature, it closes nothing. */
	if (judged.state.validation == VALIDATION_VOID ||
		judged.state.validation == VALIDATION_FORGED)
		assert_int_not_equal(judged.state.status, STATUS_CLOSED);
	buf_fini(&got);
	alert_fini(&judged);
}
