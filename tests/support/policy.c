#include "tests/support/policy.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/validation/policy_private.h"
#include "tests/support/test.h"

bool
policy_of(struct policy *policy, const char *folder, const char *ini, const char *signers,
	struct error *err)
{
	const struct policy_place place = {.owner = geteuid(), .top = folder};
	struct buf text = {0};
	char *path;
	bool ok;

	free(test_file(folder, "signers", signers, strlen(signers)));
	buf_printf(&text, "[admins]\nallowed_signers = %s/signers\n%s", folder, ini);
	path = test_file(folder, "policy.ini", text.data, text.len);
	ok = policy_load_at(policy, path, "/nonexistent", &place, err);
	free(path);
	buf_fini(&text);
	return ok;
}

/* It and all above it. */
static bool
is_safe(const char *folder)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s", folder);
	while (true) {
		char *slash = strrchr(path, '/');

		if (lstat(*path ? path : "/", &st) != 0 || !S_ISDIR(st.st_mode) ||
			st.st_mode & (S_IWGRP | S_IWOTH) ||
			(st.st_uid != 0 && st.st_uid != geteuid()))
			return false;
		if (!slash)
			return true;
		*slash = '\0';
	}
}

char *
policy_safe_folder(void)
{
	const struct passwd *me = getpwuid(geteuid());
	const char *places[] = {me ? me->pw_dir : "/", "/run", "/var/lib", getenv("HOME"),
		getenv("XDG_RUNTIME_DIR"), getenv("KEYWATCH_TEST_SOURCE")};
	char path[512];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!places[i] || !is_safe(places[i]))
			continue;
		snprintf(path, sizeof(path), "%s/keywatch-test.XXXXXX", places[i]);
		if (mkdtemp(path))
			return mem_strdup(path);
	}
	fail_msg("no folder that only root and this user may write, for policies");
	return NULL;
}

void
policy_alert(struct alert *alert, struct str record)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct event event;
	struct error err;

	*alert = (struct alert){0};
	assert_ok(event_parse(&event, record, &err), &err);
	assert_true(rule_match(run, &event));
	alert_init(alert, &event, rule, run);
	alert->raw = arena_str(&alert->arena, alert->raw);
	event_fini(&event);
	rule_run_free(run);
	rule_free(rule);
}
