#include "core/scan/split_number.h"

#include <stdbool.h>

int
split_next_number(int state, char c)
{
	bool digit = c >= '0' && c <= '9';

	switch (state) {
	case NUMBER_MINUS:
		return c == '0' ? NUMBER_ZERO : digit ? NUMBER_INTEGER : 0;
	case NUMBER_INTEGER:
		if (digit)
			return NUMBER_INTEGER;
		/* fall through */
	case NUMBER_ZERO:
		return c == '.' ? NUMBER_POINT : (c | 32) == 'e' ? NUMBER_EXPONENT : 0;
	case NUMBER_POINT:
		return digit ? NUMBER_FRACTION : 0;
	case NUMBER_FRACTION:
		return digit ? NUMBER_FRACTION : (c | 32) == 'e' ? NUMBER_EXPONENT : 0;
	case NUMBER_EXPONENT:
		return digit ? NUMBER_DIGITS : c == '+' || c == '-' ? NUMBER_SIGN : 0;
	default:
		return digit ? NUMBER_DIGITS : 0;
	}
}
