/*
 * Views: each turns what is known into a document for its pane. Building may not query; what a
 * view shows was loaded before, into the model. Drawing is pane.c's.
 */
#ifndef KEYWATCH_TUI_VIEW_H
#define KEYWATCH_TUI_VIEW_H

#include "core/base/problem.h"
#include "core/base/clock.h"
#include "core/pipeline/pipeline.h"
#include "tui/clock_text.h"
#include "tui/event_text.h"
#include "tui/keymap.h"
#include "tui/pane.h"
#include "tui/subject.h"
#include "tui/timeline.h"

/* Problems of the run, copied. */
struct view_problems {
	struct arena arena;    /* owns the strings */
	struct problem *items; /* owns */
	size_t count, capacity;
};

/* One alert that a decision was refused on. */
struct view_refusal {
	char *alert, *why; /* owns */
};

struct view_report {
	const char *title; /* of the decision */
	size_t done;
	struct view_refusal *refusals; /* owns */
	size_t count, capacity;
};

struct activity;
struct signing;
struct review;
struct list;
struct key_life;
struct card;

struct view_model {
	const struct subject *subject;
	const struct timeline *timeline;    /* of the subject, when it is loaded */
	const struct timeline_filter *look; /* what of it is looked at */
	const struct key_life *key_life;    /* of the subject */
	const struct clock *clock;
	bool local;
	const struct keymap *keymap;
	const struct view_problems *problems;
	const struct view_report *report;
	struct event_text *event_text;	    /* folds and the evidence of the event pane */
	const struct pipeline_live *live;   /* how the sources are; count 0: none */
	const struct view_problems *recent; /* of the sources */
	const char *const *advice; /* what to do when nothing is watched, up to a NULL; NULL: it
				      need not be */
	bool reading;		   /* input is still being read */
	const struct card *card;
	struct str record, record_at, record_wrong; /* of a line of the history */
	struct event_text *record_text;
	const char
		*looking; /* how far other records are looked for, in words; NULL: they are not */
	const struct activity *activity;
	const struct list *list;
	const struct review *review;   /* what awaits an admin */
	const struct signing *signing; /* what is about to be signed */
	const char *failure;	       /* why reading has stopped before its end, or NULL */
	bool ascii;
	int width;
};

typedef void view_build(struct doc *doc, const struct view_model *model);

view_build view_entity, view_event, view_history, view_keys, view_card, view_record, view_help,
	view_problems_list, view_peek, view_report_list, view_sources, view_activity,
	view_statement, view_review;

/* Lines of the entity pane carry the index of their fact, or this. */
#define VIEW_NO_FACT ((size_t)-1)
/* That of the line in plain words. */
#define VIEW_ASSESSMENT ((size_t)FACT_COUNT)
/* Lines of the history carry the row of the timeline, or this. */
#define VIEW_NO_TRACE ((size_t)-1)
/* Lines of the key life carry the index of the life, or this. */
#define VIEW_NO_KEY ((size_t)-1)
/* Lines of a card: the index of an alert, or behind these a row of the timeline, or one of this. */
#define VIEW_CARD_NOTHING ((size_t)-1)
#define VIEW_CARD_EVIDENCE ((size_t)-2)
/* Lines of the activity strip carry the index of their bar, or this. */
#define VIEW_NO_BAR ((size_t)-1)
/* Lines of the review carry the number of their row in the list, or this. */
#define VIEW_NO_ROW ((size_t)-1)

/* The decisions of the alert, newest first: what, who, when, why. */
void view_put_decisions(struct doc *doc, const struct view_model *model, size_t tag);

/* The timeline: what is looked at of it. */
/* Exactly so many cells; who acted stays longest. */
void view_put_actor(struct doc *doc, const struct view_model *model, enum role role,
	struct str label, int cols);
void view_put_timeline(struct doc *doc, const struct view_model *model);

/* A key's id, whole where that has room. */
int view_key_cols(const struct view_model *model);
void view_put_key(struct doc *doc, const struct view_model *model, enum role role, struct str id);
/* What came of the new key. */
void view_put_tree(struct doc *doc, const struct view_model *model);

/* A line of the alert's flags as badges, when there are any. */
void view_put_badges(struct doc *doc, const struct alert *alert, const char *label);

#endif
