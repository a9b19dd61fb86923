#include "core/source/source.h"

const struct source_ops *const source_kinds[] = {
	&source_cloudtrail,
	&source_s3,
	&source_sqs,
	&source_loganalytics,
	&source_follow,
	NULL,
};

const struct source_ops *
source_find(struct str type)
{
	for (size_t i = 0; source_kinds[i]; i++)
		if (str_is(type, source_kinds[i]->type))
			return source_kinds[i];
	return NULL;
}

void
source_put_skew(struct buf *out, int64_t skew_ms)
{
	buf_printf(out,
		"the clock of this machine is %lld min %s: AWS refuses requests from 5 to 15 min "
		"on; set it (timedatectl)",
		(long long)((skew_ms > 0 ? skew_ms : -skew_ms) / 60000),
		skew_ms > 0 ? "behind" : "ahead");
}

const char *
source_cause_word(enum source_cause cause)
{
	static const char *const words[] = {
		[CAUSE_NETWORK] = "network",
		[CAUSE_THROTTLED] = "throttled",
		[CAUSE_CREDENTIALS] = "credentials",
		[CAUSE_DENIED] = "denied",
		[CAUSE_CONFIGURED] = "configuration",
		[CAUSE_ANSWER] = "answer",
	};

	return words[cause];
}

const char *
source_advice(const struct source_failure *failure)
{
	static const char *const general[] = {
		[CAUSE_NETWORK] = "can this machine reach it, by itself or through the proxy of "
				  "https_proxy?",
		[CAUSE_THROTTLED] = "somebody else asks as well; it is tried again, more slowly",
		[CAUSE_CREDENTIALS] = "",
		[CAUSE_DENIED] = "",
		[CAUSE_CONFIGURED] = "check what is configured",
		[CAUSE_ANSWER] = "is this the service that it should be?",
	};

	return failure->advice[0] ? failure->advice : general[failure->cause];
}

bool
source_drop_position(void *context, struct str name, struct str value)
{
	(void)context, (void)name, (void)value;
	return true;
}

bool
source_drop_barrier(void *context, uint64_t token)
{
	(void)context, (void)token;
	return true;
}

struct str
source_no_position(void *context, struct str name)
{
	(void)context, (void)name;
	return STR_ABSENT;
}

void
source_no_positions(void *context, struct str prefix,
	void (*visit)(void *visitor, struct str name, struct str value), void *visitor)
{
	(void)context, (void)prefix, (void)visit, (void)visitor;
}
