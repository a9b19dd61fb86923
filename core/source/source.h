/*
 * A live source: where events come from while keywatch runs. One ops table a kind, one file a kind
 * (source_cloudtrail.c, source_s3.c, source_sqs.c, source_loganalytics.c, source_follow.c).
 *
 * A source belongs to its fetcher's thread and knows neither queue nor store. What it finds goes to
 * its sink in order; what it must remember goes there too, as positions, which are committed in one
 * transaction with the records given before them. After kill -9 a source begins at its committed
 * positions and may give again what it gave already: equal records are one alert (settled.md 3).
 */
#ifndef KEYWATCH_SOURCE_SOURCE_H
#define KEYWATCH_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/problem.h"
#include "core/base/str.h"
#include "core/scan/scan.h"
#include "core/source/source_config.h"

struct http;
struct source;

/* Where a record or a problem stands. */
struct source_place {
	struct str
		path; /* s3://bucket/key, cloudtrail:us-east-1, sqs:MESSAGE-ID, a file's path … */
	uint64_t offset; /* in the uncompressed object; 0 where an answer holds single records */
	int64_t arrived; /* ticks; when the source delivered it, where the source says so itself
			    (SQS SentTimestamp, ingestion_time()); TIME_NONE: as it is read */
	bool exact;	 /* arrived holds even after a gap */
	bool unwatched;	 /* of before the source was watched, whenever it is read (a first fill) */
	size_t rule; /* 1 + the number of the rule whose query gave this where it was asked: a row
			of its result, which is that rule's alert alone; 0: to be judged */
};

/* A rule as a source may ask for it. */
struct source_rule {
	struct str name, query; /* its KQL */
	bool gives_event_id;	/* the result has AwsEventId */
};

/* Strings are copied. Each waits while the queue is full; false: stopping, give nothing more. */
struct source_sink {
	void *context;
	bool (*record)(void *context, const struct source_place *place, struct str raw,
		unsigned scan_flags);
	/* body: bytes to keep with it unchanged (poison), or absent. */
	bool (*problem)(void *context, const struct source_place *place,
		enum problem_severity severity, const char *reason, struct str body);
	/* Committed with what was given before it; an absent value forgets the name. */
	bool (*position)(void *context, struct str name, struct str value);
	/* source_ops.committed is called with this once all given before it is committed. Tokens
	 * of a source only grow. */
	bool (*barrier)(void *context, uint64_t token);
};
/* The last two of who commits nothing. */
bool source_drop_position(void *context, struct str name, struct str value);
bool source_drop_barrier(void *context, uint64_t token);

/* What a source says of itself; copied out by the fetcher after every step (and by say, within
 * one). Counts since the start. */
struct source_report {
	uint64_t requests, bytes, records;
	int64_t position;     /* ticks: up to when events are known; TIME_NONE: not said */
	int64_t skew_ms;      /* server's clock less ours, 0 while under a minute */
	uint64_t done, total; /* of a one-off or a first fill: objects; total 0: not known */
	char note[160];	      /* one line about what it is doing, or "" */
};

enum source_result {
	SOURCE_OK,	/* a round is complete */
	SOURCE_END,	/* a one-off has given everything */
	SOURCE_STOPPED, /* the stop flag was seen */
	SOURCE_FAILED,	/* err and failure are filled */
};

/* Why a round failed, in the words that health shows. */
enum source_cause {
	CAUSE_NETWORK,	   /* no answer, a cut one, 5xx: try again */
	CAUSE_THROTTLED,   /* try again, later */
	CAUSE_CREDENTIALS, /* none, expired, not valid */
	CAUSE_DENIED,	   /* valid, but not allowed: advice names the action or role */
	CAUSE_CONFIGURED,  /* no such bucket, queue, workspace; wrong region */
	CAUSE_ANSWER,	   /* what came is no answer of this service */
};
struct source_failure {
	enum source_cause cause;
	int64_t retry_after_ms; /* as the server asks; 0: not said */
	char advice[320];	/* what to do about it; a line to type where there is one */
};

/* What a probe asked, where and by whom; "" where that is not known or makes no sense. */
struct source_asked {
	char request[64];      /* LookupEvents, ListObjectsV2 … */
	char region[40];       /* the region asked */
	char place[4096];      /* the endpoint, or the path */
	char credentials[160]; /* their kind, never a secret */
	/* What watching needs besides, and nothing harmless can try: IAM actions; NULL: nothing. */
	const char *untried;
};

/* The rate limiter that fetchers of one account and region share (settled.md 22): waits its turn.
 * False: stopping. */
typedef bool source_turn(void *context, const char *account_and_region);

/* What a source is opened with; all borrowed for its life. */
struct source_options {
	const struct source_config *config;
	const struct source_sink *sink;
	const struct clock *clock; /* event time; paces are scaled by it as well */
	struct http *http;	   /* the fetcher's own */
	const struct scan_options *scan;
	const struct source_rule *rules; /* for loganalytics, which asks each one's query */
	size_t rule_count;
	/* Positions as they were committed; returns absent when there is none. */
	struct str (*position)(void *context, struct str name);
	void (*positions)(void *context, struct str prefix,
		void (*visit)(void *visitor, struct str name, struct str value), void *visitor);
	void *position_context;
	source_turn *turn;
	void *turn_context;
	/* A step of long work: the report is worth showing. May be NULL. */
	void (*say)(void *context, const struct source_report *report);
	/* A quick try failed and is followed by another (http_try's `failed`). */
	void (*failed_try)(void *context, const char *what);
	void *say_context;
	bool once;    /* a one-off: read what is there, then SOURCE_END */
	bool one_try; /* nothing is tried again quickly: who asks has time */
};

/* ---- what a source is asked for history, beside the one that polls ---- */

/* Whose records. */
enum source_ask_kind {
	SOURCE_ASK_KEY,	  /* an access key's: called with it, or done to it */
	SOURCE_ASK_USER,  /* of `account/name`: done to that IAM user, or by it to itself */
	SOURCE_ASK_ACTOR, /* a caller's: its ARN, else its principal */
	SOURCE_ASK_CALL,  /* calls of that name, whoever made them */
	SOURCE_ASK_EVENT, /* the one of that eventID */
};

enum { SOURCE_PLACES = 1024 };

struct source_ask {
	enum source_ask_kind kind;
	struct str value;
	/* Ticks. `from` as far as it was asked already, where the places still are those; else
	 * `first`. Then: from when on all was given that the service has. */
	int64_t from, to, first;
	const char *before; /* `places` of the last time; "": there was none */
	const char *path;   /* EVENT: where it stands */
	/* Out. */
	char places[SOURCE_PLACES];  /* that were asked, blanks between them; "": none */
	char missing[SOURCE_PLACES]; /* that were not, and why, in words; "": none */
	bool anew;		     /* asked from `first` on */
};

/* ---- what a source is looked through for, of many alerts at once ---- */

enum source_survey_list {
	SURVEY_KEYS,
	SURVEY_USERS,  /* names of IAM users */
	SURVEY_ACTORS, /* ARNs; of who has none principals, or names of services */
	SURVEY_ADDRESSES,
	SURVEY_LISTS,
};
struct source_survey {
	struct {
		const struct str *values;
		size_t count;
	} lists[SURVEY_LISTS];
	bool root;		 /* and root, which has no name */
	const struct str *calls; /* names of those that matter by themselves */
	size_t call_count;
	int64_t from, to; /* ticks */
	/* Of times of which the source has records, whatever they are about, of an account; absent:
	 * it does not say which. */
	void (*covers)(void *context, struct str account, int64_t time);
	void *context;
	/* Out. */
	int64_t until;	   /* all was given that it has of from..until; before `from`: nothing */
	bool cut;	   /* there is more, behind `until` */
	char place[200];   /* what was looked through, in words */
	char missing[320]; /* what of it was not given, and why; "": nothing */
	char advice[320];  /* what to do about that; may be "" */
};

struct source_ops {
	const char *type;
	/* Keys of [source NAME] that belong to it, besides `type` and `poll_interval`. */
	const char *const *keys;
	int64_t poll_interval_ms; /* unless configured */
	bool (*open)(struct source **out, const struct source_options *options, struct error *err);
	/* One round: everything that is due now. next_ms: pause until the next, in event time. */
	enum source_result (*poll)(struct source *source, int64_t *next_ms,
		struct source_failure *failure, struct error *err);
	/* Called between rounds, and within long waits through http's interrupt; NULL: no barriers.
	 */
	enum source_result (*committed)(struct source *source, uint64_t token,
		struct source_failure *failure, struct error *err);
	void (*report)(const struct source *source, struct source_report *report);
	/* One harmless request (settled.md 29). `asked` (zeroed before) is filled also on failure.
	 */
	enum source_result (*probe)(struct source *source, struct source_asked *asked,
		struct source_failure *failure, struct error *err);
	/* For history: gives the records that `ask` is about, and others perhaps, to the sink. Of
	 * a source that is opened beside the one that polls, so that neither waits for the other;
	 * NULL: it cannot be asked. `asks`: for what, a bit a kind. A failure is tried again; what
	 * another try would not heal is `missing`. */
	enum source_result (*ask)(struct source *source, struct source_ask *ask,
		struct source_failure *failure, struct error *err);
	unsigned asks;
	bool reads_all;	  /* what it reads holds records of all kinds */
	bool takes_turns; /* every request waits for options.turn */
	/* For history: gives every record that the survey is about, and others perhaps, to the
	 * sink, in between the rounds, as `ask`; NULL: it is not looked through. What another try
	 * may heal is a failure. */
	enum source_result (*survey)(struct source *source, struct source_survey *survey,
		struct source_failure *failure, struct error *err);
	/* Ticks: from so long before an alert on it is looked for; for alerts that are no older. */
	int64_t survey_before, survey_oldest;
	bool survey_apace; /* the requests of others are not counted with its own */
	/* A descriptor that becomes readable when there is more to do before next_ms; NULL or -1:
	 * none (follow's inotify). */
	int (*wait_fd)(const struct source *source);
	void (*close)(struct source *source);
};

/* Every source begins with this; open fills options, its caller ops. */
struct source {
	const struct source_ops *ops;
	struct source_options options;
};

/* The positions of who knows none. */
struct str source_no_position(void *context, struct str name);
void source_no_positions(void *context, struct str prefix,
	void (*visit)(void *visitor, struct str name, struct str value), void *visitor);

extern const struct source_ops source_cloudtrail, source_s3, source_sqs, source_loganalytics,
	source_follow;
/* The table of them, NULL-terminated; and one by its type. */
extern const struct source_ops *const source_kinds[];
const struct source_ops *source_find(struct str type);

const char *source_cause_word(enum source_cause cause);
/* What to do: as the failure says, else what helps against its cause; may be "". */
const char *source_advice(const struct source_failure *failure);
/* "the clock of this machine is 7 min behind …", for a report's skew_ms; not for 0. */
void source_put_skew(struct buf *out, int64_t skew_ms);

#endif
