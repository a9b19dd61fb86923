/*
 * The lives of keys around an alert: those of its user, the new one and what was made or obtained
 * with it; and one scale of time for all. Pure. One owner.
 */
#ifndef KEYWATCH_TUI_KEY_LIFE_H
#define KEYWATCH_TUI_KEY_LIFE_H

#include "tui/timeline.h"

/* As they win where several fall together. */
enum life_kind { LIFE_USED, LIFE_MADE, LIFE_ON, LIFE_OFF, LIFE_GONE };

struct life_event {
	enum life_kind kind;
	int64_t time;
	size_t row; /* of the timeline */
};

struct life {
	struct str key, user; /* borrow from the timeline; no user: not known, or temporary */
	bool temporary, is_new;
	struct life_event *events; /* owns; ascending */
	size_t count, capacity;
	size_t calls;
};

enum { LIVES_MAX = 200 };

struct key_life {
	struct life *lives; /* owns; those of one user together, the alert's first */
	size_t count, capacity;
	size_t more;	/* keys beyond */
	int64_t *marks; /* owns; when something changed, ascending, each once */
	size_t mark_count, mark_capacity;
	int64_t end; /* what was looked through ends there */
};

/* Borrows both. */
void key_life_make(
	struct key_life *life, const struct timeline *timeline, const struct history *history);
void key_life_fini(struct key_life *life);

/* In which of `cols` columns a time stands. Long silences are shortened: what lies far apart and
 * what follows in a minute must both be seen. */
int key_life_column(const struct key_life *life, int64_t time, int cols);

/* The state of a key from an event on. */
bool life_is_on(enum life_kind kind);

#endif
