/* JSON numbers, a byte at a time. Pure. */
#ifndef KEYWATCH_SCAN_SPLIT_NUMBER_H
#define KEYWATCH_SCAN_SPLIT_NUMBER_H

/* The number automaton: what has been read. The accepting states are the even ones. */
enum number {
	NUMBER_MINUS = 1,
	NUMBER_ZERO = 2,
	NUMBER_POINT = 3,
	NUMBER_INTEGER = 4,
	NUMBER_EXPONENT = 5,
	NUMBER_FRACTION = 6,
	NUMBER_SIGN = 7,
	NUMBER_DIGITS = 8,
};

/* The state after one more byte, or 0 when the byte is no part of the number. */
int split_next_number(int state, char c);

#endif
