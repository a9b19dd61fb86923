/*
 * A text in which records are looked for: bytes of the input, or a string in such a text, decoded.
 * Knows where each of its bytes stands in the input, however often it was quoted. One thread.
 */
#ifndef KEYWATCH_SCAN_PASSAGE_H
#define KEYWATCH_SCAN_PASSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

struct json_doc;

struct passage {
	struct str text;
	uint64_t offset;	  /* of bytes of the input: their first one's */
	struct passage *outer;	  /* borrows; of a decoded string: what it stands in, else NULL */
	size_t held;		  /* bytes that it and those around it were decoded to */
	struct str token;	  /* the string there, with its quotes */
	size_t token_at, text_at; /* how far offsets were followed in both */
	struct json_doc *doc;	  /* owns the text */
};

/* Borrows the text. */
void passage_init(struct passage *passage, struct str text, uint64_t offset);
/* The string of outer's text that `token` is. Outer must outlive it. False: no string of JSON. */
bool passage_decode(struct passage *passage, struct passage *outer, struct str token);
void passage_fini(struct passage *passage);

/* Of a byte of the passage's text in the input. Cheap when asked in ascending order. */
uint64_t passage_offset(struct passage *passage, const char *byte);

#endif
