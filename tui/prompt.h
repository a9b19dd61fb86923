/*
 * The one place where the user writes: the bottom lines. What was written goes to whoever opened
 * it. Pure.
 */
#ifndef KEYWATCH_TUI_PROMPT_H
#define KEYWATCH_TUI_PROMPT_H

#include "tui/grid.h"
#include "tui/line_edit.h"

enum prompt_kind {
	PROMPT_NONE,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_COMMAND,
	PROMPT_REPLACE, /* a word that lets a file be replaced */
	PROMPT_REASON,	/* of a decision */
	PROMPT_WORD,	/* typed to confirm */
	PROMPT_CHOICE,	/* one key out of some, in a decision */
	PROMPT_FIELD,	/* the same, which field */
	PROMPT_COUNT,
};

struct prompt {
	enum prompt_kind kind;
	struct line_edit edit;
	struct buf context; /* what it is about: the line above */
	struct buf label;   /* before what is written */
	struct buf help;    /* the line below, when there is no error */
	struct buf error;   /* what is wrong with it */
	size_t caret;	    /* code point (from 1) that the error is about; 0: none */
	struct prompt_history {
		char **lines; /* owns; oldest first */
		size_t count, capacity;
	} history[PROMPT_COUNT];
	size_t recall;	/* line of the history that is shown; count: the own one */
	struct buf own; /* what was written before one was shown */
};

enum prompt_result {
	PROMPT_GOES_ON,
	PROMPT_SENT,	 /* Enter */
	PROMPT_LEFT,	 /* Esc or Ctrl-C */
	PROMPT_COMPLETE, /* Tab */
	PROMPT_CHOSEN,	 /* the one key */
};

void prompt_fini(struct prompt *prompt);
/* The texts are copied. */
void prompt_open(struct prompt *prompt, enum prompt_kind kind, const char *label, const char *help);
void prompt_close(struct prompt *prompt);
enum prompt_result prompt_key(struct prompt *prompt, uint32_t key);
/* Fills the line, never sends it. */
void prompt_paste(struct prompt *prompt, struct str text);
struct str prompt_text(const struct prompt *prompt);
/* For Up and Down of the next prompt of this kind. */
void prompt_remember(struct prompt *prompt, enum prompt_kind kind, struct str line);
void prompt_set_help(struct prompt *prompt, const char *text);
void prompt_set_error(struct prompt *prompt, const char *text, size_t caret);
/* Takes the `LINE:COL: text` of a refused predicate or pattern apart. */
void prompt_set_located_error(struct prompt *prompt, const char *text);

/* Draws into the bottom three rows and puts the cursor there. */
void prompt_draw(const struct prompt *prompt, struct grid *grid);

#endif
