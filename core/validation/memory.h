/*
 * Which signatures were found good before: the reader's own file outside the store (settled.md 42),
 * so that 10,000 of them need not be verified at every start. What stands in it is the hash over
 * statement, signature, event and every file of the policy: whatever changes is verified anew.
 * Bad ones are remembered only while the program runs. One thread.
 */
#ifndef KEYWATCH_VALIDATION_MEMORY_H
#define KEYWATCH_VALIDATION_MEMORY_H

#include <stdbool.h>

#include "core/alert/decision.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/str.h"

struct memory;

/* Reads the file, or begins without one: path NULL, or a file that is not only ours to write, which
 * is left alone and said in err (false; *out is usable all the same). Returns owned. */
bool memory_open(struct memory **out, const char *path, struct error *err);
void memory_close(struct memory *memory);
/* VERDICT_CHECKING: it is not known. *why borrows from the memory; absent of good ones. */
enum verdict memory_find(const struct memory *memory, const char key[HASH_HEX], struct str *why);
/* A good one (why absent) is kept in the file at once, where there is one. */
void memory_add(
	struct memory *memory, const char key[HASH_HEX], enum verdict verdict, struct str why);
/* From now on called for each that is added: how one memory teaches another. */
typedef void memory_added(
	void *context, const char key[HASH_HEX], enum verdict verdict, struct str why);
void memory_watch(struct memory *memory, memory_added *added, void *context);
/* As memory_add, and the file is left alone: another memory wrote it. */
void memory_learn(
	struct memory *memory, const char key[HASH_HEX], enum verdict verdict, struct str why);

#endif
