/* The inside of JSON's lexemes for the splitter, a run of bytes at a time. Only split*.c. */
#ifndef KEYWATCH_SCAN_SPLIT_LEXEME_H
#define KEYWATCH_SCAN_SPLIT_LEXEME_H

#include "core/scan/split.h"

enum split_step {
	SPLIT_ON,      /* within it still, or the window is used up */
	SPLIT_ENDED,   /* s->at stands behind it */
	SPLIT_DAMAGED, /* s->at stands on what does not belong there; reason is set */
};

/* Moves s->at on inside the lexeme that s->lexeme says, which is not SPLIT_BETWEEN. */
enum split_step split_step_lexeme(struct splitter *s, const char **reason);

#endif
