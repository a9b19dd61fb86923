/* The few answers about an alert that lists show and filters ask; see assessment.h. */
#ifndef KEYWATCH_ALERT_ANSWER_H
#define KEYWATCH_ALERT_ANSWER_H

#include <stdint.h>

/* Numbers stand in stores: the list only grows. */
enum assessment_kind {
	ASSESSED_NONE,	  /* not looked for yet */
	ASSESSED_HOSTILE, /* treat as hostile until explained */
	ASSESSED_SUSPICIOUS,
	ASSESSED_OPEN,	   /* the facts do not tell */
	ASSESSED_EXPECTED, /* the shape of a rotation, known automation … */
	ASSESSED_HARMLESS, /* denied: no key was made */
};

extern const char *const assessment_kind_names[]; /* "hostile" … */

/* Question 17. Numbers stand in stores: the list only grows. */
enum rotation_shape {
	ROTATION_UNKNOWN,
	ROTATION_NONE,
	ROTATION_SECOND_KEY,
	ROTATION_INCOMPLETE,
	ROTATION_WHOLE
};

extern const char *const rotation_shape_names[]; /* "second-key" … */

enum answer_yes { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct answer {
	enum assessment_kind assessed;
	enum answer_yes used, used_elsewhere;
	int64_t used_after; /* seconds; only with used */
	enum rotation_shape rotation;
	int64_t children;	  /* -1: unknown */
	int64_t first_seen_actor; /* ticks; TIME_NONE: unknown, or never before */
};

#endif
