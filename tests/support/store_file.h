/* Store files as another program sees them and handles them. */
#ifndef KEYWATCH_TESTS_STORE_FILE_H
#define KEYWATCH_TESTS_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* FOLDER/NAME; returns owned. */
char *store_file_in(const char *folder, const char *name);
/* Is PATHSUFFIX there? */
bool store_file_is_there(const char *path, const char *suffix);
/* A store of 200 alerts, one of them taken by alice; closed. */
void store_file_make(const char *path);
/* The file is refused with these words in the reason, and left as it was, with nothing beside. */
void store_file_refused(const char *path, const char *words);
/* What another program does to the file. */
void store_file_sql(const char *path, const char *text);
/* As a program of that version (1 to 4) left it: without what came later. */
void store_file_age(const char *path, int version);
/* As somebody does it who may write the file and knows that decisions are append only: lifts that,
 * and puts it back as it was. */
void store_file_forge(const char *path, const char *text);
/* The same, each statement for itself: what the store's own constraints refuse stays undone. */
void store_file_try(const char *path, const char *text);
void store_file_write(const char *path, long offset, const void *bytes, size_t len);

#endif
