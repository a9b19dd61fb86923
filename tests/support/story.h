/*
 * Stories with known answers, told in tests/data/story.cases and made into logs:
 *
 *	= what it is about, as a sentence
 *	quiet -2d +2d                      a harmless call an hour, so that no log is missing
 *	0 role/Admin/eve iam:CreateAccessKey user=bob key=AKIANEW ip=203.0.113.9 id=alert
 *	+58s user/bob@AKIANEW s3:ListBuckets ip=198.51.100.7
 *	> 14 {"first":…}                   the value of question 14
 *	> 16 ? not looked for yet          or how its `unknown` begins
 *	~ half of it is missing: drop +1d +2d
 *	> 16 ? logs from                   what differs then
 *	~ it cannot be read: damage 2026-03-03.jsonl
 *
 * Times count from 2026-03-02T12:00:00Z. Callers: user/NAME, role/ROLE/SESSION, root, fed/NAME,
 * service/NAME, with @KEY the key that they call with. Words: user key status policy role group
 * name temp (the key that STS gives) ip agent error region account (the caller's) recipient id
 *file. Each day's events stand in a file of their own unless `file` says another.
 */
#ifndef KEYWATCH_TESTS_STORY_H
#define KEYWATCH_TESTS_STORY_H

#include "core/base/buf.h"

struct story_expect {
	int question;
	bool unknown; /* text is how the reason begins; else the value's JSON */
	struct str text;
};

/* One way in which a story is told: all of it, or with evidence withheld. */
struct story_telling {
	struct str story, variation; /* names; variation absent: all of it */
	struct story_expect *expects;
	size_t expect_count;
};

/* Writes each telling into a new folder and calls the visitor; the folder is removed after. Returns
 * how many. Only those whose story's name holds `only`, or all when that is NULL. */
typedef void story_visit(const struct story_telling *telling, const char *folder);
size_t story_tell(const char *only, story_visit *visit);

#endif
