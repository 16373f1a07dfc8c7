/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve.h - what the kinds of kernel specs share: a file each. */
#pragma once

#include "tools/cache/source/source.h"

/* Fill @s for a kernel tree, a tarball (both: s->path is set and is there, the
 * kconfig hashes are known), a release (the hashes are), and the key of an
 * entry. Errors: those of
 * source_resolve(). */
int resolve_folder(const struct source_request *req, struct source *s,
		   struct why *reterr_why);
int resolve_tarball(const struct source_request *req, struct source *s,
		    struct why *reterr_why);
int resolve_release(const struct source_request *req, struct source *s,
		    struct why *reterr_why);
int resolve_git(const struct source_request *req, struct source *s,
		struct why *reterr_why);
int resolve_host(const struct source_request *req, struct source *s,
		 struct why *reterr_why);
/* Of s->path, a boot image. */
int resolve_image(const struct source_request *req, struct source *s,
		  struct why *reterr_why);
int resolve_key(const struct source_request *req, struct source *s,
		struct why *reterr_why);

/* The key of what @s describes so far; NULL when memory ran out. The caller
 * frees it. */
char *source_key(const struct source *s);

/* What labels end in: "_defconfig" when that is the base, "_llvm" and the like
 * for compilers that are asked for, "_xkc" and a hash, as keys have it, for the
 * user's fragment; so kernels of all can be beside each other. */
#define SOURCE_MARK_SIZE 40
void source_mark(const struct source *s, char ret[SOURCE_MARK_SIZE]);

/*
 * source_label() - name @path for people
 *
 * The last part of it without the tarball's endings, then @unique, then @mark.
 * Return: what the caller frees, or NULL.
 */
char *source_label(const char *path, const char *unique, const char *mark);

/* Bytes of a kernel's Makefile that are looked at. */
#define SOURCE_MAKEFILE_MAX (1 << 20)
/* The version that this Makefile tells, which the caller frees, or NULL. */
char *source_makefile_version(const char *text);
/* The same of the Makefile of a tree. Return: 0, or -errno where it cannot be
 * read for want of something. */
int source_tree_version(const char *folder, char **ret, struct why *reterr_why);

/* The first character of @path that make, shells and compilers cannot have in
 * the path of what they build; '\0' for none. */
char source_odd_character(const char *path);

/* Refuse --build-dir for @what, "a tarball". Return: 0 or -EINVAL. */
int source_refuse_build_dir(const struct source_request *req, const char *what,
			    struct why *reterr_why);

/* Refuse @compilers, "LLVM=1", for what others compiled. Return: -EINVAL. */
int source_refuse_compilers(const struct source_request *req,
			    const char *compilers, struct why *reterr_why);

/* Say that memory ran out. Return: -ENOMEM. */
int source_no_memory(struct why *why);
