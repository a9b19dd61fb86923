/* The thread that judges signed validations while somebody looks at a list. */
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/pipeline/verify.h"
#include "core/validation/request.h"
#include "tests/support/keyring.h"
#include "tests/support/policy.h"
#include "tests/support/scene.h"

enum { ALERTS = 6 };

struct stage {
	struct scene scene;
	struct keyring keyring;
	struct policy policy;
	struct memory *memory;
	struct judge judge;
	struct wake wake;
	char *folder;
	char ids[ALERTS][ALERT_ID_SIZE];
};

static void
load_policy(struct stage *s)
{
	struct buf text = {0};
	struct error err;
	char *key = keyring_public(&s->keyring, "alice"), *path;

	buf_printf(&text, "alice namespaces=\"validation@keywatch\" %s\n", key);
	free(test_file(s->folder, "signers", text.data, text.len));
	buf_clear(&text);
	buf_printf(&text,
		"[admins]\nallowed_signers = %s/signers\n[principals]\nalice = "
		"iam:000000000000/alice\n",
		s->folder);
	path = test_file(s->folder, "policy.ini", text.data, text.len);
	assert_ok(policy_load(&s->policy, path, s->scene.path, &err), &err);
	free(path);
	free(key);
	buf_fini(&text);
}

/* Signed by alice, each its own. */
static void
sign(struct stage *s, int i)
{
	struct alert alert = {0};
	struct buf statement = {0};
	struct imported imported;
	struct error err;
	char *armour;

	scene_load(&s->scene, s->ids[i], &alert);
	judge_alert(&s->judge, &alert, true);
	assert_ok(request_make(&s->judge, &alert, STR("alice"), STR("ticket 1"), time_now(),
			  &statement, &err),
		&err);
	armour = keyring_sign(&s->keyring, "alice", POLICY_NAMESPACE, buf_view(&statement));
	assert_ok(import_signed(&s->judge,
			  &(struct import){.statement = buf_view(&statement),
				  .signature = str_from(armour),
				  .actor = STR("root"),
				  .now = time_now()},
			  &imported, &err),
		&err);
	free(armour);
	buf_fini(&statement);
	alert_fini(&alert);
}

static int
setup(void **state)
{
	struct stage *s = mem_zalloc(sizeof(*s));
	struct error err;

	scene_open(&s->scene);
	keyring_open(&s->keyring);
	keyring_make(&s->keyring, "alice", "ed25519");
	s->folder = policy_safe_folder();
	load_policy(s);
	assert_ok(memory_open(&s->memory, NULL, &err), &err);
	assert_ok(judge_init(&s->judge, &s->policy, s->scene.store, s->memory, &err), &err);
	assert_ok(wake_open(&s->wake, &err), &err);
	for (int i = 0; i < ALERTS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "e-%d", i);
		scene_put(&s->scene, name, "a", s->ids[i]);
		if (i % 2)
			sign(s, i);
	}
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	wake_close(&s->wake);
	memory_close(s->memory);
	policy_fini(&s->policy);
	keyring_close(&s->keyring);
	scene_close(&s->scene);
	test_rmtree(s->folder);
	free(s);
	return 0;
}

static void
take(struct stage *s, struct verifier *v, struct verifier_result *result)
{
	while (!verifier_take(v, result)) {
		struct pollfd fd = {.fd = s->wake.fd, .events = POLLIN};

		assert_int_equal(poll(&fd, 1, CHILD_DEADLINE_MS), 1);
		wake_clear(&s->wake);
	}
}

static void
it_answers_for_each_row_and_teaches_what_it_verified(void **state)
{
	struct stage *s = *state;
	struct memory *pupil;
	struct verifier *v;
	struct error err;

	assert_ok(memory_open(&pupil, NULL, &err), &err);
	assert_ok(verifier_start(&v, s->scene.store, &s->policy, NULL, &s->wake, &err), &err);
	for (int64_t row = 1; row <= ALERTS; row++)
		verifier_ask(v, row, row == 4);
	for (int i = 0; i < ALERTS; i++) {
		struct verifier_result r;
		bool is_signed;

		take(s, v, &r);
		is_signed = r.rowid % 2 == 0;
		assert_false(r.unsure);
		assert_int_equal(
			r.state.validation, is_signed ? VALIDATION_SIGNED : VALIDATION_NONE);
		assert_string_equal(r.principals, is_signed ? "alice" : "");
		assert_int_equal(r.lesson_count, is_signed);
		for (size_t k = 0; k < r.lesson_count; k++) {
			struct str why;

			memory_learn(pupil, r.lessons[k].key, r.lessons[k].verdict, STR_ABSENT);
			assert_int_equal(memory_find(pupil, r.lessons[k].key, &why), VERDICT_HOLDS);
		}
		verifier_result_fini(&r);
	}
	assert_int_equal(verifier_waiting(v), 0);
	verifier_free(v);
	memory_close(pupil);
}

static void
it_ends_at_once_whatever_is_still_asked_for(void **state)
{
	struct stage *s = *state;
	struct verifier *v;
	struct error err;

	assert_ok(verifier_start(&v, s->scene.store, &s->policy, NULL, &s->wake, &err), &err);
	for (int i = 0; i < 2000; i++)
		verifier_ask(v, 2, false);
	assert_true(verifier_waiting(v) > 0);
	verifier_free(v);
}

static void
a_row_that_is_not_there_is_passed_over(void **state)
{
	struct stage *s = *state;
	struct verifier_result r;
	struct verifier *v;
	struct error err;

	assert_ok(verifier_start(&v, s->scene.store, &s->policy, NULL, &s->wake, &err), &err);
	verifier_ask(v, 999, false);
	verifier_ask(v, 2, false);
	take(s, v, &r);
	assert_int_equal(r.rowid, 2);
	verifier_result_fini(&r);
	verifier_free(v);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(it_answers_for_each_row_and_teaches_what_it_verified),
		test(it_ends_at_once_whatever_is_still_asked_for),
		test(a_row_that_is_not_there_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
