/* Files and folders that were met, by device and inode. Zero is an empty set; one owner. */
#ifndef KEYWATCH_SOURCE_PLACE_SET_H
#define KEYWATCH_SOURCE_PLACE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct place {
	dev_t device;
	ino_t inode; /* 0: an empty slot; no file has it */
};

struct place_set {
	struct place *slots; /* owns; as many as a power of two */
	size_t count, capacity;
};

/* False when it was there before. */
bool place_set_add(struct place_set *set, dev_t device, ino_t inode);
void place_set_fini(struct place_set *set);

#endif
