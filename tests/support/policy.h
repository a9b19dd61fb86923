/* Policies of real files in folders of the test's own, judged from there down. */
#ifndef KEYWATCH_TESTS_POLICY_H
#define KEYWATCH_TESTS_POLICY_H

#include "core/validation/policy.h"

#define KEY_A "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define KEY_B "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define KEY_HARDWARE                                                                               \
	"sk-ssh-ed25519@openssh.com "                                                              \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAQEBAQEBAQEBAQEBA"                           \
	"QEBAQEBAQEBAQEBAQEBAQEBAQEAAAABHNzaDo="
#define OURS " namespaces=\"validation@keywatch\" "

/* FOLDER/policy.ini with `allowed_signers = FOLDER/signers` in [admins], then `ini`; and that
 * file. Returns whether it was loaded. policy_fini frees. */
bool policy_of(struct policy *policy, const char *folder, const char *ini, const char *signers,
	struct error *err);

/* A new folder that, with all above it, only root and we may write, as /tmp is not; removed by
 * test_rmtree. Returns owned. */
char *policy_safe_folder(void);

/* The alert of a record under the built-in rule. alert_fini frees. */
void policy_alert(struct alert *alert, struct str record);

#endif
