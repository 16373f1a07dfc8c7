/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pack.h - files of the host, put into an archive with all they need to run. */
#pragma once

#include "tools/lib/why.h"
#include "vmm/cpio.h"

/* A file or folder of the host, and its absolute path in the guest. */
struct include {
	char *host, *guest;
};

/**
 * struct pack - an archive to which programs are added
 * @names: what is in there, by guest path
 *
 * Libraries are put into /job/lib by soname, loaders at their own path. A
 * script brings the program that its first line names, at that very path.
 */
struct pack {
	struct cpio *cpio;
	void *names;
};

#define auto_pack __attribute__((cleanup(pack_done)))
void pack_done(struct pack *p);

enum pack_kind { PACK_DATA, PACK_ELF, PACK_SCRIPT };

/* What @host is by its first bytes: an ELF program or library of the guest's
 * architecture, a script, or anything else (also when it cannot be read). */
enum pack_kind pack_kind(const char *host);

/**
 * pack_program() - add a program, its libraries and its loader
 *
 * Return: 0; or, with the reason
 * * -ENOENT, -EACCES - there is none, or it may not be executed
 * * -ENOEXEC         - it is neither ELF nor script, or one of its libraries is
 *			for another architecture
 * * -EEXIST          - another file has that guest path
 * * -errno
 */
int pack_program(struct pack *p, const char *host, const char *guest,
		 struct why *reterr_why);

/**
 * pack_include() - add a file with what it needs, or a folder with all in it
 *
 * Modes are kept, owners are not. In a folder links stay links, entries come in
 * the order of their names; programs, scripts too, bring what they need, and
 * libraries and scripts without their shell are taken as they are.
 *
 * Return: as pack_program(); -EINVAL for a path that the guest's own file
 * systems cover, for a socket or device, and for a name with "..".
 */
int pack_include(struct pack *p, const struct include *i,
		 struct why *reterr_why);
