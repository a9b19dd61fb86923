#include "core/base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"

enum {
	MATCH_LIMIT = 200000,
	DEPTH_LIMIT = 10000,
	HEAP_LIMIT_KIB = 8192,
	JIT_STACK = 512 * 1024,
	MAX_PATTERN = 64 * 1024,
};

struct regex {
	pcre2_code *code; /* owns */
	bool jit;
};

struct regex_match {
	pcre2_match_data *data;	      /* owns */
	pcre2_match_context *context; /* owns */
	pcre2_jit_stack *stack;	      /* owns; NULL without JIT */
	struct str subject;	      /* borrows, of the last match */
	bool matched;
};

static uint32_t
compile_options(unsigned flags)
{
	uint32_t options = PCRE2_NEVER_BACKSLASH_C;

	if (flags & REGEX_NOCASE)
		options |= PCRE2_CASELESS;
	if ((flags & REGEX_UTF) && !(flags & REGEX_BYTES))
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	if (flags & REGEX_UNICODE)
		options |= PCRE2_UCP | PCRE2_DOLLAR_ENDONLY;
	return options;
}

bool
regex_compile(struct regex **out, struct str pattern, unsigned flags, struct error *err)
{
	PCRE2_UCHAR message[256];
	pcre2_code *code;
	PCRE2_SIZE at = 0;
	int number = 0;

	if (pattern.len > MAX_PATTERN)
		return error_set(
			err, ERROR_USAGE, "the pattern is longer than %d bytes", MAX_PATTERN);
	code = pcre2_compile((PCRE2_SPTR)(pattern.data ? pattern.data : ""), pattern.len,
		compile_options(flags), &number, &at, NULL);
	if (!code) {
		pcre2_get_error_message(number, message, sizeof(message));
		return error_set(err, ERROR_USAGE, "column %zu: %s",
			text_length(str_slice(pattern, 0, at)) + 1, (char *)message);
	}
	*out = MEM_NEW(struct regex);
	(*out)->code = code;
	(*out)->jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
	return true;
}

void
regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

unsigned
regex_group_count(const struct regex *regex)
{
	uint32_t count = 0;

	pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &count);
	return count;
}

unsigned
regex_group_named(const struct regex *regex, struct str name)
{
	char text[64]; /* PCRE2's names end at 32 */
	int number;

	if (name.len >= sizeof(text))
		return 0;
	memcpy(text, name.data, name.len);
	text[name.len] = '\0';
	number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)text);
	return number > 0 ? (unsigned)number : 0;
}

struct regex_match *
regex_match_new(const struct regex *regex)
{
	struct regex_match *match = MEM_NEW(struct regex_match);

	match->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
	match->context = pcre2_match_context_create(NULL);
	if (!match->data || !match->context)
		abort();
	pcre2_set_match_limit(match->context, MATCH_LIMIT);
	pcre2_set_depth_limit(match->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(match->context, HEAP_LIMIT_KIB);
	if (regex->jit) {
		match->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK, NULL);
		pcre2_jit_stack_assign(match->context, NULL, match->stack);
	}
	return match;
}

void
regex_match_free(struct regex_match *match)
{
	if (!match)
		return;
	pcre2_jit_stack_free(match->stack);
	pcre2_match_context_free(match->context);
	pcre2_match_data_free(match->data);
	free(match);
}

enum regex_result
regex_find(const struct regex *regex, struct regex_match *match, struct str subject, size_t from)
{
	int rc = from > subject.len
			 ? PCRE2_ERROR_NOMATCH
			 : pcre2_match(regex->code, (PCRE2_SPTR)(subject.data ? subject.data : ""),
				   subject.len, from, 0, match->data, match->context);

	match->subject = subject;
	match->matched = rc > 0;
	if (rc > 0)
		return REGEX_MATCH;
	return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO_MATCH : REGEX_LIMIT;
}

struct str
regex_group(const struct regex_match *match, unsigned group)
{
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(match->data);
	PCRE2_SIZE from, to;

	if (!match->matched || group >= pcre2_get_ovector_count(match->data))
		return STR_ABSENT;
	from = ovector[2 * group];
	to = ovector[2 * group + 1];
	if (from == PCRE2_UNSET || to == PCRE2_UNSET || to < from)
		return STR_ABSENT;
	return (struct str){(match->subject.data ? match->subject.data : "") + from, to - from};
}

size_t
regex_group_offset(const struct regex_match *match, unsigned group)
{
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(match->data);

	if (!match->matched || group >= pcre2_get_ovector_count(match->data))
		return (size_t)-1;
	return ovector[2 * group];
}

void
regex_library(struct buf *out)
{
	char version[64];

	pcre2_config(PCRE2_CONFIG_VERSION, version);
	buf_printf(out, "PCRE2 %s", version);
}
