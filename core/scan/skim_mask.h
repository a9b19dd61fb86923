/* A block of 64 bytes as masks. Only skim_*.c. */
#ifndef KEYWATCH_SCAN_SKIM_MASK_H
#define KEYWATCH_SCAN_SKIM_MASK_H

#include <stdint.h>

/* A bracket and a brace differ in this bit alone. */
enum { BRACE_BIT = 0x20 };

struct strings {
	/* Made by classify(), in strings and outside. */
	uint64_t quote, backslash;
	uint64_t open, close; /* brackets and braces */
	uint64_t control;     /* below a space */
	uint64_t n, t;	      /* second and first letters of pairs (skim_note.h), of any two */
	/* Strings: from the opening quote on, without the closing one. */
	uint64_t in, opening, closing;
};

#endif
