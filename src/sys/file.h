/* file: whole files, read with a bound, and replaced so that a crash at any
 * moment leaves the old bytes or the new ones.
 *
 * Every file made here has mode 0600, every folder 0700. Errors name the file and the cure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct buf;
struct err;

/* Says that doing ("read", "made", ...) path failed with the errno `why`, and the cure where one is known.
 * ERR_SYSTEM; returns false. */
bool file_error(struct err *e, const char *path, const char *doing, int why);

/* What the open descriptor of a file must show before its bytes are believed. */
enum file_check {
	FILE_ANY,     /* a regular file */
	FILE_TRUSTED, /* and owned by us or root, and not writable by others */
	FILE_PRIVATE, /* and not readable by others */
};

/* Appends the whole file to out. A file that is not there: true with *found false (an error when found
 * is NULL). ERR_LIMIT when it is longer than what out may still take; ERR_SYSTEM otherwise. Never waits
 * for a FIFO. */
bool file_read(const char *path, enum file_check check, struct buf *out, bool *found, struct err *e);
/* The same from an open descriptor that the caller was handed, up to its end; it stays open. No checks: a pipe
 * is taken too. name is for the error. */
bool file_read_fd(int fd, const char *name, struct buf *out, struct err *e);

/* Tells one state of a file from the next without reading it. */
struct file_stamp {
	bool there;
	uint64_t device;
	uint64_t node;
	int64_t size;
	int64_t changed_s, changed_ns;
	bool settled; /* it changed a while before this was taken */
};

struct file_stamp file_stamp(const char *path);
/* Nothing changed between the two. False as well when it had changed so shortly before the first was taken that
 * the clock of the file system may not have told a second change from it. */
bool file_stamp_same(struct file_stamp before, struct file_stamp after);

/* *out is path with every symlink of its last part followed, so that a file and not a link to it is
 * replaced. The end of the chain need not exist. The text lives in a. */
bool file_resolve(const char *path, struct arena *a, struct str *out, struct err *e);
/* path as it is when it begins with '/', else behind the working folder's path; symlinks stay. In a. */
bool file_absolute(const char *path, struct arena *a, struct str *out, struct err *e);
/* The folder part of path, "." where there is none. In a. */
struct str file_folder(struct str path, struct arena *a);

/* Makes the folder and those above it where they are missing, and makes that durable. Refuses one that
 * belongs to somebody else, or that is ours and open to everybody's writing. */
bool file_make_folder(const char *path, struct err *e);

/* Nothing is at path, or a regular file: no device, and no link that leads elsewhere. ERR_SYSTEM. */
bool file_is_plain(const char *path, struct err *e);
/* Replaces or makes the file: temporary file in the same folder, fsync, rename, fsync of the folder.
 * path is resolved already. */
bool file_replace(const char *path, struct str bytes, struct err *e);
/* Makes a file that must not be there yet, as durably; *made is false when it was there. */
bool file_make(const char *path, struct str bytes, bool *made, struct err *e);
/* Proves that file_replace would succeed with size bytes: writes that many, syncs and removes them again;
 * and that the file is no mount point of its own. */
bool file_can_replace(const char *path, size_t size, struct err *e);
/* Removes temporary files that were left beside path by writers that were killed. Only for who holds
 * the lock on it. */
void file_sweep(const char *path);

/* For tests: when set, called with the call's name after every system call that changes the disk. */
extern void (*file_fault)(const char *call);
