/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* The best so far: the number of a name, and its address. */
struct found {
	const char *const *names;
	unsigned char type;
	size_t best, count;
	uint64_t at;
	bool any;
};

static bool is_name(const char *symbol, const char *name)
{
	size_t len = strlen(name);

	return strncmp(symbol, name, len) == 0 &&
	       (symbol[len] == '\0' || symbol[len] == '.');
}

static void take(struct found *f, const char *symbol, uint64_t at)
{
	for (size_t i = 0; symbol && i < f->best; i++) {
		if (!is_name(symbol, f->names[i]))
			continue;
		f->best = i;
		f->at = at;
	}
}

static void read_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *h,
		       struct found *f)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = h->sh_entsize ? h->sh_size / h->sh_entsize : 0;
	GElf_Sym sym;

	for (size_t i = 0; data && i < count; i++) {
		if (!gelf_getsym(data, (int)i, &sym) ||
		    GELF_ST_TYPE(sym.st_info) != f->type)
			continue;
		f->any = true;
		take(f, elf_strptr(elf, h->sh_link, sym.st_name), sym.st_value);
	}
}

static int find(const char *vmlinux, const char *const *names,
		unsigned char type, struct found *ret, struct why *reterr_why)
{
	auto_fd int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	struct found f = { .names = names, .type = type };
	Elf_Scn *section = NULL;
	GElf_Shdr h;

	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       vmlinux, strerror(errno));
	while (names[f.count])
		f.count++;
	f.best = f.count;
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	while (elf && (section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &h) && h.sh_type == SHT_SYMTAB)
			read_table(elf, section, &h, &f);
	}
	elf_end(elf);
	if (!f.any)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' has no symbols of functions", vmlinux);
	if (f.best == f.count)
		return why_set(
			reterr_why, -ENOENT, "this kernel has no %s '%s'",
			type == STT_FUNC ? "function" : "variable", names[0]);
	*ret = f;
	return 0;
}

int symbols_find(const char *vmlinux, const char *const *names, uint64_t *ret,
		 const char **ret_name, struct why *reterr_why)
{
	struct found f;
	int r = find(vmlinux, names, STT_FUNC, &f, reterr_why);

	if (r < 0)
		return r;
	*ret = f.at;
	*ret_name = names[f.best];
	return 0;
}

int symbols_find_variable(const char *vmlinux, const char *name, uint64_t *ret,
			  struct why *reterr_why)
{
	const char *const names[] = { name, NULL };
	struct found f = { 0 };
	int r = find(vmlinux, names, STT_OBJECT, &f, reterr_why);

	if (r == 0)
		*ret = f.at;
	return r;
}
