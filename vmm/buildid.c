/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/buildid.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* Look through one segment of notes. */
static int read_notes(Elf *e, const GElf_Phdr *p, char ret[BUILD_ID_SIZE])
{
	Elf_Data *data = elf_getdata_rawchunk(e, (int64_t)p->p_offset,
					      p->p_filesz, ELF_T_NHDR);
	size_t at = 0, name, desc;
	GElf_Nhdr note;

	while (data && (at = gelf_getnote(data, at, &note, &name, &desc))) {
		const unsigned char *bytes = data->d_buf;

		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(bytes + name, "GNU", 4) != 0 || !note.n_descsz ||
		    note.n_descsz > (BUILD_ID_SIZE - 1) / 2)
			continue;
		for (size_t i = 0; i < note.n_descsz; i++)
			snprintf(ret + 2 * i, 3, "%02x", bytes[desc + i]);
		return 0;
	}
	return -ENODATA;
}

int build_id_read(const char *path, char ret[BUILD_ID_SIZE])
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t count = 0;
	GElf_Phdr p;
	int r = -ENODATA;

	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	Elf *e = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (e && elf_kind(e) == ELF_K_ELF && elf_getphdrnum(e, &count) < 0)
		count = 0;
	for (size_t i = 0; r < 0 && i < count; i++) {
		if (gelf_getphdr(e, (int)i, &p) && p.p_type == PT_NOTE)
			r = read_notes(e, &p, ret);
	}
	elf_end(e);
	return r;
}
