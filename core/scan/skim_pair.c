#include "core/scan/skim_pair.h"

enum {
	QUOTE = 1,
	OPEN = 2,
	CLOSE = 4,
	COMMA = SKIM_PAIR_COMMA,
	COLON = 16,
	SCALAR = SKIM_PAIR_SCALAR,
	NAME = SKIM_PAIR_NAME,
	STOP = 128,
};

#define DIGITS(x) ['0' ... '9'] = (x), ['-'] = (x), ['+'] = (x), ['.'] = (x)
#define WORDS(x)                                                                                   \
	['r'] = (x), ['u'] = (x), ['e'] = (x), ['f'] = (x), ['a'] = (x), ['s'] = (x), ['n'] = (x)

_Alignas(64) const unsigned char skim_pair_is[128] = {
	[0 ... 31] = STOP, /* also in strings */
	['\\'] = STOP,
	['"'] = QUOTE,
	['{'] = OPEN,
	['['] = OPEN,
	['}'] = CLOSE,
	[']'] = CLOSE,
	[','] = COMMA,
	[':'] = COLON,
	DIGITS(SCALAR),
	WORDS(SCALAR),
	['t'] = SCALAR,
	['l'] = SCALAR,
	['N'] = NAME,
	['E'] = SCALAR | NAME,
};

/* NAME is no class: it marks where eventName and CloudTrailEvent may stand, in strings. */

/* A quote that something outside of strings follows is a closing one. */
_Alignas(64) const unsigned char skim_pair_after[128] = {
	['"'] = CLOSE | COMMA | COLON,
	['{'] = QUOTE | CLOSE,
	['['] = QUOTE | OPEN | SCALAR | CLOSE,
	['}'] = CLOSE | COMMA,
	[']'] = CLOSE | COMMA,
	[','] = QUOTE | OPEN | SCALAR,
	[':'] = QUOTE | OPEN | SCALAR,
	DIGITS(SCALAR | CLOSE | COMMA),
	['E'] = SCALAR,
	WORDS(SCALAR | CLOSE | COMMA),
	['t'] = SCALAR | CLOSE | COMMA | NAME,
	['l'] = SCALAR | CLOSE | COMMA | NAME,
};

enum {
	FIRST = SKIM_LETTER_FIRST,
	R = 2,
	U = 4,
	E = 8,
	A = 16,
	L = 32,
	S = 64,
	OTHER = SKIM_LETTER_OTHER
};

_Alignas(64) const unsigned char skim_letter_is[128] = {
	[0 ... '`'] = OTHER,
	['t'] = FIRST,
	['f'] = FIRST,
	['n'] = FIRST,
	['r'] = R,
	['u'] = U,
	['e'] = E,
	['a'] = A,
	['l'] = L,
	['s'] = S,
	['{' ... 127] = OTHER,
};

_Alignas(64) const unsigned char skim_letter_after[128] = {
	[0 ... '/'] = FIRST | OTHER,
	['0' ... '9'] = OTHER | E,
	[':' ... '`'] = FIRST | OTHER,
	['t'] = R,
	['r'] = U,
	['u'] = E | L,
	['e'] = OTHER,
	['f'] = A,
	['a'] = L,
	['l'] = L | S | OTHER,
	['s'] = E,
	['n'] = U,
	['{' ... 127] = FIRST | OTHER,
};

#define ALL(c)                                                                                     \
	{                                                                                          \
		[0 ... 63] = (c)                                                                   \
	}

_Alignas(64) const unsigned char skim_bytes[][64] = {
	ALL('"'), ALL('{'), ALL('}'), ALL(' '), ALL(NAME), ALL(0xff & ~NAME)};
