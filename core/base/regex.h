/*
 * PCRE2: compiled once with JIT, matched with match, depth and heap limits always. A compiled
 * regex is immutable and shared by any thread; a regex_match belongs to one thread.
 */
#ifndef KEYWATCH_BASE_REGEX_H
#define KEYWATCH_BASE_REGEX_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

struct regex;
struct regex_match;

enum regex_flags {
	REGEX_UTF = 1,	  /* characters are code points; invalid UTF-8 never matches, is no error */
	REGEX_NOCASE = 2, /* (?i) */
	REGEX_BYTES = 4,  /* no UTF: bytes are characters */
	REGEX_UNICODE = 8, /* \d \w \s \b go by Unicode, and $ is the very end, as in Rust */
};

enum regex_result {
	REGEX_NO_MATCH,
	REGEX_MATCH,
	REGEX_LIMIT, /* a limit was hit: catastrophic pattern */
};

/* err names the column (from 1) in the pattern. */
bool regex_compile(struct regex **out, struct str pattern, unsigned flags, struct error *err);
void regex_free(struct regex *regex);

/* How many groups it has, the whole not counted. */
unsigned regex_group_count(const struct regex *regex);
/* The number of the group of that name; 0: there is none. */
unsigned regex_group_named(const struct regex *regex, struct str name);

struct regex_match *regex_match_new(const struct regex *regex);
void regex_match_free(struct regex_match *match);
/* Looks for the first match at or after byte `from`. */
enum regex_result regex_find(
	const struct regex *regex, struct regex_match *match, struct str subject, size_t from);
/* The group of the last match (0 the whole); absent when it did not take part. Borrows. */
struct str regex_group(const struct regex_match *match, unsigned group);
/* Its byte offset in the subject. */
size_t regex_group_offset(const struct regex_match *match, unsigned group);

/* Appends which library is behind it: its name and version as it runs. */
void regex_library(struct buf *out);

#endif
