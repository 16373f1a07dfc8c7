/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#else
#error "ktstr builds for x86_64 only, so far"
#endif

void elf_needs_done(struct elf_needs *n)
{
	free(n->interpreter);
	free(n->rpath);
	free(n->runpath);
	words_free(n->needed);
	*n = (struct elf_needs){ 0 };
}

static void cleanup_elf(Elf **e)
{
	elf_end(*e);
}

static int check_header(Elf *e, const char *path, struct why *reterr_why)
{
	GElf_Ehdr header;

	size_t size;
	const char *file = elf_rawfile(e, &size);
	if (file && size > 1 && memcmp(file, "#!", 2) == 0)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is a script, and the guest has nothing to "
			       "run it; an ELF program is needed",
			       path);
	if (elf_kind(e) != ELF_K_ELF || !gelf_getehdr(e, &header))
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is not an ELF program", path);
	if (header.e_machine != OUR_MACHINE || gelf_getclass(e) != ELFCLASS64)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is for another architecture (ELF machine "
			       "%u), the guest is x86_64",
			       path, header.e_machine);
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is neither a program nor a library", path);
	return 0;
}

/* Take the strings of one dynamic section. */
static int read_dynamic(Elf *e, Elf_Scn *section, struct elf_needs *n)
{
	GElf_Shdr header;
	Elf_Data *data = elf_getdata(section, NULL);
	int r = 0;

	if (!data || !gelf_getshdr(section, &header))
		return 0;
	for (int i = 0; r == 0; i++) {
		GElf_Dyn entry;
		char **to = NULL;

		if (!gelf_getdyn(data, i, &entry) || entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH &&
		    entry.d_tag != DT_RUNPATH)
			continue;
		const char *text =
			elf_strptr(e, header.sh_link, entry.d_un.d_val);
		if (!text)
			continue;
		if (entry.d_tag == DT_NEEDED) {
			r = words_append(&n->needed, text);
			continue;
		}
		to = entry.d_tag == DT_RPATH ? &n->rpath : &n->runpath;
		free(*to);
		*to = strdup(text);
		r = *to ? 0 : -ENOMEM;
	}
	return r;
}

static void read_symbols(Elf *e, Elf_Scn *section, struct elf_needs *n)
{
	GElf_Shdr header;
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	if (!data || !gelf_getshdr(section, &header))
		return;
	for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
		const char *name = NULL;

		if (symbol.st_shndx == SHN_UNDEF)
			name = elf_strptr(e, header.sh_link, symbol.st_name);
		n->ends_threads |= name && (!strcmp(name, "pthread_exit") ||
					    !strcmp(name, "pthread_cancel"));
	}
}

/* Is all there that will be loaded? */
static int check_whole(Elf *e, const char *path, struct why *reterr_why)
{
	size_t size = 0;
	GElf_Ehdr header;

	(void)elf_rawfile(e, &size);
	if (!gelf_getehdr(e, &header))
		header.e_phnum = 0;
	for (int i = 0; i < header.e_phnum; i++) {
		GElf_Phdr p;

		/* libelf gives no header that is not there. */
		if (!gelf_getphdr(e, i, &p) ||
		    (p.p_type == PT_LOAD &&
		     (p.p_offset > size || p.p_filesz > size - p.p_offset)))
			return why_set(reterr_why, -ENOEXEC,
				       "'%s' is cut short: its header tells of "
				       "more than its %zu bytes",
				       path, size);
	}
	return 0;
}

static int read_interpreter(Elf *e, struct elf_needs *n)
{
	size_t count, size;
	const char *file = elf_rawfile(e, &size);

	if (!file || elf_getphdrnum(e, &count) < 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(e, (int)i, &p) || p.p_type != PT_INTERP)
			continue;
		if (p.p_offset >= size || p.p_filesz > size - p.p_offset)
			return 0;
		n->interpreter = strndup(file + p.p_offset, p.p_filesz);
		return n->interpreter ? 0 : -ENOMEM;
	}
	return 0;
}

int elf_read_needs(const char *path, struct elf_needs *ret,
		   struct why *reterr_why)
{
	struct elf_needs n = { 0 };
	struct stat st;
	int r;

	/* A pipe's other end may never come. */
	auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s", path,
			       strerror(errno));
	elf_version(EV_CURRENT);
	__attribute__((cleanup(cleanup_elf))) Elf *e =
		S_ISREG(st.st_mode) ? elf_begin(fd, ELF_C_READ_MMAP, NULL)
				    : NULL;
	if (!e)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is not an ELF program", path);
	r = check_header(e, path, reterr_why);
	if (r < 0)
		return r;
	r = check_whole(e, path, reterr_why);
	if (r < 0)
		return r;
	r = read_interpreter(e, &n);
	for (Elf_Scn *s = NULL; r == 0 && (s = elf_nextscn(e, s));) {
		GElf_Shdr header;

		if (!gelf_getshdr(s, &header))
			continue;
		if (header.sh_type == SHT_DYNAMIC)
			r = read_dynamic(e, s, &n);
		else if (header.sh_type == SHT_DYNSYM)
			read_symbols(e, s, &n);
	}
	if (r < 0) {
		elf_needs_done(&n);
		return why_set(reterr_why, r, "out of memory");
	}
	*ret = n;
	return 0;
}
