/* Which bytes may follow one another in JSON without blanks, outside of strings. Only skim*.c.
 */
#ifndef KEYWATCH_SCAN_SKIM_PAIR_H
#define KEYWATCH_SCAN_SKIM_PAIR_H

/* Bits of the first two: what may begin and end a number or word. */
enum { SKIM_PAIR_COMMA = 8, SKIM_PAIR_SCALAR = 32 };
/* Of the others. */
enum { SKIM_LETTER_FIRST = 1, SKIM_LETTER_OTHER = 128 };

/* Of an ASCII byte: the class it is of, as a bit; the classes that may stand behind it. Twice,
 * since the letters of true, false and null need classes of their own. Aligned to 64. */
extern const unsigned char skim_pair_is[128], skim_pair_after[128];
extern const unsigned char skim_letter_is[128], skim_letter_after[128];

#endif
