/*
 * The record of a trace, read again from the saved log in which it was found, and known by its
 * hash: what stands there now may be another one. In steps, so that a screen does not wait for a
 * large gzip. One owner, one thread.
 */
#ifndef KEYWATCH_HISTORY_EVIDENCE_H
#define KEYWATCH_HISTORY_EVIDENCE_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/event/trace.h"

enum evidence_step {
	EVIDENCE_READING, /* go on */
	EVIDENCE_FOUND,	  /* evidence_raw */
	EVIDENCE_GONE,	  /* err says why, of the first place */
};

struct evidence;

/* Copies what it needs of the trace. */
struct evidence *evidence_open(const struct trace *trace);
/* Another place where the record stands, looked at when those before do not hold it any more; also
 * when they turned out not to. */
void evidence_add(struct evidence *evidence, const struct trace *trace);
void evidence_close(struct evidence *evidence);
/* Until then, by time_monotonic_ms; at least something is done. */
enum evidence_step evidence_read(struct evidence *evidence, int64_t deadline_ms, struct error *err);
/* Exactly the bytes that were logged; valid until evidence_close. */
struct str evidence_raw(const struct evidence *evidence);
/* The place that is looked at, or where it was found. */
struct str evidence_path(const struct evidence *evidence);
uint64_t evidence_offset(const struct evidence *evidence);
uint64_t evidence_done(const struct evidence *evidence); /* bytes of the file */
uint64_t evidence_size(const struct evidence *evidence);

#endif
