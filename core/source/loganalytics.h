/*
 * Between the parts of the source loganalytics, for them and their tests: the query around a
 * rule's, what is answered, rows (sources.md §1.5; the texts are Kusto's).
 */
#ifndef KEYWATCH_SOURCE_LOGANALYTICS_H
#define KEYWATCH_SOURCE_LOGANALYTICS_H

#include "core/source/azure.h"
#include "core/source/http.h"

/* ---- what is asked (loganalytics_query.c) ---- */

/*
 * The rule's query as written, inside a query that gives, for each row of its result:
 *
 *   keywatch_event    its AwsEventId
 *   keywatch_row      the row as one JSON object in a text, so that nothing is guessed of types: a
 *                     dynamic "123" or "true" stays a text, an object an object
 *   keywatch_arrived  ingestion_time() of the event
 *   and the columns of AWSCloudTrail, strings, datetimes and bools all of them, of the event
 * itself: what the rule projected away is there again, what it wrote over is as it was
 *
 * ingestion_time() is null but on the table itself, hence the join; a row whose event is not found
 * again stands alone.
 */
void loganalytics_wrap(struct buf *out, struct str rule_query);
/* {"query","timespan"} of a request; times in ticks. */
void loganalytics_write_request(struct buf *out, struct str query, int64_t from, int64_t to);

/* ---- what is answered (loganalytics_answer.c) ---- */

/* A refusal: its codes and messages from the outer one in, in one text. */
struct loganalytics_error {
	char code[64]; /* the outer one; "": none */
	char text[600];
};
/* secret: not repeated. */
void loganalytics_error_read(
	struct loganalytics_error *error, const struct http_response *response, struct str secret);

enum loganalytics_answer {
	LOGANALYTICS_ROWS,
	LOGANALYTICS_EMPTY,    /* no body */
	LOGANALYTICS_NO_EVENT, /* a table that does not tell events */
	LOGANALYTICS_OTHER,    /* no answer of this service */
};
enum loganalytics_answer loganalytics_judge(struct str body);
/* Do these words say that the answer was cut at a limit of the service? */
bool loganalytics_is_limit(struct str text);

/* A row of that query, as the scanner gives it, as the row of AWSCloudTrail with what the rule made
 * beside. arrived: TIME_NONE when it does not say. Appends; also for rows of another shape, which
 * stay what they are. */
void loganalytics_read_row(struct buf *out, struct str raw, int64_t *arrived);

/* Failure and err of an answer without rows; SOURCE_OK of one with. */
enum source_result loganalytics_refuse(
	enum loganalytics_answer answer, struct source_failure *failure, struct error *err);

/* ---- reading answers (loganalytics_reader.c) ---- */

struct loganalytics_reader {
	const struct source_options *options; /* borrows */
	struct scanner *scanner;	      /* owns */
	char path[64];			      /* loganalytics:WORKSPACE */
	struct buf row, told;
	size_t rule;
	uint64_t records;
	bool stopped; /* the sink said so */
	/* Of the last answer: */
	bool no_data;	    /* 204: the workspace has none */
	bool limit;	    /* there are more rows than the service gives at once */
	struct buf partial; /* why rows are missing; empty: none are */
};
void loganalytics_reader_init(
	struct loganalytics_reader *reader, const struct source_options *options);
void loganalytics_reader_fini(struct loganalytics_reader *reader);
/* Gives the rows of a 2xx answer to the sink. SOURCE_OK: all there are, or `limit`. */
enum source_result loganalytics_read(struct loganalytics_reader *reader, size_t rule,
	const struct http_response *response, struct source_failure *failure, struct error *err);
/* Tells a problem of a rule once: the overlap brings the same again. */
void loganalytics_tell(struct loganalytics_reader *reader, size_t rule,
	enum problem_severity severity, const char *what);

/* ---- asking (loganalytics_client.c) ---- */

struct loganalytics_client {
	const struct source_options *options; /* borrows */
	struct azure_login *login;	      /* owns */
	char *url;			      /* owns */
	uint64_t requests, bytes;
	int64_t skew_ms;     /* the server's clock less ours; 0 while under a minute */
	int64_t survey_span; /* ticks: what a survey may ask for at once; 0: all */
};
void loganalytics_client_init(
	struct loganalytics_client *client, const struct source_options *options);
void loganalytics_client_fini(struct loganalytics_client *client);

struct loganalytics_call {
	struct str query;	       /* wrapped */
	int64_t from, to;	       /* ticks */
	struct http_response response; /* out; to be fini'd in any case */
	bool too_long;		       /* out, with SOURCE_FAILED: more than an answer may be */
	bool timed_out;		       /* out, with SOURCE_FAILED: the service gave it up */
};
/* SOURCE_OK: 2xx. One token that is refused is replaced. */
enum source_result loganalytics_ask(struct loganalytics_client *client,
	struct loganalytics_call *call, struct source_failure *failure, struct error *err);

/* ---- history (loganalytics_survey.c) ---- */

/* source_ops.survey; path: where rows stand. */
enum source_result loganalytics_survey(struct loganalytics_client *client, const char *path,
	struct source_survey *survey, struct source_failure *failure, struct error *err);
/* Its query. */
void loganalytics_write_survey(struct buf *out, const struct source_survey *survey);
/* A text of Kusto's that means these characters and cannot end early. */
void loganalytics_write_literal(struct buf *out, struct str text);

#endif
