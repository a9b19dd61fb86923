/*
 * The screen's state and how it changes; no terminal, no waiting: app.c has those. Keys go in,
 * a grid and some requests come out.
 *
 *	ui_load		what the next frame shows is fetched; only here and in ui_work is the store
 *read ui_draw		state → cells; queries nothing
 */
#ifndef KEYWATCH_TUI_UI_H
#define KEYWATCH_TUI_UI_H

#include "core/alert/filter.h"
#include "core/export/export.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/verify.h"
#include "tui/activity.h"
#include "tui/config.h"
#include "tui/card.h"
#include "tui/decide.h"
#include "tui/key_life.h"
#include "tui/layout.h"
#include "tui/list_sync.h"
#include "tui/mouse.h"
#include "tui/prompt.h"
#include "tui/review.h"
#include "tui/row_text.h"
#include "tui/view.h"

/* What the loop must do after a key or work; a set of bits. */
enum ui_request {
	UI_DRAW = 1,
	UI_QUIT = 2,
	UI_SUSPEND = 4,
	UI_REFRESH = 8, /* everything again */
	UI_THEME = 16,	/* ui->theme has changed */
	UI_COPY = 32,	/* ui->clipboard to the clipboard */
	UI_RECORD = 64, /* the selected alert's record to a pager */
	UI_BELL = 128,
	UI_SIGN = 512,	/* ui->signing, with the terminal lent; ui_signed takes what came of it */
	UI_TITLE = 256, /* the terminal's title has changed: ui_put_title */
};

/* What covers list and panes. */
enum ui_overlay {
	OVERLAY_NONE,
	OVERLAY_HELP,
	OVERLAY_PROBLEMS,
	OVERLAY_PEEK,
	OVERLAY_REPORT,
	OVERLAY_SOURCES,
	OVERLAY_ACTIVITY,
	OVERLAY_STATEMENT,
	OVERLAY_REVIEW,
	OVERLAY_CARD,
	OVERLAY_RECORD
};

/* What keys go to. */
struct ui_place {
	enum ui_overlay overlay;
	enum pane_kind focus; /* below it */
};

/* From where something was opened, as it was looked at, and what then. */
struct ui_step {
	struct ui_place from, to;
	enum pane_kind below;
	struct timeline_filter look;
	size_t top, cursor; /* of the pane there */
};

enum { UI_TRAIL_MOST = 16 };

struct evidence;

enum { ROWS_BETWEEN_CLOCKS = 16 }; /* of a slice */

/* What the list says of alerts that have these in common. */
struct ui_glance {
	uint32_t rule, flags;
	uint8_t outcome;
	bool known;
	uint8_t answer; /* enum filter_answer */
};

/* A filter on the list, evaluated row by row in slices. */
struct ui_filter {
	struct buf text;
	struct alert_filter *compiled; /* owns; NULL: none */
	uint32_t *rows;		       /* of the list as it was, newest first; owns */
	size_t at, count;	       /* of these; those before are judged */
	size_t fresh;		       /* row that has come since and is judged next */
	size_t judged;
	struct alert glance, loaded; /* of the row that is judged; loaded owns */
	struct ui_glance *glances;   /* the last one by its address, a word of the list; owns */
	size_t glance_count;
	bool reads_time;
	size_t gave_up; /* how often a regular expression was, as far as it was said */
};

/* A search: in a pane at once, in the list in slices. */
struct ui_search {
	struct buf pattern;
	struct regex *regex; /* owns; NULL: none */
	bool heavy;	     /* it takes too long: nothing is lit by it */
	int step;	     /* of a search under way in the list; 0: none */
	size_t at, left;     /* position, and how many are still to be looked at */
	struct ui_hit {
		uint32_t row;
		enum list_column column;
		int whole, x, cols; /* cells of the column's text, and of the match in it */
	} * hits;		    /* in the rows of the window; owns */
	size_t hit_count, hit_capacity;
	struct {
		struct buf pattern, written; /* the one before, and as far as it was seen; owns */
		uint32_t row;
		size_t top, cursor; /* of the pane that is searched, else of the list */
	} from;			    /* where it began: Esc goes back there */
	bool only_in_words;	    /* a row matches where one of its words does */
	uint8_t *words;		    /* enum word_match, by the list's numbers; owns */
	size_t word_count;
};

/* A file being written, in slices. */
struct ui_export {
	bool active, replace;
	int fd;
	struct buf path, temporary, out;
	struct export export;
	int64_t *rowids; /* owns; what was shown when it began */
	size_t count, at;
};

struct ui_options {
	struct store *store; /* borrows, as all of these */
	struct rule *const *rules;
	size_t rule_count;
	int64_t rules_now;	   /* what now() answers in a filter */
	struct pipeline *pipeline; /* NULL: nothing is read */
	struct judge *judge;	   /* of signed validations; NULL: none are judged */
	struct verifier *verifier; /* who runs what a judgement takes; NULL: nobody */
	const char *rule_ids;	   /* JSON, or NULL */
	const char *const *paths;
	size_t path_count;   /* 0: the whole store is listed */
	size_t source_count; /* of live sources */
	/* What to do when there is nothing to watch, line by line up to a NULL. */
	const char *const *advice;
	struct config *config;
	const struct known *known; /* who is, for the facts; NULL: nobody */
	const struct clock *clock;
	const char *theme; /* the first one's name */
	const char *user;
	bool ascii;
};

struct ui {
	struct ui_options o;
	struct clock clock;
	bool local; /* times are shown in the local zone */
	struct theme theme;
	struct theme_names themes; /* that there were at the start */
	struct list list;
	struct list_sync sync;
	struct subject subject;
	struct event_text event_text;
	struct ui_story {
		struct timeline timeline; /* owns; of the subject, as the others */
		struct key_life key_life; /* owns */
		struct timeline_filter look;
		struct card card;	 /* owns; of its overlay */
		struct buf record;	 /* owns; of a line of the history, for its overlay */
		struct buf record_at;	 /* owns; where it stands */
		struct buf record_wrong; /* owns; why it cannot be read */
		struct event_text record_text;
		struct evidence *evidence; /* owns; it is being read; NULL: it is not */
		struct trace record_of;	   /* what of it the store knows it by */
		bool copies_asked;	   /* where else it stands */
		bool fetching;		   /* a live source was asked for it */
		bool stale;		   /* the store has more of it */
		bool go_to_alert;	   /* the history pane is to begin there */
		int64_t loaded_ms;
		char looking[96]; /* how far that is; "": it is not */
	} story;
	struct ui_trail {
		struct ui_step steps[UI_TRAIL_MOST];
		size_t count;
	} trail;		       /* within the subject */
	struct pane panes[PANE_COUNT]; /* PANE_LIST's is not used */
	struct pane overlay_pane;
	enum ui_overlay overlay;
	/* below: the pane of the stacked layout, and the lower one of the wide */
	enum pane_kind focus, below;
	bool alone; /* what has the focus is seen, and nothing beside it */
	struct ui_columns {
		unsigned set; /* of the built-in ones */
		uint8_t chosen[COLUMN_COUNT];
		size_t count; /* of chosen; 0: the set's */
	} columns;	      /* of the list */
	struct prompt prompt;
	struct decide decide;
	struct signing signing; /* what is about to be signed, or was; owns */
	bool sign_now;
	enum decision_action asked; /* what the open prompt decides */
	struct ui_filter filter;
	struct ui_filter marking; /* marks are being set by it: ui_mark.c */
	struct ui_search search;
	struct ui_export export;
	struct review review;	  /* what awaits an admin; owns */
	struct activity activity; /* of its overlay; owns */
	bool narrow_away;	  /* what the open prompt of a field is for */
	struct view_problems problems;
	struct pipeline_progress progress;
	uint64_t problems_loaded; /* how many the loaded ones were */
	bool digest_met;
	struct pipeline_live live;   /* the sources as they are shown; owns */
	int64_t since;		     /* all of them are watched from here on; TIME_NONE: unknown */
	struct view_problems recent; /* of the sources, for their view */
	bool knew;		     /* the store held alerts before: what comes now is news */
	bool failed;		     /* the list could not follow the store, and it was said */
	size_t unseen;		     /* alerts that arrived since the last key */
	int64_t rang_ms;	     /* when the bell last rang */
	struct buf message;
	enum role message_role;
	struct buf clipboard;
	struct grid grid;
	struct layout layout;
	bool panes_stale;      /* documents are to be built again */
	bool subject_stale;    /* its verdicts have come */
	int64_t asked_subject; /* the last decision of the subject that was asked for; 0: none */

	/* What the last drawn frame showed as selected: decisions are about this. */
	struct ui_shown {
		uint32_t row; /* LIST_NONE: nothing */
		int64_t rowid, seq;
		char id[ALERT_ID_SIZE];
	} shown;
};

bool ui_init(struct ui *ui, const struct ui_options *options, struct error *err);
void ui_fini(struct ui *ui);

unsigned ui_key(struct ui *ui, uint32_t key);
unsigned ui_paste(struct ui *ui, struct str text);
/* What lies under it, as the last frame showed it. */
unsigned ui_mouse(struct ui *ui, const struct mouse *mouse);
/* A minute has passed: ages move. */
void ui_minute(struct ui *ui);
/* Follows the store and the pipeline, for a few ms. *more: there is more to read. */
unsigned ui_follow_store(struct ui *ui, bool *more);
/* What the user started and what goes in slices: decisions, search, filter. */
bool ui_is_busy(const struct ui *ui);
unsigned ui_work(struct ui *ui);
void ui_load(struct ui *ui, int rows, int cols);
void ui_draw(struct ui *ui);

/* ---- among the ui_*.c files ---- */

void ui_say(struct ui *ui, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
unsigned ui_act(struct ui *ui, enum action action);
/* "?" when the record names none. Valid until the list changes. */
struct str ui_row_target(const struct ui *ui, const struct list_row *row);
/* "actor → target" of a row, both shortened where they are too long. */
void ui_row_name(const struct ui *ui, uint32_t row, int cols, struct buf *out);
struct view_model ui_model(const struct ui *ui, int width);
/* The pane that keys go to now, NULL for the list. */
struct pane *ui_focused_pane(struct ui *ui);
/* Where things stand now; entity_rows as in layout_for. */
struct layout ui_layout(const struct ui *ui, int entity_rows);
/* Builds the event pane again at once, for what must know its lines. */
void ui_build_event(struct ui *ui);
void ui_open_overlay(struct ui *ui, enum ui_overlay overlay);

/* ui_live.c */
bool ui_is_live(const struct ui *ui);	 /* sources are watched */
bool ui_is_reading(const struct ui *ui); /* saved logs are being read */
/* The first that says how far its first fill is, or NULL. */
const struct health *ui_filling_source(const struct ui *ui);
bool ui_source_fails(const struct ui *ui);
struct fact_ledger ui_ledger(const struct ui *ui);
unsigned ui_look_at_pipeline(struct ui *ui);
void ui_load_problems(struct ui *ui);
void ui_fini_problems(struct view_problems *problems);
/* Before the sources are looked at: how they are right now. */
void ui_open_sources(struct ui *ui);

/* ui_story.c */
void ui_make_story(struct ui *ui); /* of the subject that was loaded */
void ui_fini_story(struct ui_story *story);
void ui_reload_story(struct ui *ui); /* before a frame, when the store has more of it */
/* How far the looking for other records is, once a look at the pipeline was taken. */
bool ui_follow_looking(struct ui *ui, const struct pipeline_progress *before);
bool ui_is_looking(const struct ui *ui);
bool ui_is_answering(const struct ui *ui); /* for the list, what the look has found */
/* False: there is nothing to stop, or it was not stopped. */
bool ui_stop_looking(struct ui *ui, struct error *err);
bool ui_start_looking(struct ui *ui, struct error *err);
void ui_look_by(struct ui *ui, enum timeline_by by);
/* What stands under the cursor: a fact, a line of the history, a key. */
void ui_open_fact(struct ui *ui);
void ui_open_trace(struct ui *ui);
void ui_open_life(struct ui *ui);
/* The history is narrowed no more; false: it was not. */
bool ui_widen_story(struct ui *ui);
void ui_focus_pane(struct ui *ui, enum pane_kind kind);
enum pane_kind ui_lower_pane(const struct ui *ui); /* of the wide layout */

void ui_jump_to_evidence(struct ui *ui, const struct fact *fact);
void ui_open_row(struct ui *ui, size_t row); /* of the timeline: its record */

/* ui_record.c */
void ui_open_record(struct ui *ui, const struct trace *trace);
bool ui_is_reading_record(const struct ui *ui);
void ui_record_slice(struct ui *ui, int64_t deadline_ms);
/* What a live source was asked for has come. */
bool ui_follow_record(struct ui *ui);
void ui_fini_record(struct ui_story *story);

/* ui_trail.c */
/* Before something is opened, and behind it: where that led is noted, if anywhere. */
struct ui_step ui_trail_step(struct ui *ui);
void ui_trail_add(struct ui *ui, const struct ui_step *step);
/* To where this was opened from; false: it was not opened so. */
bool ui_trail_back(struct ui *ui);
/* Lines of the timeline are no longer where they were. */
void ui_trail_rows_moved(struct ui *ui);

/* ui_card.c */
void ui_open_card(struct ui *ui, enum card_kind kind);
void ui_card_chosen(struct ui *ui);
/* It must be seen, whatever was filtered before. */
void ui_show_row(struct ui *ui, uint32_t row);

/* ui_validation.c */
void ui_ask_verdicts(struct ui *ui);
bool ui_take_verdicts(struct ui *ui); /* something has changed */
void ui_judge_subject(struct ui *ui);
void ui_forget_verdicts(struct ui *ui);		 /* there is another policy */
void ui_judge_row(struct ui *ui, int64_t rowid); /* by what is known */
void ui_put_validation(
	const struct ui *ui, const struct list_row *row, bool brief, struct buf *out);

/* ui_complete.c */
void ui_complete_filter(struct ui *ui);

/* ui_news.c */
/* Rows of the list from there on have come just now. */
unsigned ui_note_news(struct ui *ui, size_t from);
/* Somebody is there. */
unsigned ui_saw_news(struct ui *ui);
void ui_put_title(const struct ui *ui, struct buf *out);

/* ui_prompt.c */
/* What stands in the open prompt may have changed. */
void ui_prompt_written(struct ui *ui);
unsigned ui_prompt_key(struct ui *ui, uint32_t key);
/* Opens it; nothing moves under a prompt. */
void ui_prompt(struct ui *ui, enum prompt_kind kind, const char *label, const char *help);
void ui_ask_filter(struct ui *ui);
void ui_ask_command(struct ui *ui);

/* ui_command.c: the `:` prompt */
unsigned ui_command_sent(struct ui *ui);
void ui_complete_command(struct ui *ui);

/* ui_narrow.c */
void ui_ask_narrow(struct ui *ui, bool away);
void ui_narrow_chosen(struct ui *ui, uint32_t key);

/* ui_activity.c */
void ui_make_activity(struct ui *ui);
/* Filters to the bar under the cursor, and leaves the strip. */
void ui_filter_to_bar(struct ui *ui);

/* ui_review.c */
void ui_make_review(struct ui *ui);
void ui_review_chosen(struct ui *ui); /* the one under the cursor */
void ui_review_next(struct ui *ui, uint32_t row);

/* ui_keep.c: what a user finds again in a store: the last filter, the columns */
void ui_recall(struct ui *ui);
void ui_keep(struct ui *ui);

/* ui_export.c */
void ui_ask_export(struct ui *ui);
/* Refuses, err says why, what cannot be written; asks before it replaces. */
bool ui_export(struct ui *ui, struct str path, struct error *err);
void ui_export_sent(struct ui *ui); /* the word that confirms was typed */
bool ui_is_exporting(const struct ui *ui);
void ui_export_slice(struct ui *ui, int64_t deadline_ms);
void ui_export_stop(struct ui *ui); /* nothing is left behind */
void ui_export_fini(struct ui_export *export);

/* ui_search.c */
void ui_ask_search(struct ui *ui);
/* The prompt has other text; was left; was sent. */
void ui_search_written(struct ui *ui);
void ui_search_left(struct ui *ui);
void ui_search_sent(struct ui *ui);
void ui_load_hits(struct ui *ui); /* before a frame */
bool ui_set_search(struct ui *ui, struct str pattern, struct error *err);
void ui_find(struct ui *ui, int step);
void ui_clear_search(struct ui *ui);
void ui_find_slice(struct ui *ui, int64_t deadline_ms);

/* ui_find.c */
bool ui_set_filter(struct ui *ui, struct str predicate, struct error *err);
void ui_filter_slice(struct ui *ui, int64_t deadline_ms);
bool ui_is_filtering(const struct ui *ui); /* rows are still to be judged */
/* Whether it holds for the alert of that row. */
bool ui_judge(struct ui *ui, struct ui_filter *filter, uint32_t row);

/* ui_mark.c */
/* Marks what is shown and matches; it ends, is cancelled and says so by itself, or is stopped. */
bool ui_mark_by(struct ui *ui, struct str predicate, struct error *err);
bool ui_is_marking(const struct ui *ui);
void ui_mark_slice(struct ui *ui, int64_t deadline_ms);
void ui_mark_cancel(struct ui *ui);
void ui_mark_stop(struct ui *ui);

/* ui_sign.c */
bool ui_signs(const struct ui *ui); /* the decision that is asked for is one that is signed */
bool ui_may_sign(struct ui *ui);    /* false: it was said why not */
void ui_ask_signature(struct ui *ui);
void ui_signed(struct ui *ui, bool ok, const struct error *err);

/* ui_decide.c */
void ui_apply_decision(struct ui *ui);
void ui_report_decisions(struct ui *ui);
void ui_ask_decision(struct ui *ui, enum decision_action action);
void ui_ask_false_positive(struct ui *ui);
/* The prompt of a decision was answered. */
void ui_decision_sent(struct ui *ui);
void ui_decision_chosen(struct ui *ui, uint32_t key);
void ui_decide_slice(struct ui *ui, int64_t deadline_ms);

/* The columns of the list by their names, in order, separated by commas or blanks. */
bool ui_set_columns(struct ui *ui, struct str names, struct error *err);
const char *ui_column_name(size_t column); /* NULL beyond the last */
/* SORT_COUNT: none; those that can be sorted by come first. */
enum list_sort ui_column_sort(size_t column);

/* ui_list.c, ui_title.c, ui_bars.c and ui_hints.c: the parts of a frame */
void ui_draw_title(const struct ui *ui, struct grid *grid);
enum { LIST_BEFORE = 4 }; /* columns: selection, mark, status sign, space */
void ui_draw_list(const struct ui *ui, struct grid *grid);
/* ui_empty.c: where there is no row. */
void ui_draw_empty(const struct ui *ui, struct grid *grid, struct grid_rect rect);
void ui_draw_bars(const struct ui *ui, struct grid *grid);
void ui_draw_hint_line(const struct ui *ui, struct grid *grid);

#endif
