/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/qemu.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/program.h"
#include "tools/lib/str.h"
#include "vmm/confine.h"

char *qemu_answer_path(const char *qemu)
{
	auto_free char *root = NULL, *program = program_find(qemu);
	struct str path = { 0 };
	struct why why;
	struct stat st;

	if (!program || stat(program, &st) < 0 || cache_root(&root, &why) < 0)
		return NULL;
	str_addf(&path, "%s/.host", root);
	if (file_make_folders(str_text(&path), &why) < 0) {
		str_done(&path);
		return NULL;
	}
	str_addf(&path, "/qemu-%u-%jx-%jx-%jx-%jx.%lx", getuid(),
		 (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		 (uintmax_t)st.st_size, (uintmax_t)st.st_ctim.tv_sec,
		 (unsigned long)st.st_ctim.tv_nsec);
	return str_take(&path);
}

bool qemu_has_sandbox(const char *qemu)
{
	static const char yes[] = "sandbox\n", no[] = "no sandbox\n";
	auto_free char *path = qemu_answer_path(qemu), *answer = NULL;
	struct why ignored;

	if (path && file_read_at(AT_FDCWD, path, 100, &answer) >= 0) {
		if (strcmp(answer, yes) == 0 || strcmp(answer, no) == 0)
			return strcmp(answer, yes) == 0;
	}
	bool has = confine_qemu_has_sandbox(qemu);
	/* Kept for speed only: the next run asks again if this fails. */
	if (path)
		(void)file_publish(path, has ? yes : no, strlen(has ? yes : no),
				   0600, &ignored);
	return has;
}
