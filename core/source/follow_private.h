/*
 * What the files of source_follow share. A followed file is looked at from where it was left: at
 * its mark a new scan begins, and what was given already is not given again. Nothing but these few
 * values is kept of it, and they are its position. One thread.
 */
#ifndef KEYWATCH_SOURCE_FOLLOW_PRIVATE_H
#define KEYWATCH_SOURCE_FOLLOW_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/scan/scan.h"
#include "core/source/source.h"

/*
 * Offsets of the scan count from the file's first byte, less `shift`: where a file was truncated in
 * the middle of a record (copytruncate), the first bytes of that record stand before it.
 */
struct follow_file {
	char *path; /* owns; where it was seen last */
	dev_t device;
	ino_t inode;
	int fd;		  /* owns; -1: not open */
	uint64_t read;	  /* bytes of the file that were looked at */
	int64_t mtime_ns; /* then */
	uint64_t shift;
	struct scan_mark mark;
	uint64_t given;		    /* records that begin before were given */
	uint64_t told;		    /* problems before were told */
	char fingerprint[HASH_HEX]; /* of the first and the last FOLLOW_SAMPLE bytes before it */
	struct buf held;  /* from the mark to `read`: an unfinished record; see held_whole */
	uint64_t records; /* seen behind the mark */
	bool held_whole;  /* held is all of it; else it was too much to keep */
	bool gzip, unfinished;
	bool shows_form, said_no_form;
	bool foreign;	 /* nothing in it can matter; that was told */
	bool given_path; /* the configuration names it itself */
	bool log_name;
	bool unsaved;	     /* began anew, or as a copy: to be told though nothing was read */
	bool tentative;	     /* what stands before its first byte may belong elsewhere */
	bool moved_on;	     /* its unfinished record goes on in the file it is a copy of */
	int64_t since_ms;    /* monotonic: unfinished since */
	unsigned generation; /* of the last listing that found it */
};

enum { FOLLOW_SAMPLE = 4096, FOLLOW_HELD = 256 << 10 };

enum follow_result {
	FOLLOW_OK,
	FOLLOW_STOPPED,	  /* the sink wants no more */
	FOLLOW_TRUNCATED, /* what stands there is not what was read before */
	FOLLOW_FAILED,	  /* errno */
};

/* What reads files, one after the other. */
struct follow_reader {
	const struct source_options *options; /* borrows */
	struct source_report *report;	      /* borrows */
	struct scanner *scanner;	      /* owns */
	char *chunk;			      /* owns */
	/* Of the file being read: */
	struct follow_file *file;
	struct scan_sink sink;
	struct buf head, tail; /* own; what its fingerprint is of */
	uint64_t given;	       /* the file's when this look began */
	bool stopped;
	struct follow_problem {
		enum problem_severity severity;
		uint64_t offset;
		char reason[200];
	} * problems; /* owns; until it is known whether this is a log */
	size_t problem_count, problem_capacity, problems_left_out;
};

void follow_reader_init(struct follow_reader *reader, const struct source_options *options,
	struct source_report *report);
void follow_reader_fini(struct follow_reader *reader);

struct follow_file *follow_file_new(const char *path, const struct stat *st);
void follow_file_free(struct follow_file *file); /* closes */
/* Opens it if it is not; false: errno, or 0 when another file stands there now. */
bool follow_file_open(struct follow_file *file);
/* Reads what is new and tells its position. final: nothing will come any more. */
enum follow_result follow_file_read(
	struct follow_reader *reader, struct follow_file *file, bool final);
/* Does what was read of `file` stand at the beginning of this one as well? A long string that is
 * the same everywhere must not look like it: hence first and last bytes. head and tail (may be
 * NULL) are filled when it does. */
bool follow_file_is_in(const struct follow_file *file, int fd, struct buf *head, struct buf *tail);
/* Are the first `size` bytes of this file those of `file`, which is longer? By its samples. */
bool follow_file_begins_like(const struct follow_file *file, const char *path, uint64_t size);
void follow_fingerprint(const struct buf *head, const struct buf *tail, char hex[HASH_HEX]);
/* As if what was read of `from` had been read of `file`. */
void follow_file_inherit(struct follow_file *file, const struct follow_file *from);
/* Begins anew; what is held of an unfinished record (takes) stands before its first byte. */
void follow_file_restart(struct follow_file *file, struct buf *carry);
/* Is there more than blanks behind the mark? */
bool follow_file_is_partial(const struct follow_file *file);

/* "DEVICE:INODE" and all that is to be remembered. */
void follow_file_name(const struct follow_file *file, struct buf *name);
void follow_file_save(const struct follow_file *file, struct buf *value);
/* From a position. False: it makes no sense. */
bool follow_file_load(struct follow_file *file, struct str value);
/* Where the file of a position was when it was read last; absent: it makes no sense. */
struct str follow_position_path(struct str value);
/* Reads held back from the open file. */
void follow_file_recall(struct follow_file *file);

bool follow_say(struct follow_reader *reader, const char *path, uint64_t offset,
	enum problem_severity severity, const char *reason);

/* ---- inotify ---- */

struct follow_watch {
	int fd;	      /* owns; -1: not available */
	char **paths; /* owns; by watch descriptor; NULL: none */
	size_t capacity;
	int lack; /* errno why something is not watched; 0: nothing */
};

void follow_watch_open(struct follow_watch *watch);
void follow_watch_close(struct follow_watch *watch);
void follow_watch_folder(struct follow_watch *watch, const char *path);
/* Only what comes and goes in it. */
void follow_watch_names(struct follow_watch *watch, const char *path);
void follow_watch_file(struct follow_watch *watch, const char *path);
/* Takes what happened: a path that was made, changed, or closed by its writer. Returns how many;
 * all: too much happened, everything is to be listed. */
size_t follow_watch_take(struct follow_watch *watch,
	void (*changed)(void *context, const char *path, bool closed), void *context, bool *all);
/* What to do about a lack, or NULL. */
const char *follow_watch_lack(const struct follow_watch *watch);

/* ---- the files ---- */

enum { FOLLOW_OPEN = 64 };

struct follow {
	struct source source;
	const char *path;
	struct follow_reader reader;
	struct follow_watch watch;
	struct source_report report;
	struct follow_file **files; /* own */
	size_t count, capacity;
	void *by_inode;			       /* tsearch of files */
	struct follow_file *open[FOLLOW_OPEN]; /* those open, in turn */
	size_t next_open;
	struct changed {
		char *path; /* owns */
		bool closed;
	} * changed; /* owns */
	size_t changed_count, changed_capacity;
	void *said; /* tsearch of strings, own: what was named already */
	unsigned generation;
	int64_t sweep_ms; /* when everything is listed next */
	int64_t since_ns; /* what changed before was read; 0: nothing was */
	bool stream, ended, folder, seen, listed;
	bool strangers; /* files that nobody had seen were read beside it */
	bool closed; /* of what is being looked at: its writer closed it, or it is time to look */
};

/* Names it once for each reason. These return false when the sink wants no more. */
bool follow_say_once(struct follow *follow, const char *path, enum problem_severity severity,
	const char *reason);
void follow_say_errno(struct follow *follow, const char *path, int number);
struct follow_file *follow_add(struct follow *follow, const char *path, const struct stat *st);
struct follow_file *follow_find(const struct follow *follow, dev_t device, ino_t inode);
struct str follow_position_of(const struct follow *follow, dev_t device, ino_t inode);
bool follow_forget(struct follow *follow, struct str name);
void follow_remove(struct follow *follow, size_t index);
/* A regular file was found at that path: what is new in it is read. */
bool follow_visit(
	struct follow *follow, const char *path, const struct stat *st, bool given, bool log_name);
/* Reads what is new in one that is open. */
bool follow_read(struct follow *follow, struct follow_file *file);
/* A known file, or one known from its position, at that path; opened, not read. NULL: neither, or
 * it cannot be opened. */
struct follow_file *follow_recall(struct follow *follow, const char *path, const struct stat *st);
/* The regular files beside it whose names begin with its name, where rotation puts them: those that
 * are known. */
bool follow_visit_known(struct follow *follow, const char *path);
/* And those beside the file that is configured that nobody has seen, changed between since_ns and
 * until_ns: made, and perhaps compressed, by rotations. `file` goes on where the last of them ends
 * if it was truncated. */
bool follow_visit_strangers(struct follow *follow, struct follow_file *file, int64_t until_ns);
/* The regular files beside it whose names begin with its name; false as `visit` said. */
typedef bool follow_sibling(void *context, const char *path, const struct stat *st);
bool follow_each_sibling(const char *path, follow_sibling *visit, void *context);
/* Those that were removed or replaced, and gzips that nobody goes on writing. whole: everything
 * was listed just now. */
bool follow_finish_gone(struct follow *follow, bool whole);

/* ---- once more (follow_again.c) ---- */

/* source_ops.survey and source_ops.ask, of SOURCE_ASK_EVENT alone. */
enum source_result follow_survey(struct source *source, struct source_survey *survey,
	struct source_failure *failure, struct error *err);
enum source_result follow_ask(struct source *source, struct source_ask *ask,
	struct source_failure *failure, struct error *err);

#endif
