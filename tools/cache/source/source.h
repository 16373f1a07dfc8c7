/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h - what a kernel spec stands for, and the key of its build. */
#pragma once

#include <jansson.h>

#include "tools/cache/source/kconfig.h"
#include "tools/cache/source/state.h"
#include "tools/lib/hash.h"
#include "tools/lib/why.h"

enum source_kind {
	SOURCE_DIRECTORY,
	SOURCE_TARBALL,
	SOURCE_KEY,
	SOURCE_RELEASE,
	SOURCE_GIT,
	SOURCE_HOST,
	SOURCE_IMAGE,
};

/**
 * struct source - a resolved kernel spec
 * @kind:    what it is
 * @path:    absolute path of the folder or tarball; of the entry for a key;
 *	     NULL for a release and a git URL
 * @build:   absolute path of the folder with .config; NULL unless a folder
 * @key:     key of the cache entry, or NULL: this build is never stored
 * @identity: what names the content that is built: @key, or that of a dirty git
 *	     tree; NULL when nothing does
 * @label:   short name, unique for the path or content; a file name
 * @url:     where the tarball of a release is, or the git repository; else NULL
 * @ref:     of a git URL, else NULL
 * @version: as the Makefile or the entry has it; NULL while unknown
 * @compilers: those that the user asks for, see compilers_read(); else ""
 * @hint:    why @key is NULL, and what to do about it; else NULL
 * @arch:    such as x86_64
 * @sha256:  of a tarball, or of what the kernel that runs is made of; else ""
 * @state:   of a folder; of a git URL the commit is its hash; else zeros
 * @kconfig: hashes of the fragments; zeros for a key
 *
 * A key names everything that decides what the kernel is, as far as it can be
 * known before a build, and nothing that a build changes:
 *
 * folder:  local-COMMIT-ARCH-BASE-kcHASH[-xkcHASH]
 *          COMMIT is HEAD, 12 digits, of a clean git tree. BASE is "cfg" and
 *          the CRC32 of the .config that the user put there. Where there was
 *          none it is "tiny" or "def", see struct kconfig, as for all others,
 *          though our build leaves a .config (see struct state).
 *          A dirty one has COMMIT-dirtyPRINT, PRINT being the start of the
 *          fingerprint; it is a key only with KTSTR_CACHE_DIRTY=1.
 * tarball: VERSION-file-CONTENT-ARCH-BASE-kcHASH[-xkcHASH]
 *          VERSION is what the Makefile in it says, CONTENT the start of its
 *          SHA-256: a file's name proves nothing.
 * release: VERSION-tarball-ARCH-BASE-kcHASH[-xkcHASH]
 *          Such as 6.14.2; kernel.org never changes one.
 * git URL: REF-git-COMMIT-ARCH-BASE-kcHASH[-xkcHASH]
 *          A "/" and the like in REF are "_"; the commit decides.
 * host:    host-RELEASE-CONTENT-ARCH
 *          CONTENT is the start of a SHA-256 over image, configuration, BTF.
 * image:   image-RELEASE-CONTENT-ARCH
 *
 * Where the user asks for compilers, their mark is before kcHASH, see
 * compilers_read(): -llvm-kcHASH. Of which version a compiler is, is no part.
 * A folder that is not under git has no key: nothing names its content.
 * required.list is no part, for it changes no kernel.
 */
struct source {
	enum source_kind kind;
	char *path, *url, *ref, *build, *key, *identity, *label, *version,
		*compilers, *hint;
	char arch[16];
	char sha256[HASH_HEX_SIZE];
	struct state state;
	struct kconfig kconfig;
};

#define auto_source __attribute__((cleanup(source_done)))

void source_done(struct source *s);

/**
 * struct source_request - what to resolve
 * @spec:        a kernel spec
 * @extra:       the user's fragment, or NULL
 * @kconfig_dir: see kconfig_folder()
 * @build_dir:   builds go there; NULL for in place
 * @root:        the cache
 */
struct source_request {
	const char *spec, *extra, *kconfig_dir, *build_dir, *root;
};

/**
 * source_resolve() - find out what a spec stands for
 * @ret: source_done() it; written only on success
 *
 * Return: 0, or with a sentence
 * * -ENOENT     - no such path, or no such entry
 * * -EINVAL     - the path is no kernel tree and no tarball
 * * -EOPNOTSUPP - a machine that is not built yet
 * * -errno      - of reading
 */
int source_resolve(const struct source_request *req, struct source *ret,
		   struct why *reterr_why);

/* Append what the fragments are put upon: "tiny", "def" or, for a folder with a
 * .config of the user's, "cfgHASH"; nothing where none of it is ours. */
void source_add_base(struct str *out, const struct source *s);

/* Append what names the configuration: BASE-kcHASH[-xkcHASH]. */
void source_add_config(struct str *out, const struct source *s);

/* The source as a JSON object, a new reference; NULL if memory ran out. */
json_t *source_to_json(const struct source *s);

/**
 * source_read() - read a probe file, which holds that JSON object
 *
 * Return: 0, -EINVAL when it is none, or -errno of reading.
 */
int source_read(const char *path, struct source *ret, struct why *reterr_why);

/* Is @folder a kernel source tree? Return: 0, or -errno and what it lacks. */
int source_check_tree(const char *folder, struct why *reterr_why);

/* The machine we build for. Return: 0, -EOPNOTSUPP when it is not x86_64. */
int source_arch(char ret[16], struct why *reterr_why);
