/*
 * What live sources were asked about an alert, as the store remembers it: how much of its history
 * that is.
 */
#ifndef KEYWATCH_HISTORY_ASKED_H
#define KEYWATCH_HISTORY_ASKED_H

#include "core/alert/history.h"
#include "core/store/history.h"

/* The call that all are asked for: who made keys before, from where, for whom. */
#define asked_call STR("CreateAccessKey")

/* Into history->asked, in arena, and its state, unless they were not asked at all: then *any is
 * false. Of an alert that made keys, keys is how many its tree has. */
bool asked_load(struct history *history, struct arena *arena, struct store *store,
	const struct alert *alert, size_t keys, bool *any, struct error *err);

#endif
