/* The keys of the user's agent, and signing with one of them. */
#include <stdlib.h>

#include "core/validation/tool_private.h"

enum { NO_IDENTITIES = 1, INTERRUPTED = 130 };

#define ELSEWHERE "or sign on your own machine: keywatch validation request"

/* ---- its keys ---- */

static struct str
take_word(struct str *line)
{
	size_t end = str_find(*line, STR(" "), 0);
	struct str word = str_slice(*line, 0, end);

	*line = end == (size_t)-1 ? STR("") : str_slice(*line, end + 1, line->len);
	return word;
}

static bool
read_key(struct signature_key *key, struct str line, struct arena *arena)
{
	struct str rest = line, type = take_word(&rest), base64 = take_word(&rest);

	if (!ssh_key_identify_base64(base64, arena, &key->type, key->fingerprint) ||
		!str_equal(type, key->type))
		return false;
	key->base64 = arena_str(arena, base64);
	key->comment = arena_str(arena, rest);
	key->line = arena_printf(arena, "%.*s %.*s", STR_ARG(type), STR_ARG(base64));
	return true;
}

static void
read_keys(struct signature_keys *keys, struct str lines)
{
	struct signature_key key;
	size_t most = 1;

	for (size_t i = 0; i < lines.len; i++)
		most += lines.data[i] == '\n';
	keys->list = arena_alloc(&keys->arena, most * sizeof(*keys->list));
	while (lines.len) {
		size_t end = str_find(lines, STR("\n"), 0);

		if (read_key(&key, str_slice(lines, 0, end), &keys->arena))
			keys->list[keys->count++] = key;
		lines = end == (size_t)-1 ? STR("") : str_slice(lines, end + 1, lines.len);
	}
}

static bool
has_agent(struct error *err)
{
	const char *socket = getenv("SSH_AUTH_SOCK");

	return (socket && socket[0]) || error_set(err, ERROR_USAGE,
						"there is no SSH agent (SSH_AUTH_SOCK is not set): "
						"come with ssh -A, " ELSEWHERE);
}

static bool
no_answer(const struct process_result *result, struct error *err)
{
	struct buf complaint = {0};

	tool_complaint(result, &complaint);
	error_set(err, ERROR_USAGE,
		"the SSH agent of SSH_AUTH_SOCK does not answer (%.300s): come again with ssh "
		"-A, " ELSEWHERE,
		buf_cstr(&complaint));
	buf_fini(&complaint);
	return false;
}

bool
signature_agent_keys_by(
	const struct signature_tools *tools, struct signature_keys *keys, struct error *err)
{
	struct tool tool = {
		.tools = tools, .name = "ssh-add", .agent = true, .timeout_ms = tools->agent_ms};
	struct process_result result;
	bool ok;

	*keys = (struct signature_keys){0};
	if (!has_agent(err))
		return false;
	tool_add(&tool, "-L", NULL);
	if (!tool_run(&tool, STR(""), &result, err))
		return error_prefix(err, "the keys of the SSH agent");
	ok = result.status == 0 || result.status == NO_IDENTITIES || no_answer(&result, err);
	if (result.status == 0)
		read_keys(keys, buf_view(&result.output));
	process_result_fini(&result);
	return ok;
}

bool
signature_agent_keys(struct signature_keys *keys, struct error *err)
{
	return signature_agent_keys_by(&signature_system_tools, keys, err);
}

void
signature_keys_fini(struct signature_keys *keys)
{
	arena_fini(&keys->arena);
	*keys = (struct signature_keys){0};
}

/* ---- signing ---- */

struct signing {
	const struct signature_tools *tools;
	struct signature_key key;
	bool terminal;
};

static const struct {
	const char *said, *words;
} failures[] = {
	{"Couldn't get agent socket", "the SSH agent does not answer"},
	{"Couldn't find key in agent", "the SSH agent does not hold it: ssh-add"},
	{"agent refused operation",
		"the SSH agent refused: not confirmed, not touched, or no such key any more"},
	{"communication with agent failed", "the SSH agent went away"},
};

static bool
explain(const struct signing *s, const struct process_result *result, struct error *err)
{
	struct buf complaint = {0};
	const char *words = NULL;

	tool_complaint(result, &complaint);
	for (size_t i = 0; !words && i < sizeof(failures) / sizeof(failures[0]); i++)
		if (tool_said(result, failures[i].said))
			words = failures[i].words;
	if (result->status == INTERRUPTED)
		words = "given up";
	error_set(err, ERROR_SYSTEM, "not signed with %s: %.500s", s->key.fingerprint,
		words ? words : buf_cstr(&complaint));
	buf_fini(&complaint);
	return false;
}

/* By the key that was asked for and for our namespace; whether it holds is verified like any
 * other. */
static bool
take_armour(const struct signing *s, struct str output, struct buf *armour, struct error *err)
{
	struct arena arena = {0};
	struct sshsig sig;
	bool ok = sshsig_parse(&sig, output, &arena, err);

	if (ok && (strcmp(sig.fingerprint, s->key.fingerprint) != 0 ||
			  !str_is(sig.namespace, SIGNATURE_NAMESPACE)))
		ok = error_set(err, ERROR_SYSTEM, "the SSH agent signed with another key");
	if (ok)
		sshsig_write(&sig, armour);
	arena_fini(&arena);
	return ok;
}

static bool
sign_one(const struct signing *s, struct str statement, struct buf *armour, struct error *err)
{
	struct tool tool = {.tools = s->tools,
		.name = "ssh-keygen",
		.agent = true,
		.foreground = s->terminal,
		.timeout_ms = s->tools->sign_ms};
	const char *key = tool_add_file(&tool, s->key.line, err);
	struct process_result result;
	bool ok;

	tool_add(&tool, "-q", "-U", "-Y", "sign", "-n", SIGNATURE_NAMESPACE, "-f", key, NULL);
	ok = key && tool_run(&tool, statement, &result, err);
	tool_fini(&tool);
	if (!ok)
		return false;
	ok = result.status == 0 ? take_armour(s, buf_view(&result.output), armour, err)
				: explain(s, &result, err);
	process_result_fini(&result);
	return ok;
}

bool
signature_sign_by(const struct signature_tools *tools, struct str public_key_line,
	const struct str *statements, size_t count, bool terminal, struct buf *armours,
	struct error *err)
{
	struct signing s = {.tools = tools, .terminal = terminal};
	struct arena arena = {0};
	bool ok = has_agent(err);

	if (ok && !read_key(&s.key, str_trim(public_key_line), &arena))
		ok = error_set(err, ERROR_USAGE, "not a public key that signs: \"%.100s\"",
			arena_cstr(&arena, public_key_line));
	for (size_t i = 0; ok && i < count; i++)
		ok = sign_one(&s, statements[i], &armours[i], err);
	arena_fini(&arena);
	return ok;
}

bool
signature_sign(struct str public_key_line, const struct str *statements, size_t count,
	bool terminal, struct buf *armours, struct error *err)
{
	return signature_sign_by(&signature_system_tools, public_key_line, statements, count,
		terminal, armours, err);
}
