/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store.h - put a built kernel into the cache. */
#pragma once

#include "tools/cache/source/source.h"

/**
 * struct store_request - what makes an entry
 * @root:    the cache; unused with @to
 * @to:      NULL, or a path: the entry is made there, beside the cache, for a
 *	     kernel that has no key
 * @key:     the entry's key; the last part of @to, if that is given
 * @source:  what it was built from, or NULL when nobody knows
 * @edited:  @source was changed meanwhile, so its identity is not that of the
 *	     result
 * @image:   the boot image, of bzimage_check(); it is ENTRY_IMAGE in the entry,
 *	     whatever its name
 * @vmlinux: is stripped; NULL when there is none
 * @btf:     the BTF alone, for a kernel without @vmlinux; or NULL
 * @config:  the final .config
 * @bpf_dir: NULL, or BPF tools that fit this kernel
 * @wait_ms: longest wait for readers of an entry that must be replaced
 */
struct store_request {
	const char *root, *to, *key;
	const struct source *source;
	const char *image, *vmlinux, *btf, *config, *bpf_dir;
	unsigned int wait_ms;
	bool edited;
};

/**
 * store_put() - store an entry, whole or not at all
 * @ret_path: where it is, the caller frees it
 *
 * The entry is made in a temporary folder and renamed into its place; all of it
 * is on the disk before, so that it is whole after a crash of the machine. An
 * entry that is there and valid, with equal files, stays as it is. The entry's
 * lock is held exclusively while it is replaced. Files that another entry has
 * too share its storage, see share.h.
 *
 * Return: 0, or with a sentence
 * * -EINVAL - the key, or a file, is not what it should be
 * * -ENOENT - a file is not there
 * * -EBUSY  - readers held the old entry for all of @wait_ms
 * * -errno  - of writing
 */
int store_put(const struct store_request *req, char **ret_path,
	      struct why *reterr_why);

/**
 * store_install() - publish a folder that is an entry already
 * @root:    the cache
 * @work:    the folder, in ROOT/.tmp; complete, with metadata.json. It is gone
 *	     afterwards, or holds what was replaced or was not needed
 *
 * As store_put() does it: an equal valid entry stays, readers are waited for,
 * files are shared and on the disk. Return: as there.
 */
int store_install(const char *root, const char *key, const char *work,
		  unsigned int wait_ms, struct why *reterr_why);
