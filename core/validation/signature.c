#include "core/validation/signature.h"

#include <stdio.h>

#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/validation/statement.h"
#include "core/validation/tool_private.h"

enum { REFUSED = 255, TIME_OPTION = 48 };

/* One signature that is judged. */
struct check {
	const struct signature_tools *tools;
	const struct signature_files *files;
	struct str principal, statement;
	int64_t time;
	struct sshsig sig;
	struct arena arena;
};

/* What ssh-keygen says (9.2) and what it means; it is silent where the key is revoked or unknown.
 */
static const struct {
	const char *said;
	enum signature_answer answer;
	const char *words;
} reasons[] = {
	{"incorrect signature", SIGNATURE_BAD,
		"the text is not what was signed, or the signature was altered"},
	{"namespace does not match", SIGNATURE_BAD, "it was made for something else"},
	{"key has expired", SIGNATURE_BAD, "the key had expired when it signed"},
	{"key is not yet valid", SIGNATURE_BAD, "the key was not valid yet when it signed"},
	{"key is not permitted for use in signature namespace", SIGNATURE_BAD,
		"allowed_signers does not allow the key for " SIGNATURE_NAMESPACE},
	{"Certificate invalid: expired", SIGNATURE_BAD,
		"the certificate had expired when it signed"},
	{"Certificate invalid: not yet valid", SIGNATURE_BAD,
		"the certificate was not valid yet when it signed"},
	{"Certificate lacks principal", SIGNATURE_BAD, "the certificate is not for this principal"},
	{"certificate not authorized", SIGNATURE_BAD, "the certificate does not allow it"},
	{"Signature verification failed", SIGNATURE_BAD, "it is not a signature by that key"},
};

/* ---- one run ---- */

/* YYYYMMDDHHMMSSZ; false outside of the years that ssh-keygen reads. */
static bool
write_time(int64_t ticks, char *option, size_t size)
{
	struct time_parts p;

	if (ticks < 0)
		return false;
	p = time_split(ticks, false);
	if (p.year > 9999)
		return false;
	snprintf(option, size, "verify-time=%04d%02d%02d%02d%02d%02dZ", p.year, p.month, p.day,
		p.hour, p.minute, p.second);
	return true;
}

static bool
add_files(struct tool *tool, const struct check *c, bool revocations, struct error *err)
{
	struct str list = c->files->revocation_list;
	const char *allowed, *signature, *revoked = NULL;
	struct buf armour = {0};

	sshsig_write(&c->sig, &armour);
	allowed = tool_add_file(tool, c->files->allowed_signers, err);
	signature = allowed ? tool_add_file(tool, buf_view(&armour), err) : NULL;
	buf_fini(&armour);
	if (signature && revocations && list.data)
		revoked = tool_add_file(tool, list, err);
	if (!signature || (revocations && list.data && !revoked))
		return false;
	tool_add(tool, "-f", allowed, "-s", signature, NULL);
	if (revoked)
		tool_add(tool, "-r", revoked, NULL);
	return true;
}

static bool
run(struct check *c, bool revocations, struct process_result *result, struct error *err)
{
	struct tool tool = {
		.tools = c->tools, .name = "ssh-keygen", .timeout_ms = c->tools->verify_ms};
	const char *principal = arena_cstr(&c->arena, c->principal);
	char time[TIME_OPTION];
	bool ok;

	write_time(c->time, time, sizeof(time));
	tool_add(&tool, "-Y", "verify", "-n", SIGNATURE_NAMESPACE, "-I", principal, "-O", time,
		NULL);
	ok = add_files(&tool, c, revocations, err) && tool_run(&tool, c->statement, result, err);
	tool_fini(&tool);
	return ok;
}

/* Of this principal, and by the very key that was read out of the armour. */
static bool
is_good(const struct check *c, const struct process_result *result)
{
	struct str said = buf_view(&result->output);
	struct buf begin = {0}, end = {0};
	bool good;

	buf_printf(&begin, "Good \"%s\" signature for %.*s with ", SIGNATURE_NAMESPACE,
		STR_ARG(c->principal));
	buf_printf(&end, " key %s\n", c->sig.fingerprint);
	good = result->status == 0 && str_starts_with(said, buf_view(&begin)) &&
	       str_ends_with(said, buf_view(&end)) && str_find(said, STR("\n"), 0) == said.len - 1;
	buf_fini(&begin);
	buf_fini(&end);
	return good;
}

/* ---- why not ---- */

static enum signature_answer
bad(const struct check *c, struct error *err, const char *words)
{
	error_set(err, ERROR_INPUT, "the signature by %s for %.*s does not hold: %s",
		c->sig.fingerprint, STR_ARG(c->principal), words);
	return SIGNATURE_BAD;
}

static enum signature_answer
unknown(const struct process_result *result, struct error *err)
{
	struct buf complaint = {0};

	tool_complaint(result, &complaint);
	error_set(err, ERROR_SYSTEM, "ssh-keygen ended with %d and no verdict: %.500s",
		result->status, buf_cstr(&complaint));
	buf_fini(&complaint);
	return SIGNATURE_UNKNOWN;
}

/* A KRL, or one public key a line as ssh-keygen reads them. */
static bool
is_revocation_list(struct str list)
{
	static const char krl[] = "SSHKRL\n";
	struct arena arena = {0};
	bool ok = true;

	if (list.len >= sizeof(krl) && memcmp(list.data, krl, sizeof(krl)) == 0)
		return true;
	while (ok && list.len) {
		char fingerprint[SSH_FINGERPRINT];
		size_t end = str_find(list, STR("\n"), 0), blank;
		struct str line = str_trim(str_slice(list, 0, end)), type, key;

		list = end == (size_t)-1 ? STR("") : str_slice(list, end + 1, list.len);
		if (!line.len || line.data[0] == '#')
			continue;
		blank = str_find(line, STR(" "), 0);
		key = str_trim(str_slice(line, blank, line.len));
		key = str_slice(key, 0, str_find(key, STR(" "), 0));
		ok = ssh_key_identify_base64(key, &arena, &type, fingerprint) &&
		     str_equal(type, str_slice(line, 0, blank));
	}
	arena_fini(&arena);
	return ok;
}

/* ssh-keygen says nothing: the key is revoked, the list is damaged, or nobody knows the key. */
static enum signature_answer
explain_silence(struct check *c, struct error *err)
{
	struct process_result result;
	bool without;

	if (!c->files->revocation_list.data)
		return bad(c, err, "allowed_signers has no such key for him");
	if (!run(c, false, &result, err))
		return SIGNATURE_UNKNOWN;
	without = is_good(c, &result);
	process_result_fini(&result);
	if (!is_revocation_list(c->files->revocation_list)) {
		error_set(err, ERROR_USAGE,
			"the revocation list holds what is neither a KRL nor a public key: "
			"ssh-keygen "
			"-Q -l -f FILE shows a KRL");
		return SIGNATURE_UNKNOWN;
	}
	return bad(
		c, err, without ? "the key is revoked" : "allowed_signers has no such key for him");
}

static enum signature_answer
explain(struct check *c, const struct process_result *result, struct error *err)
{
	if (result->status != REFUSED)
		return unknown(result, err);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (tool_said(result, reasons[i].said))
			return bad(c, err, reasons[i].words);
	if (!tool_said(result, "Could not verify signature.") &&
		str_find(buf_view(&result->output), STR("Could not verify signature."), 0) ==
			(size_t)-1)
		return unknown(result, err);
	return explain_silence(c, err);
}

/* ---- what is judged at all ---- */

static bool
check_words(const struct check *c, struct error *err)
{
	char time[TIME_OPTION];

	if (!c->principal.len || c->principal.len > STATEMENT_PRINCIPAL_MAX ||
		text_has_hidden(c->principal))
		return error_set(err, ERROR_INPUT,
			"the principal is empty, too long or holds hidden characters");
	if (c->statement.len > STATEMENT_MAX)
		return error_set(
			err, ERROR_INPUT, "the statement is longer than %d bytes", STATEMENT_MAX);
	return write_time(c->time, time, sizeof(time)) ||
	       error_set(err, ERROR_INPUT, "the time of signing is out of range");
}

static bool
check_armour(struct check *c, struct str armour, struct error *err)
{
	if (!sshsig_parse(&c->sig, armour, &c->arena, err))
		return false;
	return str_is(c->sig.namespace, SIGNATURE_NAMESPACE) ||
	       error_set(err, ERROR_INPUT,
		       "the signature was made for \"%.100s\", not for " SIGNATURE_NAMESPACE,
		       arena_cstr(&c->arena, c->sig.namespace));
}

static enum signature_answer
judge(struct check *c, struct error *err)
{
	struct process_result result;
	enum signature_answer answer = SIGNATURE_GOOD;

	if (!run(c, true, &result, err))
		return SIGNATURE_UNKNOWN;
	if (!is_good(c, &result))
		answer = explain(c, &result, err);
	process_result_fini(&result);
	return answer;
}

enum signature_answer
signature_verify_by(const struct signature_tools *tools, const struct signature_files *files,
	struct str principal, struct str statement, struct str armour, int64_t time,
	struct error *err)
{
	struct check c = {.tools = tools,
		.files = files,
		.principal = principal,
		.statement = statement,
		.time = time};
	enum signature_answer answer = SIGNATURE_BAD;

	if (check_words(&c, err) && check_armour(&c, armour, err))
		answer = judge(&c, err);
	arena_fini(&c.arena);
	return answer;
}

enum signature_answer
signature_verify(const struct signature_files *files, struct str principal, struct str statement,
	struct str armour, int64_t time, struct error *err)
{
	return signature_verify_by(
		&signature_system_tools, files, principal, statement, armour, time, err);
}

/* ---- for anybody ---- */

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       (c && strchr("@%+=:,./_-", c));
}

static void
put_word(struct buf *out, struct str word)
{
	bool plain = word.len > 0;

	for (size_t i = 0; i < word.len; i++)
		plain = plain && is_plain(word.data[i]);
	buf_puts(out, plain ? " " : " '");
	for (size_t i = 0; i < word.len; i++)
		if (word.data[i] == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, word.data[i]);
	if (!plain)
		buf_putc(out, '\'');
}

static void
put_option(struct buf *out, const char *option, struct str word)
{
	buf_printf(out, " %s", option);
	put_word(out, word);
}

void
signature_command(
	struct buf *out, const struct signature_paths *paths, struct str principal, int64_t time)
{
	char option[TIME_OPTION] = "";

	write_time(time, option, sizeof(option));
	buf_puts(out, "ssh-keygen -Y verify -n " SIGNATURE_NAMESPACE);
	put_option(out, "-I", principal);
	put_option(out, "-f", paths->allowed_signers);
	put_option(out, "-s", paths->signature);
	if (paths->revocation_list.data)
		put_option(out, "-r", paths->revocation_list);
	put_option(out, "-O", str_from(option));
	put_option(out, "<", paths->statement);
}

/* ---- by anybody ---- */

enum signature_answer
signature_is_whole(struct str statement, struct str armour, struct error *err)
{
	struct tool tool = {.tools = &signature_system_tools,
		.name = "ssh-keygen",
		.timeout_ms = signature_system_tools.verify_ms};
	struct check c = {.tools = tool.tools, .statement = statement};
	enum signature_answer answer = SIGNATURE_BAD;
	struct process_result result;
	struct buf written = {0};
	const char *signature;

	if (!check_armour(&c, armour, err)) {
		arena_fini(&c.arena);
		return SIGNATURE_BAD;
	}
	sshsig_write(&c.sig, &written);
	tool_add(&tool, "-Y", "check-novalidate", "-n", SIGNATURE_NAMESPACE, NULL);
	signature = tool_add_file(&tool, buf_view(&written), err);
	if (signature)
		tool_add(&tool, "-s", signature, NULL);
	if (!signature || !tool_run(&tool, statement, &result, err)) {
		answer = SIGNATURE_UNKNOWN;
	} else {
		if (result.status == 0)
			answer = SIGNATURE_GOOD;
		else if (result.status == REFUSED)
			error_set(err, ERROR_INPUT,
				"the signature by %s is not one over this statement",
				c.sig.fingerprint);
		else
			answer = unknown(&result, err);
		process_result_fini(&result);
	}
	tool_fini(&tool);
	buf_fini(&written);
	arena_fini(&c.arena);
	return answer;
}
