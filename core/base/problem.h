/*
 * Something that could not be read: named (source, path, offset, reason), counted, stepped over
 * (settled.md 12). A value; whoever keeps one copies its strings.
 */
#ifndef KEYWATCH_BASE_PROBLEM_H
#define KEYWATCH_BASE_PROBLEM_H

#include <stdint.h>

#include "core/base/str.h"

enum problem_severity {
	PROBLEM_NOTE,  /* said, exit 0: empty file, digest object, FIFO in a directory … */
	PROBLEM_ERROR, /* bytes that should have been records could not be read: exit 3 */
};

#define PROBLEM_NO_OFFSET UINT64_MAX

struct problem {
	enum problem_severity severity;
	struct str source; /* "file" or the name of a configured source */
	struct str path;   /* as given or found below what was given; not cleaned */
	uint64_t offset;   /* byte in the uncompressed input, or PROBLEM_NO_OFFSET */
	struct str reason; /* a sentence without a full stop; not cleaned */
	struct str body;   /* the bytes themselves where they are kept (a queue's message); or absent */
};

#endif
