/* How long `keywatch verify` takes for signed validations: of a store that nobody verified before,
 * and again. bench_verify [VALIDATIONS] */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/process.h"
#include "core/base/timefmt.h"
#include "core/validation/request.h"
#include "core/validation/statement.h"
#include "tests/support/fixture.h"
#include "tests/support/policy.h"
#include "tests/support/test.h"

enum { BATCH = 1000, RECORD_BYTES = 1500, LONG_MS = 600000 };

struct desk {
	char *folder; /* owns: of policy and keys, only ours to write */
	char *work;   /* owns: of the store, and of what is signed */
	struct store *store;
	struct judge judge;
	struct policy policy;
	char (*ids)[ALERT_ID_SIZE]; /* owns */
	long count;
};

static void
must(bool ok, const struct error *err)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void
run(const char *const *argv, struct buf *out)
{
	struct process_result result;
	struct error err;

	must(process_run(&(struct process){.argv = argv, .timeout_ms = LONG_MS}, &result, &err),
		&err);
	if (result.status != 0) {
		fprintf(stderr, "%s: %s\n", argv[0], buf_cstr(&result.errors));
		exit(1);
	}
	if (out)
		buf_str(out, buf_view(&result.output));
	process_result_fini(&result);
}

static const char *
in(const char *folder, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void
make_policy(struct desk *desk)
{
	struct buf key = {0}, text = {0};
	struct error err;

	run((const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
		    in(desk->folder, "key"), NULL},
		NULL);
	must(file_read(in(desk->folder, "key.pub"), 4096, &key, &err), &err);
	buf_printf(&text, "ada@x" OURS "%s", buf_cstr(&key));
	free(test_file(desk->folder, "signers", text.data, text.len));
	buf_clear(&text);
	buf_printf(&text, "[admins]\nallowed_signers = %s/signers\n", desk->folder);
	free(test_file(desk->folder, "policy.ini", text.data, text.len));
	must(policy_load(&desk->policy, in(desk->folder, "policy.ini"), in(desk->work, "store.db"),
		     &err),
		&err);
	buf_fini(&key);
	buf_fini(&text);
}

static void
put_alerts(struct desk *desk)
{
	struct store_input input = {.name = STR("file"),
		.path = STR("logs/a.json"),
		.identity = STR("/logs/a.json"),
		.size = 1};
	struct error err;
	int64_t run_id, id;
	bool unchanged;

	must(store_run_begin(desk->store, &run_id, &err), &err);
	must(store_begin(desk->store, &err), &err);
	must(store_input_begin(desk->store, run_id, &input, "key", &id, &unchanged, &err), &err);
	for (long i = 0; i < desk->count; i++) {
		struct alert alert = {0};
		char event[32];

		snprintf(event, sizeof(event), "e-%ld", i);
		fixture_alert(&alert, event, "a", RECORD_BYTES);
		must(store_put_alert(desk->store, &alert, id, (uint64_t)i, &err) == STORE_NEW,
			&err);
		memcpy(desk->ids[i], alert.id, ALERT_ID_SIZE);
		alert_fini(&alert);
	}
	must(store_commit(desk->store, &err), &err);
}

static char *
file_of(const struct desk *desk, long i, const char *suffix)
{
	struct buf path = {0};

	buf_printf(&path, "%s/%ld%s", desk->work, i, suffix);
	return buf_take(&path);
}

static void
write_statement(struct desk *desk, long i)
{
	struct buf text = {0}, name = {0};
	struct alert alert = {0};
	struct error err;

	must(store_load(desk->store, desk->ids[i], &alert, &err), &err);
	must(request_make(&desk->judge, &alert, STR("ada@x"), STR("the yearly rotation"),
		     time_now(), &text, &err),
		&err);
	buf_printf(&name, "%ld", i);
	free(test_file(desk->work, buf_cstr(&name), text.data, text.len));
	alert_fini(&alert);
	buf_fini(&text);
	buf_fini(&name);
}

static void
sign(struct desk *desk, long from, long to)
{
	const char *argv[BATCH + 12] = {"env", "-u", "SSH_AUTH_SOCK", "ssh-keygen", "-q", "-Y",
		"sign", "-n", POLICY_NAMESPACE, "-f"};
	char key[512];
	long n = 10;

	snprintf(key, sizeof(key), "%s/key", desk->folder);
	argv[n++] = key;
	for (long i = from; i < to; i++)
		argv[n++] = file_of(desk, i, "");
	argv[n] = NULL;
	run(argv, NULL);
	while (n > 11)
		free((char *)argv[--n]);
}

/* Not verified here: that is what is measured. */
static void
take_in(struct desk *desk, long i)
{
	struct buf text = {0}, armour = {0};
	char *path = file_of(desk, i, ""), *sig = file_of(desk, i, ".sig");
	struct arena arena = {0};
	struct store_signed by;
	struct statement s;
	struct error err;

	must(file_read(path, STATEMENT_MAX, &text, &err) &&
			file_read(sig, STATEMENT_MAX, &armour, &err) &&
			statement_parse(&s, buf_view(&text), &arena, &err),
		&err);
	by = (struct store_signed){buf_view(&text), buf_view(&armour), s.text[STATEMENT_PRINCIPAL],
		s.sequence, s.text[STATEMENT_PREVIOUS]};
	must(store_decide(desk->store,
		     &(struct store_decision){.id = desk->ids[i],
			     .if_seq = 0,
			     .action = DECIDE_VALIDATE,
			     .actor = STR("carol"),
			     .reason = s.text[STATEMENT_REASON],
			     .now = time_now(),
			     .signed_by = &by},
		     NULL, &err),
		&err);
	free(path);
	free(sig);
	arena_fini(&arena);
	buf_fini(&text);
	buf_fini(&armour);
}

static void
validate_all(struct desk *desk)
{
	for (long from = 0; from < desk->count; from += BATCH) {
		long to = from + BATCH < desk->count ? from + BATCH : desk->count;

		for (long i = from; i < to; i++)
			write_statement(desk, i);
		sign(desk, from, to);
	}
	for (long i = 0; i < desk->count; i++)
		take_in(desk, i);
}

static void
measure(const struct desk *desk, const char *what)
{
	char policy[512], store[512], words[64];
	int64_t started = time_monotonic_ms(), ms;
	struct buf out = {0};

	snprintf(policy, sizeof(policy), "%s/policy.ini", desk->folder);
	snprintf(store, sizeof(store), "%s/store.db", desk->work);
	run((const char *const[]){"build/keywatch", "verify", "--store", store, "--policy", policy,
		    NULL},
		&out);
	ms = time_monotonic_ms() - started;
	snprintf(words, sizeof(words), "%ld hold, ", desk->count);
	if (!strstr(buf_cstr(&out), words)) {
		fprintf(stderr, "%s\n", buf_cstr(&out));
		exit(1);
	}
	printf("%-28s %9ld in %6lld ms  %9.3f ms each\n", what, desk->count, (long long)ms,
		(double)ms / (double)desk->count);
	fflush(stdout);
	buf_fini(&out);
}

int
main(int argc, char **argv)
{
	struct desk desk = {.count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000};
	struct error err;

	desk.ids = calloc((size_t)desk.count, sizeof(*desk.ids));
	desk.folder = policy_safe_folder();
	desk.work = test_folder();
	setenv("XDG_STATE_HOME", desk.work, 1);
	make_policy(&desk);
	must(store_open(&desk.store, in(desk.work, "store.db"), &err), &err);
	must(judge_init(&desk.judge, &desk.policy, desk.store, NULL, &err), &err);
	put_alerts(&desk);
	validate_all(&desk);
	store_close(desk.store);
	measure(&desk, "verify, nothing remembered");
	measure(&desk, "verify, all remembered");
	policy_fini(&desk.policy);
	free(desk.ids);
	test_rmtree(desk.folder);
	test_rmtree(desk.work);
	return 0;
}
