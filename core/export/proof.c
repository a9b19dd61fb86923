#include "core/export/proof.h"

#include <string.h>

#include "core/validation/signature.h"

void
proof_init(struct proof *proof, const struct alert *alert, const struct decision *decision)
{
	struct error err;

	*proof = (struct proof){.alert = alert, .decision = decision};
	proof->is_statement =
		statement_parse(&proof->statement, decision->statement, &proof->arena, &err);
	proof->is_signature =
		sshsig_parse(&proof->signature, decision->signature, &proof->arena, &err);
	if (proof->is_signature)
		memcpy(proof->fingerprint, proof->signature.fingerprint, SSH_FINGERPRINT);
	hash_hex(decision->statement, proof->statement_hash);
}

void
proof_fini(struct proof *proof)
{
	arena_fini(&proof->arena);
}

void
proof_file(struct buf *out, const struct alert *alert, const struct decision *decision,
	const char *suffix)
{
	buf_puts(out, alert->id);
	if (decision)
		buf_printf(out, "-%lld", (long long)decision->seq);
	buf_puts(out, suffix);
}

void
proof_command(struct buf *out, const struct proof *proof, const struct policy *policy)
{
	struct buf statement = {0}, signature = {0};

	if (!proof->is_statement || !policy || policy->state != POLICY_GOOD)
		return;
	proof_file(&statement, proof->alert, proof->decision, PROOF_STATEMENT);
	proof_file(&signature, proof->alert, proof->decision, PROOF_SIGNATURE);
	signature_command(out,
		&(struct signature_paths){.allowed_signers = str_from(policy->allowed_signers.path),
			.revocation_list = policy->revocation_list.path
						   ? str_from(policy->revocation_list.path)
						   : STR_ABSENT,
			.statement = buf_view(&statement),
			.signature = buf_view(&signature)},
		proof->statement.text[STATEMENT_PRINCIPAL], proof->statement.time);
	buf_fini(&statement);
	buf_fini(&signature);
}
