/*
 * Bytes → units: the objects that may be records, found by structure (performance.md). A unit is
 * an object or string at the top, or as an element of a container array: the top-level array, or
 * the array under "Records" or "Events" of an object at the top or in the top-level array. In an
 * answer of Log Analytics, an object with
 * `"tables":[{"columns":[…],"rows":[[…],…]},…]` (sources.md 1.5), each array of `rows` is one.
 *
 * The grammar is checked as the bytes come, so that damage is seen where it is; behind damage the
 * next object that stands where a record can stand is tried until one is a record. Memory: one
 * unit of at most max_unit bytes and a piece of input. One thread.
 */
#ifndef KEYWATCH_SCAN_SPLIT_H
#define KEYWATCH_SCAN_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/scan/field.h"
#include "core/scan/split_name.h"
#include "core/scan/split_stack.h"

/* How sure the splitter is that a unit begins where it does. */
enum split_standing {
	SPLIT_IN_STEP,
	SPLIT_ON_A_LINE, /* behind damage, at the start of a line */
	SPLIT_FOUND,	 /* behind damage, within a line */
};

/* What the splitter tells; borrows nothing. */
struct split_sink {
	void *context;
	/* A whole unit: an object, or a string with its quotes. Is it, or does it hold, a record?
	 * Behind damage the answer decides whether the next bytes are in step again. */
	bool (*unit)(void *context, struct str raw, uint64_t offset, enum split_standing standing);
	/* A table's object up to its rows: `{"columns":[…],"rows":`. How many cells a row has; 0:
	 * its rows are not wanted. */
	size_t (*table)(void *context, struct str head, uint64_t offset);
	/* One of its rows, an array; the answer is used as that of `unit`. */
	bool (*row)(void *context, struct str raw, uint64_t offset, enum split_standing standing);
	/* What an answer says beside its tables: its object up to them, `{…,"tables":`, or an
	 * object under "error" behind them. */
	void (*answer)(void *context, struct str head, uint64_t offset);
	void (*error)(void *context, struct str raw, uint64_t offset);
	/* Bytes that could not be read, from offset on. */
	void (*damage)(void *context, uint64_t offset, const char *reason);
	/* Where every unit need not be told: values of eventName of which one makes it matter;
	 * borrows. They hold no character that JSON also spells by a short escape. */
	const struct str *literals;
	size_t literal_count; /* 0: all matter */
	/* As in scan_options. */
	bool (*wants)(
		void *context, struct str unit, bool named, const struct fields *fields);
	void *wants_context;
};

enum split_lexeme {
	SPLIT_BETWEEN,
	SPLIT_STRING,
	SPLIT_ESCAPE,
	SPLIT_HEX, /* hex digits of \u */
	SPLIT_NUMBER,
	SPLIT_LITERAL,
};

enum split_expect {
	SPLIT_VALUE,
	SPLIT_VALUE_OR_END,
	SPLIT_KEY,
	SPLIT_KEY_OR_END,
	SPLIT_COLON,
	SPLIT_NEXT, /* comma or end */
	SPLIT_TOP,
};

struct splitter {
	const struct split_sink *sink;
	size_t max_unit;
	struct buf window; /* owns */
	uint64_t base;	   /* offset of window's first byte */
	size_t at;	   /* next byte in the window */

	enum split_lexeme lexeme;
	enum split_expect expect;
	bool key; /* the string is a member's name */
	unsigned hex_left;
	int number;	     /* state of the number automaton */
	const char *literal; /* what is left of true, false, null */
	struct split_stack stack;

	size_t element_depth; /* where elements of the container stand; SIZE_MAX: none */
	bool in_container;    /* inside an object that has turned out to be one */
	size_t list_level;    /* where the object stands that is one or may turn out to be */
	size_t key_start;     /* of a name that may be one of those, else SIZE_MAX */
	enum split_name name; /* the last one, where it counts */
	bool named;	      /* that object has an eventName: it is a record */
	bool is_answer;	      /* that object holds tables */
	bool any_answer;      /* one did, since the scan began … */
	uint64_t begun;	      /* … here, in this state (split_continue) */
	unsigned begun_state;
	bool tables;	  /* the container's elements are tables */
	bool in_rows;	  /* those of a table's rows, which are arrays */
	size_t row_cells; /* of the table that is read; 0: of none */
	size_t cells;	  /* of the row that is read, but its last one */

	bool in_unit;
	size_t unit_level; /* the depth it stands at */
	bool is_error;	   /* it is what an answer says of itself */
	bool is_string;	   /* it may hold records */
	bool dropped;	   /* over a limit: followed, not kept */
	const char *limit; /* which */
	size_t unit_start;
	uint64_t unit_offset;
	size_t values, after_open;

	uint64_t top_offset;   /* of the last value at the top */
	unsigned top_state;    /* split_state before it */
	bool searching;	       /* behind damage */
	uint64_t search_start; /* the byte there is damage itself */
	char before;	       /* the last byte at the top that is no blank; NUL: of a unit */
	bool fresh_line;       /* only blanks since the last line end */
	enum split_standing standing; /* of the unit */
	bool loose;		      /* found again: the containers around are not known */
	uint64_t zeros, zeros_at;     /* a run of zero bytes at the top */
	bool holed;		      /* zero bytes in this string were said */

	bool waiting;	 /* the window is the beginning of a unit, clean so far, and not run */
	bool skimmed;	 /* the unit that is told may matter */
	uint64_t passed; /* records that cannot matter, which were not told */
	uint64_t other_values;
	bool any_value;	    /* a whole object or array was seen */
	bool any_container; /* Records or Events was */
	bool any_byte;	    /* something but white space was */
	bool any_text;	    /* something but zero bytes was */
	bool stopped;
};

/* Nothing is open but a list whose elements are units, and no damage is behind. */
bool split_is_settled(const struct splitter *s);

void split_begin(struct splitter *s, const struct split_sink *sink, size_t max_unit);
void split_bytes(struct splitter *s, const void *data, size_t len);
/* Some of the input is missing here, and that was said. */
void split_break(struct splitter *s);
/* cut: the input broke off, and that was said. */
void split_end(struct splitter *s, bool cut);
void split_fini(struct splitter *s);
/* What a split at the top must know to go on from here: for split_continue alone. */
unsigned split_state(const struct splitter *s);
/* The first byte that a later split of the rest needs, and the state to begin it with. */
uint64_t split_mark(const struct splitter *s, unsigned *state);
/* The same where nothing has to be found again, also between two elements of a list; false
 * elsewhere. */
bool split_cut(const struct splitter *s, uint64_t *offset, unsigned *state);
void split_continue(struct splitter *s, const struct split_sink *sink, size_t max_unit,
	uint64_t offset, unsigned state);
/* Whether nothing was counted of what stands behind that byte. */
bool split_is_counted(const struct splitter *s);

#endif
