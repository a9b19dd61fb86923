#include "core/scan/skim_pair.h"

enum {
	QUOTE = 1,
	OPEN = 2,
	CLOSE = 4,
	COMMA = SKIM_PAIR_COMMA,
	COLON = 16,
	SCALAR = SKIM_PAIR_SCALAR,
	LINE = 64, /* its end, between units */
};

#define DIGITS(x) ['0' ... '9'] = (x), ['-'] = (x), ['+'] = (x), ['.'] = (x)
#define WORDS(x)                                                                                   \
	['r'] = (x), ['u'] = (x), ['e'] = (x), ['f'] = (x), ['a'] = (x), ['s'] = (x), ['n'] = (x)

_Alignas(64) const unsigned char skim_pair_is[128] = {
	['\n'] = LINE,
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
	['E'] = SCALAR,
};

/* A quote that something outside of strings follows is a closing one. */
_Alignas(64) const unsigned char skim_pair_after[128] = {
	['"'] = CLOSE | COMMA | COLON,
	['{'] = QUOTE | CLOSE,
	['['] = QUOTE | OPEN | SCALAR | CLOSE,
	['}'] = CLOSE | COMMA | LINE,
	['\n'] = OPEN,
	[']'] = CLOSE | COMMA,
	[','] = QUOTE | OPEN | SCALAR,
	[':'] = QUOTE | OPEN | SCALAR,
	DIGITS(SCALAR | CLOSE | COMMA),
	['E'] = SCALAR,
	WORDS(SCALAR | CLOSE | COMMA),
	['t'] = SCALAR | CLOSE | COMMA,
	['l'] = SCALAR | CLOSE | COMMA,
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
