/*
 * Where a big plain file may be cut: behind a line end or, in a list of records, before the comma
 * that an element follows which begins as the first one did. A guess: what stands in a string may
 * look the same. Pure.
 */
#ifndef KEYWATCH_PIPELINE_EDGE_H
#define KEYWATCH_PIPELINE_EDGE_H

enum {
	EDGE_KEY = 64,
	EDGE_BLANKS = 64, /* at most so many between comma, brace and name */
	EDGE_MOST = 2 * EDGE_BLANKS + EDGE_KEY + 2,
};

/* How an input begins → the name, with its quotes, that its first element begins with; "": it is no
 * list of records, and is cut at line ends. */
void edge_key(const char *at, const char *end, char key[EDGE_KEY]);

/* The first place to cut in these bytes; NULL: there is none, or it begins within the last
 * EDGE_MOST bytes (of a list alone). */
const char *edge_find(const char *key, const char *from, const char *end);

#endif
