#include "core/scan/scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/scan/ahead.h"
#include "core/scan/answer.h"
#include "core/scan/candidate.h"
#include "core/scan/foreign.h"
#include "core/scan/inflate.h"
#include "core/scan/split.h"
#include "core/scan/table_csv.h"

enum { WINDOW = 256 << 10 };

enum format { UNDECIDED, PLAIN, CSV, GZIP, FOREIGN };

struct scanner {
	struct scan_options options;
	const struct scan_sink *sink; /* borrows */
	struct split_sink split_sink;
	struct splitter splitter;
	struct answer answer;
	struct table_csv_sink csv_sink;
	struct table_csv csv;
	struct inflate *inflate;
	unsigned char *window; /* owns; what the inflater fills */
	struct ahead *ahead;   /* borrows; who inflates this input, or NULL */
	struct buf head;       /* first bytes, until the format is known; also of what gzip holds */
	enum format format, inner; /* of the input; of what a gzip holds */
	struct scan_summary summary;
	bool plain; /* the literals are */
	bool cut;   /* the input broke off, and that was said */
};

struct scanner *
scanner_new(const struct scan_options *options)
{
	struct scanner *s = MEM_NEW(struct scanner);

	s->options = *options;
	if (!s->options.max_record)
		s->options.max_record = SCAN_MAX_RECORD;
	s->plain = candidate_is_plain(options);
	s->inflate = inflate_new();
	s->window = mem_alloc(WINDOW);
	return s;
}

void
scanner_free(struct scanner *s)
{
	if (!s)
		return;
	inflate_free(s->inflate);
	split_fini(&s->splitter);
	answer_fini(&s->answer);
	table_csv_fini(&s->csv);
	buf_fini(&s->head);
	free(s->window);
	free(s);
}

static void
say(struct scanner *s, enum problem_severity severity, uint64_t offset, const char *reason)
{
	if (severity == PROBLEM_ERROR)
		s->summary.problems++;
	s->sink->problem(s->sink->context, severity, offset, reason);
}

/* ---- what the splitter finds ---- */

static void
stop(struct scanner *s)
{
	s->summary.stopped = s->splitter.stopped = true;
}

static bool
passes(const struct scanner *s, struct str raw)
{
	const struct scan_options *o = &s->options;

	return o->literal_count == 0 && o->passes && o->passes(o->passes_context, raw);
}

static bool
take_unit(void *context, struct str raw, uint64_t offset, enum split_standing standing)
{
	struct scanner *s = context;
	bool behind_damage = standing != SPLIT_IN_STEP;
	struct candidate_verdict v;

	if (!behind_damage && passes(s, raw)) {
		s->summary.records++;
		return true;
	}
	v = candidate_judge(&s->options, s->sink, raw, offset,
		standing == SPLIT_FOUND ? SCAN_RESYNCHRONISED : 0,
		behind_damage || !s->plain || (s->options.wants && s->splitter.skimmed));
	if (v.problem[0] && !behind_damage)
		say(s, PROBLEM_ERROR, offset, v.problem);
	if (behind_damage && (v.problem[0] || v.kind != CANDIDATE_RECORD))
		return false;
	if (v.kind == CANDIDATE_RECORD)
		s->summary.records += v.records ? v.records : 1;
	else if (v.kind == CANDIDATE_DIGEST)
		s->summary.digests++;
	else
		s->summary.other_values++;
	s->summary.candidates += v.given;
	if (!v.go_on)
		stop(s);
	return v.kind != CANDIDATE_OTHER;
}

/* ---- rows of tables ---- */

/* raw absent: not looked for. */
static bool
give_row(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct scanner *s = context;

	s->summary.records++;
	if (!raw.data)
		return true;
	s->summary.candidates++;
	if (s->sink->record(s->sink->context, raw, offset, flags))
		return true;
	stop(s);
	return false;
}

static void
say_of_csv(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	say(context, severity, offset, reason);
}

static size_t
take_table(void *context, struct str head, uint64_t offset)
{
	struct scanner *s = context;
	const char *problem;
	size_t cells = answer_begin_table(&s->answer, head, &problem);

	if (problem)
		say(s, PROBLEM_ERROR, offset, problem);
	if (cells && table_note(&s->answer.table) && !s->answer.noted) {
		say(s, PROBLEM_NOTE, PROBLEM_NO_OFFSET, table_note(&s->answer.table));
		s->answer.noted = true;
	}
	return cells;
}

static bool
take_row(void *context, struct str raw, uint64_t offset, enum split_standing standing)
{
	struct scanner *s = context;
	unsigned flags = SCAN_FROM_TABLE | (standing == SPLIT_IN_STEP ? 0 : SCAN_RESYNCHRONISED);

	switch (answer_take_row(&s->answer, &s->options, raw)) {
	case ANSWER_WANTED:
		give_row(s, buf_view(&s->answer.row), offset, flags);
		return true;
	case ANSWER_OTHER:
		give_row(s, STR_ABSENT, offset, flags);
		return true;
	case ANSWER_BROKEN:
		break;
	}
	if (standing == SPLIT_IN_STEP)
		say(s, PROBLEM_ERROR, offset, "the row has fewer cells than the table has columns");
	return false;
}

static void
say_partial(struct scanner *s, uint64_t offset, struct buf *text, bool said)
{
	if (said)
		say(s, PROBLEM_ERROR, offset, buf_cstr(text));
	buf_fini(text);
}

static void
take_answer(void *context, struct str head, uint64_t offset)
{
	struct buf text = {0};

	say_partial(context, offset, &text, answer_error_in_head(head, &text));
}

static void
take_error(void *context, struct str raw, uint64_t offset)
{
	struct buf text = {0};

	say_partial(context, offset, &text, answer_error(raw, &text));
}

static void
take_damage(void *context, uint64_t offset, const char *reason)
{
	say(context, PROBLEM_ERROR, offset, reason);
}

/* ---- formats ---- */

void
scan_begin(struct scanner *s, const struct scan_sink *sink)
{
	s->sink = sink;
	s->split_sink = (struct split_sink){s, take_unit, take_table, take_row, take_answer,
		take_error, take_damage, s->options.literals,
		s->plain ? s->options.literal_count : 0, s->options.wants,
		s->options.wants_context};
	split_begin(&s->splitter, &s->split_sink, s->options.max_record);
	answer_clear(&s->answer);
	s->csv_sink = (struct table_csv_sink){s, give_row, say_of_csv};
	table_csv_begin(&s->csv, &s->options, &s->csv_sink);
	buf_clear(&s->head);
	s->format = s->inner = UNDECIDED;
	s->summary = (struct scan_summary){0};
	s->cut = false;
	s->ahead = NULL;
}

static void
say_foreign(struct scanner *s, const struct foreign *foreign)
{
	char reason[256];

	snprintf(reason, sizeof(reason), "is %s, not a log: %s", foreign->name, foreign->unpack);
	s->summary.foreign = foreign->name;
	say(s, PROBLEM_ERROR, 0, reason);
}

/* A pipe may say little for long: what is plainly JSON or gzip is not waited for. A zero byte would
 * make it UTF-16. */
static bool
begins_json(struct str head)
{
	return head.len >= 2 && (head.data[0] == '{' || head.data[0] == '[') && head.data[1];
}

static bool
is_gzip(struct str head)
{
	return str_starts_with(head, STR("\x1f\x8b"));
}

/* Do the first bytes tell what they are? */
static bool
tell(struct scanner *s, enum format *format, struct str head, bool end, bool gzip_too)
{
	const struct foreign *foreign = NULL;
	bool sure = begins_json(head) || is_gzip(head);
	enum table_csv_guess csv;

	if (!end && head.len < FOREIGN_HEAD && !sure)
		return false;
	if (!sure) /* however many bytes came at once */
		foreign = foreign_find(head);
	csv = table_csv_guess(head, end);
	if (foreign)
		say_foreign(s, foreign);
	if (foreign)
		*format = FOREIGN;
	else if (gzip_too && is_gzip(head))
		*format = GZIP;
	else if (csv == TABLE_CSV_MAYBE)
		return false;
	else
		*format = csv == TABLE_CSV_YES ? CSV : PLAIN;
	return true;
}

/* Gathers the first bytes until they tell; then `bytes` is all of them. Most tell at once, and are
 * not copied. */
static bool
decide(struct scanner *s, enum format *format, struct str *bytes, bool end, bool gzip_too)
{
	bool gathered = s->head.len > 0;

	if (gathered) {
		buf_str(&s->head, *bytes);
		*bytes = buf_view(&s->head);
	}
	if (tell(s, format, *bytes, end, gzip_too))
		return true;
	if (!gathered)
		buf_str(&s->head, *bytes);
	return false;
}

static void
take_text(struct scanner *s, enum format format, struct str bytes)
{
	s->summary.bytes_out += bytes.len;
	if (format == CSV)
		table_csv_bytes(&s->csv, bytes.data, bytes.len);
	else
		split_bytes(&s->splitter, bytes.data, bytes.len);
}

/* What comes out of a gzip may be foreign too (.tar.gz). */
static void
take_inflated(struct scanner *s, struct str bytes, bool end)
{
	if (s->inner == UNDECIDED) {
		if (!decide(s, &s->inner, &bytes, end, false))
			return;
		if (s->inner != FOREIGN)
			take_text(s, s->inner, bytes);
		buf_clear(&s->head);
	} else if (s->inner != FOREIGN) {
		take_text(s, s->inner, bytes);
	}
}

/* offset: in the file. */
static void
say_broken_gzip(struct scanner *s, uint64_t offset, const char *reason)
{
	char text[160];

	take_inflated(s, STR(""), true);
	snprintf(text, sizeof(text), "gzip broken at byte %llu of the file: %s",
		(unsigned long long)offset, reason);
	say(s, PROBLEM_ERROR, s->summary.bytes_out, text);
	s->cut = true;
}

/* Members behind damage may be whole. */
static void
take_window(struct scanner *s, const struct inflated *window)
{
	if (s->options.stopped && s->options.stopped(s->options.stopped_context)) {
		stop(s);
		return;
	}
	take_inflated(s, window->bytes, false);
	if (window->result != INFLATE_DAMAGED)
		return;
	say_broken_gzip(s, window->offset, window->error);
	if (window->whole)
		return;
	split_break(&s->splitter);
	table_csv_break(&s->csv);
}

/* Nothing that still comes out of a gzip can matter. */
static bool
is_over(const struct scanner *s)
{
	return s->splitter.stopped || s->inner == FOREIGN;
}

static void
take_gzip(struct scanner *s, struct str bytes, inflate_step *step)
{
	struct inflate_io io = {.in = (const unsigned char *)bytes.data, .in_len = bytes.len};
	struct inflated window;

	do {
		io.out = s->window;
		io.out_len = WINDOW;
		inflated_by(&window, s->inflate, step, &io, s->summary.bytes_in);
		take_window(s, &window);
	} while (window.result != INFLATE_MORE && !is_over(s));
}

/* Another thread does the piece, while what came of those before is taken: all but `left` pieces.
 */
static void
take_ahead(struct scanner *s, struct str bytes, inflate_step *step, unsigned left)
{
	ahead_give(s->ahead, s->inflate, step, bytes, s->summary.bytes_in);
	while (ahead_pieces(s->ahead) > left && !is_over(s))
		take_window(s, ahead_take(s->ahead));
	if (is_over(s))
		ahead_drop(s->ahead);
}

static void
take_bytes(struct scanner *s, struct str bytes)
{
	if (s->format == GZIP && s->ahead)
		take_ahead(s, bytes, inflate_bytes, 1);
	else if (s->format == GZIP)
		take_gzip(s, bytes, inflate_bytes);
	else if (s->format != FOREIGN)
		take_text(s, s->format, bytes);
}

static void
start(struct scanner *s, struct str bytes, bool end)
{
	struct buf head;

	if (!decide(s, &s->format, &bytes, end, true))
		return;
	head = s->head; /* what gzip holds has one as well */
	s->head = (struct buf){0};
	if (s->format == GZIP) {
		s->summary.gzip = true;
		inflate_begin(s->inflate);
	}
	take_bytes(s, bytes);
	buf_fini(&head);
}

bool
scan_bytes(struct scanner *s, const void *data, size_t len)
{
	struct str bytes = {data, len};

	s->summary.bytes_in += len;
	if (s->format == UNDECIDED)
		start(s, bytes, false);
	else
		take_bytes(s, bytes);
	return s->format != FOREIGN && !is_over(s);
}

bool
scan_bytes_ahead(struct scanner *s, struct ahead *ahead, const void *data, size_t len)
{
	/* Until the form is known pieces may be gathered, and would not stay where they are. */
	if (s->format == GZIP)
		s->ahead = ahead;
	return scan_bytes(s, data, len);
}

void
scan_continue(struct scanner *s, const struct scan_sink *sink, const struct scan_mark *mark)
{
	scan_begin(s, sink);
	if (mark->offset == 0)
		return;
	s->format = PLAIN;
	split_continue(
		&s->splitter, &s->split_sink, s->options.max_record, mark->offset, mark->state);
}

static bool
is_csv(const struct scanner *s)
{
	return s->format == CSV || s->inner == CSV;
}

static void
sum_up(const struct scanner *s, struct scan_summary *summary)
{
	bool csv = is_csv(s);

	*summary = s->summary;
	summary->records += s->splitter.passed;
	summary->other_values += s->splitter.other_values;
	summary->empty =
		!csv && !s->splitter.any_byte && !s->summary.foreign && !s->summary.problems;
	summary->shows_form = csv || s->splitter.any_value || s->splitter.any_container || s->cut;
}

void
scan_pause(const struct scanner *s, struct scan_summary *summary, struct scan_mark *mark)
{
	/* What another thread inflates is never looked at as it grows. */
	bool in_gzip = s->format == GZIP && !s->ahead && !s->cut && s->inner != FOREIGN;

	sum_up(s, summary);
	summary->unfinished = (in_gzip && !inflate_at_end(s->inflate)) ||
			      (is_csv(s) && table_csv_waits(&s->csv)) ||
			      (s->format == UNDECIDED && s->head.len);
	*mark = (struct scan_mark){0};
	if (s->format == PLAIN)
		mark->offset = split_mark(&s->splitter, &mark->state);
}

uint64_t
scan_given(const struct scanner *s)
{
	return s->summary.bytes_out;
}

void
scan_summary_add(struct scan_summary *sum, const struct scan_summary *more)
{
	sum->bytes_in += more->bytes_in;
	sum->bytes_out += more->bytes_out;
	sum->records += more->records;
	sum->candidates += more->candidates;
	sum->other_values += more->other_values;
	sum->digests += more->digests;
	sum->problems += more->problems;
	sum->shows_form |= more->shows_form;
	sum->stopped |= more->stopped;
}

void
scan_add(struct scanner *s, const struct scan_summary *before)
{
	scan_summary_add(&s->summary, before);
	s->splitter.any_value |= before->shows_form;
}

bool
scan_cut(const struct scanner *s, struct scan_mark *mark)
{
	return s->format == PLAIN && split_cut(&s->splitter, &mark->offset, &mark->state);
}

bool
scan_counted(const struct scanner *s, struct scan_counts *counts)
{
	struct scan_summary summary;

	sum_up(s, &summary);
	*counts = (struct scan_counts){summary.other_values, summary.digests, summary.shows_form};
	return s->format == PLAIN && split_is_counted(&s->splitter);
}

void
scan_count_on(struct scanner *s, const struct scan_counts *counts)
{
	s->summary.other_values = counts->other_values;
	s->summary.digests = counts->digests;
	s->splitter.any_container |= counts->shows_form;
}

static void
say_notes(struct scanner *s)
{
	char text[96];

	if (s->summary.empty)
		say(s, PROBLEM_NOTE, PROBLEM_NO_OFFSET, "is empty");
	if (s->summary.digests)
		say(s, PROBLEM_NOTE, PROBLEM_NO_OFFSET, "is a CloudTrail digest, not a log");
	if (!s->summary.other_values)
		return;
	snprintf(text, sizeof(text), "holds %llu JSON value%s no CloudTrail record",
		(unsigned long long)s->summary.other_values,
		s->summary.other_values == 1 ? " that is" : "s that are");
	say(s, PROBLEM_NOTE, PROBLEM_NO_OFFSET, text);
}

void
scan_end(struct scanner *s, struct scan_summary *summary)
{
	if (s->format == UNDECIDED)
		start(s, STR(""), true);
	if (s->format == GZIP) {
		if (!is_over(s) && s->ahead)
			take_ahead(s, STR(""), inflate_end, 0);
		else if (!is_over(s))
			take_gzip(s, STR(""), inflate_end);
		take_inflated(s, STR(""), true);
		if (!is_over(s) && !inflate_at_end(s->inflate))
			say_broken_gzip(s, s->summary.bytes_in, "truncated");
	}
	if (!s->summary.foreign && !s->summary.stopped) {
		if (is_csv(s))
			table_csv_end(&s->csv, s->cut);
		else
			split_end(&s->splitter, s->cut);
	}
	sum_up(s, &s->summary);
	if (!s->summary.foreign && !s->summary.stopped)
		say_notes(s);
	*summary = s->summary;
}
