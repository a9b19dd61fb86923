/*
 * The one choke point between bytes from outside and a terminal (security.md, settled.md 13).
 *
 * What a terminal must not see: general categories Cc Cf Cs Co Cn Zl Zp, U+034F 115F 1160 17B4
 * 17B5 3164 FFA0 FE00–FE0F E0000–E0FFF, and bytes that are no UTF-8. It is shown escaped, as
 * \u202e, \U000e0041 or \xff (\t and \n by their letters), never dropped. Pure; any thread.
 */
#ifndef KEYWATCH_BASE_TEXT_H
#define KEYWATCH_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/str.h"

#define TEXT_INVALID UINT32_MAX

/* Decodes the code point at s; returns its bytes (1 for an invalid byte, 0 at the end).
 * C0 80 decodes as U+0000 and a three-byte surrogate as itself (str.h). */
size_t text_decode(struct str s, uint32_t *cp);
/* Appends cp as UTF-8 (C0 80 for U+0000). */
void text_encode(struct buf *out, uint32_t cp);

bool text_is_hidden(uint32_t cp); /* true also for TEXT_INVALID */
int text_width(uint32_t cp);	  /* cells: 0 (combining), 1 or 2; for what is not hidden */

bool text_is_alnum(uint32_t cp); /* a letter or a digit of any script */
/* Is what ends before, or stands at, that byte a letter or digit? Not at the ends of the text. */
bool text_alnum_before(struct str s, size_t at);
bool text_alnum_at(struct str s, size_t at);
uint32_t text_lower(uint32_t cp); /* simple case mapping */
uint32_t text_upper(uint32_t cp);

/* Appends the escape for a hidden code point; `byte` is the raw byte of TEXT_INVALID. */
void text_escape(struct buf *out, uint32_t cp, unsigned char byte);
/* Appends s with everything hidden escaped. Returns whether something was. */
bool text_clean(struct buf *out, struct str s);
/* The same for output of several lines: '\n' stays. */
bool text_clean_lines(struct buf *out, struct str s);
/* How many bytes at its front are printable ASCII: most text is nothing else. */
size_t text_printable_ascii(struct str s);
bool text_has_hidden(struct str s);
bool text_is_utf8(struct str s); /* strictly: no C0 80, no surrogates */

/* Its first bytes, `most` at most and not within a character, if it is one. */
struct str text_cut(struct str s, size_t most);
size_t text_length(struct str s); /* code points; an invalid byte counts as one */
/* Byte offset of the n-th code point, or s.len when there are fewer. */
size_t text_offset(struct str s, size_t n);
/* Cells of s when cleaned. */
int text_columns(struct str s);

/* Prints cleaned text; the only way to stdout and stderr for anything from outside. */
void text_print(FILE *file, struct str s);

/* Appends which library is behind it: its name and version as it runs. */
void text_library(struct buf *out);

#endif
