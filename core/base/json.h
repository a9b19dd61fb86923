/*
 * JSON through cJSON, whose types stay in json.c; and the exact writer for our own output.
 *
 * What cJSON loses is put back: `\u0000` and lone surrogates stay part of a string (str.h),
 * numbers keep their text. A document is immutable after parsing and may be read by any thread;
 * parsing takes json.c's lock (cJSON's error pointer is global). Nodes and strings borrow from
 * their document. Every function takes NULL for an absent node.
 */
#ifndef KEYWATCH_BASE_JSON_H
#define KEYWATCH_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

struct json;	 /* a node */
struct json_doc; /* owns its nodes */

enum json_type {
	JSON_ABSENT,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* settled.md 7; counted before parsing. */
#define JSON_MAX_VALUES 200000
#define JSON_MAX_DEPTH 512

/* One JSON value with white space around it. Trailing bytes, a limit, bad syntax: ERROR_INPUT
 * with the offset in the text. json_check only asks, and needs no memory. */
bool json_check(struct str text, struct error *err);
bool json_parse(struct str text, struct json_doc **out, struct error *err);
void json_doc_free(struct json_doc *doc);
void json_doc_wipe(struct json_doc *doc); /* the same for one with secrets: strings are wiped */
const struct json *json_root(const struct json_doc *doc);

enum json_type json_type(const struct json *node);
/* First member of exactly that name (case matters); NULL when there is none. */
const struct json *json_get(const struct json *node, struct str key);
/* Next member of the same object with exactly the same name as `node`. */
const struct json *json_next_duplicate(const struct json *node);
const struct json *json_at(const struct json *array, size_t index);
size_t json_count(const struct json *node);
const struct json *json_first(const struct json *node);
const struct json *json_next(const struct json *node);
struct str json_key(const struct json *node);	      /* absent in an array */
struct str json_string(const struct json *node);      /* absent unless a string */
struct str json_number_text(const struct json *node); /* as written; absent unless a number */
double json_number(const struct json *node);
bool json_bool(const struct json *node);

/* Compact text of a node: keys in their order, numbers as written, strings by json_write_string. */
void json_write(struct buf *out, const struct json *node);
/* The same value always gives the same bytes: keys sorted, escapes and spacing gone, numbers by
 * value, bytes that are no UTF-8 as they are. What "equal records" means (settled.md 3). */
void json_write_canonical(struct buf *out, const struct json *node);
/* A quoted string; what a terminal must not see is written as \u escapes, so it parses back to
 * the same string (settled.md 13); a byte that is no UTF-8 becomes \ufffd. */
void json_write_string(struct buf *out, struct str s);

/* The lexical tokens of a text, for those who need bytes and places, not a tree: the event pane,
 * the limits, evidence. Never allocates; bytes that are no token are JSON_TOKEN_BAD, one each. */
enum json_token_type {
	JSON_TOKEN_END,
	JSON_TOKEN_OPEN_OBJECT,
	JSON_TOKEN_CLOSE_OBJECT,
	JSON_TOKEN_OPEN_ARRAY,
	JSON_TOKEN_CLOSE_ARRAY,
	JSON_TOKEN_COLON,
	JSON_TOKEN_COMMA,
	JSON_TOKEN_STRING, /* with its quotes; unterminated: up to the end, type BAD */
	JSON_TOKEN_NUMBER,
	JSON_TOKEN_LITERAL, /* true false null */
	JSON_TOKEN_BAD,
};

struct json_token {
	enum json_token_type type;
	size_t offset, len;
};

struct json_lexer {
	struct str text;
	size_t at;
};

struct json_token json_next_token(struct json_lexer *lexer);
/* Behind an opening token: to behind the one that closes it. False: at a bad token, or at the end. */
bool json_skip_nested(struct json_lexer *lexer);

/* Bytes of the string that the text begins with, its quotes included; 0: it begins with none that
 * is whole. plain: it is written as it reads, without an escape or a control character. */
size_t json_string_length(struct str text, bool *plain);
/* How many bytes at the front of s may stand in a string as they are and be shown: printable ASCII
 * but for a quote and a backslash. */
size_t json_plain_length(struct str s);

/* Does this token, a string with its quotes, mean exactly s? */
bool json_spells(struct str token, struct str s);

/* The members of an object in a text that is JSON, in their order, without a tree. Both texts as
 * they are written; the key with its quotes. */
struct json_member {
	struct str key, value;
	size_t offset; /* of the value */
};

/* False: no object, or no further member. */
bool json_enter_object(struct json_lexer *lexer);
bool json_next_member(struct json_lexer *lexer, struct json_member *member);
/* The two halves of it; between them the lexer stands before the value. */
bool json_next_key(struct json_lexer *lexer, struct str *key);
bool json_take_value(struct json_lexer *lexer, struct json_member *member);
/* The same of an array; the key is absent. */
bool json_enter_array(struct json_lexer *lexer);
bool json_next_element(struct json_lexer *lexer, struct json_member *element);

/* Where the value at a dotted path stands in a text: its first byte and length; through first
 * copies, not into arrays. False when it is not there. */
bool json_locate(struct str text, const char *path, size_t *offset, size_t *len);

/* An output being written: commas and colons come by themselves. */
struct json_writer {
	struct buf *out; /* borrows */
	bool need_comma;
};

void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_put_key(struct json_writer *w, const char *key);
void json_put_string(struct json_writer *w, struct str s); /* absent: null */
void json_put_bool(struct json_writer *w, bool b);
void json_put_long(struct json_writer *w, int64_t n);
void json_put_raw(struct json_writer *w, struct str json); /* already JSON; absent: null */
void json_put_null(struct json_writer *w);
/* key + value in one call */
void json_member_string(struct json_writer *w, const char *key, struct str s);

/* Appends which library is behind it: its name and version as it runs. */
void json_library(struct buf *out);

#endif
