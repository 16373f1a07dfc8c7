/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock-files.h - the files of locks, when nobody needs them any more. */
#pragma once

/**
 * lock_files_tidy() - remove lock files that nobody holds and nothing needs
 * @root: the cache
 *
 * Those of entries that are gone, of builds and of source trees. Who waits for
 * such a lock makes its file again. In a shared cache a file may be another
 * user's; it stays.
 */
void lock_files_tidy(const char *root);

/* Remove the lock file of the build of @key, unless somebody holds it. */
void lock_file_drop_build(const char *root, const char *key);
