/*
 * Bytes from a terminal → keys and pasted text. Pure: the caller says what time it is.
 *
 * curses' own decoder gives an unknown or cut-off sequence back as Esc followed by its letters,
 * which here would be commands. This one knows the grammar of sequences (ECMA-48: CSI, SS3 and
 * control strings), so what it does not know vanishes as a whole, however slowly it arrives.
 */
#ifndef KEYWATCH_TUI_KEYDECODE_H
#define KEYWATCH_TUI_KEYDECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "tui/mouse.h"

/* What a terminal sends for a key (terminfo). */
struct key_sequence {
	char bytes[16];
	uint32_t code;
};

/* Longest pause within a sequence; a sequence that stays incomplete is dropped after it. */
enum { KEYDECODE_PAUSE_MS = 500, KEYDECODE_LATE_MS = 100, KEYDECODE_PASTE_MAX = 1 << 16 };

struct keydecode {
	struct key_sequence *sequences; /* owns */
	size_t sequence_count, sequence_capacity;
	struct buf pending; /* bytes not yet understood */
	struct buf paste;   /* text being pasted, or just pasted */
	struct mouse mouse; /* as just reported */
	bool pasting;
	bool late;	    /* pending begins with an ESC that was taken for the key before */
	int escape_ms;	    /* how long a lone ESC waits */
	int64_t fed_ms;	    /* when the last bytes came */
	int64_t escaped_ms; /* when a lone ESC was taken for the key */
};

enum keydecode_result {
	KEYDECODE_NOTHING, /* nothing, or not yet */
	KEYDECODE_KEY,
	KEYDECODE_MOUSE, /* the report is in `mouse` */
	KEYDECODE_PASTE, /* the text is in `paste`, valid until the next call */
};

/* Starts with the sequences that practically every terminal sends. Zero it first. */
void keydecode_init(struct keydecode *decode, int escape_ms);
void keydecode_fini(struct keydecode *decode);
void keydecode_add(struct keydecode *decode, const char *bytes, uint32_t code);

/* What one read returned. */
void keydecode_feed(struct keydecode *decode, struct str bytes, int64_t now_ms);
enum keydecode_result keydecode_next(struct keydecode *decode, int64_t now_ms, uint32_t *code);
/* In how many ms keydecode_next should be asked again without new bytes; -1: never. */
int keydecode_wait_ms(const struct keydecode *decode, int64_t now_ms);

#endif
