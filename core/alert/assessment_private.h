/* What the files of the assessment share. Only assessment*.c includes this. */
#ifndef KEYWATCH_ALERT_ASSESSMENT_PRIVATE_H
#define KEYWATCH_ALERT_ASSESSMENT_PRIVATE_H

#include "core/alert/assessment.h"
#include "core/alert/reading.h"

/* What else the caller did around the alert, and what was done with the new key. */
struct deeds {
	bool stopped, did, tried; /* a trail; what lasts or hides; refused */
	bool used_to_stop;	  /* a trail, with the new key */
	const struct clue *used_to_persist; /* with the new key, the first; NULL: none */
	size_t users;		  /* that keys were made for, the alert's own included */
};

enum {
	ASSESSED_MANY = 3,   /* users within AROUND_MIN */
	ASSESSED_NEW_H = 24, /* a key is new for so long */
};

/* What the rules look at. */
struct judging {
	struct arena *arena;
	const struct alert *alert;
	const struct fact *facts;
	struct reading reading;
	struct usage usage;
	struct rotation rotation;
	struct deeds deeds;
	size_t children;
	struct buf says;
};

#define FACT(j, n) (&(j)->facts[(n)-1])

bool assessed_key(const struct judging *j); /* it was made */
void assessment_find_deeds(struct judging *j);

typedef bool assessment_when(const struct judging *j);
assessment_when
	when_quarantined, when_logging_stopped, when_logging_stopped_with_it,
	when_denied_persisting, when_denied, when_children, when_attack_tool, when_root,
	when_automation, when_used_elsewhere, when_persisting, when_rotated,
	when_self_rotated, when_self_elsewhere, when_rotation_begun, when_used, when_unused,
	when_not_looked, when_anything, when_tried, when_used_to_persist, when_many,
	when_made_with_new;

typedef void assessment_say(struct judging *j);
assessment_say
	say_quarantined, say_logging, say_children, say_tool, say_denied, say_elsewhere,
	say_root, say_automation, say_persisting, say_rotated, say_begun, say_plain,
	say_not_looked, say_too_little, say_logging_with_it, say_denied_persisting, say_tried,
	say_used_to_persist, say_many, say_made_with_new;

#endif
